//! Between the domain and the JSON of ActivityPub: what peers write, what they demand of ours, and what is hostile.

mod contracts;
mod hostile;
mod incoming;
mod outgoing;

use serde_json::Value;

use maillage::federation::convert::json;

/// A document as a peer software writes it, from `tests/fixtures`.
fn fixture(path: &str) -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(path);
    let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    json::parse(&bytes).unwrap()
}
