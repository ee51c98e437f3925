//! When to pull the programme of a peer, and what is known of the last time.

use std::collections::HashMap;

use diesel::prelude::*;

use super::column::{instant, instant_opt, ms, parse};
use super::peers::Row as PeerRow;
use super::schema::{follows, peers};
use super::{Conn, StoreError};
use crate::domain::id::PeerId;
use crate::domain::peer::{FollowState, Peer};
use crate::domain::time::Instant;

/// A peer whose programme is due, leased to the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// From whom.
    pub peer: Peer,
    /// The ETag of the last answer, for a conditional GET.
    pub etag: Option<String>,
    /// The last time it worked.
    pub pulled: Option<Instant>,
    /// When it last found events that their authors' servers refused.
    pub refused: Option<Instant>,
    /// Until when it is the caller's.
    pub leased_until: Instant,
}

/// Asks for a pull at `at`, unless one is due sooner.
///
/// # Errors
/// Only what the database refuses.
pub fn schedule(conn: &mut Conn, peer: PeerId, at: Instant) -> Result<(), StoreError> {
    let later = peers::pull_due_at.is_null().or(peers::pull_due_at.gt(ms(at)));
    diesel::update(peers::table.find(peer.to_string()).filter(later))
        .set(peers::pull_due_at.eq(ms(at)))
        .execute(conn)?;
    Ok(())
}

/// Makes every peer that is read due at `now`, for everything whatever was known of it.
///
/// # Errors
/// Only what the database refuses.
pub fn read_all_again(conn: &mut Conn, now: Instant) -> Result<(), StoreError> {
    diesel::update(peers::table.filter(peers::pull_due_at.is_not_null()))
        .set((peers::pull_etag.eq(None::<&str>), peers::pull_due_at.eq(ms(now))))
        .execute(conn)?;
    Ok(())
}

/// Stops pulling from a peer that nobody follows any more, or that is muted. Its events went with it: whoever begins
/// again reads everything, whatever was known of the last answer.
///
/// # Errors
/// Only what the database refuses.
pub fn stop(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    diesel::update(peers::table.find(peer.to_string()))
        .set((peers::pull_due_at.eq(None::<i64>), peers::pull_etag.eq(None::<&str>)))
        .execute(conn)?;
    Ok(())
}

/// Whether a peer is read: somebody here follows it, and nothing stopped that since.
///
/// # Errors
/// Only what the database refuses.
pub fn is_read(conn: &mut Conn, peer: PeerId) -> Result<bool, StoreError> {
    let read = peers::table
        .find(peer.to_string())
        .filter(peers::pull_due_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(read)).get_result(conn)?)
}

/// Whether [`claim`] would find something now.
///
/// # Errors
/// Only what the database refuses.
pub fn any_due(conn: &mut Conn, now: Instant) -> Result<bool, StoreError> {
    let due = peers::table.filter(peers::pull_due_at.le(ms(now)));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(conn)?)
}

/// Whose readings are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Of peers whose last one was whole, or that were never read.
    Whole,
    /// Of those of which the last failed or left something out.
    Troubled,
}

/// Takes up to `limit` pulls that are due. Each is leased: it comes again at `lease_until` unless [`settle`] says
/// otherwise, so that a crash loses none.
///
/// # Errors
/// Only what the database refuses.
pub fn claim(
    conn: &mut Conn,
    now: Instant,
    lease_until: Instant,
    last: Last,
    limit: i64,
) -> Result<Vec<Pull>, StoreError> {
    let mut due = peers::table.filter(peers::pull_due_at.le(ms(now))).into_boxed();
    due = match last {
        Last::Whole => due.filter(peers::pull_error.is_null()),
        Last::Troubled => due.filter(peers::pull_error.is_not_null()),
    };
    let due: Vec<String> = due
        .order(peers::pull_due_at)
        .limit(limit)
        .select(peers::id)
        .load(conn)?;
    let mut pulls = Vec::with_capacity(due.len());
    for id in due {
        diesel::update(peers::table.find(&id))
            .set(peers::pull_due_at.eq(ms(lease_until)))
            .execute(conn)?;
        let found = peers::table.find(&id).select((
            PeerRow::as_select(),
            peers::pull_etag,
            peers::pulled_at,
            peers::pull_refused_at,
        ));
        let (row, etag, pulled, refused) = found.first::<(PeerRow, Option<String>, Option<i64>, Option<i64>)>(conn)?;
        pulls.push(Pull {
            peer: row.domain()?,
            etag,
            pulled: instant_opt(pulled)?,
            refused: instant_opt(refused)?,
            leased_until: lease_until,
        });
    }
    Ok(pulls)
}

