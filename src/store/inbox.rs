//! What the inbox has already taken in. Called in the transaction of the effect, so that a failed attempt can be
//! repeated and a second one is silent.

use diesel::prelude::*;

use super::backend::natively;
use super::column::ms;
use super::schema::inbox_seen;
use super::{Conn, StoreError};
use crate::domain::time::Instant;

/// Whether this activity with this content comes for the first time, and remembers it. The digest counts, because
/// Mobilizon reuses one id for each `Update` of an event.
///
/// # Errors
/// Only what the database refuses.
pub fn first_time(conn: &mut Conn, activity_uri: &str, digest: &str, now: Instant) -> Result<bool, StoreError> {
    let row = (
        inbox_seen::activity_uri.eq(activity_uri),
        inbox_seen::digest.eq(digest),
        inbox_seen::seen_at.eq(ms(now)),
    );
    let insert = diesel::insert_into(inbox_seen::table)
        .values(row)
        .on_conflict_do_nothing();
    let inserted = natively!(conn, |conn| insert.execute(conn))?;
    Ok(inserted == 1)
}

/// Whether [`first_time`] has seen it: what is repeated is then known before any work is done for it.
///
/// # Errors
/// Only what the database refuses.
pub fn seen(conn: &mut Conn, activity_uri: &str, digest: &str) -> Result<bool, StoreError> {
    let known = inbox_seen::table.find((activity_uri, digest));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}

/// Forgets what came before `before`; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(inbox_seen::table.filter(inbox_seen::seen_at.lt(ms(before)))).execute(conn)?)
}
