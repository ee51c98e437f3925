//! The inbox: from a request to an effect in the store, or the reason why there is none.
//!
//! Cheap refusals first. From the headers alone ([`admit`]): size, type, form and date of the signature, blocked host,
//! pace. Then the body against its digest, what was taken in lately, the document and whose it claims to be. Only then a
//! key is looked up or fetched, and the signature checked. "Taken in" means committed.

use std::net::IpAddr;
use std::sync::Arc;

use activitypub_federation::config::FederationConfig;

use super::acquaintances::is_stranger;
use super::activity::{self, Receipt};
use super::authenticate;
use super::context::Federation;
use super::convert::activity_in::{Incoming, activity_of};
use super::convert::json;
use super::heard;
use super::key_name::KeyName;
use super::memory::Memory;
use super::proof;
use super::refused::NotTaken;
use super::signature::{self, Body, Sha256, Signature};
use super::urls::OurActor;
use crate::domain::block::Severity;
use crate::domain::text::Handle;
use crate::store::{centres, tombstones};
use crate::telemetry::InboxOutcome;

/// Largest body that is read, in bytes (Mastodon's bound).
pub const MAX_BODY: usize = 1024 * 1024;
/// Requests of which it is remembered without the database that they were taken in: some forty bytes each.
const TAKEN: usize = 32_768;
/// What an effect is answered with when the sender was fetched anew by somebody else meanwhile.
pub(super) const SENDER_CHANGED: &str = "sender_changed";

/// The head of a POST to an inbox, as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Path and query, byte for byte.
    pub target: &'a str,
    /// All headers, lower-case names.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// Where it comes from, or the network of that address.
    pub from: IpAddr,
}

/// A request whose head is in order.
#[derive(Debug)]
pub struct Admitted {
    signature: Signature,
    /// Its keyId.
    key: Arc<KeyName>,
    from: IpAddr,
}

/// The requests that were taken in lately: the same bytes again cost no look-up and no check of a signature. Known by what
/// is signed *and* the signature, so that nobody learns from a guess what was taken in.
#[derive(Debug)]
pub struct Taken(Memory<Sha256, ()>);

impl Default for Taken {
    fn default() -> Self {
        Self(Memory::of(TAKEN))
    }
}

/// Looks at the head of a request, before its body is read.
///
/// # Errors
/// Why the body is of no interest.
pub fn admit(federation: &Federation, head: Head<'_>) -> Result<Admitted, NotTaken> {
    check_content(head)?;
    let parsed = Signature::parse(&signature::Incoming {
        method: "POST",
        target: head.target,
        headers: head.headers,
        body: Body::Later,
        audience: &federation.audience,
        now: federation.now(),
    });
    let signature = match parsed {
        Ok(signature) => signature,
        Err(error) => {
            federation.limits.check_address(head.from)?;
            return Err(error.into());
        }
    };
    let key = federation.key_names.read(signature.key_id());
    let key = key.ok_or(NotTaken::Unauthenticated("key_id"))?;
    if federation.blocked.covers(&key.key) {
        return Err(NotTaken::Forbidden("blocked"));
    }
    federation.limits.count(&key.host, head.from)?;
    Ok(Admitted {
        signature,
        key,
        from: head.from,
    })
}

/// No longer than is read, and of the type that ActivityPub demands, with any parameters; `application/json` is nobody's.
/// Signed digests are of the bytes on the line, and nobody compresses an activity.
fn check_content(head: Head<'_>) -> Result<(), NotTaken> {
    let of = |name: &str| {
        let mut found = head.headers.iter().filter(|(other, _)| *other == name);
        found.next().and_then(|(_, value)| std::str::from_utf8(value).ok())
    };
    let length = of("content-length").and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > MAX_BODY) {
        return Err(NotTaken::TooLarge);
    }
    let kind = of("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !["application/activity+json", "application/ld+json"]
        .iter()
        .any(|ours| kind.eq_ignore_ascii_case(ours))
    {
        return Err(NotTaken::UnsupportedType("content_type"));
    }
    if of("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(NotTaken::UnsupportedType("content_encoding"));
    }
    Ok(())
}

/// Takes the body of an admitted request in. `addressee` is the centre to whose own inbox it came.
///
/// # Errors
/// Why it had no effect; [`NotTaken::Ignored`], [`NotTaken::NotPublic`] and [`NotTaken::Duplicate`] are no fault of the
/// sender.
pub async fn receive(
    config: &FederationConfig<Federation>,
    admitted: &Admitted,
    addressee: Option<&str>,
    body: &[u8],
) -> Result<(), NotTaken> {
    let federation: &Federation = config;
    let digest = admitted.signature.check_body(body)?;
    let fingerprint = admitted.signature.fingerprint();
    if federation.taken.0.get(&fingerprint).is_some() {
        return Err(NotTaken::Duplicate);
    }
    if let Some(handle) = addressee {
        check_addressee(federation, handle).await?;
    }
    let outcome = match believe(config, admitted, body, digest).await {
        Err(NotTaken::Unavailable(SENDER_CHANGED)) => believe(config, admitted, body, digest).await,
        outcome => outcome,
    };
    if matches!(outcome, Ok(()) | Err(NotTaken::Duplicate)) {
        federation.taken.0.insert(fingerprint, ());
    }
    outcome
}

