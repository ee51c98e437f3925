//! Following peers: by handle, URL or bare domain.

mod find;
mod preview;
mod unanswered;
mod upcoming;

use std::sync::Arc;

use super::{Error, Node};
use crate::domain::id::{CentreId, FollowId, PeerId};
use crate::domain::invalid::Reason;
use crate::domain::peer::{Follow, FollowState, Peer, Standing};
use crate::domain::text::Handle;
use crate::domain::time::Instant;
use crate::federation::urls::OurActor;
use crate::federation::wire::activity::Activity;
use crate::federation::{outbox, peers, source};
use crate::store::pulls::{self, PullState};
use crate::store::{self, Conn, StoreError, centres, follows};

use find::{Found, find};
pub use preview::{Preview, preview};
pub use unanswered::repeat;
pub use upcoming::Upcoming;

/// A follow as the staff sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tie {
    /// What was asked.
    pub follow: Follow,
    /// Of whom.
    pub peer: Peer,
    /// What is known of the readings of its programme.
    pub reading: Option<PullState>,
}

impl Tie {
    /// How it stands at `now`.
    pub fn standing(&self, now: Instant) -> Standing {
        let reading = self.reading.as_ref();
        let heard = reading.and_then(PullState::last_heard);
        let gone = reading.and_then(|reading| reading.gone);
        let is_read = reading.is_some_and(|reading| reading.due.is_some());
        Standing::of(&self.follow, heard, gone, is_read, now)
    }
}

/// A page of the follows, oldest first; go on after the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn list(conn: &mut Conn, after: Option<FollowId>, limit: i64) -> Result<Vec<Tie>, StoreError> {
    let found = follows::list(conn, after, limit)?.into_iter();
    found.map(|(follow, peer)| tie(conn, follow, peer)).collect()
}

/// One follow.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: FollowId) -> Result<Option<Tie>, StoreError> {
    let Some(follow) = follows::by_id(conn, id)? else {
        return Ok(None);
    };
    let peer = store::peers::by_id(conn, follow.peer)?;
    peer.map(|peer| tie(conn, follow, peer)).transpose()
}

fn tie(conn: &mut Conn, follow: Follow, peer: Peer) -> Result<Tie, StoreError> {
    let reading = pulls::state(conn, peer.id)?;
    Ok(Tie { follow, peer, reading })
}

/// Asks to follow what `target` means (an actor, or an agenda that is read instead), as a centre or (for `None`) as the
/// node itself. Asking again repeats the request of a follow that is not accepted.
///
/// # Errors
/// A refusal of `target` when nobody is found there.
pub async fn follow(node: &Node, target: &str, follower: Option<CentreId>) -> Result<(Follow, Peer), Error> {
    match find(node, target).await? {
        Found::Agenda(found) => follow_source(node, found, follower).await,
        Found::Actor(found, software) => {
            let uri = found.actor.to_string();
            let was_gone = node.store.read(move |conn| is_gone(conn, &uri)).await?;
            let peer = peers::remember_with(&node.federation, &found.document, software).await?;
            let (actor, now, id) = (node.clone(), node.now(), peer.id);
            let follow = node
                .store
                .try_write(move |conn| ask(conn, &actor, follower, id, was_gone, now))
                .await?;
            outbox::wake(&node.federation);
            Ok((follow, peer))
        }
    }
}

/// Follows an agenda that does not federate: nobody is asked, it is read from now on.
async fn follow_source(node: &Node, found: source::Found, follower: Option<CentreId>) -> Result<(Follow, Peer), Error> {
    let (now, random) = (node.now(), Arc::clone(&node.random));
    let followed = node.store.try_write(move |conn| {
        let peer = source::peer(&found, PeerId::new(now, random.as_ref()), now);
        let id = store::peers::upsert(conn, &peer)?;
        let follow = match follows::of(conn, follower, id)? {
            Some(follow) => follow,
            None => {
                let follow_id = FollowId::new(now, random.as_ref());
                let follow = Follow {
                    id: follow_id,
                    follower,
                    peer: id,
                    // Nothing is sent; the column wants a name of its own.
                    activity_uri: format!("source:{follow_id}"),
                    state: FollowState::Accepted,
                    asked: now,
                    changed: now,
                };
                follows::insert(conn, &follow)?;
                follow
            }
        };
        pulls::schedule(conn, id, now)?;
        Ok::<_, Error>((follow, Peer { id, ..peer }))
    });
    let followed = followed.await?;
    node.federation.pull_bell.notify_one();
    Ok(followed)
}

