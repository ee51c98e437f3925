//! The node as a process: ready, watched, stopped.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::program::Program;

#[test]
fn health_tells_whether_the_node_is_ready() {
    let program = Program::new();
    let before = program.run(&["health"]);
    assert!(
        before.code == Some(1) && before.err.contains("no answer"),
        "{}",
        before.err
    );
    let mut serving = program.serve();
    assert_eq!(program.run(&["health"]).expect_ok().trim(), "ready");
    assert_eq!(serving.stop().code, Some(0));
}

#[test]
fn a_stop_is_quick_and_clean_even_with_idle_connections() {
    let program = Program::new();
    let mut serving = program.serve();
    let mut idle = TcpStream::connect(program.address).expect("a connection");
    idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sent");
    let _silent = TcpStream::connect(program.address).expect("a connection");
    let start = Instant::now();
    let ended = serving.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(
        ended.err.contains("stopped") && !ended.err.contains("without waiting"),
        "{}",
        ended.err
    );
}

#[test]
fn log_lines_are_json_and_tell_nothing_of_the_reader() {
    let program = Program::new().with("MAILLAGE_TELEMETRY__FORMAT", "json");
    let mut serving = program.serve();
    serving.get("/health/live?email=reader@centre.example");
    let ended = serving.stop();
    let lines: Vec<Value> = ended
        .err
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let live = lines
        .iter()
        .find(|line| line["http.route"] == "/health/live")
        .expect("the request");
    assert_eq!(live["http.method"], "GET");
    assert_eq!(live["http.status"], 200);
    assert!(
        live["duration_ms"].is_number() && live["request.id"].is_string(),
        "{live}"
    );
    assert!(
        !ended.err.contains("reader") && !ended.err.contains("127.0.0.1\""),
        "{}",
        ended.err
    );
}

#[test]
fn what_was_added_beside_a_running_node_is_there() {
    let program = Program::new();
    let mut serving = program.serve();
    program
        .run(&["centre", "add", "--name", "L’Escale du canal", "--handle", "escale"])
        .expect_ok();
    let page = serving.get("/centres/escale");
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("L’Escale du canal"),
        "{page}"
    );
    serving.stop();
}
