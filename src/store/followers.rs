//! Followers of our actors. They are counted and delivered to, never listed in public.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::column::{actor, actor_text, instant, ms, parse};
use super::peers;
use super::schema::{self, followers};
use super::{Conn, StoreError};
use crate::domain::id::{CentreId, FollowerId, PeerId};
use crate::domain::peer::{Follower, FollowerKind, Peer};
use crate::domain::time::Instant;

/// More servers than this are not told by the instance actor.
const MOST_INSTANCES: i64 = 1_000;

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
    let kind = kind_beside(conn, &followed, &peer)?;
    let row = (
        followers::id.eq(follower.id.to_string()),
        followers::actor.eq(followed),
        followers::peer_id.eq(peer),
        followers::activity_uri.eq(&follower.activity_uri),
        followers::since.eq(ms(follower.since)),
        followers::kind.eq(kind),
        followers::kind_due_at.eq(ms(follower.since)),
    );
    let added = diesel::insert_into(followers::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(added == 1)
}

/// The kind of the followers that share the inbox of `peer`, which are told already; else unknown.
fn kind_beside(conn: &mut Conn, followed: &str, peer: &str) -> Result<String, StoreError> {
    let shared: Option<(String, Option<String>)> = schema::peers::table
        .find(peer)
        .select((schema::peers::host, schema::peers::shared_inbox))
        .first(conn)
        .optional()?;
    let Some((host, Some(inbox))) = shared else {
        return Ok(FollowerKind::Unknown.as_str().to_owned());
    };
    let kind: Option<String> = schema::peers::table
        .inner_join(followers::table)
        .filter(schema::peers::host.eq(host).and(schema::peers::shared_inbox.eq(inbox)))
        .filter(
            followers::actor
                .eq(followed)
                .and(followers::kind.ne(FollowerKind::Unknown.as_str())),
        )
        .select(followers::kind)
        .first(conn)
        .optional()?;
    Ok(kind.unwrap_or_else(|| FollowerKind::Unknown.as_str().to_owned()))
}

