//! A peer of other software that tells a node of its events until each is answered 202, and writes that down.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use maillage::domain::time::{Clock, FixedClock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::dice::Dice;
use super::site::{Outcome, Site, answer};
use crate::support::foreign::{Actor, Foreign, Letter};
use crate::support::program::PATIENCE;

/// The peer.
pub struct Sender {
    foreign: Foreign,
    actor: Actor,
    node: Arc<Site>,
    /// The title that was answered 202 last, by the id of its event.
    pub taken: BTreeMap<String, String>,
}

impl Sender {
    /// A peer that the node follows.
    pub async fn followed_by(node: &Arc<Site>, name: &str) -> Self {
        let clock = Arc::new(FixedClock::new(SystemClock.now()));
        let foreign = Foreign::start(name, &clock);
        let actor = foreign.actor("Group", "agenda");
        let sender = Self {
            foreign,
            actor,
            node: Arc::clone(node),
            taken: BTreeMap::new(),
        };
        let target = json!({ "target": sender.actor.id });
        let asked = node.call(Method::POST, "/api/v1/follows", Some(&target)).await;
        assert!(matches!(asked, Outcome::Answered(201 | 202, _)), "{asked:?}");
        let start = Instant::now();
        let follow = loop {
            match sender.foreign.posts().into_iter().find(|post| post["type"] == "Follow") {
                Some(follow) => break follow,
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
            assert!(start.elapsed() < PATIENCE, "no Follow:\n{}", node.said());
        };
        let accept = sender.actor.says("Accept", follow);
        assert_eq!(sender.send_once(&accept).await, Some(202));
        sender
    }

    /// Tells of new and of changed events until told to stop.
    pub async fn work(mut self, dice: Dice, stop: watch::Receiver<bool>) -> Self {
        let mut told = Vec::<Value>::new();
        while !*stop.borrow() {
            let change = !told.is_empty() && dice.below(2) == 0;
            let (verb, event) = if change {
                let at = usize::try_from(dice.below(told.len() as u64)).expect("a place");
                ("Update", changed(&mut told[at]))
            } else {
                let event = self.new_event(told.len());
                told.push(event.clone());
                ("Create", event)
            };
            let text = |key: &str| event[key].as_str().expect("text").to_owned();
            self.tell(&self.actor.says(verb, event.clone())).await;
            self.taken.insert(text("id"), text("name"));
            tokio::time::sleep(dice.pause(20, 100)).await;
        }
        self
    }

    fn new_event(&self, number: usize) -> Value {
        let mut event = self.foreign.event(&self.actor, &number.to_string(), "");
        let now = SystemClock.now();
        let start = now + TimeDelta::hours(48 + i64::try_from(number).expect("hours"));
        event["name"] = format!("h{number} v0").into();
        event["startTime"] = start.to_rfc3339().into();
        event["endTime"] = (start + TimeDelta::hours(1)).to_rfc3339().into();
        event["published"] = now.to_rfc3339().into();
        event["updated"] = now.to_rfc3339().into();
        // Its own address keeps the first form: only what is told brings a newer one.
        self.foreign.serve(&format!("/events/{number}"), &event);
        event
    }

    /// Sends until it is answered 202, as a server that retries does.
    async fn tell(&self, activity: &Value) {
        loop {
            match self.send_once(activity).await {
                Some(202) => return,
                None | Some(429 | 500..) => tokio::time::sleep(Duration::from_millis(50)).await,
                Some(other) => panic!("{other} for {activity}\n{}", self.node.said()),
            }
        }
    }

    /// The status, if there was an answer.
    pub async fn send_once(&self, activity: &Value) -> Option<u16> {
        let body = activity.to_string().into_bytes();
        let letter = Letter::signed(&self.actor.signer, &self.node.base, body, SystemClock.now());
        let request = self.node.client.post(self.node.address("/inbox")).body(letter.body);
        let request = letter
            .headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        match answer(request).await {
            Outcome::Answered(status, _) => Some(status),
            Outcome::Unsent | Outcome::Unknown => None,
        }
    }

    /// An activity of a new event.
    pub fn create(&self, number: usize) -> Value {
        self.actor.says("Create", self.new_event(number))
    }
}

/// The next version of an event.
fn changed(event: &mut Value) -> Value {
    let name = event["name"].as_str().expect("a name");
    let (name, version) = name.split_once(" v").expect("a version");
    let version: usize = version.parse().expect("a number");
    event["name"] = json!(format!("{name} v{}", version + 1));
    event["updated"] = SystemClock.now().to_rfc3339().into();
    event.clone()
}
