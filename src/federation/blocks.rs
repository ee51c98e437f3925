//! What the staff decided about servers and actors, brought into the memory of this process.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::watch;

use super::context::Federation;
use crate::store::{StoreError, blocks};

/// How long a decision that another process made may be unknown here.
const UNSEEN: Duration = Duration::from_secs(1);

/// Looks every second whether another process decided something, until `stop` is true or dropped.
pub async fn run(federation: Federation, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = refresh(&federation).await {
            tracing::error!(fault = %error, "the block list cannot be read; the last one holds");
        }
        tokio::select! {
            () = tokio::time::sleep(UNSEEN) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// Reads the list again if it is not the one that this process has.
///
/// # Errors
/// Only what the database refuses.
pub async fn refresh(federation: &Federation) -> Result<(), StoreError> {
    let seen = federation
        .blocks_seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let read = federation.store.read(move |conn| {
        let stamp = blocks::stamp(conn)?;
        if stamp == seen {
            return Ok(None);
        }
        Ok(Some((stamp, blocks::all(conn)?)))
    });
    if let Some((stamp, decided)) = read.await? {
        federation.blocked.replace(decided);
        *federation.blocks_seen.lock().unwrap_or_else(PoisonError::into_inner) = stamp;
    }
    Ok(())
}
