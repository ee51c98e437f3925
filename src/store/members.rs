//! Staff accounts. The password is kept as an argon2 hash, which never leaves with the [`Member`].

use diesel::prelude::*;

use super::column::{instant, ms, parse};
use super::schema::members;
use super::{Conn, StoreError};
use crate::domain::id::MemberId;
use crate::domain::member::{Member, Role};

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
pub(super) struct Row {
    id: String,
    email: String,
    role: String,
    created_at: i64,
}

impl Row {
    pub(super) fn domain(self) -> Result<Member, StoreError> {
        Ok(Member {
            id: parse("member id", &self.id)?,
            email: self.email,
            role: parse("role", &self.role)?,
            created: instant(self.created_at)?,
        })
    }
}

/// Adds an account; the e-mail is kept in lower case.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the e-mail has an account.
pub fn insert(conn: &mut Conn, member: &Member, password_hash: &str) -> Result<(), StoreError> {
    let row = (
        members::id.eq(member.id.to_string()),
        members::email.eq(member.email.to_lowercase()),
        members::role.eq(member.role.as_str()),
        members::password_hash.eq(password_hash),
        members::created_at.eq(ms(member.created)),
    );
    diesel::insert_into(members::table).values(row).execute(conn)?;
    Ok(())
}

/// The account with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: MemberId) -> Result<Option<Member>, StoreError> {
    let row = members::table
        .find(id.to_string())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The account of this e-mail in any case, with its password hash.
///
/// # Errors
/// Only what the database refuses.
pub fn by_email(conn: &mut Conn, email: &str) -> Result<Option<(Member, String)>, StoreError> {
    let found = members::table
        .filter(members::email.eq(email.trim().to_lowercase()))
        .select((Row::as_select(), members::password_hash))
        .first::<(Row, String)>(conn)
        .optional()?;
    found.map(|(row, hash)| Ok((row.domain()?, hash))).transpose()
}

/// All accounts by e-mail.
///
/// # Errors
/// Only what the database refuses.
pub fn list(conn: &mut Conn) -> Result<Vec<Member>, StoreError> {
    let rows = members::table
        .order(members::email)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// Sets another password hash. Whether sign-ins end with it is the caller's choice (`sign_ins::remove_all`).
///
/// # Errors
/// Only what the database refuses.
pub fn set_password(conn: &mut Conn, id: MemberId, password_hash: &str) -> Result<(), StoreError> {
    diesel::update(members::table.find(id.to_string()))
        .set(members::password_hash.eq(password_hash))
        .execute(conn)?;
    Ok(())
}

/// Gives another role.
///
/// # Errors
/// Only what the database refuses.
pub fn set_role(conn: &mut Conn, id: MemberId, role: Role) -> Result<(), StoreError> {
    diesel::update(members::table.find(id.to_string()))
        .set(members::role.eq(role.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Removes the account with its sign-ins and tokens.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, id: MemberId) -> Result<(), StoreError> {
    diesel::delete(members::table.find(id.to_string())).execute(conn)?;
    Ok(())
}
