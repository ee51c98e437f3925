//! What an ActivityPub id left here: an event, a tombstone, or nothing.

use diesel::prelude::*;

use super::row::EventRow;
use crate::domain::event::Event;
use crate::domain::time::Instant;
use crate::store::backend::natively;
use crate::store::column::instant_opt;
use crate::store::schema::{events, tombstones};
use crate::store::{Conn, StoreError};

/// What there is of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// When it was deleted, if it was.
    pub deleted: Option<Instant>,
    /// Whether there is an event of that id.
    pub known: bool,
}

/// What there is of `uri`, in one look: of most that is taken in there is nothing.
///
/// # Errors
/// Only what the database refuses.
pub fn trace(conn: &mut Conn, uri: &str) -> Result<Trace, StoreError> {
    let deleted = tombstones::table
        .find(uri)
        .select(tombstones::deleted_at)
        .single_value();
    let known = diesel::dsl::exists(events::table.filter(events::uri.eq(uri)));
    let look = diesel::select((deleted, known));
    let (deleted, known): (Option<i64>, bool) = natively!(conn, |conn| look.get_result(conn))?;
    let deleted = instant_opt(deleted)?;
    Ok(Trace { deleted, known })
}

/// The event with this ActivityPub id. Sessions of our own series are found by their id instead ([`super::of_session`]).
///
/// # Errors
/// Only what the database refuses.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Event>, StoreError> {
    let known = events::table.filter(events::uri.eq(uri));
    let row = natively!(conn, |conn| known.select(EventRow::as_select()).get_result(conn)).optional()?;
    row.map(EventRow::domain).transpose()
}
