//! What the node does by itself, a step each. The server calls the steps on a timer; a test calls them by hand.

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