async fn believe(
    config: &FederationConfig<Federation>,
    admitted: &Admitted,
    body: &[u8],
    digest: Sha256,
) -> Result<(), NotTaken> {
    let federation: &Federation = config;
    let document = Arc::new(json::parse(body).map_err(|_| NotTaken::Malformed("json"))?);
    // Most name the owner of the key as the key itself does, before its fragment.
    let incoming = activity_of(&document, &[&admitted.key.owner]).map_err(|_| NotTaken::Malformed("activity"))?;
    match federation.blocked.severity(&incoming.actor) {
        Some(Severity::Block) => return Err(NotTaken::Forbidden("blocked")),
        Some(Severity::Mute) if publishes(&incoming) => return Err(NotTaken::Ignored("muted")),
        _ => {}
    }
    if federation.urls.is_ours(&incoming.actor) {
        return Err(NotTaken::Forbidden("own_actor"));
    }
    // Every server that ever saw a follower of its host says farewell for an actor, whose key is often gone already.
    if says_farewell(&incoming) && is_stranger(federation, incoming.actor.as_str()).await? {
        return Err(NotTaken::Ignored("unknown_actor"));
    }
    let sender = authenticate::sender(
        federation,
        (&admitted.signature, &admitted.key.key),
        &incoming.actor,
        admitted.from,
    )
    .await?;
    heard::host_is_up(federation, &sender.peer.host).await;
    proof::check_activity(federation, &document, &sender.peer)?;
    drop(document);
    let receipt = Receipt::new(
        &incoming,
        (digest, admitted.signature.signed_at()),
        &sender,
        federation.now(),
    );
    let outcome = activity::dispatch(config, incoming, receipt).await;
    if outcome.is_ok() {
        federation.heard.note(sender.peer.id, federation.now());
    }
    if matches!(outcome, Err(NotTaken::Unavailable(SENDER_CHANGED))) {
        federation.acquaintances.forget(&sender.peer.uri);
    }
    outcome
}

/// Whether it may bring an event.
fn publishes(incoming: &Incoming) -> bool {
    matches!(incoming.kind.as_str(), "Create" | "Update" | "Announce" | "Invite")
}

/// A Delete or Update of the actor by itself.
fn says_farewell(incoming: &Incoming) -> bool {
    let about_itself = incoming.object.id().is_some_and(|id| *id == incoming.actor);
    about_itself && matches!(incoming.kind.as_str(), "Delete" | "Update")
}

/// The centre to whose inbox something came is there.
async fn check_addressee(federation: &Federation, handle: &str) -> Result<(), NotTaken> {
    let handle: Handle = handle.parse().map_err(|_| NotTaken::Unknown("inbox"))?;
    let address = federation.urls.actor(&OurActor::Centre(handle.clone()));
    let (centre, deleted) = federation
        .store
        .read(move |conn| {
            let centre = centres::by_handle(conn, handle.as_str())?;
            Ok((centre, tombstones::find(conn, address.as_str())?))
        })
        .await?;
    match (centre, deleted) {
        (Some(_), _) => Ok(()),
        (None, Some(_)) => Err(NotTaken::Gone("centre_gone")),
        (None, None) => Err(NotTaken::Unknown("inbox")),
    }
}

/// Counts and logs how a request ended, once, and remembers addresses that send rubbish.
pub fn settle(federation: &Federation, from: IpAddr, outcome: &Result<(), NotTaken>) {
    let (word, reason) = match outcome {
        Ok(()) => (InboxOutcome::Accepted, "accepted"),
        Err(passed @ (NotTaken::Ignored(_) | NotTaken::NotPublic)) => (InboxOutcome::Ignored, passed.reason()),
        Err(passed @ NotTaken::Duplicate) => (InboxOutcome::Duplicate, passed.reason()),
        Err(refused) => (InboxOutcome::Refused, refused.reason()),
    };
    federation.metrics.inbox(word, reason);
    match outcome {
        Err(NotTaken::Failed(error)) => tracing::error!(reason, %error, "an activity could not be taken in"),
        Err(refused) if word == InboxOutcome::Refused => tracing::info!(reason, %refused, "an activity was refused"),
        Err(passed) => tracing::debug!(reason, %passed, "an activity had no effect"),
        Ok(()) => {}
    }
    if outcome.as_ref().is_err_and(NotTaken::is_rubbish) {
        federation.limits.failed(from);
    }
}
