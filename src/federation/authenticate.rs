//! Who sent an activity: the key that the signature names, its owner, and whether both are the activity's actor.

use chrono::TimeDelta;
use url::Url;

use super::actor_key::fetch_key;
use super::context::Federation;
use super::guard::same_origin;
use super::keys::PublicKey;
use super::peers;
use super::refused::NotTaken;
use super::signature::Signature;
use crate::domain::peer::Peer;
use crate::store;

/// A peer fetched more recently than this is not fetched again because a signature fails: else anybody could make us
/// knock at a third server by sending rubbish in its name.
const REFETCH_AFTER: TimeDelta = TimeDelta::seconds(30);

/// The peer that signed, who must be `actor`.
///
/// # Errors
/// [`NotTaken::Unauthenticated`] when the key is not the actor's or the signature does not hold, with the key fetched
/// once more where it may have been rotated; [`NotTaken::Unavailable`] when the key could not be had for now.
pub async fn sender(federation: &Federation, signature: &Signature, actor: &Url) -> Result<Peer, NotTaken> {
    let key_url = Url::parse(signature.key_id()).map_err(|_| NotTaken::Unauthenticated("key_id"))?;
    if !same_origin(&key_url, actor) {
        return Err(NotTaken::Unauthenticated("foreign_key"));
    }
    let uri = actor.to_string();
    let known = federation
        .store
        .read(move |conn| store::peers::by_uri(conn, &uri))
        .await?;
    if let Some(peer) = known {
        if keys_of(&peer, signature.key_id()).any(|key| signature.verify(&key).is_ok()) {
            return Ok(peer);
        }
        if federation.now() - peer.fetched < REFETCH_AFTER {
            return Err(NotTaken::Unauthenticated("signature"));
        }
        federation.fetcher.forget_failure(actor);
    }
    fetched_sender(federation, signature, actor).await
}

async fn fetched_sender(federation: &Federation, signature: &Signature, actor: &Url) -> Result<Peer, NotTaken> {
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
    let peer = peers::remember(federation, &found.actor).await?;
    signature.verify(&found.published.key)?;
    Ok(peer)
}

/// The keys of `peer` that `key_id` may mean: the one of that name, or all when it names the actor itself.
fn keys_of<'a>(peer: &'a Peer, key_id: &'a str) -> impl Iterator<Item = PublicKey> + 'a {
    let named = move |id: &str| id == key_id || key_id == peer.uri;
    peer.keys
        .iter()
        .filter(move |key| named(&key.id))
        .filter_map(|key| parse(&key.public_key))
}

/// A PEM (RSA) or multibase (Ed25519) text.
fn parse(text: &str) -> Option<PublicKey> {
    if text.starts_with("-----") {
        PublicKey::from_pem(text).ok()
    } else {
        PublicKey::from_multibase(text).ok()
    }
}
