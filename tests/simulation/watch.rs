//! What must hold at every moment, not only after quiet has returned: what was answered 2xx counts from then on.
//!
//! Readings repair nearly everything in the end; without this, an inbox that ignores half of what it takes would pass.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use diesel::prelude::*;
use diesel::sql_types::Text;
use maillage::domain::time::Instant;
use maillage::store::events;
use serde_json::Value;

use super::network::{Parcel, Reply};
use super::site::Running;

/// What was seen at one node.
#[derive(Default)]
pub struct Watch {
    /// Events whose Delete it took while it had them: they never come back.
    dead: RefCell<BTreeSet<String>>,
    /// The newest state of an event that was sent to it and taken, by the date that its sender gave it.
    newest: RefCell<BTreeMap<String, Instant>>,
    /// Sums of what it took: the same again has no effect, and what it was about may have been put away meanwhile.
    taken: RefCell<BTreeSet<u64>>,
    /// What did not hold.
    pub wrong: RefCell<Vec<String>>,
}

/// What an activity says of an event.
pub struct Said {
    deletes: bool,
    uri: String,
    state: Option<State>,
    /// How the node knew it before; nothing where it did not have it.
    before: Option<State>,
    /// Of the whole activity.
    sum: u64,
}

/// An event, as far as is looked at.
#[derive(Debug, Clone, PartialEq)]
struct State {
    updated: Instant,
    title: String,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    uri: String,
}

impl Watch {
    /// Looks at a node before it gets a request.
    pub async fn before(run: &Running, parcel: &Parcel) -> Option<Said> {
        let activity: Value = serde_json::from_slice(&parcel.body).ok()?;
        let (kind, object) = (activity["type"].as_str()?, &activity["object"]);
        if !matches!(kind, "Create" | "Update" | "Delete") {
            return None;
        }
        let uri = object.as_str().or(object["id"].as_str())?.to_owned();
        let updated = object["updated"].as_str().and_then(|text| text.parse().ok());
        let title = object["name"].as_str().map(str::to_owned);
        Some(Said {
            deletes: kind == "Delete",
            state: updated.zip(title).map(|(updated, title)| State { updated, title }),
            before: state(run, &uri).await,
            sum: {
                let mut hasher = DefaultHasher::new();
                parcel.body.hash(&mut hasher);
                hasher.finish()
            },
            uri,
        })
    }

    /// Looks again after it answered.
    pub async fn after(&self, run: &Running, said: Said, reply: &Reply) {
        let after = state(run, &said.uri).await;
        let taken = (200..300).contains(&reply.status);
        let first_time = taken && self.taken.borrow_mut().insert(said.sum);
        if taken && said.deletes && said.before.is_some() {
            self.dead.borrow_mut().insert(said.uri.clone());
        }
        if after.is_some() && self.dead.borrow().contains(&said.uri) {
            self.complain(&said.uri, "is deleted and shown");
        }
        let (Some(before), Some(after)) = (&said.before, &after) else {
            return;
        };
        if after.updated < before.updated {
            self.complain(&said.uri, &format!("went back from {before:?} to {after:?}"));
        }
        if let (true, Some(state)) = (first_time, &said.state) {
            self.was_taken(&said.uri, state, before, after);
        }
    }

    /// The newest that was taken shows, unless a reading brought something newer; what is older changes nothing.
    fn was_taken(&self, uri: &str, state: &State, before: &State, after: &State) {
        let newest = self.newest.borrow().get(uri).copied();
        if newest.is_some_and(|newest| state.updated < newest) {
            if after != before {
                self.complain(uri, &format!("{state:?} is old and made {after:?} of {before:?}"));
            }
            return;
        }
        self.newest.borrow_mut().insert(uri.to_owned(), state.updated);
        if after.title != state.title && after.updated <= state.updated {
            self.complain(uri, &format!("{state:?} was taken, and {after:?} is shown"));
        }
    }

    fn complain(&self, uri: &str, word: &str) {
        self.wrong.borrow_mut().push(format!("{uri}: {word}"));
    }

    /// Looks at all that a node knows, after it read programmes.
    pub async fn after_readings(&self, run: &Running) {
        if self.dead.borrow().is_empty() {
            return;
        }
        let all = run.node.store.read(|conn| {
            let known = diesel::sql_query("SELECT uri FROM events WHERE peer_id IS NOT NULL");
            Ok(known.load::<Known>(conn)?)
        });
        let all = all.await.expect("the events");
        let dead = self.dead.borrow();
        for back in all.iter().filter(|one| dead.contains(&one.uri)) {
            self.complain(&back.uri, "was deleted, and a reading brought it back");
        }
    }
}

async fn state(run: &Running, uri: &str) -> Option<State> {
    let uri = uri.to_owned();
    let known = run.node.store.read(move |conn| events::by_uri(conn, &uri)).await;
    known.expect("the event").map(|event| State {
        updated: event.updated,
        title: event.facts.title,
    })
}
