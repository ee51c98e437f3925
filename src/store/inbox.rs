//! What the inbox has already taken in. Called in the transaction of the effect, so that a failed attempt can be
//! repeated and a second one is silent.
//!
//! An activity is known by the SHA-256 of its body, in which its id stands: the content counts, because Mobilizon reuses one
//! id for each `Update` of an event. Of a `Follow` or `Undo` the time of its signature counts too. Half of the digest is kept: in
//! `inbox_seen`, or with the event that it brought (a row less for each), until that goes.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

use super::backend::{PortableExt, natively};
use super::column::{instant_opt, ms};
use super::events::Trace;
use super::insert::insert_statement;
use super::peers::{Edition, Standing};
use super::schema::{events, inbox_seen};
use super::{Conn, StoreError};
use crate::domain::id::{EventId, PeerId};
use crate::domain::peer::FollowState;
use crate::domain::time::Instant;

/// Bytes that are kept of a digest: nobody finds two bodies that share them.
const KEPT: usize = 16;

/// Whether what has this digest comes for the first time, and remembers it.
///
/// # Errors
/// Only what the database refuses.
pub fn first_time(conn: &mut Conn, digest: &[u8; 32], now: Instant) -> Result<bool, StoreError> {
    let seen = Seen {
        digest: &digest[..KEPT],
        seen_at: ms(now),
    };
    let inserted = natively!(conn, |conn| seen.execute(conn))?;
    Ok(inserted == 1)
}

/// Whether no body like this was signed at this moment or later, and remembers when: by the clock of its sender.
///
/// # Errors
/// Only what the database refuses.
pub fn newest(conn: &mut Conn, digest: &[u8; 32], signed: Instant) -> Result<bool, StoreError> {
    let earlier = inbox_seen::table
        .find(&digest[..KEPT])
        .filter(inbox_seen::seen_at.lt(ms(signed)));
    let renewed = diesel::update(earlier)
        .set(inbox_seen::seen_at.eq(ms(signed)))
        .execute(conn)?;
    Ok(renewed == 1 || first_time(conn, digest, signed)?)
}

/// What an event bears of the message that brought it.
pub(super) fn borne(digest: &[u8; 32]) -> Vec<u8> {
    digest[..KEPT].to_vec()
}

/// Remembers the message that brought an event which is about to go.
pub(super) fn outlive(conn: &mut Conn, event: EventId) -> Result<(), StoreError> {
    // An id tells when it was made: as it came.
    let seen_at = ms(event.made()).into_sql::<BigInt>();
    events::table
        .find(event.to_string())
        .filter(events::activity.is_not_null())
        .select((events::activity.assume_not_null(), seen_at))
        .insert_into(inbox_seen::table)
        .into_columns((inbox_seen::digest, inbox_seen::seen_at))
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(())
}

struct Seen<'a> {
    digest: &'a [u8],
    seen_at: i64,
}

insert_statement!(Seen<'a>, inbox_seen(digest, seen_at), "ON CONFLICT DO NOTHING");

/// What is asked before an event that came in a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// How its sender stands.
    pub sender: Standing,
    /// What there is of its id.
    pub trace: Trace,
    /// Whether this message was taken in before.
    pub repeated: bool,
}

/// [`standing`](super::peers::standing) of the sender, [`trace`](super::events::trace) of the event at `uri`, and whether the
/// message of this `digest` was taken in before, in one question: every event that is taken in asks it. Nothing when there is
/// no such sender.
///
/// # Errors
/// Only what the database refuses.
pub fn arrival(
    conn: &mut Conn,
    sender: PeerId,
    edition: &Edition,
    uri: &str,
    digest: &[u8; 32],
) -> Result<Option<Arrival>, StoreError> {
    let question = Question {
        sender: &sender.to_string(),
        edition,
        uri,
        digest: &digest[..KEPT],
    };
    let answer = natively!(conn, |conn| question.get_result::<Answer>(conn)).optional()?;
    answer.map(Arrival::of).transpose()
}

impl Arrival {
    fn of((current, followed, gone, deleted, brought, seen): Answer) -> Result<Self, StoreError> {
        Ok(Self {
            sender: Standing {
                current,
                followed,
                gone,
            },
            trace: Trace {
                deleted: instant_opt(deleted)?,
                known: brought.is_some(),
            },
            repeated: seen || brought == Some(true),
        })
    }
}

/// Whether the sender is as it was, followed, and no more; when the event was deleted; where there is one, whether this message
/// brought it; whether the message was seen.
type Answer = (bool, bool, bool, Option<i64>, Option<bool>, bool);

/// Written out for the reason of [`super::insert`].
#[derive(Clone, Copy)]
struct Question<'a> {
    sender: &'a str,
    edition: &'a Edition,
    uri: &'a str,
    digest: &'a [u8],
}

impl<DB: Backend> QueryFragment<DB> for Question<'_>
where
    str: ToSql<Text, DB>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    [u8]: ToSql<Binary, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT fetched_at = ");
        out.push_bind_param::<BigInt, _>(&self.edition.fetched_at)?;
        out.push_sql(" AND public_keys = ");
        out.push_bind_param::<Text, _>(&self.edition.public_keys)?;
        out.push_sql(", EXISTS (SELECT 1 FROM follows WHERE peer_id = peers.id AND state = ");
        out.push_bind_param::<Text, _>(FollowState::Accepted.as_str())?;
        out.push_sql("), gone_at IS NOT NULL, (SELECT deleted_at FROM tombstones WHERE uri = ");
        out.push_bind_param::<Text, _>(self.uri)?;
        out.push_sql("), (SELECT activity IS NOT NULL AND activity = ");
        out.push_bind_param::<Binary, _>(self.digest)?;
        out.push_sql(" FROM events WHERE uri = ");
        out.push_bind_param::<Text, _>(self.uri)?;
        out.push_sql("), EXISTS (SELECT 1 FROM inbox_seen WHERE digest = ");
        out.push_bind_param::<Binary, _>(self.digest)?;
        out.push_sql(") FROM peers WHERE id = ");
        out.push_bind_param::<Text, _>(self.sender)
    }
}

impl QueryId for Question<'_> {
    type QueryId = Question<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Question<'_> {
    type SqlType = (Bool, Bool, Bool, Nullable<BigInt>, Nullable<Bool>, Bool);
}

impl<C: Connection> RunQueryDsl<C> for Question<'_> {}

/// Whether [`first_time`] has seen it, or [`newest`] one that was signed at this moment or later: what is repeated is then known
/// before any work is done for it.
///
/// # Errors
/// Only what the database refuses.
pub fn seen(conn: &mut Conn, digest: &[u8; 32], signed: Option<Instant>) -> Result<bool, StoreError> {
    let known = inbox_seen::table
        .find(&digest[..KEPT])
        .filter(inbox_seen::seen_at.ge(signed.map_or(i64::MIN, ms)));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}

/// Forgets what came before `before`; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(inbox_seen::table.filter(inbox_seen::seen_at.lt(ms(before)))).execute(conn)?)
}
