//! The demo as somebody new meets it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;

use crate::support::program::Program;

/// A port with the next one free too.
fn two_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = first.local_addr().expect("its address").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

#[test]
fn the_networks_calendar_arrives_and_nothing_stays_behind() {
    let program = Program::new();
    let port = two_ports();
    let folder = program.folder.path().join("tmp");
    std::fs::create_dir(&folder).expect("made");
    let program = program.with("TMPDIR", &folder.display().to_string());
    let mut demo = program.start(&["demo", "--today", "--port", &port.to_string()]);
    let lines = BufReader::new(demo.take_out()).lines().map(|line| line.expect("text"));
    let text = lines
        .take_while(|line| !line.starts_with("Ctrl-C"))
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        text.contains("Maillage demo is ready"),
        "the demo ended: {}",
        demo.stop().err
    );
    for part in [
        &format!("http://localhost:{}", port + 1),
        "arrived by federation",
        "staff@demo.example",
        "password",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    let page = demo.get_from(port + 1, "/api/v1/calendar?limit=1");
    assert!(page.contains(&format!("http://localhost:{port}/events/")), "{page}");
    assert_eq!(demo.stop().code, Some(0));
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("127.0.0.1", port + 1)).is_ok());
    assert_eq!(
        std::fs::read_dir(&folder).expect("folder").count(),
        0,
        "the temporary folder is still there"
    );
}

#[test]
fn a_port_in_use_is_named_before_anything_is_made() {
    let port = two_ports();
    let _taken = TcpListener::bind(("127.0.0.1", port + 1)).expect("the port");
    let ended = Program::new().run(&["demo", "--port", &port.to_string()]);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    assert!(ended.err.contains(&format!("127.0.0.1:{}", port + 1)), "{}", ended.err);
}
