//! Whom the node mutes and blocks, and whose follow it accepts.

use super::following::our_actor;
use super::{Error, Node};
use crate::domain::admission::Admission;
use crate::domain::block::{Block, Severity, Target};
use crate::domain::id::FollowerId;
use crate::domain::invalid::Reason;
use crate::domain::peer::{Follower, Peer};
use crate::domain::time::Instant;
use crate::federation::wire::activity::Activity;
use crate::federation::{blocks as memory, outbox};
use crate::store::{Conn, StoreError, blocks, events, follow_requests, followers, follows, peers, pulls};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// Reads whom a block means: a domain, or the address or `@name@host` of an actor that was met.
///
/// # Errors
/// A refusal of `target`.
pub async fn target(node: &Node, text: &str) -> Result<Target, Error> {
    let refused = || Error::refused("target", Reason::NotADomain);
    let own = |target: Target| {
        let base = &node.config.server.base_url;
        let own_host = target.as_str() == base.host_str().unwrap_or_default();
        let own_actor = target.as_str().starts_with(base.as_str());
        if own_host || own_actor {
            Err(Error::refused("target", Reason::OwnActor))
        } else {
            Ok(target)
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::refused("target", Reason::Required));
    }
    let account = text.trim_start_matches('@').split_once('@');
    let Some((name, host)) = account.filter(|_| !text.contains("://")) else {
        return own(Target::parse(text).ok_or_else(refused)?);
    };
    let (name, host) = (name.to_owned(), host.to_lowercase());
    let known = node
        .store
        .read(move |conn| peers::by_account(conn, &name, &host))
        .await?;
    known.map(|peer| Target::Actor(peer.uri)).ok_or_else(refused)
}

/// Mutes or blocks. What came from there leaves the calendar; a block also ends follows both ways. It holds at once here,
/// and within a second in other processes on the database.
///
/// # Errors
/// A refusal of `note`.
pub async fn block(node: &Node, target: Target, severity: Severity, note: &str) -> Result<(), Error> {
    let note = note.trim().to_owned();
    let length = note.chars().count();
    if length > LONGEST_NOTE {
        let max = LONGEST_NOTE;
        return Err(Error::refused("note", Reason::TooLong { max, length }));
    }
    let decided = Block {
        target,
        severity,
        note,
        since: node.now(),
    };
    block_all(node, vec![decided]).await
}

/// [`block`] for a whole list.
///
/// # Errors
/// Only what the database refuses.
pub async fn block_all(node: &Node, decided: Vec<Block>) -> Result<(), Error> {
    let apply = move |conn: &mut Conn| {
        for block in &decided {
            blocks::put(conn, block)?;
            for peer in peers::covered(conn, &block.target)? {
                cut_off(conn, &peer, block.severity)?;
            }
        }
        Ok(())
    };
    node.store.write(apply).await?;
    Ok(memory::refresh(&node.federation).await?)
}

fn cut_off(conn: &mut Conn, peer: &Peer, severity: Severity) -> Result<(), StoreError> {
    events::put_away_of_peer(conn, peer.id)?;
    pulls::forget(conn, peer.id)?;
    if severity == Severity::Block {
        follows::remove_peer(conn, peer.id)?;
        followers::remove_peer(conn, peer.id)?;
        follow_requests::remove_peer(conn, peer.id)?;
    }
    Ok(())
}

/// Takes a decision back. Who is still followed is read again at once; follows that a block ended are not made anew.
///
/// # Errors
/// [`Error::NotFound`] when nothing was decided of `target`.
pub async fn unblock(node: &Node, target: Target) -> Result<(), Error> {
    let now = node.now();
    let lift = move |conn: &mut Conn| {
        if !blocks::remove(conn, &target)? {
            return Ok(false);
        }
        for peer in peers::covered(conn, &target)? {
            if follows::is_accepted(conn, peer.id)? {
                pulls::schedule(conn, peer.id, now)?;
            }
        }
        Ok(true)
    };
    let lifted = node.store.write(lift).await?;
    memory::refresh(&node.federation).await?;
    node.federation.pull_bell.notify_one();
    if lifted { Ok(()) } else { Err(Error::NotFound) }
}

/// Changes whose follow is accepted. Who follows already stays, what waits goes on waiting.
///
/// # Errors
/// Only what the database refuses.
pub async fn set_admission(node: &Node, admission: Admission) -> Result<(), Error> {
    let set = move |conn: &mut Conn| blocks::set_admission(conn, &admission);
    Ok(node.store.write(set).await?)
}

/// Says yes or no to a follow that waits.
///
/// # Errors
/// [`Error::NotFound`] when it does not wait any more.
pub async fn answer(node: &Node, request: FollowerId, granted: bool) -> Result<(), Error> {
    let (actor, now) = (node.clone(), node.now());
    node.store
        .try_write(move |conn| {
            let follower = follow_requests::by_id(conn, request)?.ok_or(Error::NotFound)?;
            follow_requests::remove(conn, request)?;
            if granted {
                followers::insert(
                    conn,
                    &Follower {
                        since: now,
                        ..follower.clone()
                    },
                )?;
            }
            tell(conn, &actor, &follower, granted, now)
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

/// Ends that a peer follows us; it is told.
///
/// # Errors
/// [`Error::NotFound`] when it does not.
pub async fn remove_follower(node: &Node, id: FollowerId) -> Result<(), Error> {
    let (actor, now) = (node.clone(), node.now());
    node.store
        .try_write(move |conn| {
            let follower = followers::by_id(conn, id)?.ok_or(Error::NotFound)?;
            followers::remove(conn, follower.followed, follower.peer)?;
            tell(conn, &actor, &follower, false, now)
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

/// Sends Accept or Reject of the Follow by which `follower` asked.
fn tell(conn: &mut Conn, node: &Node, follower: &Follower, granted: bool, now: Instant) -> Result<(), Error> {
    let Some(peer) = peers::by_id(conn, follower.peer)? else {
        return Ok(());
    };
    let (Ok(follow), Ok(who)) = (follower.activity_uri.parse(), peer.uri.parse()) else {
        return Ok(());
    };
    let (id, url) = outbox::new_id(&node.federation, now);
    let actor = node.federation.urls.actor(&our_actor(conn, follower.followed)?);
    let activity = if granted { Activity::accept } else { Activity::reject };
    let activity = activity(url, actor, &follow, &who);
    Ok(outbox::record(
        conn,
        id,
        follower.followed,
        &activity,
        [peer.inbox],
        now,
    )?)
}
