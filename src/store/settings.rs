//! Small facts about this node that it must remember, by name.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::schema::settings;
use super::{Conn, StoreError};

/// The value kept under `key`.
///
/// # Errors
/// Only what the database refuses.
pub fn get(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    Ok(settings::table
        .find(key)
        .select(settings::value)
        .first(conn)
        .optional()?)
}

/// Keeps `value` under `key`.
///
/// # Errors
/// Only what the database refuses.
pub fn set(conn: &mut Conn, key: &str, value: &str) -> Result<(), StoreError> {
    diesel::insert_into(settings::table)
        .values((settings::key.eq(key), settings::value.eq(value)))
        .on_conflict(settings::key)
        .do_update()
        .set(settings::value.eq(value))
        .portable()
        .execute(conn)?;
    Ok(())
}
