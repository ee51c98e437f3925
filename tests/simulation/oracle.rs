//! After quiet has returned: does every node show exactly what it should?

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use actix_web::test::TestRequest;
use maillage::domain::peer::FollowState;
use maillage::domain::time::Instant;
use maillage::store::{deliveries, followers, follows};
use serde_json::Value;

use super::model::Shown;
use super::site::Running;
use super::world::World;

/// What began or begins before this is over for some clocks and not for others.
const MARGIN: i64 = 15 * 60_000;

impl World {
    /// What is not as it should be, in words.
    pub async fn what_is_wrong(self: &Rc<Self>) -> Vec<String> {
        let mut wrong = Vec::new();
        for at in 0..self.sites.len() {
            let run = self.sites[at].run().expect("a node that runs");
            let followed = self.followed(at, &run, &mut wrong).await;
            self.check_calendar(at, &run, &followed, &mut wrong).await;
            self.check_followers(at, &run, &mut wrong).await;
            let seen = self.sites[at].watch.wrong.take();
            wrong.extend(seen.into_iter().map(|one| format!("n{at}: {one}")));
            let waiting = run.node.store.read(deliveries::waiting).await.expect("a count");
            if waiting > 0 {
                wrong.push(format!("n{at}: {waiting} deliveries still wait"));
            }
        }
        wrong
    }

    /// Whom a node follows, itself first; each follow is accepted and is what people asked for.
    async fn followed(&self, at: usize, run: &Running, wrong: &mut Vec<String>) -> Vec<usize> {
        let all = run
            .node
            .store
            .read(|conn| follows::list(conn, None, 1_000))
            .await
            .expect("follows");
        let mut followed = vec![at];
        for (follow, peer) in all {
            let target = self.publisher(&peer.uri);
            followed.push(target);
            if follow.state != FollowState::Accepted {
                wrong.push(format!("n{at}: the follow of {} is {:?}", peer.uri, follow.state));
            }
        }
        let model = self.model.borrow();
        for ((follower, target), asked) in &model.follows {
            if *follower == at && asked.is_some_and(|asked| asked != followed.contains(target)) {
                wrong.push(format!("n{at}: follows n{target}: {asked:?} was asked for"));
            }
        }
        followed
    }

    async fn check_calendar(&self, at: usize, run: &Running, followed: &[usize], wrong: &mut Vec<String>) {
        let from = self.time.ms() + MARGIN;
        let (shown, twice) = calendar(run, from).await;
        for uri in twice {
            wrong.push(format!("n{at}: {uri} is shown twice"));
        }
        let expected = self.model.borrow().shown(followed, from, |site| self.group(site));
        for (word, one) in difference(&shown, &expected) {
            wrong.push(format!("n{at}: {word} {one:?}"));
        }
    }

    /// The followers of a centre are those who follow it.
    async fn check_followers(&self, at: usize, run: &Running, wrong: &mut Vec<String>) {
        let all = run
            .node
            .store
            .read(|conn| followers::list_all(conn, None, 1_000))
            .await
            .expect("followers");
        let known: BTreeSet<String> = all.into_iter().map(|(_, peer)| peer.uri).collect();
        for other in &self.sites {
            let Some(theirs) = other.run() else { continue };
            let group = self.sites[at].group();
            let follows = theirs
                .node
                .store
                .read(|conn| follows::list(conn, None, 1_000))
                .await
                .expect("follows")
                .iter()
                .any(|(_, peer)| peer.uri == group);
            if follows != known.contains(&format!("{}actor", other.base)) {
                wrong.push(format!(
                    "n{at}: n{} follows it: {follows}, its list of followers differs",
                    other.number
                ));
            }
        }
    }

    /// Sessions of which a person was told by more than one Create.
    pub fn posted_twice(&self) -> Vec<String> {
        let creates = self.social.creates.borrow();
        let twice = creates.iter().filter(|(_, ids)| ids.len() > 1);
        twice
            .map(|(object, ids)| format!("{} Creates of {object} were posted to a person", ids.len()))
            .collect()
    }
}

/// What a node shows from `from` on, in order, and the addresses that are there twice.
async fn calendar(run: &Running, from: i64) -> (Vec<Shown>, Vec<String>) {
    let (mut shown, mut uris, mut twice, mut cursor) = (Vec::new(), BTreeSet::new(), Vec::new(), String::new());
    loop {
        let request = TestRequest::get().uri(&format!("/api/v1/calendar?limit=200{cursor}"));
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
fn difference<'a>(shown: &'a [Shown], expected: &'a [Shown]) -> Vec<(&'static str, &'a Shown)> {
    let mut counts: BTreeMap<&Shown, i64> = BTreeMap::new();
    shown.iter().for_each(|one| *counts.entry(one).or_default() += 1);
    expected.iter().for_each(|one| *counts.entry(one).or_default() -= 1);
    let differs = counts.into_iter().filter(|(_, count)| *count != 0);
    differs
        .map(|(one, count)| (if count > 0 { "shows" } else { "misses" }, one))
        .collect()
}
