//! Dated sessions: one row each, materialised up to the horizon of their event.

mod posted;
mod stamp;
mod whereabouts;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

pub use posted::{
    Posted, is_next_of_series, mark_announced, mark_told, posted, posted_of_event, to_announce, to_tell, told,
};
pub use stamp::stamp_of_centre;

pub(super) use posted::{note_moved, take_only};
pub(super) use whereabouts::{Whereabouts, first_word};

use super::backend::natively;
use super::column::{date, instant, ms, parse};
use super::events::EventRow;
use super::insert::insert_statement;
use super::page::{Cursor, Page};
use super::schema::{events, sessions};
use super::{Conn, StoreError, networks};
use crate::domain::event::{Event, Session};
use crate::domain::id::{CentreId, EventId, PeerId, SessionId};
use crate::domain::random::Randomness;
use crate::domain::recurrence::Occurrence;
use crate::domain::time::Instant;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(super) struct SessionRow {
    pub id: String,
    event_id: String,
    date: String,
    pub starts_at: i64,
    ends_at: i64,
    pub merged_into: Option<String>,
}

impl SessionRow {
    pub fn domain(self) -> Result<Session, StoreError> {
        let occurrence = Occurrence {
            date: date(&self.date)?,
            start: instant(self.starts_at)?,
            end: instant(self.ends_at)?,
        };
        Ok(Session {
            id: parse("session id", &self.id)?,
            event: parse("event id", &self.event_id)?,
            occurrence,
        })
    }

    pub fn cursor(&self) -> Cursor {
        Cursor {
            at: self.starts_at,
            id: self.id.clone(),
        }
    }
}

/// Adds sessions of `event` as they are.
pub(super) fn insert(
    conn: &mut Conn,
    event: &Event,
    all: &[Session],
    announced: Option<Instant>,
) -> Result<(), StoreError> {
    let here = Whereabouts::of(event);
    for session in all {
        let row = NewSession::of(session, announced.map(ms), &here);
        natively!(conn, |conn| row.execute(conn))?;
    }
    Ok(())
}

struct NewSession<'a> {
    id: String,
    event_id: String,
    date: String,
    starts_at: i64,
    ends_at: i64,
    announced_at: Option<i64>,
    told_at: Option<i64>,
    area: &'a str,
    publisher: &'a str,
    town: &'a str,
    postcode: &'a str,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

insert_statement!(
    NewSession<'a>,
    sessions(
        id,
        event_id,
        date,
        starts_at,
        ends_at,
        announced_at,
        told_at,
        area,
        publisher,
        town,
        postcode,
        latitude,
        longitude,
    )
);

impl<'a> NewSession<'a> {
    fn of(session: &Session, announced_at: Option<i64>, here: &'a Whereabouts) -> Self {
        Self {
            id: session.id.to_string(),
            event_id: session.event.to_string(),
            date: session.occurrence.date.to_string(),
            starts_at: ms(session.occurrence.start),
            ends_at: ms(session.occurrence.end),
            announced_at,
            told_at: announced_at,
            area: &here.area,
            publisher: &here.publisher,
            town: &here.town,
            postcode: &here.postcode,
            latitude: here.latitude,
            longitude: here.longitude,
        }
    }
}

/// What an update did to the sessions of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// New ones.
    pub added: Vec<Session>,
    /// Those that have another time now.
    pub changed: Vec<Session>,
    /// Those that are no more; their uris need a tombstone and, where they were announced, a Delete.
    pub removed: Vec<Session>,
    /// Those that are as they were.
    pub kept: Vec<Session>,
}

