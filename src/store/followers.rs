//! Followers of our actors. They are counted and delivered to, never listed in public.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::column::{actor, actor_text, instant, ms, parse};
use super::peers;
use super::schema::{self, followers};
use super::{Conn, StoreError};
use crate::domain::id::{CentreId, FollowerId, PeerId};
use crate::domain::peer::{Follower, Peer};

#[derive(Queryable, Selectable)]
#[diesel(table_name = followers)]
struct Row {
    id: String,
    actor: String,
    peer_id: String,
    activity_uri: String,
    since: i64,
}

impl Row {
    fn domain(self) -> Result<Follower, StoreError> {
        Ok(Follower {
            id: parse("follower id", &self.id)?,
            followed: actor(&self.actor)?,
            peer: parse("peer id", &self.peer_id)?,
            activity_uri: self.activity_uri,
            since: instant(self.since)?,
        })
    }
}

/// Adds a follower. One that follows already is kept, with the newer activity; returns whether it is new.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(conn: &mut Conn, follower: &Follower) -> Result<bool, StoreError> {
    let (followed, peer) = (actor_text(follower.followed), follower.peer.to_string());
    let known = followers::table.filter(followers::actor.eq(&followed).and(followers::peer_id.eq(&peer)));
    let renewed = diesel::update(known)
        .set(followers::activity_uri.eq(&follower.activity_uri))
        .execute(conn)?;
    if renewed > 0 {
        return Ok(false);
    }
    let row = (
        followers::id.eq(follower.id.to_string()),
        followers::actor.eq(followed),
        followers::peer_id.eq(peer),
        followers::activity_uri.eq(&follower.activity_uri),
        followers::since.eq(ms(follower.since)),
    );
    let added = diesel::insert_into(followers::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(added == 1)
}

/// Removes a follower; returns whether it was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, followed: Option<CentreId>, peer: PeerId) -> Result<bool, StoreError> {
    let one = followers::table.filter(
        followers::actor
            .eq(actor_text(followed))
            .and(followers::peer_id.eq(peer.to_string())),
    );
    Ok(diesel::delete(one).execute(conn)? > 0)
}

/// Removes a peer that is gone from the followers of all our actors.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_peer(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    diesel::delete(followers::table.filter(followers::peer_id.eq(peer.to_string()))).execute(conn)?;
    Ok(())
}

/// Removes the follower that came with this Follow activity of `peer`; returns whether there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_by_activity(conn: &mut Conn, peer: PeerId, activity_uri: &str) -> Result<bool, StoreError> {
    let one = followers::table.filter(
        followers::peer_id
            .eq(peer.to_string())
            .and(followers::activity_uri.eq(activity_uri)),
    );
    Ok(diesel::delete(one).execute(conn)? > 0)
}

/// Removes every follower whose activities go to `inbox`, which is gone.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_inbox(conn: &mut Conn, inbox: &str) -> Result<(), StoreError> {
    let behind = schema::peers::table
        .filter(schema::peers::inbox.eq(inbox).or(schema::peers::shared_inbox.eq(inbox)))
        .select(schema::peers::id);
    diesel::delete(followers::table.filter(followers::peer_id.eq_any(behind))).execute(conn)?;
    Ok(())
}

/// How many follow a centre, or the instance actor for `None`.
///
/// # Errors
/// Only what the database refuses.
pub fn count(conn: &mut Conn, followed: Option<CentreId>) -> Result<i64, StoreError> {
    Ok(followers::table
        .filter(followers::actor.eq(actor_text(followed)))
        .count()
        .get_result(conn)?)
}

/// A page of the followers of one actor by id, each with its peer, for its staff; go on after the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn list(
    conn: &mut Conn,
    followed: Option<CentreId>,
    after: Option<FollowerId>,
    limit: i64,
) -> Result<Vec<(Follower, Peer)>, StoreError> {
    let rows = followers::table
        .inner_join(schema::peers::table)
        .filter(followers::actor.eq(actor_text(followed)))
        .filter(followers::id.gt(after.map_or_else(String::new, |id| id.to_string())))
        .order(followers::id)
        .limit(limit)
        .select((Row::as_select(), peers::Row::as_select()))
        .load::<(Row, peers::Row)>(conn)?;
    rows.into_iter()
        .map(|(follower, peer)| Ok((follower.domain()?, peer.domain()?)))
        .collect()
}

/// A page of the followers of all our actors by id, each with its peer; go on after the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn list_all(conn: &mut Conn, after: Option<FollowerId>, limit: i64) -> Result<Vec<(Follower, Peer)>, StoreError> {
    let rows = followers::table
        .inner_join(schema::peers::table)
        .filter(followers::id.gt(after.map_or_else(String::new, |id| id.to_string())))
        .order(followers::id)
        .limit(limit)
        .select((Row::as_select(), peers::Row::as_select()))
        .load::<(Row, peers::Row)>(conn)?;
    rows.into_iter()
        .map(|(follower, peer)| Ok((follower.domain()?, peer.domain()?)))
        .collect()
}
