//! Whether the node can do its work, and what waits in it.

use super::{Error, Node};
use crate::store::{StoreError, backlog, migrate};
use crate::telemetry::Queue;

/// Answers when the database does, with every migration applied.
///
/// # Errors
/// What the database said, or that it is not up to date.
pub async fn ready(node: &Node) -> Result<(), StoreError> {
    match node.store.read(migrate::pending).await? {
        false => Ok(()),
        true => Err(StoreError::Migration("migrations are missing".into())),
    }
}

/// What waits in the outbox.
///
/// # Errors
/// Only what the database refuses.
pub async fn queue(node: &Node) -> Result<Queue, Error> {
    let total = node.store.read(backlog::total).await?;
    Ok(Queue {
        pending: total.waiting,
        hosts: total.hosts,
    })
}
