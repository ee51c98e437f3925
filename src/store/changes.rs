//! The change stamp of the calendar: a number that grows with each change anyone could see in it.
//!
//! It is the sum of sixteen counters, picked by id, so that two processes on PostgreSQL that write different events
//! seldom wait for each other. Any committed change makes it grow, which `max(updated_at)` cannot promise.

use diesel::prelude::*;

use super::backend::natively;
use super::schema::changes;
use super::{Conn, StoreError, group};

const SLOTS: i64 = 16;

/// Counts what the writes of a group changed, before their commit.
pub(super) fn settle(conn: &mut Conn) -> Result<(), StoreError> {
    if group::end().is_changed {
        bump(conn, "")
    } else {
        Ok(())
    }
}

/// Notes a change of whatever has this id.
pub(super) fn bump(conn: &mut Conn, id: &str) -> Result<(), StoreError> {
    if group::note(|group| group.is_changed = true) {
        return Ok(());
    }
    // The last bytes of a UUIDv7 are random.
    let slot = i64::from(id.bytes().next_back().unwrap_or(0)) % SLOTS;
    // Not an UPDATE: Diesel prepares those anew each time.
    let count = diesel::insert_into(changes::table)
        .values((changes::slot.eq(slot), changes::stamp.eq(1)))
        .on_conflict(changes::slot)
        .do_update()
        .set(changes::stamp.eq(changes::stamp + 1));
    natively!(conn, |conn| count.execute(conn))?;
    Ok(())
}

/// The stamp: together with the hour and the filter it makes the ETag of a calendar.
///
/// # Errors
/// Only what the database refuses.
pub fn stamp(conn: &mut Conn) -> Result<i64, StoreError> {
    let stamps: Vec<i64> = changes::table.select(changes::stamp).load(conn)?;
    Ok(stamps.into_iter().sum())
}
