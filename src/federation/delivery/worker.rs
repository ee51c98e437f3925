//! The worker of one process: takes on every host that is due, as many at a time as there is room for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::lane::{Lane, Standing};
use crate::domain::time::Instant;
use crate::federation::context::Federation;
use crate::store::hosts::Room;
use crate::store::{StoreError, hosts};

/// Hosts driven at the same time.
const LANES: usize = 256;
/// Of these, for hosts that failed the last time, and as many for hosts that were never tried: those that hang take up no more,
/// and a new one does not wait for the dead.
const FAILING_LANES: usize = 64;
/// See [`FAILING_LANES`].
const NEW_LANES: usize = 64;
/// Longest sleep without a look at the database: another process may have recorded work.
const NAP: Duration = Duration::from_secs(5);

/// Delivers for one process.
#[derive(Clone)]
pub struct Worker {
    federation: Federation,
    /// This process, in leases.
    process: u64,
    /// How often it claimed hosts.
    claims: Arc<AtomicU64>,
}

/// What a lane leaves behind.
struct Ended {
    /// How its host stood when it began.
    standing: Standing,
    /// When its host is tried again, where it failed.
    due: Option<Instant>,
}

/// The hosts under way.
#[derive(Default)]
struct Lanes {
    set: JoinSet<Ended>,
    new: usize,
    failing: usize,
}

impl Lanes {
    fn room(&self) -> Room {
        let room = |most: usize, taken: usize| i64::try_from(most.saturating_sub(taken)).unwrap_or(0);
        let healthy = self.set.len().saturating_sub(self.new + self.failing);
        Room {
            healthy: room(LANES - FAILING_LANES - NEW_LANES, healthy),
            new: room(NEW_LANES, self.new),
            failing: room(FAILING_LANES, self.failing),
        }
    }

    fn share(&mut self, standing: Standing) -> Option<&mut usize> {
        match standing {
            Standing::Healthy => None,
            Standing::New => Some(&mut self.new),
            Standing::Failing => Some(&mut self.failing),
        }
    }

    fn start(&mut self, mut lane: Lane) {
        let standing = lane.standing();
        if let Some(taken) = self.share(standing) {
            *taken += 1;
        }
        self.set.spawn(async move {
            if let Err(error) = lane.drive().await {
                tracing::error!(peer.host = %lane.name(), %error, "deliveries to a host stopped");
            }
            let due = lane.due();
            Ended { standing, due }
        });
    }

    /// Waits for one to end, and says when its host is due again; never returns when there is none.
    async fn one_ends(&mut self) -> Option<Instant> {
        let Some(ended) = self.set.join_next().await else {
            return std::future::pending().await;
        };
        // A lane that panicked counts as healthy; the lease that it leaves behind runs out.
        let ended = ended.unwrap_or(Ended {
            standing: Standing::Healthy,
            due: None,
        });
        if let Some(taken) = self.share(ended.standing) {
            *taken = taken.saturating_sub(1);
        }
        ended.due
    }
}

impl Worker {
    /// A worker with a name of its own.
    pub fn new(federation: Federation) -> Self {
        let mut bytes = [0; 8];
        federation.random.fill(&mut bytes);
        Self {
            federation,
            process: u64::from_le_bytes(bytes),
            claims: Arc::default(),
        }
    }

    /// Works until `stop` is true or dropped; what is under way is settled first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut lanes = Lanes::default();
        while !*stop.borrow() {
            let room = lanes.room();
            let nap = match self.take_on(&mut lanes, room).await {
                Ok(due) => self.nap(due),
                Err(error) => {
                    tracing::error!(%error, "deliveries cannot be claimed");
                    NAP
                }
            };
            if !self.rest(&mut lanes, nap, &mut stop).await {
                break;
            }
        }
        while lanes.set.join_next().await.is_some() {}
    }

    /// Until there may be something to take on: the bell rings, a host comes due, or a lane ends where all were taken.
    /// False when the worker is to stop.
    async fn rest(&self, lanes: &mut Lanes, nap: Duration, stop: &mut watch::Receiver<bool>) -> bool {
        let nap = tokio::time::sleep(nap);
        tokio::pin!(nap);
        loop {
            let full = lanes.room();
            tokio::select! {
                () = self.federation.outbox_bell.notified() => return true,
                () = &mut nap => return true,
                changed = stop.changed() => return changed.is_ok(),
                due = lanes.one_ends() => {
                    if full.healthy == 0 || full.new == 0 || full.failing == 0 {
                        return true;
                    }
                    if let Some(due) = due {
                        let until = tokio::time::Instant::now() + self.nap(Some(due));
                        let sooner = until.min(nap.deadline());
                        nap.as_mut().reset(sooner);
                    }
                }
            }
        }
    }

    /// Drives every host that is due now until it has nothing left or fails: for tests, which step by hand.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let mut lanes = Lanes::default();
        let room = lanes.room();
        self.take_on(&mut lanes, room).await?;
        let started = lanes.set.len();
        while lanes.set.join_next().await.is_some() {}
        Ok(started)
    }

    /// [`Worker::step`] with one host; whether there was one. What happens is then in an order that can be repeated.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub async fn step_one(&self) -> Result<bool, StoreError> {
        for (healthy, new, failing) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let mut lanes = Lanes::default();
            self.take_on(&mut lanes, Room { healthy, new, failing }).await?;
            if lanes.set.join_next().await.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The holder of what is claimed now. Each time another one: when a clock leaps over the end of a lease, this process
    /// claims the host anew, and the lane that has it still must find that it lost it.
    fn next_owner(&self) -> String {
        let claim = self.claims.fetch_add(1, Ordering::Relaxed);
        format!("{}-{claim}", self.process)
    }

    /// Takes on hosts that are due; when the next one is, as far as it is known.
    async fn take_on(&self, lanes: &mut Lanes, room: Room) -> Result<Option<Instant>, StoreError> {
        let (now, owner) = (self.federation.now(), self.next_owner());
        let store = &self.federation.store;
        let due = store.read(move |conn| hosts::next_due(conn, now)).await?;
        if due.is_none_or(|due| due > now) {
            return Ok(due);
        }
        let lease = i64::try_from(self.federation.settings.lease_seconds).unwrap_or(i64::MAX);
        let until = now + TimeDelta::seconds(lease);
        let holder = owner.clone();
        let claimed = store
            .write(move |conn| hosts::claim(conn, now, until, room, &holder))
            .await?;
        for host in claimed {
            lanes.start(Lane::new(self.federation.clone(), owner.clone(), host));
        }
        store.read(move |conn| hosts::next_due(conn, now)).await
    }

    /// How long to sleep when the next host is due at `due`. One that is due and was not claimed waits for a lane or was
    /// just taken by another process: worth another look in a moment, not at once.
    fn nap(&self, due: Option<Instant>) -> Duration {
        due.map_or(NAP, |due| {
            let until = (due - self.federation.now()).to_std().unwrap_or_default();
            until.clamp(Duration::from_millis(200), NAP)
        })
    }
}
