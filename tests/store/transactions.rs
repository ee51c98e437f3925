//! Writes: serialised, all or nothing, and the same promise on both databases.

use std::path::Path;

use maillage::store::{Db, StoreError, settings};

use crate::support::database::both;

fn count(db: &Db, runtime: &tokio::runtime::Runtime) -> Option<String> {
    runtime
        .block_on(db.read(|conn| settings::get(conn, "count")))
        .expect("a read")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn eight_writers_lose_no_update() {
    both(|database| {
        let (db, runtime) = (database.db(), runtime());
        runtime.block_on(async {
            let writers: Vec<_> = (0..8)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move {
                        for _ in 0..25 {
                            db.write(|conn| {
                                let before: u64 = settings::get(conn, "count")?
                                    .and_then(|text| text.parse().ok())
                                    .unwrap_or(0);
                                settings::set(conn, "count", &(before + 1).to_string())
                            })
                            .await
                            .expect("a write");
                        }
                    })
                })
                .collect();
            for writer in writers {
                writer.await.expect("no panic");
            }
        });
        assert_eq!(count(&db, &runtime).as_deref(), Some("200"));
    });
}

#[test]
fn processes_without_a_common_gate_lose_none_either() {
    both(|database| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut conn = database.conn();
                    for _ in 0..25 {
                        conn.write_tx(|conn| -> Result<(), StoreError> {
                            let before: u64 = settings::get(conn, "count")?
                                .and_then(|text| text.parse().ok())
                                .unwrap_or(0);
                            settings::set(conn, "count", &(before + 1).to_string())
                        })
                        .expect("a write");
                    }
                });
            }
        });
        assert_eq!(count(&database.db(), &runtime()).as_deref(), Some("100"));
    });
}

#[test]
fn a_refused_write_leaves_nothing() {
    both(|database| {
        let (db, runtime) = (database.db(), runtime());
        let refused: Result<(), StoreError> = runtime.block_on(db.write(|conn| {
            settings::set(conn, "count", "1")?;
            Err(StoreError::Cancelled)
        }));
        assert!(matches!(refused, Err(StoreError::Cancelled)));
        assert_eq!(count(&db, &runtime), None);
    });
}

#[test]
fn a_panic_reaches_the_caller_and_the_next_write_works() {
    both(|database| {
        let (db, runtime) = (database.db(), runtime());
        let panicking = db.clone();
        let task = runtime.spawn(async move {
            panicking
                .write(|conn| -> Result<(), StoreError> {
                    settings::set(conn, "count", "1")?;
                    panic!("in the middle")
                })
                .await
        });
        assert!(runtime.block_on(task).expect_err("a panic").is_panic());
        assert_eq!(count(&db, &runtime), None);
        runtime
            .block_on(db.write(|conn| settings::set(conn, "count", "2")))
            .expect("the next write");
        assert_eq!(count(&db, &runtime).as_deref(), Some("2"));
    });
}

#[test]
fn more_callers_than_connections_wait_their_turn() {
    both(|database| {
        let db = Db::open(database.url(), 1).expect("it opens");
        runtime().block_on(async {
            let all: Vec<_> = (0..50)
                .map(|at| {
                    let db = db.clone();
                    tokio::spawn(async move {
                        if at % 5 == 0 {
                            db.write(move |conn| settings::set(conn, &format!("k{at}"), "v")).await
                        } else {
                            db.read(|conn| settings::get(conn, "k0").map(drop)).await
                        }
                    })
                })
                .collect();
            for one in all {
                one.await.expect("no panic").expect("an answer");
            }
        });
    });
}

#[test]
fn only_three_files_ask_which_database_it_is() {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![store.clone()];
    let mut asking = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a source")).into_owned();
            let asks = [
                "Conn::Sqlite",
                "Conn::Postgres",
                "Target::Sqlite",
                "Self::Sqlite(",
                "SqliteConnection",
                "PgConnection",
            ];
            if asks.iter().any(|word| text.contains(word)) {
                asking.push(path.strip_prefix(&store).expect("below").display().to_string());
            }
        }
    }
    asking.sort();
    assert_eq!(asking, ["store/backend.rs", "store/db.rs", "store/migrate.rs"]);
}
