//! The inbox: from the bytes of a request to an effect in the store, or the reason why there is none.
//!
//! Cheap refusals first: headers, clock and digest, then the document, then whose it claims to be; only then the key is
//! looked up or fetched and the signature checked. "Taken in" means committed.

use activitypub_federation::config::FederationConfig;

use super::activity::{self, Receipt};
use super::authenticate;
use super::context::Federation;
use super::convert::activity_in::{Incoming, activity as read_activity};
use super::convert::json;
use super::proof;
use super::refused::NotTaken;
use super::signature::{self, Body, Sha256, Signature, sha256};
use crate::store;
use crate::telemetry::InboxOutcome;

/// Largest body that is read, in bytes (Mastodon's bound).
pub const MAX_BODY: usize = 1024 * 1024;

/// A POST to an inbox, as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Path and query, byte for byte.
    pub target: &'a str,
    /// All headers, lower-case names.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body.
    pub body: &'a [u8],
}

/// Takes a request in; counts and logs how it ended, once.
///
/// # Errors
/// Why it had no effect; [`NotTaken::Ignored`] and [`NotTaken::Duplicate`] are no fault of the sender.
pub async fn receive(config: &FederationConfig<Federation>, request: Request<'_>) -> Result<(), NotTaken> {
    let federation: &Federation = config;
    let outcome = take(config, request).await;
    let (word, reason) = match &outcome {
        Ok(()) => (InboxOutcome::Accepted, "accepted"),
        Err(passed @ (NotTaken::Ignored(_) | NotTaken::NotPublic)) => (InboxOutcome::Ignored, passed.reason()),
        Err(NotTaken::Duplicate) => (InboxOutcome::Duplicate, "duplicate"),
        Err(refused) => (InboxOutcome::Refused, refused.reason()),
    };
    federation.metrics.inbox(word, reason);
    match &outcome {
        Err(NotTaken::Failed(error)) => tracing::error!(%error, "an activity could not be taken in"),
        Err(refused) => tracing::debug!(%refused, "an activity was not taken in"),
        Ok(()) => {}
    }
    outcome
}

async fn take(config: &FederationConfig<Federation>, request: Request<'_>) -> Result<(), NotTaken> {
    let federation: &Federation = config;
    let digest = sha256(request.body);
    let signature = parse_signature(federation, request, digest)?;
    let document = json::parse(request.body).map_err(|_| NotTaken::Malformed("json"))?;
    let incoming = read_activity(&document).map_err(|_| NotTaken::Malformed("activity"))?;
    if federation.blocked.covers(&incoming.actor) {
        return Err(NotTaken::Forbidden("blocked"));
    }
    if federation.urls.is_ours(&incoming.actor) {
        return Err(NotTaken::Forbidden("own_actor"));
    }
    if is_farewell_of_a_stranger(federation, &incoming).await? {
        return Err(NotTaken::Ignored("unknown_actor"));
    }
    let sender = authenticate::sender(federation, &signature, &incoming.actor).await?;
    proof::check_activity(federation, &document, &sender)?;
    let receipt = Receipt::new(&incoming, digest, sender, federation.now());
    if receipt.is_known(federation).await? {
        return Err(NotTaken::Duplicate);
    }
    activity::dispatch(config, incoming, receipt).await
}

fn parse_signature(federation: &Federation, request: Request<'_>, digest: Sha256) -> Result<Signature, NotTaken> {
    Ok(Signature::parse(&signature::Incoming {
        method: "POST",
        target: request.target,
        headers: request.headers,
        body: Body::Sha256(digest),
        audience: &federation.audience,
        now: federation.now(),
    })?)
}

/// A Delete or Update of an actor that was never seen here: every server that ever saw a follower of its host sends
/// one, and its key is often gone already. Nothing is fetched for it.
async fn is_farewell_of_a_stranger(federation: &Federation, incoming: &Incoming) -> Result<bool, NotTaken> {
    let about_itself = incoming.object.id().is_some_and(|id| id == incoming.actor);
    if !about_itself || !matches!(incoming.kind.as_str(), "Delete" | "Update") {
        return Ok(false);
    }
    let uri = incoming.actor.to_string();
    Ok(federation
        .store
        .read(move |conn| store::peers::by_uri(conn, &uri))
        .await?
        .is_none())
}
