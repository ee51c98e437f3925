//! Follows that our actors asked of peers.

use diesel::prelude::*;

use super::backend::natively;
use super::changes;
use super::column::{actor, actor_text, instant, ms, parse};
use super::peers;
use super::schema::{self, follows};
use super::{Conn, StoreError, networks};
use crate::domain::event::Origin;
use crate::domain::id::{CentreId, FollowId, PeerId};
use crate::domain::peer::{Follow, FollowState, Peer};
use crate::domain::time::Instant;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = follows)]
struct Row {
    id: String,
    actor: String,
    peer_id: String,
    activity_uri: String,
    state: String,
    asked_at: i64,
    changed_at: i64,
}

impl Row {
    fn domain(self) -> Result<Follow, StoreError> {
        Ok(Follow {
            id: parse("follow id", &self.id)?,
            follower: actor(&self.actor)?,
            peer: parse("peer id", &self.peer_id)?,
            activity_uri: self.activity_uri,
            state: parse("follow state", &self.state)?,
            asked: instant(self.asked_at)?,
            changed: instant(self.changed_at)?,
        })
    }
}

/// Keeps a follow that is being asked, or that stands from the first.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when that actor already follows that peer (see [`of`]).
pub fn insert(conn: &mut Conn, follow: &Follow) -> Result<(), StoreError> {
    let row = Row {
        id: follow.id.to_string(),
        actor: actor_text(follow.follower),
        peer_id: follow.peer.to_string(),
        activity_uri: follow.activity_uri.clone(),
        state: follow.state.to_string(),
        asked_at: ms(follow.asked),
        changed_at: ms(follow.changed),
    };
    diesel::insert_into(follows::table).values(row).execute(conn)?;
    if follow.state == FollowState::Accepted {
        // Nobody is asked where nothing answers: it is a member at once.
        changes::bump(conn, &follow.id.to_string())?;
        networks::touch_member(conn, Origin::Remote(follow.peer))?;
    }
    Ok(())
}

/// Notes the peer's answer.
///
/// # Errors
/// Only what the database refuses.
pub fn set_state(conn: &mut Conn, id: FollowId, state: FollowState, now: Instant) -> Result<(), StoreError> {
    changes::bump(conn, &id.to_string())?;
    networks_look(conn, id)?;
    diesel::update(follows::table.find(id.to_string()))
        .set((follows::state.eq(state.as_str()), follows::changed_at.eq(ms(now))))
        .execute(conn)?;
    Ok(())
}

/// Who is followed, is a member: the networks look at what it publishes.
fn networks_look(conn: &mut Conn, id: FollowId) -> Result<(), StoreError> {
    match by_id(conn, id)? {
        Some(follow) => networks::touch_member(conn, Origin::Remote(follow.peer)),
        None => Ok(()),
    }
}

