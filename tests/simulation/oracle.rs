//! After quiet has returned: does every node show exactly what it should?

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use actix_web::test::TestRequest;
use maillage::app::following;
use maillage::domain::peer::{FollowState, Standing};
use maillage::domain::time::Instant;
use maillage::store::{deliveries, followers, follows};
use serde_json::Value;
use url::Url;

use super::model::{Party, Shown};
use super::site::Running;
use super::world::World;

/// What began or begins before this is over for some clocks and not for others.
pub const MARGIN: i64 = 15 * 60_000;

impl World {
    /// What is not as it should be, in words.
    pub async fn what_is_wrong(self: &Rc<Self>) -> Vec<String> {
        let mut wrong = Vec::new();
        let ties = self.ties(&mut wrong).await;
        for at in 0..self.sites.len() {
            let run = self.sites[at].run().expect("a node that runs");
            let reached = self.reached(&ties, at);
            self.check_calendar(at, &run, &reached, &mut wrong).await;
            self.check_network(at, &run, &ties, &mut wrong).await;
            self.check_standings(at, &run, &mut wrong).await;
            self.check_followers(at, &run, &ties, &mut wrong).await;
            let seen = self.sites[at].watch.wrong.take();
            wrong.extend(seen.into_iter().map(|one| format!("n{at}: {one}")));
            let waiting = run.node.store.read(deliveries::waiting).await.expect("a count");
            if waiting > 0 {
                wrong.push(format!("n{at}: {waiting} deliveries still wait"));
            }
        }
        wrong
    }

    /// Whom each node and network follows; each follow is accepted and is what people asked for.
    async fn ties(&self, wrong: &mut Vec<String>) -> BTreeSet<(Party, Party)> {
        let mut ties = BTreeSet::new();
        for at in 0..self.sites.len() {
            let run = self.sites[at].run().expect("a node that runs");
            let all = run.node.store.read(|conn| follows::list(conn, None, 1_000)).await;
            for (follow, peer) in all.expect("follows") {
                let tie = (self.follower(at, &follow), self.party(&peer.uri));
                if follow.state != FollowState::Accepted {
                    wrong.push(format!("the follow of {} by {} is {:?}", tie.1, tie.0, follow.state));
                }
                ties.insert(tie);
            }
        }
        for (tie, asked) in &self.model.borrow().follows {
            if asked.is_some_and(|asked| asked != ties.contains(tie)) {
                wrong.push(format!("{} follows {}: {asked:?} was asked for", tie.0, tie.1));
            }
        }
        ties
    }

    async fn check_calendar(&self, at: usize, run: &Running, followed: &BTreeSet<Party>, wrong: &mut Vec<String>) {
        let from = self.time.ms() + MARGIN;
        let (shown, twice) = calendar(run, "", from).await;
        for uri in twice {
            wrong.push(format!("n{at}: {uri} is shown twice"));
        }
        let expected = self.model.borrow().shown(at, followed, from, |party| self.group(party));
        for (word, one) in difference(&shown, &expected) {
            wrong.push(format!("n{at}: {word} {one:?}"));
        }
    }

    /// The followers of the centre and of the network of a node are those who follow them, and people.
    async fn check_followers(
        &self,
        at: usize,
        run: &Running,
        ties: &BTreeSet<(Party, Party)>,
        wrong: &mut Vec<String>,
    ) {
        let all = run.node.store.read(|conn| followers::list_all(conn, None, 1_000)).await;
        let known: BTreeSet<(Party, String)> = all
            .expect("followers")
            .into_iter()
            .filter(|(_, peer)| peer.kind != "Person")
            .map(|(follower, peer)| {
                let network = follower.followed == self.sites[at].network && follower.followed.is_some();
                let of = if network { Party::Network(at) } else { Party::Node(at) };
                (of, peer.uri)
            })
            .collect();
        let expected: BTreeSet<(Party, String)> = ties
            .iter()
            .filter(|(_, of)| matches!(of, Party::Node(there) | Party::Network(there) if *there == at))
            .map(|(by, of)| (*of, self.follower_actor(*by)))
            .collect();
        for (of, uri) in known.symmetric_difference(&expected) {
            let by = Url::parse(uri).map(|uri| self.site_of(&uri));
            let never_heard = by.is_ok_and(|by| self.model.borrow().once_blocked.contains(&(by, at)));
            if never_heard && !expected.contains(&(*of, uri.clone())) {
                continue;
            }
            wrong.push(format!("n{at}: {uri} follows {of} on one side only"));
        }
    }

