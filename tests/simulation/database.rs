//! Where a node keeps what it has: a file in memory, or a schema of its own on a PostgreSQL server.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection as _;
use maillage::store::{Conn, Db, Target, migrate};

use super::site::folder;

/// A migrated, empty database.
pub struct Database {
    url: String,
    /// The server and the schema that goes with this value.
    schema: Option<(&'static str, String)>,
}

impl Database {
    /// A file in `folder`.
    pub fn file(folder: &Path) -> Self {
        let file = folder.join("maillage.db");
        std::fs::write(&file, template()).expect("a copy of the template");
        Self {
            url: format!("sqlite://{}", file.display()),
            schema: None,
        }
    }

    /// A schema on a server.
    pub fn schema(server: &'static str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("w{}_{number}", std::process::id());
        connect(server)
            .batch_execute(&format!("CREATE SCHEMA {name}"))
            .expect("a schema");
        let joint = if server.contains('?') { '&' } else { '?' };
        let database = Self {
            url: format!("{server}{joint}options=-csearch_path%3D{name}"),
            schema: Some((server, name)),
        };
        migrate::up(&mut database.conn()).expect("migrations apply");
        database
    }

    /// As the settings of a node name it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection of one's own.
    pub fn conn(&self) -> Conn {
        connect(&self.url)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema {
            let dropped = connect(server).batch_execute(&format!("DROP SCHEMA {name} CASCADE"));
            // Else it stays behind in a server that is thrown away.
            drop(dropped);
        }
    }
}

fn connect(url: &str) -> Conn {
    Target::parse(url)
        .and_then(|target| target.connect().map_err(|error| panic!("{error}")))
        .expect("a connection")
}

/// The file of a migrated, empty database.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = folder();
        let file = folder.path().join("template.db");
        drop(Db::open(&format!("sqlite://{}", file.display()), 1).expect("a database"));
        std::fs::read(&file).expect("a file")
    })
}
