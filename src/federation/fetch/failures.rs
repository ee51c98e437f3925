//! A short memory of addresses that just failed: a peer that is gone, or an attacker who names a thousand actors, does
//! not make us knock each time. Bounded, and everything in it expires.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use super::FetchError;
use crate::domain::time::Instant;

/// More failures than this are not remembered.
const MAX_REMEMBERED: usize = 4096;

/// The failures, by address.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<HashMap<String, (Instant, FetchError)>>);

impl Failures {
    /// The failure that still stands at `now`.
    pub(super) fn standing(&self, address: &str, now: Instant) -> Option<FetchError> {
        let remembered = self.lock();
        remembered
            .get(address)
            .filter(|(until, _)| *until > now)
            .map(|(_, error)| error.clone())
    }

    /// Remembers a failure for `span`.
    pub(super) fn remember(&self, address: &str, error: &FetchError, now: Instant, span: TimeDelta) {
        let mut remembered = self.lock();
        if remembered.len() >= MAX_REMEMBERED {
            remembered.retain(|_, (until, _)| *until > now);
        }
        if remembered.len() < MAX_REMEMBERED {
            remembered.insert(address.to_owned(), (now + span, error.clone()));
        }
    }

    /// Forgets the failure of an address.
    pub(super) fn forget(&self, address: &str) {
        self.lock().remove(address);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Instant, FetchError)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_forgotten_in_time_and_never_too_many() {
        let failures = Failures::default();
        let start = Instant::UNIX_EPOCH;
        let later = start + TimeDelta::seconds(11);
        for at in 0..MAX_REMEMBERED + 10 {
            failures.remember(&at.to_string(), &FetchError::Dns, start, TimeDelta::seconds(10));
        }
        assert_eq!(failures.lock().len(), MAX_REMEMBERED);
        assert_eq!(failures.standing("1", start), Some(FetchError::Dns));
        assert_eq!(failures.standing("1", later), None);
        failures.remember("new", &FetchError::Timeout, later, TimeDelta::seconds(10));
        assert_eq!(failures.lock().len(), 1);
        failures.forget("new");
        assert_eq!(failures.standing("new", later), None);
    }
}
