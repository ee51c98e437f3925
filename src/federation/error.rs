//! What can go wrong while federating, apart from refusing what a peer sends (`refused`).

use super::convert::actor_in::ActorRefusal;
use super::fetch::FetchError;
use super::keys::KeyError;
use crate::store::StoreError;

/// A failure of ours or of the network.
#[derive(Debug, thiserror::Error)]
pub enum FederationError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another server, or the way to it.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A key of ours.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The HTTP client could not be made.
    #[error("the HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// `activitypub_federation` could not be set up.
    #[error("activitypub_federation: {0}")]
    Library(String),
    /// What was found at an address is not an actor that can be followed.
    #[error(transparent)]
    NotAnActor(#[from] ActorRefusal),
}
