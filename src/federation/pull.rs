//! Pull: the programme of each followed peer is read again after every sign of change and every few hours, so that a
//! lost message never matters for long.
//!
//! The source is `upcomingEvents` (FEP-8a8e), else the outbox. What is listed is kept; what is known, still to come and
//! no longer listed is asked for at its own address and dropped only when that says that it is gone.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use super::context::Federation;
use super::convert::activity_in::activity;
use super::convert::read;
use super::error::FederationError;
use super::fetch::{Accept, Answer, FetchError};
use super::guard::same_origin;
use super::intake::{self, Told};
use super::refused::NotTaken;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::events::Upserted;
use crate::store::pulls::{self, Pull, Pulled};
use crate::store::{StoreError, events, tombstones};
use crate::telemetry;

/// Pages read of one collection.
const MAX_PAGES: usize = 50;
/// Items read of one collection.
const MAX_ITEMS: usize = 2000;
/// Objects that are only named, fetched one by one in one reading.
const MAX_FETCHES: usize = 100;
/// Peers read at the same time.
const AT_ONCE: i64 = 4;
/// Longest sleep without a look at the database.
const NAP: Duration = Duration::from_secs(5);
/// A reading that takes longer may be done by another process too.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// After a failure.
const RETRY: TimeDelta = TimeDelta::minutes(10);

/// Reads due peers until `stop` is true or dropped.
pub async fn run(federation: Federation, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match step(&federation).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "due readings cannot be claimed"),
        }
        tokio::select! {
            () = federation.pull_bell.notified() => {}
            () = tokio::time::sleep(NAP) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// Reads every peer that is due now, some at a time; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub async fn step(federation: &Federation) -> Result<usize, StoreError> {
    let now = federation.now();
    let due = federation
        .store
        .write(move |conn| pulls::claim(conn, now, now + LEASE, AT_ONCE))
        .await?;
    let count = due.len();
    let mut readings = tokio::task::JoinSet::new();
    for pull in due {
        let federation = federation.clone();
        readings.spawn(async move {
            if let Err(error) = read_and_settle(&federation, pull).await {
                tracing::error!(%error, "a reading could not be settled");
            }
        });
    }
    while readings.join_next().await.is_some() {}
    Ok(count)
}

async fn read_and_settle(federation: &Federation, pull: Pull) -> Result<(), StoreError> {
    let peer = pull.peer.id;
    let outcome = programme(federation, &pull).await;
    let now = federation.now();
    let (word, etag, error) = match outcome {
        Ok(Some(etag)) => (telemetry::Pull::Changed, etag, None),
        Ok(None) => (telemetry::Pull::Unchanged, pull.etag.clone(), None),
        Err(error) => {
            tracing::info!(peer.host = %pull.peer.host, %error, "programme not read");
            (telemetry::Pull::Failed, None, Some(error.to_string()))
        }
    };
    federation.metrics.pull(word);
    let next = now
        + if error.is_some() {
            RETRY
        } else {
            TimeDelta::minutes(federation.settings.pull_minutes.into())
        };
    federation
        .store
        .write(move |conn| {
            let pulled = match &error {
                Some(error) => Pulled::Failed(error),
                None => Pulled::Done(etag.as_deref()),
            };
            pulls::settle(conn, peer, pulled, now, next)
        })
        .await
}

/// Reads the peer's programme; `None` when it is as it was, else its new ETag.
async fn programme(federation: &Federation, pull: &Pull) -> Result<Option<Option<String>>, FederationError> {
    let peer = &pull.peer;
    let whole = peer.upcoming.is_some();
    let address = peer
        .upcoming
        .as_ref()
        .or(peer.outbox.as_ref())
        .ok_or(FetchError::Document("no_programme"))?;
    let address = Url::parse(address).map_err(|_| FetchError::Document("programme_address"))?;
    let asked = federation.now();
    let answer = federation
        .fetcher
        .get_json_if_changed(&address, Accept::ActivityJson, pull.etag.as_deref())
        .await?;
    let Answer::Changed(first) = answer else {
        return Ok(None);
    };
    let (items, complete) = items(federation, &address, first.value).await?;
    let mut listed = HashSet::new();
    let mut fetches = 0;
    for item in items {
        match told(federation, peer, &item, &mut fetches).await {
            Ok(told) => {
                listed.insert(told.event.uri.clone());
                keep(federation, told, asked).await?;
            }
            Err(NotTaken::Failed(error)) => return Err(error),
            Err(passed) => tracing::debug!(peer.host = %peer.host, %passed, "an item of a programme was passed over"),
        }
    }
    if whole && complete {
        drop_what_is_gone(federation, peer, &listed).await?;
    }
    Ok(Some(first.etag))
}