/// Brings the sessions of an event of ours in line with `occurrences`; see `events::update_local`.
pub(super) fn reconcile(
    conn: &mut Conn,
    event: &Event,
    occurrences: &[Occurrence],
    now: Instant,
    random: &dyn Randomness,
) -> Result<Reconciled, StoreError> {
    let stored = of_event(conn, event.id)?;
    let plan = plan(event, stored, occurrences, now, random);
    let removed: Vec<SessionId> = plan.removed.iter().map(|session| session.id).collect();
    if !removed.is_empty() {
        networks::depart(conn, &event.id.to_string(), &removed)?;
    }
    for session in &plan.removed {
        diesel::delete(sessions::table.find(session.id.to_string())).execute(conn)?;
    }
    for session in &plan.changed {
        note_move(conn, session)?;
        let times = (
            sessions::date.eq(session.occurrence.date.to_string()),
            sessions::starts_at.eq(ms(session.occurrence.start)),
            sessions::ends_at.eq(ms(session.occurrence.end)),
        );
        diesel::update(sessions::table.find(session.id.to_string()))
            .set(times)
            .execute(conn)?;
    }
    keep_whereabouts(conn, event)?;
    insert(conn, event, &plan.added, None)?;
    Ok(plan)
}

/// Writes anew where the sessions of an event are, if it says something else now.
fn keep_whereabouts(conn: &mut Conn, event: &Event) -> Result<(), StoreError> {
    let here = Whereabouts::of(event);
    let all = || sessions::table.filter(sessions::event_id.eq(event.id.to_string()));
    let known: Vec<Whereabouts> = all().select(Whereabouts::as_select()).distinct().load(conn)?;
    if known.iter().any(|known| *known != here) {
        diesel::update(all()).set(here).execute(conn)?;
    }
    Ok(())
}

/// A session that somebody was told of and whose start changes remembers the one it had (FEP-8a8e `previousStartTime`).
fn note_move(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    let moved = sessions::table.find(session.id.to_string()).filter(
        sessions::told_at
            .is_not_null()
            .and(sessions::starts_at.ne(ms(session.occurrence.start))),
    );
    diesel::update(moved)
        .set(sessions::moved_from.eq(sessions::starts_at.nullable()))
        .execute(conn)?;
    Ok(())
}

fn plan(
    event: &Event,
    stored: Vec<Session>,
    occurrences: &[Occurrence],
    now: Instant,
    random: &dyn Randomness,
) -> Reconciled {
    let mut plan = Reconciled::default();
    let mut wanted: HashMap<NaiveDate, Occurrence> = occurrences.iter().map(|one| (one.date, *one)).collect();
    let mut left = Vec::new();
    let single = !event.is_series();
    let first = SessionId(event.id.0);
    for session in stored {
        // A single event has one session, the one with its id: others cannot stand for it, even on its date.
        let match_by_date = !single || session.id == first;
        match wanted.get(&session.occurrence.date).copied().filter(|_| match_by_date) {
            Some(occurrence) => {
                wanted.remove(&occurrence.date);
                plan.settle(session, occurrence);
            }
            None => left.push(session),
        }
    }
    let mut new: Vec<Occurrence> = wanted.into_values().collect();
    new.sort_unstable_by_key(|occurrence| occurrence.start);
    for session in left {
        if session.id == first && !new.is_empty() {
            // The session that bears the event's own address moves rather than vanish.
            plan.settle(session, new.remove(0));
        } else if session.occurrence.end <= now && !single {
            plan.kept.push(session);
        } else {
            plan.removed.push(session);
        }
    }
    for occurrence in new {
        let id = if single { first } else { SessionId::new(now, random) };
        plan.added.push(Session {
            id,
            event: event.id,
            occurrence,
        });
    }
    plan
}

impl Reconciled {
    fn settle(&mut self, session: Session, occurrence: Occurrence) {
        let same = ms(session.occurrence.start) == ms(occurrence.start)
            && ms(session.occurrence.end) == ms(occurrence.end)
            && session.occurrence.date == occurrence.date;
        let settled = Session { occurrence, ..session };
        if same {
            self.kept.push(settled)
        } else {
            self.changed.push(settled)
        }
    }
}

/// The session with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: SessionId) -> Result<Option<Session>, StoreError> {
    let row = sessions::table
        .find(id.to_string())
        .select(SessionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(SessionRow::domain).transpose()
}

/// All materialised sessions of an event, in order.
///
/// # Errors
/// Only what the database refuses.
pub fn of_event(conn: &mut Conn, event: EventId) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .filter(sessions::event_id.eq(event.to_string()))
        .order(sessions::starts_at)
        .select(SessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SessionRow::domain).collect()
}

