//! Whether the node can do its work, and what waits in it.

use super::{Error, Node};
use crate::store::{StoreError, hosts, migrate};
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
    let backlog = node.store.read(hosts::backlog).await?;
    let hosts = i64::try_from(backlog.len()).unwrap_or(i64::MAX);
    Ok(Queue {
        pending: backlog.iter().map(|host| host.waiting).sum(),
        hosts,
    })
}
