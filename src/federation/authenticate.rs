//! Who sent an activity: the key that the signature names, its owner, and whether both are the activity's actor.

use std::net::IpAddr;
use std::sync::Arc;

use url::Url;

use super::acquaintances::{self, Acquaintance, REFETCH_AFTER};
use super::actor_key::fetch_key;
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
/// [`NotTaken::Unauthenticated`] when the key is not the actor's or the signature does not hold, with the key fetched
/// once more where it may have been rotated; [`NotTaken::Unavailable`] when the key could not be had for now;
/// [`NotTaken::TooMany`] when it is not even asked for.
pub async fn sender(
    federation: &Federation,
    (signature, key_url): (&Signature, &Url),
    actor: &Url,
    from: IpAddr,
) -> Result<Arc<Acquaintance>, NotTaken> {
    if !same_origin(key_url, actor) {
        return Err(NotTaken::Unauthenticated("foreign_key"));
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
    if known && !federation.acquaintances.may_ask_again(actor.as_str(), federation.now()) {
        return Err(NotTaken::Unavailable("asked_lately"));
    }
    let turn = federation.limits.fetch_of(&urls::host(key_url), from).await?;
    // Somebody may have fetched it while this one waited.
    if let Some(known) = acquaintances::find(federation, actor.as_str()).await?
        && let Some(outcome) = by_known_key(federation, signature, key_url, &known)
    {
        return outcome;
    }
    if known {
        federation.fetcher.forget_failure(actor);
    }
    let sender = fetched_sender(federation, signature, key_url, actor).await;
    drop(turn);
    match &sender {
        // Names of servers that do not answer cost us time: who sends many is made to wait.
        Err(NotTaken::Unavailable(_)) => federation.limits.failed(from),
        Err(NotTaken::Unauthenticated("key_unavailable")) => {}
        _ => return sender,
    }
    if known {
        federation.acquaintances.asked_in_vain(actor.as_str(), federation.now());
    }
    sender
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
    let found = fetch_key(&federation.fetcher, signature.key_id())
        .await
        .map_err(|error| {
            if error.is_permanent() || error.is_gone() {
                NotTaken::Unauthenticated("key_unavailable")
            } else {
                NotTaken::Unavailable(error.reason())
            }
        })?;
    if found.published.owner != *actor {
        return Err(NotTaken::Unauthenticated("key_of_another"));
    }
    // Remembered before the signature is checked, and whatever it is worth: its own server told it, and rubbish that
    // follows costs no other fetch.
    let peer = match peers::remember(federation, &found.actor).await {
        Err(FederationError::NotAnActor(_)) => return Err(NotTaken::Unauthenticated("key_unavailable")),
        remembered => remembered?,
    };
    let known = Acquaintance::new(peer, false)?;
    // A keyId that is the actor's own address may mean any of its keys.
    if !known.keys_of(key_id).any(|key| signature.verify(key).is_ok()) {
        signature.verify(&found.published.key)?;
    }
    Ok(Arc::new(known))
}
