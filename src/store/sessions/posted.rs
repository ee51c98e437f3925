//! What followers were told of a session: people when it comes near, calendars earlier.

use diesel::prelude::*;

use super::SessionRow;
use crate::domain::event::{Event, Session, Status};
use crate::domain::id::{CentreId, EventId, SessionId};
use crate::domain::recurrence::Occurrence;
use crate::domain::time::Instant;
use crate::store::column::{instant_opt, ms};
use crate::store::events::EventRow;
use crate::store::schema::{events, sessions};
use crate::store::{Conn, StoreError};

/// Sessions of ours that people among the followers were not told of, not over, and that start before `before`: the drip
/// of a series. One that is called off is no news to who never heard of it.
///
/// # Errors
/// Only what the database refuses.
pub fn to_announce(conn: &mut Conn, now: Instant, before: Instant, limit: i64) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .inner_join(events::table)
        .filter(sessions::announced_at.is_null().and(events::status.ne_all(OFF)))
        .filter(sessions::starts_at.lt(ms(before)).and(sessions::ends_at.gt(ms(now))))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SessionRow::domain).collect()
}

/// The same for the calendars among the followers.
///
/// # Errors
/// Only what the database refuses.
pub fn to_tell(conn: &mut Conn, now: Instant, before: Instant, limit: i64) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .inner_join(events::table)
        .filter(sessions::told_at.is_null().and(events::status.ne_all(OFF)))
        .filter(sessions::starts_at.lt(ms(before)).and(sessions::ends_at.gt(ms(now))))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SessionRow::domain).collect()
}

/// Whether none of its series starts between `now` and this session.
///
/// # Errors
/// Only what the database refuses.
pub fn is_next_of_series(conn: &mut Conn, event: &Event, session: &Session, now: Instant) -> Result<bool, StoreError> {
    let series = event.facts.series.as_ref().map(|series| series.uri.clone());
    let sooner = sessions::table
        .inner_join(events::table)
        .filter(
            sessions::starts_at
                .gt(ms(now))
                .and(sessions::starts_at.lt(ms(session.occurrence.start))),
        )
        .filter(
            events::id.nullable().eq(event.id.to_string()).or(events::series_uri
                .is_not_null()
                .nullable()
                .and(events::series_uri.eq(series))),
        );
    Ok(!diesel::select(diesel::dsl::exists(sooner)).get_result::<bool>(conn)?)
}

/// What does not take place.
const OFF: [&str; 2] = [Status::Cancelled.as_str(), Status::Postponed.as_str()];

/// What followers were told of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Posted {
    /// When everybody was.
    pub announced: Option<Instant>,
    /// When calendars were: then or before.
    pub told: Option<Instant>,
    /// The start that it had before it was moved.
    pub moved_from: Option<Instant>,
}

/// The columns of [`Posted`].
type PostedRow = (Option<i64>, Option<i64>, Option<i64>);

fn posted_row((announced, told, moved_from): PostedRow) -> Result<Posted, StoreError> {
    Ok(Posted {
        announced: instant_opt(announced)?,
        told: instant_opt(told)?,
        moved_from: instant_opt(moved_from)?,
    })
}

/// Notes that all followers were told of a session.
///
/// # Errors
/// Only what the database refuses.
pub fn mark_announced(conn: &mut Conn, id: SessionId, now: Instant) -> Result<(), StoreError> {
    mark_told(conn, id, now)?;
    diesel::update(sessions::table.find(id.to_string()))
        .set(sessions::announced_at.eq(ms(now)))
        .execute(conn)?;
    Ok(())
}

/// Notes that the calendars among the followers were told of a session, unless they were before.
///
/// # Errors
/// Only what the database refuses.
pub fn mark_told(conn: &mut Conn, id: SessionId, now: Instant) -> Result<(), StoreError> {
    let untold = sessions::table.find(id.to_string()).filter(sessions::told_at.is_null());
    diesel::update(untold)
        .set(sessions::told_at.eq(ms(now)))
        .execute(conn)?;
    Ok(())
}

/// The sessions of an event that some followers were told of: those that an Update or a Delete concerns.
///
/// # Errors
/// Only what the database refuses.
pub fn posted_of_event(conn: &mut Conn, event: EventId) -> Result<Vec<(Session, Posted)>, StoreError> {
    let rows: Vec<(SessionRow, PostedRow)> = sessions::table
        .filter(
            sessions::event_id
                .eq(event.to_string())
                .and(sessions::told_at.is_not_null()),
        )
        .order(sessions::starts_at)
        .select((
            SessionRow::as_select(),
            (sessions::announced_at, sessions::told_at, sessions::moved_from),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(row, posted)| Ok((row.domain()?, posted_row(posted)?)))
        .collect()
}

/// What followers were told of a session.
///
/// # Errors
/// Only what the database refuses.
pub fn posted(conn: &mut Conn, id: SessionId) -> Result<Posted, StoreError> {
    let row: Option<PostedRow> = sessions::table
        .find(id.to_string())
        .select((sessions::announced_at, sessions::told_at, sessions::moved_from))
        .first(conn)
        .optional()?;
    row.map_or_else(|| Ok(Posted::default()), posted_row)
}

/// Removes the one session of an event of a peer, which is about to be written anew at `next`; the start that its readers
/// had in mind, where it is another, in milliseconds.
pub(in crate::store) fn take_only(
    conn: &mut Conn,
    event: EventId,
    next: Occurrence,
) -> Result<Option<i64>, StoreError> {
    let known: Option<(i64, Option<i64>)> = sessions::table
        .find(event.to_string())
        .select((sessions::starts_at, sessions::moved_from))
        .first(conn)
        .optional()?;
    diesel::delete(sessions::table.filter(sessions::event_id.eq(event.to_string()))).execute(conn)?;
    Ok(known.and_then(|(start, before)| {
        let moved = start != ms(next.start);
        if moved { Some(start) } else { before }
    }))
}

/// Keeps what [`take_only`] found.
pub(in crate::store) fn note_moved(conn: &mut Conn, event: EventId, from: Option<i64>) -> Result<(), StoreError> {
    if let Some(from) = from {
        diesel::update(sessions::table.find(event.to_string()))
            .set(sessions::moved_from.eq(from))
            .execute(conn)?;
    }
    Ok(())
}

/// The sessions that calendars were told of and that are not over, of one centre or (for `None`) of all of ours, each
/// with its event, soonest first: what one that comes late is told.
///
/// # Errors
/// Only what the database refuses.
pub fn told(
    conn: &mut Conn,
    centre: Option<CentreId>,
    now: Instant,
    limit: i64,
) -> Result<Vec<(Session, Event, Posted)>, StoreError> {
    let mut query = sessions::table
        .inner_join(events::table)
        .into_boxed()
        .filter(sessions::told_at.is_not_null().and(events::status.ne_all(OFF)))
        .filter(sessions::ends_at.gt(ms(now)));
    query = match centre {
        Some(centre) => query.filter(events::centre_id.eq(centre.to_string())),
        None => query.filter(events::centre_id.is_not_null()),
    };
    let rows: Vec<(SessionRow, EventRow, PostedRow)> = query
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select((
            SessionRow::as_select(),
            EventRow::as_select(),
            (sessions::announced_at, sessions::told_at, sessions::moved_from),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(session, event, posted)| Ok((session.domain()?, event.domain()?, posted_row(posted)?)))
        .collect()
}
