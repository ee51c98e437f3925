//! What was deleted, here or elsewhere: ours are answered 410, those of peers are not taken in again by mistake.

use diesel::prelude::*;

use super::backend::{PortableExt, natively};
use super::column::{instant_opt, ms};
use super::schema::tombstones;
use super::{Conn, StoreError};
use crate::domain::time::Instant;

/// More of one server are not noted: a late Create of these would revive them until its programme is read again.
pub const MOST_OF_SERVER: i64 = 20_000;

/// Notes that `uri` is gone; a second time changes nothing.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(conn: &mut Conn, uri: &str, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(tombstones::table)
        .values((tombstones::uri.eq(uri), tombstones::deleted_at.eq(ms(now))))
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(())
}

/// [`insert`] of what a peer deleted: of one server, so many are kept. Whether it was noted.
///
/// # Errors
/// Only what the database refuses.
pub fn insert_of_peer(conn: &mut Conn, uri: &str, now: Instant) -> Result<bool, StoreError> {
    let origin: String = uri.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    // What follows the slash after a host sorts before what begins with the next character.
    let (low, high) = (format!("{origin}/"), format!("{origin}0"));
    let last = tombstones::table
        .filter(tombstones::uri.ge(low).and(tombstones::uri.lt(high)))
        .order(tombstones::uri)
        .offset(MOST_OF_SERVER - 1)
        .select(tombstones::uri)
        .first::<String>(conn)
        .optional()?;
    if last.is_some() {
        return Ok(false);
    }
    insert(conn, uri, now)?;
    Ok(true)
}

/// When `uri` was deleted, if it was.
///
/// # Errors
/// Only what the database refuses.
pub fn find(conn: &mut Conn, uri: &str) -> Result<Option<Instant>, StoreError> {
    let deleted = tombstones::table.find(uri).select(tombstones::deleted_at);
    instant_opt(natively!(conn, |conn| deleted.get_result(conn)).optional()?)
}

/// Forgets what others deleted before `before`; what stood under `base` is ours and stays gone. Returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, base: &str, before: Instant, limit: i64) -> Result<usize, StoreError> {
    let end = format!("{base}\u{10ffff}");
    let old: Vec<String> = tombstones::table
        .filter(tombstones::deleted_at.lt(ms(before)))
        .filter(tombstones::uri.lt(base).or(tombstones::uri.gt(end)))
        .select(tombstones::uri)
        .limit(limit)
        .load(conn)?;
    Ok(diesel::delete(tombstones::table.filter(tombstones::uri.eq_any(old))).execute(conn)?)
}

/// Takes the note back: the object is there again, as its own server says.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, uri: &str) -> Result<(), StoreError> {
    diesel::delete(tombstones::table.find(uri)).execute(conn)?;
    Ok(())
}
