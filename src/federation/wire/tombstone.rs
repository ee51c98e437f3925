//! What remains of something deleted, with status 410.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::domain::time::Instant;

/// A Tombstone. `formerType` is what tells Gancio that an event goes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// The id that it had, never used again.
    pub id: Url,
    /// `Tombstone`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it was.
    pub former_type: &'static str,
    /// When it went (RFC 3339).
    pub deleted: String,
}

impl Tombstone {
    /// The rest of the event `id`.
    pub fn of_event(id: Url, deleted: Instant) -> Self {
        Self {
            id,
            kind: "Tombstone",
            former_type: "Event",
            deleted: super::utc(deleted),
        }
    }

    /// Without context, to be embedded in a Delete.
    pub fn object(&self) -> Value {
        serde_json::json!(self)
    }

    /// The document to serve.
    pub fn document(&self) -> Value {
        super::context::with_context(self.object())
    }
}
