//! One reading of the programme of one peer: page by page, what is listed is kept, what is listed no more is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use serde_json::Value;
use url::Url;

use super::{FETCHES, LeftOut, Outcome};
use crate::domain::event::Origin;
use crate::domain::id::EventId;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::federation::context::Federation;
use crate::federation::convert::collection_in::{self, Next};
use crate::federation::convert::read;
use crate::federation::error::FederationError;
use crate::federation::fetch::{Accept, Answer, FetchError};
use crate::federation::intake::{self, Told};
use crate::federation::listed::{self, Budget, Item};
use crate::federation::refused::NotTaken;
use crate::store::events::RemoteEvent;
use crate::store::pulls::Pull;
use crate::store::{Conn, StoreError, announces, events, follows, tombstones};

/// Pages read of one collection.
const MAX_PAGES: usize = 200;
/// Items read of one collection: a centre with a hundred weekly workshops has 8000 sessions in 18 months.
const MAX_ITEMS: usize = 10_000;
/// Objects that are only named, fetched one by one in one reading; and known events, asked for at their own addresses.
const MAX_FETCHES: usize = 100;
/// The latter where there is only an outbox: what it does not list may be older than it goes back.
const MAX_CHECKS_BEYOND_OUTBOX: usize = 25;
/// Sessions of one day that are kept of one reading: no centre has so many, and a calendar of others stays readable.
pub const MAX_ON_A_DAY: usize = 200;
/// How long after its end an event that is not known yet is still taken in: an outbox holds years of them.
const TAKEN_AFTER_ITS_END: TimeDelta = TimeDelta::days(31);

/// Reads the peer's programme.
///
/// # Errors
/// What the peer answers to the first request, or to one for a further page; what the database refuses.
pub(super) async fn programme(federation: &Federation, pull: &Pull) -> Result<Outcome, FederationError> {
    let peer = Arc::new(pull.peer.clone());
    let whole = peer.upcoming.is_some();
    let address = peer
        .upcoming
        .as_ref()
        .or(peer.outbox.as_ref())
        .ok_or(FetchError::Document("no_programme"))?;
    let address = Url::parse(address).map_err(|_| FetchError::Document("programme_address"))?;
    let mut reading = Reading {
        federation,
        peer: Arc::clone(&peer),
        asked: federation.now(),
        listed: HashSet::new(),
        announced: HashSet::new(),
        items: 0,
        undated: Vec::new(),
        budget: Budget::of(MAX_FETCHES),
        days: HashMap::new(),
        left_out: LeftOut::default(),
    };
    let answer = federation
        .fetcher
        .get_json_if_changed(&address, Accept::ActivityJson, pull.etag.as_deref())
        .await?;
    let Answer::Changed(first) = answer else {
        return Ok(Outcome::Unchanged);
    };
    match reading.pages(&address, first.value).await? {
        Extent::Whole if !reading.left_out.has(FETCHES) => {
            reading
                .budget
                .renew(if whole { MAX_FETCHES } else { MAX_CHECKS_BEYOND_OUTBOX });
            reading.drop_what_is_gone().await?;
            if whole && peer.is_maillage() {
                reading.drop_what_is_announced_no_more().await?;
            }
        }
        Extent::Whole => {}
        Extent::Cut(word) => reading.left_out.note(word),
    }
    reading.look_at_undated().await?;
    let etag = first.etag.filter(|_| !reading.left_out.has(FETCHES));
    Ok(Outcome::Changed(etag, reading.left_out))
}

/// How much of a collection was read.
enum Extent {
    /// All of it.
    Whole,
    /// Not all, and why.
    Cut(&'static str),
}

/// One reading of one peer's programme.
struct Reading<'a> {
    federation: &'a Federation,
    peer: Arc<Peer>,
    /// When it began.
    asked: Instant,
    /// The events found.
    listed: HashSet<String>,
    /// Those of others, that it announces.
    announced: HashSet<EventId>,
    items: usize,
    /// Those that are known and only named.
    undated: Vec<String>,
    budget: Budget,
    /// How many events of each day.
    days: HashMap<NaiveDate, usize>,
    left_out: LeftOut,
}

