//! One connection type over SQLite and PostgreSQL, and the few shims that let a query be written once.
//!
//! Only this file, `db.rs` and `migrate.rs` may ask which database a connection is on; a test greps for it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error};

use super::error::StoreError;

/// A connection to whichever database the node was given.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// Embedded SQLite, in WAL mode.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server, 13 or newer.
    Postgres(PgConnection),
}

/// A statement rendered by whichever database the connection is on; made by [`PortableExt::portable`].
#[derive(Debug, Clone, Copy)]
pub struct OnEach<Q>(Q);

impl<Q> QueryFragment<MultiBackend> for OnEach<Q>
where
    Q: QueryFragment<diesel::sqlite::Sqlite> + QueryFragment<diesel::pg::Pg>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, out)
    }
}

impl<Q: QueryId> QueryId for OnEach<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for OnEach<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<Conn> for OnEach<Q> {}

/// Lets statements that the derived enum cannot express (`on_conflict`, `union`) run on [`Conn`].
pub trait PortableExt: Sized {
    /// The same statement, rendered by the database it meets.
    fn portable(self) -> OnEach<Self> {
        OnEach(self)
    }
}

impl<Q> PortableExt for Q {}

/// Runs a statement on the connection inside a [`Conn`], as a statement of that database alone. Diesel then knows it by its
/// type and renders its SQL once in the life of a connection; on [`Conn`] itself it renders it at each call, which for
/// the statements of an inbox takes longer than running them. The statement is written once all the same.
macro_rules! natively {
    ($conn:expr, |$native:ident| $run:expr) => {
        match $conn {
            $crate::store::backend::Conn::Sqlite($native) => $run,
            $crate::store::backend::Conn::Postgres($native) => $run,
        }
    };
}
pub(super) use natively;

/// Where the data lives, read from `sqlite:///abs/path`, `sqlite://relative/path` or `postgres://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The file of an embedded database.
    Sqlite(PathBuf),
    /// A libpq connection URL.
    Postgres(String),
}

