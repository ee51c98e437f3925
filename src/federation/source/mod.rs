//! Sources: agendas that do not federate, read like the programme of a peer. A source is a peer of the kind
//! [`Peer::SOURCE`] whose address is that of an iCalendar file, or of a page or feed that tells its events (schema.org, h-event,
//! the event module of RSS …); its events are shown and credited, never published anew.

mod apart;
pub mod calendar;
mod component;
mod feed;
pub mod lines;
pub mod markup;
mod microformats;
pub mod moment;
pub mod page;
pub mod zones;

use std::collections::HashSet;

use chrono::{Datelike as _, TimeDelta};
use chrono_tz::Tz;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::context::Federation;
use super::error::FederationError;
use super::fetch::{FetchError, Text};
use super::pull::{LeftOut, Outcome, is_wanted};
use crate::domain::event::{Event, EventFacts, Origin, Series};
use crate::domain::id::{EventId, PeerId};
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::pulls::Pull;
use crate::store::{Conn, StoreError, events};
use calendar::{Calendar, Dated};

/// How far ahead sessions are read: as far as our own series are laid out.
const HORIZON: TimeDelta = TimeDelta::days(550);
/// Shortest and longest pause between two readings.
const PAUSE: (TimeDelta, TimeDelta) = (TimeDelta::hours(1), TimeDelta::hours(24));
/// Sessions kept in one transaction.
const AT_ONCE: usize = 200;
/// Longest handle made from an address.
const MAX_HANDLE: usize = 40;

/// An agenda, found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where it is.
    pub address: Url,
    /// The page for people that named it, if one did.
    pub page: Option<Url>,
    /// What it holds now.
    pub calendar: Calendar,
}

/// The agenda at `target`, or that the page there names.
///
/// # Errors
/// [`FetchError::Document`] `a_feed` for Atom and RSS that hold posts, `no_agenda` for anything else that is none.
pub async fn find(federation: &Federation, target: &Url) -> Result<Found, FetchError> {
    let file = file(federation, target).await?;
    let page = file.address.clone();
    match read(federation, file, content).await? {
        Content::Agenda(calendar) => Ok(found(target.clone(), None, calendar)),
        Content::Told(calendar) => Ok(found(page, None, calendar)),
        Content::Nothing(word) => Err(FetchError::Document(word)),
        Content::Names(address) => {
            let named = self::file(federation, &address).await?;
            let calendar = read(federation, named, agenda).await?;
            let calendar = calendar.ok_or(FetchError::Document("no_agenda"))?;
            Ok(found(address, Some(page), calendar))
        }
    }
}

async fn file(federation: &Federation, address: &Url) -> Result<Text, FetchError> {
    let file = federation.fetcher.get_text(address, None).await?;
    file.ok_or(FetchError::Status(304))
}

fn found(mut address: Url, page: Option<Url>, calendar: Calendar) -> Found {
    address.set_fragment(None);
    Found {
        address,
        page,
        calendar,
    }
}

/// How the times of an agenda are read: the zone of those that name none, and between which its sessions are wanted.
#[derive(Debug, Clone, Copy)]
struct Times {
    zone: Tz,
    window: (Instant, Instant),
}

/// What a file is.
enum Content {
    /// An agenda.
    Agenda(Calendar),
    /// A page or feed that tells its events itself.
    Told(Calendar),
    /// A page that names its agenda.
    Names(Url),
    /// Nothing of use, in a word.
    Nothing(&'static str),
}

/// Reads a file apart from what serves people: texts and rules of others may take a while.
async fn read<T: Send + 'static>(
    federation: &Federation,
    file: Text,
    reader: fn(&Text, Times) -> T,
) -> Result<T, FetchError> {
    let now = federation.now();
    let times = Times {
        zone: federation.zone,
        window: (now, now + HORIZON),
    };
    tokio::task::spawn_blocking(move || reader(&file, times))
        .await
        .map_err(|_| FetchError::Document("interrupted"))
}

fn content(file: &Text, times: Times) -> Content {
    if let Some(calendar) = agenda(file, times) {
        return Content::Agenda(calendar);
    }
    if let Some(address) = page::agenda(&file.body, &file.address) {
        return Content::Names(address);
    }
    match told(file, times) {
        Some(calendar) => Content::Told(calendar),
        None if page::is_feed(&file.body) => Content::Nothing("a_feed"),
        None => Content::Nothing("no_agenda"),
    }
}

fn agenda(file: &Text, times: Times) -> Option<Calendar> {
    calendar::is_calendar(&file.body).then(|| calendar::calendar(&file.body, times.zone, times.window))
}

fn told(page: &Text, times: Times) -> Option<Calendar> {
    let told = markup::agenda(&page.body, &page.address)?;
    Some(calendar::calendar(&told, times.zone, times.window))
}

fn agenda_or_told(file: &Text, times: Times) -> Option<Calendar> {
    agenda(file, times).or_else(|| told(file, times))
}

/// The peer that stands for an agenda.
pub fn peer(found: &Found, id: PeerId, now: Instant) -> Peer {
    let host = super::urls::host(&found.address);
    Peer {
        id,
        uri: found.address.to_string(),
        kind: Peer::SOURCE.to_owned(),
        handle: handle(&found.address),
        name: found.calendar.name.clone().unwrap_or_else(|| host.clone()),
        host,
        summary: String::new(),
        url: Some(found.page.as_ref().unwrap_or(&found.address).to_string()),
        inbox: String::new(),
        shared_inbox: None,
        outbox: None,
        upcoming: Some(found.address.to_string()),
        followers: None,
        keys: Vec::new(),
        software: None,
        contact: None,
        fetched: now,
    }
}

