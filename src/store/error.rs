//! What can go wrong between the node and its database. Not found is not among it: lookups return `Option`.

use diesel::result::{DatabaseErrorKind, Error};

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
    /// The disk is full, or fails; nothing was written.
    #[error("the disk did not take the change: {0}")]
    Disk(String),
    /// The database server went away, or is not back yet.
    #[error("the database is away: {0}")]
    Away(String),
    /// The blocking task was cancelled, at shutdown.
    #[error("the database task ended early")]
    Cancelled,
}

impl StoreError {
    /// A commit that failed for `reason`, in the words of the database.
    pub(super) fn not_committed(reason: &str) -> Self {
        if is_disk(reason) {
            Self::Disk(reason.to_owned())
        } else {
            Self::NotCommitted(reason.to_owned())
        }
    }

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
            _ if is_disk(&error.to_string()) => Self::Disk(error.to_string()),
            _ if is_away(&error) => Self::Away(error.to_string()),
            _ => Self::Database(error),
        }
    }
}

/// SQLITE_FULL, SQLITE_IOERR, and what PostgreSQL says of a full disk (SQLSTATE 53100): Diesel knows them by their words
/// only.
fn is_disk(reason: &str) -> bool {
    ["database or disk is full", "disk I/O error", "No space left on device"]
        .iter()
        .any(|words| reason.contains(words))
}

/// A connection that broke, or a server that starts or stops (SQLSTATE 57P01 to 57P03).
fn is_away(error: &Error) -> bool {
    const WORDS: [&str; 5] = [
        "server closed the connection",
        "terminating connection",
        "the database system is",
        "no connection to the server",
        "connection not open",
    ];
    match error {
        Error::BrokenTransactionManager | Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => true,
        Error::RollbackErrorOnCommit { commit_error, .. } => is_away(commit_error),
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            WORDS.iter().any(|words| info.message().contains(words))
        }
        _ => false,
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
