//! One host: what waits for it is sent in order, batch by batch, until nothing is left or an attempt fails.
//!
//! A host that failed is half open: its next attempt is one delivery, and only when that is taken in come the others. A
//! delivery over which an otherwise healthy host stumbles again and again is set aside, so that it holds up nobody else.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::schedule::wait;
use super::send::{Failure, Manner, Prepared, Sent, send};
use crate::domain::id::CentreId;
use crate::domain::time::Instant;
use crate::federation::context::Federation;
use crate::store::activities::Activity;
use crate::store::deliveries::{self, Delivery, Outcome};
use crate::store::hosts::Postponed;
use crate::store::{Conn, StoreError, followers, hosts};
use crate::telemetry;

/// Deliveries settled in one transaction. A crash within a batch sends at most these again, with the same ids.
const BATCH: i64 = 32;
/// Attempts over which a host may stumble on one delivery before others are tried in its place.
const MAX_STUMBLES: i64 = 4;
/// How many others are tried then, at most: a host that cannot digest one change often cannot digest the like of it, and who
/// calls off a series changes eight sessions at once.
const NEIGHBOURS: usize = 8;
/// How long a host keeps its lane before the others have their turn, of monotonic time.
const TURN: Duration = Duration::from_secs(10);
/// How long a host fails before anything is given up.
const FAILS_FOR: TimeDelta = TimeDelta::days(3);
/// Deliveries that are given up in one transaction.
const EXPIRED_AT_ONCE: i64 = 1000;

/// A host under lease.
pub(super) struct Lane {
    federation: Federation,
    /// Who holds the lease.
    owner: String,
    host: hosts::Host,
    manner: Manner,
    prepared: Prepared,
    /// When it is tried again, once it has failed.
    due: Option<Instant>,
}

/// How a host stood when it was last tried: each has a share of the lanes of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It took something in.
    Healthy,
    /// It was never tried.
    New,
    /// It failed.
    Failing,
}

/// How a batch ended.
#[derive(Default)]
struct Report {
    delivered: Vec<i64>,
    closed: Vec<(Delivery, Sent)>,
    failure: Option<Failure>,
    /// What the host stumbled over though it took in another.
    stumbled: Vec<i64>,
}

impl Report {
    /// Whether the inbox of `delivery` turned out to be gone.
    fn is_gone(&self, delivery: &Delivery) -> bool {
        let gone = |(other, sent): &(Delivery, Sent)| *sent == Sent::Gone && other.inbox == delivery.inbox;
        self.closed.iter().any(gone)
    }
}

impl Lane {
    pub(super) fn new(federation: Federation, owner: String, host: hosts::Host) -> Self {
        let manner = Manner::with(&host);
        Self {
            federation,
            owner,
            host,
            manner,
            prepared: Prepared::default(),
            due: None,
        }
    }

