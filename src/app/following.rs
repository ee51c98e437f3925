//! Following peers: by handle, URL or bare domain.

use std::sync::Arc;

use url::Url;

use super::{Error, Node};
use crate::domain::id::{CentreId, FollowId, PeerId};
use crate::domain::invalid::{Reason, Refusal};
use crate::domain::peer::{Follow, FollowState, Peer};
use crate::domain::text::Handle;
use crate::domain::time::Instant;
use crate::federation::discover::discover;
use crate::federation::fetch::FetchError;
use crate::federation::guard::Blocked;
use crate::federation::urls::OurActor;
use crate::federation::wire::activity::Activity;
use crate::federation::{outbox, peers, source};
use crate::store::{self, Conn, StoreError, centres, follows};

/// Asks to follow what `target` means (an actor, or an agenda that is read instead), as a centre or (for `None`) as the
/// node itself. Asking again repeats the request of a follow that is not accepted.
///
/// # Errors
/// A refusal of `target` when nobody is found there.
pub async fn follow(node: &Node, target: &str, follower: Option<CentreId>) -> Result<(Follow, Peer), Error> {
    if let Some(address) = agenda_address(target) {
        return follow_source(node, target, &address, follower).await;
    }
    let found = match discover(&node.federation.fetcher, target).await {
        Ok(found) => found,
        Err(error) => return instead_of_an_actor(node, target, follower, &error).await,
    };
    if node.federation.urls.is_ours(&found.actor) {
        return Err(Error::refused("target", Reason::OwnActor));
    }
    let software = software(node, &found.actor).await;
    let peer = peers::remember_with(&node.federation, &found.document, software).await?;
    let (actor, now, id) = (node.clone(), node.now(), peer.id);
    let follow = node
        .store
        .try_write(move |conn| ask(conn, &actor, follower, id, now))
        .await?;
    outbox::wake(&node.federation);
    Ok((follow, peer))
}

/// The address of an agenda, where `target` says that it is one.
fn agenda_address(target: &str) -> Option<Url> {
    let target = target.trim();
    let told = target
        .strip_prefix("webcal://")
        .or_else(|| target.strip_prefix("webcals://"));
    if let Some(rest) = told {
        return Url::parse(&format!("https://{rest}")).ok();
    }
    let url = Url::parse(target)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.path().to_ascii_lowercase().ends_with(".ics").then_some(url)
}

/// Where no actor is found, the page may be an agenda, or name one.
async fn instead_of_an_actor(
    node: &Node,
    target: &str,
    follower: Option<CentreId>,
    error: &FetchError,
) -> Result<(Follow, Peer), Error> {
    let text = target.trim();
    let page = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
        _ if text.contains('@') => None,
        _ => Url::parse(&format!("https://{text}/")).ok(),
    };
    match page.filter(|_| says_no_actor(error)) {
        Some(page) => match follow_source(node, target, &page, follower).await {
            // What was said of the account tells more than that its page could not be had either.
            Err(Error::Refused(refusal)) if names_nobody(&refusal) => Err(unreachable_peer(target, error)),
            other => other,
        },
        None => Err(unreachable_peer(target, error)),
    }
}

/// Whether there is no actor, rather than a server that does not answer for now: else a busy node would be taken for the
/// agenda that its page offers to read.
fn says_no_actor(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::ContentType
            | FetchError::Json
            | FetchError::Document(_)
            | FetchError::Status(400 | 404 | 405 | 406 | 410)
    )
}

fn names_nobody(refusal: &Refusal) -> bool {
    refusal
        .0
        .iter()
        .any(|invalid| matches!(invalid.reason, Reason::NobodyThere { .. }))
}

/// Follows an agenda that does not federate: nobody is asked, it is read from now on.
async fn follow_source(
    node: &Node,
    target: &str,
    address: &Url,
    follower: Option<CentreId>,
) -> Result<(Follow, Peer), Error> {
    if node.federation.urls.is_ours(address) {
        return Err(Error::refused("target", Reason::OwnActor));
    }
    let found = source::find(&node.federation, address)
        .await
        .map_err(|error| match error {
            FetchError::Document("no_agenda" | "a_feed") => {
                let target = target.chars().take(120).collect();
                Error::refused("target", Reason::NoAgenda { target })
            }
            error => unreachable_peer(target, &error),
        })?;
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
        store::pulls::schedule(conn, id, now)?;
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
                store::pulls::stop(conn, follow.peer)?;
                store::events::forget_of_peer(conn, follow.peer)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

fn ask(conn: &mut Conn, node: &Node, follower: Option<CentreId>, peer: PeerId, now: Instant) -> Result<Follow, Error> {
    let asked = follows::of(conn, follower, peer)?;
    if let Some(follow) = asked.as_ref().filter(|follow| follow.state == FollowState::Accepted) {
        return Ok(follow.clone());
    }
    let peer = store::peers::by_id(conn, peer)?.ok_or(Error::NotFound)?;
    let (id, url) = outbox::new_id(&node.federation, now);
    let actor = node.federation.urls.actor(&our_actor(conn, follower)?);
    let target = peer.uri.parse().map_err(|_| Error::NotFound)?;
    let activity = Activity::follow(url, actor, &target);
    outbox::record(conn, id, follower, &activity, [peer.inbox], now)?;
    let activity_uri = activity.id.to_string();
    match asked {
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

/// What the peer's host runs; a host that does not say is no reason to stop.
async fn software(node: &Node, actor: &url::Url) -> Option<String> {
    crate::federation::discover::node_info(&node.federation.fetcher, actor)
        .await
        .ok()?
        .software
}

fn unreachable_peer(target: &str, error: &FetchError) -> Error {
    if *error == FetchError::Blocked(Blocked::Operator) {
        return Error::refused("target", Reason::BlockedHost);
    }
    let (target, detail) = (target.chars().take(120).collect(), error.to_string());
    Error::refused("target", Reason::NobodyThere { target, detail })
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

/// The follow with this id and its peer.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: FollowId) -> Result<Option<(Follow, Peer)>, StoreError> {
    let Some(follow) = follows::by_id(conn, id)? else {
        return Ok(None);
    };
    Ok(store::peers::by_id(conn, follow.peer)?.map(|peer| (follow, peer)))
}
