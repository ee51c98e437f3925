//! A peer that is no more: by its own Delete, or since its own address says so (410).

use url::Url;

use super::context::Federation;
use super::error::FederationError;
use super::fetch::{Accept, FetchError};
use crate::domain::id::PeerId;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::{Conn, StoreError, events, follow_requests, followers, follows, peers};

/// All that came from it goes, our networks take back what they announced of it, and nothing is sent there. Where we asked to
/// follow it, it stays to be seen as gone until the staff takes the follow back.
///
/// # Errors
/// Only what the database refuses.
pub fn of_peer(conn: &mut Conn, peer: PeerId, now: Instant) -> Result<(), StoreError> {
    events::put_away_of_peer(conn, peer)?;
    if !follows::is_asked(conn, peer)? {
        return peers::remove(conn, peer);
    }
    followers::remove_peer(conn, peer)?;
    follow_requests::remove_peer(conn, peer)?;
    peers::mark_gone(conn, peer, now)
}

/// Its programme answered 410: where the actor does too, it is gone. An agenda is nothing but its file.
///
/// # Errors
/// Only what the database refuses.
pub async fn after_410(federation: &Federation, peer: &Peer) -> Result<(), FederationError> {
    let gone = match Url::parse(&peer.uri) {
        _ if peer.is_source() => true,
        Ok(url) => {
            let answer = federation.fetcher.get_json(&url, Accept::ActivityJson).await;
            answer.err().as_ref().is_some_and(FetchError::is_gone)
        }
        Err(_) => false,
    };
    if gone {
        let (id, now) = (peer.id, federation.now());
        federation.store.write(move |conn| of_peer(conn, id, now)).await?;
        federation.acquaintances.forget(&peer.uri);
        federation.network_bell.notify_one();
    }
    Ok(())
}
