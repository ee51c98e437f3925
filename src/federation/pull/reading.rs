//! One reading of the programme of one peer: page by page, what is listed is kept, what is listed no more is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use url::Url;

use super::buried::Buried;
use super::{FETCHES, LeftOut, Outcome};
use crate::domain::id::{EventId, PeerId};
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::federation::budget::Budget;
use crate::federation::context::Federation;
use crate::federation::convert::collection_in::{self, Next};
use crate::federation::convert::json::Value;
use crate::federation::convert::read;
use crate::federation::error::FederationError;
use crate::federation::fetch::{Accept, Answer, FetchError};
use crate::federation::guard::same_origin;
use crate::federation::intake::{self, Told};
use crate::federation::listed::{self, Item};
use crate::federation::refused::NotTaken;
use crate::store::events::Upserted;
use crate::store::pulls::Pull;
use crate::store::{Conn, StoreError, events, follows, pulls};

/// Pages read of one collection.
const MAX_PAGES: usize = 200;
/// Items read of one collection: a centre with a hundred weekly workshops has 8000 sessions in 18 months.
pub(in crate::federation) const MAX_ITEMS: usize = 10_000;
/// A `totalItems` that is more than this above what was found is told; it is not relied on anyway.
const TOTAL_OFF: i64 = 1_000;
/// Objects that are only named, fetched one by one in one reading; and known events, asked for at their own addresses.
pub(super) const MAX_FETCHES: usize = 100;
/// Sessions of one day that are kept of one reading: no centre has so many, and a calendar of others stays readable.
pub const MAX_ON_A_DAY: usize = 200;
/// After this, what authors' servers refused to us is asked for again.
const REFUSED_AGAIN: TimeDelta = TimeDelta::hours(12);
/// How long after its end an event that is not known yet is still taken in: an outbox holds years of them.
pub(in crate::federation) const TAKEN_AFTER_ITS_END: TimeDelta = TimeDelta::days(31);

/// Reads the peer's programme.
///
/// # Errors
/// What the peer answers to the first request, or to one for a further page; what the database refuses.
pub(super) async fn programme(federation: &Federation, pull: &Pull) -> Result<Outcome, FederationError> {
    let peer = Arc::new(pull.peer.clone());
    let whole = peer.upcoming.is_some();
    let address = peer.programme().ok_or(FetchError::Document("no_programme"))?;
    let address = Url::parse(address).map_err(|_| FetchError::Document("programme_address"))?;
    let mut reading = Reading {
        federation,
        peer: Arc::clone(&peer),
        asked: federation.now(),
        listed: HashSet::new(),
        announced: HashSet::new(),
        items: 0,
        undated: Vec::new(),
        looked_at: HashSet::new(),
        withdrawn: HashSet::new(),
        buried: Buried::default(),
        by_address: false,
        budget: Budget::of(MAX_FETCHES),
        days: HashMap::new(),
        left_out: LeftOut::default(),
        refused: false,
        fruitful: false,
    };
    // Of what comes with this reading nothing is to be asked for.
    let known_before = if whole { Vec::new() } else { reading.upcoming().await? };
    let answer = federation
        .fetcher
        .get_json_if_changed(&address, Accept::ActivityJson, known(pull, federation.now()))
        .await?;
    let Answer::Changed(first) = answer else {
        reading.look_at_a_few(known_before).await?;
        return Ok(Outcome::Unchanged);
    };
    let total = read::field(&first.value, "totalItems").and_then(Value::as_i64);
    let extent = reading.pages(&address, first.value).await?;
    if matches!(extent, Extent::Whole) && total.is_some_and(|total| reading.is_off(total)) {
        reading.left_out.note("other_total");
    }
    match extent {
        Extent::Whole if !reading.left_out.has(FETCHES) => {
            reading.drop_what_is_gone(whole).await?;
            if whole && peer.is_maillage() {
                reading.drop_what_is_announced_no_more().await?;
            }
        }
        Extent::Whole => {}
        Extent::Cut(word) => reading.left_out.note(word),
    }
    reading.look_at_withdrawn().await?;
    reading.look_at_buried().await?;
    reading.look_at_undated().await?;
    reading.look_at_a_few(known_before).await?;
    // Of others, the ETag of a collection says nothing of the pages behind it.
    let stands_for_all = peer.is_maillage() || !reading.by_address;
    let etag = first.etag.filter(|_| stands_for_all && !reading.left_out.has(FETCHES));
    Ok(Outcome::Changed {
        etag,
        left_out: reading.left_out,
        refused: reading.refused,
        fruitful: reading.fruitful,
    })
}