    /// Whoever is followed is up to date: all were read in the hours of quiet. Nobody reads whom it mutes.
    async fn check_standings(&self, at: usize, run: &Running, wrong: &mut Vec<String>) {
        let all = run.node.store.read(|conn| following::list(conn, None, 1_000)).await;
        for tie in all.expect("follows") {
            let party = self.party(&tie.peer.uri);
            let muted = |other| self.model.borrow().muted.contains(&(at, other));
            let expected = match party.site() {
                Some(other) if muted(other) => Standing::Muted,
                _ => Standing::Followed,
            };
            let standing = tie.standing(run.node.now());
            if standing != expected {
                wrong.push(format!("n{at}: {party} stands as {standing} instead of {expected}"));
            }
        }
    }
}

pub type Ties = BTreeSet<(Party, Party)>;

impl World {
    /// Whose events a node shows: its own, of whom it and its network follow, and what networks among these announce; nothing
    /// of whom it mutes.
    fn reached(&self, ties: &Ties, at: usize) -> BTreeSet<Party> {
        let announced = self.announced(ties);
        let mut reached = BTreeSet::from([Party::Node(at)]);
        for own in [Party::Node(at), Party::Network(at)] {
            reached.extend(self.brought(ties, &announced, own));
        }
        reached
    }

    /// What each network announces, however long the way.
    pub fn announced(&self, ties: &Ties) -> BTreeMap<Party, BTreeSet<Party>> {
        let networks = ties
            .iter()
            .map(|(by, _)| *by)
            .filter(|by| matches!(by, Party::Network(_)));
        let mut announced: BTreeMap<Party, BTreeSet<Party>> = networks.map(|one| (one, BTreeSet::new())).collect();
        loop {
            let next = announced
                .keys()
                .map(|one| {
                    let mut brought = self.brought(ties, &announced, *one);
                    // What a file tells is shown where it is read, and announced to nobody.
                    brought.remove(&Party::Agenda);
                    (*one, brought)
                })
                .collect();
            if next == announced {
                return announced;
            }
            announced = next;
        }
    }

    /// Whose events come to `follower` by those it follows and does not mute.
    pub fn brought(
        &self,
        ties: &Ties,
        announced: &BTreeMap<Party, BTreeSet<Party>>,
        follower: Party,
    ) -> BTreeSet<Party> {
        let model = self.model.borrow();
        let hears = |party: &Party| match (follower.site(), party.site()) {
            (Some(at), Some(other)) => !model.muted.contains(&(at, other)),
            _ => true,
        };
        let mut brought = BTreeSet::new();
        for (_, of) in ties.iter().filter(|(by, of)| *by == follower && hears(of)) {
            match of {
                Party::Network(_) => brought.extend(announced.get(of).into_iter().flatten().filter(|one| hears(one))),
                author => {
                    brought.insert(*author);
                }
            }
        }
        brought
    }
}

/// What a node shows from `from` on of what a filter finds, in order, and the addresses that are there twice.
pub async fn calendar(run: &Running, filter: &str, from: i64) -> (Vec<Shown>, Vec<String>) {
    let (mut shown, mut uris, mut twice, mut cursor) = (Vec::new(), BTreeSet::new(), Vec::new(), String::new());
    loop {
        let request = TestRequest::get().uri(&format!("/api/v1/calendar?limit=200{filter}{cursor}"));
        let reply = (run.serve)(request.insert_header(("accept", "application/json"))).await;
        let page: Value = serde_json::from_slice(&reply.body).expect("JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for item in page["items"].as_array().expect("items") {
            let start: Instant = text(&item["start"]).parse().expect("an instant");
            if start.timestamp_millis() <= from {
                continue;
            }
            if !uris.insert(text(&item["uri"])) {
                twice.push(text(&item["uri"]));
            }
            shown.push(Shown {
                start: start.timestamp_millis(),
                title: text(&item["title"]),
                status: text(&item["status"]),
                author: text(&item["origin"]["actor"]),
            });
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    shown.sort();
    (shown, twice)
}

/// What is on one side only.
pub fn difference<'a>(shown: &'a [Shown], expected: &'a [Shown]) -> Vec<(&'static str, &'a Shown)> {
    let mut counts: BTreeMap<&Shown, i64> = BTreeMap::new();
    shown.iter().for_each(|one| *counts.entry(one).or_default() += 1);
    expected.iter().for_each(|one| *counts.entry(one).or_default() -= 1);
    let differs = counts.into_iter().filter(|(_, count)| *count != 0);
    differs
        .map(|(one, count)| (if count > 0 { "shows" } else { "misses" }, one))
        .collect()
}
