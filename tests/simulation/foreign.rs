//! A server of other software that publishes: it uses the id of an activity again for other content, sends again later
//! what was not taken, in any order, and has an outbox instead of a list of what is to come. It is always there.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use actix_web::http::Method;
use chrono::TimeDelta;
use maillage::domain::time::Instant;
use maillage::federation::keys::PrivateKey;
use maillage::federation::signature::{Outgoing, Scheme, Signer, sha256, sign};
use serde_json::{Value, json};
use url::Url;

use super::network::{Parcel, Reply, SOCIAL};

/// Its one publisher.
pub const GROUP: &str = "https://social.example/@fil_rouge";
const HOME: &str = "https://social.example";
const KIND: &str = "application/activity+json";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
/// What is not taken so many times is not sent again: Mobilizon and Gancio hardly try twice.
const ATTEMPTS: u32 = 2;

/// One of its events.
struct Event {
    title: String,
    start: Instant,
    end: Instant,
    updated: Instant,
    cancelled: bool,
    deleted: bool,
}

/// An activity that somebody did not take yet.
pub struct Letter {
    to: String,
    body: Value,
    attempts: u32,
}

/// The server.
pub struct Foreign {
    signer: Signer,
    /// By their number in the model.
    events: RefCell<BTreeMap<usize, Event>>,
    followers: RefCell<Vec<String>>,
    waiting: RefCell<VecDeque<Letter>>,
    count: Cell<u32>,
}

impl Foreign {
    pub fn new(key: PrivateKey) -> Self {
        let key_id = format!("{GROUP}#main-key");
        Self {
            signer: Signer { key_id, key },
            events: RefCell::default(),
            followers: RefCell::default(),
            waiting: RefCell::default(),
            count: Cell::new(0),
        }
    }

    /// Whether a request is for it, and not for the people of the same server.
    pub fn is_for(parcel: &Parcel) -> bool {
        let path = parcel.url.path();
        path.starts_with("/@fil_rouge") || path.starts_with("/events/")
    }

    /// What it answers.
    pub fn answer(&self, parcel: &Parcel) -> Reply {
        if parcel.method == Method::POST {
            self.receive(&serde_json::from_slice(&parcel.body).unwrap_or_default());
            return Reply::status(202);
        }
        match parcel.url.path() {
            "/@fil_rouge" => Reply::json(&self.actor()),
            "/@fil_rouge/outbox" => Reply::json(&self.outbox(parcel.url.query().is_some())),
            path => {
                let number = path.strip_prefix("/events/").and_then(|number| number.parse().ok());
                let events = self.events.borrow();
                match number.and_then(|number: usize| Some((number, events.get(&number)?))) {
                    Some((_, event)) if event.deleted => Reply::status(410),
                    Some((number, event)) => Reply::json(&object(number, event)),
                    None => Reply::status(404),
                }
            }
        }
    }

    fn receive(&self, activity: &Value) {
        let Some(actor) = activity["actor"].as_str().map(str::to_owned) else {
            return;
        };
        let mut followers = self.followers.borrow_mut();
        followers.retain(|follower| *follower != actor);
        if activity["type"] == "Follow" {
            self.count.set(self.count.get() + 1);
            let accept = json!({
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": format!("{HOME}/accept/{}", self.count.get()),
                "type": "Accept",
                "actor": GROUP,
                "object": activity,
            });
            self.post(&actor, accept);
            followers.push(actor);
        }
    }

    fn post(&self, to: &str, body: Value) {
        let attempts = 0;
        let to = to.to_owned();
        self.waiting.borrow_mut().push_back(Letter { to, body, attempts });
    }