/// A name for filters: the file's, with what tells it from others of its host.
fn handle(address: &Url) -> String {
    let file = address.path_segments().and_then(|mut segments| segments.next_back());
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let name: String = file
        .unwrap_or_default()
        .chars()
        .filter(plain)
        .take(MAX_HANDLE)
        .collect();
    let sum = address.as_str().bytes().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{}-{sum:08x}", if name.is_empty() { "agenda" } else { &name })
}

/// Reads a source; when the next reading is polite.
///
/// # Errors
/// What the fetch met, or the database refuses.
pub async fn programme(federation: &Federation, pull: &Pull) -> (Result<Outcome, FederationError>, TimeDelta) {
    let now = federation.now();
    let usual = TimeDelta::minutes(federation.settings.pull_minutes.into());
    match take(federation, pull).await {
        Ok((outcome, wish)) => (Ok(outcome), usual.max(wish).clamp(PAUSE.0, PAUSE.1)),
        // The longer it has been silent, the longer it is left in peace.
        Err(error) => {
            let silent = pull.pulled.map_or(PAUSE.0, |pulled| now - pulled);
            (Err(error), silent.clamp(PAUSE.0, PAUSE.1))
        }
    }
}

/// What is known of the last answer. Once a month an agenda is read even if it is as it was: a rule without an end goes on,
/// and sessions were laid out to [`HORIZON`] from the last reading.
fn known(pull: &Pull, now: Instant) -> Option<&str> {
    let month = |at: Instant| (at.year(), at.month());
    let of_this_month = pull.pulled.is_some_and(|pulled| month(pulled) == month(now));
    pull.etag.as_deref().filter(|_| of_this_month)
}

async fn take(federation: &Federation, pull: &Pull) -> Result<(Outcome, TimeDelta), FederationError> {
    let address = Url::parse(&pull.peer.uri).map_err(|_| FetchError::Document("programme_address"))?;
    let file = federation
        .fetcher
        .get_text(&address, known(pull, federation.now()))
        .await?;
    let Some(file) = file else {
        return Ok((Outcome::Unchanged, PAUSE.0));
    };
    // A feed has the newest posts only: what it names no more may still come.
    let lists_all = !page::is_feed(&file.body);
    let (validator, max_age) = (file.validator.clone(), file.max_age);
    let calendar = read(federation, file, agenda_or_told).await?;
    let calendar = calendar.ok_or(FetchError::Document("no_agenda"))?;
    let kept = TimeDelta::seconds(max_age.unwrap_or(0).into());
    let wish = calendar.ttl.unwrap_or_default().max(kept);
    let left_out = keep(federation, &pull.peer, calendar, lists_all).await?;
    let changed = Outcome::Changed {
        etag: validator,
        left_out,
        refused: false,
        fruitful: true,
    };
    Ok((changed, wish))
}

/// Keeps what a source lists; once it was read whole and lists all there is, what it lists no more leaves the calendar.
async fn keep(
    federation: &Federation,
    peer: &Peer,
    calendar: Calendar,
    lists_all: bool,
) -> Result<LeftOut, StoreError> {
    let now = federation.now();
    let mut left_out = calendar.left_out;
    let listed: HashSet<String> = calendar.sessions.iter().map(|dated| uri(peer, dated)).collect();
    for some in calendar.sessions.chunks(AT_ONCE) {
        let all: Vec<_> = some
            .iter()
            .map(|dated| (event(federation, peer, dated, now), dated.occurrence))
            .collect();
        let id = peer.id;
        let keep_all = move |conn: &mut Conn| {
            if !is_wanted(conn, id)? {
                return Ok(());
            }
            for (event, occurrence) in &all {
                let known = events::by_uri(conn, &event.uri)?;
                // A file tells no dates of change that can be relied on: what is the same was not changed.
                let mut event = event.clone();
                if let Some(known) = &known {
                    event.published = known.published;
                    let same = known.facts == event.facts && known.url == event.url;
                    event.updated = if same { known.updated } else { now.max(known.updated) };
                }
                events::upsert_over(conn, known, &event, *occurrence, None)?;
            }
            Ok(())
        };
        federation.store.write(keep_all).await?;
    }
    if !calendar.whole {
        left_out.note("truncated");
    }
    if !(calendar.whole && lists_all) {
        return Ok(left_out);
    }
    let id = peer.id;
    let forget = move |conn: &mut Conn| {
        let known = events::upcoming_of_peer(conn, id, now)?;
        let gone = known.iter().filter(|event| !listed.contains(&event.uri));
        let gone: Vec<EventId> = gone.map(|event| event.id).collect();
        events::forget(conn, &gone)
    };
    federation.store.write(forget).await?;
    Ok(left_out)
}

/// Names one session for ever: a change of its UID's event is a change of it.
fn uri(peer: &Peer, dated: &Dated) -> String {
    let whole = series(peer, dated);
    match dated.planned {
        Some(date) => format!("{whole}/{date}"),
        None => whole,
    }
}

fn series(peer: &Peer, dated: &Dated) -> String {
    format!("{}#{}", peer.uri, utf8_percent_encode(&dated.uid, NON_ALPHANUMERIC))
}

fn event(federation: &Federation, peer: &Peer, dated: &Dated, now: Instant) -> Event {
    let mut facts = EventFacts::clone(&dated.facts);
    facts.schedule = dated.schedule.clone();
    facts.series = dated.planned.map(|_| Series {
        uri: series(peer, dated),
        rule: dated.rule.clone(),
    });
    let page = dated.page.clone().or_else(|| peer.url.clone());
    Event {
        id: EventId::new(now, federation.random.as_ref()),
        uri: uri(peer, dated),
        url: page.unwrap_or_else(|| peer.uri.clone()),
        origin: Origin::Remote(peer.id),
        facts,
        published: now,
        updated: now,
    }
}
