//! Between the domain and the JSON of ActivityPub: what peers write, what they demand of ours, and what is hostile.

mod contracts;
mod hostile;
mod incoming;
mod outgoing;

use maillage::domain::id::PeerId;
use maillage::domain::peer::Peer;
use maillage::domain::time::Instant;
use maillage::federation::convert::activity_in::{ActivityRefusal, Incoming};
use maillage::federation::convert::actor_in::ActorRefusal;
use maillage::federation::convert::event_in::{EventRefusal, Received};
use maillage::federation::convert::{activity_in, actor_in, event_in, json};
use serde_json::Value;
use url::Url;

/// A document as a peer software writes it, from `tests/fixtures`.
fn fixture(path: &str) -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(path);
    let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    (&json::parse(&bytes).unwrap()).into()
}

/// `document`, as if its bytes had been read.
fn read(document: &Value) -> json::Value {
    document.clone().into()
}

fn activity(document: &Value) -> Result<Incoming, ActivityRefusal> {
    activity_in::activity(&read(document))
}

fn actor(document: &Value, from: &Url, id: PeerId, now: Instant) -> Result<Peer, ActorRefusal> {
    actor_in::actor(&read(document), from, id, now)
}

fn event(document: &Value) -> Result<Received, EventRefusal> {
    event_in::event(&read(document))
}
