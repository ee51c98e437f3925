//! What staff decides of a network: its rule, its members, and what waits for approval. Followers are told in the background.

use super::{Error, Node};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::Origin;
use crate::domain::id::CentreId;
use crate::domain::invalid::Reason;
use crate::domain::network::{Decision, Rule};
use crate::domain::peer::{FollowState, Peer};
use crate::federation::outbox;
use crate::store::networks::Pending;
use crate::store::{Conn, StoreError, centres, follows, networks};

/// Most events that are shown waiting.
const QUEUE: i64 = 100;

/// Who belongs to a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    /// A centre or network of this node.
    Centre(Box<Centre>),
    /// A peer that the network follows.
    Peer(Box<Peer>),
}

/// A member.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Who.
    pub who: Who,
    /// Whether what it publishes needs no approval.
    pub trusted: bool,
}

impl Member {
    /// Its name in the store.
    pub fn origin(&self) -> Origin {
        match &self.who {
            Who::Centre(centre) => Origin::Local(centre.id),
            Who::Peer(peer) => Origin::Remote(peer.id),
        }
    }
}

/// A network as its settings show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The network.
    pub network: Centre,
    /// What it announces.
    pub rule: Rule,
    /// Its members: centres of this node, then peers.
    pub members: Vec<Member>,
    /// What waits for approval, the longest first.
    pub waiting: Vec<Pending>,
}

/// The network with this handle.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is a centre.
pub async fn by_handle(node: &Node, handle: &str) -> Result<Centre, Error> {
    let found = super::centres::by_handle(node, handle).await?;
    found
        .filter(|centre| centre.kind == CentreKind::Network)
        .ok_or(Error::NotFound)
}

/// The settings of a network.
///
/// # Errors
/// As [`by_handle`].
pub async fn settings(node: &Node, handle: &str) -> Result<Settings, Error> {
    let network = by_handle(node, handle).await?;
    let read = move |conn: &mut Conn| {
        Ok(Settings {
            rule: networks::rule(conn, network.id)?,
            members: members(conn, network.id)?,
            waiting: networks::waiting(conn, network.id, QUEUE)?,
            network,
        })
    };
    Ok(node.store.read(read).await?)
}

fn members(conn: &mut Conn, network: CentreId) -> Result<Vec<Member>, StoreError> {
    let known = networks::memberships(conn, network)?;
    let mut members = Vec::new();
    for one in &known {
        if let Origin::Local(id) = one.member
            && let Some(centre) = centres::by_id(conn, id)?
        {
            members.push(Member {
                who: Who::Centre(Box::new(centre)),
                trusted: one.trusted,
            });
        }
    }
    for (follow, peer) in follows::list(conn, None, i64::MAX)? {
        if follow.follower == Some(network) && follow.state == FollowState::Accepted {
            let trusted = known
                .iter()
                .any(|one| one.member == Origin::Remote(peer.id) && one.trusted);
            members.push(Member {
                who: Who::Peer(Box::new(peer)),
                trusted,
            });
        }
    }
    Ok(members)
}

/// Gives a network another rule. What it does not hold for any more is taken back.
///
/// # Errors
/// A refusal of a list with something else than codes.
pub async fn set_rule(node: &Node, network: CentreId, rule: Rule) -> Result<Rule, Error> {
    let rule = rule.checked()?;
    let kept = rule.clone();
    node.store
        .write(move |conn| networks::set_rule(conn, network, &kept))
        .await?;
    outbox::wake(&node.federation);
    Ok(rule)
}

/// Makes a centre or network of this node a member.
///
/// # Errors
/// A refusal when there is no such centre, or it is the network itself.
pub async fn add_member(node: &Node, network: CentreId, handle: &str) -> Result<(), Error> {
    let (handle, now) = (handle.to_owned(), node.now());
    node.store
        .try_write(move |conn| {
            let member = centres::by_handle(conn, &handle)?.filter(|centre| centre.id != network);
            let member = Origin::Local(
                member
                    .ok_or_else(|| Error::refused("centre", Reason::UnknownCentre { handle: handle.clone() }))?
                    .id,
            );
            let known = networks::memberships(conn, network)?;
            if !known.iter().any(|one| one.member == member) {
                networks::set_member(conn, network, member, false, now)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

/// Takes a centre of this node out of a network; what came by it alone is taken back.
///
/// # Errors
/// [`Error::NotFound`] when it is no member.
pub async fn remove_member(node: &Node, network: CentreId, handle: &str) -> Result<(), Error> {
    let handle = handle.to_owned();
    node.store
        .try_write(move |conn| {
            let member = centres::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
            if networks::remove_member(conn, network, Origin::Local(member.id))? {
                Ok(())
            } else {
                Err(Error::NotFound)
            }
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

/// Trusts a member, or not any more: what it publishes needs no approval.
///
/// # Errors
/// [`Error::NotFound`] when it is no member.
pub async fn trust(node: &Node, network: CentreId, member: Origin, trusted: bool) -> Result<(), Error> {
    let now = node.now();
    node.store
        .try_write(move |conn| {
            if !members(conn, network)?.iter().any(|one| one.origin() == member) {
                return Err(Error::NotFound);
            }
            Ok(networks::set_member(conn, network, member, trusted, now)?)
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

/// Approves or refuses an event, or the whole series, that `subject` names.
///
/// # Errors
/// Only what the database refuses.
pub async fn decide(node: &Node, network: CentreId, subject: &str, decision: Decision) -> Result<(), Error> {
    let (subject, now) = (subject.to_owned(), node.now());
    node.store
        .write(move |conn| networks::decide(conn, network, &subject, decision, now))
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}