/// Stops following. Events that nobody we follow stands for any more leave the calendar: no change of them would
/// reach us.
///
/// # Errors
/// [`Error::NotFound`] when there is no such follow.
pub async fn unfollow(node: &Node, id: FollowId) -> Result<(), Error> {
    let (actor, now) = (node.clone(), node.now());
    node.store
        .try_write(move |conn| {
            let follow = follows::by_id(conn, id)?.ok_or(Error::NotFound)?;
            let peer = store::peers::by_id(conn, follow.peer)?;
            if let Some(peer) = peer.filter(|peer| !peer.is_source()) {
                let (activity, url) = outbox::new_id(&actor.federation, now);
                let ours = actor.federation.urls.actor(&our_actor(conn, follow.follower)?);
                let (Ok(asked), Ok(target)) = (follow.activity_uri.parse(), peer.uri.parse()) else {
                    return Err(Error::NotFound);
                };
                let undo = Activity::undo_follow(url, ours, &asked, &target);
                outbox::record(conn, activity, follow.follower, &undo, [peer.inbox], now)?;
            }
            follows::remove(conn, id)?;
            if follows::accepted_of_peer(conn, follow.peer)?.is_empty() {
                pulls::stop(conn, follow.peer)?;
                store::events::forget_of_peer(conn, follow.peer)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

fn is_gone(conn: &mut Conn, uri: &str) -> Result<bool, StoreError> {
    match store::peers::by_uri(conn, uri)? {
        Some(peer) => Ok(store::peers::gone_at(conn, peer.id)?.is_some()),
        None => Ok(false),
    }
}

/// Asks `peer`, unless it accepted already; one that `was_gone` in any case.
fn ask(
    conn: &mut Conn,
    node: &Node,
    follower: Option<CentreId>,
    peer: PeerId,
    was_gone: bool,
    now: Instant,
) -> Result<Follow, Error> {
    let asked = follows::of(conn, follower, peer)?;
    let stands = asked.as_ref().filter(|follow| follow.state == FollowState::Accepted);
    if let Some(follow) = stands {
        pulls::schedule(conn, peer, now)?;
        if !was_gone {
            return Ok(follow.clone());
        }
    }
    let peer = store::peers::by_id(conn, peer)?.ok_or(Error::NotFound)?;
    let (id, url) = outbox::new_id(&node.federation, now);
    let actor = node.federation.urls.actor(&our_actor(conn, follower)?);
    let target = peer.uri.parse().map_err(|_| Error::NotFound)?;
    let activity = Activity::follow(url, actor, &target);
    outbox::record(conn, id, follower, &activity, [peer.inbox], now)?;
    let activity_uri = activity.id.to_string();
    match asked {
        // It is back and may have forgotten us; if not, it stands.
        Some(follow) if follow.state == FollowState::Accepted => {
            follows::rename(conn, follow.id, &activity_uri)?;
            Ok(Follow { activity_uri, ..follow })
        }
        Some(follow) => {
            follows::ask_again(conn, follow.id, &activity_uri, now)?;
            Ok(Follow {
                activity_uri,
                state: FollowState::Asked,
                asked: now,
                changed: now,
                ..follow
            })
        }
        None => {
            let follow = Follow {
                id: FollowId::new(now, node.random.as_ref()),
                follower,
                peer: peer.id,
                activity_uri,
                state: FollowState::Asked,
                asked: now,
                changed: now,
            };
            follows::insert(conn, &follow)?;
            Ok(follow)
        }
    }
}

pub(super) fn our_actor(conn: &mut Conn, centre: Option<CentreId>) -> Result<OurActor, Error> {
    let Some(id) = centre else { return Ok(OurActor::Node) };
    let handle: Option<Handle> = centres::by_id(conn, id)?.map(|centre| centre.handle);
    handle.map(OurActor::Centre).ok_or(Error::NotFound)
}

impl From<crate::federation::error::FederationError> for Error {
    fn from(error: crate::federation::error::FederationError) -> Self {
        use crate::federation::error::FederationError;
        match error {
            FederationError::Store(error) => Self::Store(error),
            FederationError::Key(error) => Self::Key(error),
            FederationError::NotAnActor(word) => Self::refused(
                "target",
                Reason::NobodyThere {
                    target: String::new(),
                    detail: word.to_string(),
                },
            ),
            other => Self::Federation(other.to_string()),
        }
    }
}
