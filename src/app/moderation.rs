//! Whom the node mutes and blocks, and whose follow it accepts.

use std::collections::HashMap;

use url::Url;

use super::following::our_actor;
use super::{Error, Node};
use crate::domain::admission::Admission;
use crate::domain::block::{Block, Severity, Target};
use crate::domain::id::FollowerId;
use crate::domain::invalid::Reason;
use crate::domain::peer::{Follower, Peer};
use crate::domain::time::Instant;
use crate::federation::convert::read;
use crate::federation::discover::discover;
use crate::federation::fetch::Accept;
use crate::federation::guard::same_origin;
use crate::federation::wire::activity::Activity;
use crate::federation::{blocks as memory, outbox};
use crate::store::deliveries::{self, Outcome};
use crate::store::{Conn, StoreError, blocks, events, follow_requests, followers, follows, peers, pulls};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// Reads whom a block means: a domain, or the address or `@name@host` of an actor; one that was never met is asked for.
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
        let target = own(Target::parse(text).ok_or_else(refused)?)?;
        return match target {
            Target::Actor(url) => actor(node, url).await?.ok_or_else(refused),
            domain @ Target::Domain(_) => Ok(domain),
        };
    };
    let (name, host) = (name.to_owned(), host.to_lowercase());
    let known = node
        .store
        .read(move |conn| peers::by_account(conn, &name, &host))
        .await?;
    match known {
        Some(peer) => Ok(Target::Actor(peer.uri)),
        None => own(Target::Actor(discovered(node, text).await?)),
    }
}

/// The actor that an account means, by WebFinger.
async fn discovered(node: &Node, account: &str) -> Result<String, Error> {
    let found = discover(&node.federation.fetcher, account).await;
    found.map(|found| found.actor.into()).map_err(|error| {
        let (target, detail) = (account.chars().take(120).collect(), error.to_string());
        Error::refused("target", Reason::NobodyThere { target, detail })
    })
}

/// The actor at an address: that of itself, or of its page for people. One that is not known is asked for.
async fn actor(node: &Node, url: String) -> Result<Option<Target>, Error> {
    let known = {
        let url = url.clone();
        let look_up = move |conn: &mut Conn| {
            if blocks::is_decided(conn, &url)? {
                return Ok(Some(url));
            }
            Ok(peers::by_address(conn, &url)?.map(|peer| peer.uri))
        };
        node.store.read(look_up).await?
    };
    if let Some(uri) = known {
        return Ok(Some(Target::Actor(uri)));
    }
    let Ok(address) = Url::parse(&url) else { return Ok(None) };
    let fetched = node.federation.fetcher.get_json(&address, Accept::ActivityJson).await;
    let id = fetched.ok().and_then(|fetched| read::id(&fetched.value));
    let id = id.filter(|id| same_origin(id, &address));
    Ok(id.map(|id| Target::Actor(id.into())))
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

/// Adds a list of others. It never softens what was decided here, and our own host and actors are left out; returns how
/// many decisions were added or changed.
///
/// # Errors
/// Only what the database refuses.
pub async fn import(node: &Node, list: Vec<Block>) -> Result<usize, Error> {
    let base = node.config.server.base_url.clone();
    let standing = node.store.read(blocks::list).await?.into_iter();
    let standing: HashMap<Target, Block> = standing.map(|block| (block.target.clone(), block)).collect();
    let is_ours = |target: &Target| match target {
        Target::Domain(domain) => Some(domain.as_str()) == base.host_str(),
        Target::Actor(uri) => uri.starts_with(base.as_str()),
    };
    let harder = |block: &Block| {
        let known = standing.get(&block.target);
        known.is_none_or(|known| known.severity < block.severity)
    };
    let mut decided: Vec<Block> = list
        .into_iter()
        .filter(|block| !is_ours(&block.target) && harder(block))
        .collect();
    for block in decided.iter_mut().filter(|block| block.note.is_empty()) {
        if let Some(known) = standing.get(&block.target) {
            block.note.clone_from(&known.note);
        }
    }
    let count = decided.len();
    block_all(node, decided).await?;
    Ok(count)
}

async fn block_all(node: &Node, decided: Vec<Block>) -> Result<(), Error> {
    let now = node.now();
    let apply = move |conn: &mut Conn| {
        for block in &decided {
            blocks::put(conn, block)?;
            for peer in peers::covered(conn, &block.target)? {
                cut_off(conn, &peer, block.severity, now)?;
            }
        }
        Ok(())
    };
    node.store.write(apply).await?;
    Ok(memory::refresh(&node.federation).await?)
}

pub(super) fn cut_off(conn: &mut Conn, peer: &Peer, severity: Severity, now: Instant) -> Result<(), StoreError> {
    events::put_away_of_peer(conn, peer.id)?;
    pulls::stop(conn, peer.id)?;
    if severity == Severity::Block {
        // Nothing more is said to it, of what waits either; an inbox that others have too goes on.
        if !peers::share_inbox(conn, peer)? {
            deliveries::settle_inbox(conn, &peer.host, &peer.inbox, Outcome::Refused, now)?;
        }
        follows::remove_peer(conn, peer.id)?;
        followers::remove_peer(conn, peer.id)?;
        follow_requests::remove_peer(conn, peer.id)?;
    }
    Ok(())
}

/// Takes a decision back. All who are still followed are read again at once; follows that a block ended are not made anew.
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
        // What others announce of it was passed over meanwhile.
        pulls::read_all_again(conn, now)?;
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
pub async fn set_admission(node: &Node, mut admission: Admission) -> Result<(), Error> {
    let set = move |conn: &mut Conn| {
        for target in &mut admission.allowed {
            // The page of somebody who was met means the actor.
            if let Target::Actor(address) = target
                && let Some(peer) = peers::by_address(conn, address)?
            {
                *address = peer.uri;
            }
        }
        blocks::set_admission(conn, &admission)
    };
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
