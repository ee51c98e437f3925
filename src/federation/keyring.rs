//! The private keys of our actors: kept in the store, parsed once, and noticed when another process rotates them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use serde_json::Value;

use super::error::FederationError;
use super::keys::{KeyError, KeyKind, PrivateKey};
use super::proof;
use super::signature::Signer;
use super::urls::{OurActor, Urls};
use crate::domain::id::CentreId;
use crate::domain::text::Handle;
use crate::domain::time::{Clock, Instant};
use crate::store::keys::ActorKey;
use crate::store::{Conn, Db, StoreError, centres, keys};

/// Names of the algorithms in the store.
const RSA: &str = "rsa";
const ED25519: &str = "ed25519";

/// How long signers are used without a look at the store: so long, after a rotation in another process, is the old key
/// still used. What a peer refuses meanwhile is sent again, with the new one.
const UNSEEN: TimeDelta = TimeDelta::seconds(1);

/// Both signers of one actor.
#[derive(Debug)]
pub struct ActorSigners {
    /// RSA 2048: what every peer verifies.
    pub rsa: Arc<Signer>,
    /// Ed25519 (FEP-521a); its name is the key itself.
    pub ed25519: Arc<Signer>,
    /// Since when there are these keys.
    pub since: Instant,
    rows: Vec<ActorKey>,
}

impl ActorSigners {
    /// The signer with a key of this kind.
    pub fn of_kind(&self, kind: KeyKind) -> &Arc<Signer> {
        match kind {
            KeyKind::Rsa => &self.rsa,
            KeyKind::Ed25519 => &self.ed25519,
        }
    }

    /// Puts a proof (FEP-8b32) into a document that says what was so at `at`. The same document has the same proof again,
    /// as long as the key is the same: no reader takes a new date for a change.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the key cannot sign.
    pub fn prove(&self, document: &mut Value, at: Instant) -> Result<(), StoreError> {
        proof::attach(document, &self.ed25519, at.max(self.since)).map_err(unusable)
    }

    /// An activity of ours as it was recorded, with its proofs by the key of today: those made by an earlier key of this actor
    /// are made anew, so that nothing waits or is shown that nobody can verify. What the instance actor hands on keeps the
    /// proof of the centre whose it is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a text that is no JSON, or when the key cannot sign.
    pub fn renew<'a>(&self, body: &'a str) -> Result<Cow<'a, str>, StoreError> {
        if !body.contains("\"proofValue\"") || body.contains(&self.ed25519.key_id) {
            return Ok(Cow::Borrowed(body));
        }
        let mut activity: Value = serde_json::from_str(body).map_err(|error| StoreError::Corrupt {
            what: "activity",
            reason: error.to_string(),
        })?;
        if let Some(object) = activity.get_mut("object") {
            self.renew_one(object)?;
        }
        self.renew_one(&mut activity)?;
        Ok(Cow::Owned(activity.to_string()))
    }

    fn renew_one(&self, document: &mut Value) -> Result<(), StoreError> {
        let own = document.get("proof").filter(|proof| self.made(proof));
        match own.and_then(proof::made_at) {
            Some(at) => self.prove(document, at),
            None => Ok(()),
        }
    }

    /// Whether a proof is by a key of this actor, which it has or had.
    fn made(&self, proof: &Value) -> bool {
        let key = proof["verificationMethod"].as_str();
        key.is_some_and(|key| actor_of(key) == actor_of(&self.ed25519.key_id))
    }
}

/// The actor in the name of a key of ours.
fn actor_of(key_id: &str) -> &str {
    key_id.split_once('#').map_or(key_id, |(actor, _)| actor)
}

/// All signers used so far. Clones share them.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    urls: Urls,
    clock: Arc<dyn Clock>,
    held: RwLock<HashMap<Option<CentreId>, Held>>,
}

#[derive(Clone)]
struct Held {
    signers: Arc<ActorSigners>,
    /// When they were last seen in the store.
    seen: Instant,
}

impl KeyRing {
    /// An empty ring.
    pub fn new(urls: Urls, clock: Arc<dyn Clock>) -> Self {
        let held = RwLock::default();
        Self(Arc::new(Inner { urls, clock, held }))
    }

    /// The signers of `owner` (the instance actor for `None`).
    ///
    /// # Errors
    /// What the database refuses, or a key that cannot be read.
    pub async fn of(&self, store: &Db, owner: Option<CentreId>) -> Result<Arc<ActorSigners>, FederationError> {
        let now = self.0.clock.now();
        if let Some(held) = self.held(owner)
            && (held.seen..held.seen + UNSEEN).contains(&now)
        {
            return Ok(held.signers);
        }
        let ring = self.clone();
        Ok(store.read(move |conn| ring.within(conn, owner)).await?)
    }

    /// The signers of `owner` as the database has them within this transaction.
    ///
    /// # Errors
    /// What the database refuses; [`StoreError::Corrupt`] for keys that are not there or cannot be read.
    pub fn within(&self, conn: &mut Conn, owner: Option<CentreId>) -> Result<Arc<ActorSigners>, StoreError> {
        let now = self.0.clock.now();
        let rows = keys::of_owner(conn, owner)?;
        let known = self.held(owner).filter(|held| held.signers.rows == rows);
        let signers = match known {
            Some(held) => held.signers,
            None => Arc::new(self.parse(conn, owner, rows)?),
        };
        let held = Held {
            signers: Arc::clone(&signers),
            seen: now,
        };
        let mut all = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(owner, held);
        Ok(signers)
    }

    /// Looks at the store again before the next use: the keys of `owner` were just rotated.
    pub fn forget(&self, owner: Option<CentreId>) {
        let mut all = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(&owner);
    }

    fn held(&self, owner: Option<CentreId>) -> Option<Held> {
        let all = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&owner).cloned()
    }

    fn parse(&self, conn: &mut Conn, owner: Option<CentreId>, rows: Vec<ActorKey>) -> Result<ActorSigners, StoreError> {
        let actor = match owner {
            None => OurActor::Node,
            Some(id) => OurActor::Centre(handle_of(conn, id)?),
        };
        let urls = &self.0.urls;
        let (rsa, ed25519) = (pair(&rows, RSA)?, pair(&rows, ED25519)?);
        let named = urls.multikey(&actor, &ed25519.public);
        Ok(ActorSigners {
            rsa: signer(rsa, urls.rsa_key(&actor).into())?,
            ed25519: signer(ed25519, named.into())?,
            since: rsa.created.max(ed25519.created),
            rows,
        })
    }
}

fn pair<'a>(rows: &'a [ActorKey], algorithm: &str) -> Result<&'a ActorKey, StoreError> {
    let pair = rows.iter().find(|pair| pair.algorithm == algorithm);
    pair.ok_or_else(|| unusable("there is none"))
}

fn signer(pair: &ActorKey, key_id: String) -> Result<Arc<Signer>, StoreError> {
    let key = PrivateKey::from_pkcs8(&pair.private).map_err(|error: KeyError| unusable(error))?;
    Ok(Arc::new(Signer { key_id, key }))
}

fn handle_of(conn: &mut Conn, id: CentreId) -> Result<Handle, StoreError> {
    let centre = centres::by_id(conn, id)?;
    centre
        .map(|centre| centre.handle)
        .ok_or_else(|| unusable("its owner is not there"))
}

fn unusable(reason: impl ToString) -> StoreError {
    StoreError::Corrupt {
        what: "key of an actor",
        reason: reason.to_string(),
    }
}
