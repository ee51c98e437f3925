//! When peers were last heard from: noted in memory for each activity that is taken in, written down once a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::context::Federation;
use crate::domain::id::PeerId;
use crate::domain::time::Instant;
use crate::store::{StoreError, peers};

/// Most peers that are noted between two writings; of more nothing is said.
const MOST: usize = 4_096;

/// What was heard since it was last written down.
#[derive(Debug, Default)]
pub struct Heard(Mutex<HashMap<PeerId, Instant>>);

impl Heard {
    /// `peer` signed something that was taken in.
    pub fn note(&self, peer: PeerId, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST || all.contains_key(&peer) {
            all.insert(peer, now);
        }
    }

    fn take(&self) -> Vec<(PeerId, Instant)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all).into_iter().collect()
    }
}

/// Writes down what was heard; returns of how many peers.
///
/// # Errors
/// Only what the database refuses.
pub async fn write_down(federation: &Federation) -> Result<usize, StoreError> {
    let mut heard = federation.heard.take();
    if heard.is_empty() {
        return Ok(0);
    }
    // Two processes that write down the same peers take their rows in one order.
    heard.sort_unstable();
    let count = heard.len();
    federation.store.write(move |conn| peers::heard(conn, &heard)).await?;
    Ok(count)
}
