//! The worker of one process: drives every due host, a bounded number at a time.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::schedule::wait;
use super::send::{Knocks, Sent, send};
use crate::domain::time::Instant;
use crate::federation::context::Federation;
use crate::store::deliveries::{self, Delivery, Outcome};
use crate::store::{StoreError, followers, hosts};
use crate::telemetry;

/// Hosts driven at the same time.
const LANES: usize = 32;
/// Deliveries settled in one transaction. A crash within a batch sends at most these again, with the same ids.
const BATCH: i64 = 20;
/// Longest sleep without a look at the database: another process may have recorded work.
const NAP: Duration = Duration::from_secs(5);

/// Delivers for one process.
#[derive(Clone)]
pub struct Worker {
    federation: Federation,
    /// This process, in leases.
    owner: String,
}

impl Worker {
    /// A worker with a name of its own.
    pub fn new(federation: Federation) -> Self {
        let mut bytes = [0; 8];
        federation.random.fill(&mut bytes);
        Self {
            federation,
            owner: u64::from_le_bytes(bytes).to_string(),
        }
    }

    /// Works until `stop` is true or dropped; what is under way is settled first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut lanes = JoinSet::new();
        while !*stop.borrow() {
            while lanes.try_join_next().is_some() {}
            if let Err(error) = self.start_lanes(&mut lanes).await {
                tracing::error!(%error, "deliveries cannot be claimed");
            }
            tokio::select! {
                () = self.federation.outbox_bell.notified() => {}
                Some(_) = lanes.join_next() => {}
                () = tokio::time::sleep(self.nap().await) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while lanes.join_next().await.is_some() {}
    }

    /// Drives every host that is due now until it has nothing left or fails: for tests, which step by hand.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let mut lanes = JoinSet::new();
        let started = self.start_lanes(&mut lanes).await?;
        while lanes.join_next().await.is_some() {}
        Ok(started)
    }

    async fn start_lanes(&self, lanes: &mut JoinSet<()>) -> Result<usize, StoreError> {
        let free = i64::try_from(LANES.saturating_sub(lanes.len())).unwrap_or(0);
        if free == 0 {
            return Ok(0);
        }
        let (now, owner, until) = (self.federation.now(), self.owner.clone(), self.lease_end());
        let due = self
            .federation
            .store
            .read(move |conn| hosts::next_due(conn, now))
            .await?;
        if due.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let claimed = self
            .federation
            .store
            .write(move |conn| hosts::claim(conn, now, until, free, &owner))
            .await?;
        let count = claimed.len();
        for host in claimed {
            let worker = self.clone();
            lanes.spawn(async move {
                let name = host.host.clone();
                if let Err(error) = worker.drive(host).await {
                    tracing::error!(peer.host = %name, %error, "deliveries to a host stopped");
                }
            });
        }
        Ok(count)
    }

    /// Sends what waits for one host, in order, until nothing is left or an attempt fails.
    async fn drive(&self, host: hosts::Host) -> Result<(), StoreError> {
        let name = host.host.clone();
        let knocks = Knocks::left(&host);
        loop {
            let lane = name.clone();
            let batch = self
                .federation
                .store
                .read(move |conn| deliveries::next(conn, &lane, BATCH))
                .await?;
            if batch.is_empty() {
                let (owner, now) = (self.owner.clone(), self.federation.now());
                return self
                    .federation
                    .store
                    .write(move |conn| hosts::release(conn, &name, &owner, now))
                    .await;
            }
            let mut ended = Vec::with_capacity(batch.len());
            let mut failure = None;
            let began = self.federation.now();
            for delivery in batch {
                if !ended.is_empty() && self.federation.now() - began > self.patience() {
                    break;
                }
                match send(&self.federation, &delivery, knocks).await {
                    Sent::Failed { error, retry_after } => {
                        failure = Some((error, retry_after));
                        break;
                    }
                    sent => ended.push((delivery, sent)),
                }
            }
            let failed = failure.is_some();
            if !self.settle(&host, ended, failure).await? || failed {
                return Ok(());
            }
        }
    }

