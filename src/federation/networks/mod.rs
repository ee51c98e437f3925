//! Our networks: what changed is looked at, what a network announces is told to its followers, once.
//!
//! The store leaves a note of every event that was written or removed (`store::networks`); [`step`] works the notes off,
//! each in one transaction with the announcement, its activities and their deliveries. Several processes may do so: the
//! note goes with the effect.

mod announcer;
pub mod calendars;
mod news;
pub mod programme;

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use url::Url;

use super::context::Federation;
use super::outbox;
use super::relay;
use super::urls::OurActor;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Session};
use crate::domain::id::CentreId;
use crate::domain::network::Rule;
use crate::domain::time::Instant;
use crate::store::{Conn, StoreError, events, networks, sessions};
use announcer::Announcer;

/// Notes that are worked off in one transaction.
const BATCH: i64 = 100;
/// Sessions that calendars are told of in one round of upkeep.
const CALENDAR_BATCH: i64 = 100;
/// Longest sleep without a look at the database.
const NAP: Duration = Duration::from_secs(5);
/// Changes that come together are looked at together.
const GATHER: Duration = Duration::from_millis(50);

/// Looks at what changed until `stop` is true or dropped.
pub async fn run(federation: Federation, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match step(&federation).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "what changed cannot be looked at for the networks"),
        }
        tokio::select! {
            () = federation.network_bell.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(NAP) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// Looks at a part of what changed; returns how many notes there were.
///
/// # Errors
/// Only what the database refuses.
pub async fn step(federation: &Federation) -> Result<usize, StoreError> {
    if federation.store.read(networks::is_idle).await? {
        return Ok(0);
    }
    let (own, now) = (federation.clone(), federation.now());
    let done = federation
        .store
        .write(move |conn| look_at_changes(conn, &own, now))
        .await?;
    outbox::wake(federation);
    Ok(done)
}

fn look_at_changes(conn: &mut Conn, federation: &Federation, now: Instant) -> Result<usize, StoreError> {
    let gone = networks::take_departures(conn, BATCH)?;
    let touched = networks::take_touched(conn, BATCH)?;
    let all = networks::all(conn)?;
    let mut announcers = announcers(federation, &all, now);
    for departure in &gone {
        if let Some(announcer) = announcers.iter().find(|one| one.network.id == departure.network) {
            announcer.departed(conn, departure)?;
        }
    }
    if !gone.is_empty() {
        relay::programme_changed(conn, federation, Vec::new(), now)?;
    }
    let count = gone.len() + touched.len();
    let mut found: Vec<(Event, Vec<Session>)> = Vec::new();
    for id in touched {
        if let Some(event) = events::by_id(conn, id)? {
            let sessions = sessions::of_event(conn, id)?;
            found.push((event, sessions));
        }
    }
    // Of a series the next date is posted: it has to come first.
    found.sort_by_key(|(_, sessions)| sessions.first().map(|session| session.occurrence.start));
    for announcer in &mut announcers {
        for (event, sessions) in &found {
            announcer.look_at(conn, event, sessions)?;
        }
        announcer.tell(conn)?;
    }
    Ok(count)
}

fn announcers<'a>(federation: &'a Federation, all: &'a [(Centre, Rule)], now: Instant) -> Vec<Announcer<'a>> {
    let urls: HashMap<CentreId, Url> = all
        .iter()
        .map(|(network, _)| (network.id, federation.urls.group(&network.handle)))
        .collect();
    all.iter()
        .map(|(network, rule)| {
            let actor = OurActor::Centre(network.handle.clone());
            Announcer::new(federation, network, actor, rule, urls.clone(), now)
        })
        .collect()
}

/// Posts the sessions that came near and that followers of a network were not told of; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn drip(conn: &mut Conn, federation: &Federation, now: Instant) -> Result<usize, StoreError> {
    let near = now + TimeDelta::days(i64::from(federation.settings.drip_days));
    let all = networks::all(conn)?;
    let mut posted = 0;
    for announcer in &mut announcers(federation, &all, now) {
        for (session, event) in networks::due(conn, announcer.network.id, now, near, announcer::MOST_POSTS)? {
            if announcer.post_if_due(conn, &event, &session)? {
                announcer.tell_calendars(conn, &event, &session, true)?;
                posted += 1;
            }
        }
        posted += calendars::drip(conn, announcer, CALENDAR_BATCH)?;
        for (session, event) in networks::news_due(conn, announcer.network.id, now, announcer::MOST_POSTS)? {
            announcer.news_due(conn, &event, &session)?;
        }
        announcer.tell(conn)?;
    }
    Ok(posted)
}
