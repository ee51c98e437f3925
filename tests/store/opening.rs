//! What the node says when its database cannot be used.

use diesel::prelude::*;
use diesel::sql_types::Text;
use maillage::store::{Db, StoreError, Target};

use crate::support::database::Database;

fn refusal(url: &str) -> String {
    match Db::open(url, 1) {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error.to_string(),
    }
}

#[derive(QueryableByName)]
struct CompileOption {
    #[diesel(sql_type = Text)]
    compile_options: String,
}

/// `.cargo/config.toml` is easily lost on the way into another build, and nothing else would tell.
#[test]
fn sqlite_is_compiled_so_that_statements_are_prepared_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::parse(&format!("sqlite://{}/maillage.db", folder.path().display())).expect("a target");
    let mut conn = target.connect().expect("a connection");
    let options: Vec<CompileOption> = diesel::sql_query("PRAGMA compile_options")
        .load(&mut conn)
        .expect("options");
    for wanted in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0", "THREADSAFE=2"] {
        assert!(
            options.iter().any(|option| option.compile_options == wanted),
            "{wanted}"
        );
    }
}

#[test]
fn a_missing_folder_is_named() {
    let said = refusal("sqlite:///nowhere/at/all/maillage.db");
    assert!(said.contains("/nowhere/at/all does not exist"), "{said}");
}

#[test]
fn a_folder_is_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = refusal(&format!("sqlite://{}", folder.path().display()));
    assert!(said.contains("it is a folder"), "{said}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let said = refusal("sqlite:///proc/version");
    assert!(said.contains("/proc/version cannot be opened"), "{said}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("maillage.db");
    std::fs::write(&file, "").expect("a file");
    let mut rights = std::fs::metadata(&file).expect("its rights").permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&file, rights).expect("other rights");
    // Root may write all the same: then there is nothing to refuse.
    if std::fs::OpenOptions::new().append(true).open(&file).is_err() {
        let said = refusal(&format!("sqlite://{}", file.display()));
        assert!(
            said.contains("maillage.db") && said.contains("cannot be written"),
            "{said}"
        );
    }
}

#[test]
fn another_file_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("letter.txt");
    let text = "Dear Madam, this is no database. ".repeat(100);
    std::fs::write(&file, &text).expect("a file");
    let said = refusal(&format!("sqlite://{}", file.display()));
    assert!(said.contains("letter.txt") && said.contains("not a database"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), text);
}

#[test]
fn another_scheme_is_refused() {
    for url in ["mysql://localhost/x", "maillage.db", "sqlite://", ""] {
        assert!(matches!(Db::open(url, 1), Err(StoreError::Url)), "{url}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_named_without_its_password() {
    let said = refusal("postgres://staff:secret-word@127.0.0.1:1/maillage");
    assert!(
        said.contains("127.0.0.1:1/maillage") && !said.contains("secret-word"),
        "{said}"
    );
}

#[test]
fn a_relative_path_stays_relative() {
    assert_eq!(
        Target::parse("sqlite://data/m.db").expect("a target"),
        Target::Sqlite("data/m.db".into())
    );
    assert_eq!(
        Target::parse("sqlite:///data/m.db").expect("a target"),
        Target::Sqlite("/data/m.db".into())
    );
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    synchronous_commit: String,
}

/// « 202 » means that it is on a disk, whatever the server was told for the sake of speed.
#[test]
fn postgresql_waits_for_its_disk_and_for_more_where_it_was_told_to() {
    let Some(database) = Database::postgres_empty() else {
        return;
    };
    for (set, stands) in [
        ("off", "on"),
        ("on", "on"),
        ("local", "local"),
        ("remote_apply", "remote_apply"),
    ] {
        let url = format!("{}%20-csynchronous_commit%3D{set}", database.url());
        let mut conn = Target::parse(&url).expect("a target").connect().expect("a connection");
        let shown: Setting = diesel::sql_query("SHOW synchronous_commit")
            .get_result(&mut conn)
            .expect("the setting");
        assert_eq!(shown.synchronous_commit, stands, "{set}");
    }
}
