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

/// An event that waits for staff.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// What the decision is about.
    pub subject: String,
    /// The event, or one of the series.
    pub event: Event,
    /// Since when it waits.
    pub since: Instant,
}

/// What waits for staff and is still to come at `now`, the longest first.
///
/// # Errors
/// Only what the database refuses.
pub fn waiting(conn: &mut Conn, network: CentreId, now: Instant, limit: i64) -> Result<Vec<Pending>, StoreError> {
    let to_come = sessions::table
        .inner_join(events::table)
        .filter(
            events::uri
                .eq(approvals::subject)
                .or(events::series_uri.eq(approvals::subject.nullable())),
        )
        .filter(sessions::ends_at.gt(ms(now)));
    let rows: Vec<(String, i64)> = approvals::table
        .filter(
            approvals::network_id
                .eq(network.to_string())
                .and(approvals::state.eq(Decision::Waiting.as_str())),
        )
        .filter(diesel::dsl::exists(to_come))
        .order((approvals::since, approvals::subject))
        .limit(limit)
        .select((approvals::subject, approvals::since))
        .load(conn)?;
    let mut pending = Vec::with_capacity(rows.len());
    for (subject, since) in rows {
        let event = events::table
            .filter(events::uri.eq(&subject).or(events::series_uri.eq(&subject)))
            .order(events::id)
            .select(EventRow::as_select())
            .first(conn)
            .optional()?;
        if let Some(event) = event {
            let (event, since) = (event.domain()?, instant(since)?);
            pending.push(Pending { subject, event, since });
        }
    }
    Ok(pending)
}
