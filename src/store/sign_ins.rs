//! Browser sign-ins: server-side, revocable, known only by the hash of their token.

use diesel::prelude::*;

use super::column::{instant, ms};
use super::members::Row;
use super::schema::{members, sign_ins};
use super::{Conn, StoreError};
use crate::domain::id::MemberId;
use crate::domain::member::Member;
use crate::domain::time::Instant;

/// Keeps a sign-in until `expires`.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(
    conn: &mut Conn,
    token_hash: &str,
    member: MemberId,
    now: Instant,
    expires: Instant,
) -> Result<(), StoreError> {
    let row = (
        sign_ins::token_hash.eq(token_hash),
        sign_ins::member_id.eq(member.to_string()),
        sign_ins::created_at.eq(ms(now)),
        sign_ins::expires_at.eq(ms(expires)),
    );
    diesel::insert_into(sign_ins::table).values(row).execute(conn)?;
    Ok(())
}

/// The member who signed in with this token and until when it holds, unless it has expired.
///
/// # Errors
/// Only what the database refuses.
pub fn find(conn: &mut Conn, token_hash: &str, now: Instant) -> Result<Option<(Member, Instant)>, StoreError> {
    let found = sign_ins::table
        .inner_join(members::table)
        .filter(
            sign_ins::token_hash
                .eq(token_hash)
                .and(sign_ins::expires_at.gt(ms(now))),
        )
        .select((Row::as_select(), sign_ins::expires_at))
        .first::<(Row, i64)>(conn)
        .optional()?;
    found
        .map(|(row, expires)| Ok((row.domain()?, instant(expires)?)))
        .transpose()
}

/// Lets a sign-in hold until `expires`.
///
/// # Errors
/// Only what the database refuses.
pub fn prolong(conn: &mut Conn, token_hash: &str, expires: Instant) -> Result<(), StoreError> {
    diesel::update(sign_ins::table.find(token_hash))
        .set(sign_ins::expires_at.eq(ms(expires)))
        .execute(conn)?;
    Ok(())
}

/// Ends one sign-in.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, token_hash: &str) -> Result<(), StoreError> {
    diesel::delete(sign_ins::table.find(token_hash)).execute(conn)?;
    Ok(())
}

/// Ends all sign-ins of a member.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_all(conn: &mut Conn, member: MemberId) -> Result<(), StoreError> {
    diesel::delete(sign_ins::table.filter(sign_ins::member_id.eq(member.to_string()))).execute(conn)?;
    Ok(())
}

/// Forgets expired sign-ins; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, now: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(sign_ins::table.filter(sign_ins::expires_at.le(ms(now)))).execute(conn)?)
}
