//! A node as the measured process: `maillage serve` itself, with a data folder that was prepared here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use maillage::app::Node;
use maillage::config::{Config, Secret};
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::SystemClock;
use maillage::store::{Conn, Target};
use tempfile::TempDir;
use url::Url;

use super::child::{Child, free_port};
use super::processors::Processors;

/// The name of the node.
pub const HOST: &str = "node.test";

/// A data folder, a port, and the database.
pub struct Home {
    /// Where it listens.
    pub port: u16,
    database: String,
    folder: TempDir,
}

impl Home {
    /// A node with an empty database: a file, or PostgreSQL.
    pub fn new(postgres: Option<&str>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut home = Self {
            port: free_port()?,
            database: String::new(),
            folder,
        };
        home.database = postgres.map_or_else(|| format!("sqlite://{}", home.file().display()), str::to_owned);
        Ok(home)
    }

    /// The file of its database, unless that is PostgreSQL.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("maillage.db")
    }

    /// Its data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database, for processes that open it themselves.
    pub fn database(&self) -> &str {
        &self.database
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn base(&self) -> anyhow::Result<Url> {
        Ok(Url::parse(&format!("http://{HOST}:{}", self.port))?)
    }

    /// The node in this process, to prepare it: migrated, with keys. It serves nothing and delivers nothing.
    pub async fn open(&self) -> anyhow::Result<Node> {
        let mut config = Config::new(self.base()?, self.folder.path());
        config.federation.allow_loopback = true;
        config.database.url = Some(Secret::new(self.database.clone()));
        Ok(Node::open(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?)
    }

    /// A connection to its database.
    pub fn conn(&self) -> anyhow::Result<Conn> {
        Ok(Target::parse(&self.database)?.connect()?)
    }

    /// Starts the node and waits until it listens. One thread answers: it has one processor.
    pub fn serve(&self, processors: Processors) -> anyhow::Result<Child> {
        let variables = [
            ("MAILLAGE_DATA_DIR", self.folder.path().display().to_string()),
            ("MAILLAGE_DATABASE__URL", self.database.clone()),
            ("MAILLAGE_SERVER__LISTEN", format!("127.0.0.1:{}", self.port)),
            ("MAILLAGE_SERVER__BASE_URL", format!("http://{HOST}:{}", self.port)),
            ("MAILLAGE_SERVER__WORKERS", "1".into()),
            ("MAILLAGE_FEDERATION__ALLOW_LOOPBACK", "true".into()),
            // All requests come from one address: the wrong ones must not be answered with a pause.
            ("MAILLAGE_FEDERATION__INBOX_FAILURES", "1000000".into()),
        ];
        let mut child = Child::start(processors, "node", &["serve"], &variables, &self.log())?;
        child.wait_for(self.port)?;
        Ok(child)
    }
}

/// A small runtime for what is prepared.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
