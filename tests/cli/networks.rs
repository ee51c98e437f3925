//! Networks, follows, followers and blocks from the command line.

use crate::support::program::Program;

fn add(program: &Program, name: &str, handle: &str, more: &[&str]) {
    let words = [&["centre", "add", "--name", name, "--handle", handle], more].concat();
    program.run(&words).expect_ok();
}

#[test]
fn a_network_gets_its_rule_and_its_members() {
    let program = Program::new();
    add(&program, "L’Escale", "escale", &[]);
    add(&program, "RLIN", "rlin", &["--network"]);
    let rule = program
        .run(&[
            "network",
            "rule",
            "rlin",
            "--postcode",
            "59",
            "--theme",
            "parentalite",
            "--approval",
        ])
        .expect_ok();
    for line in ["postcodes\t59", "themes\tparentalite", "online\ttrue", "approval\ttrue"] {
        assert!(rule.lines().any(|one| one == line), "{line}: {rule}");
    }
    program
        .run(&["network", "add", "rlin", "escale", "--trusted"])
        .expect_ok();
    let shown = program.run(&["network", "show", "rlin"]).expect_ok();
    assert!(shown.contains("member\tescale\tL’Escale\ttrusted"), "{shown}");
    program.run(&["network", "remove", "rlin", "escale"]).expect_ok();
    let shown = program.run(&["network", "show", "rlin"]).expect_ok();
    assert!(!shown.contains("member"), "{shown}");

    for (words, said) in [
        (&["network", "show", "escale"][..], "escale"),
        (&["network", "rule", "rlin", "--postcode", "abc"], "postcode"),
        (&["network", "rule", "rlin", "--theme", "jardinage"], "theme"),
        (&["network", "approve", "rlin", "https://nulle.example/part"], "part"),
    ] {
        let ended = program.run(words);
        assert_eq!(ended.code, Some(1), "{words:?}");
        assert!(ended.err.contains(said), "{words:?}: {}", ended.err);
    }
}

#[test]
fn blocks_are_added_listed_exported_imported_and_removed() {
    let (program, other) = (Program::new(), Program::new());
    let add = program.run(&["blocks", "add", "mauvais.example", "--note", "pourriel"]);
    assert_eq!(add.expect_ok(), "block: mauvais.example\n");
    program.run(&["blocks", "add", "bavard.example", "--mute"]).expect_ok();
    let list = program.run(&["blocks", "list"]).expect_ok();
    assert!(
        list.contains("block  mauvais.example  pourriel") && list.contains("mute  bavard.example"),
        "{list}"
    );
    let csv = program.run(&["blocks", "export"]).expect_ok();
    let file = program.folder.path().join("blocks.csv");
    std::fs::write(&file, csv).expect("written");
    let brought = other
        .run(&["blocks", "import", &file.display().to_string()])
        .expect_ok();
    assert_eq!(brought, "2 added or changed\n");
    assert_eq!(other.run(&["blocks", "list"]).expect_ok(), list);
    program.run(&["blocks", "remove", "mauvais.example"]).expect_ok();
    assert!(!program.run(&["blocks", "list"]).expect_ok().contains("mauvais"));
    let wrong = program.run(&["blocks", "add", "pas un domaine"]);
    assert_eq!(wrong.code, Some(1), "{}", wrong.err);
}

#[test]
fn whose_follow_is_accepted_is_shown_and_set() {
    let program = Program::new();
    assert_eq!(program.run(&["followers", "mode"]).expect_ok(), "open\n");
    let set = ["followers", "mode", "allow-list", "--allow", "ami.example"];
    assert_eq!(program.run(&set).expect_ok(), "allow-list\n");
    assert_eq!(
        program.run(&["followers", "mode"]).expect_ok(),
        "allow-list\nami.example\n"
    );
    assert_eq!(program.run(&["followers", "requests"]).expect_ok(), "");
    let unknown = program.run(&["followers", "mode", "fermé"]);
    assert_ne!(unknown.code, Some(0));
    let nobody = program.run(&["followers", "accept", "01a20831-d8d4-7b13-8c25-701596777133"]);
    assert_eq!(nobody.code, Some(1), "{}", nobody.err);
}

#[test]
fn who_is_there_is_shown_before_anything_is_asked() {
    let (centre, network) = (Program::new(), Program::new());
    add(&centre, "L’Escale", "escale", &[]);
    let mut running = centre.serve();
    let target = format!("@escale@localhost:{}", centre.address.port());
    let seen = network.run(&["follow", &target, "--preview"]).expect_ok();
    assert!(seen.contains("L’Escale") && seen.contains("maillage"), "{seen}");
    assert_eq!(network.run(&["follows"]).expect_ok(), "", "nobody was asked");
    assert_eq!(running.stop().code, Some(0));
}
