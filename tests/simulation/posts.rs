//! What networks list and post: all that their members publish, each session once.

use std::rc::Rc;

use maillage::domain::event::Status;
use maillage::domain::id::CentreId;
use maillage::domain::time::Instant;
use maillage::store::{Conn, StoreError, networks};

use super::model::{Party, Shown};
use super::oracle::{self, MARGIN, Ties};
use super::site::Running;
use super::world::World;

/// Everything that begins within it had its turn: networks post a week ahead.
const NEAR: i64 = 6 * 24 * 3_600_000;
/// Sessions of a network that are looked at.
const MOST: i64 = 10_000;

impl World {
    /// The calendar of a network is what reaches it, and what is near was posted.
    pub async fn check_network(self: &Rc<Self>, at: usize, run: &Running, ties: &Ties, wrong: &mut Vec<String>) {
        let (Some(network), from) = (self.sites[at].network, self.time.ms() + MARGIN) else {
            return;
        };
        let reached = self.brought(ties, &self.announced(ties), Party::Network(at));
        let expected = self.model.borrow().shown(at, &reached, from, |party| self.group(party));
        let (shown, _) = oracle::calendar(run, "&network=reseau", from).await;
        for (word, one) in oracle::difference(&without_author(shown), &without_author(expected)) {
            wrong.push(format!("the network of n{at}: {word} {one:?}"));
        }
        let near = super::time::instant(self.time.ms() + NEAR);
        let unposted = run
            .node
            .store
            .read(move |conn| unposted(conn, network, from, near))
            .await;
        for title in unposted.expect("the posts of a network") {
            wrong.push(format!("the network of n{at}: {title} was never posted"));
        }
    }

    /// Sessions of which a person was told by more than one Create, or by more than one boost of one network.
    pub fn posted_twice(&self) -> Vec<String> {
        let creates = self.social.creates.borrow();
        let twice = creates.iter().filter(|(_, ids)| ids.len() > 1);
        let creates = twice.map(|(object, ids)| format!("{} Creates of {object} were posted to a person", ids.len()));
        creates.chain(self.social.boosted_twice.take()).collect()
    }
}

/// Where two publish the same, whose name stands first depends on who belongs to the network.
fn without_author(all: Vec<Shown>) -> Vec<Shown> {
    let mut all: Vec<Shown> = all
        .into_iter()
        .map(|one| Shown {
            author: String::new(),
            ..one
        })
        .collect();
    all.sort();
    all
}

/// What a network lists, takes place soon, and was not posted, neither itself nor the same workshop of a partner.
fn unposted(conn: &mut Conn, network: CentreId, from: i64, near: Instant) -> Result<Vec<String>, StoreError> {
    let mut titles = Vec::new();
    let page = networks::upcoming(conn, Some(network), super::time::instant(from), MOST, None)?;
    for (session, event) in page.items {
        let start = session.occurrence.start;
        let off = event.facts.status == Status::Cancelled || networks::is_of_source(conn, &event)?;
        if off || start > near || start <= super::time::instant(from) {
            continue;
        }
        let posted = networks::post_uri(conn, network, session.id)?.is_some();
        if !posted && !networks::is_twin_posted(conn, network, session.id)? {
            titles.push(event.facts.title.clone());
        }
    }
    Ok(titles)
}