impl Reading<'_> {
    /// Keeps all items of a collection, page by page within its origin; whether these are all.
    async fn pages(&mut self, address: &Url, first: Value) -> Result<Extent, FederationError> {
        let (mut seen, mut page) = (HashSet::from([address.clone()]), first);
        for _ in 0..MAX_PAGES {
            self.keep_page(&page).await?;
            let url = match collection_in::next(&page, address) {
                Next::End => return Ok(Extent::Whole),
                _ if self.items >= MAX_ITEMS => return Ok(Extent::Cut("too_many_items")),
                Next::Elsewhere => return Ok(Extent::Cut("page_elsewhere")),
                Next::Here(next) => {
                    page = next.clone();
                    continue;
                }
                Next::At(url) => url,
            };
            if !seen.insert(url.clone()) {
                return Ok(Extent::Cut("page_loop"));
            }
            let fetched = self.federation.fetcher.get_json(&url, Accept::ActivityJson).await?;
            page = fetched.value.clone();
        }
        Ok(Extent::Cut("too_many_pages"))
    }

    /// Keeps the items of one page in one transaction. What the peer lists is there, unless it was deleted since it was
    /// asked.
    async fn keep_page(&mut self, page: &Value) -> Result<(), FederationError> {
        let mut found = Vec::new();
        if collection_in::is_cut(page) {
            self.left_out.note("too_many_items");
        }
        let roads = listed::roads(page);
        for item in collection_in::items(page) {
            self.items += 1;
            match listed::item(self.federation, item, &self.peer, &roads, &mut self.budget).await {
                // Twice in one collection is once; the first counts.
                Ok(item) if !self.listed.insert(item.uri.to_string()) => {}
                Ok(item) if self.is_one_too_many(&item) => self.left_out.note("too_many_on_a_day"),
                Ok(item) => {
                    if item.undated {
                        self.undated.push(item.uri.to_string());
                    }
                    found.push(item);
                }
                Err(NotTaken::Failed(error)) => return Err(error),
                Err(passed) => self.passed_over(&passed),
            }
        }
        let (asked, peer, own) = (self.asked, Arc::clone(&self.peer), self.federation.clone());
        let keep_all = move |conn: &mut Conn| {
            let mut announced = Vec::new();
            // Unfollowed while it was read.
            let mut full = 0;
            if follows::accepted_of_peer(conn, peer.id)?.is_empty() {
                return Ok((full, announced));
            }
            for item in &found {
                match &item.told {
                    Some(told) if item.is_of(&peer) => {
                        full += usize::from(keep(conn, told, asked)? == Kept::Full);
                    }
                    _ => announced.extend(keep_announced(conn, &own, item, &peer, asked)?),
                }
            }
            Ok((full, announced))
        };
        let (full, announced) = self.federation.store.write(keep_all).await?;
        self.announced.extend(announced);
        self.federation.network_bell.notify_one();
        for _ in 0..full {
            self.left_out.note("too_many_events");
        }
        Ok(())
    }

    /// Of the peer's own; a network may have more in a day than any centre.
    fn is_one_too_many(&mut self, item: &Item) -> bool {
        let Some(told) = item.told.as_ref().filter(|_| item.is_of(&self.peer)) else {
            return false;
        };
        let count = self.days.entry(told.occurrence.date).or_default();
        *count += 1;
        *count > MAX_ON_A_DAY
    }

    /// Told where the peer would want to know: what is not for us (a note, an event of friends only) is no fault.
    fn passed_over(&mut self, passed: &NotTaken) {
        tracing::debug!(peer.host = %self.peer.host, %passed, "an item of a programme was passed over");
        match passed {
            NotTaken::Unprocessable(word) | NotTaken::Unavailable(word) | NotTaken::Malformed(word) => {
                self.left_out.note(word);
            }
            NotTaken::Ignored(FETCHES) => self.left_out.note(FETCHES),
            _ => {}
        }
    }

    /// Asks for each event that we know, is still to come and is not listed. Its own address says what became of it.
    /// What could not be asked for now is asked for at the next reading, which is not conditional then.
    async fn drop_what_is_gone(&mut self) -> Result<(), FederationError> {
        let (id, now) = (self.peer.id, self.federation.now());
        let known = self
            .federation
            .store
            .read(move |conn| events::upcoming_of_peer(conn, id, now))
            .await?;
        let missing: Vec<RemoteEvent> = known
            .into_iter()
            .filter(|event| !self.listed.contains(&event.uri))
            .collect();
        for event in self.from_somewhere(missing) {
            self.look_at(event).await?;
        }
        Ok(())
    }

    /// Events that are known and only named, as other software announces them: some are asked for how they are now.
    async fn look_at_undated(&mut self) -> Result<(), FederationError> {
        self.budget.renew(MAX_CHECKS_BEYOND_OUTBOX);
        let undated = std::mem::take(&mut self.undated);
        for uri in self.from_somewhere(undated).into_iter().take(MAX_CHECKS_BEYOND_OUTBOX) {
            let known = self
                .federation
                .store
                .read(move |conn| events::by_uri(conn, &uri))
                .await?;
            if let Some(event) = known {
                let (id, uri, updated) = (event.id, event.uri, event.updated);
                self.look_at(RemoteEvent { id, uri, updated }).await?;
            }
        }
        Ok(())
    }

    /// All of them, from one on that chance picks: where not all can be asked for in one reading, no part waits for ever.
    fn from_somewhere<T>(&self, mut all: Vec<T>) -> Vec<T> {
        let mut bytes = [0; 8];
        self.federation.random.fill(&mut bytes);
        let start = usize::from_le_bytes(bytes).checked_rem(all.len()).unwrap_or(0);
        all.rotate_left(start);
        all
    }

    /// The same of events of others that it announced, is done with, or that are gone: their own addresses tell.
    async fn drop_what_is_announced_no_more(&mut self) -> Result<(), FederationError> {
        let (peer, now, federation) = (self.peer.id, self.federation.now(), self.federation);
        let store = &federation.store;
        let known = store.read(move |conn| announces::upcoming_of(conn, peer, now)).await?;
        let missing: Vec<_> = known
            .into_iter()
            .filter(|one| one.at < self.asked && !self.announced.contains(&one.event))
            .collect();
        self.budget.renew(MAX_FETCHES);
        for one in self.from_somewhere(missing).into_iter().take(MAX_FETCHES) {
            if !one.ours {
                let (id, uri) = (one.event, one.uri);
                self.look_at(RemoteEvent { id, uri, updated: now }).await?;
            }
            let no_more = move |conn: &mut Conn| {
                announces::remove(conn, one.event, Origin::Remote(peer))?;
                events::forget_unvouched(conn, &[one.event])
            };
            store.write(no_more).await?;
        }
        Ok(())
    }

    async fn look_at(&mut self, event: RemoteEvent) -> Result<(), FederationError> {
        let Ok(url) = Url::parse(&event.uri) else { return Ok(()) };
        if let Err(passed) = self.budget.take(&url) {
            self.left_out.note(passed.reason());
            return Ok(());
        }
        let (now, id) = (self.federation.now(), event.id);
        let store = &self.federation.store;
        let fetched = match self.federation.fetcher.get_json(&url, Accept::ActivityJson).await {
            Ok(fetched) => fetched,
            Err(error) if error.is_gone() || error.is_absent() => {
                return Ok(store.write(move |conn| bury(conn, id, now)).await?);
            }
            Err(error) => {
                if matches!(error, FetchError::Timeout | FetchError::Connect) {
                    self.budget.is_silent(&url);
                }
                if !error.is_permanent() {
                    self.left_out.note(error.reason());
                }
                return Ok(());
            }
        };
        if read::is_a(&fetched.value, "Tombstone") {
            return Ok(store.write(move |conn| bury(conn, id, now)).await?);
        }
        match intake::told(self.federation, &fetched.value).await {
            Ok(told) if told.event.uri == event.uri => {
                let asked = self.asked;
                store.write(move |conn| keep(conn, &told, asked)).await?;
                Ok(())
            }
            Err(NotTaken::NotPublic) => Ok(store.write(move |conn| events::forget(conn, &[id])).await?),
            Err(NotTaken::Failed(error)) => Err(error),
            _ => Ok(()),
        }
    }
}