/// What is known of the last answer. Where servers refused us what the peer lists of theirs, they may do so no more, and nothing
/// would say so.
fn known(pull: &Pull, now: Instant) -> Option<&str> {
    let asked_again = pull.refused.is_some_and(|refused| now - refused >= REFUSED_AGAIN);
    pull.etag.as_deref().filter(|_| !asked_again)
}

/// How much of a collection was read.
enum Extent {
    /// All of it.
    Whole,
    /// Not all, and why.
    Cut(&'static str),
}

/// One reading of one peer's programme.
pub(super) struct Reading<'a> {
    pub(super) federation: &'a Federation,
    pub(super) peer: Arc<Peer>,
    /// When it began.
    pub(super) asked: Instant,
    /// The events found.
    pub(super) listed: HashSet<String>,
    /// Those of others, that it announces.
    pub(super) announced: HashSet<EventId>,
    items: usize,
    /// Those that are known and only named.
    pub(super) undated: Vec<String>,
    /// Those asked for at their own addresses.
    pub(super) looked_at: HashSet<String>,
    /// Those that it says it withdrew.
    pub(super) withdrawn: HashSet<Url>,
    /// Those of its own that were deleted here, and that its outbox still lists: it may be a history.
    pub(super) buried: Buried,
    /// Whether pages were fetched at addresses of their own.
    by_address: bool,
    pub(super) budget: Budget,
    /// How many events of each day.
    days: HashMap<NaiveDate, usize>,
    pub(super) left_out: LeftOut,
    /// Whether authors' servers refused some of what it lists of others.
    refused: bool,
    /// Whether anything is otherwise here than before.
    pub(super) fruitful: bool,
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
            self.by_address = true;
            let fetched = self.federation.fetcher.get_json(&url, Accept::ActivityJson).await?;
            page = fetched.value.clone();
        }
        Ok(Extent::Cut("too_many_pages"))
    }

    /// Keeps the items of one page in one transaction. What the peer lists as to come is there, unless it was deleted since
    /// it was asked; an outbox lists what was said once.
    async fn keep_page(&mut self, page: &Value) -> Result<(), FederationError> {
        let mut found = Vec::new();
        if collection_in::is_cut(page) {
            self.left_out.note("too_many_items");
        }
        let roads = listed::roads(page);
        for item in collection_in::items(page) {
            self.items += 1;
            if let Some(uri) = listed::withdrawn(item, &self.peer) {
                self.withdrawn.insert(uri);
                continue;
            }
            if self.is_withdrawn(item) {
                continue;
            }
            match listed::item(self.federation, item, &self.peer, &roads, &mut self.budget).await {
                // Twice in one collection is once; the first counts.
                Ok(item) if !self.listed.insert(item.uri.to_string()) => {}
                Ok(item) if self.is_one_too_many(&item) => self.left_out.note("too_many_on_a_day"),
                Ok(item) => {
                    if item.undated {
                        self.undated.push(item.uri.to_string());
                    }
                    found.push(self.as_listed(item));
                }
                Err(NotTaken::Failed(error)) => return Err(error),
                Err(passed) => self.passed_over(&passed),
            }
        }
        let (asked, peer, own) = (self.asked, Arc::clone(&self.peer), self.federation.clone());
        let keep_all = move |conn: &mut Conn| {
            let mut became = Became::default();
            if !is_wanted(conn, peer.id)? {
                return Ok(became);
            }
            for item in &found {
                match &item.told {
                    Some(told) if item.is_of(&peer) => match keep(conn, told, asked)? {
                        Kept::New => became.fruitful = true,
                        Kept::Settled => {}
                        Kept::Full => became.full += 1,
                        Kept::Buried => {
                            let end = told.occurrence.end;
                            became.buried.note(&told.event, end, &own.passed_over, asked);
                        }
                    },
                    _ => {
                        if let Some(kept) = keep_announced(conn, &own, item, &peer, asked)? {
                            became.announced.push(kept.id());
                            became.fruitful |= is_new(kept);
                        }
                    }
                }
            }
            Ok(became)
        };
        let became = self.federation.store.write(keep_all).await?;
        self.announced.extend(became.announced);
        self.buried.join(became.buried);
        self.fruitful |= became.fruitful;
        self.federation.network_bell.notify_one();
        for _ in 0..became.full {
            self.left_out.note("too_many_events");
        }
        Ok(())
    }

    /// What a server lists as to come of its own is there now.
    fn as_listed(&self, item: Item) -> Item {
        let is_own = Url::parse(&self.peer.uri).is_ok_and(|origin| same_origin(&item.uri, &origin));
        let told = match item.told {
            Some(told) if is_own && self.peer.upcoming.is_some() => Some(told.listed_at(self.asked)),
            told => told,
        };
        Item { told, ..item }
    }

    /// Whether an item is about what the peer withdrew, as it said before.
    fn is_withdrawn(&self, item: &Value) -> bool {
        !self.withdrawn.is_empty()
            && read::reference(&collection_in::object(item)).is_some_and(|uri| self.withdrawn.contains(&uri))
    }

    /// Whether a `totalItems` cannot be right.
    fn is_off(&self, total: i64) -> bool {
        let counted = i64::try_from(self.items).unwrap_or(i64::MAX);
        total < 0 || total > counted.saturating_add(TOTAL_OFF)
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
            NotTaken::Forbidden("unverifiable") => self.refused = true,
            _ => {}
        }
    }
}

