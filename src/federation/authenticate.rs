//! Who sent an activity: the key that the signature names, its owner, and whether both are the activity's actor.

use std::net::IpAddr;
use std::sync::Arc;

use url::Url;

use super::acquaintances::{self, Acquaintance, REFETCH_AFTER};
use super::actor_key::{ActorKey, fetch_key, is_nobodys};
use super::context::Federation;
use super::error::FederationError;
use super::guard::same_origin;
use super::peers;
use super::refused::NotTaken;
use super::signature::{Signature, SignatureError};
use super::urls;

/// The peer that signed, with the key of this keyId, who must be `actor`. Nothing is answered before that is sure, not even that it was taken in before:
/// nobody learns so from a guess.
///
/// # Errors
/// [`NotTaken::Forbidden`] when the key is of another server: what is forwarded so is right as it is, and no other try makes it
/// the actor's; [`NotTaken::Unauthenticated`] when the key is not the actor's or the signature does not hold, with the key
/// fetched once more where it may have been rotated; [`NotTaken::Unavailable`] when the key could not be had for now;
/// [`NotTaken::TooMany`] when it is not even asked for.
pub async fn sender(
    federation: &Federation,
    (signature, key_url): (&Signature, &Url),
    actor: &Url,
    from: IpAddr,
) -> Result<Arc<Acquaintance>, NotTaken> {
    if !same_origin(key_url, actor) {
        return Err(NotTaken::Forbidden("foreign_key"));
    }
    let known = acquaintances::find(federation, actor.as_str()).await?;
    if let Some(known) = &known
        && let Some(outcome) = by_known_key(federation, signature, key_url, known)
    {
        return outcome;
    }
    Box::pin(asked_for(
        federation,
        (signature, key_url),
        actor,
        from,
        known.is_some(),
    ))
    .await
}

/// The sender after a look at its own server. `known`: its key may have been changed.
async fn asked_for(
    federation: &Federation,
    (signature, key_url): (&Signature, &Url),
    actor: &Url,
    from: IpAddr,
    known: bool,
) -> Result<Arc<Acquaintance>, NotTaken> {
    federation.limits.check_address(from)?;
    check_lately(federation, key_url, actor, known)?;
    let turn = federation.limits.fetch_of(&urls::host(key_url), from).await?;
    // Somebody may have fetched it while this one waited, or asked in vain.
    if let Some(known) = acquaintances::find(federation, actor.as_str()).await?
        && let Some(outcome) = by_known_key(federation, signature, key_url, &known)
    {
        return outcome;
    }
    check_lately(federation, key_url, actor, known)?;
    if known {
        federation.fetcher.forget_failure(actor);
    }
    let sender = fetched_sender(federation, signature, key_url, actor).await;
    if let Err(NotTaken::Unavailable(_)) = &sender {
        // Names of servers that do not answer cost us time: who sends many is made to wait.
        federation.limits.failed(from);
    }
    if known && let Err(NotTaken::Unavailable(_) | NotTaken::Unauthenticated("key_unavailable")) = &sender {
        federation.acquaintances.asked_in_vain(actor.as_str(), federation.now());
    }
    // Who waits for this turn finds what is noted.
    drop(turn);
    sender
}

/// Refuses to ask again so soon for a key that was found to be nobody's or another's, or for an actor that is known and did not
/// answer: that an unknown one did not, the client remembers.
fn check_lately(federation: &Federation, key_url: &Url, actor: &Url, known: bool) -> Result<(), NotTaken> {
    let (asked, now) = (&federation.acquaintances, federation.now());
    if asked.may_ask_again(key_url.as_str(), now) && (!known || asked.may_ask_again(actor.as_str(), now)) {
        Ok(())
    } else {
        Err(NotTaken::Unavailable("asked_lately"))
    }
}

/// What the keys say that are known already; nothing when another key may have taken their place.
fn by_known_key(
    federation: &Federation,
    signature: &Signature,
    key_id: &Url,
    known: &Arc<Acquaintance>,
) -> Option<Result<Arc<Acquaintance>, NotTaken>> {
    if known.keys_of(key_id).any(|key| signature.verify(key).is_ok()) {
        return Some(Ok(Arc::clone(known)));
    }
    let fresh = federation.now() - known.peer.fetched < REFETCH_AFTER;
    fresh.then(|| Err(SignatureError::Wrong.into()))
}

async fn fetched_sender(
    federation: &Federation,
    signature: &Signature,
    key_id: &Url,
    actor: &Url,
) -> Result<Arc<Acquaintance>, NotTaken> {
    let found = found_key(federation, key_id).await?;
    // Remembered before the signature is checked, and whatever it is worth, be its owner the actor or not: its own server
    // told it, and rubbish that follows costs no other fetch.
    let peer = match peers::remember(federation, &found.actor).await {
        Err(FederationError::NotAnActor(_)) => return Err(NotTaken::Unauthenticated("key_unavailable")),
        remembered => remembered?,
    };
    if found.published.owner != *actor {
        asked_in_vain(federation, key_id);
        return Err(NotTaken::Unauthenticated("key_of_another"));
    }
    let is_outdated = peer.fetched > found.actor.asked;
    let known = Acquaintance::new(peer, false)?;
    // A keyId that is the actor's own address may mean any of its keys.
    if !known.keys_of(key_id).any(|key| signature.verify(key).is_ok()) {
        // What was found may have been replaced since it was asked for.
        if is_outdated {
            return Err(SignatureError::Wrong.into());
        }
        signature.verify(&found.published.key)?;
    }
    Ok(Arc::new(known))
}

/// The key of this keyId, with the document of its owner.
async fn found_key(federation: &Federation, key_id: &Url) -> Result<ActorKey, NotTaken> {
    fetch_key(&federation.fetcher, key_id.as_str()).await.map_err(|error| {
        if is_nobodys(&error) {
            asked_in_vain(federation, key_id);
        }
        if error.is_permanent() || error.is_gone() {
            NotTaken::Unauthenticated("key_unavailable")
        } else {
            NotTaken::Unavailable(error.reason())
        }
    })
}

/// Notes that what stands at the address of a key makes it nobody's, or another's.
fn asked_in_vain(federation: &Federation, key_id: &Url) {
    let now = federation.now();
    federation.acquaintances.asked_in_vain(key_id.as_str(), now);
}
