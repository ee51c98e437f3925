//! Staff at work through the HTTP interface, who write down what they were told.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use maillage::domain::time::{Clock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::dice::Dice;
use super::site::{Outcome, Site};

/// An event as its author knows it.
#[derive(Debug)]
pub struct Known {
    pub id: String,
    /// As last acknowledged; nothing when its end was.
    pub event: Option<Value>,
}

impl Known {
    /// Id of its one session.
    pub fn uri(&self, site: &Site) -> String {
        format!("{}events/{}", site.base, self.id)
    }
}

/// One member of the staff.
pub struct Staff {
    name: String,
    site: Arc<Site>,
    dice: Dice,
    count: usize,
    /// What was acknowledged.
    pub events: Vec<Known>,
    /// Titles of events whose publication was not answered.
    pub unanswered: Vec<String>,
    /// Answers that said that something could not be done.
    pub refusals: Vec<(u16, Value)>,
    /// Answers that acknowledged something.
    pub acknowledged: usize,
}

impl Staff {
    pub fn new(name: &str, site: &Arc<Site>, dice: Dice) -> Self {
        Self {
            name: name.to_owned(),
            site: Arc::clone(site),
            dice,
            count: 0,
            events: Vec::new(),
            unanswered: Vec::new(),
            refusals: Vec::new(),
            acknowledged: 0,
        }
    }

    /// Publishes, changes, cancels and deletes until told to stop.
    pub async fn work(mut self, stop: watch::Receiver<bool>) -> Self {
        while !*stop.borrow() {
            let alive: Vec<usize> = (0..self.events.len())
                .filter(|at| self.events[*at].event.is_some())
                .collect();
            if alive.len() < 3 || self.dice.below(3) == 0 {
                self.publish().await;
            } else {
                let at = alive[usize::try_from(self.dice.below(alive.len() as u64)).expect("a place")];
                self.change(at).await;
            }
            tokio::time::sleep(self.dice.pause(20, 120)).await;
        }
        self
    }

    pub async fn publish(&mut self) {
        self.count += 1;
        let title = format!("{}-{} v0", self.name, self.count);
        let start = SystemClock.now() + TimeDelta::hours(48 + i64::try_from(self.dice.below(500)).expect("hours"));
        let body = json!({
            "title": title,
            "start": start.to_rfc3339(),
            "end": (start + TimeDelta::hours(2)).to_rfc3339(),
            "place": { "name": "Médiathèque", "address": "3 rue des Ponts", "postcode": "37000", "city": "Tours" },
        });
        let outcome = self.site.call(Method::POST, "/api/v1/events", Some(&body)).await;
        self.note(&outcome);
        match outcome {
            Outcome::Answered(201, event) => {
                self.acknowledged += 1;
                self.events.push(Known {
                    id: event["id"].as_str().expect("an id").to_owned(),
                    event: Some(event),
                });
            }
            Outcome::Unsent => {}
            Outcome::Unknown | Outcome::Answered(500.., _) => self.unanswered.push(title),
            other => panic!("publishing: {other:?}"),
        }
    }

    async fn change(&mut self, at: usize) {
        self.count += 1;
        let path = format!("/api/v1/events/{}", self.events[at].id);
        let known = self.events[at].event.clone().expect("alive");
        let title = known["title"].as_str().expect("a title");
        let title = format!("{} v{}", title.split(' ').next().expect("a name"), self.count);
        let (outcome, wanted): (Outcome, fn(&Value, &str) -> bool) = match self.dice.below(10) {
            0 | 1 => (self.site.call(Method::DELETE, &path, None).await, |_, _| false),
            2 => (
                self.site.call(Method::POST, &format!("{path}/cancel"), None).await,
                |event, _| event["status"] == "cancelled",
            ),
            _ => (
                self.site
                    .call(Method::PATCH, &path, Some(&json!({ "title": title })))
                    .await,
                |event, title| event["title"] == title,
            ),
        };
        self.note(&outcome);
        match outcome {
            Outcome::Answered(200, event) => {
                assert!(wanted(&event, &title), "{title}: {event}");
                self.acknowledged += 1;
                self.events[at].event = Some(event);
            }
            Outcome::Answered(204, _) => {
                self.acknowledged += 1;
                self.events[at].event = None;
            }
            Outcome::Unsent => {}
            Outcome::Unknown | Outcome::Answered(500.., _) => {
                self.events[at].event = self.find_out(&path, known, |event| wanted(event, &title)).await;
            }
            other => panic!("changing {title}: {other:?}"),
        }
    }

    fn note(&mut self, outcome: &Outcome) {
        if let Outcome::Answered(status @ 500.., told) = outcome {
            self.refusals.push((*status, told.clone()));
        }
    }

    /// What became of a change that was not answered: nothing, or all of it. Never anything else.
    async fn find_out(&self, path: &str, known: Value, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        loop {
            match self.site.get(path).await {
                Outcome::Answered(200, event) => {
                    assert!(
                        event == known || wanted(&event),
                        "acknowledged: {known}\nfound: {event}"
                    );
                    return Some(event);
                }
                Outcome::Answered(404 | 410, _) => return None,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Whether the node has everything exactly as it was acknowledged.
    pub async fn check(&self) {
        for known in &self.events {
            let answer = self.site.get(&format!("/api/v1/events/{}", known.id)).await;
            match (&known.event, answer) {
                (Some(event), Outcome::Answered(200, found)) => assert_eq!(*event, found, "as acknowledged"),
                (None, Outcome::Answered(404 | 410, _)) => {}
                (event, answer) => panic!("{}: acknowledged {event:?}, found {answer:?}", known.id),
            }
        }
    }
}
