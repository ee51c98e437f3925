//! How often one client may try something. A client is an IPv4 address or an IPv6 /64: what one household gets.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::Error;
use crate::web::extract::Client;

/// Checks between two clearings of clients that have not been seen for a while.
const CLEAR_EVERY: u32 = 1_000;

/// A limit by client.
pub struct Limit {
    clients: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl Limit {
    /// `burst` attempts at once, and one more each `pause`.
    pub fn new(burst: NonZeroU32, pause: Duration) -> Self {
        let quota = Quota::with_period(pause)
            .unwrap_or_else(|| Quota::per_minute(burst))
            .allow_burst(burst);
        Self {
            clients: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
        }
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time to wait.
    pub fn check(&self, client: &Client) -> Result<(), Error> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CLEAR_EVERY == CLEAR_EVERY - 1 {
            self.clients.retain_recent();
        }
        self.clients
            .check_key(&client.network())
            .map_err(|until| Error::TooMany(until.wait_time_from(self.clock.now())))
    }
}

/// The limits of a node, shared by its threads.
pub struct Limits {
    /// Attempts to sign in.
    pub sign_in: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        // Ten slips of the keyboard at once, then one try every ten seconds.
        Self {
            sign_in: Limit::new(NonZeroU32::MIN.saturating_add(9), Duration::from_secs(10)),
        }
    }
}
