//! Events, our own and those of peers, with their sessions.

mod row;
mod trace;

use diesel::prelude::*;

pub(super) use row::{EventRow, level_step, tag};
pub use trace::{Trace, by_uri, trace};

use super::backend::natively;
use super::column::{ms, parse};
use super::schema::{announces, events, follows, sessions};
use super::sessions::{self as session_rows, Reconciled};
use super::{Conn, StoreError, changes, inbox, merges, networks, tombstones};
use crate::domain::event::{Event, Origin, Session};
use crate::domain::id::{CentreId, EventId, PeerId, SessionId};
use crate::domain::peer::FollowState;
use crate::domain::random::Randomness;
use crate::domain::recurrence::Occurrence;
use crate::domain::time::Instant;
use row::{FullRow, clear_tags, write_tags};

/// Adds an event of a centre of ours with its sessions up to `horizon` (absent: these are all).
///
/// # Errors
/// [`StoreError::AlreadyExists`] when its id or uri is taken.
pub fn insert_local(
    conn: &mut Conn,
    event: &Event,
    sessions: &[Session],
    horizon: Option<Instant>,
) -> Result<(), StoreError> {
    let row = FullRow::of(event, horizon.map(ms))?;
    changes::bump(conn, &row.id)?;
    networks::touch(conn, &row.id)?;
    let id = row.id.clone();
    natively!(conn, |conn| row.execute(conn))?;
    write_tags(conn, &id, &event.facts)?;
    session_rows::insert(conn, event, sessions, None)?;
    merges::settle(conn, event, sessions, &[])
}

/// Writes the facts of an event of ours, and brings its sessions in line with `occurrences` (all up to `horizon`).
///
/// A session is known by its local date: one that stays keeps its id and whether it was announced. The session of a
/// single event always has the id of its event, on whatever date. Sessions that are over stay as they were.
///
/// # Errors
/// Only what the database refuses.
pub fn update_local(
    conn: &mut Conn,
    event: &Event,
    occurrences: &[Occurrence],
    horizon: Option<Instant>,
    now: Instant,
    random: &dyn Randomness,
) -> Result<Reconciled, StoreError> {
    let row = FullRow::of(event, horizon.map(ms))?;
    changes::bump(conn, &row.id)?;
    networks::touch(conn, &row.id)?;
    let id = row.id.clone();
    diesel::update(events::table.find(&id)).set(row).execute(conn)?;
    clear_tags(conn, &id)?;
    write_tags(conn, &id, &event.facts)?;
    let companions = merges::companions(conn, event.id)?;
    let plan = session_rows::reconcile(conn, event, occurrences, now, random)?;
    let all = session_rows::of_event(conn, event.id)?;
    merges::settle(conn, event, &all, &companions)?;
    Ok(plan)
}

/// What became of an event of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// It was not known.
    Created(EventId),
    /// It was known, and is different now.
    Updated(EventId),
    /// It was known as it is, or in a newer form.
    Unchanged(EventId),
}

impl Upserted {
    /// The id the event has here.
    #[must_use]
    pub fn id(self) -> EventId {
        match self {
            Self::Created(id) | Self::Updated(id) | Self::Unchanged(id) => id,
        }
    }
}

/// Keeps an event of a peer, known by its `uri`, with its one session (which has the id of the event). A known event is
/// written over only by one with a later `updated`, or with the same one and other content; one of ours never is.
/// A tombstone of its uri is taken away: ask [`tombstones::find`] first where a late message must not revive it.
///
/// # Errors
/// Only what the database refuses.
pub fn upsert_remote(conn: &mut Conn, event: &Event, occurrence: Occurrence) -> Result<Upserted, StoreError> {
    let known = by_uri(conn, &event.uri)?;
    if known.is_none() {
        tombstones::remove(conn, &event.uri)?;
    }
    upsert_over(conn, known, event, occurrence, None)
}

