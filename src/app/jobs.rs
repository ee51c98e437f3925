//! What the node does by itself, a step each. The server calls the steps on a timer; a test calls them by hand.

use std::time::Duration;

use tokio::sync::watch;

use super::{Error, Node};
use crate::store::sign_ins;

/// Forgets what is over: expired sign-ins. Returns how many rows went.
///
/// # Errors
/// Only what the database refuses.
pub async fn purge(node: &Node) -> Result<usize, Error> {
    let now = node.now();
    Ok(node.store.write(move |conn| sign_ins::purge(conn, now)).await?)
}

/// How often [`purge`] runs.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);

/// Does every step in its time, until `stop` changes or its sender is gone.
pub async fn run(node: Node, mut stop: watch::Receiver<bool>) {
    let mut purge_due = tokio::time::interval(PURGE_EVERY);
    loop {
        let outcome = tokio::select! {
            _ = stop.changed() => return,
            _ = purge_due.tick() => purge(&node).await,
        };
        if let Err(error) = outcome {
            tracing::error!(fault = %error, "a background job failed; it will be tried again");
        }
    }
}
