//! Centres and networks of this node.

use diesel::prelude::*;

use super::changes;
use super::column::{from_json, instant, ms, parse, to_json};
use super::schema::centres;
use super::{Conn, StoreError, group};
use crate::domain::centre::Centre;
use crate::domain::id::CentreId;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = centres)]
struct Row {
    id: String,
    handle: String,
    kind: String,
    name: String,
    profile: String,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn of(centre: &Centre) -> Result<Self, StoreError> {
        Ok(Self {
            id: centre.id.to_string(),
            handle: centre.handle.to_string(),
            kind: centre.kind.to_string(),
            name: centre.profile.name.clone(),
            profile: to_json("centre profile", &centre.profile)?,
            created_at: ms(centre.created),
            updated_at: ms(centre.updated),
        })
    }

    fn domain(self) -> Result<Centre, StoreError> {
        Ok(Centre {
            id: parse("centre id", &self.id)?,
            handle: parse("centre handle", &self.handle)?,
            kind: parse("centre kind", &self.kind)?,
            profile: from_json("centre profile", &self.profile)?,
            created: instant(self.created_at)?,
            updated: instant(self.updated_at)?,
        })
    }
}

/// Adds a centre.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the handle is taken.
pub fn insert(conn: &mut Conn, centre: &Centre) -> Result<(), StoreError> {
    group::note(|group| group.is_without_network = false);
    diesel::insert_into(centres::table)
        .values(Row::of(centre)?)
        .execute(conn)?;
    Ok(())
}

/// Writes the profile and the moment of the change; the handle never changes.
///
/// # Errors
/// Only what the database refuses.
pub fn update(conn: &mut Conn, centre: &Centre) -> Result<(), StoreError> {
    let row = Row::of(centre)?;
    changes::bump(conn, &row.id)?;
    let changed = (
        centres::kind.eq(row.kind),
        centres::name.eq(row.name),
        centres::profile.eq(row.profile),
        centres::updated_at.eq(row.updated_at),
    );
    group::note(|group| group.is_without_network = false);
    diesel::update(centres::table.find(row.id)).set(changed).execute(conn)?;
    Ok(())
}

/// The centre with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: CentreId) -> Result<Option<Centre>, StoreError> {
    let row = centres::table
        .find(id.to_string())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The centre with this handle, as in `@handle@host`.
///
/// # Errors
/// Only what the database refuses.
pub fn by_handle(conn: &mut Conn, handle: &str) -> Result<Option<Centre>, StoreError> {
    let row = centres::table
        .filter(centres::handle.eq(handle))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// All centres by handle; a node has few.
///
/// # Errors
/// Only what the database refuses.
pub fn list(conn: &mut Conn) -> Result<Vec<Centre>, StoreError> {
    let rows = centres::table
        .order(centres::handle)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}
