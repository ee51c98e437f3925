//! Bearer tokens of the HTTP interface, known only by their hash.

use diesel::prelude::*;

use super::column::{instant, instant_opt, ms, parse};
use super::members;
use super::schema::{self, tokens};
use super::{Conn, StoreError};
use crate::domain::id::{MemberId, TokenId};
use crate::domain::member::Member;
use crate::domain::time::Instant;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Identifier.
    pub id: TokenId,
    /// For whom it acts.
    pub member: MemberId,
    /// What it is used for, in its owner's words.
    pub name: String,
    /// Since when.
    pub created: Instant,
    /// Last use, to the hour.
    pub last_used: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct Row {
    id: String,
    member_id: String,
    name: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl Row {
    fn domain(self) -> Result<Token, StoreError> {
        Ok(Token {
            id: parse("token id", &self.id)?,
            member: parse("member id", &self.member_id)?,
            name: self.name,
            created: instant(self.created_at)?,
            last_used: instant_opt(self.last_used_at)?,
        })
    }
}

/// Keeps a new token.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(conn: &mut Conn, token: &Token, token_hash: &str) -> Result<(), StoreError> {
    let row = (
        tokens::id.eq(token.id.to_string()),
        tokens::token_hash.eq(token_hash),
        tokens::member_id.eq(token.member.to_string()),
        tokens::name.eq(&token.name),
        tokens::created_at.eq(ms(token.created)),
        tokens::last_used_at.eq(token.last_used.map(ms)),
    );
    diesel::insert_into(tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// The token with this hash, and whose it is.
///
/// # Errors
/// Only what the database refuses.
pub fn by_hash(conn: &mut Conn, token_hash: &str) -> Result<Option<(Token, Member)>, StoreError> {
    let found = tokens::table
        .inner_join(schema::members::table)
        .filter(tokens::token_hash.eq(token_hash))
        .select((Row::as_select(), members::Row::as_select()))
        .first::<(Row, members::Row)>(conn)
        .optional()?;
    found
        .map(|(token, member)| Ok((token.domain()?, member.domain()?)))
        .transpose()
}

/// The tokens of a member, oldest first.
///
/// # Errors
/// Only what the database refuses.
pub fn of_member(conn: &mut Conn, member: MemberId) -> Result<Vec<Token>, StoreError> {
    let rows = tokens::table
        .filter(tokens::member_id.eq(member.to_string()))
        .order(tokens::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// Notes a use.
///
/// # Errors
/// Only what the database refuses.
pub fn touch(conn: &mut Conn, id: TokenId, now: Instant) -> Result<(), StoreError> {
    diesel::update(tokens::table.find(id.to_string()))
        .set(tokens::last_used_at.eq(ms(now)))
        .execute(conn)?;
    Ok(())
}

/// Revokes a token.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, id: TokenId) -> Result<(), StoreError> {
    diesel::delete(tokens::table.find(id.to_string())).execute(conn)?;
    Ok(())
}
