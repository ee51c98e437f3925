//! Actors of other servers: fetched, read and remembered.

use url::Url;

use super::budget::Budget;
use super::context::Federation;
use super::convert::actor_in;
use super::error::FederationError;
use super::fetch::Fetched;
use super::refused::NotTaken;
use super::signature::Dialect;
use crate::domain::id::PeerId;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::{self, Conn, StoreError, follows, hosts, pulls};

/// Keeps a fetched actor document; what is known of its host's software stays. One that is none is not asked for again for
/// a while, whoever names it.
///
/// # Errors
/// [`FederationError::NotAnActor`], or what the database refuses.
pub async fn remember(federation: &Federation, fetched: &Fetched) -> Result<Peer, FederationError> {
    remember_with(federation, fetched, None).await
}

/// [`remember`], with the software of its host where it was just asked for.
///
/// # Errors
/// As [`remember`].
pub async fn remember_with(
    federation: &Federation,
    fetched: &Fetched,
    software: Option<String>,
) -> Result<Peer, FederationError> {
    let read = read(federation, fetched, software).inspect_err(|_| federation.fetcher.refuse(&fetched.final_url))?;
    let kept = federation.store.write(move |conn| read.keep(conn)).await?;
    federation.acquaintances.forget(&kept.uri);
    Ok(kept)
}

/// An actor as its own address gave it, not kept yet.
pub struct Read {
    peer: Peer,
    dialect: Option<Dialect>,
}

/// Reads a fetched actor, to be kept in a transaction of the caller's, who then makes
/// [`acquaintances`](super::acquaintances) forget it.
///
/// # Errors
/// [`FederationError::NotAnActor`] when the document is none.
pub fn read(federation: &Federation, fetched: &Fetched, software: Option<String>) -> Result<Read, FederationError> {
    let id = PeerId::new(federation.now(), federation.random.as_ref());
    let mut peer = actor_in::actor(&fetched.value, &fetched.final_url, id, fetched.asked)?;
    peer.software = software;
    let dialect = actor_in::announced_dialect(&fetched.value);
    Ok(Read { peer, dialect })
}

impl Read {
    /// The actor, under an id that it keeps only if it was not known.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Keeps it, with the software that was known before where none was found now. One that was asked for later stays as it
    /// is, and is the answer: an answer that was slow would bring keys back that were replaced meanwhile.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn keep(&self, conn: &mut Conn) -> Result<Peer, StoreError> {
        let mut peer = self.peer.clone();
        let known = match store::peers::by_uri(conn, &peer.uri)? {
            Some(newer) if newer.fetched > peer.fetched => return Ok(newer),
            known => known,
        };
        let was_gone = match &known {
            Some(known) => store::peers::gone_at(conn, known.id)?.is_some(),
            None => false,
        };
        if peer.software.is_none() {
            peer.software = known.and_then(|known| known.software);
        }
        peer.id = store::peers::upsert(conn, &peer)?;
        if was_gone && follows::is_accepted(conn, peer.id)? {
            // It is back, and nothing else would have it read.
            pulls::schedule(conn, peer.id, peer.fetched)?;
        }
        if let Some(dialect) = self.dialect {
            expect(conn, &peer.host, dialect, peer.fetched)?;
        }
        Ok(peer)
    }
}

/// What a host announces to understand is tried first, unless something better is known to work already.
fn expect(conn: &mut Conn, host: &str, announced: Dialect, now: Instant) -> Result<(), StoreError> {
    let known = hosts::by_name(conn, host)?.and_then(|host| Dialect::read(&host.dialect?));
    if known.unwrap_or_default() == Dialect::Cavage {
        hosts::learn(conn, host, announced.as_str(), now)?;
    }
    Ok(())
}

/// The actor at `uri` as remembered, or fetched.
///
/// # Errors
/// As [`remember`] and [`Budget::fetch`].
pub async fn known_or_fetched(federation: &Federation, uri: &Url, budget: &mut Budget) -> Result<Peer, NotTaken> {
    let text = uri.to_string();
    if let Some(peer) = federation
        .store
        .read(move |conn| store::peers::by_uri(conn, &text))
        .await?
    {
        return Ok(peer);
    }
    let fetched = budget.fetch(federation, uri).await?;
    Ok(remember(federation, &fetched).await?)
}