    /// When the host is tried again, where it failed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// How the host stood when it was last tried.
    pub(super) fn standing(&self) -> Standing {
        match (self.host.failures, self.host.last_success) {
            (0, Some(_)) => Standing::Healthy,
            (0, None) => Standing::New,
            _ => Standing::Failing,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.host.host
    }

    /// Sends until nothing is left, an attempt fails, the lease was lost, or the time is up: then the others have their
    /// turn first.
    pub(super) async fn drive(&mut self) -> Result<(), StoreError> {
        let turn_ends = tokio::time::Instant::now() + TURN;
        let (host, first) = (self.host.host.clone(), if self.host.failures > 0 { 1 } else { BATCH });
        let mut batch = self
            .federation
            .store
            .read(move |conn| deliveries::next(conn, &host, first))
            .await?;
        loop {
            let report = self.send_in_order(batch).await?;
            let failed = report.failure.is_some();
            batch = self.settle(report, turn_ends).await?;
            if batch.is_empty() {
                if failed {
                    self.give_up_what_is_stale().await?;
                }
                return Ok(());
            }
        }
    }

    async fn send_in_order(&mut self, batch: Vec<Delivery>) -> Result<Report, StoreError> {
        let (mut report, mut began) = (Report::default(), self.federation.now());
        for delivery in batch {
            let started = !(report.delivered.is_empty() && report.closed.is_empty());
            if started && self.federation.now() - began > self.patience() {
                break;
            }
            if report.is_gone(&delivery) {
                continue;
            }
            let mut sent = send(&self.federation, &delivery, &mut self.manner, &mut self.prepared).await;
            if !started && sent.stumbled() && self.host.failures + 1 >= MAX_STUMBLES {
                sent = self.once_more(&delivery, sent, &mut report, &mut began).await?;
            }
            match sent {
                Sent::Delivered => report.delivered.push(delivery.id),
                Sent::Failed(failure) => {
                    report.failure = Some(failure);
                    break;
                }
                closed => report.closed.push((delivery, closed)),
            }
        }
        Ok(report)
    }

    /// Tries a delivery again over which the host stumbled as often as it may, where it takes in another. It may have come
    /// back between the two, or answer so by chance: only when it stumbles once more, and did so another time, is it this
    /// delivery. Nothing of this is begun without the lease.
    async fn once_more(
        &mut self,
        stuck: &Delivery,
        sent: Sent,
        report: &mut Report,
        began: &mut Instant,
    ) -> Result<Sent, StoreError> {
        let Some(beside) = self.delivered_around(stuck, report, began).await? else {
            return Ok(sent);
        };
        if !self.is_held(began).await? {
            return Ok(sent);
        }
        let sent = self.again(stuck, report).await;
        for delivery in beside {
            // Who is away by now, or asks for time, is left alone.
            if sent.is_away() || !self.is_held(began).await? {
                break;
            }
            match self.again(&delivery, report).await {
                Sent::Delivered => report.delivered.push(delivery.id),
                Sent::Failed(failure) if failure.stumbled => {}
                Sent::Failed(_) => break,
                closed => report.closed.push((delivery, closed)),
            }
        }
        Ok(sent)
    }

    /// Sends what the host stumbled over before it took in another. Where it stumbles again it is noted, or, if that was noted
    /// another time, refused for good.
    async fn again(&mut self, delivery: &Delivery, report: &mut Report) -> Sent {
        let sent = send(&self.federation, delivery, &mut self.manner, &mut self.prepared).await;
        if sent.stumbled() && delivery.stumbled {
            return sent.final_if_stumbled();
        }
        if sent.stumbled() {
            report.stumbled.push(delivery.id);
        }
        sent
    }

    /// Whether the host is ours for one more attempt; the lease is renewed where it would run out meanwhile.
    async fn is_held(&self, began: &mut Instant) -> Result<bool, StoreError> {
        let now = self.federation.now();
        if now - *began <= self.patience() {
            return Ok(true);
        }
        *began = now;
        let (host, owner, until) = (self.host.host.clone(), self.owner.clone(), self.lease_from(now));
        let renewed = self
            .federation
            .store
            .write(move |conn| hosts::renew(conn, &host, &owner, until));
        renewed.await
    }

    /// Whether the host takes in something that waits about another object: then it is `stuck` that is wrong and not the
    /// host. Tries the oldest about each of some others, and returns those over which it stumbled before it took one in;
    /// nothing when it took in none.
    async fn delivered_around(
        &mut self,
        stuck: &Delivery,
        report: &mut Report,
        began: &mut Instant,
    ) -> Result<Option<Vec<Delivery>>, StoreError> {
        let (mut tried, mut beside) = (vec![Arc::clone(&stuck.activity)], Vec::new());
        while tried.len() <= NEIGHBOURS {
            if !self.is_held(began).await? {
                break;
            }
            let Some(next) = self.beside(&tried).await? else { break };
            tried.push(Arc::clone(&next.activity));
            if report.is_gone(&next) {
                continue;
            }
            let sent = send(&self.federation, &next, &mut self.manner, &mut self.prepared).await;
            match sent {
                Sent::Delivered => {
                    report.delivered.push(next.id);
                    return Ok(Some(beside));
                }
                Sent::Failed(failure) if failure.stumbled => beside.push(next),
                Sent::Failed(_) => break,
                closed => report.closed.push((next, closed)),
            }
        }
        Ok(None)
    }

    /// The next that waits about none of the objects that were `tried`. After half of those that may be tried, it is of another
    /// sender where there is one: a host that holds an old key of one centre believes the others.
    async fn beside(&self, tried: &[Arc<Activity>]) -> Result<Option<Delivery>, StoreError> {
        let objects: Vec<String> = tried.iter().map(|activity| activity.object_uri.clone()).collect();
        let senders: Vec<Option<CentreId>> = if tried.len() > NEIGHBOURS / 2 {
            tried.iter().map(|activity| activity.sender).collect()
        } else {
            Vec::new()
        };
        let host = self.host.host.clone();
        let next = self.federation.store.read(move |conn| {
            let of_another = deliveries::next_about_another(conn, &host, &objects, &senders)?;
            if of_another.is_some() || senders.is_empty() {
                return Ok(of_another);
            }
            deliveries::next_about_another(conn, &host, &objects, &[])
        });
        next.await
    }

    /// Writes down how a batch ended; what comes next. Nothing comes when the host is postponed, given back, or lost.
    async fn settle(&mut self, report: Report, turn_ends: tokio::time::Instant) -> Result<Vec<Delivery>, StoreError> {
        self.count(&report);
        let now = self.federation.now();
        let took = !report.delivered.is_empty();
        self.host.failures = match (&report.failure, took) {
            (None, _) => 0,
            (Some(_), true) => 1,
            (Some(_), false) => self.host.failures + 1,
        };
        let postponed = report.failure.as_ref().map(|failure| {
            tracing::info!(peer.host = %self.host.host, failures = self.host.failures, error = %failure.error, "delivery postponed");
            let failures = u64::try_from(self.host.failures).unwrap_or(1);
            Postponed {
                until: now + delta(wait(failures, self.chance(), failure.retry_after)),
                asked_until: failure.retry_after.map(|asked| now + delta(asked)),
                error: failure.error.clone(),
            }
        });
        self.due = postponed.as_ref().map(|postponed| postponed.until);
        let (host, owner) = (self.host.host.clone(), self.owner.clone());
        let until = self.lease_from(now);
        let dialect = self.manner.learnt();
        let turn_is_over = tokio::time::Instant::now() > turn_ends;
        let next = self
            .federation
            .store
            .write(move |conn| {
                deliveries::settle_delivered(conn, &report.delivered, now)?;
                for id in &report.stumbled {
                    deliveries::stumbled(conn, *id, now)?;
                }
                for (delivery, sent) in &report.closed {
                    close(conn, &host, delivery, sent, now)?;
                }
                if took {
                    hosts::succeeded(conn, &host, now)?;
                } else if postponed.is_none() && !report.closed.is_empty() {
                    hosts::answered(conn, &host)?;
                }
                if let Some(dialect) = dialect {
                    hosts::learn(conn, &host, dialect.as_str(), now)?;
                }
                if let Some(postponed) = &postponed {
                    hosts::postpone(conn, &host, &owner, postponed, now)?;
                    return Ok(Vec::new());
                }
                let next = deliveries::next(conn, &host, BATCH)?;
                if next.is_empty() || turn_is_over {
                    hosts::release(conn, &host, &owner, now)?;
                    return Ok(Vec::new());
                }
                let held = hosts::renew(conn, &host, &owner, until)?;
                Ok(if held { next } else { Vec::new() })
            })
            .await?;
        if turn_is_over {
            // What is left is due at once, behind the others.
            self.federation.outbox_bell.notify_one();
        }
        Ok(next)
    }

    /// Closes what has waited for too long for a host that fails for days, so many at a time that other writers get their turn.
    /// What is old at its first failure is not: this node was off, or its clock is wrong.
    async fn give_up_what_is_stale(&self) -> Result<(), StoreError> {
        let now = self.federation.now();
        if self.host.first_failure.is_none_or(|first| now - first < FAILS_FOR) {
            return Ok(());
        }
        let stale = now - TimeDelta::days(i64::from(self.federation.settings.give_up_days));
        loop {
            let host = self.host.host.clone();
            let given_up = self
                .federation
                .store
                .write(move |conn| deliveries::expire(conn, &host, stale, EXPIRED_AT_ONCE, now))
                .await?;
            for _ in 0..given_up {
                self.federation.metrics.delivery(telemetry::Delivery::GivenUp);
            }
            if i64::try_from(given_up).unwrap_or(0) < EXPIRED_AT_ONCE {
                return Ok(());
            }
        }
    }

    fn count(&self, report: &Report) {
        let metrics = &self.federation.metrics;
        report
            .delivered
            .iter()
            .for_each(|_| metrics.delivery(telemetry::Delivery::Delivered));
        report
            .closed
            .iter()
            .for_each(|_| metrics.delivery(telemetry::Delivery::Refused));
        if report.failure.is_some() {
            metrics.delivery(telemetry::Delivery::Postponed);
        }
    }

    /// How long a batch may go on before it is settled and the lease renewed: with one more attempt it stays within it.
    fn patience(&self) -> TimeDelta {
        let settings = &self.federation.settings;
        let lease = i64::try_from(settings.lease_seconds.saturating_sub(2 * settings.timeout_seconds)).unwrap_or(0);
        TimeDelta::seconds(lease)
    }

    fn lease_from(&self, now: Instant) -> Instant {
        now + delta(Duration::from_secs(self.federation.settings.lease_seconds))
    }

    fn chance(&self) -> u32 {
        let mut bytes = [0; 4];
        self.federation.random.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }
}

fn close(conn: &mut Conn, host: &str, delivery: &Delivery, sent: &Sent, now: Instant) -> Result<(), StoreError> {
    match sent {
        Sent::Refused(error) => {
            tracing::info!(peer.host = %host, activity.id = %delivery.activity.id, %error, "delivery refused");
            deliveries::settle(conn, delivery.id, Outcome::Refused, Some(error), now)
        }
        Sent::Gone => {
            followers::remove_inbox(conn, host, &delivery.inbox)?;
            deliveries::settle_inbox(conn, host, &delivery.inbox, Outcome::Gone, now).map(|_| ())
        }
        Sent::Delivered | Sent::Failed(_) => Ok(()),
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
