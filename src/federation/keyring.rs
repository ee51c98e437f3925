//! The private keys of our actors: kept in the store, parsed once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::error::FederationError;
use super::keys::PrivateKey;
use super::signature::Signer;
use super::urls::{KeyName, OurActor, Urls};
use crate::domain::id::CentreId;
use crate::store::keys::ActorKey;
use crate::store::{Db, StoreError, centres, keys};

/// Names of the algorithms in the store.
const RSA: &str = "rsa";
const ED25519: &str = "ed25519";

/// Both signers of one actor.
#[derive(Debug)]
pub struct ActorSigners {
    /// RSA 2048: what every peer verifies.
    pub rsa: Arc<Signer>,
    /// Ed25519 (FEP-521a).
    pub ed25519: Arc<Signer>,
}

/// All signers used so far.
pub struct KeyRing {
    urls: Urls,
    signers: RwLock<HashMap<Option<CentreId>, Arc<ActorSigners>>>,
}

impl KeyRing {
    /// An empty ring.
    pub fn new(urls: Urls) -> Self {
        Self {
            urls,
            signers: RwLock::new(HashMap::new()),
        }
    }

    /// The signers of `owner`.
    ///
    /// # Errors
    /// [`FederationError::NoActor`] when it has no keys.
    pub async fn of(&self, store: &Db, owner: Option<CentreId>) -> Result<Arc<ActorSigners>, FederationError> {
        if let Some(known) = self.signers.read().unwrap_or_else(PoisonError::into_inner).get(&owner) {
            return Ok(Arc::clone(known));
        }
        let (pairs, handle) = store
            .read(move |conn| Ok((keys::of_owner(conn, owner)?, handle_of(conn, owner)?)))
            .await?;
        let actor = match (owner, handle) {
            (None, _) => OurActor::Node,
            (Some(_), Some(handle)) => OurActor::Centre(handle),
            (Some(_), None) => return Err(FederationError::NoActor),
        };
        let signers = Arc::new(ActorSigners {
            rsa: self.signer(&pairs, RSA, &actor, KeyName::Rsa)?,
            ed25519: self.signer(&pairs, ED25519, &actor, KeyName::Ed25519)?,
        });
        self.signers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(owner, Arc::clone(&signers));
        Ok(signers)
    }

    fn signer(
        &self,
        pairs: &[ActorKey],
        algorithm: &str,
        actor: &OurActor,
        name: KeyName,
    ) -> Result<Arc<Signer>, FederationError> {
        let pair = pairs
            .iter()
            .find(|pair| pair.algorithm == algorithm)
            .ok_or(FederationError::NoActor)?;
        let key = PrivateKey::from_pkcs8(&pair.private)?;
        Ok(Arc::new(Signer {
            key_id: self.urls.key(actor, name).to_string(),
            key,
        }))
    }
}

fn handle_of(
    conn: &mut crate::store::Conn,
    owner: Option<CentreId>,
) -> Result<Option<crate::domain::text::Handle>, StoreError> {
    let Some(id) = owner else { return Ok(None) };
    Ok(centres::by_id(conn, id)?.map(|centre| centre.handle))
}
