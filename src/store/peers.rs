//! Remote actors, their keys, and when to pull from them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::backend::{PortableExt, natively};
use super::changes;
use super::column::{from_json, instant, instant_opt, ms, parse, to_json};
use super::merges;
use super::schema::{announces, events, follow_requests, followers, follows, peer_keys, peers};
use super::{Conn, StoreError};
use crate::domain::block::Target;
use crate::domain::id::PeerId;
use crate::domain::peer::{FollowState, Peer};
use crate::domain::time::Instant;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = peers, treat_none_as_null = true)]
pub(super) struct Row {
    id: String,
    uri: String,
    kind: String,
    handle: String,
    host: String,
    name: String,
    url: Option<String>,
    inbox: String,
    shared_inbox: Option<String>,
    outbox: Option<String>,
    upcoming: Option<String>,
    followers_url: Option<String>,
    public_keys: String,
    software: Option<String>,
    summary: String,
    fetched_at: i64,
    contact: Option<String>,
}

impl Row {
    fn of(peer: &Peer, id: String) -> Result<Self, StoreError> {
        Ok(Self {
            id,
            uri: peer.uri.clone(),
            kind: peer.kind.clone(),
            handle: peer.handle.clone(),
            host: peer.host.clone(),
            name: peer.name.clone(),
            url: peer.url.clone(),
            inbox: peer.inbox.clone(),
            shared_inbox: peer.shared_inbox.clone(),
            outbox: peer.outbox.clone(),
            upcoming: peer.upcoming.clone(),
            followers_url: peer.followers.clone(),
            public_keys: to_json("peer keys", &peer.keys)?,
            software: peer.software.clone(),
            summary: peer.summary.clone(),
            fetched_at: ms(peer.fetched),
            contact: peer
                .contact
                .as_ref()
                .map(|contact| to_json("peer contact", contact))
                .transpose()?,
        })
    }

    pub(super) fn domain(self) -> Result<Peer, StoreError> {
        Ok(Peer {
            id: parse("peer id", &self.id)?,
            uri: self.uri,
            kind: self.kind,
            handle: self.handle,
            host: self.host,
            name: self.name,
            summary: self.summary,
            url: self.url,
            inbox: self.inbox,
            shared_inbox: self.shared_inbox,
            outbox: self.outbox,
            upcoming: self.upcoming,
            followers: self.followers_url,
            keys: from_json("peer keys", &self.public_keys)?,
            software: self.software,
            fetched: instant(self.fetched_at)?,
            contact: self
                .contact
                .map(|contact| from_json("peer contact", &contact))
                .transpose()?,
        })
    }
}

/// Keeps a fetched actor, known by its `uri`; an actor that was gone is back. Returns the id it has here, which is
/// `peer.id` only for a new one.
///
/// # Errors
/// Only what the database refuses.
pub fn upsert(conn: &mut Conn, peer: &Peer) -> Result<PeerId, StoreError> {
    let known = peers::table.filter(peers::uri.eq(&peer.uri)).select(Row::as_select());
    let known = known.first(conn).optional()?.map(Row::domain).transpose()?;
    let id = known.as_ref().map_or(peer.id, |known| known.id).to_string();
    let row = Row::of(peer, id.clone())?;
    match known {
        None => {
            diesel::insert_into(peers::table).values(row).execute(conn)?;
        }
        Some(known) => {
            if known.name != peer.name || known.handle != peer.handle {
                changes::bump(conn, &id)?;
            }
            if known.programme() != peer.programme() {
                forget_etag(conn, &id)?;
            }
            diesel::update(peers::table.find(&id))
                .set((row, peers::gone_at.eq(None::<i64>)))
                .execute(conn)?;
            diesel::delete(peer_keys::table.filter(peer_keys::peer_id.eq(&id))).execute(conn)?;
        }
    }
    for key in &peer.keys {
        diesel::insert_into(peer_keys::table)
            .values((peer_keys::key_uri.eq(&key.id), peer_keys::peer_id.eq(&id)))
            // A key id that another actor holds stays that actor's.
            .on_conflict_do_nothing()
            .portable()
            .execute(conn)?;
    }
    parse("peer id", &id)
}

