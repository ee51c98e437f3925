//! How much of our time anybody gets at the inboxes: a pace for each host, a pause for addresses that send rubbish, and
//! a bound on keys that are fetched at the same time.
//!
//! The pace is counted by the host of the keyId *and* the address the request comes from, so that nobody uses up the
//! share of a host by writing its name. A pause concerns what would cost us a fetch: who is known and signs rightly is
//! never shut out by a neighbour behind the same address. Everything here is bounded and expires.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::memory::Memory;
use super::refused::NotTaken;
use crate::config::FederationConfig;
use crate::domain::time::{Clock, Instant};

/// Requests between two clearings of hosts whose share is whole again.
const CLEAR_EVERY: u32 = 1_000;
/// Most addresses of which failures are remembered.
const ADDRESSES: usize = 20_000;
/// How long failures of an address are added up, and how long the pause is.
const PAUSE: TimeDelta = TimeDelta::minutes(5);
/// Fetches at the same time that messages cause: of all hosts, of one, and for one address that sends.
const FETCHES: (usize, usize, usize) = (32, 4, 8);
/// How long a request waits for its turn to fetch a key.
const TURN: Duration = Duration::from_secs(5);

/// Of a host at an address.
type Pace = RateLimiter<Sender, DashMapStateStore<Sender>, NodeClock, NoOpMiddleware<Duration>>;
type Sender = (String, IpAddr);

/// The limits of a node.
pub struct Limits {
    clock: NodeClock,
    pace: Option<Pace>,
    checks: AtomicU32,
    failures: Option<NonZeroU32>,
    addresses: Memory<IpAddr, Failures>,
    turn: Duration,
    fetches: Arc<Semaphore>,
    fetches_by_host: Turns<String>,
    fetches_by_address: Turns<IpAddr>,
}

/// Who fetches or waits for its turn.
type Turns<K> = Mutex<HashMap<K, Arc<Semaphore>>>;

/// What an address did wrong since `since`.
#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    since: Instant,
}

impl Limits {
    /// The limits that the operator has chosen.
    pub fn new(settings: &FederationConfig, clock: Arc<dyn Clock>) -> Self {
        let clock = NodeClock(clock);
        let pace = NonZeroU32::new(settings.inbox_per_minute).map(|most| {
            let quota = Quota::per_minute(most);
            RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())
        });
        Self {
            clock,
            pace,
            checks: AtomicU32::new(0),
            failures: NonZeroU32::new(settings.inbox_failures),
            addresses: Memory::of(ADDRESSES),
            turn: TURN,
            fetches: Arc::new(Semaphore::new(FETCHES.0)),
            fetches_by_host: Turns::default(),
            fetches_by_address: Turns::default(),
        }
    }

    /// Counts a request that says it comes from `host`.
    ///
    /// # Errors
    /// [`NotTaken::TooMany`] with the time to wait.
    pub(super) fn count(&self, host: &str, from: IpAddr) -> Result<(), NotTaken> {
        let Some(pace) = &self.pace else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CLEAR_EVERY == CLEAR_EVERY - 1 {
            pace.retain_recent();
        }
        pace.check_key(&(host.to_owned(), from)).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            NotTaken::TooMany("pace", wait)
        })
    }

    /// Notes that `from` sent something unsigned, wrongly signed or unreadable.
    pub(super) fn failed(&self, from: IpAddr) {
        let now = self.clock.0.now();
        self.addresses.update(from, |before| {
            let still = before.filter(|failures| now - failures.since < PAUSE);
            let failures = match still {
                // The pause begins with the failure that is one too many.
                Some(known) if self.is_too_many(known.count + 1) && !self.is_too_many(known.count) => Failures {
                    count: known.count + 1,
                    since: now,
                },
                Some(known) => Failures {
                    count: known.count.saturating_add(1),
                    ..known
                },
                None => Failures { count: 1, since: now },
            };
            (failures, ())
        });
    }

    /// Refuses who sent too much rubbish lately.
    ///
    /// # Errors
    /// [`NotTaken::TooMany`] with the rest of the pause.
    pub(super) fn check_address(&self, from: IpAddr) -> Result<(), NotTaken> {
        let now = self.clock.0.now();
        let Some(known) = self.addresses.get(&from) else {
            return Ok(());
        };
        let rest = known.since + PAUSE - now;
        if self.is_too_many(known.count) && rest > TimeDelta::zero() {
            return Err(NotTaken::TooMany("failures", rest.to_std().unwrap_or_default()));
        }
        Ok(())
    }

    fn is_too_many(&self, count: u32) -> bool {
        self.failures.is_some_and(|most| count >= most.get())
    }

    /// Waits for the turn to fetch something of `host` because of what `from` sent; it lasts as long as the answer is kept.
    ///
    /// # Errors
    /// [`NotTaken::Unavailable`] when too many others wait.
    pub(super) async fn fetch_of(&self, host: &str, from: IpAddr) -> Result<[OwnedSemaphorePermit; 3], NotTaken> {
        let by_address = turns_of(&self.fetches_by_address, from, FETCHES.2);
        let by_host = turns_of(&self.fetches_by_host, host.to_owned(), FETCHES.1);
        let turn = async {
            let of_address = by_address.acquire_owned().await.ok()?;
            let of_host = by_host.acquire_owned().await.ok()?;
            let of_all = Arc::clone(&self.fetches).acquire_owned().await.ok()?;
            Some([of_address, of_host, of_all])
        };
        match tokio::time::timeout(self.turn, turn).await {
            Ok(Some(permits)) => Ok(permits),
            _ => Err(NotTaken::Unavailable("many_fetches")),
        }
    }
}