impl Target {
    /// Reads a database URL.
    ///
    /// # Errors
    /// [`StoreError::Url`] for any other scheme or an empty path.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err(StoreError::Url),
        }
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// What may be shown of the address: never a password.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let after_user = url.rsplit_once('@').map_or(url.as_str(), |(_, rest)| rest);
                let bare = after_user.split('?').next().unwrap_or_default();
                format!(
                    "PostgreSQL at {}",
                    bare.trim_start_matches("postgresql://")
                        .trim_start_matches("postgres://")
                )
            }
        }
    }

    /// Says early, in words, why a file cannot be a database: missing folder, no right to write, not a file.
    ///
    /// # Errors
    /// [`StoreError::Open`] with the reason.
    pub fn check(&self) -> Result<(), StoreError> {
        let Self::Sqlite(path) = self else { return Ok(()) };
        let refuse = |reason: String| {
            Err(StoreError::Open {
                place: self.describe(),
                reason,
            })
        };
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return refuse(format!("the folder {} does not exist", folder.display()));
        }
        if path.is_dir() {
            return refuse("it is a folder".to_owned());
        }
        match std::fs::OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
        {
            Ok(_) => Ok(()),
            Err(error) => refuse(format!("it cannot be written: {error}")),
        }
    }

    /// [`Target::connect`] for the one connection that writes to an embedded database: with a cache that holds the pages
    /// which a busy inbox touches again and again.
    ///
    /// # Errors
    /// What the database said, in Diesel's words.
    pub fn connect_to_write(&self) -> ConnectionResult<Conn> {
        let mut conn = self.connect()?;
        if let Conn::Sqlite(native) = &mut conn {
            native
                .batch_execute(SQLITE_WRITER)
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
        }
        Ok(conn)
    }

    /// Opens one connection and sets it up.
    ///
    /// # Errors
    /// What the database said, in Diesel's words.
    pub fn connect(&self) -> ConnectionResult<Conn> {
        match self {
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                set_up_sqlite(&mut conn).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute(POSTGRES_SETUP)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// `busy_timeout` comes first, because switching to WAL may itself meet a lock. `synchronous=FULL`: what was
/// answered 202 survives a power cut. The page cache is one MiB a connection (negative means KiB). The log is copied
/// into the database every 32 MiB: a page that changes again and again is then copied half as often as with 16.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
    PRAGMA foreign_keys=ON; PRAGMA cache_size=-1024; PRAGMA wal_autocheckpoint=8000; \
    PRAGMA journal_size_limit=33554432;";

/// Four MiB: with one, a Create read six pages again from the file, and wrote one before its time.
const SQLITE_WRITER: &str = "PRAGMA cache_size=-4096;";

/// How often the set-up is tried, 10 ms apart: while another connection opens or closes the write-ahead log, SQLite
/// answers "locked" at once, without regard to `busy_timeout`.
const SETUP_ATTEMPTS: u32 = 200;

fn set_up_sqlite(conn: &mut SqliteConnection) -> QueryResult<()> {
    let mut outcome = conn.batch_execute(SQLITE_SETUP);
    for _ in 1..SETUP_ATTEMPTS {
        match &outcome {
            Err(Error::DatabaseError(_, info)) if info.message().contains("locked") => {
                std::thread::sleep(Duration::from_millis(10));
                outcome = conn.batch_execute(SQLITE_SETUP);
            }
            _ => break,
        }
    }
    outcome
}

/// A server that answers before the log is on its disk (`synchronous_commit=off`) could forget what was answered 202: for us
/// it waits. Where it waits for more than its own disk (`remote_apply` and the like), that stands.
const POSTGRES_SETUP: &str = "SET client_min_messages=warning; SET statement_timeout='60s'; SET lock_timeout='20s'; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';";

/// How often a write is run again after crossing another writer; the waits add up to about a second.
const MAX_ATTEMPTS: u32 = 100;

impl Conn {
    /// Runs `work` in a serialised write transaction: `BEGIN IMMEDIATE` on SQLite, `SERIALIZABLE` on PostgreSQL,
    /// and again there when two writers crossed. `work` may therefore run more than once and must touch nothing
    /// but the database.
    ///
    /// # Errors
    /// What `work` returned, or what the database said; in both cases nothing was written.
    pub fn write_tx<T, E, F>(&mut self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Self) -> Result<T, E>,
        E: From<Error> + Contention,
    {
        let mut attempt = 0;
        loop {
            let outcome = self.write_once(&mut work);
            match &outcome {
                Err(error) if attempt < MAX_ATTEMPTS && self.worth_another(error.clash(), attempt) => {
                    std::thread::sleep(Duration::from_micros(200 << attempt.min(6)));
                    attempt += 1;
                }
                _ => return outcome,
            }
        }
    }

    fn write_once<T, E, F>(&mut self, work: &mut F) -> Result<T, E>
    where
        F: FnMut(&mut Self) -> Result<T, E>,
        E: From<Error>,
    {
        self.begin()?;
        match work(self) {
            Ok(value) => {
                self.commit()?;
                Ok(value)
            }
            Err(error) => {
                // A rollback that fails leaves a broken connection, which the pool throws away: the first error matters more.
                let _ = self.rollback();
                Err(error)
            }
        }
    }

    /// Begins a serialised write transaction.
    pub(super) fn begin(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Self::Postgres(conn) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL SERIALIZABLE")
            }
        }
    }

    /// Commits what [`begin`](Self::begin) began.
    pub(super) fn commit(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::commit_transaction(self)
    }

    /// Undoes what [`begin`](Self::begin) began.
    pub(super) fn rollback(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::rollback_transaction(self)
    }

    /// On PostgreSQL a crossing writer may also show as a key that "already exists" although it was looked up
    /// first: one more attempt then sees the other's row. SQLite has one writer, nothing crosses.
    fn worth_another(&self, clash: Clash, attempt: u32) -> bool {
        match (self, clash) {
            (Self::Sqlite(_), _) | (_, Clash::None) => false,
            (Self::Postgres(_), Clash::Crossed) => true,
            (Self::Postgres(_), Clash::Duplicate) => attempt == 0,
        }
    }
}

/// What a failed write says about other writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// Nothing: the failure is its own.
    None,
    /// Two writers crossed; running again settles it.
    Crossed,
    /// A key exists already, perhaps since a moment ago.
    Duplicate,
}

/// Errors that can tell whether a write met another writer.
pub trait Contention {
    /// How this error came to be.
    fn clash(&self) -> Clash;
}

impl Contention for Error {
    fn clash(&self) -> Clash {
        match self {
            Self::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Clash::Crossed,
            Self::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Clash::Duplicate,
            // Diesel has no kind of its own for SQLSTATE 40P01.
            Self::DatabaseError(DatabaseErrorKind::Unknown, info) if info.message().contains("deadlock detected") => {
                Clash::Crossed
            }
            Self::RollbackErrorOnCommit { commit_error, .. } => commit_error.clash(),
            _ => Clash::None,
        }
    }
}
