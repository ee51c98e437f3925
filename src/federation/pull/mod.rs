//! Pull: the programme of each followed peer is read again after every sign of change and every few hours, so that a
//! lost message never matters for long.
//!
//! The source is `upcomingEvents` (FEP-8a8e), else the outbox. What is listed is kept; what is known, still to come and
//! no longer listed is asked for at its own address and dropped only when that says that it is gone.

mod actor;
mod buried;
mod checking;
mod reading;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use url::Url;

use super::context::Federation;
use super::error::FederationError;
use super::farewell;
use super::fetch::FetchError;
use super::source;
use crate::domain::id::PeerId;
use crate::store::StoreError;
use crate::store::pulls::{self, Last, Pull, Pulled};
use crate::telemetry;
pub use reading::MAX_ON_A_DAY;
pub(super) use reading::{MAX_ITEMS, TAKEN_AFTER_ITS_END, is_wanted};

/// Kinds of what was left out that are told of one reading.
const MAX_WORDS: usize = 8;
/// Why a reading is not the last: more events are only named than are fetched at once.
const FETCHES: &str = "too_many_fetches";
/// Peers read at the same time.
const AT_ONCE: usize = 4;
/// Besides, of those of which the last reading failed or left something out.
const AT_ONCE_TROUBLED: usize = 2;
/// Longest sleep without a look at the database.
const NAP: Duration = Duration::from_secs(5);
/// Longest time for one reading: what it has kept by then stays, and the next begins anew.
const LONGEST: Duration = Duration::from_secs(300);
/// After this another process may read the same peer: longer than any reading takes.
const LEASE: TimeDelta = TimeDelta::minutes(6);
/// After a failure.
const RETRY: TimeDelta = TimeDelta::minutes(10);
/// The longest it becomes where readings use up their fetches and change nothing: so often in a week, for which addresses are
/// passed over, that all that a programme can name has its turn.
const LONGEST_RETRY: TimeDelta = TimeDelta::hours(1);

/// Places for readings: whoever is slow or away waits for some of their own, and holds up no other.
struct Places {
    whole: Arc<Semaphore>,
    troubled: Arc<Semaphore>,
}

impl Places {
    fn of(&self, last: Last) -> &Arc<Semaphore> {
        match last {
            Last::Whole => &self.whole,
            Last::Troubled => &self.troubled,
        }
    }
}