fn turns_of<K: Eq + Hash>(all: &Turns<K>, key: K, most: usize) -> Arc<Semaphore> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    // Kept as long as somebody fetches or waits.
    all.retain(|_, turns| Arc::strong_count(turns) > 1);
    Arc::clone(all.entry(key).or_insert_with(|| Arc::new(Semaphore::new(most))))
}

/// The node's own clock, for `governor`: time since 1970.
#[derive(Clone)]
struct NodeClock(Arc<dyn Clock>);

impl GovernorClock for NodeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let millis = self.0.now().timestamp_millis();
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::FixedClock;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn limits(per_minute: u32, failures: u32) -> (Limits, Arc<FixedClock>) {
        let settings = FederationConfig {
            inbox_per_minute: per_minute,
            inbox_failures: failures,
            ..FederationConfig::default()
        };
        let clock = Arc::new(FixedClock::new(Instant::UNIX_EPOCH + TimeDelta::days(1)));
        (Limits::new(&settings, clock.clone()), clock)
    }

    #[test]
    fn a_host_has_a_share_that_nobody_else_can_use_up() {
        let (limits, clock) = limits(60, 10);
        for _ in 0..60 {
            assert!(limits.count("a.example", ADDRESS).is_ok());
        }
        let refused = limits.count("a.example", ADDRESS);
        assert!(
            matches!(&refused, Err(NotTaken::TooMany("pace", wait)) if *wait == Duration::from_secs(1)),
            "{refused:?}"
        );
        assert!(
            limits.count("a.example", OTHER).is_ok(),
            "the host itself, from its own address"
        );
        assert!(limits.count("b.example", ADDRESS).is_ok());
        clock.advance(TimeDelta::seconds(1));
        assert!(limits.count("a.example", ADDRESS).is_ok());
        assert!(limits.count("a.example", ADDRESS).is_err());
    }

    #[test]
    fn hosts_whose_share_is_whole_are_forgotten() {
        let (limits, clock) = limits(60_000, 10);
        for at in 0..10_000 {
            assert!(limits.count(&at.to_string(), ADDRESS).is_ok());
            clock.advance(TimeDelta::milliseconds(2));
        }
        let kept = limits.pace.as_ref().expect("a pace").len();
        assert!(kept <= 1_001, "{kept}");
    }

    #[test]
    fn too_many_failures_make_a_pause_that_ends() {
        let (limits, clock) = limits(0, 3);
        for _ in 0..2 {
            limits.failed(ADDRESS);
            clock.advance(TimeDelta::minutes(1));
        }
        assert!(limits.check_address(ADDRESS).is_ok());
        limits.failed(ADDRESS);
        let refused = limits.check_address(ADDRESS);
        assert!(
            matches!(&refused, Err(NotTaken::TooMany("failures", wait)) if *wait == Duration::from_secs(300)),
            "{refused:?}"
        );
        assert!(limits.check_address(OTHER).is_ok());
        clock.advance(TimeDelta::minutes(5));
        assert!(limits.check_address(ADDRESS).is_ok());
        limits.failed(ADDRESS);
        assert!(limits.check_address(ADDRESS).is_ok(), "the count begins again");
    }

    #[tokio::test]
    async fn keys_of_one_host_are_fetched_a_few_at_a_time() {
        let (mut limits, _) = limits(0, 0);
        limits.turn = Duration::from_millis(20);
        let mut held = Vec::new();
        let address = |at: usize| IpAddr::from([192, 0, 2, u8::try_from(at).expect("an address")]);
        for at in 0..FETCHES.1 {
            held.push(limits.fetch_of("a.example", address(at)).await.expect("a turn"));
        }
        let refused = limits.fetch_of("a.example", OTHER).await;
        assert!(matches!(refused, Err(NotTaken::Unavailable("many_fetches"))));
        held.pop();
        held.push(
            limits
                .fetch_of("a.example", OTHER)
                .await
                .expect("the turn of the one that ended"),
        );
        for at in 1..FETCHES.0 / FETCHES.1 {
            for of_host in 0..FETCHES.1 {
                let from = address(10 * at + of_host);
                held.push(limits.fetch_of(&at.to_string(), from).await.expect("a turn"));
            }
        }
        assert!(
            limits.fetch_of("other.example", ADDRESS).await.is_err(),
            "all turns are taken"
        );
        drop(held);
        assert!(limits.fetch_of("other.example", ADDRESS).await.is_ok());
        assert!(limits.fetches_by_host.lock().expect("the hosts").len() <= 1);
    }

    #[tokio::test]
    async fn one_address_leaves_turns_to_the_others() {
        let (mut limits, _) = limits(0, 0);
        limits.turn = Duration::from_millis(20);
        let mut held = Vec::new();
        for at in 0..FETCHES.2 {
            held.push(
                limits
                    .fetch_of(&format!("h{at}.example"), ADDRESS)
                    .await
                    .expect("a turn"),
            );
        }
        assert!(limits.fetch_of("one-more.example", ADDRESS).await.is_err());
        assert!(limits.fetch_of("one-more.example", OTHER).await.is_ok());
    }
}