/// How a pull ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled<'a> {
    /// The programme is as it was.
    Unchanged,
    /// It worked; with the ETag of the answer, if it had one.
    Done(Option<&'a str>),
    /// The same, but some events of others were refused by their authors' servers.
    Refused(Option<&'a str>),
    /// It worked, and not all could be taken: what was left out, in words. The next asks for everything again.
    Partly(&'a str),
    /// It did not; in words.
    Failed(&'a str),
}

/// Notes how a pull ended, and when the next is due; where one was asked for or stopped meanwhile, that stands, and the
/// ETag of an answer that came before counts for nothing.
///
/// # Errors
/// Only what the database refuses.
pub fn settle(
    conn: &mut Conn,
    pull: &Pull,
    outcome: Pulled<'_>,
    now: Instant,
    next: Instant,
) -> Result<(), StoreError> {
    let row = || peers::table.find(pull.peer.id.to_string());
    let held = diesel::update(row().filter(peers::pull_due_at.eq(ms(pull.leased_until))))
        .set(peers::pull_due_at.eq(ms(next)))
        .execute(conn)?
        > 0;
    match outcome {
        Pulled::Unchanged => diesel::update(row())
            .set((
                peers::pull_etag.eq(pull.etag.as_deref().filter(|_| held)),
                peers::pulled_at.eq(ms(now)),
                peers::pull_error.eq(None::<&str>),
            ))
            .execute(conn)?,
        Pulled::Done(etag) | Pulled::Refused(etag) => diesel::update(row())
            .set((
                peers::pull_etag.eq(etag.filter(|_| held)),
                peers::pull_refused_at.eq(matches!(outcome, Pulled::Refused(_)).then_some(ms(now))),
                peers::pulled_at.eq(ms(now)),
                peers::pull_error.eq(None::<&str>),
            ))
            .execute(conn)?,
        Pulled::Partly(words) => diesel::update(row())
            .set((
                peers::pull_etag.eq(None::<&str>),
                peers::pulled_at.eq(ms(now)),
                peers::pull_error.eq(words),
            ))
            .execute(conn)?,
        Pulled::Failed(error) => diesel::update(row()).set(peers::pull_error.eq(error)).execute(conn)?,
    };
    Ok(())
}

/// When these peers were last heard from: their programme was read, or they sent something; who never was is missing.
///
/// # Errors
/// Only what the database refuses.
pub fn heard(conn: &mut Conn, of: impl Iterator<Item = PeerId>) -> Result<HashMap<PeerId, Instant>, StoreError> {
    let ids: Vec<String> = of.map(|id| id.to_string()).collect();
    let rows: Vec<(String, Option<i64>, Option<i64>)> = peers::table
        .filter(peers::id.eq_any(ids))
        .select((peers::id, peers::pulled_at, peers::heard_at))
        .load(conn)?;
    let known = rows
        .into_iter()
        .filter_map(|(id, pulled, heard)| Some((id, pulled.max(heard)?)));
    known
        .map(|(id, at)| Ok((parse("peer id", &id)?, instant(at)?)))
        .collect()
}

/// When the peers among `of` that are followed were last heard: read, or heard from. The others are as new as whoever relays
/// them.
///
/// # Errors
/// Only what the database refuses.
pub fn heard_of_followed(conn: &mut Conn, of: &[String]) -> Result<HashMap<String, Instant>, StoreError> {
    let followed: Vec<String> = follows::table
        .filter(follows::state.eq(FollowState::Accepted.as_str()))
        .filter(follows::peer_id.eq_any(of))
        .select(follows::peer_id)
        .load(conn)?;
    if followed.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Option<i64>, Option<i64>)> = peers::table
        .filter(peers::id.eq_any(followed))
        .select((peers::id, peers::pulled_at, peers::heard_at))
        .load(conn)?;
    let known = rows
        .into_iter()
        .filter_map(|(id, pulled, heard)| Some((id, pulled.max(heard)?)));
    known.map(|(id, at)| Ok((id, instant(at)?))).collect()
}

/// What is known of the pulls of a peer, for its page and `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullState {
    /// From whom.
    pub peer: PeerId,
    /// When the next is due; none when nothing is pulled.
    pub due: Option<Instant>,
    /// The last time it worked.
    pub pulled: Option<Instant>,
    /// Why the last one failed, or what it left out.
    pub error: Option<String>,
    /// The last time that something which it signed was taken in.
    pub heard: Option<Instant>,
    /// Since when the peer is no more.
    pub gone: Option<Instant>,
}

impl PullState {
    /// When it was last heard from: its programme was read, or it sent something.
    pub fn last_heard(&self) -> Option<Instant> {
        self.pulled.max(self.heard)
    }
}

/// The state of the pulls of one peer.
///
/// # Errors
/// Only what the database refuses.
pub fn state(conn: &mut Conn, peer: PeerId) -> Result<Option<PullState>, StoreError> {
    type Row = (Option<i64>, Option<i64>, Option<String>, Option<i64>, Option<i64>);
    let found = peers::table.find(peer.to_string()).select((
        peers::pull_due_at,
        peers::pulled_at,
        peers::pull_error,
        peers::heard_at,
        peers::gone_at,
    ));
    let Some((due, pulled, error, heard, gone)) = found.first::<Row>(conn).optional()? else {
        return Ok(None);
    };
    Ok(Some(PullState {
        peer,
        due: instant_opt(due)?,
        pulled: instant_opt(pulled)?,
        error,
        heard: instant_opt(heard)?,
        gone: instant_opt(gone)?,
    }))
}
