//! Writes of an embedded database share commits, and nothing of their neighbours.

use std::sync::mpsc::channel;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use maillage::domain::centre::CentreKind;
use maillage::store::schema::network_queue;
use maillage::store::{Db, StoreError, events, settings};

use super::samples::{centre, facts, peer, remote};
use crate::support::database::Database;

type Outcome = std::thread::Result<Result<(), StoreError>>;

/// The commits that are in the write-ahead log: a frame with the size of the database is the last of its transaction.
fn commits(database: &Database) -> usize {
    let log = format!(
        "{}-wal",
        database.url().strip_prefix("sqlite://").expect("an embedded database")
    );
    let bytes = std::fs::read(log).expect("the log");
    let (header, page) = (32, 4096 + 24);
    let frames = bytes.get(header..).unwrap_or_default().chunks_exact(page);
    frames.filter(|frame| frame[4..8] != [0; 4]).count()
}

fn set(db: &Db, key: &str) -> BoxFuture<'static, Outcome> {
    let (db, key) = (db.clone(), key.to_owned());
    let write = async move { db.write(move |conn| settings::set(conn, &key, "here")).await };
    std::panic::AssertUnwindSafe(write).catch_unwind().boxed()
}

fn sql(db: &Db, key: &str, sql: &'static str) -> BoxFuture<'static, Outcome> {
    let (db, key) = (db.clone(), key.to_owned());
    let work = async move {
        db.write(move |conn| {
            settings::set(conn, &key, "here")?;
            Ok(conn.batch_execute(sql)?)
        })
        .await
    };
    std::panic::AssertUnwindSafe(work).catch_unwind().boxed()
}

fn panicking(db: &Db, key: &str) -> BoxFuture<'static, Outcome> {
    let (db, key) = (db.clone(), key.to_owned());
    let work = async move {
        db.write(move |conn| -> Result<(), StoreError> {
            settings::set(conn, &key, "here")?;
            panic!("in the middle")
        })
        .await
    };
    std::panic::AssertUnwindSafe(work).catch_unwind().boxed()
}

/// Runs `writes`, all of them queued in this order while another one holds the writer.
async fn together(db: &Db, writes: Vec<BoxFuture<'static, Outcome>>) -> Vec<Outcome> {
    let (release, held) = channel::<()>();
    let holder = db.clone();
    let hold = async move {
        holder
            .write(move |_| {
                // Longer than a transaction takes anybody in: the writes have the next one to themselves.
                let _ = held.recv();
                std::thread::sleep(Duration::from_millis(30));
                Ok(())
            })
            .await
            .expect("a write");
    };
    let let_go = async move { release.send(()).expect("the writer waits") };
    tokio::join!(hold, join_all(writes), let_go).1
}

async fn keys(db: &Db, among: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for key in among {
        let name = (*key).to_owned();
        if db
            .read(move |conn| settings::get(conn, &name))
            .await
            .expect("a read")
            .is_some()
        {
            found.push((*key).to_owned());
        }
    }
    found
}

#[tokio::test]
async fn two_hundred_writers_share_a_few_commits() {
    let database = Database::sqlite();
    let db = database.db();
    set(&db, "first").await.expect("no panic").expect("a write");
    let before = commits(&database);
    let writes = (0..200).map(|at| set(&db, &format!("k{at}"))).collect();
    for outcome in together(&db, writes).await {
        outcome.expect("no panic").expect("a write");
    }
    let shared = commits(&database) - before;
    assert!((1..=20).contains(&shared), "{shared} commits");
    let alone = commits(&database);
    for at in 0..5 {
        set(&db, &format!("alone{at}"))
            .await
            .expect("no panic")
            .expect("a write");
    }
    assert_eq!(commits(&database) - alone, 5, "each was answered after its own commit");
}

