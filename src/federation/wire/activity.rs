//! Activities that we send. Each carries one object, embedded or named by its id.

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::context::{PUBLIC, with_context};

/// What an activity does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Verb {
    /// Asks for a peer's posts.
    Follow,
    /// Grants a follow.
    Accept,
    /// Refuses a follow.
    Reject,
    /// Takes back a follow.
    Undo,
    /// Publishes.
    Create,
    /// Changes.
    Update,
    /// Withdraws.
    Delete,
    /// Relays.
    Announce,
    /// Answers a Join that nobody handles here (FEP-8a8e).
    Ignore,
}

/// An activity of ours.
#[derive(Debug, Clone, Serialize)]
pub struct Activity {
    /// Its address; one for each real act.
    pub id: Url,
    /// What it does.
    #[serde(rename = "type")]
    pub verb: Verb,
    /// Who of ours does it.
    pub actor: Url,
    /// To what.
    pub object: Value,
    /// Whom it is meant for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Who receives it besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// When it was done (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Of an Announce: the networks between the actor and the publisher, nearest first.
    #[serde(rename = "maillage:via", skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    /// The proof of all this (FEP-8b32).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Value>,
}

impl Activity {
    /// `actor` asks to follow `target`. The object is a text: Gancio reads no other form.
    pub fn follow(id: Url, actor: Url, target: &Url) -> Self {
        Self::to_one(id, Verb::Follow, actor, json!(target), target)
    }

    /// `actor` grants the follow that `follower` asked for with activity `follow`.
    pub fn accept(id: Url, actor: Url, follow: &Url, follower: &Url) -> Self {
        let object = follow_of(follow, follower, &actor);
        Self::to_one(id, Verb::Accept, actor, object, follower)
    }

    /// `actor` refuses the follow that `follower` asked for with activity `follow`.
    pub fn reject(id: Url, actor: Url, follow: &Url, follower: &Url) -> Self {
        let object = follow_of(follow, follower, &actor);
        Self::to_one(id, Verb::Reject, actor, object, follower)
    }

    /// `actor` takes back its own follow of `target`.
    pub fn undo_follow(id: Url, actor: Url, follow: &Url, target: &Url) -> Self {
        let object = follow_of(follow, &actor, target);
        Self::to_one(id, Verb::Undo, actor, object, target)
    }

    /// `actor` answers the Join of `joiner`: this node takes no registrations by ActivityPub. The id alone, as FEP-8a8e
    /// prefers.
    pub fn ignore(id: Url, actor: Url, join: &Url, joiner: &Url) -> Self {
        Self::to_one(id, Verb::Ignore, actor, json!(join), joiner)
    }

    /// `actor` publishes `object` for everybody and its `followers`.
    pub fn create(id: Url, actor: Url, object: Value, followers: &Url) -> Self {
        Self::to_public(id, Verb::Create, actor, object, followers)
    }

    /// `actor` changes `object`.
    pub fn update(id: Url, actor: Url, object: Value, followers: &Url) -> Self {
        Self::to_public(id, Verb::Update, actor, object, followers)
    }

    /// `actor` withdraws an object, of which `tombstone` remains.
    pub fn delete(id: Url, actor: Url, tombstone: Value, followers: &Url) -> Self {
        Self::to_public(id, Verb::Delete, actor, tombstone, followers)
    }

    /// `actor` relays the object at `object`: by its id, since peers fetch it from its origin anyway.
    pub fn announce(id: Url, actor: Url, object: &str, followers: &Url) -> Self {
        Self::to_public(id, Verb::Announce, actor, json!(object), followers)
    }

    /// [`announce`](Self::announce) for the followers alone: nobody's timeline shows it.
    pub fn announce_to_followers(id: Url, actor: Url, object: &str, followers: &Url) -> Self {
        Self::to_one(id, Verb::Announce, actor, json!(object), followers)
    }

    /// `actor` takes back its own `announce`.
    pub fn undo_announce(id: Url, actor: Url, announce: Value, followers: &Url) -> Self {
        Self::to_public(id, Verb::Undo, actor, announce, followers)
    }

    /// The same for followers alone: it is no news for everybody, and stands in no outbox.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.to = std::mem::take(&mut self.cc);
        self
    }

    /// The same, of an event that came by the networks `via`.
    #[must_use]
    pub fn by_way_of(mut self, via: Vec<String>) -> Self {
        self.via = via;
        self
    }

    /// The same, done at `instant`.
    #[must_use]
    pub fn published(mut self, instant: crate::domain::time::Instant) -> Self {
        self.published = Some(super::utc(instant));
        self
    }

    /// The same with the proof that `prove` puts into its document.
    ///
    /// # Errors
    /// What `prove` refuses.
    pub fn proven<E>(mut self, prove: impl FnOnce(&mut Value) -> Result<(), E>) -> Result<Self, E> {
        let mut document = self.document();
        prove(&mut document)?;
        self.proof = document.get_mut("proof").map(Value::take);
        Ok(self)
    }

    /// The document to post and to serve.
    pub fn document(&self) -> Value {
        with_context(json!(self))
    }

    fn to_one(id: Url, verb: Verb, actor: Url, object: Value, to: &Url) -> Self {
        Self {
            id,
            verb,
            actor,
            object,
            to: vec![to.to_string()],
            cc: Vec::new(),
            published: None,
            via: Vec::new(),
            proof: None,
        }
    }

    fn to_public(id: Url, verb: Verb, actor: Url, object: Value, followers: &Url) -> Self {
        Self {
            id,
            verb,
            actor,
            object,
            to: vec![PUBLIC.to_owned()],
            cc: vec![followers.to_string()],
            published: None,
            via: Vec::new(),
            proof: None,
        }
    }
}

/// The follow that an answer is about, embedded: some peers keep no record of their own activities' ids.
fn follow_of(follow: &Url, follower: &Url, followed: &Url) -> Value {
    json!({ "id": follow, "type": "Follow", "actor": follower, "object": followed })
}
