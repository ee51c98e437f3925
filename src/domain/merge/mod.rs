//! Merges: the same workshop, published by two partners, is one workshop.
//!
//! Two dated sessions are alike when they start at the same moment, at the same place (`place`), under the same title or
//! nearly so (`title`), and come from two publishers. Where one names the other's publisher as a co-organiser, the titles
//! may differ more. Everything here is a pure function of what is published, so that all nodes that know the same sessions
//! show the same one, in whatever order they arrived. In doubt two sessions stay two: a workshop that is shown twice
//! is a nuisance, one that is hidden behind another is lost.

mod place;
mod title;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::event::{EventFacts, Level, Status};
use super::time::Instant;

/// A dated session, as far as likeness goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// ActivityPub id of the session.
    pub uri: String,
    /// ActivityPub id of what staff tells apart: its series, or the event.
    pub subject: String,
    /// Whatever tells its publisher from others on this node.
    pub publisher: String,
    /// The publisher's name for people.
    pub publisher_name: String,
    /// When it starts.
    pub start: Instant,
    /// Its facts.
    pub facts: EventFacts,
}

impl Candidate {
    /// Whether it does not take place.
    pub fn is_off(&self) -> bool {
        matches!(self.facts.status, Status::Cancelled | Status::Postponed)
    }

    /// Whether its publisher names `other`'s as a partner.
    fn names(&self, other: &Self) -> bool {
        names(&self.facts, &other.publisher_name)
    }
}

fn names(facts: &EventFacts, publisher: &str) -> bool {
    let partners = &facts.co_organisers;
    partners
        .iter()
        .any(|partner| title::same_name(&partner.name, publisher))
}

/// Whether one of two events names the other's publisher as a partner.
pub fn named(one: &EventFacts, publisher: &str, other: &EventFacts, other_publisher: &str) -> bool {
    names(one, other_publisher) || names(other, publisher)
}

/// Why two sessions are one; place, hour and title are always alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// Whether one names the other's publisher as a co-organiser.
    pub named: bool,
}

/// Whether two sessions are the same workshop.
pub fn alike(one: &Candidate, other: &Candidate) -> Option<Likeness> {
    if one.start != other.start || one.uri == other.uri || is_rival(one, other) {
        return None;
    }
    if levels_apart(&one.facts, &other.facts) || !place::same(&one.facts, &other.facts) {
        return None;
    }
    let named = one.names(other) || other.names(one);
    title::alike(&one.facts, &other.facts, named).then_some(Likeness { named })
}

/// A publisher who shows two things at once means two things, unless both are one series of its own.
fn is_rival(one: &Candidate, other: &Candidate) -> bool {
    one.publisher == other.publisher && !same_series(&one.facts, &other.facts)
}

fn same_series(one: &EventFacts, other: &EventFacts) -> bool {
    let uri = |facts: &EventFacts| facts.series.as_ref().map(|series| series.uri.clone());
    uri(one).is_some() && uri(one) == uri(other)
}

/// Beginners and the advanced do not sit in one workshop.
fn levels_apart(one: &EventFacts, other: &EventFacts) -> bool {
    let range = |facts: &EventFacts| Some((step(facts.level_min?), step(facts.level_max?)));
    match (range(one), range(other)) {
        (Some((low, high)), Some((other_low, other_high))) => high < other_low || other_high < low,
        _ => false,
    }
}

fn step(level: Level) -> usize {
    Level::ALL.iter().position(|one| *one == level).unwrap_or(0)
}

/// Sessions that are one: who is shown, and who stands behind it. Positions in the list that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The one that is shown.
    pub shown: usize,
    /// The others, in the order of their rank.
    pub behind: Vec<usize>,
}

/// Two workshops that staff told apart, the smaller uri first: two series or events, or two sessions of one series.
pub type Apart = (String, String);

/// The pair as it is kept.
pub fn apart(one: &Candidate, other: &Candidate) -> Apart {
    let (one, other) = match one.subject == other.subject {
        true => (&one.uri, &other.uri),
        false => (&one.subject, &other.subject),
    };
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    (low.clone(), high.clone())
}

/// Puts sessions into groups, each alike with the one of its group that is shown.
///
/// They are taken by rank: what takes place before what is called off, then whoever is named by more of the others as a
/// partner, then the smaller uri. Each joins the first group whose shown session it is like, which holds no other session
/// of its publisher and nobody from whom staff told it apart; else it opens one.
pub fn groups(sessions: &[Candidate], told_apart: &HashSet<Apart>) -> Vec<Group> {
    let mut order: Vec<usize> = (0..sessions.len()).collect();
    order.sort_by_cached_key(|at| rank(&sessions[*at], sessions));
    let mut groups: Vec<Group> = Vec::new();
    for at in order {
        let may_join = |group: &&mut Group| {
            alike(&sessions[at], &sessions[group.shown]).is_some()
                && group.members().all(|member| {
                    let (one, other) = (&sessions[at], &sessions[member]);
                    !is_rival(one, other) && !told_apart.contains(&apart(one, other))
                })
        };
        match groups.iter_mut().find(may_join) {
            Some(group) => group.behind.push(at),
            None => groups.push(Group {
                shown: at,
                behind: Vec::new(),
            }),
        }
    }
    groups
}

impl Group {
    fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.behind.iter().copied().chain([self.shown])
    }
}

fn rank(session: &Candidate, all: &[Candidate]) -> (bool, std::cmp::Reverse<usize>, String) {
    let named_by = all
        .iter()
        .filter(|other| other.publisher != session.publisher && other.names(session));
    (
        session.is_off(),
        std::cmp::Reverse(named_by.count()),
        session.uri.clone(),
    )
}