/// The next sessions of an event that are not over.
///
/// # Errors
/// Only what the database refuses.
pub fn next_of_event(conn: &mut Conn, event: EventId, now: Instant, limit: i64) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .filter(
            sessions::event_id
                .eq(event.to_string())
                .and(sessions::ends_at.gt(ms(now))),
        )
        .order(sessions::starts_at)
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SessionRow::domain).collect()
}

/// The next sessions of a peer's series, by the name that the peer gives it.
///
/// # Errors
/// Only what the database refuses.
pub fn next_of_series(
    conn: &mut Conn,
    peer: PeerId,
    series: &str,
    now: Instant,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .inner_join(events::table)
        .filter(events::series_uri.eq(series).and(events::peer_id.eq(peer.to_string())))
        .filter(sessions::ends_at.gt(ms(now)))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SessionRow::domain).collect()
}

/// The sessions of a centre that are not over, each with its event, by start: its `upcoming` collection.
///
/// # Errors
/// Only what the database refuses.
pub fn upcoming_of_centre(
    conn: &mut Conn,
    centre: CentreId,
    now: Instant,
    limit: i64,
    after: Option<&Cursor>,
) -> Result<Page<(Session, Event)>, StoreError> {
    let mut query = sessions::table.inner_join(events::table).into_boxed().filter(
        events::centre_id
            .eq(centre.to_string())
            .and(sessions::ends_at.gt(ms(now))),
    );
    if let Some(Cursor { at, id }) = after {
        let further = sessions::starts_at.gt(*at).or(sessions::id.gt(id.clone()));
        query = query.filter(sessions::starts_at.ge(*at).and(further));
    }
    let mut rows = query
        .order((sessions::starts_at, sessions::id))
        .limit(limit + 1)
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load::<(SessionRow, EventRow)>(conn)?;
    let kept = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > kept;
    rows.truncate(kept);
    let next = rows.last().filter(|_| more).map(|(session, _)| session.cursor());
    let items = rows
        .into_iter()
        .map(|(session, event)| Ok((session.domain()?, event.domain()?)));
    Ok(Page {
        items: items.collect::<Result<_, StoreError>>()?,
        next,
    })
}

/// The events of a centre that are not over, each with its next session, soonest first.
///
/// # Errors
/// Only what the database refuses.
pub fn next_of_each(
    conn: &mut Conn,
    centre: CentreId,
    now: Instant,
    limit: i64,
) -> Result<Vec<(Session, Event)>, StoreError> {
    let next: Vec<(String, Option<i64>)> = sessions::table
        .inner_join(events::table)
        .filter(
            events::centre_id
                .eq(centre.to_string())
                .and(sessions::ends_at.gt(ms(now))),
        )
        .group_by(sessions::event_id)
        .select((sessions::event_id, diesel::dsl::min(sessions::starts_at)))
        .order(diesel::dsl::min(sessions::starts_at))
        .limit(limit)
        .load(conn)?;
    let ids = next.iter().map(|(event, _)| event.as_str());
    let starts = next.iter().filter_map(|(_, start)| *start);
    let rows = sessions::table
        .inner_join(events::table)
        .filter(
            sessions::event_id
                .eq_any(ids)
                .and(sessions::starts_at.eq_any(starts))
                .and(sessions::ends_at.gt(ms(now))),
        )
        .order((sessions::starts_at, sessions::id))
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load::<(SessionRow, EventRow)>(conn)?;
    // Another event may start when a later session of this one does: the first row of each event is the one.
    let mut seen = HashSet::new();
    rows.into_iter()
        .filter(|(session, _)| seen.insert(session.event_id.clone()))
        .map(|(session, event)| Ok((session.domain()?, event.domain()?)))
        .collect()
}

/// How many sessions of a centre are not over.
///
/// # Errors
/// Only what the database refuses.
pub fn count_of_centre(conn: &mut Conn, centre: CentreId, now: Instant) -> Result<i64, StoreError> {
    Ok(sessions::table
        .inner_join(events::table)
        .filter(
            events::centre_id
                .eq(centre.to_string())
                .and(sessions::ends_at.gt(ms(now))),
        )
        .count()
        .get_result(conn)?)
}
