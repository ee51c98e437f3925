//! Follows that peers asked for and that wait for the staff.

use diesel::prelude::*;

use super::column::{actor, actor_text, instant, ms, parse};
use super::peers;
use super::schema::{self, follow_requests};
use super::{Conn, StoreError};
use crate::domain::id::{CentreId, FollowerId, PeerId};
use crate::domain::peer::{Follower, Peer};

type Row = (String, String, String, String, i64);

fn domain((id, followed, peer, activity_uri, since): Row) -> Result<Follower, StoreError> {
    Ok(Follower {
        id: parse("follow request id", &id)?,
        followed: actor(&followed)?,
        peer: parse("peer id", &peer)?,
        activity_uri,
        since: instant(since)?,
    })
}

/// Keeps a request; one that asks again is kept once, with the newer activity.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(conn: &mut Conn, request: &Follower) -> Result<(), StoreError> {
    remove_of(conn, request.followed, request.peer)?;
    diesel::insert_into(follow_requests::table)
        .values((
            follow_requests::id.eq(request.id.to_string()),
            follow_requests::actor.eq(actor_text(request.followed)),
            follow_requests::peer_id.eq(request.peer.to_string()),
            follow_requests::activity_uri.eq(&request.activity_uri),
            follow_requests::since.eq(ms(request.since)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The request with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: FollowerId) -> Result<Option<Follower>, StoreError> {
    let row = follow_requests::table
        .find(id.to_string())
        .first::<Row>(conn)
        .optional()?;
    row.map(domain).transpose()
}

/// Up to `limit` requests, oldest first, each with who asks; go on after the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn list(conn: &mut Conn, after: Option<FollowerId>, limit: i64) -> Result<Vec<(Follower, Peer)>, StoreError> {
    let rows = follow_requests::table
        .inner_join(schema::peers::table)
        .filter(follow_requests::id.gt(after.map_or_else(String::new, |id| id.to_string())))
        .order(follow_requests::id)
        .limit(limit)
        .select((follow_requests::all_columns, peers::Row::as_select()))
        .load::<(Row, peers::Row)>(conn)?;
    rows.into_iter()
        .map(|(request, peer)| Ok((domain(request)?, peer.domain()?)))
        .collect()
}

/// Forgets a request that was answered.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, id: FollowerId) -> Result<(), StoreError> {
    diesel::delete(follow_requests::table.find(id.to_string())).execute(conn)?;
    Ok(())
}

/// Forgets the request of `peer` to one of our actors; returns whether there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_of(conn: &mut Conn, followed: Option<CentreId>, peer: PeerId) -> Result<bool, StoreError> {
    let one = follow_requests::table
        .filter(follow_requests::actor.eq(actor_text(followed)))
        .filter(follow_requests::peer_id.eq(peer.to_string()));
    Ok(diesel::delete(one).execute(conn)? > 0)
}

/// Forgets the request that came with this Follow activity of `peer`; returns whether there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_by_activity(conn: &mut Conn, peer: PeerId, activity_uri: &str) -> Result<bool, StoreError> {
    let one = follow_requests::table
        .filter(follow_requests::peer_id.eq(peer.to_string()))
        .filter(follow_requests::activity_uri.eq(activity_uri));
    Ok(diesel::delete(one).execute(conn)? > 0)
}

/// Forgets every request of `peer`.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_peer(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    let of_peer = follow_requests::table.filter(follow_requests::peer_id.eq(peer.to_string()));
    diesel::delete(of_peer).execute(conn)?;
    Ok(())
}
