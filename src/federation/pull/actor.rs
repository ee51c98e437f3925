//! The actor of a followed peer, read anew now and then, and when its programme is not where it was: an Update that was
//! lost would leave a wrong address, inbox or telephone for ever.

use chrono::TimeDelta;
use url::Url;

use crate::domain::peer::Peer;
use crate::federation::context::Federation;
use crate::federation::discover::node_info;
use crate::federation::error::FederationError;
use crate::federation::fetch::{Accept, FetchError};
use crate::federation::peers;
use crate::store::StoreError;
use crate::store::pulls::Pull;

/// How long an actor is taken for what it was.
const KNOWN: TimeDelta = TimeDelta::days(7);
/// The same while its host has not said what it runs: that decides how it is read and what it is told.
const HOST_UNKNOWN: TimeDelta = TimeDelta::days(1);
/// The same when its programme cannot be had.
const MISSING: TimeDelta = TimeDelta::hours(1);

/// `pull` with the actor as it is now, where it was not looked at for long and can be had.
///
/// # Errors
/// Only what the database refuses.
pub(super) async fn renewed(federation: &Federation, pull: Pull) -> Result<Pull, StoreError> {
    let known = match pull.peer.software {
        Some(_) => KNOWN,
        None => HOST_UNKNOWN,
    };
    if pull.peer.fetched + known > federation.now() {
        return Ok(pull);
    }
    let Some(peer) = read_anew(federation, &pull.peer).await? else {
        return Ok(pull);
    };
    let moved = peer.programme() != pull.peer.programme();
    let etag = pull.etag.filter(|_| !moved);
    Ok(Pull { peer, etag, ..pull })
}

/// After a reading that found no programme: asks the actor where it is by now, for the next.
///
/// # Errors
/// Only what the database refuses.
pub(super) async fn look_for_programme(
    federation: &Federation,
    peer: &Peer,
    error: &FederationError,
) -> Result<(), StoreError> {
    let FederationError::Fetch(error) = error else {
        return Ok(());
    };
    let missing = error.is_permanent()
        || matches!(
            error,
            FetchError::Status(401) | FetchError::ContentType | FetchError::Json
        );
    if missing && peer.fetched + MISSING <= federation.now() {
        read_anew(federation, peer).await?;
    }
    Ok(())
}

/// Fetches and keeps the actor, with what its host runs where that is not known. None where it cannot be had now, or
/// another answers in its place.
async fn read_anew(federation: &Federation, known: &Peer) -> Result<Option<Peer>, StoreError> {
    let Ok(url) = Url::parse(&known.uri) else {
        return Ok(None);
    };
    let Ok(fetched) = federation.fetcher.get_json(&url, Accept::ActivityJson).await else {
        return Ok(None);
    };
    let software = match known.software {
        Some(_) => None,
        None => node_info(&federation.fetcher, &url)
            .await
            .ok()
            .and_then(|info| info.software),
    };
    let read = match peers::read(federation, &fetched, software) {
        Ok(read) if read.peer().uri == known.uri => read,
        Ok(_) => return Ok(None),
        Err(error) => {
            tracing::info!(peer.host = %known.host, %error, "an actor cannot be read any more");
            return Ok(None);
        }
    };
    let kept = federation.store.write(move |conn| read.keep(conn)).await?;
    federation.acquaintances.forget(&kept.uri);
    Ok(Some(kept))
}