/// [`upsert_remote`] over the event that [`by_uri`] found, where there is no tombstone. One that was not known bears the
/// digest of the `activity` that brought it.
///
/// # Errors
/// Only what the database refuses.
pub fn upsert_over(
    conn: &mut Conn,
    known: Option<Event>,
    event: &Event,
    occurrence: Occurrence,
    activity: Option<&[u8; 32]>,
) -> Result<Upserted, StoreError> {
    let Some(known) = known else {
        insert_remote(conn, event, occurrence, activity)?;
        return Ok(Upserted::Created(event.id));
    };
    let known_session = session_rows::of_event(conn, known.id)?
        .first()
        .map(|session| session.occurrence);
    let event = Event {
        id: known.id,
        ..event.clone()
    };
    let ours = matches!(known.origin, Origin::Local(_));
    let stale = ms(event.updated) < ms(known.updated);
    if ours || stale || (same(&known, &event)? && known_session.is_some_and(|it| same_occurrence(it, occurrence))) {
        return Ok(Upserted::Unchanged(known.id));
    }
    let row = FullRow::of(&event, None)?;
    changes::bump(conn, &row.id)?;
    networks::touch(conn, &row.id)?;
    diesel::update(events::table.find(row.id.clone()))
        .set(row)
        .execute(conn)?;
    clear_tags(conn, &event.id.to_string())?;
    write_tags(conn, &event.id.to_string(), &event.facts)?;
    let companions = merges::companions(conn, event.id)?;
    let moved_from = session_rows::take_only(conn, event.id, occurrence)?;
    insert_only_session(conn, &event, occurrence, &companions)?;
    session_rows::note_moved(conn, event.id, moved_from)?;
    Ok(Upserted::Updated(event.id))
}

fn insert_remote(
    conn: &mut Conn,
    event: &Event,
    occurrence: Occurrence,
    activity: Option<&[u8; 32]>,
) -> Result<(), StoreError> {
    let mut row = FullRow::of(event, None)?;
    row.activity = activity.map(inbox::borne);
    changes::bump(conn, &row.id)?;
    networks::touch(conn, &row.id)?;
    natively!(conn, |conn| row.execute(conn))?;
    write_tags(conn, &event.id.to_string(), &event.facts)?;
    insert_only_session(conn, event, occurrence, &[])
}

/// A session of a peer is not ours to announce: it counts as announced, and stays out of that index.
fn insert_only_session(
    conn: &mut Conn,
    event: &Event,
    occurrence: Occurrence,
    companions: &[String],
) -> Result<(), StoreError> {
    let session = Session {
        id: SessionId(event.id.0),
        event: event.id,
        occurrence,
    };
    session_rows::insert(conn, event, &[session], Some(event.published))?;
    merges::settle(conn, event, &[session], companions)
}

/// Compared as they are stored: to the millisecond, facts as JSON.
fn same(known: &Event, new: &Event) -> Result<bool, StoreError> {
    let json = |event: &Event| super::column::to_json("event facts", &event.facts);
    Ok(known.origin == new.origin
        && known.url == new.url
        && ms(known.published) == ms(new.published)
        && ms(known.updated) == ms(new.updated)
        && json(known)? == json(new)?)
}

fn same_occurrence(a: Occurrence, b: Occurrence) -> bool {
    a.date == b.date && ms(a.start) == ms(b.start) && ms(a.end) == ms(b.end)
}

/// The event with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: EventId) -> Result<Option<Event>, StoreError> {
    let row = events::table
        .find(id.to_string())
        .select(EventRow::as_select())
        .first(conn)
        .optional()?;
    row.map(EventRow::domain).transpose()
}

/// The event that a centre's own file or software calls `external_id`.
///
/// # Errors
/// Only what the database refuses.
pub fn by_external_id(conn: &mut Conn, centre: CentreId, external_id: &str) -> Result<Option<Event>, StoreError> {
    let row = events::table
        .filter(
            events::centre_id
                .eq(centre.to_string())
                .and(events::external_id.eq(external_id)),
        )
        .select(EventRow::as_select())
        .first(conn)
        .optional()?;
    row.map(EventRow::domain).transpose()
}

/// The event that this session belongs to, with the session.
///
/// # Errors
/// Only what the database refuses.
pub fn of_session(conn: &mut Conn, id: SessionId) -> Result<Option<(Event, Session)>, StoreError> {
    let Some(session) = session_rows::by_id(conn, id)? else {
        return Ok(None);
    };
    Ok(by_id(conn, session.event)?.map(|event| (event, session)))
}

