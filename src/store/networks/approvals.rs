//! What staff decided on events that wait for their word. A series is decided upon once: it is known by its own uri.

use diesel::prelude::*;

use super::super::backend::PortableExt;
use super::super::column::{instant, ms, parse};
use super::super::events::EventRow;
use super::super::schema::{approvals, events, network_queue, sessions};
use super::super::{Conn, StoreError, changes};
use crate::domain::event::Event;
use crate::domain::id::CentreId;
use crate::domain::network::Decision;
use crate::domain::time::Instant;

/// The decisions of a network on what is still to come, as subject, state and time.
macro_rules! to_come {
    ($network:expr, $now:expr) => {
        approvals::table
            .filter(approvals::network_id.eq($network.to_string()))
            .filter(diesel::dsl::exists(
                sessions::table
                    .inner_join(events::table)
                    .filter(
                        events::uri
                            .eq(approvals::subject)
                            .or(events::series_uri.eq(approvals::subject.nullable())),
                    )
                    .filter(sessions::ends_at.gt(ms($now))),
            ))
            .select((approvals::subject, approvals::state, approvals::since))
    };
}

/// What a decision is about: the series, or the event.
#[must_use]
pub fn subject_of(event: &Event) -> &str {
    event.facts.series.as_ref().map_or(&event.uri, |series| &series.uri)
}

/// What was decided, if anything was.
///
/// # Errors
/// Only what the database refuses.
pub fn decision(conn: &mut Conn, network: CentreId, subject: &str) -> Result<Option<Decision>, StoreError> {
    let state: Option<String> = approvals::table
        .find((network.to_string(), subject))
        .select(approvals::state)
        .first(conn)
        .optional()?;
    state.map(|state| parse("decision", &state)).transpose()
}

/// Puts it in the queue for staff, unless something was decided.
///
/// # Errors
/// Only what the database refuses.
pub fn wait(conn: &mut Conn, network: CentreId, subject: &str, now: Instant) -> Result<(), StoreError> {
    let row = (
        approvals::network_id.eq(network.to_string()),
        approvals::subject.eq(subject),
        approvals::state.eq(Decision::Waiting.as_str()),
        approvals::since.eq(ms(now)),
    );
    diesel::insert_into(approvals::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(())
}

/// Takes it out of the queue: the rule does not ask for a word on it any more.
///
/// # Errors
/// Only what the database refuses.
pub fn not_waiting(conn: &mut Conn, network: CentreId, subject: &str) -> Result<(), StoreError> {
    let one = approvals::table
        .find((network.to_string(), subject))
        .filter(approvals::state.eq(Decision::Waiting.as_str()));
    diesel::delete(one).execute(conn)?;
    Ok(())
}

/// Notes what staff decided; the events concerned are looked at again. False when there are none.
///
/// # Errors
/// Only what the database refuses.
pub fn decide(
    conn: &mut Conn,
    network: CentreId,
    subject: &str,
    decision: Decision,
    now: Instant,
) -> Result<bool, StoreError> {
    let state = decision.as_str();
    diesel::insert_into(approvals::table)
        .values((
            approvals::network_id.eq(network.to_string()),
            approvals::subject.eq(subject),
            approvals::state.eq(state),
            approvals::since.eq(ms(now)),
        ))
        .on_conflict((approvals::network_id, approvals::subject))
        .do_update()
        .set((approvals::state.eq(state), approvals::since.eq(ms(now))))
        .portable()
        .execute(conn)?;
    changes::bump(conn, &network.to_string())?;
    let concerned = events::table
        .filter(events::uri.eq(subject).or(events::series_uri.eq(subject)))
        .select(events::id)
        .insert_into(network_queue::table)
        .into_columns(network_queue::event_id)
        .portable()
        .execute(conn)?;
    Ok(concerned > 0)
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The uri of the event, or of the whole series.
    pub uri: String,
    /// The event, or one of the series.
    pub event: Event,
    /// What was decided.
    pub decision: Decision,
    /// Since when.
    pub since: Instant,
}

/// What waits for staff and is still to come at `now`, the longest first.
///
/// # Errors
/// Only what the database refuses.
pub fn waiting(conn: &mut Conn, network: CentreId, now: Instant, limit: i64) -> Result<Vec<Subject>, StoreError> {
    let rows = to_come!(network, now)
        .filter(approvals::state.eq(Decision::Waiting.as_str()))
        .order((approvals::since, approvals::subject))
        .limit(limit)
        .load(conn)?;
    subjects(conn, rows)
}

/// What staff decided on and is still to come at `now`, the last decision first.
///
/// # Errors
/// Only what the database refuses.
pub fn decided(conn: &mut Conn, network: CentreId, now: Instant, limit: i64) -> Result<Vec<Subject>, StoreError> {
    let rows = to_come!(network, now)
        .filter(approvals::state.ne(Decision::Waiting.as_str()))
        .order((approvals::since.desc(), approvals::subject))
        .limit(limit)
        .load(conn)?;
    subjects(conn, rows)
}

fn subjects(conn: &mut Conn, rows: Vec<(String, String, i64)>) -> Result<Vec<Subject>, StoreError> {
    let mut subjects = Vec::with_capacity(rows.len());
    for (uri, decision, since) in rows {
        let event = events::table
            .filter(events::uri.eq(&uri).or(events::series_uri.eq(&uri)))
            .order(events::id)
            .select(EventRow::as_select())
            .first(conn)
            .optional()?;
        if let Some(event) = event {
            subjects.push(Subject {
                uri,
                event: event.domain()?,
                decision: parse("decision", &decision)?,
                since: instant(since)?,
            });
        }
    }
    Ok(subjects)
}
