//! `/calendar.ics`, `.atom`, `.json`, `.csv`, `.geojson`: the sessions of the page at `/`, with the same filters.

use actix_web::HttpResponse;

use super::Frame;
use super::calendar::address;
use crate::domain::calendar::Entry;
use crate::domain::time::Instant;
use crate::domain::vocabulary::{EVENT_TYPES, THEMES};
use crate::feed::{self, Channel, Item};
use crate::locale::Locale;
use crate::store::calendar;
use crate::store::{Conn, Page, StoreError, changes};
use crate::web::Error;
use crate::web::extract::filter::Asked;
use crate::web::view::credits::{aged, called_off};

/// Sessions of an agenda or a table: a year of a town.
const ALL: i64 = calendar::MAX_PAGE;
/// Entries of a news feed.
const NEWS: i64 = 100;

/// For the agenda of a phone.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn ics(frame: Frame) -> Result<HttpResponse, Error> {
    let now = frame.now;
    serve(frame, ALL, "text/calendar; charset=utf-8", move |t, channel, page| {
        feed::ics::calendar(channel, &items(t, &page.items, now))
    })
    .await
}

/// For feed readers.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn atom(frame: Frame) -> Result<HttpResponse, Error> {
    let now = frame.now;
    serve(
        frame,
        NEWS,
        "application/atom+xml; charset=utf-8",
        |t, channel, page| feed::atom::feed(channel, &items(t, &page.items, now)),
    )
    .await
}

/// For programs; the only one with pages.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn json(frame: Frame) -> Result<HttpResponse, Error> {
    serve(frame, NEWS, "application/json", |_, _, page| {
        let next = page.next.as_ref().map(ToString::to_string);
        feed::json::list(&page.items, next.as_deref()).to_string()
    })
    .await
}

/// For spreadsheets.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn csv(frame: Frame) -> Result<HttpResponse, Error> {
    let now = frame.now;
    serve(frame, ALL, "text/csv; charset=utf-8", move |t, _, page| {
        feed::csv::file(&items(t, &page.items, now))
    })
    .await
}

/// For maps.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn geojson(frame: Frame) -> Result<HttpResponse, Error> {
    serve(frame, ALL, "application/geo+json", |_, _, page| {
        feed::geojson::collection(&page.items).to_string()
    })
    .await
}

/// One session as a file of its own.
pub(super) fn one_ics(frame: &Frame, entry: &Entry, etag: &str) -> HttpResponse {
    let channel = Channel {
        name: entry.event.facts.title.clone(),
        page: entry.url.clone(),
        address: format!("{}/events/{}.ics", frame.node.base(), entry.session.id),
        language: frame.t.tag(),
        updated: entry.event.updated,
    };
    let body = feed::ics::calendar(&channel, &items(frame.t, std::slice::from_ref(entry), frame.now));
    frame.feed("text/calendar; charset=utf-8", body, etag)
}

async fn serve(
    frame: Frame,
    limit: i64,
    media_type: &str,
    write: impl Fn(Locale, &Channel, &Page<Entry>) -> String,
) -> Result<HttpResponse, Error> {
    let asked = Asked::read(&frame.query, frame.now, frame.node.config.node.timezone)?;
    let (reading, wanted) = (frame.clone(), asked.clone());
    match frame
        .node
        .store
        .read(move |conn| read(conn, &reading, &wanted, limit))
        .await?
    {
        Ok((page, etag)) => {
            let body = write(frame.t, &channel(&frame, &asked, &page.items), &page);
            Ok(frame.feed(media_type, body, &etag))
        }
        Err(etag) => Ok(frame.not_modified(&etag)),
    }
}

fn read(
    conn: &mut Conn,
    frame: &Frame,
    asked: &Asked,
    limit: i64,
) -> Result<Result<(Page<Entry>, String), String>, StoreError> {
    let etag = frame.etag(changes::stamp(conn)?);
    if frame.has(&etag) {
        return Ok(Err(etag));
    }
    let limit = asked.limit.map_or(limit, |asked| i64::from(asked).min(limit));
    let addresses = frame.addresses();
    let page = calendar::page(conn, &asked.filter, frame.now, limit, asked.cursor.as_ref(), addresses)?;
    Ok(Ok((page, etag)))
}

fn channel(frame: &Frame, asked: &Asked, entries: &[Entry]) -> Channel {
    let path = frame.path.split('?').next().unwrap_or_default();
    let newest: Option<Instant> = entries.iter().map(|entry| entry.event.updated).max();
    Channel {
        name: frame.node.config.node.name.clone(),
        page: address(frame, "/", asked, &[]),
        address: address(frame, path, asked, &[]),
        language: frame.t.tag(),
        updated: newest.unwrap_or(frame.now),
    }
}

/// The entries with the words that go with them, as seen at `now`.
fn items(t: Locale, entries: &[Entry], now: Instant) -> Vec<Item<'_>> {
    entries
        .iter()
        .map(|entry| {
            let facts = &entry.event.facts;
            let practical = t.practical(facts, &entry.session.occurrence);
            let themes = facts.themes.iter().map(|code| t.label(&THEMES, code));
            let mut lines = practical.lines(t).split_off(1);
            lines.extend(called_off(t, entry));
            lines.extend(aged(t, entry, now));
            let kind = facts.event_type.iter().map(|code| t.label(&EVENT_TYPES, code));
            Item {
                entry,
                status: t.status(facts.status),
                lines,
                when: practical.when,
                categories: kind.chain(themes).collect(),
            }
        })
        .collect()
}
