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
    /// Which node has nothing to do with which any more, and the follows of its own that this ended.
    pub blocked: BTreeMap<(usize, usize), Vec<(Party, Party)>>,
    /// Which node once had nothing to do with which.
    pub once_blocked: BTreeSet<(usize, usize)>,
    /// Follows that blocks ended and that people ask for anew.
    pub owed: Vec<(Party, Party)>,
    /// Which events, by their places, the staff of which node told apart.
    pub apart: BTreeSet<(usize, usize, usize)>,
}

impl Model {
    /// What a node shows from `from` on that follows `followed` and is `followed` itself, in order; `at`: whose staff told
    /// some of it apart.
    pub fn shown(
        &self,
        at: usize,
        followed: &BTreeSet<Party>,
        from: i64,
        group: impl Fn(Party) -> String,
    ) -> Vec<Shown> {
        let mut all: Vec<(Shown, usize)> = Vec::new();
        for (number, event) in self.events.iter().enumerate() {
            if event.deleted || !followed.contains(&event.by) {
                continue;
            }
            let sessions = event.facts.schedule.sessions().expect("sessions");
            let coming = sessions.into_iter().filter(|one| one.start > instant(from));
            all.extend(coming.map(|one| {
                let shown = Shown {
                    start: one.start.timestamp_millis(),
                    title: event.facts.title.clone(),
                    status: event.facts.status.as_str().to_owned(),
                    author: group(event.by),
                };
                (shown, number)
            }));
        }
        let mut shown: Vec<Shown> = self.once_each(at, all);
        shown.sort();
        shown
    }

    /// What partners publish with the same words for the same hour is one: what takes place, then the smaller address. But
    /// nobody stands with whom staff told it apart from.
    fn once_each(&self, at: usize, mut all: Vec<(Shown, usize)>) -> Vec<Shown> {
        all.sort_by_key(|(one, _)| {
            (
                one.start,
                one.title.clone(),
                one.status == "cancelled",
                one.author.clone(),
            )
        });
        let mut groups: Vec<(Shown, Vec<usize>)> = Vec::new();
        for (one, number) in all {
            let may_join = |(shown, members): &&mut (Shown, Vec<usize>)| {
                (shown.start, &shown.title) == (one.start, &one.title)
                    && members
                        .iter()
                        .all(|other| !self.apart.contains(&apart(at, number, *other)))
            };
            match groups.iter_mut().rev().take(4).rev().find(may_join) {
                Some((_, members)) => members.push(number),
                None => groups.push((one, vec![number])),
            }
        }
        groups.into_iter().map(|(shown, _)| shown).collect()
    }
}

/// Two events as the staff of a node told them apart.
pub fn apart(at: usize, one: usize, other: usize) -> (usize, usize, usize) {
    (at, one.min(other), one.max(other))
}
