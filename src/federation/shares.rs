//! How many more events of each publisher are kept: counted once in a while, not for each event.
//!
//! A count walks over all that the publisher has here. So it grants a number of events at once, and only who is close to
//! the bound is counted for each. Processes that share a database grant for themselves: each may go over the bound by
//! [`STEP`] at most.

use super::memory::Memory;
use crate::domain::id::PeerId;
use crate::store::{Conn, StoreError, events};

/// Events of one publisher that are kept. A centre with a hundred weekly workshops has 8000 sessions in 18 months; without
/// a bound, one peer could fill the calendar and the disk of all who follow it.
pub const MAX_EVENTS: i64 = 10_000;
/// Events that are granted at once.
const STEP: i64 = 250;
/// Most publishers whose grants are remembered.
const MOST: usize = 4_096;

/// What is left of the grants.
#[derive(Debug)]
pub struct Shares(Memory<PeerId, i64>);

impl Default for Shares {
    fn default() -> Self {
        Self(Memory::of(MOST))
    }
}

impl Shares {
    /// Takes one event of the share of `peer`; false when there is none left.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn take(&self, conn: &mut Conn, peer: PeerId) -> Result<bool, StoreError> {
        let one = |left: Option<i64>| match left.unwrap_or_default() {
            0 => (0, false),
            left => (left - 1, true),
        };
        if self.0.update(peer, one) {
            return Ok(true);
        }
        if !events::is_full(conn, peer, MAX_EVENTS - STEP)? {
            self.0.insert(peer, STEP - 1);
            return Ok(true);
        }
        Ok(!events::is_full(conn, peer, MAX_EVENTS)?)
    }
}
