//! A programme from a file, and a peer to follow.

use crate::support::program::Program;

fn demo_file() -> String {
    format!("{}/src/cli/demo/programme.json", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_demo_programme_is_imported_once() {
    let program = Program::new();
    let first = program.run(&["import", &demo_file()]).expect_ok();
    assert_eq!(first, "new: 27 centres, 54 events\n");
    let second = program.run(&["import", &demo_file()]).expect_ok();
    assert!(
        second.contains("new: 0 centres, 0 events\nknown already: 54 events"),
        "{second}"
    );
}

#[test]
fn a_malformed_file_names_its_line_and_brings_nothing() {
    let program = Program::new();
    program
        .run(&["centre", "add", "--name", "Un", "--handle", "un"])
        .expect_ok();
    let file = program.folder.path().join("programme.json");
    let path = file.display().to_string();
    let import = || program.run(&["import", &path, "--centre", "un"]);
    let good = r#"{"title": "Un atelier", "start": "2026-11-24T09:00", "end": "2026-11-24T12:00",
        "place": {"name": "Un", "address": "3 place Faidherbe", "postcode": "59100", "city": "Roubaix"}}"#
        .replace('\n', "");
    for (text, words) in [
        ("[\n {\"title\": \n]", vec!["line 3"]),
        (
            &format!("[\n{good},\n{{\"title\": \"x\", \"start\": \"hier\", \"end\": \"2026-11-24T12:00\"}}]"),
            vec!["line 3", "start"],
        ),
    ] {
        std::fs::write(&file, text).expect("written");
        let ended = import();
        assert_eq!(ended.code, Some(1), "{}", ended.out);
        for word in words.iter().chain(&["nothing was imported", path.as_str()]) {
            assert!(ended.err.contains(word), "{word} is missing: {}", ended.err);
        }
    }
    std::fs::write(&file, format!("[{good}]")).expect("written");
    assert_eq!(
        import().expect_ok(),
        "new: 0 centres, 1 events\n",
        "the good event had not come in before"
    );
    let missing = program.run(&["import", "nowhere.json"]);
    assert!(
        missing.code == Some(1) && missing.err.contains("nowhere.json cannot be read"),
        "{}",
        missing.err
    );
}

#[test]
fn a_running_node_sends_the_follow_that_the_command_recorded() {
    let (centre, network) = (Program::new(), Program::new());
    centre
        .run(&["centre", "add", "--name", "L’Escale", "--handle", "escale"])
        .expect_ok();
    network
        .run(&["centre", "add", "--name", "RLIN", "--handle", "rlin", "--network"])
        .expect_ok();
    let (mut one, mut other) = (centre.serve(), network.serve());
    let target = format!("@escale@localhost:{}", centre.address.port());
    let asked = network.run(&["follow", &target, "--as", "rlin"]).expect_ok();
    assert!(asked.contains("/groups/escale: asked"), "{asked}");
    let start = std::time::Instant::now();
    while !other.get("/api/v1/follows").contains("\"accepted\"") {
        assert!(
            start.elapsed() < crate::support::program::PATIENCE,
            "{}",
            other.get("/api/v1/follows")
        );
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(
        network
            .run(&["follow", &target, "--as", "rlin"])
            .expect_ok()
            .contains(": accepted")
    );
    assert!(network.run(&["follows"]).expect_ok().contains("  followed  heard 2"));
    let host = format!("localhost:{}", centre.address.port());
    let muted = network.run(&["blocks", "add", &format!("@escale@{host}"), "--mute"]);
    assert!(muted.expect_ok().starts_with("mute: "));
    assert!(network.run(&["follows"]).expect_ok().contains("  muted  "));
    let listed = network.run(&["follows", "--json"]).expect_ok();
    assert!(listed.contains("\"standing\": \"muted\""), "{listed}");
    let nobody = network.run(&["follow", "@nobody@localhost:1", "--as", "rlin"]);
    assert!(
        nobody.code == Some(1) && nobody.err.contains("@nobody@localhost:1"),
        "{}",
        nobody.err
    );
    let stranger = network.run(&["follow", &target, "--as", "un"]);
    assert!(stranger.err.contains("no centre un"), "{}", stranger.err);
    assert_eq!((one.stop().code, other.stop().code), (Some(0), Some(0)));
}