#[tokio::test]
async fn a_neighbour_that_fails_or_panics_takes_nobody_with_it() {
    let database = Database::sqlite();
    let db = database.db();
    let writes = vec![
        set(&db, "a"),
        sql(&db, "failing", "INSERT INTO peer_keys VALUES ('key', 'nobody')"),
        set(&db, "b"),
        panicking(&db, "panicking"),
        sql(
            &db,
            "full",
            "PRAGMA max_page_count=1; CREATE TABLE big AS SELECT zeroblob(1000000) AS x",
        ),
        set(&db, "c"),
    ];
    let outcomes = together(&db, writes).await;
    let ended: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(Ok(())) => "kept",
            Ok(Err(_)) => "refused",
            Err(_) => "panicked",
        })
        .collect();
    assert_eq!(ended, ["kept", "refused", "kept", "panicked", "refused", "kept"]);
    let all = ["a", "failing", "b", "panicking", "full", "c"];
    assert_eq!(keys(&db, &all).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn when_the_commit_fails_everybody_is_told_and_nothing_is_kept() {
    let database = Database::sqlite();
    let db = database.db();
    let at_commit = "PRAGMA defer_foreign_keys=ON; INSERT INTO peer_keys VALUES ('key', 'nobody')";
    for spoiler in [at_commit, "ROLLBACK"] {
        let writes = vec![set(&db, "a"), sql(&db, "spoiler", spoiler)];
        for outcome in together(&db, writes).await {
            let outcome = outcome.expect("no panic");
            assert!(matches!(outcome, Err(StoreError::NotCommitted(_))), "{outcome:?}");
        }
        assert_eq!(keys(&db, &["a", "spoiler"]).await, Vec::<String>::new(), "{spoiler}");
    }
    set(&db, "after").await.expect("no panic").expect("the next write");
    assert_eq!(keys(&db, &["after"]).await, ["after"]);
}

#[tokio::test]
async fn a_database_without_room_refuses_and_goes_on_when_there_is_some() {
    let database = Database::sqlite();
    let db = database.db();
    db.write(|conn| {
        conn.batch_execute("PRAGMA max_page_count=1")?;
        Ok(())
    })
    .await
    .expect("a write");
    let mut refused = None;
    for at in 0..2_000 {
        let key = format!("k{at}");
        let write = db.write(move |conn| settings::set(conn, &key, &"x".repeat(2_000)));
        if let Err(error) = write.await {
            refused = Some((at, error));
            break;
        }
    }
    let (at, error) = refused.expect("the limit is met");
    assert!(error.to_string().contains("full"), "{error}");
    let (last, next) = (format!("k{}", at - 1), format!("k{at}"));
    assert_eq!(keys(&db, &[&last, &next]).await, [last]);
    set(&db, "after").await.expect("no panic").expect("a write");
}

#[tokio::test]
async fn work_is_done_in_the_order_it_was_asked_for() {
    let database = Database::sqlite();
    let db = database.db();
    let writes = (0..50)
        .map(|at| {
            let db = db.clone();
            async move {
                let append = db.write(move |conn| {
                    let before = settings::get(conn, "order")?.unwrap_or_default();
                    settings::set(conn, "order", &format!("{before} {at}"))
                });
                Ok(append.await)
            }
            .boxed()
        })
        .collect();
    together(&db, writes).await;
    let order = db.read(|conn| settings::get(conn, "order")).await.expect("a read");
    let expected: String = (0..50).map(|at| format!(" {at}")).collect();
    assert_eq!(order, Some(expected));
}

#[tokio::test]
async fn a_network_made_in_between_looks_at_what_comes_after_it() {
    let database = Database::sqlite();
    let db = database.db();
    let publisher = peer(&mut database.conn(), "agenda", "there.example");
    let take = |title: &'static str| {
        let (db, publisher) = (db.clone(), publisher.clone());
        async move {
            let write = db.write(move |conn| {
                remote(conn, &publisher, facts(title, "2026-12-02T09:00:00Z"));
                Ok(())
            });
            Ok(write.await)
        }
        .boxed()
    };
    let found = {
        let db = db.clone();
        async move {
            let write = db.write(|conn| {
                centre(conn, "reseau", CentreKind::Network);
                Ok(())
            });
            Ok(write.await)
        }
    };
    let before = commits(&database);
    together(&db, vec![take("Avant"), take("Encore"), found.boxed(), take("Après")]).await;
    assert!(commits(&database) <= before + 2, "they share a commit");
    let mut conn = database.conn();
    let queued: Vec<String> = network_queue::table
        .select(network_queue::event_id)
        .load(&mut conn)
        .expect("the queue");
    let titles = queued.iter().map(|id| {
        let event = events::by_id(&mut conn, id.parse().expect("an id")).expect("a read");
        event.expect("an event").facts.title
    });
    assert_eq!(titles.collect::<Vec<_>>(), ["Après"]);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_begun() {
    let database = Database::sqlite();
    let db = database.db();
    let given_up = set(&db, "given-up");
    let impatient = async move {
        assert!(given_up.now_or_never().is_none());
        Ok(Ok(()))
    };
    together(&db, vec![impatient.boxed(), set(&db, "other")]).await;
    assert_eq!(keys(&db, &["given-up", "other"]).await, ["other"]);
}

#[tokio::test]
async fn the_last_handle_may_go_with_the_work() {
    for _ in 0..20 {
        let database = Database::sqlite();
        let db = database.db();
        let held = db.clone();
        let write = db.write(move |conn| {
            let _ = held.is_embedded();
            settings::set(conn, "k", "v")
        });
        write.await.expect("a write");
        drop(db);
    }
}