/// Asks again with a new activity: the state is `asked` once more.
///
/// # Errors
/// Only what the database refuses.
pub fn ask_again(conn: &mut Conn, id: FollowId, activity_uri: &str, now: Instant) -> Result<(), StoreError> {
    changes::bump(conn, &id.to_string())?;
    diesel::update(follows::table.find(id.to_string()))
        .set((
            follows::activity_uri.eq(activity_uri),
            follows::state.eq(FollowState::Asked.as_str()),
            follows::asked_at.eq(ms(now)),
            follows::changed_at.eq(ms(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes by which activity it was asked for last; the answer that there is stands.
///
/// # Errors
/// Only what the database refuses.
pub fn rename(conn: &mut Conn, id: FollowId, activity_uri: &str) -> Result<(), StoreError> {
    diesel::update(follows::table.find(id.to_string()))
        .set(follows::activity_uri.eq(activity_uri))
        .execute(conn)?;
    Ok(())
}

/// The follow with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: FollowId) -> Result<Option<Follow>, StoreError> {
    let row = follows::table
        .find(id.to_string())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The follow that this Follow activity asked for.
///
/// # Errors
/// Only what the database refuses.
pub fn by_activity_uri(conn: &mut Conn, uri: &str) -> Result<Option<Follow>, StoreError> {
    let row = follows::table
        .filter(follows::activity_uri.eq(uri))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The follow of `peer` by a centre, or by the instance actor for `None`.
///
/// # Errors
/// Only what the database refuses.
pub fn of(conn: &mut Conn, follower: Option<CentreId>, peer: PeerId) -> Result<Option<Follow>, StoreError> {
    let row = follows::table
        .filter(
            follows::actor
                .eq(actor_text(follower))
                .and(follows::peer_id.eq(peer.to_string())),
        )
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// How many peers a centre follows with their Accept, or the instance actor for `None`.
///
/// # Errors
/// Only what the database refuses.
pub fn count_accepted(conn: &mut Conn, follower: Option<CentreId>) -> Result<i64, StoreError> {
    Ok(follows::table
        .filter(
            follows::actor
                .eq(actor_text(follower))
                .and(follows::state.eq(FollowState::Accepted.as_str())),
        )
        .count()
        .get_result(conn)?)
}

/// Which of our actors have this peer's Accept: whether we follow it at all, and for whom.
///
/// # Errors
/// Only what the database refuses.
pub fn accepted_of_peer(conn: &mut Conn, peer: PeerId) -> Result<Vec<Option<CentreId>>, StoreError> {
    let actors: Vec<String> = follows::table
        .filter(
            follows::peer_id
                .eq(peer.to_string())
                .and(follows::state.eq(FollowState::Accepted.as_str())),
        )
        .order(follows::actor)
        .select(follows::actor)
        .load(conn)?;
    actors.iter().map(|text| actor(text)).collect()
}

/// Whether one of our actors follows this peer with its Accept.
///
/// # Errors
/// Only what the database refuses.
pub fn is_accepted(conn: &mut Conn, peer: PeerId) -> Result<bool, StoreError> {
    let accepted = follows::table.filter(
        follows::peer_id
            .eq(peer.to_string())
            .and(follows::state.eq(FollowState::Accepted.as_str())),
    );
    let asked = diesel::select(diesel::dsl::exists(accepted));
    Ok(natively!(conn, |conn| asked.get_result(conn))?)
}

/// What is asked for since `earliest` or later, and not answered.
///
/// # Errors
/// Only what the database refuses.
pub fn asked_since(conn: &mut Conn, earliest: Instant) -> Result<Vec<Follow>, StoreError> {
    let rows = follows::table
        .filter(follows::state.eq(FollowState::Asked.as_str()))
        .filter(follows::asked_at.ge(ms(earliest)))
        .order(follows::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// Notes when it was asked for first, where it is asked for once more.
///
/// # Errors
/// Only what the database refuses.
pub fn first_asked(conn: &mut Conn, id: FollowId, at: Instant) -> Result<(), StoreError> {
    diesel::update(follows::table.find(id.to_string()))
        .set(follows::asked_at.eq(ms(at)))
        .execute(conn)?;
    Ok(())
}

/// Whether one of our actors asked to follow a peer, whatever became of it.
///
/// # Errors
/// Only what the database refuses.
pub fn is_asked(conn: &mut Conn, peer: PeerId) -> Result<bool, StoreError> {
    let asked = follows::table.filter(follows::peer_id.eq(peer.to_string()));
    Ok(diesel::select(diesel::dsl::exists(asked)).get_result(conn)?)
}

/// The follows of a peer, whatever became of them.
///
/// # Errors
/// Only what the database refuses.
pub fn of_peer(conn: &mut Conn, peer: PeerId) -> Result<Vec<Follow>, StoreError> {
    let rows = follows::table
        .filter(follows::peer_id.eq(peer.to_string()))
        .order(follows::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// The peers that are followed and read, each once: not those that are gone or muted.
///
/// # Errors
/// Only what the database refuses.
pub fn peers_read(conn: &mut Conn) -> Result<Vec<Peer>, StoreError> {
    followed_peers(conn, true)
}

/// The peers that are followed and not read, though they are not gone: they are muted, or were.
///
/// # Errors
/// Only what the database refuses.
pub fn peers_stopped(conn: &mut Conn) -> Result<Vec<Peer>, StoreError> {
    followed_peers(conn, false)
}

fn followed_peers(conn: &mut Conn, read: bool) -> Result<Vec<Peer>, StoreError> {
    let accepted = follows::table
        .filter(follows::state.eq(FollowState::Accepted.as_str()))
        .select(follows::peer_id);
    let rows: Vec<peers::Row> = schema::peers::table
        .filter(schema::peers::id.eq_any(accepted))
        .filter(
            schema::peers::gone_at
                .is_null()
                .and(schema::peers::pull_due_at.is_not_null().eq(read)),
        )
        .select(peers::Row::as_select())
        .load(conn)?;
    rows.into_iter().map(peers::Row::domain).collect()
}

/// A page of all follows by id, each with its peer; go on after the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn list(conn: &mut Conn, after: Option<FollowId>, limit: i64) -> Result<Vec<(Follow, Peer)>, StoreError> {
    let rows = follows::table
        .inner_join(schema::peers::table)
        .filter(follows::id.gt(after.map_or_else(String::new, |id| id.to_string())))
        .order(follows::id)
        .limit(limit)
        .select((Row::as_select(), peers::Row::as_select()))
        .load::<(Row, peers::Row)>(conn)?;
    rows.into_iter()
        .map(|(follow, peer)| Ok((follow.domain()?, peer.domain()?)))
        .collect()
}

/// Forgets a follow that was undone.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, id: FollowId) -> Result<(), StoreError> {
    changes::bump(conn, &id.to_string())?;
    networks_look(conn, id)?;
    diesel::delete(follows::table.find(id.to_string())).execute(conn)?;
    Ok(())
}

/// The distinct inboxes of whom a centre (the instance actor for `None`) follows or asked to follow.
///
/// # Errors
/// Only what the database refuses.
pub fn inboxes(conn: &mut Conn, follower: Option<CentreId>) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(Option<String>, String)> = follows::table
        .inner_join(schema::peers::table)
        .filter(
            follows::actor
                .eq(actor_text(follower))
                .and(schema::peers::gone_at.is_null()),
        )
        .select((schema::peers::shared_inbox, schema::peers::inbox))
        .distinct()
        .load(conn)?;
    let inboxes = rows.into_iter().map(|(shared, own)| shared.unwrap_or(own));
    Ok(inboxes.collect())
}

/// Forgets every follow of a peer, whoever asked.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_peer(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    diesel::delete(follows::table.filter(follows::peer_id.eq(peer.to_string()))).execute(conn)?;
    Ok(())
}
