//! `maillage deliveries`, beside a running node and without one.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use maillage::domain::time::{Clock, SystemClock};
use maillage::store::{Db, StoreError};
use serde_json::Value;

use crate::support::outbox::{fail, record};
use crate::support::program::{PATIENCE, Program};
use crate::support::server::{Reply, Server};

/// Deliveries for `host`, which failed and is tried again in nine hours. The database is there already.
fn waiting(program: &Program, host: &str, count: usize) {
    let path = program.folder.path().join("data/maillage.db");
    let store = Db::open(&format!("sqlite://{}", path.display()), 1).expect("the database");
    let (host, now) = (host.to_owned(), SystemClock.now());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let written = runtime.block_on(store.write(move |conn| {
        record(conn, &host, count, now);
        fail(conn, &host, "503 anne@panne.test", now, now + TimeDelta::hours(9));
        Ok::<_, StoreError>(())
    }));
    written.expect("deliveries");
}

#[test]
fn a_table_or_json_tells_what_waits_for_whom() {
    let program = Program::new();
    assert_eq!(program.run(&["deliveries"]).expect_ok(), "nothing waits\n");
    waiting(&program, "panne.test:8081", 3);
    let table = program.run(&["deliveries"]).expect_ok();
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert_eq!(
        (lines[0][0], &lines[1][..3]),
        ("HOST", &["panne.test:8081", "3", "-"][..])
    );
    assert!(table.ends_with("  503 …\n"), "{table}");
    let all: Value = serde_json::from_str(&program.run(&["deliveries", "--json"]).expect_ok()).expect("JSON");
    assert_eq!(
        (all[0]["waiting"].as_u64(), all[0]["failures"].as_u64()),
        (Some(3), Some(1))
    );
    assert!(
        program
            .run(&["doctor"])
            .expect_ok()
            .contains("3 deliveries wait for 1 servers")
    );
}

#[test]
fn giving_up_closes_what_waits_for_one_server() {
    let program = Program::new();
    program.run(&["deliveries"]).expect_ok();
    waiting(&program, "panne.test:8081", 2_001);
    waiting(&program, "autre.test", 1);
    for step in ["retry", "give-up"] {
        let unknown = program.run(&["deliveries", step, "nobody.test"]);
        assert_eq!(unknown.code, Some(1));
        assert!(unknown.err.contains("\"nobody.test\""), "{}", unknown.err);
    }
    let said = program.run(&["deliveries", "give-up", "Panne.test:8081"]).expect_ok();
    assert_eq!(said, "panne.test:8081: 2001 deliveries given up\n");
    let left: Value = serde_json::from_str(&program.run(&["deliveries", "--json"]).expect_ok()).expect("JSON");
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!(left[0]["host"], "autre.test");
    let said = program.run(&["deliveries", "retry", "panne.test:8081"]).expect_ok();
    assert_eq!(said, "panne.test:8081: nothing waits\n");
    let neither = program.run(&["deliveries", "retry"]);
    assert_eq!(neither.code, Some(2), "{}", neither.err);
}

#[test]
fn the_running_node_notices_a_retry_within_seconds() {
    let program = Program::new();
    let mut serving = program.serve();
    let peer = Server::start(|_| Reply::status(202));
    let host = format!("localhost:{}", peer.port);
    let posts = || peer.seen().iter().filter(|request| request.method == "POST").count();
    let arrived = |count: usize| {
        let start = Instant::now();
        while posts() < count {
            assert!(start.elapsed() < PATIENCE, "{} of {count} arrived", posts());
            std::thread::sleep(Duration::from_millis(50));
        }
        start.elapsed()
    };
    waiting(&program, &host, 1);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(posts(), 0, "it is not due for hours");
    let said = program.run(&["deliveries", "retry", &host]).expect_ok();
    assert_eq!(said, format!("{host}: 1 delivery due now\n"));
    let took = arrived(1);
    assert!(took < Duration::from_secs(8), "{took:?}");

    // What arrived is settled a moment later; until then the host is being served.
    std::thread::sleep(Duration::from_secs(1));
    waiting(&program, &host, 1);
    waiting(&program, "localhost:1", 1);
    let said = program.run(&["deliveries", "retry", "--all"]).expect_ok();
    assert_eq!(said, "due now: 2 more servers\n");
    arrived(2);
    assert_eq!(serving.stop().code, Some(0));
}