    fn tell(&self, kind: &str, number: usize) {
        let object = match (kind, self.events.borrow().get(&number)) {
            ("Delete", _) | (_, None) => json!(uri(number)),
            (_, Some(event)) => object(number, event),
        };
        // As Mobilizon does: the same id for the Create and for each Update.
        let word = if kind == "Delete" { "delete" } else { "activity" };
        let activity = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/{word}", uri(number)),
            "type": kind,
            "actor": GROUP,
            "to": [PUBLIC],
            "cc": [format!("{GROUP}/followers")],
            "object": object,
        });
        for follower in self.followers.borrow().iter() {
            self.post(follower, activity.clone());
        }
    }

    /// Publishes the event that the model knows by this number.
    pub fn publish(&self, number: usize, title: &str, start: Instant, end: Instant, now: Instant) {
        let event = Event {
            title: title.to_owned(),
            start,
            end,
            updated: now,
            cancelled: false,
            deleted: false,
        };
        self.events.borrow_mut().insert(number, event);
        self.tell("Create", number);
    }

    /// Changes it; nothing given means that it is cancelled.
    pub fn change(&self, number: usize, title: Option<&str>, now: Instant) {
        if let Some(event) = self.events.borrow_mut().get_mut(&number) {
            // It writes whole seconds.
            event.updated = now.max(event.updated + TimeDelta::seconds(1));
            match title {
                Some(title) => title.clone_into(&mut event.title),
                None => event.cancelled = true,
            }
        }
        self.tell("Update", number);
    }

    pub fn delete(&self, number: usize) {
        if let Some(event) = self.events.borrow_mut().get_mut(&number) {
            event.deleted = true;
        }
        self.tell("Delete", number);
    }

    /// What waits to be sent, taken out.
    pub fn letters(&self) -> Vec<Letter> {
        self.waiting.take().into()
    }

    /// What was not taken is sent again later, after others.
    pub fn keep(&self, mut letter: Letter) {
        // Without the answer to a Follow there is nothing to read either.
        letter.attempts += u32::from(letter.body["type"] != "Accept");
        if letter.attempts < ATTEMPTS {
            self.waiting.borrow_mut().push_back(letter);
        }
    }

    /// A letter, signed now.
    pub fn sealed(&self, letter: &Letter, now: Instant) -> Parcel {
        let body = letter.body.to_string().into_bytes();
        // The shared one.
        let url = Url::parse(&letter.to)
            .and_then(|actor| actor.join("/inbox"))
            .expect("a URL");
        let outgoing = Outgoing {
            method: "POST",
            url: &url,
            content_type: Some(KIND),
            digest: Some(sha256(&body)),
            now,
        };
        let signed = sign(Scheme::Cavage, &outgoing, &self.signer).expect("a signature");
        let signed = signed.into_iter();
        let mut headers = vec![("content-type".to_owned(), KIND.as_bytes().to_vec())];
        headers.extend(signed.map(|(name, value)| (name.to_owned(), value.into_bytes())));
        Parcel {
            from: SOCIAL,
            method: Method::POST,
            url,
            headers,
            body,
        }
    }

    fn actor(&self) -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": GROUP,
            "type": "Group",
            "preferredUsername": "fil_rouge",
            "name": "Fil rouge",
            "inbox": format!("{GROUP}/inbox"),
            "outbox": format!("{GROUP}/outbox"),
            "followers": format!("{GROUP}/followers"),
            "publicKey": {
                "id": self.signer.key_id,
                "owner": GROUP,
                "publicKeyPem": self.signer.key.public_pem().expect("a PEM"),
            },
        })
    }

    fn outbox(&self, page: bool) -> Value {
        let events = self.events.borrow();
        let say = |kind: &str, number: usize, object: Value| {
            json!({
                "id": format!("{}/{kind}", uri(number)),
                "type": kind,
                "actor": GROUP,
                "to": [PUBLIC],
                "object": object,
            })
        };
        // A history: what was deleted is still there, and only every second one with its Delete.
        let deleted = events
            .iter()
            .filter(|(number, event)| event.deleted && **number % 2 == 0)
            .map(|(number, _)| say("Delete", *number, json!({ "id": uri(*number), "type": "Tombstone" })));
        let created = events
            .iter()
            .rev()
            .map(|(number, event)| say("Create", *number, object(*number, event)));
        let items: Vec<Value> = deleted.chain(created).collect();
        let id = format!("{GROUP}/outbox");
        if page {
            json!({
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": format!("{id}?page=1"),
                "type": "OrderedCollectionPage",
                "partOf": id,
                "orderedItems": items,
            })
        } else {
            json!({
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": id,
                "type": "OrderedCollection",
                "totalItems": items.len(),
                "first": format!("{id}?page=1"),
            })
        }
    }
}

fn uri(number: usize) -> String {
    format!("{HOME}/events/{number}")
}

fn object(number: usize, event: &Event) -> Value {
    let text = |at: Instant| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": uri(number),
        "url": uri(number),
        "type": "Event",
        "actor": GROUP,
        "attributedTo": GROUP,
        "to": [PUBLIC],
        "name": event.title,
        "startTime": text(event.start),
        "endTime": text(event.end),
        "timezone": "Europe/Paris",
        "published": text(event.start - TimeDelta::days(60)),
        "updated": text(event.updated),
        "ical:status": if event.cancelled { "CANCELLED" } else { "CONFIRMED" },
        "draft": false,
    })
}
