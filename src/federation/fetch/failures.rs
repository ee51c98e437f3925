//! A short memory of addresses that just failed: a peer that is gone, or an attacker who names a thousand actors, does
//! not make us knock each time. Bounded, and everything in it expires.

use chrono::TimeDelta;

use super::FetchError;
use crate::domain::time::Instant;
use crate::federation::memory::Memory;

/// Of more failures than this, those that were not asked for lately are forgotten.
const MAX_REMEMBERED: usize = 4096;

/// The failures, by address.
#[derive(Debug)]
pub(super) struct Failures(Memory<String, (Instant, FetchError)>);

impl Default for Failures {
    fn default() -> Self {
        Self(Memory::of(MAX_REMEMBERED))
    }
}

impl Failures {
    /// The failure that still stands at `now`.
    pub(super) fn standing(&self, address: &str, now: Instant) -> Option<FetchError> {
        let (until, error) = self.0.get(address)?;
        if until <= now {
            self.0.remove(address);
            return None;
        }
        Some(error)
    }

    /// Remembers a failure for `span`.
    pub(super) fn remember(&self, address: &str, error: &FetchError, now: Instant, span: TimeDelta) {
        self.0.insert(address.to_owned(), (now + span, error.clone()));
    }

    /// Forgets the failure of an address.
    pub(super) fn forget(&self, address: &str) {
        self.0.remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_forgotten_in_time_and_any_number_leaves_room_for_the_next() {
        let failures = Failures::default();
        let start = Instant::UNIX_EPOCH;
        let later = start + TimeDelta::seconds(11);
        for at in 0..2 * MAX_REMEMBERED {
            failures.remember(&at.to_string(), &FetchError::Dns, start, TimeDelta::seconds(10));
            assert_eq!(failures.standing(&at.to_string(), start), Some(FetchError::Dns));
        }
        assert_eq!(
            failures.standing("1", start),
            None,
            "of so many, the oldest are forgotten"
        );
        let last = (2 * MAX_REMEMBERED - 1).to_string();
        assert_eq!(failures.standing(&last, later), None);
        failures.remember("new", &FetchError::Timeout, later, TimeDelta::seconds(10));
        assert_eq!(failures.standing("new", later), Some(FetchError::Timeout));
        failures.forget("new");
        assert_eq!(failures.standing("new", later), None);
    }
}
