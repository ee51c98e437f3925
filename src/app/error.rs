//! Why a use case did not happen, and why a node did not open.

use std::path::PathBuf;

use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::federation::error::FederationError;
use crate::federation::keys::KeyError;
use crate::store::{Clash, Contention, StoreError};

/// Why a use case did not happen. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was sent breaks a rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The member's role does not allow it.
    #[error("the role of this member does not allow it")]
    Forbidden,
    /// It is not there, or not ours.
    #[error("there is no such thing on this node")]
    NotFound,
    /// Federation could not be done.
    #[error("{0}")]
    Federation(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key could not be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Password(String),
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

impl Error {
    /// The refusal of one field.
    pub fn refused(field: &str, reason: Reason) -> Self {
        Self::Refused(Refusal::from(Invalid::new(field, reason)))
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Contention for Error {
    fn clash(&self) -> Clash {
        match self {
            Self::Store(error) => error.clash(),
            _ => Clash::None,
        }
    }
}

/// Why a node did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made.
    #[error("the data folder {} cannot be made: {reason} (data_dir, MAILLAGE_DATA_DIR)", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The database cannot be opened.
    #[error("{0} (database.url, MAILLAGE_DATABASE__URL)")]
    Store(#[from] StoreError),
    /// The instance actor has no usable keys.
    #[error("the keys of the node: {0}")]
    Keys(Error),
    /// Federation cannot be set up.
    #[error("federation: {0}")]
    Federation(FederationError),
    /// The hosts that the configuration blocks cannot be cut off.
    #[error("federation.blocked_hosts: {0}")]
    Blocks(Error),
    /// Stopped while opening.
    #[error("interrupted while opening the database")]
    Interrupted,
}
