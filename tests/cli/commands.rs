//! Accounts, tokens, centres, doctor.

use crate::support::program::Program;

#[test]
fn the_first_account_is_an_admin_and_its_password_is_shown_once() {
    let program = Program::new();
    let out = program.run(&["user", "add", "Accueil@centre.example"]).expect_ok();
    assert!(out.contains("accueil@centre.example (admin)"), "{out}");
    let password = out
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password");
    assert!(password.split(' ').next().expect("a word").len() >= 20, "{out}");
    let given = program.run_with(
        &["user", "add", "b@centre.example", "--password-stdin"],
        "trois canards gris\n",
    );
    assert_eq!(given.expect_ok().trim(), "account: b@centre.example (editor)");
    let again = program.run(&["user", "add", "accueil@centre.example"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("email: Already taken."), "{}", again.err);
}

#[test]
fn a_weak_password_and_an_unknown_role_are_refused() {
    let program = Program::new();
    let weak = program.run_with(&["user", "add", "a@centre.example", "--password-stdin"], "azerty\n");
    assert!(
        weak.code == Some(1) && weak.err.contains("password: At least 12"),
        "{}",
        weak.err
    );
    let none = program.run_with(&["user", "add", "a@centre.example", "--password-stdin"], "");
    assert!(none.code == Some(1) && none.err.contains("no password"), "{}", none.err);
    let role = program.run(&["user", "add", "a@centre.example", "--role", "boss"]);
    assert_eq!(role.code, Some(2), "{}", role.err);
}

#[test]
fn a_token_is_all_that_token_create_prints() {
    let program = Program::new();
    program.run(&["user", "add", "a@centre.example"]).expect_ok();
    let out = program
        .run(&["token", "create", "--user", "a@centre.example", "--name", "site"])
        .expect_ok();
    assert_eq!(out.trim().len(), 43, "{out}");
    assert_eq!(out.lines().count(), 1);
    let unknown = program.run(&["token", "create", "--user", "b@centre.example", "--name", "site"]);
    assert!(
        unknown.code == Some(1) && unknown.err.contains("user add b@centre.example"),
        "{}",
        unknown.err
    );
}

#[test]
fn a_centre_gets_its_account_name() {
    let program = Program::new();
    let host = format!("localhost:{}", program.address.port());
    let place = [
        "--address",
        "80 rue de l’Alma",
        "--postcode",
        "59100",
        "--city",
        "Roubaix",
    ];
    let add = ["centre", "add", "--name", "L’Escale du canal", "--handle", "escale"];
    let out = program.run(&[&add[..], &place[..]].concat()).expect_ok();
    assert_eq!(out.trim(), format!("@escale@{host}"));
    program
        .run(&["centre", "add", "--name", "RLIN", "--handle", "rlin", "--network"])
        .expect_ok();
    let list = program.run(&["centre", "list"]).expect_ok();
    assert_eq!(
        list,
        format!("@escale@{host}\tcentre\tL’Escale du canal\n@rlin@{host}\tnetwork\tRLIN\n")
    );
    let again = program.run(&add);
    assert!(
        again.code == Some(1) && again.err.contains("handle: Already taken."),
        "{}",
        again.err
    );
}

#[test]
fn doctor_changes_nothing_and_finds_what_is_wrong() {
    let program = Program::new();
    let before = program.run(&["doctor"]).expect_ok();
    assert!(before.contains("note data folder"), "{before}");
    assert!(!program.folder.path().join("data").exists());
    program.run(&["centre", "list"]).expect_ok();
    let after = program.run(&["doctor"]).expect_ok();
    for line in [
        "ok   database",
        "ok   migrations: up to date",
        "ok   keys: 2",
        "ok   outbox: nothing waits",
    ] {
        assert!(after.contains(line), "{line} is missing:\n{after}");
    }
    let broken = program.with("MAILLAGE_DATABASE__URL", "sqlite:///").run(&["doctor"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.out.contains("BAD  database"), "{}", broken.out);
    let config = Program::new().with("MAILLAGE_NODE__NAME", " ").run(&["doctor"]);
    assert_eq!(config.code, Some(3));
    assert!(config.out.contains("BAD  configuration"), "{}", config.out);
}

#[test]
fn keys_are_rotated_for_whom_is_named() {
    let program = Program::new();
    let host = format!("localhost:{}", program.address.port());
    program
        .run(&["centre", "add", "--name", "Centre", "--handle", "agenda"])
        .expect_ok();
    let one = program.run(&["keys", "rotate", "--centre", "agenda"]).expect_ok();
    assert_eq!(one.trim(), format!("@agenda@{host}"));
    let all = program.run(&["keys", "rotate", "--all"]).expect_ok();
    assert_eq!(all, format!("@relay@{host}\n@agenda@{host}\n"));
    let relay = program.run(&["keys", "rotate", "--relay"]).expect_ok();
    assert_eq!(relay.trim(), format!("@relay@{host}"));
    let unknown = program.run(&["keys", "rotate", "--centre", "ailleurs"]);
    assert!(
        unknown.code == Some(1) && unknown.err.contains("no centre ailleurs"),
        "{}",
        unknown.err
    );
    assert_eq!(
        program.run(&["keys", "rotate"]).code,
        Some(2),
        "whose keys must be said"
    );
}