/// Removes an event with its sessions, and leaves tombstones of its uri and of `session_uris`.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, event: &Event, session_uris: &[String], now: Instant) -> Result<(), StoreError> {
    let companions = merges::companions(conn, event.id)?;
    inbox::outlive(conn, event.id)?;
    let id = event.id.to_string();
    changes::bump(conn, &id)?;
    networks::depart(conn, &id, &[])?;
    diesel::delete(events::table.find(id)).execute(conn)?;
    merges::reassess(conn, &companions)?;
    if let Origin::Remote(_) = event.origin {
        return tombstones::insert_of_peer(conn, &event.uri, now).map(drop);
    }
    let mut own = session_uris.iter().chain([&event.uri]);
    own.try_for_each(|uri| tombstones::insert(conn, uri, now))
}

/// Removes events without a tombstone: they may come back at any time.
///
/// # Errors
/// Only what the database refuses.
pub fn forget(conn: &mut Conn, ids: &[EventId]) -> Result<(), StoreError> {
    for id in ids {
        let companions = merges::companions(conn, *id)?;
        inbox::outlive(conn, *id)?;
        let id = id.to_string();
        changes::bump(conn, &id)?;
        networks::depart(conn, &id, &[])?;
        diesel::delete(events::table.find(id)).execute(conn)?;
        merges::reassess(conn, &companions)?;
    }
    Ok(())
}

/// Forgets up to `limit` events of peers that ended before `before`, the oldest first; returns how many. Our own are the
/// centre's archive and stay.
///
/// # Errors
/// Only what the database refuses.
pub fn forget_past(conn: &mut Conn, before: Instant, limit: i64) -> Result<usize, StoreError> {
    let past: Vec<String> = sessions::table
        .inner_join(events::table)
        .filter(sessions::starts_at.lt(ms(before)).and(sessions::ends_at.lt(ms(before))))
        .filter(events::peer_id.is_not_null())
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select(events::id)
        .load(conn)?;
    let ids: Result<Vec<EventId>, StoreError> = past.iter().map(|id| parse("event id", id)).collect();
    forget(conn, &ids?)?;
    Ok(past.len())
}

/// Forgets what reached us through `peer`, whom nobody here follows from now on, and through nobody else.
///
/// # Errors
/// Only what the database refuses.
pub fn forget_of_peer(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    let peer = peer.to_string();
    let by_peer = || announces::table.filter(announces::announcer.eq(peer.clone()));
    let relayed: Vec<String> = by_peer().select(announces::event_id).load(conn)?;
    let own: Vec<String> = events::table
        .filter(events::peer_id.eq(&peer))
        .select(events::id)
        .load(conn)?;
    diesel::delete(by_peer()).execute(conn)?;
    // What others stand for stays, and our networks may have announced it on this peer's word alone.
    for event in &relayed {
        networks::touch(conn, event)?;
    }
    let touched: Result<Vec<EventId>, StoreError> =
        relayed.iter().chain(&own).map(|id| parse("event id", id)).collect();
    forget_where_unvouched(conn, &touched?, Some(&peer))
}

/// Forgets every event of a peer that is muted or blocked, and what it alone announced, whoever else stands for its own.
///
/// # Errors
/// Only what the database refuses.
pub fn put_away_of_peer(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    forget_of_peer(conn, peer)?;
    let left: Vec<String> = events::table
        .filter(events::peer_id.eq(peer.to_string()))
        .select(events::id)
        .load(conn)?;
    let left: Result<Vec<EventId>, StoreError> = left.iter().map(|id| parse("event id", id)).collect();
    forget(conn, &left?)
}

/// Forgets those of the events of peers that no actor we follow publishes or announces.
///
/// # Errors
/// Only what the database refuses.
pub fn forget_unvouched(conn: &mut Conn, ids: &[EventId]) -> Result<(), StoreError> {
    forget_where_unvouched(conn, ids, None)
}

/// `leaving` counts as followed no more, whatever the table says.
fn forget_where_unvouched(conn: &mut Conn, ids: &[EventId], leaving: Option<&str>) -> Result<(), StoreError> {
    let mut followed: Vec<String> = follows::table
        .filter(follows::state.eq(FollowState::Accepted.as_str()))
        .select(follows::peer_id)
        .load(conn)?;
    followed.retain(|peer| leaving != Some(peer));
    for id in ids {
        let text = id.to_string();
        let publisher: Option<Option<String>> = events::table
            .find(&text)
            .select(events::peer_id)
            .first(conn)
            .optional()?;
        let Some(Some(publisher)) = publisher else { continue };
        let announcers: Vec<String> = announces::table
            .filter(announces::event_id.eq(&text))
            .select(announces::announcer)
            .load(conn)?;
        if !announcers
            .iter()
            .chain([&publisher])
            .any(|peer| followed.contains(peer))
        {
            forget(conn, &[*id])?;
        }
    }
    Ok(())
}

