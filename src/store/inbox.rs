//! What the inbox has already taken in. Called in the transaction of the effect, so that a failed attempt can be
//! repeated and a second one is silent.
//!
//! An activity is known by the SHA-256 of its body, in which its id stands: the content counts, because Mobilizon reuses one
//! id for each `Update` of an event. Half of the digest is kept.

use diesel::prelude::*;

use super::backend::natively;
use super::column::ms;
use super::schema::inbox_seen;
use super::{Conn, StoreError};
use crate::domain::time::Instant;

/// Bytes that are kept of a digest: nobody finds two bodies that share them.
const KEPT: usize = 16;

/// Whether this body comes for the first time, and remembers it.
///
/// # Errors
/// Only what the database refuses.
pub fn first_time(conn: &mut Conn, digest: &[u8; 32], now: Instant) -> Result<bool, StoreError> {
    let row = (inbox_seen::digest.eq(&digest[..KEPT]), inbox_seen::seen_at.eq(ms(now)));
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
pub fn seen(conn: &mut Conn, digest: &[u8; 32]) -> Result<bool, StoreError> {
    let known = inbox_seen::table.find(&digest[..KEPT]);
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}

/// Forgets what came before `before`; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(inbox_seen::table.filter(inbox_seen::seen_at.lt(ms(before)))).execute(conn)?)
}