fn keep_announced(
    conn: &mut Conn,
    federation: &Federation,
    item: &Item,
    peer: &Peer,
    now: Instant,
) -> Result<Option<EventId>, StoreError> {
    let ours = federation.urls.read(&item.uri);
    match listed::keep(conn, ours, item, peer, now) {
        Err(NotTaken::Failed(FederationError::Store(error))) => Err(error),
        Err(passed) => {
            tracing::debug!(%passed, "an announced event was not kept");
            Ok(None)
        }
        Ok(event) => Ok(event),
    }
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// It is there, or is not wanted.
    Settled,
    /// Its publisher fills its share.
    Full,
}

fn keep(conn: &mut Conn, told: &Told, asked: Instant) -> Result<Kept, StoreError> {
    let uri = &told.event.uri;
    if told.occurrence.end < asked - TAKEN_AFTER_ITS_END && events::by_uri(conn, uri)?.is_none() {
        return Ok(Kept::Settled);
    }
    if tombstones::find(conn, uri)?.is_some_and(|deleted| deleted < asked) {
        tombstones::remove(conn, uri)?;
    }
    match intake::keep(conn, told) {
        Err(NotTaken::Failed(FederationError::Store(error))) => Err(error),
        Err(NotTaken::Unprocessable("too_many_events")) => Ok(Kept::Full),
        Err(passed) => {
            tracing::debug!(%passed, "an event of a programme was not kept");
            Ok(Kept::Settled)
        }
        Ok(_) => Ok(Kept::Settled),
    }
}

fn bury(conn: &mut Conn, id: EventId, now: Instant) -> Result<(), StoreError> {
    match events::by_id(conn, id)? {
        Some(known) => events::remove(conn, &known, &[], now),
        None => Ok(()),
    }
}
