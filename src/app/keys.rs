//! Key pairs of our own actors: an RSA one, which every server reads, and an Ed25519 one (FEP-521a).

use super::Error;
use crate::domain::id::CentreId;
use crate::domain::time::Instant;
use crate::federation::keys::{KeyKind, PrivateKey};
use crate::store::keys::{self, ActorKey};
use crate::store::{Conn, Db, StoreError};

/// Makes the keys of the instance actor when it has none. Of two processes that start at once, the first one's stay.
pub(super) async fn ensure_instance(store: &Db, now: Instant) -> Result<(), Error> {
    if !store.read(|conn| keys::of_owner(conn, None)).await?.is_empty() {
        return Ok(());
    }
    let pairs = generate(None, now).await?;
    match store.write(move |conn| insert(conn, &pairs)).await {
        Ok(()) | Err(StoreError::AlreadyExists) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A new pair of each kind for `owner`. RSA takes a tenth of a second, on a blocking thread.
pub(super) async fn generate(owner: Option<CentreId>, now: Instant) -> Result<Vec<ActorKey>, Error> {
    let pairs = tokio::task::spawn_blocking(|| Ok([PrivateKey::generate_rsa()?, PrivateKey::generate_ed25519()?]))
        .await
        .map_err(|_| Error::Stopping)?;
    pairs.and_then(|pairs| pairs.iter().map(|pair| stored(owner, pair, now)).collect())
}

/// Keeps new pairs, in the transaction of their owner.
pub(super) fn insert(conn: &mut Conn, pairs: &[ActorKey]) -> Result<(), StoreError> {
    pairs.iter().try_for_each(|pair| keys::insert(conn, pair))
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
