//! What the node is told at start: one section a file, documented for people in `docs/configuration.md` and
//! `config/maillage.example.toml` (a test compares all three).
//!
//! Sources, weakest first: the defaults written here, a TOML file, variables `MAILLAGE_SECTION__KEY`. An unknown key
//! or a bad value stops the start with the key, the place it was read from and the reason ([`ConfigError`]).

mod database;
mod error;
mod federation;
mod load;
mod metrics;
mod node;
mod secret;
mod server;
mod telemetry;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

pub use database::DatabaseConfig;
pub use error::{ConfigError, Problem};
pub use federation::FederationConfig;
pub use load::{DEFAULT_FILE, PREFIX};
pub use metrics::MetricsConfig;
pub use node::NodeConfig;
pub use secret::Secret;
pub use server::ServerConfig;
pub use telemetry::{LogFormat, TelemetryConfig};

/// The whole configuration, checked. [`Config::load`] makes one from a file and the environment, [`Config::new`] from
/// the two values that have no useful default in a test.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of everything the node keeps: database, media, keys. Made at start when it is missing.
    #[serde(default = "default_data_dir")]
    pub data_dir: PathBuf,
    pub server: ServerConfig,
    #[serde(default)]
    pub database: DatabaseConfig,
    #[serde(default)]
    pub federation: FederationConfig,
    #[serde(default)]
    pub node: NodeConfig,
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    #[serde(default)]
    pub metrics: MetricsConfig,
}

impl Config {
    /// A configuration with every default, for a node known as `base_url` that keeps its data in `data_dir`.
    /// Plain http means a trial on this machine, so loopback peers are then allowed.
    pub fn new(base_url: Url, data_dir: impl Into<PathBuf>) -> Self {
        let allow_loopback = base_url.scheme() == "http";
        Self {
            data_dir: data_dir.into(),
            server: ServerConfig::new(base_url),
            database: DatabaseConfig::default(),
            federation: FederationConfig {
                allow_loopback,
                ..FederationConfig::default()
            },
            node: NodeConfig::default(),
            telemetry: TelemetryConfig::default(),
            metrics: MetricsConfig::default(),
        }
    }

    /// The database to open: the configured one, or `maillage.db` in the data folder.
    pub fn database_url(&self) -> String {
        match &self.database.url {
            Some(url) => url.expose().to_owned(),
            None => format!("sqlite://{}", self.data_dir.join("maillage.db").display()),
        }
    }

    /// Whether people reach the node over TLS: decides cookie names, HSTS and what federation accepts.
    pub fn is_https(&self) -> bool {
        self.server.base_url.scheme() == "https"
    }

    /// Every rule that concerns values and not their types. Empty when the configuration is usable.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        self.server.check(self.federation.allow_loopback, &mut found);
        self.database.check(&mut found);
        self.federation.check(&mut found);
        self.node.check(&mut found);
        self.telemetry.check(&mut found);
        self.metrics.check(&mut found);
        found
    }
}

fn default_data_dir() -> PathBuf {
    PathBuf::from("./data")
}

/// Problems are collected as (key, reason), so that one start names all of them.
type Problems = Vec<(&'static str, String)>;

/// Adds a problem unless `value` lies in `range` (both ends allowed).
fn check_range<T: PartialOrd + std::fmt::Display>(key: &'static str, value: T, low: T, high: T, found: &mut Problems) {
    if value < low || value > high {
        found.push((key, format!("{value} is not between {low} and {high}")));
    }
}
