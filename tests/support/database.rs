//! Databases for tests: a fresh one each, on SQLite always and on PostgreSQL when there is one.
//!
//! SQLite: a copy of a migrated template file. PostgreSQL: a schema of its own, dropped at the end, in the server of
//! `MAILLAGE_TEST_DATABASE_URL`, or else in the throwaway cluster that `scripts/test-postgres.sh start` keeps. Where
//! PostgreSQL is not installed the tests say so and go on, unless `MAILLAGE_TEST_REQUIRE_POSTGRES=1`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use maillage::store::{Conn, Db, Target, migrate};
use tempfile::TempDir;

/// A migrated, empty database that goes away with this value.
pub struct Database {
    url: String,
    folder: TempDir,
    schema: Option<String>,
}

impl Database {
    /// An embedded database in a temporary folder.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("maillage.db");
        std::fs::write(&file, template()).expect("a copy of the template");
        Self {
            url: format!("sqlite://{}", file.display()),
            folder,
            schema: None,
        }
    }

    /// A schema of its own on PostgreSQL, if there is one.
    pub fn postgres() -> Option<Self> {
        let database = Self::postgres_empty()?;
        migrate::up(&mut database.conn()).expect("migrations apply");
        Some(database)
    }

    /// The same without the migrations.
    pub fn postgres_empty() -> Option<Self> {
        let server = server()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let random = folder
            .path()
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .trim_start_matches('.');
        let schema = format!("t{}_{}", std::process::id(), random.to_lowercase());
        admin(server, &format!("CREATE SCHEMA {schema}"));
        let joint = if server.contains('?') { '&' } else { '?' };
        Some(Self {
            url: format!("{server}{joint}options=-csearch_path%3D{schema}"),
            folder,
            schema: Some(schema),
        })
    }

    /// For `Db::open` or the configuration of a node.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder for whatever else the test keeps.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection of one's own.
    pub fn conn(&self) -> Conn {
        Target::parse(&self.url)
            .and_then(|target| target.connect().map_err(|error| panic!("{error}")))
            .expect("a connection")
    }

    /// The pooled handle, as the node has it.
    pub fn db(&self) -> Db {
        Db::open(&self.url, 4).expect("the database opens")
    }

    /// Which of the two this is.
    pub fn is_postgres(&self) -> bool {
        self.schema.is_some()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Some(schema), Some(server)) = (&self.schema, server()) {
            admin(server, &format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// Runs a test on a fresh database of each kind, and says on which it failed.
pub fn both(test: impl Fn(&Database)) {
    run_on(&Database::sqlite(), &test);
    if let Some(database) = Database::postgres() {
        run_on(&database, &test);
    }
}

/// [`both`], for a test that needs only one connection.
pub fn both_conn(test: impl Fn(&mut Conn)) {
    both(|database| test(&mut database.conn()));
}

fn run_on(database: &Database, test: &impl Fn(&Database)) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(database))) {
        eprintln!(
            "failed on {}",
            if database.is_postgres() { "PostgreSQL" } else { "SQLite" }
        );
        resume_unwind(panic);
    }
}

fn admin(server: &str, sql: &str) {
    let mut conn = Target::parse(server)
        .expect("a URL")
        .connect()
        .expect("the PostgreSQL server answers");
    conn.batch_execute(sql).expect("the test role may make schemas");
}

/// The PostgreSQL server for tests, where there is one.
pub fn postgres_server() -> Option<&'static str> {
    server()
}

/// The PostgreSQL server for tests, started when needed.
fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    SERVER.get_or_init(find_server).as_deref()
}

fn find_server() -> Option<String> {
    if let Ok(url) = std::env::var("MAILLAGE_TEST_DATABASE_URL")
        && !url.is_empty()
    {
        return Some(url);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test-postgres.sh");
    let started = Command::new(script).arg("start").output().expect("the script runs");
    if started.status.success() {
        return Some(String::from_utf8_lossy(&started.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&started.stderr);
    assert!(started.status.code() == Some(3), "PostgreSQL did not start: {said}");
    assert!(!postgres_is_required(), "PostgreSQL is required: {said}");
    eprintln!("PostgreSQL part skipped: {}", said.trim());
    None
}

/// Whether a test without PostgreSQL fails instead of being passed over.
pub fn postgres_is_required() -> bool {
    std::env::var("MAILLAGE_TEST_REQUIRE_POSTGRES").as_deref() == Ok("1")
}

/// The bytes of a migrated file.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("template.db");
        let mut conn = Target::Sqlite(file.clone()).connect().expect("a new file");
        migrate::up(&mut conn).expect("migrations apply");
        // Back to one file, so that the copy is complete.
        conn.batch_execute("PRAGMA journal_mode=DELETE").expect("one file");
        drop(conn);
        std::fs::read(file).expect("the template")
    })
}