/// Whether an actor has a follower of one of these kinds.
///
/// # Errors
/// Only what the database refuses.
pub fn any_of(conn: &mut Conn, followed: Option<CentreId>, kinds: &[FollowerKind]) -> Result<bool, StoreError> {
    let kinds = kinds.iter().map(|kind| kind.as_str());
    let found: Option<String> = followers::table
        .filter(
            followers::actor
                .eq(actor_text(followed))
                .and(followers::kind.eq_any(kinds)),
        )
        .select(followers::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Takes up to `limit` hosts of followers that are to be asked what they run, each with the id of an actor there. They
/// come again at `until` unless [`set_kind`] says otherwise.
///
/// # Errors
/// Only what the database refuses.
pub fn claim_hosts(
    conn: &mut Conn,
    now: Instant,
    until: Instant,
    limit: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    let due: Vec<(String, String)> = followers::table
        .inner_join(schema::peers::table)
        .filter(followers::kind_due_at.le(ms(now)))
        .order(followers::kind_due_at)
        .limit(limit)
        .select((schema::peers::host, schema::peers::uri))
        .load(conn)?;
    let mut hosts: Vec<(String, String)> = Vec::new();
    for (host, uri) in due {
        if hosts.iter().all(|(other, _)| *other != host) {
            diesel::update(of_host(&host))
                .set(followers::kind_due_at.eq(ms(until)))
                .execute(conn)?;
            hosts.push((host, uri));
        }
    }
    Ok(hosts)
}

/// The rows of the followers on a host.
#[diesel::dsl::auto_type(no_type_alias)]
fn of_host<'a>(host: &'a str) -> _ {
    let there = schema::peers::table
        .filter(schema::peers::host.eq(host))
        .select(schema::peers::id);
    followers::table.filter(followers::peer_id.eq_any(there))
}

/// The followers on a host that were posted to as people so far, each with its peer.
///
/// # Errors
/// Only what the database refuses.
pub fn readers_on(conn: &mut Conn, host: &str) -> Result<Vec<(Follower, Peer)>, StoreError> {
    let readers = FollowerKind::READERS.iter().map(|kind| kind.as_str());
    let rows = followers::table
        .inner_join(schema::peers::table)
        .filter(schema::peers::host.eq(host).and(followers::kind.eq_any(readers)))
        .order(followers::id)
        .select((Row::as_select(), peers::Row::as_select()))
        .load::<(Row, peers::Row)>(conn)?;
    rows.into_iter()
        .map(|(follower, peer)| Ok((follower.domain()?, peer.domain()?)))
        .collect()
}

/// The calendars of whole servers (no person's) that follow an actor.
///
/// # Errors
/// Only what the database refuses.
pub fn instances(conn: &mut Conn, followed: Option<CentreId>) -> Result<Vec<Peer>, StoreError> {
    let calendars = FollowerKind::CALENDARS.iter().map(|kind| kind.as_str());
    let rows: Vec<peers::Row> = followers::table
        .inner_join(schema::peers::table)
        .filter(
            followers::actor
                .eq(actor_text(followed))
                .and(followers::kind.eq_any(calendars)),
        )
        .filter(schema::peers::kind.ne("Person").and(schema::peers::gone_at.is_null()))
        .order(followers::id)
        .limit(MOST_INSTANCES)
        .select(peers::Row::as_select())
        .load(conn)?;
    rows.into_iter().map(peers::Row::domain).collect()
}

/// Notes what the host of followers runs, and when it is to be asked again. `None`: it did not say, and what was known
/// stays.
///
/// # Errors
/// Only what the database refuses.
pub fn set_kind(conn: &mut Conn, host: &str, software: Option<&str>, next: Instant) -> Result<(), StoreError> {
    diesel::update(of_host(host))
        .set(followers::kind_due_at.eq(ms(next)))
        .execute(conn)?;
    let Some(software) = software else { return Ok(()) };
    diesel::update(of_host(host))
        .set(followers::kind.eq(FollowerKind::of_software(Some(software)).as_str()))
        .execute(conn)?;
    diesel::update(schema::peers::table.filter(schema::peers::host.eq(host)))
        .set(schema::peers::software.eq(software))
        .execute(conn)?;
    Ok(())
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

/// Removes every follower whose activities go to `inbox` of `host`, which is gone. An actor has its inboxes on its own host.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_inbox(conn: &mut Conn, host: &str, inbox: &str) -> Result<(), StoreError> {
    let behind = schema::peers::table
        .filter(schema::peers::host.eq(host))
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

/// Who reads what is posted, and who does something with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// Persons on servers of people.
    People,
    /// Calendars, networks and servers.
    Agendas,
}

/// The followers of all our actors that are of one kin.
#[diesel::dsl::auto_type(no_type_alias)]
fn of_kin(kin: Kin) -> _ {
    let readers: Vec<&'static str> = FollowerKind::READERS.iter().map(|kind| kind.as_str()).collect();
    let is_person = schema::peers::kind.eq("Person").and(followers::kind.eq_any(readers));
    let wanted: bool = matches!(kin, Kin::People);
    followers::table
        .inner_join(schema::peers::table)
        .filter(is_person.eq(wanted))
}

/// How many followers of one kin our actors have.
///
/// # Errors
/// Only what the database refuses.
pub fn count_of(conn: &mut Conn, kin: Kin) -> Result<i64, StoreError> {
    Ok(of_kin(kin).count().get_result(conn)?)
}

/// Up to `limit` followers of one kin, the newest first, each with its peer; go on before the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn newest(
    conn: &mut Conn,
    kin: Kin,
    before: Option<FollowerId>,
    limit: i64,
) -> Result<Vec<(Follower, Peer)>, StoreError> {
    // After every identifier.
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows = of_kin(kin)
        .filter(followers::id.lt(before))
        .order(followers::id.desc())
        .limit(limit)
        .select((Row::as_select(), peers::Row::as_select()))
        .load::<(Row, peers::Row)>(conn)?;
    rows.into_iter()
        .map(|(follower, peer)| Ok((follower.domain()?, peer.domain()?)))
        .collect()
}

/// The follower with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: FollowerId) -> Result<Option<Follower>, StoreError> {
    let row = followers::table
        .find(id.to_string())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// Whether `peer` follows one of our actors.
///
/// # Errors
/// Only what the database refuses.
pub fn is_one(conn: &mut Conn, followed: Option<CentreId>, peer: PeerId) -> Result<bool, StoreError> {
    let one = followers::table
        .filter(followers::actor.eq(actor_text(followed)))
        .filter(followers::peer_id.eq(peer.to_string()));
    Ok(diesel::select(diesel::dsl::exists(one)).get_result(conn)?)
}
