//! Peers that wrote to us lately, kept in memory with their keys parsed: parsing a key costs ten times a verification.
//!
//! What is remembered may be out of date: another process may have fetched the actor again. So it only speeds up the way
//! to the transaction of the effect, which checks that the row is still the one that was remembered
//! ([`store::peers::standing`]); otherwise the request is looked at again. A replaced key is thus never believed.

use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::context::Federation;
use super::keys::PublicKey;
use super::memory::Memory;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::peers::Edition;
use crate::store::{self, StoreError, follows};

/// Most peers that are remembered: some kilobytes each.
const MOST: usize = 1_024;
/// Most actors that are remembered as unknown.
const STRANGERS: usize = 4_096;
/// A peer fetched more recently than this is not fetched again because a signature fails: else anybody could make us
/// knock at a third server by sending rubbish in its name.
pub(super) const REFETCH_AFTER: TimeDelta = TimeDelta::seconds(30);
/// How long an actor is taken for unknown without asking the database: another process may have met it.
const STRANGE: TimeDelta = TimeDelta::seconds(60);

/// A peer as the database has it.
#[derive(Debug)]
pub struct Acquaintance {
    /// The peer.
    pub peer: Arc<Peer>,
    /// Whether one of our actors followed it when it was read.
    pub followed: bool,
    /// The row that it was read from.
    pub edition: Arc<Edition>,
    keys: Vec<(String, PublicKey)>,
}

impl Acquaintance {
    /// `peer` with its keys parsed.
    ///
    /// # Errors
    /// As [`Edition::of`].
    pub(super) fn new(peer: Peer, followed: bool) -> Result<Self, StoreError> {
        let parsed = |text: &str| {
            if text.starts_with("-----") {
                PublicKey::from_pem(text).ok()
            } else {
                PublicKey::from_multibase(text).ok()
            }
        };
        let keys = peer.keys.iter();
        Ok(Self {
            keys: keys
                .filter_map(|key| Some((key.id.clone(), parsed(&key.public_key)?)))
                .collect(),
            edition: Arc::new(Edition::of(&peer)?),
            peer: Arc::new(peer),
            followed,
        })
    }

    /// The keys that `key_id` may mean: the one of that name, or all when it names the actor itself. Names are compared as
    /// addresses, in one spelling: that of the header may be another.
    pub(super) fn keys_of(&self, key_id: &Url) -> impl Iterator<Item = &PublicKey> {
        let key_id = key_id.as_str();
        let all = key_id == self.peer.uri;
        self.keys
            .iter()
            .filter(move |(id, _)| all || id == key_id)
            .map(|(_, key)| key)
    }
}

/// The memory of them, and of strangers.
#[derive(Debug)]
pub struct Acquaintances {
    known: Memory<String, Arc<Acquaintance>>,
    strangers: Memory<String, Instant>,
    /// When actors that are known were to be fetched again and did not answer.
    asked: Memory<String, Instant>,
}

impl Default for Acquaintances {
    fn default() -> Self {
        Self {
            known: Memory::of(MOST),
            strangers: Memory::of(STRANGERS),
            asked: Memory::of(MOST),
        }
    }
}

impl Acquaintances {
    /// Forgets what is known of the actor at `uri`: it was fetched again, or is gone.
    pub(super) fn forget(&self, uri: &str) {
        self.known.remove(uri);
        self.strangers.remove(uri);
    }

    /// Whether a known actor may be fetched because a signature in its name does not hold: not within [`REFETCH_AFTER`]
    /// after that was in vain. Else anybody could make us knock at a server that is down.
    pub(super) fn may_ask_again(&self, uri: &str, now: Instant) -> bool {
        let asked = self.asked.get(uri);
        asked.is_none_or(|asked| now - asked >= REFETCH_AFTER)
    }

    /// Notes that it did not answer.
    pub(super) fn asked_in_vain(&self, uri: &str, now: Instant) {
        self.asked.insert(uri.to_owned(), now);
    }
}

/// The actor at `uri` from memory or from the database.
///
/// # Errors
/// Only what the database refuses.
pub(super) async fn find(federation: &Federation, uri: &str) -> Result<Option<Arc<Acquaintance>>, StoreError> {
    let memory = &federation.acquaintances;
    if let Some(known) = memory.known.get(uri) {
        return Ok(Some(known));
    }
    let text = uri.to_owned();
    let read = federation.store.read(move |conn| {
        let Some(peer) = store::peers::by_uri(conn, &text)? else {
            return Ok(None);
        };
        let followed = !follows::accepted_of_peer(conn, peer.id)?.is_empty();
        Acquaintance::new(peer, followed).map(Some)
    });
    let found = read.await?.map(Arc::new);
    if let Some(found) = &found {
        memory.known.insert(uri.to_owned(), Arc::clone(found));
    }
    Ok(found)
}

/// Whether the actor at `uri` is unknown here, for a question that costs the sender nothing and comes in storms.
///
/// # Errors
/// Only what the database refuses.
pub(super) async fn is_stranger(federation: &Federation, uri: &str) -> Result<bool, StoreError> {
    let (memory, now) = (&federation.acquaintances, federation.now());
    if memory.strangers.get(uri).is_some_and(|until| now < until) {
        return Ok(true);
    }
    let strange = find(federation, uri).await?.is_none();
    // Where others share the database, one of them may meet it in a moment.
    if strange && federation.store.is_embedded() {
        memory.strangers.insert(uri.to_owned(), now + STRANGE);
    }
    Ok(strange)
}
