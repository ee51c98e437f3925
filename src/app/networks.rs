//! What staff decides of a network: its rule, its members, and what waits for approval. Followers are told in the background.

use super::{Error, Node};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::Origin;
use crate::domain::id::CentreId;
use crate::domain::invalid::Reason;
use crate::domain::network::{Decision, Rule};
use crate::domain::peer::{FollowState, Peer};
use crate::domain::text::shorten;
use crate::federation::outbox;
use crate::store::networks::Subject;
use crate::store::{Conn, StoreError, centres, follows, networks, peers};

/// Most subjects that are shown waiting, and most that are shown decided.
pub const SUBJECTS: i64 = 100;

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
    /// Its name, as people read it.
    pub fn name(&self) -> String {
        match &self.who {
            Who::Centre(centre) => centre.profile.name.clone(),
            Who::Peer(peer) => peer.display_name(),
        }
    }

    /// By what commands and requests name it: the handle of a centre, the id of a peer.
    pub fn key(&self) -> String {
        match &self.who {
            Who::Centre(centre) => centre.handle.to_string(),
            Who::Peer(peer) => peer.id.to_string(),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.key() == name || matches!(&self.who, Who::Peer(peer) if peer.account() == name || peer.uri == name)
    }

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
    pub waiting: Vec<Submission>,
    /// What was decided, the last first: it can be decided anew.
    pub decided: Vec<Submission>,
}

/// What the staff is asked to decide on, or decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The event, or the series.
    pub subject: Subject,
    /// The name of who publishes it.
    pub publisher: String,
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
    let (network, now) = (by_handle(node, handle).await?, node.now());
    let read = move |conn: &mut Conn| {
        Ok(Settings {
            rule: networks::rule(conn, network.id)?,
            members: members(conn, network.id)?,
            waiting: {
                let waiting = networks::waiting(conn, network.id, now, SUBJECTS)?;
                submitted(conn, waiting)?
            },
            decided: {
                let decided = networks::decided(conn, network.id, now, SUBJECTS)?;
                submitted(conn, decided)?
            },
            network,
        })
    };
    Ok(node.store.read(read).await?)
}

fn submitted(conn: &mut Conn, subjects: Vec<Subject>) -> Result<Vec<Submission>, StoreError> {
    let named = subjects.into_iter().map(|subject| {
        let publisher = match subject.event.origin {
            Origin::Local(centre) => centres::by_id(conn, centre)?.map(|centre| centre.profile.name),
            Origin::Remote(peer) => peers::by_id(conn, peer)?.map(|peer| peer.display_name()),
        };
        let publisher = publisher.unwrap_or_default();
        Ok(Submission { subject, publisher })
    });
    named.collect()
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

/// Makes a centre or network of this node a member, and says whether a member is trusted: what it publishes then needs no
/// approval. `name`: the handle of a centre, or the id or account of a peer that the network follows.
///
/// # Errors
/// A refusal of `member` when nobody is called so, or it is the network itself.
pub async fn put_member(node: &Node, network: CentreId, name: &str, trusted: bool) -> Result<(), Error> {
    let (name, now) = (name.trim().to_owned(), node.now());
    node.store
        .try_write(move |conn| {
            let local = centres::by_handle(conn, &name)?.filter(|centre| centre.id != network);
            let member = match local {
                Some(centre) => Some(Origin::Local(centre.id)),
                None => members(conn, network)?
                    .iter()
                    .find(|one| one.is_called(&name))
                    .map(Member::origin),
            };
            let unknown = || {
                Error::refused(
                    "member",
                    Reason::UnknownCentre {
                        handle: shorten(&name, 120),
                    },
                )
            };
            networks::set_member(conn, network, member.ok_or_else(unknown)?, trusted, now)?;
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

/// Approves or refuses an event, or the whole series, that `subject` names; `Waiting` takes a decision back.
///
/// # Errors
/// [`Error::NotFound`] when there is no such event.
pub async fn decide(node: &Node, network: CentreId, subject: &str, decision: Decision) -> Result<(), Error> {
    let (subject, now) = (subject.to_owned(), node.now());
    node.store
        .try_write(move |conn| {
            if networks::decide(conn, network, &subject, decision, now)? {
                Ok(())
            } else {
                Err(Error::NotFound)
            }
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}
