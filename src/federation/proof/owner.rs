//! Whose proof it is: the key is the author's own, known or fetched from the author, and of the object's origin.

use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::{Proof, proof_of};
use crate::domain::peer::Peer;
use crate::federation::actor_key::{key_named, owner_to_ask};
use crate::federation::budget::Budget;
use crate::federation::context::Federation;
use crate::federation::convert::json::Value;
use crate::federation::convert::read;
use crate::federation::error::FederationError;
use crate::federation::fetch::{FetchError, Fetched};
use crate::federation::guard::same_origin;
use crate::federation::keys::PublicKey;
use crate::federation::peers;
use crate::federation::refused::NotTaken;
use crate::store::{self, Conn, pulls};

/// An author fetched more recently than this is not fetched again because of a proof: else anybody could make us knock at
/// a third server.
const REFETCH_AFTER: TimeDelta = TimeDelta::seconds(30);
/// How long an author that is not read anew by itself is taken for what it was: a key that was stolen and replaced must not
/// speak for it for ever.
const BELIEVED: TimeDelta = TimeDelta::days(1);

/// The author of an object, as its proof shows.
#[derive(Debug, Clone)]
pub struct Author {
    /// Who.
    pub peer: Peer,
    /// Whether the proof is so recent that the object need not be looked for at its own address.
    pub fresh: bool,
}

/// The author of `object`, if its proof shows one; `None` when there is no proof that can be checked. `sender` is the
/// peer who handed it over. A key that is not known takes one of `budget`, or two.
///
/// # Errors
/// [`NotTaken::Forbidden`] when the proof does not hold or is somebody else's: then nothing is fetched to find out more.
pub async fn author(
    federation: &Federation,
    object: &Value,
    sender: &Peer,
    budget: &mut Budget,
) -> Result<Option<Author>, NotTaken> {
    let Some(proof) = proof_of(object, || federation.now()).map_err(|error| NotTaken::Forbidden(error.reason()))?
    else {
        return Ok(None);
    };
    Box::pin(author_of(federation, object, proof, sender, budget)).await
}

async fn author_of(
    federation: &Federation,
    object: &Value,
    proof: Proof,
    sender: &Peer,
    budget: &mut Budget,
) -> Result<Option<Author>, NotTaken> {
    let now = federation.now();
    let id = read::id(object).ok_or(NotTaken::Malformed("object_id"))?;
    let mut authors = authors(object);
    if authors.is_empty() {
        authors.push(id.clone());
    }
    if !same_origin(&proof.key_id, &id) {
        return Err(NotTaken::Forbidden("proof_of_another"));
    }
    if federation.blocked.covers(&id) {
        return Err(NotTaken::Forbidden("blocked"));
    }
    let known = if key_of(sender, &proof).is_some() {
        Some((sender.clone(), true))
    } else {
        holder(federation, &proof).await?
    };
    let peer = match known {
        Some((peer, true)) if holds(&peer, &proof) => peer,
        Some((peer, _)) if is_recent(federation, &peer) => return Err(NotTaken::Forbidden("proof")),
        _ => match fetched(federation, &proof, authors.first(), budget).await? {
            Some(peer) if holds(&peer, &proof) => peer,
            Some(_) => return Err(NotTaken::Forbidden("proof")),
            None => return Ok(None),
        },
    };
    if !authors.iter().any(|author| author.as_str() == peer.uri) {
        return Err(NotTaken::Forbidden("proof_of_another"));
    }
    let fresh = proof.is_fresh(now);
    Ok(Some(Author { peer, fresh }))
}

/// Who speaks in `object`: its authors, or whoever does it. Nobody where it is an actor itself.
pub fn authors(object: &Value) -> Vec<Url> {
    let named = ["attributedTo", "actor"].map(|key| read::references(object, key));
    named.into_iter().find(|named| !named.is_empty()).unwrap_or_default()
}

/// Checks the proof that an activity itself carries, beside the HTTP signature of `sender` (FEP-8b32: the proof comes
/// first). A proof by a key that the sender does not show (any more) counts for nothing.
///
/// # Errors
/// [`NotTaken::Unauthenticated`] when it does not hold.
pub fn check_activity(federation: &Federation, activity: &Value, sender: &Peer) -> Result<(), NotTaken> {
    let found = proof_of(activity, || federation.now()).map_err(|error| NotTaken::Unauthenticated(error.reason()))?;
    match found {
        Some(proof) if key_of(sender, &proof).is_some() && !holds(sender, &proof) => {
            Err(NotTaken::Unauthenticated("activity_proof"))
        }
        _ => Ok(()),
    }
}

/// Who has the key as far as is known here, and whether that is believed still. Who is followed is read anew by itself.
async fn holder(federation: &Federation, proof: &Proof) -> Result<Option<(Peer, bool)>, NotTaken> {
    let (key_id, now) = (proof.key_id.to_string(), federation.now());
    let find = move |conn: &mut Conn| {
        let Some(peer) = store::peers::by_key_id(conn, &key_id)? else {
            return Ok(None);
        };
        let believed = now - peer.fetched < BELIEVED || pulls::is_read(conn, peer.id)?;
        Ok(Some((peer, believed)))
    };
    Ok(federation.store.read(find).await?)
}

/// The owner of a key that is not known here (any more), or was another one; `None` when it cannot be had, or is nobody's.
async fn fetched(
    federation: &Federation,
    proof: &Proof,
    author: Option<&Url>,
    budget: &mut Budget,
) -> Result<Option<Peer>, NotTaken> {
    let Some(author) = author.map(Url::to_string) else {
        return Ok(None);
    };
    let known = federation
        .store
        .read(move |conn| store::peers::by_uri(conn, &author))
        .await?;
    if known.is_some_and(|peer| is_recent(federation, &peer)) {
        return Ok(None);
    }
    let Some(actor) = owner_of(federation, &proof.key_id, budget).await else {
        return Ok(None);
    };
    match peers::remember(federation, &actor).await {
        Err(FederationError::NotAnActor(_)) => Ok(None),
        remembered => Ok(Some(remembered?).filter(|peer| key_of(peer, proof).is_some())),
    }
}

/// The document of the actor that lists the key, or that does so no more: it is remembered all the same, and what the key
/// signed makes nobody ask again at once. None where it cannot be had, or nothing more is fetched.
async fn owner_of(federation: &Federation, key_id: &Url, budget: &mut Budget) -> Option<Arc<Fetched>> {
    let found = budget.fetch(federation, key_id).await.ok()?;
    match owner_to_ask(&found, key_id) {
        Ok(None) | Err(FetchError::Document("key_not_listed")) => Some(found),
        Ok(Some(owner)) => {
            let actor = budget.fetch(federation, &owner).await.ok()?;
            key_named(&actor, key_id).is_ok().then_some(actor)
        }
        Err(_) => None,
    }
}

fn is_recent(federation: &Federation, peer: &Peer) -> bool {
    federation.now() - peer.fetched < REFETCH_AFTER
}

/// The Multikey of `peer` that the proof names.
fn key_of(peer: &Peer, proof: &Proof) -> Option<PublicKey> {
    let mut named = peer.keys.iter().filter(|key| key.id == proof.key_id.as_str());
    named.find_map(|key| PublicKey::from_multibase(&key.public_key).ok())
}

fn holds(peer: &Peer, proof: &Proof) -> bool {
    key_of(peer, proof).is_some_and(|key| proof.verifies(&key))
}
