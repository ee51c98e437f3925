//! What each node should show: kept by hand, beside the real thing, in the simplest way there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use maillage::domain::event::EventFacts;
use maillage::domain::id::EventId;

use super::time::instant;

/// A dated session as a calendar shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// Milliseconds since 1970.
    pub start: i64,
    pub title: String,
    pub status: String,
    /// The actor that publishes it.
    pub author: String,
}

/// Who follows or is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// A node, whose instance actor follows, or its centre, which is followed.
    Node(usize),
    /// The network of a node.
    Network(usize),
    /// The publisher of other software.
    Foreign,
    /// The file of a website.
    Agenda,
}

impl Party {
    /// The node where it is.
    pub fn site(self) -> Option<usize> {
        match self {
            Self::Node(number) | Self::Network(number) => Some(number),
            Self::Foreign | Self::Agenda => None,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(number) => write!(f, "n{number}"),
            Self::Network(number) => write!(f, "the network of n{number}"),
            Self::Foreign => f.write_str("the foreigners"),
            Self::Agenda => f.write_str("the agenda"),
        }
    }
}

/// An event that was published.
pub struct Published {
    pub by: Party,
    /// Nothing for one of other software.
    pub id: Option<EventId>,
    pub facts: EventFacts,
    pub deleted: bool,
}

/// What people did.
#[derive(Default)]
pub struct Model {
    pub events: Vec<Published>,
    /// Who follows whom; nothing where the node died over it, so that either is right.
    pub follows: BTreeMap<(Party, Party), Option<bool>>,
    /// Which node hears nothing of which.
    pub muted: BTreeSet<(usize, usize)>,
}

impl Model {
    /// What a node shows from `from` on that follows `followed` and is `followed` itself, in order.
    pub fn shown(&self, followed: &BTreeSet<Party>, from: i64, group: impl Fn(Party) -> String) -> Vec<Shown> {
        let alive = self.events.iter().filter(|event| !event.deleted);
        let mut shown: Vec<Shown> = alive
            .filter(|event| followed.contains(&event.by))
            .flat_map(|event| {
                let sessions = event.facts.schedule.sessions().expect("sessions");
                let author = group(event.by);
                sessions
                    .into_iter()
                    .filter(move |one| one.start > instant(from))
                    .map(move |one| Shown {
                        start: one.start.timestamp_millis(),
                        title: event.facts.title.clone(),
                        status: event.facts.status.as_str().to_owned(),
                        author: author.clone(),
                    })
            })
            .collect();
        shown.sort();
        // What partners publish with the same words for the same hour is one: what takes place, then the smaller address.
        shown.sort_by_key(|one| {
            (
                one.start,
                one.title.clone(),
                one.status == "cancelled",
                one.author.clone(),
            )
        });
        shown.dedup_by(|second, first| (second.start, &second.title) == (first.start, &first.title));
        shown.sort();
        shown
    }
}