/// All items of a collection, page by page within its origin, and whether these are all.
async fn items(federation: &Federation, address: &Url, first: Value) -> Result<(Vec<Value>, bool), FetchError> {
    let (mut found, mut seen, mut page) = (Vec::new(), HashSet::from([address.clone()]), first);
    for _ in 0..MAX_PAGES {
        found.extend(listed(&page));
        if found.len() >= MAX_ITEMS {
            found.truncate(MAX_ITEMS);
            return Ok((found, false));
        }
        let next = page
            .get("first")
            .or_else(|| page.get("next"))
            .filter(|next| !next.is_null());
        let Some(next) = next else { return Ok((found, true)) };
        if next.is_object() && next.get("type").is_some() {
            page = next.clone();
            continue;
        }
        let Some(url) = read::reference(next).filter(|url| same_origin(url, address)) else {
            return Ok((found, false));
        };
        if !seen.insert(url.clone()) {
            return Ok((found, false));
        }
        page = federation
            .fetcher
            .get_json(&url, Accept::ActivityJson)
            .await?
            .value
            .clone();
    }
    Ok((found, false))
}

/// The items that a collection or page carries.
fn listed(page: &Value) -> Vec<Value> {
    let items = ["orderedItems", "items"]
        .iter()
        .find_map(|key| page.get(key)?.as_array());
    items
        .map(|items| items.iter().take(MAX_ITEMS).cloned().collect())
        .unwrap_or_default()
}

/// The event of an item: an Event, an activity around one, or the address of either. It counts only when it is the
/// peer's own, or of the peer's origin.
async fn told(federation: &Federation, peer: &Peer, item: &Value, fetches: &mut usize) -> Result<Told, NotTaken> {
    let origin = Url::parse(&peer.uri).map_err(|_| NotTaken::Malformed("peer"))?;
    let mut object = item.clone();
    if let Ok(inner) = activity(item)
        && !read::is_a(item, "Event")
    {
        object = inner.object.embedded().cloned().unwrap_or_else(|| {
            inner
                .object
                .id()
                .map_or(Value::Null, |id| Value::String(id.to_string()))
        });
    }
    let id = read::reference(&object).ok_or(NotTaken::Malformed("object_id"))?;
    if !same_origin(&id, &origin) {
        return Err(NotTaken::Forbidden("foreign_object"));
    }
    if !object.is_object() {
        *fetches += 1;
        if *fetches > MAX_FETCHES {
            return Err(NotTaken::Ignored("too_many_fetches"));
        }
        object = intake::fetch(federation, &id).await?;
    }
    intake::told(federation, &object).await
}

/// Keeps what the peer listed when it was `asked`: it is there, unless it was deleted since.
async fn keep(federation: &Federation, told: Told, asked: Instant) -> Result<(), FederationError> {
    let kept = federation
        .store
        .try_write(move |conn| {
            if tombstones::find(conn, &told.event.uri)?.is_some_and(|deleted| deleted < asked) {
                tombstones::remove(conn, &told.event.uri)?;
            }
            intake::keep(conn, &told)
        })
        .await;
    match kept {
        Ok(Upserted::Created(_) | Upserted::Updated(_) | Upserted::Unchanged(_)) => Ok(()),
        Err(NotTaken::Failed(error)) => Err(error),
        Err(passed) => {
            tracing::debug!(%passed, "an event of a programme was not kept");
            Ok(())
        }
    }
}

/// Asks for each event that we know, is still to come and is not listed; drops it when its own address says so.
async fn drop_what_is_gone(
    federation: &Federation,
    peer: &Peer,
    listed: &HashSet<String>,
) -> Result<(), FederationError> {
    let (id, now) = (peer.id, federation.now());
    let known = federation
        .store
        .read(move |conn| events::upcoming_of_peer(conn, id, now))
        .await?;
    for event in known
        .into_iter()
        .filter(|event| !listed.contains(&event.uri))
        .take(MAX_FETCHES)
    {
        let Ok(url) = Url::parse(&event.uri) else { continue };
        match federation.fetcher.get_json(&url, Accept::ActivityJson).await {
            Ok(fetched) if !read::is_a(&fetched.value, "Tombstone") => {}
            Err(error) if !error.is_gone() && !error.is_absent() => {}
            _ => {
                let forget = move |conn: &mut crate::store::Conn| match events::by_id(conn, event.id)? {
                    Some(known) => events::remove(conn, &known, &[], now),
                    None => Ok(()),
                };
                federation.store.write(forget).await?;
            }
        }
    }
    Ok(())
}