/// A page of the events of our centres (or of one), newest first; go on below the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn list_local(
    conn: &mut Conn,
    centre: Option<CentreId>,
    before: Option<EventId>,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let mut query = events::table.into_boxed().filter(events::centre_id.is_not_null());
    if let Some(centre) = centre {
        query = query.filter(events::centre_id.eq(centre.to_string()));
    }
    if let Some(before) = before {
        query = query.filter(events::id.lt(before.to_string()));
    }
    let rows = query
        .order(events::id.desc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EventRow::domain).collect()
}

/// An event of a peer as a pull compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteEvent {
    /// Our id.
    pub id: EventId,
    /// ActivityPub id.
    pub uri: String,
    /// In milliseconds, as the peer told it.
    pub updated: Instant,
}

/// The events published by a peer that are not over, for the comparison with what it shows now.
///
/// # Errors
/// Only what the database refuses.
pub fn upcoming_of_peer(conn: &mut Conn, peer: PeerId, now: Instant) -> Result<Vec<RemoteEvent>, StoreError> {
    let rows: Vec<(String, String, i64)> = events::table
        .inner_join(sessions::table)
        .filter(events::peer_id.eq(peer.to_string()).and(sessions::ends_at.gt(ms(now))))
        .order(events::id)
        .select((events::id, events::uri, events::updated_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, uri, updated)| {
            Ok(RemoteEvent {
                id: parse("event id", &id)?,
                uri,
                updated: super::column::instant(updated)?,
            })
        })
        .collect()
}

/// Whether a peer has `most` events here, or more. Counts no further.
///
/// # Errors
/// Only what the database refuses.
pub fn is_full(conn: &mut Conn, peer: PeerId, most: i64) -> Result<bool, StoreError> {
    let one_more = events::table
        .filter(events::peer_id.eq(peer.to_string()))
        .limit(1)
        .offset(most.max(1) - 1)
        // Nothing but what the index holds.
        .select(events::peer_id)
        .load::<Option<String>>(conn)?;
    Ok(!one_more.is_empty())
}

/// How many events there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Published by centres of this node.
    pub local: i64,
    /// Received.
    pub remote: i64,
}

/// Counts all events, for NodeInfo and metrics.
///
/// # Errors
/// Only what the database refuses.
pub fn counts(conn: &mut Conn) -> Result<Counts, StoreError> {
    let local = events::table
        .filter(events::centre_id.is_not_null())
        .count()
        .get_result(conn)?;
    let remote = events::table
        .filter(events::peer_id.is_not_null())
        .count()
        .get_result(conn)?;
    Ok(Counts { local, remote })
}

/// Series of ours whose sessions are materialised to less than `until`, the shortest first. Add what is missing with
/// [`extend`].
///
/// # Errors
/// Only what the database refuses.
pub fn short_of_horizon(conn: &mut Conn, until: Instant, limit: i64) -> Result<Vec<Event>, StoreError> {
    let rows = events::table
        .filter(events::horizon_at.lt(ms(until)))
        .order(events::horizon_at)
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EventRow::domain).collect()
}

/// Adds later sessions to a series, which is now materialised up to `horizon` (absent: completely).
///
/// # Errors
/// [`StoreError::AlreadyExists`] when it has a session on one of the dates.
pub fn extend(
    conn: &mut Conn,
    event: EventId,
    sessions: &[Session],
    horizon: Option<Instant>,
) -> Result<(), StoreError> {
    let id = event.to_string();
    changes::bump(conn, &id)?;
    networks::touch(conn, &id)?;
    diesel::update(events::table.find(id))
        .set(events::horizon_at.eq(horizon.map(ms)))
        .execute(conn)?;
    let Some(event) = by_id(conn, event)? else {
        return Ok(());
    };
    session_rows::insert(conn, &event, sessions, None)?;
    merges::settle(conn, &event, sessions, &[])
}
