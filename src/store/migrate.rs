//! The two embedded sets of migrations, and how they are applied when several processes start together.
//!
//! On SQLite everything runs in one immediate transaction, on PostgreSQL in one transaction under an advisory lock:
//! the second process waits, then finds nothing left to do.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::backend::Conn;
use super::error::StoreError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Keyed by schema, so that two nodes in one PostgreSQL database do not wait for each other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('maillage.migrations.' || current_schema()));";

/// Applies what is not applied yet.
///
/// # Errors
/// [`StoreError::Migration`] when a migration fails (none of them is applied then), [`StoreError::Newer`] when the
/// database knows a migration that this program does not.
pub fn up(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(conn) => {
            // Foreign keys cannot be switched inside the transaction; none of our migrations needs to.
            conn.immediate_transaction(|conn| apply(conn, SQLITE))
        }
        Conn::Postgres(conn) => conn.transaction(|conn| {
            conn.batch_execute(LOCK)?;
            apply(conn, POSTGRES)
        }),
    }
}

/// Takes every migration back, newest first: the data is lost. For tests.
///
/// # Errors
/// [`StoreError::Migration`].
pub fn down(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(drop).map_err(failed),
        Conn::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(drop).map_err(failed),
    }
}

/// The newest migration applied, for `doctor` and the health page.
///
/// # Errors
/// [`StoreError::Migration`] when the list cannot be read.
pub fn version(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    let applied = match conn {
        Conn::Sqlite(conn) => conn.applied_migrations(),
        Conn::Postgres(conn) => conn.applied_migrations(),
    };
    Ok(applied.map_err(failed)?.iter().max().map(ToString::to_string))
}

/// Whether a migration of this program is not applied.
///
/// # Errors
/// [`StoreError::Migration`] when the list cannot be read.
pub fn pending(conn: &mut Conn) -> Result<bool, StoreError> {
    match conn {
        Conn::Sqlite(conn) => conn.has_pending_migration(SQLITE),
        Conn::Postgres(conn) => conn.has_pending_migration(POSTGRES),
    }
    .map_err(failed)
}

fn apply<C, DB>(conn: &mut C, source: EmbeddedMigrations) -> Result<(), StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(failed)?;
    let known: Vec<MigrationVersion<'_>> = known.iter().map(|migration| migration.name().version()).collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(StoreError::Newer(newer.to_string()));
    }
    conn.run_pending_migrations(source).map(drop).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Migration(error.to_string())
}
