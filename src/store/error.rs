//! What can go wrong between the node and its database. Not found is not among it: lookups return `Option`.

use super::backend::{Clash, Contention};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database URL has another scheme, or no path.
    #[error("the database URL must be sqlite:///path/to/file or postgres://user@host/name")]
    Url,
    /// The database cannot be used where it was said to be.
    #[error("the database {place} cannot be opened: {reason}")]
    Open {
        /// The file or server, without credentials.
        place: String,
        /// In words.
        reason: String,
    },
    /// The migrations did not apply.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// The database was written by a newer program.
    #[error("the database was written by a newer version of Maillage (migration {0}); install that version again")]
    Newer(String),
    /// A row breaks a unique key.
    #[error("a row with this key already exists")]
    AlreadyExists,
    /// A stored value cannot be read back.
    #[error("the stored {what} cannot be read: {reason}")]
    Corrupt {
        /// The column or noun.
        what: &'static str,
        /// In words.
        reason: String,
    },
    /// The database refused a statement.
    #[error("database: {0}")]
    Database(#[source] diesel::result::Error),
    /// No connection became free, or none could be made.
    #[error("no database connection: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    /// The database could not commit (no space left, say); nothing was written.
    #[error("the database did not keep the change: {0}")]
    NotCommitted(String),
    /// The blocking task was cancelled, at shutdown.
    #[error("the database task ended early")]
    Cancelled,
}

impl StoreError {
    /// Shorthand for [`StoreError::Corrupt`].
    pub(super) fn corrupt(what: &'static str, reason: impl ToString) -> Self {
        Self::Corrupt {
            what,
            reason: reason.to_string(),
        }
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        match error.clash() {
            Clash::Duplicate => Self::AlreadyExists,
            _ => Self::Database(error),
        }
    }
}

impl Contention for StoreError {
    fn clash(&self) -> Clash {
        match self {
            Self::Database(error) => error.clash(),
            Self::AlreadyExists => Clash::Duplicate,
            _ => Clash::None,
        }
    }
}
