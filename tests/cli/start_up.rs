//! A start that cannot be says, in a line, what is wrong and where; the exit code says of which kind it is.

use std::net::TcpListener;

use crate::support::program::Program;

/// One line on standard error that holds each of `words`.
fn refused(program: &Program, code: i32, words: &[&str]) {
    let ended = program.run(&["serve"]);
    assert_eq!(ended.code, Some(code), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    for word in words {
        assert!(ended.err.contains(word), "{word} is missing: {}", ended.err);
    }
    assert_eq!(ended.out, "");
}

#[test]
fn an_unknown_key_is_named_with_its_variable() {
    let program = Program::new().with("MAILLAGE_SERVER__LISTENS", "127.0.0.1:1");
    refused(
        &program,
        3,
        &["server.listens", "variable MAILLAGE_SERVER__LISTENS", "unknown key"],
    );
}

#[test]
fn an_unknown_key_is_named_with_its_file() {
    let program = Program::new();
    let file = program.folder.path().join("config/maillage.toml");
    std::fs::create_dir(file.parent().expect("a folder")).expect("made");
    std::fs::write(&file, "[node]\ntitle = 'x'\n").expect("written");
    refused(&program, 3, &["node.title", "file config/maillage.toml", "unknown key"]);
}

#[test]
fn a_missing_or_bad_address_is_named() {
    let missing = Program::new().without("MAILLAGE_SERVER__BASE_URL");
    refused(
        &missing,
        3,
        &["server.base_url", "missing", "MAILLAGE_SERVER__BASE_URL"],
    );
    let bad = Program::new().with("MAILLAGE_SERVER__BASE_URL", "http://localhost:8080/node");
    refused(&bad, 3, &["server.base_url", "scheme and host only"]);
}

#[test]
fn loopback_peers_on_a_public_node_are_refused() {
    let program = Program::new().with("MAILLAGE_SERVER__BASE_URL", "https://agenda.example");
    refused(&program, 3, &["federation.allow_loopback", "https"]);
}

#[test]
fn a_port_in_use_is_named() {
    let program = Program::new();
    let _taken = TcpListener::bind(program.address).expect("the port");
    refused(
        &program,
        5,
        &[
            &program.address.to_string(),
            "another program uses this port",
            "MAILLAGE_SERVER__LISTEN",
        ],
    );
    assert!(
        !program.folder.path().join("data").exists(),
        "nothing is made before the port is ours"
    );
}

#[test]
fn a_database_that_cannot_be_written_is_named() {
    let program = Program::new();
    let folder = program.folder.path().join("a folder.db");
    std::fs::create_dir(&folder).expect("made");
    let program = program.with("MAILLAGE_DATABASE__URL", &format!("sqlite://{}", folder.display()));
    refused(
        &program,
        4,
        &["a folder.db", "it is a folder", "MAILLAGE_DATABASE__URL"],
    );
    let program = program.with("MAILLAGE_DATABASE__URL", "sqlite:///nowhere/maillage.db");
    refused(&program, 4, &["/nowhere/maillage.db", "/nowhere does not exist"]);
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let program = Program::new();
    let file = program.folder.path().join("letter.txt");
    std::fs::write(&file, "Madame, Monsieur, ".repeat(300)).expect("written");
    let program = program.with("MAILLAGE_DATABASE__URL", &format!("sqlite://{}", file.display()));
    refused(&program, 4, &["letter.txt", "not a database"]);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let program = Program::new();
    let file = program.folder.path().join("occupied");
    std::fs::write(&file, "").expect("written");
    let program = program.with("MAILLAGE_DATA_DIR", &file.join("data").display().to_string());
    refused(&program, 4, &["occupied/data", "MAILLAGE_DATA_DIR"]);
}
