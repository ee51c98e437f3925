//! A follower that writes down all that it is told, in the order in which it is told.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use maillage::domain::time::{Clock, FixedClock, Instant, SystemClock};
use serde_json::Value;

use super::site::{Outcome, Site, answer};
use crate::support::foreign::{Foreign, Letter};
use crate::support::program::PATIENCE;

/// The follower.
pub struct Watcher(Foreign);

impl Watcher {
    /// Follows the centre of a node, and waits for its Accept.
    pub async fn of(node: &Site, name: &str) -> Self {
        let clock = Arc::new(FixedClock::new(SystemClock.now()));
        let foreign = Foreign::start(name, &clock);
        let actor = foreign.actor("Group", "lecture");
        let follow = actor.says("Follow", format!("{}groups/agenda", node.base));
        let body = follow.to_string().into_bytes();
        let letter = Letter::signed(&actor.signer, &node.base, body, SystemClock.now());
        let request = node.client.post(node.address("/inbox")).body(letter.body);
        let request = letter
            .headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let answered = answer(request).await;
        assert!(matches!(answered, Outcome::Answered(202, _)), "{answered:?}");
        let start = std::time::Instant::now();
        while !foreign.posts().iter().any(|post| post["type"] == "Accept") {
            assert!(start.elapsed() < PATIENCE, "no Accept:\n{}", node.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self(foreign)
    }

    /// What it knows of each event in the end: its title, or nothing when it was deleted. Fails when something came in
    /// another order than it happened; the same activity may come again.
    pub fn known(&self) -> BTreeMap<String, Option<String>> {
        let mut seen = HashMap::<String, Value>::new();
        let mut known = BTreeMap::<String, Option<(String, Instant)>>::new();
        for post in self.0.posts() {
            let id = post["id"].as_str().expect("an id").to_owned();
            if let Some(before) = seen.get(&id) {
                assert_eq!(*before, post, "one id, two contents");
                continue;
            }
            seen.insert(id, post.clone());
            let object = &post["object"];
            let kind = post["type"].as_str().expect("a type");
            if object["type"] == "Note" || !matches!(kind, "Create" | "Update" | "Delete") {
                continue;
            }
            let uri = object["id"].as_str().expect("an id of an object").to_owned();
            let before = known.get(&uri);
            let gone = matches!(before, Some(None));
            assert!(!gone, "{kind} after Delete: {post}");
            let now = match kind {
                "Delete" => None,
                _ => Some((
                    object["name"].as_str().expect("a name").to_owned(),
                    object["updated"].as_str().expect("a date").parse().expect("an instant"),
                )),
            };
            match (kind, before) {
                ("Create", before) => assert!(before.is_none(), "a second Create: {post}"),
                ("Update", before) => {
                    let before = before.and_then(Option::as_ref).map(|(_, updated)| *updated);
                    assert!(before.is_some(), "an Update before Create: {post}");
                    assert!(
                        now.as_ref().map(|(_, updated)| *updated) > before,
                        "an older Update: {post}"
                    );
                }
                _ => {}
            }
            known.insert(uri, now);
        }
        known
            .into_iter()
            .map(|(uri, state)| (uri, state.map(|(title, _)| title)))
            .collect()
    }
}
