//! Use cases: what a person or another server may make the node do, one transaction each. Imports the domain, the
//! store and federation; knows nothing of HTTP or of the command line.

pub mod centres;
mod configured_blocks;
pub mod deliveries;
mod error;
pub mod events;
pub mod following;
pub mod health;
pub mod import;
pub mod jobs;
pub mod keys;
pub mod members;
pub mod merges;
pub mod moderation;
pub mod networks;
mod password;
mod secret;
pub mod sign_in;
pub mod tokens;

use std::path::Path;
use std::sync::Arc;

use activitypub_federation::config::FederationConfig;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::domain::random::Randomness;
use crate::domain::time::{Clock, Instant};
use crate::federation::fetch::Transport;
use crate::federation::{Federation, context};
use crate::locale::Locale;
use crate::store::Db;
use crate::telemetry::Metrics;

pub use error::{Error, OpenError};

/// Passwords that are hashed at the same time: each takes 19 MiB.
const HASHES_AT_ONCE: usize = 2;

/// A running node: what every use case needs. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Node {
    /// The database.
    pub store: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub random: Arc<dyn Randomness>,
    /// What the node was told at start.
    pub config: Arc<Config>,
    /// Its counters.
    pub metrics: Arc<Metrics>,
    /// ActivityPub.
    pub federation: FederationConfig<Federation>,
    make_pairs: keys::MakePairs,
    hashing: Arc<Semaphore>,
}

impl Node {
    /// Opens the database, brings it up to date and makes sure that the instance actor can sign.
    ///
    /// # Errors
    /// [`OpenError`], in words for whoever starts the node.
    pub async fn open(config: Config, clock: Arc<dyn Clock>, random: Arc<dyn Randomness>) -> Result<Self, OpenError> {
        Self::open_over(None, keys::make_pairs, config, clock, random).await
    }

    /// [`Node::open`] with something else than connections to carry requests to other servers, and with keys for its actors
    /// that are made otherwise.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub async fn open_over(
        transport: Option<Arc<dyn Transport>>,
        make_pairs: keys::MakePairs,
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
    ) -> Result<Self, OpenError> {
        make_data_dir(&config.data_dir)?;
        let (url, pool) = (config.database_url(), config.database.pool);
        let store = tokio::task::spawn_blocking(move || Db::open(&url, pool))
            .await
            .map_err(|_| OpenError::Interrupted)??;
        let metrics = Arc::new(Metrics::new());
        keys::ensure_instance(&store, make_pairs, clock.now())
            .await
            .map_err(OpenError::Keys)?;
        let settings = context::Settings {
            base: &config.server.base_url,
            federation: &config.federation,
            zone: config.node.timezone,
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            metrics: Arc::clone(&metrics),
            transport,
        };
        let federation = context::open(store.clone(), settings)
            .await
            .map_err(OpenError::Federation)?;
        let node = Self {
            store,
            clock,
            random,
            config: Arc::new(config),
            metrics,
            federation,
            make_pairs,
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        };
        configured_blocks::apply(&node).await.map_err(OpenError::Blocks)?;
        Ok(node)
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The texts of the node's own language.
    pub fn locale(&self) -> Locale {
        Locale::from_tag(&self.config.node.language).unwrap_or(Locale::french())
    }

    /// The public address without its final slash, to which a path is added.
    pub fn base(&self) -> &str {
        self.config.server.base_url.as_str().trim_end_matches('/')
    }
}

/// Makes the folder for its owner alone: it will hold private keys.
fn make_data_dir(path: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| OpenError::DataDir {
        path: path.into(),
        reason: error.to_string(),
    })
}
