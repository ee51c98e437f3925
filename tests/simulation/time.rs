//! One time for all, and a clock for each node that is some minutes off.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use maillage::domain::time::{Clock, Instant};

/// Milliseconds since 1970 in the simulated world.
pub struct VirtualTime(AtomicI64);

impl VirtualTime {
    /// Starts on the morning of 23 November 2026.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_795_417_200_000)))
    }

    pub fn ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

/// The clock of one node.
pub struct NodeClock {
    pub time: Arc<VirtualTime>,
    /// Milliseconds that it is ahead.
    pub skew: AtomicI64,
}

impl Clock for NodeClock {
    fn now(&self) -> Instant {
        instant(self.time.ms() + self.skew.load(Ordering::Relaxed))
    }
}

pub fn instant(ms: i64) -> Instant {
    Instant::from_timestamp_millis(ms).unwrap_or_default()
}
