//! What runs beside the requests of one process: deliveries, readings of followed programmes, and upkeep on a timer.
//! Each is a step that a test calls by hand.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;

use super::{Error, Node, events, following};
use crate::domain::time::Instant;
use crate::federation::{Federation, blocks, delivery, heard, networks, newcomers, pull};
use crate::store::{
    Conn, StoreError, activities, deliveries, hosts, inbox, merges, peers, settings, sign_ins, tombstones,
};

/// How often upkeep is done.
const ROUND: Duration = Duration::from_secs(60);
/// How long settled deliveries are kept, to answer "did it arrive?".
const DELIVERIES: TimeDelta = TimeDelta::days(30);
/// Most settled deliveries that go in one round: one post to a hundred thousand inboxes is settled within minutes.
const MOST_DELIVERIES: i64 = 10_000;
/// Most activities that stand in no outbox and go in one round: each has its whole text.
const MOST_ACTIVITIES: i64 = 500;
/// How long it is remembered what was taken in: longer than any signature is accepted and than peers retry.
const RECEIPTS: TimeDelta = TimeDelta::days(14);
/// How long a host is remembered that nothing is sent to: how it was, and how it wants its requests signed.
const HOSTS: TimeDelta = TimeDelta::days(90);

/// How long an actor is remembered that wrote once and that nothing ties us to.
const STRANGERS: TimeDelta = TimeDelta::days(14);
/// Most of them that are forgotten in one round.
const MOST_STRANGERS: i64 = 500;
/// The setting that says when they were last looked for.
const STRANGERS_PURGED: &str = "strangers_purged";
/// Most past events of peers that go in one round, so that nobody waits long for the writer.
const MOST_PAST: i64 = 500;
/// The setting that says when they were last looked for.
const PAST_PURGED: &str = "past_purged";
/// How long the staff's word on two workshops is kept at least: longer than any session is announced ahead.
const VETOES: TimeDelta = TimeDelta::days(800);

/// Does all of it until `stop` is true or its sender is gone; what is under way is settled first.
pub async fn run(node: Node, stop: watch::Receiver<bool>) {
    if node.store.is_embedded()
        && let Err(error) = node.store.write(hosts::free_all).await
    {
        // The last run of this file's only process may have been killed while it held hosts; leases end by themselves.
        tracing::error!(fault = %error, "leases of the last run could not be taken back");
    }
    let federation = Federation::clone(&node.federation);
    let worker = delivery::Worker::new(federation.clone());
    tokio::join!(
        worker.run(stop.clone()),
        pull::run(federation.clone(), stop.clone()),
        networks::run(federation.clone(), stop.clone()),
        blocks::run(federation, stop.clone()),
        rounds(node, stop)
    );
}

async fn rounds(node: Node, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let kept_up = events::keep_up(&node).await;
        let acquainted = newcomers::step(&node.federation).await.map_err(Error::from);
        let heard = heard::write_down(&node.federation).await.map_err(Error::from);
        let repeated = following::repeat(&node).await;
        let called = call_back(&node).await;
        for outcome in [
            kept_up,
            acquainted,
            purge(&node).await,
            heard.map(|_| 0),
            repeated,
            called,
        ] {
            if let Err(error) = outcome {
                tracing::error!(fault = %error, "upkeep failed; it will be tried again");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// Tries hosts that were put off while the clock was ahead ([`hosts::call_back`]). Returns how many.
///
/// # Errors
/// Only what the database refuses.
pub async fn call_back(node: &Node) -> Result<usize, Error> {
    let now = node.now();
    let called = node.store.write(move |conn| hosts::call_back(conn, now)).await?;
    if called > 0 {
        node.federation.outbox_bell.notify_one();
    }
    Ok(called)
}

/// Forgets what is over: expired sign-ins, settled deliveries, old receipts, strangers, past events of peers. Returns how many rows went.
///
/// # Errors
/// Only what the database refuses.
pub async fn purge(node: &Node) -> Result<usize, Error> {
    let now = node.now();
    let past = now - TimeDelta::days(node.config.federation.retention_days.into());
    let base = node.federation.urls.base().to_string();
    let forget = move |conn: &mut Conn| {
        let gone = [
            sign_ins::purge(conn, now)?,
            deliveries::purge(conn, now - DELIVERIES, MOST_DELIVERIES)?,
            activities::purge(conn, now - DELIVERIES, MOST_ACTIVITIES)?,
            inbox::purge(conn, now - RECEIPTS)?,
            hosts::purge(conn, now - HOSTS)?,
            purge_strangers(conn, now)?,
            purge_past(conn, &base, now, past)?,
            merges::purge_vetoes(conn, now - VETOES, now)?,
        ];
        Ok(gone.iter().sum())
    };
    Ok(node.store.write(forget).await?)
}

/// Events of peers that ended before `past`, what they deleted before, and what followers of networks were told of such, some
/// hundreds a round; once a day, since our own past is looked at too.
fn purge_past(conn: &mut Conn, base: &str, now: Instant, past: Instant) -> Result<usize, StoreError> {
    if done_today(conn, PAST_PURGED, now)? {
        return Ok(0);
    }
    let forgotten = crate::store::events::forget_past(conn, past, MOST_PAST)?;
    let deleted = tombstones::purge(conn, base, past, MOST_PAST)?;
    let gone = forgotten + deleted;
    if i64::try_from(forgotten.max(deleted)).unwrap_or(i64::MAX) < MOST_PAST {
        crate::store::networks::purge_told(conn, past)?;
        settings::set(conn, PAST_PURGED, &now.to_rfc3339())?;
    }
    Ok(gone)
}

fn done_today(conn: &mut Conn, setting: &str, now: Instant) -> Result<bool, StoreError> {
    let last = settings::get(conn, setting)?.and_then(|text| text.parse::<Instant>().ok());
    Ok(last.is_some_and(|last| now - last < TimeDelta::days(1)))
}

/// Once a day, since each peer is looked at.
fn purge_strangers(conn: &mut Conn, now: Instant) -> Result<usize, StoreError> {
    if done_today(conn, STRANGERS_PURGED, now)? {
        return Ok(0);
    }
    let gone = peers::purge_strangers(conn, now - STRANGERS, MOST_STRANGERS)?;
    // Those that are left over go with the next round.
    if i64::try_from(gone).unwrap_or(i64::MAX) < MOST_STRANGERS {
        settings::set(conn, STRANGERS_PURGED, &now.to_rfc3339())?;
    }
    Ok(gone)
}
