//! The two sets of migrations: the same names, reversible, and what `schema.rs` says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Double, Nullable, Text};
use maillage::domain::centre::CentreKind;
use maillage::domain::place::Place;
use maillage::federation::signature::sha256;
use maillage::store::{Conn, Db, StoreError, Target, inbox, migrate, schema};

use super::samples::{centre, facts, local, peer, remote};
use crate::support::database::{Database, both, both_conn};

fn names(database: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| entry.expect("an entry").path())
        .inspect(|path| {
            for file in ["up.sql", "down.sql"] {
                assert!(path.join(file).is_file(), "{} has no {file}", path.display());
            }
        })
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let sqlite = names("sqlite");
    assert!(sqlite.len() >= 4, "{sqlite:?}");
    assert_eq!(sqlite, names("postgres"));
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const SQLITE_SHAPE: &str =
    "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master ORDER BY 1";
const POSTGRES_SHAPE: &str = "\
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
        || coalesce(column_default, '') || ' ' || coalesce(collation_name, '') AS line \
      FROM information_schema.columns WHERE table_schema = current_schema() \
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() \
    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
      WHERE connamespace = current_schema()::regnamespace ORDER BY 1";

fn shape(database: &Database, conn: &mut Conn) -> Vec<String> {
    let sql = if database.is_postgres() {
        POSTGRES_SHAPE
    } else {
        SQLITE_SHAPE
    };
    let lines: Vec<Line> = diesel::sql_query(sql).load(conn).expect("the catalogue");
    lines.into_iter().map(|line| line.line).collect()
}

#[test]
fn up_down_up_leaves_the_same_schema() {
    both(|database| {
        let mut conn = database.conn();
        let before = shape(database, &mut conn);
        assert!(before.len() > 40, "{before:?}");
        migrate::down(&mut conn).expect("down");
        let bare = shape(database, &mut conn);
        let own = |line: &&String| !line.contains("__diesel_schema_migrations") && !line.starts_with("table sqlite_");
        assert_eq!(
            bare.iter().filter(own).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "left over"
        );
        migrate::up(&mut conn).expect("up again");
        assert_eq!(shape(database, &mut conn), before);
    });
}

#[derive(QueryableByName, Debug, PartialEq)]
struct Whereabouts {
    #[diesel(sql_type = Text)]
    publisher: String,
    #[diesel(sql_type = Text)]
    town: String,
    #[diesel(sql_type = Text)]
    postcode: String,
    #[diesel(sql_type = Nullable<Double>)]
    latitude: Option<f64>,
}

#[test]
fn sessions_from_before_learn_where_they_are() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let there = peer(conn, "agenda", "there.example");
        local(conn, one.id, facts("Ici", "2026-12-02T09:00:00Z"));
        let mut far = facts("Là-bas", "2026-12-03T09:00:00Z");
        far.place = Some(Place {
            city: "Saint-Étienne Cedex 2".to_owned(),
            postcode: "42000".to_owned(),
            latitude: Some(45.4),
            longitude: Some(4.4),
            ..Place::default()
        });
        remote(conn, &there, far);
        let all = |conn: &mut Conn| -> Vec<Whereabouts> {
            diesel::sql_query("SELECT publisher, town, postcode, latitude FROM sessions ORDER BY starts_at")
                .load(conn)
                .expect("the sessions")
        };
        let written = all(conn);
        assert_eq!(
            (written[0].publisher.as_str(), written[0].town.as_str()),
            (one.id.to_string().as_str(), "")
        );
        assert_eq!((written[1].town.as_str(), written[1].latitude), ("saint", Some(45.4)));
        take_back(conn, "2026-11-30-000020_unread");
        take_back(conn, "2026-11-30-000019_moments");
        take_back(conn, "2026-11-23-000011_whereabouts");
        migrate::up(conn).expect("up again");
        assert_eq!(all(conn), written);
    });
}

/// Undoes one migration, whatever came after it.
fn take_back(conn: &mut Conn, name: &str) {
    let database = if matches!(conn, Conn::Postgres(_)) {
        "postgres"
    } else {
        "sqlite"
    };
    let script = format!("migrations/{database}/{name}/down.sql");
    let down = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(script)).expect("a script");
    let version: String = name.split('_').next().unwrap_or_default().replace('-', "");
    conn.batch_execute(&format!(
        "{down}; DELETE FROM __diesel_schema_migrations WHERE version = '{version}'"
    ))
    .expect("down");
}

#[test]
fn what_was_taken_in_before_is_still_known() {
    both_conn(|conn| {
        take_back(conn, "2026-11-29-000016_lean");
        let digest = sha256(b"{}");
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        conn.batch_execute(&format!(
            "INSERT INTO inbox_seen VALUES ('https://a.example/1', '{hex}', 1)"
        ))
        .expect("a row");
        migrate::up(conn).expect("up again");
        assert!(inbox::seen(conn, &digest, None).expect("a look"));
        assert!(!inbox::seen(conn, &sha256(b"[]"), None).expect("a look"));
    });
}

#[test]
fn every_table_of_the_schema_can_be_read_on_both() {
    both(|database| {
        let mut conn = database.conn();
        let mut read = BTreeSet::new();
        macro_rules! read {
            ($($table:ident),* $(,)?) => {$(
                let all = schema::$table::table.select(schema::$table::all_columns).limit(1);
                all.execute(&mut conn).expect(stringify!($table));
                read.insert(stringify!($table).to_owned());
            )*};
        }
        read!(
            centres,
            actor_keys,
            members,
            sign_ins,
            tokens,
            settings,
            changes,
            peers,
            peer_keys,
            follows,
            followers,
            events,
            event_tags,
            sessions,
            announces,
            tombstones,
            activities,
            deliveries,
            hosts,
            inbox_seen,
            merge_vetoes,
            notices,
            blocks,
            follow_requests,
            network_rules,
            memberships,
            approvals,
            network_queue,
            network_departures,
            network_posts,
            network_tellings,
            event_documents,
        );
        let sql = if database.is_postgres() {
            "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = current_schema()"
        } else {
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        };
        let tables: Vec<Line> = diesel::sql_query(sql).load(&mut conn).expect("the catalogue");
        let tables = tables.into_iter().map(|line| line.line);
        let tables: BTreeSet<String> = tables.filter(|name| !name.starts_with("__")).collect();
        assert_eq!(read, tables, "a table is missing from this test or from schema.rs");
    });
}

fn open_all_at_once(url: &str) {
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..8).map(|_| scope.spawn(|| Db::open(url, 1).map(drop))).collect();
        for process in starting {
            process.join().expect("no panic").expect("the database opens");
        }
    });
}

#[test]
fn processes_that_start_together_migrate_once() {
    let folder = tempfile::tempdir().expect("a folder");
    open_all_at_once(&format!("sqlite://{}", folder.path().join("new.db").display()));
    if let Some(database) = Database::postgres_empty() {
        open_all_at_once(database.url());
        assert!(migrate::version(&mut database.conn()).expect("a version").is_some());
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    both(|database| {
        let mut conn = database.conn();
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
            .execute(&mut conn)
            .expect("a row");
        let refused = migrate::up(&mut conn);
        assert!(
            matches!(&refused, Err(StoreError::Newer(version)) if version == "29990101000000"),
            "{refused:?}"
        );
        assert!(Target::parse(database.url()).is_ok());
    });
}
