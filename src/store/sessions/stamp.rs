//! The state of one centre's programme, as a number: nothing that other nodes bring here changes it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use diesel::prelude::*;

use crate::domain::id::CentreId;
use crate::domain::time::Instant;
use crate::store::column::ms;
use crate::store::schema::{actor_keys, centres, events, sessions};
use crate::store::{Conn, StoreError};

/// What of a session reaches the document that peers read; `events.updated_at` grows with each change of its facts.
type Line = (String, i64, i64, Option<i64>, Option<i64>, Option<i64>, i64);

/// The stamp of what `centre` publishes that ends after `from`: another one after each change that peers would read, and
/// after new keys, since what was signed with the old ones proves nothing any more. Another version of the compiler may
/// count differently: then everybody reads once more.
///
/// # Errors
/// Only what the database refuses.
pub fn stamp_of_centre(conn: &mut Conn, centre: CentreId, from: Instant) -> Result<u64, StoreError> {
    let lines: Vec<Line> = sessions::table
        .inner_join(events::table)
        .filter(
            events::centre_id
                .eq(centre.to_string())
                .and(sessions::ends_at.gt(ms(from))),
        )
        .order((sessions::starts_at, sessions::id))
        .select((
            sessions::id,
            sessions::starts_at,
            sessions::ends_at,
            sessions::announced_at,
            sessions::told_at,
            sessions::moved_from,
            events::updated_at,
        ))
        .load(conn)?;
    let profile: Option<i64> = centres::table
        .find(centre.to_string())
        .select(centres::updated_at)
        .first(conn)
        .optional()?;
    let keys: Vec<i64> = actor_keys::table
        .filter(actor_keys::owner.eq(centre.to_string()))
        .order(actor_keys::algorithm)
        .select(actor_keys::created_at)
        .load(conn)?;
    let mut hasher = DefaultHasher::new();
    (lines, profile, keys).hash(&mut hasher);
    Ok(hasher.finish())
}
