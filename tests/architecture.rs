//! The arrows of docs/architecture.md, checked: a layer may only name the layers listed for it.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer of `src/`, with the layers it may name.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("feed", &["domain"]),
    ("locale", &["domain"]),
    ("config", &["domain"]),
    ("store", &["domain", "feed", "locale", "config"]),
    ("federation", &["domain", "feed", "locale", "config", "store"]),
    ("app", &["domain", "feed", "locale", "config", "store", "federation"]),
    (
        "web",
        &["domain", "feed", "locale", "config", "store", "federation", "app"],
    ),
    (
        "cli",
        &[
            "domain",
            "feed",
            "locale",
            "config",
            "store",
            "federation",
            "app",
            "web",
        ],
    ),
];

#[test]
fn layers_point_downwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (layer, allowed) in MAY_NAME {
        for file in rust_files(&src.join(layer)) {
            checked += 1;
            let text = fs::read_to_string(&file).expect("readable source");
            for other in forbidden_names(&text, layer, allowed) {
                wrong.push(format!("{}: `{layer}` may not name `{other}`", file.display()));
            }
        }
    }
    assert!(checked > 5, "the walk found only {checked} files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_import_is_seen() {
    assert_eq!(forbidden_names("use crate::web::routes;", "domain", &[]), ["web"]);
    assert_eq!(
        forbidden_names("use crate::{domain::id, app};", "store", &["domain"]),
        ["app"]
    );
    assert!(forbidden_names("// crate::web is not for us", "domain", &[]).is_empty());
}

fn forbidden_names<'a>(text: &str, layer: &str, allowed: &[&str]) -> Vec<&'a str> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join(" ");
    MAY_NAME
        .iter()
        .map(|(other, _)| *other)
        .filter(|other| *other != layer && !allowed.contains(other) && names(&code, other))
        .collect()
}

/// `crate::other…` anywhere, or `other` as a first segment of a `crate::{…}` list.
fn names(code: &str, other: &str) -> bool {
    code.match_indices("crate::").any(|(at, found)| {
        let after = &code[at + found.len()..];
        starts_with_word(after, other)
            || after.strip_prefix('{').is_some_and(|list| {
                let end = list.find(';').unwrap_or(list.len());
                list[..end]
                    .split([',', '{'])
                    .any(|part| starts_with_word(part.trim(), other))
            })
    })
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
