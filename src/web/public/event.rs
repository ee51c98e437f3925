//! `/events/{id}`: one session for people, and for a phone's agenda.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::Frame;
use super::feeds;
use crate::domain::calendar::Entry;
use crate::domain::event::{Event, Origin, Session};
use crate::domain::id::{EventId, SessionId};
use crate::domain::time::Instant;
use crate::feed::schema_org;
use crate::store::calendar::{self, Addresses};
use crate::store::{Conn, StoreError, changes, sessions, tombstones};
use crate::web::Error;
use crate::web::view::event::{Around, EventPage, EventView};
use crate::web::view::{Alternate, Picture, Section};

/// Dates of a series that are read: more than a page shows, so that it can say how many follow.
const DATES: i64 = 200;

/// What stands at an event's address.
enum Found {
    Session {
        entry: Box<Entry>,
        dates: Vec<Session>,
        moved_from: Option<Instant>,
        etag: String,
    },
    NotModified(String),
    /// The id of a series: its next session, or its last.
    Series(SessionId),
    Gone,
    Nothing,
}

/// The page of a session, or of the next session of a series.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`].
pub async fn page(frame: Frame, id: web::Path<String>) -> Result<HttpResponse, Error> {
    match find(&frame, &id).await? {
        Found::Session {
            entry,
            dates,
            moved_from,
            etag,
        } => frame.html(
            &show(&frame, &entry, &dates, moved_from),
            &etag,
            Some(entry.event.updated),
        ),
        Found::NotModified(etag) => Ok(frame.not_modified(&etag)),
        Found::Series(session) => Ok(see_session(&format!("/events/{session}"))),
        Found::Gone => Err(Error::Gone),
        Found::Nothing => Err(Error::NotFound),
    }
}

/// The session as one VEVENT.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`].
pub async fn ics(frame: Frame, id: web::Path<String>) -> Result<HttpResponse, Error> {
    match find(&frame, &id).await? {
        Found::Session { entry, etag, .. } => Ok(feeds::one_ics(&frame, &entry, &etag)),
        Found::NotModified(etag) => Ok(frame.not_modified(&etag)),
        Found::Series(session) => Ok(see_session(&format!("/events/{session}.ics"))),
        Found::Gone => Err(Error::Gone),
        Found::Nothing => Err(Error::NotFound),
    }
}

/// The next session of a series changes with time: the redirection is not kept.
fn see_session(path: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header(("Location", path))
        .insert_header(("Cache-Control", "no-cache"))
        .finish()
}

async fn find(frame: &Frame, id: &str) -> Result<Found, StoreError> {
    let Ok(id) = Uuid::try_parse(id) else {
        return Ok(Found::Nothing);
    };
    let reading = frame.clone();
    frame.node.store.read(move |conn| read(conn, &reading, id)).await
}

fn read(conn: &mut Conn, frame: &Frame, id: Uuid) -> Result<Found, StoreError> {
    let addresses = frame.addresses();
    let etag = frame.etag(changes::stamp(conn)?);
    if let Some(entry) = calendar::entry(conn, SessionId(id), addresses)? {
        if frame.has(&etag) {
            return Ok(Found::NotModified(etag));
        }
        let dates = dates(conn, &entry.event, frame.now)?;
        let moved_from = sessions::posted(conn, entry.session.id)?.moved_from;
        return Ok(Found::Session {
            entry: Box::new(entry),
            dates,
            moved_from,
            etag,
        });
    }
    let next = sessions::next_of_event(conn, EventId(id), frame.now, 1)?.pop();
    let session = match next {
        Some(session) => Some(session),
        None => sessions::of_event(conn, EventId(id))?.pop(),
    };
    if let Some(session) = session {
        return Ok(Found::Series(session.id));
    }
    let deleted = tombstones::find(conn, &addresses.session_uri(SessionId(id)))?;
    Ok(if deleted.is_some() { Found::Gone } else { Found::Nothing })
}

/// The coming dates of the same series: sessions of one event of ours, events of one series of a peer.
fn dates(conn: &mut Conn, event: &Event, now: Instant) -> Result<Vec<Session>, StoreError> {
    match (event.origin, &event.facts.series) {
        (Origin::Remote(peer), Some(series)) => sessions::next_of_series(conn, peer, &series.uri, now, DATES),
        _ => sessions::next_of_event(conn, event.id, now, DATES),
    }
}

fn show(frame: &Frame, entry: &Entry, dates: &[Session], moved_from: Option<Instant>) -> EventPage {
    let t = frame.t;
    let facts = &entry.event.facts;
    let around = Around {
        now: frame.now,
        today: frame.today(),
        base: frame.node.base(),
        sessions: dates,
        moved_from,
    };
    let mut page = frame.page(Section::Calendar, facts.title.clone());
    // The page of an event that came by federation is its own server's.
    page.address = if entry.publisher.local {
        entry.url.clone()
    } else {
        page.address
    };
    page.description = t.practical(facts, &entry.session.occurrence).lines(t).join(". ");
    page.image = facts.image.as_ref().map(|image| Picture {
        url: image.url.clone(),
        alt: image.alt.clone(),
    });
    page.json_ld = Some(schema_org::script(entry));
    page.indexed = entry.publisher.local;
    page.alternates = vec![
        Alternate {
            media_type: "application/activity+json",
            href: entry.uri.clone(),
            title: facts.title.clone(),
        },
        Alternate {
            media_type: "text/calendar",
            href: format!("{}/events/{}.ics", frame.node.base(), entry.session.id),
            title: facts.title.clone(),
        },
    ];
    EventPage {
        event: EventView::new(t, entry, &around),
        page,
    }
}