fn keep_announced(
    conn: &mut Conn,
    federation: &Federation,
    item: &Item,
    peer: &Peer,
    now: Instant,
) -> Result<Option<Upserted>, StoreError> {
    let ours = federation.urls.read(&item.uri);
    match listed::keep(conn, ours, item, peer, now) {
        Err(NotTaken::Failed(FederationError::Store(error))) => Err(error),
        Err(passed) => {
            tracing::debug!(%passed, "an announced event was not kept");
            Ok(None)
        }
        Ok(kept) => Ok(kept),
    }
}

/// Whether an event is otherwise here than before.
fn is_new(kept: Upserted) -> bool {
    !matches!(kept, Upserted::Unchanged(_))
}

/// Whether somebody still wants what was asked of a peer: it may have been unfollowed or muted while it was read.
pub(in crate::federation) fn is_wanted(conn: &mut Conn, peer: PeerId) -> Result<bool, StoreError> {
    Ok(follows::is_accepted(conn, peer)? && pulls::is_read(conn, peer)?)
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is there, and was not, or was otherwise.
    New,
    /// It is there as it was, or is not wanted.
    Settled,
    /// Its publisher fills its share.
    Full,
    /// It was deleted.
    Buried,
}

/// What became of the events of a page.
#[derive(Default)]
struct Became {
    announced: Vec<EventId>,
    buried: Buried,
    full: usize,
    fruitful: bool,
}

pub(super) fn keep(conn: &mut Conn, told: &Told, asked: Instant) -> Result<Kept, StoreError> {
    let uri = &told.event.uri;
    if told.occurrence.end < asked - TAKEN_AFTER_ITS_END && events::by_uri(conn, uri)?.is_none() {
        return Ok(Kept::Settled);
    }
    match intake::keep(conn, told) {
        Err(NotTaken::Failed(FederationError::Store(error))) => Err(error),
        Err(NotTaken::Unprocessable("too_many_events")) => Ok(Kept::Full),
        Err(NotTaken::Ignored("deleted")) => Ok(Kept::Buried),
        Err(passed) => {
            tracing::debug!(%passed, "an event of a programme was not kept");
            Ok(Kept::Settled)
        }
        Ok(kept) if is_new(kept) => Ok(Kept::New),
        Ok(_) => Ok(Kept::Settled),
    }
}