/// Reads due peers until `stop` is true or dropped.
pub async fn run(federation: Federation, mut stop: watch::Receiver<bool>) {
    let mut readings = JoinSet::new();
    let places = Places {
        whole: Arc::new(Semaphore::new(AT_ONCE)),
        troubled: Arc::new(Semaphore::new(AT_ONCE_TROUBLED)),
    };
    while !*stop.borrow() {
        for last in [Last::Whole, Last::Troubled] {
            if let Err(error) = take_on(&federation, last, places.of(last), &mut readings).await {
                tracing::error!(%error, "due readings cannot be claimed");
            }
        }
        tokio::select! {
            () = federation.pull_bell.notified() => {}
            Some(_) = readings.join_next() => {}
            () = tokio::time::sleep(NAP) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    while readings.join_next().await.is_some() {}
}

/// Reads every peer that is due now, some at a time; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub async fn step(federation: &Federation) -> Result<usize, StoreError> {
    step_at_most(federation, AT_ONCE).await
}

/// [`step`] with so many peers: with one, what happens is in an order that can be repeated.
///
/// # Errors
/// Only what the database refuses.
pub async fn step_at_most(federation: &Federation, most: usize) -> Result<usize, StoreError> {
    for last in [Last::Whole, Last::Troubled] {
        let mut readings = JoinSet::new();
        let count = take_on(federation, last, &Arc::new(Semaphore::new(most)), &mut readings).await?;
        while readings.join_next().await.is_some() {}
        if count > 0 {
            return Ok(count);
        }
    }
    Ok(0)
}

/// Starts reading peers that are due, as many as there are places; how many there were.
async fn take_on(
    federation: &Federation,
    last: Last,
    places: &Arc<Semaphore>,
    readings: &mut JoinSet<()>,
) -> Result<usize, StoreError> {
    let (now, room) = (federation.now(), places.available_permits());
    // Nearly always nothing is due, and a look does not hold up who writes.
    if room == 0 || !federation.store.read(move |conn| pulls::any_due(conn, now)).await? {
        return Ok(0);
    }
    let limit = i64::try_from(room).unwrap_or(i64::MAX);
    let due = federation
        .store
        .write(move |conn| pulls::claim(conn, now, now + LEASE, last, limit))
        .await?;
    let count = due.len();
    for pull in due {
        let federation = federation.clone();
        let place = Arc::clone(places).try_acquire_owned();
        readings.spawn(async move {
            if let Err(error) = read_and_settle(&federation, pull).await {
                tracing::error!(%error, "a reading could not be settled");
            }
            drop(place);
        });
    }
    Ok(count)
}

async fn read_and_settle(federation: &Federation, pull: Pull) -> Result<(), StoreError> {
    if Url::parse(&pull.peer.uri).is_ok_and(|uri| federation.blocked.severity(&uri).is_some()) {
        // Who is muted may be followed, and is read when it is heard again.
        return federation
            .store
            .write(move |conn| pulls::stop(conn, pull.peer.id))
            .await;
    }
    let (pull, outcome, pause) = if pull.peer.is_source() {
        let (outcome, pause) = source::programme(federation, &pull).await;
        (pull, outcome, pause)
    } else {
        let pull = actor::renewed(federation, pull).await?;
        let reading = tokio::time::timeout(LONGEST, reading::programme(federation, &pull)).await;
        let outcome = reading.unwrap_or_else(|_| Err(FetchError::Timeout.into()));
        if let Err(error) = &outcome {
            actor::look_for_programme(federation, &pull.peer, error).await?;
        }
        let pause = pause(federation, pull.peer.id, &outcome);
        (pull, outcome, pause)
    };
    if let Err(FederationError::Fetch(error)) = &outcome
        && error.is_gone()
        && let Err(error) = farewell::after_410(federation, &pull.peer).await
    {
        tracing::error!(%error, "a peer that is gone could not be put away");
    }
    let now = federation.now();
    let word = match &outcome {
        Ok(Outcome::Changed { .. }) => telemetry::Pull::Changed,
        Ok(Outcome::Unchanged) => telemetry::Pull::Unchanged,
        Err(_) => telemetry::Pull::Failed,
    };
    federation.metrics.pull(word);
    match &outcome {
        Ok(Outcome::Changed { left_out, .. }) if !left_out.is_empty() => {
            tracing::info!(peer.host = %pull.peer.host, %left_out, "programme not read whole");
        }
        Err(error) => tracing::info!(peer.host = %pull.peer.host, %error, "programme not read"),
        Ok(_) => {}
    }
    let next = now + pause;
    let outcome = outcome.map_err(|error| problem(&error));
    let left_out = outcome.as_ref().ok().and_then(Outcome::words);
    federation
        .store
        .write(move |conn| {
            let pulled = match (&outcome, &left_out) {
                (Err(error), _) => Pulled::Failed(error),
                (_, Some(words)) => Pulled::Partly(words),
                (Ok(Outcome::Unchanged), None) => Pulled::Unchanged,
                (Ok(Outcome::Changed { etag, refused, .. }), None) => match refused {
                    true => Pulled::Refused(etag.as_deref()),
                    false => Pulled::Done(etag.as_deref()),
                },
            };
            pulls::settle(conn, &pull, pulled, now, next)
        })
        .await
}

/// How long a peer is not read after what a reading came to.
fn pause(federation: &Federation, peer: PeerId, outcome: &Result<Outcome, FederationError>) -> TimeDelta {
    let usual = TimeDelta::minutes(federation.settings.pull_minutes.into());
    match outcome {
        // The next reading goes on with what is left, the later, the longer that brings nothing.
        Ok(Outcome::Changed { left_out, fruitful, .. }) if left_out.has(FETCHES) => {
            if *fruitful {
                federation.passed_over.not_in_vain(peer);
                return RETRY;
            }
            let doublings = federation.passed_over.one_more_in_vain(peer).saturating_sub(1).min(5);
            let longest = LONGEST_RETRY.min(usual).max(RETRY);
            (RETRY * (1_i32 << doublings)).min(longest)
        }
        Ok(_) => {
            federation.passed_over.not_in_vain(peer);
            usual
        }
        Err(_) => RETRY,
    }
}

/// Why a programme could not be read, in a stable word as for what is left out.
fn problem(error: &FederationError) -> &'static str {
    match error {
        FederationError::Fetch(FetchError::Document(word)) => word,
        FederationError::Fetch(error) => error.reason(),
        _ => "failure",
    }
}

/// What a reading came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The programme is as it was.
    Unchanged,
    /// It was read.
    Changed {
        /// Its new ETag.
        etag: Option<String>,
        /// What could not be taken of it.
        left_out: LeftOut,
        /// Whether authors' servers refused some of what it lists of others.
        refused: bool,
        /// Whether anything is otherwise here than before, as far as that is looked at.
        fruitful: bool,
    },
}

impl Outcome {
    fn words(&self) -> Option<String> {
        match self {
            Self::Changed { left_out, .. } if !left_out.is_empty() => Some(left_out.to_string()),
            _ => None,
        }
    }
}

/// What a reading did not take, by a stable word with how often: `too_many_items`, `unreadable_event: 3`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(BTreeMap<&'static str, usize>);

impl LeftOut {
    /// Notes one more.
    pub fn note(&mut self, word: &'static str) {
        if self.0.len() < MAX_WORDS || self.0.contains_key(word) {
            *self.0.entry(word).or_default() += 1;
        }
    }

    /// Whether everything was taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, word: &'static str) -> bool {
        self.0.contains_key(word)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (word, count)) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "; " })?;
            f.write_str(word)?;
            if *count > 1 {
                write!(f, ": {count}")?;
            }
        }
        Ok(())
    }
}
