//! The node's database handle: cheap to clone, safe to call from async code.
//!
//! Diesel is synchronous, so each call runs its closure on Tokio's blocking pool with one pooled connection.
//! `read` is for queries, `write` for one serialised transaction; on SQLite, concurrent ones share a commit (`writer`).

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::backend::{Conn, Contention, Target};
use super::error::StoreError;
use super::migrate;
use super::writer::Writer;

/// A handle on the database; clones share one pool.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    /// One permit per pooled connection, so that waiting costs a task and not a thread.
    seats: Arc<Semaphore>,
    /// SQLite has one writer, with a connection of its own: calls queue for it, in order.
    writer: Option<Arc<Writer>>,
}

impl Db {
    /// Opens the database at `url` with up to `connections` connections, and applies the migrations.
    /// Blocks; call it before the runtime is busy.
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::Open`], [`StoreError::Migration`] or [`StoreError::Newer`], each in words
    /// for whoever runs the node.
    pub fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        target.check()?;
        let open = |error: &dyn std::fmt::Display| StoreError::Open {
            place: target.describe(),
            reason: error.to_string(),
        };
        let mut first = target.connect_to_write().map_err(|error| open(&error))?;
        migrate::up(&mut first)?;
        let embedded = matches!(target, Target::Sqlite(_));
        let (writer, taken) = if embedded {
            let writer = Writer::start(target.clone(), first).map_err(|error| open(&error))?;
            (Some(Arc::new(writer)), 1)
        } else {
            (None, 0)
        };
        let size = connections.saturating_sub(taken).max(1);
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            // A file does not go away between two calls; a server may have been restarted.
            .test_on_check_out(!embedded)
            .connection_timeout(Duration::from_secs(5))
            .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
            .build(Manager(target))?;
        let seats = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1)));
        Ok(Self { pool, seats, writer })
    }

    /// Whether the database is a file of this process alone.
    pub fn is_embedded(&self) -> bool {
        self.writer.is_some()
    }

    /// Runs `query` on a connection of its own, outside any transaction.
    ///
    /// # Errors
    /// What `query` returned, or [`StoreError::Pool`] when no connection could be had.
    pub async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let seat = permit(&self.seats).await?;
        let pool = self.pool.clone();
        blocking(move || {
            let mut conn = pool.get()?;
            let outcome = query(&mut conn);
            drop((conn, seat));
            outcome
        })
        .await
    }

    /// Runs `work` in one serialised transaction. `work` may run more than once, so it must touch nothing but the
    /// database.
    ///
    /// # Errors
    /// What `work` returned, or what the database said; nothing was written then.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        self.try_write(work).await
    }

    /// [`Db::write`] for work with an error type of its own (a refusal by a rule, say), which rolls back too.
    ///
    /// # Errors
    /// What `work` returned, or a [`StoreError`] as `E`.
    pub async fn try_write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<diesel::result::Error> + Contention + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.writer {
            return writer.run(work).await;
        }
        let seat = permit(&self.seats).await?;
        let pool = self.pool.clone();
        blocking(move || {
            let mut conn: PooledConnection<Manager> = pool.get().map_err(StoreError::from)?;
            let outcome = conn.write_tx(work);
            drop((conn, seat));
            outcome
        })
        .await
    }
}

async fn permit(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
    Arc::clone(semaphore)
        .acquire_owned()
        .await
        .map_err(|_| StoreError::Cancelled)
}

async fn blocking<T, E>(job: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    match tokio::task::spawn_blocking(job).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Cancelled.into()),
        },
    }
}

/// Makes connections for the pool.
struct Manager(Target);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        Ok(self.0.connect()?)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}
