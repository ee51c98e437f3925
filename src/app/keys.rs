//! Key pairs of our own actors: an RSA one, which every server reads, and an Ed25519 one (FEP-521a). Made with the actor,
//! rotated on demand.

use super::{Error, Node};
use crate::domain::id::CentreId;
use crate::domain::time::Instant;
use crate::federation::keys::{KeyError, KeyKind, PrivateKey};
use crate::federation::urls::OurActor;
use crate::federation::{outbox, publish};
use crate::store::keys::{self, ActorKey};
use crate::store::{Conn, Db, StoreError, centres};

/// How the keys of an actor are made: one of RSA, one of Ed25519. Tests have some beforehand.
pub type MakePairs = fn() -> Result<[PrivateKey; 2], KeyError>;

/// New keys by the library. RSA takes a tenth of a second: call it on a blocking thread.
///
/// # Errors
/// What the library refuses.
pub fn make_pairs() -> Result<[PrivateKey; 2], KeyError> {
    Ok([PrivateKey::generate_rsa()?, PrivateKey::generate_ed25519()?])
}

/// Makes the keys of the instance actor when it has none. Of two processes that start at once, the first one's stay.
pub(super) async fn ensure_instance(store: &Db, make: MakePairs, now: Instant) -> Result<(), Error> {
    if !store.read(|conn| keys::of_owner(conn, None)).await?.is_empty() {
        return Ok(());
    }
    let pairs = generate(make, None, now).await?;
    match store.write(move |conn| insert(conn, &pairs)).await {
        Ok(()) | Err(StoreError::AlreadyExists) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A new pair of each kind for `owner`, as the database keeps them.
pub(super) async fn generate(make: MakePairs, owner: Option<CentreId>, now: Instant) -> Result<Vec<ActorKey>, Error> {
    let pairs = tokio::task::spawn_blocking(make).await.map_err(|_| Error::Stopping)??;
    pairs.iter().map(|pair| stored(owner, pair, now)).collect()
}

/// Keeps new pairs, in the transaction of their owner.
pub(super) fn insert(conn: &mut Conn, pairs: &[ActorKey]) -> Result<(), StoreError> {
    pairs.iter().try_for_each(|pair| keys::insert(conn, pair))
}

/// Gives an actor (the instance actor for `None`) new keys. The old ones are gone at once; peers are told to read the
/// actor again. What waits in the outbox is signed when it is sent, with the new keys.
///
/// # Errors
/// [`Error::NotFound`] for a centre that is not there, [`Error::Key`] when no key can be made.
pub async fn rotate(node: &Node, owner: Option<CentreId>) -> Result<(), Error> {
    let pairs = generate(node.make_pairs, owner, node.now()).await?;
    replace(node, owner, pairs).await
}

/// [`rotate`] to pairs that were made before.
///
/// # Errors
/// [`Error::NotFound`] for a centre that is not there.
pub async fn replace(node: &Node, owner: Option<CentreId>, pairs: Vec<ActorKey>) -> Result<(), Error> {
    let now = node.now();
    let (federation, name) = (node.federation.clone(), node.config.node.name.clone());
    let rotated = node
        .store
        .try_write(move |conn| {
            let actor = match owner {
                None => OurActor::Node,
                Some(id) => OurActor::Centre(centres::by_id(conn, id)?.ok_or(Error::NotFound)?.handle),
            };
            keys::replace(conn, owner, &pairs)?;
            Ok::<_, Error>(publish::actor_changed(conn, &federation, owner, &actor, &name, now)?)
        })
        .await;
    // Whether they stand or not: what this process signs with now is what the database has.
    node.federation.keys.forget(owner);
    rotated?;
    outbox::wake(&node.federation);
    Ok(())
}

fn stored(owner: Option<CentreId>, pair: &PrivateKey, now: Instant) -> Result<ActorKey, Error> {
    let (algorithm, public) = match (pair.kind(), pair.public_multibase()) {
        (KeyKind::Ed25519, Some(multibase)) => ("ed25519", multibase),
        _ => ("rsa", pair.public_pem()?),
    };
    Ok(ActorKey {
        owner,
        algorithm: algorithm.into(),
        private: pair.to_pkcs8()?,
        public,
        created: now,
    })
}