    /// Writes down how a batch ended; false when the lease was lost meanwhile.
    async fn settle(
        &self,
        host: &hosts::Host,
        ended: Vec<(Delivery, Sent)>,
        failure: Option<(String, Option<Duration>)>,
    ) -> Result<bool, StoreError> {
        self.count(&ended, failure.is_some());
        if let Some((error, _)) = &failure {
            tracing::info!(peer.host = %host.host, failures = host.failures + 1, %error, "delivery postponed");
        }
        let (name, owner, now, until) = (
            host.host.clone(),
            self.owner.clone(),
            self.federation.now(),
            self.lease_end(),
        );
        let delivered = ended.iter().any(|(_, sent)| *sent == Sent::Delivered);
        let failures = if delivered {
            1
        } else {
            u64::try_from(host.failures).unwrap_or(0) + 1
        };
        let next = failure
            .as_ref()
            .map(|(_, after)| now + delta(wait(failures, self.chance(), *after)));
        let stale = now - TimeDelta::days(i64::from(self.federation.settings.give_up_days));
        self.federation
            .store
            .write(move |conn| {
                for (delivery, sent) in &ended {
                    settle_one(conn, &name, delivery, sent, now)?;
                }
                if delivered {
                    hosts::succeeded(conn, &name, now)?;
                }
                if let (Some((error, _)), Some(next)) = (&failure, next) {
                    deliveries::expire(conn, &name, stale, now)?;
                    hosts::postpone(conn, &name, &owner, next, error, now)?;
                    return Ok(true);
                }
                hosts::renew(conn, &name, &owner, until)
            })
            .await
    }

    fn count(&self, ended: &[(Delivery, Sent)], failed: bool) {
        for (_, sent) in ended {
            let outcome = match sent {
                Sent::Delivered => telemetry::Delivery::Delivered,
                _ => telemetry::Delivery::Refused,
            };
            self.federation.metrics.delivery(outcome);
        }
        if failed {
            self.federation.metrics.delivery(telemetry::Delivery::Postponed);
        }
    }

    async fn nap(&self) -> Duration {
        let now = self.federation.now();
        let due = self.federation.store.read(move |conn| hosts::next_due(conn, now)).await;
        // A host that is due and was not claimed was just taken by another: look again in a moment, not at once.
        due.ok().flatten().map_or(NAP, |due| {
            let until = (due - now).to_std().unwrap_or_default();
            until.clamp(Duration::from_millis(200), NAP)
        })
    }

    /// How long a batch may go on before it is settled and the lease renewed: with one more attempt it stays within it.
    fn patience(&self) -> TimeDelta {
        let settings = &self.federation.settings;
        let lease = i64::try_from(settings.lease_seconds.saturating_sub(2 * settings.timeout_seconds)).unwrap_or(0);
        TimeDelta::seconds(lease)
    }

    fn lease_end(&self) -> Instant {
        self.federation.now() + delta(Duration::from_secs(self.federation.settings.lease_seconds))
    }

    fn chance(&self) -> u32 {
        let mut bytes = [0; 4];
        self.federation.random.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }
}

fn settle_one(
    conn: &mut crate::store::Conn,
    host: &str,
    delivery: &Delivery,
    sent: &Sent,
    now: Instant,
) -> Result<(), StoreError> {
    match sent {
        Sent::Delivered => deliveries::settle(conn, delivery.id, Outcome::Delivered, None, now),
        Sent::Refused(error) => {
            tracing::info!(peer.host = %host, activity.id = %delivery.activity.id, %error, "delivery refused");
            deliveries::settle(conn, delivery.id, Outcome::Refused, Some(error), now)
        }
        Sent::Gone => {
            followers::remove_inbox(conn, &delivery.inbox)?;
            deliveries::settle_gone(conn, host, &delivery.inbox, now).map(|_| ())
        }
        Sent::Failed { .. } => Ok(()),
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