/// The last answer was of another address.
fn forget_etag(conn: &mut Conn, id: &str) -> Result<(), StoreError> {
    diesel::update(peers::table.find(id))
        .set(peers::pull_etag.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// The peer with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: PeerId) -> Result<Option<Peer>, StoreError> {
    let row = peers::table
        .find(id.to_string())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The peer with this ActivityPub id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Peer>, StoreError> {
    let row = peers::table
        .filter(peers::uri.eq(uri))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// What the row of a peer had when it was read, by which it is known whether it was written since.
#[derive(Debug, PartialEq, Eq)]
pub struct Edition {
    pub(super) fetched_at: i64,
    pub(super) public_keys: String,
}

impl Edition {
    /// The row that `peer` was read from.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for keys that are no JSON.
    pub fn of(peer: &Peer) -> Result<Self, StoreError> {
        Ok(Self {
            fetched_at: ms(peer.fetched),
            public_keys: to_json("peer keys", &peer.keys)?,
        })
    }
}

/// How a peer that was read earlier stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Its row still has the keys and the date that it was read with.
    pub current: bool,
    /// One of our actors follows it, with its Accept.
    pub followed: bool,
    /// It is no more.
    pub gone: bool,
}

/// How a peer stands that was read in this `edition`.
///
/// # Errors
/// Only what the database refuses.
pub fn standing(conn: &mut Conn, id: PeerId, edition: &Edition) -> Result<Standing, StoreError> {
    let followed = follows::table.filter(
        follows::peer_id
            .eq(peers::id)
            .and(follows::state.eq(FollowState::Accepted.as_str())),
    );
    let current = peers::fetched_at
        .eq(edition.fetched_at)
        .and(peers::public_keys.eq(&edition.public_keys));
    let gone = peers::gone_at.is_not_null();
    let known = peers::table
        .find(id.to_string())
        .select((current, exists(followed), gone));
    let row: Option<(bool, bool, bool)> = natively!(conn, |conn| known.get_result(conn)).optional()?;
    let standing = |(current, followed, gone)| Standing {
        current,
        followed,
        gone,
    };
    Ok(row.map_or_else(Standing::default, standing))
}

/// The peer with this address: its id, or its page for people.
///
/// # Errors
/// Only what the database refuses.
pub fn by_address(conn: &mut Conn, address: &str) -> Result<Option<Peer>, StoreError> {
    if let Some(peer) = by_uri(conn, address)? {
        return Ok(Some(peer));
    }
    let row = peers::table
        .filter(peers::url.eq(address))
        .order(peers::id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The peer that owns this key, by keyId.
///
/// # Errors
/// Only what the database refuses.
pub fn by_key_id(conn: &mut Conn, key_id: &str) -> Result<Option<Peer>, StoreError> {
    let row = peer_keys::table
        .inner_join(peers::table)
        .filter(peer_keys::key_uri.eq(key_id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The peer `handle@host`.
///
/// # Errors
/// Only what the database refuses.
pub fn by_account(conn: &mut Conn, handle: &str, host: &str) -> Result<Option<Peer>, StoreError> {
    let row = peers::table
        .filter(peers::host.eq(host).and(peers::handle.eq(handle)))
        .order(peers::id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// Notes that the peer is no more (410, or its own Delete), and stops pulling from it.
///
/// # Errors
/// Only what the database refuses.
pub fn mark_gone(conn: &mut Conn, id: PeerId, now: Instant) -> Result<(), StoreError> {
    let gone = (
        peers::gone_at.eq(ms(now)),
        peers::pull_due_at.eq(None::<i64>),
        // Should it come back as it was, it is to be read all the same.
        peers::pull_etag.eq(None::<String>),
    );
    diesel::update(peers::table.find(id.to_string()))
        .set(gone)
        .execute(conn)?;
    Ok(())
}

/// Since when the peer is no more.
///
/// # Errors
/// Only what the database refuses.
pub fn gone_at(conn: &mut Conn, id: PeerId) -> Result<Option<Instant>, StoreError> {
    let gone: Option<Option<i64>> = peers::table
        .find(id.to_string())
        .select(peers::gone_at)
        .first(conn)
        .optional()?;
    instant_opt(gone.flatten())
}

/// Removes a peer with all that came from it: events, follows both ways.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, id: PeerId) -> Result<(), StoreError> {
    changes::bump(conn, &id.to_string())?;
    let companions = merges::companions_of_peer(conn, id)?;
    diesel::delete(peers::table.find(id.to_string())).execute(conn)?;
    merges::reassess(conn, &companions)
}

/// Forgets up to `limit` peers that were fetched before `before` and to whom nothing ties us: no follow either way, no event,
/// no announce. Returns how many; who writes again is fetched again.
///
/// # Errors
/// Only what the database refuses.
pub fn purge_strangers(conn: &mut Conn, before: Instant, limit: i64) -> Result<usize, StoreError> {
    let follow = follows::table.filter(follows::peer_id.eq(peers::id));
    let follower = followers::table.filter(followers::peer_id.eq(peers::id));
    let request = follow_requests::table.filter(follow_requests::peer_id.eq(peers::id));
    let event = events::table.filter(events::peer_id.eq(peers::id.nullable()));
    let announce = announces::table.filter(announces::announcer.eq(peers::id));
    let strangers: Vec<String> = peers::table
        .filter(peers::fetched_at.lt(ms(before)))
        .filter(not(exists(follow)))
        .filter(not(exists(follower)))
        .filter(not(exists(request)))
        .filter(not(exists(event)))
        .filter(not(exists(announce)))
        .order(peers::fetched_at)
        .limit(limit)
        .select(peers::id)
        .load(conn)?;
    for id in &strangers {
        diesel::delete(peers::table.find(id)).execute(conn)?;
    }
    Ok(strangers.len())
}

/// Notes when followed peers were last heard from. What was heard of others is passed over.
///
/// # Errors
/// Only what the database refuses.
pub fn heard(conn: &mut Conn, when: &[(PeerId, Instant)]) -> Result<(), StoreError> {
    let ids: Vec<String> = when.iter().map(|(id, _)| id.to_string()).collect();
    let followed: Vec<String> = follows::table
        .filter(follows::peer_id.eq_any(&ids))
        .select(follows::peer_id)
        .distinct()
        .load(conn)?;
    for (id, (_, at)) in ids.iter().zip(when) {
        if followed.contains(id) {
            diesel::update(peers::table.find(id))
                .set(peers::heard_at.eq(ms(*at)))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Whether the inbox of `peer` is that of others on its host, too.
///
/// # Errors
/// Only what the database refuses.
pub fn share_inbox(conn: &mut Conn, peer: &Peer) -> Result<bool, StoreError> {
    let others = peers::table
        .filter(peers::host.eq(&peer.host).and(peers::id.ne(peer.id.to_string())))
        .filter(peers::inbox.eq(&peer.inbox).or(peers::shared_inbox.eq(&peer.inbox)));
    let by_others: bool = diesel::select(diesel::dsl::exists(others)).get_result(conn)?;
    Ok(by_others || peer.shared_inbox.as_ref() == Some(&peer.inbox))
}

/// The peers that a block or mute of `target` means, by uri: its actor, or all of its host and subdomains.
///
/// # Errors
/// Only what the database refuses.
pub fn covered(conn: &mut Conn, target: &Target) -> Result<Vec<Peer>, StoreError> {
    let Target::Domain(domain) = target else {
        return Ok(by_uri(conn, target.as_str())?.into_iter().collect());
    };
    // A domain holds no character that means something to LIKE.
    let rows: Vec<Row> = peers::table
        .filter(
            peers::host
                .eq(domain)
                .or(peers::host.like(format!("{domain}:%")))
                .or(peers::host.like(format!("%.{domain}")))
                .or(peers::host.like(format!("%.{domain}:%"))),
        )
        .order(peers::uri)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}
