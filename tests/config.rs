//! The configuration: its sources, its refusals, and its documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use maillage::config::{Config, ConfigError, LogFormat, Problem};
use serde_json::Value;
use url::Url;

const BASE: (&str, &str) = ("MAILLAGE_SERVER__BASE_URL", "https://agenda.example");

fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(
        None,
        variables
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string())),
    )
}

fn load_file(text: &str, variables: &[(&str, &str)]) -> (PathBuf, Result<Config, ConfigError>) {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("maillage.toml");
    std::fs::write(&path, text).expect("written");
    let variables = variables
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()));
    (path.clone(), Config::load(Some(&path), variables))
}

fn problems(result: Result<Config, ConfigError>) -> Vec<Problem> {
    match result {
        Err(ConfigError::Refused(problems)) => problems,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The only problem there should be.
fn problem(result: Result<Config, ConfigError>) -> Problem {
    let mut found = problems(result);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn only_the_address_is_needed() {
    let config = load(&[BASE]).expect("usable");
    assert_eq!(config.server.base_url.as_str(), "https://agenda.example/");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database_url(), "sqlite://./data/maillage.db");
    assert_eq!(config.federation.drip_days, 7);
    assert!(!config.federation.allow_loopback);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let text = "[server]\nbase_url = 'https://file.example'\nworkers = 3\n[telemetry]\nformat = 'json'\n";
    let (_, config) = load_file(text, &[("MAILLAGE_SERVER__WORKERS", "5")]);
    let config = config.expect("usable");
    assert_eq!(config.server.base_url.host_str(), Some("file.example"));
    assert_eq!(config.server.workers, 5);
    assert_eq!(config.telemetry.format, LogFormat::Json);
    assert_eq!(config.database.pool, 4);
}

#[test]
fn an_unknown_key_in_a_file_is_named_with_the_file() {
    let (path, result) = load_file(
        "[server]\nbase_url = 'https://a.example'\nlisen = '127.0.0.1:80'\n",
        &[],
    );
    let found = problem(result);
    assert_eq!(found.key, "server.lisen");
    assert_eq!(found.origin, format!("file {}", path.display()));
    assert!(found.reason.contains("listen"), "{}", found.reason);
}

#[test]
fn an_unknown_section_and_an_unknown_top_key_are_named() {
    let (_, result) = load_file(
        "colour = 'red'\n[server]\nbase_url = 'https://a.example'\n[mail]\nhost = 'x'\n",
        &[],
    );
    let keys: BTreeSet<String> = problems(result).into_iter().map(|found| found.key).collect();
    assert_eq!(keys, BTreeSet::from(["colour".into(), "mail.host".into()]));
}

#[test]
fn an_unknown_variable_is_named() {
    let found = problem(load(&[BASE, ("MAILLAGE_SERVER__PORT", "80")]));
    assert_eq!(
        (found.key.as_str(), found.origin.as_str()),
        ("server.port", "variable MAILLAGE_SERVER__PORT")
    );
    let found = problem(load(&[BASE, ("MAILLAGE_BASE_URL", "https://a.example")]));
    assert_eq!(
        (found.key.as_str(), found.origin.as_str()),
        ("base_url", "variable MAILLAGE_BASE_URL")
    );
}

#[test]
fn variables_that_are_no_settings_are_passed_over() {
    let other = [
        BASE,
        ("MAILLAGE_CONFIG", "x"),
        ("MAILLAGE_TEST_DATABASE_URL", "y"),
        ("PATH", "/bin"),
    ];
    assert!(load(&other).is_ok());
}

#[test]
fn a_bad_value_names_key_place_and_reason() {
    for (name, value, key, reason) in [
        (
            "MAILLAGE_SERVER__LISTEN",
            "localhost",
            "server.listen",
            "socket address",
        ),
        ("MAILLAGE_SERVER__WORKERS", "many", "server.workers", "many"),
        ("MAILLAGE_SERVER__WORKERS", "0", "server.workers", "between 1 and 64"),
        (
            "MAILLAGE_SERVER__TRUSTED_PROXIES",
            "127.0.0.1,proxy",
            "server.trusted_proxies",
            "IP address",
        ),
        (
            "MAILLAGE_SERVER__BASE_URL",
            "agenda.example",
            "server.base_url",
            "relative URL",
        ),
        (
            "MAILLAGE_SERVER__BASE_URL",
            "https://agenda.example/path",
            "server.base_url",
            "host only",
        ),
        (
            "MAILLAGE_SERVER__BASE_URL",
            "https://agenda.example:8443",
            "server.base_url",
            "port",
        ),
        (
            "MAILLAGE_SERVER__BASE_URL",
            "http://agenda.example",
            "server.base_url",
            "https://",
        ),
        ("MAILLAGE_DATABASE__URL", "mysql://x", "database.url", "postgres://"),
        ("MAILLAGE_DATABASE__POOL", "-1", "database.pool", "-1"),
        (
            "MAILLAGE_FEDERATION__LEASE_SECONDS",
            "10",
            "federation.lease_seconds",
            "longer",
        ),
        (
            "MAILLAGE_FEDERATION__BLOCKED_HOSTS",
            "Spam.example",
            "federation.blocked_hosts",
            "lower case",
        ),
        (
            "MAILLAGE_NODE__TIMEZONE",
            "Europe/Lille",
            "node.timezone",
            "Europe/Lille",
        ),
        ("MAILLAGE_NODE__LANGUAGE", "nl", "node.language", "fr, en"),
        ("MAILLAGE_TELEMETRY__FORMAT", "xml", "telemetry.format", "xml"),
        (
            "MAILLAGE_TELEMETRY__FILTER",
            "maillage=loud",
            "telemetry.filter",
            "level",
        ),
        ("MAILLAGE_METRICS__TOKEN", "short", "metrics.token", "16"),
    ] {
        let found = problem(load(&[BASE, (name, value)]));
        let key_named = found.key == key || found.key.starts_with(&format!("{key}."));
        assert!(key_named, "{name}={value}: key {}", found.key);
        assert_eq!(found.origin, format!("variable {name}"), "{name}={value}");
        assert!(found.reason.contains(reason), "{name}={value}: {}", found.reason);
    }
}

#[test]
fn a_missing_address_says_how_to_give_one() {
    for result in [load(&[]), load(&[("MAILLAGE_SERVER__WORKERS", "2")])] {
        let found = problem(result);
        assert_eq!(found.key, "server.base_url");
        assert!(found.to_string().contains("MAILLAGE_SERVER__BASE_URL"), "{found}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let result = Config::load(Some(Path::new("/nowhere/maillage.toml")), []);
    assert!(
        result
            .expect_err("refused")
            .to_string()
            .contains("/nowhere/maillage.toml")
    );
    let (path, result) = load_file("[server\n", &[]);
    assert!(
        result
            .expect_err("refused")
            .to_string()
            .contains(&path.display().to_string())
    );
}

#[test]
fn loopback_peers_are_for_http_only() {
    let found = problem(load(&[BASE, ("MAILLAGE_FEDERATION__ALLOW_LOOPBACK", "true")]));
    assert_eq!(found.key, "federation.allow_loopback");
    let local = ("MAILLAGE_SERVER__BASE_URL", "http://un.test:8080");
    assert!(load(&[local, ("MAILLAGE_FEDERATION__ALLOW_LOOPBACK", "true")]).is_ok());
    assert_eq!(problem(load(&[local])).key, "server.base_url");
}

#[test]
fn the_library_s_danger_switch_is_refused_on_a_public_node() {
    let danger = ("DANGER_FEDERATION_ALLOW_LOCAL_IP", "");
    assert_eq!(problem(load(&[BASE, danger])).key, "DANGER_FEDERATION_ALLOW_LOCAL_IP");
    let local = ("MAILLAGE_SERVER__BASE_URL", "http://localhost:8080");
    assert!(load(&[local, ("MAILLAGE_FEDERATION__ALLOW_LOOPBACK", "true"), danger]).is_ok());
}

#[test]
fn secrets_are_not_printed() {
    let config = load(&[
        BASE,
        ("MAILLAGE_DATABASE__URL", "postgres://maillage:hunter22@db/maillage"),
        ("MAILLAGE_METRICS__TOKEN", "1234567890123456789"),
    ])
    .expect("usable");
    let printed = format!("{config:?}{}", serde_json::to_string(&config).expect("json"));
    assert!(
        !printed.contains("hunter22") && !printed.contains("1234567890"),
        "{printed}"
    );
    assert!(config.database_url().contains("hunter22"));
}

#[test]
fn every_key_can_be_set_by_a_variable() {
    for (key, default) in defaults() {
        let value = match &default {
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Array(_) if key == "server.trusted_proxies" => "127.0.0.1".into(),
            Value::Array(_) => "spam.example,junk.example".into(),
            Value::String(text) => text.clone(),
            _ if key == "database.url" => "sqlite:///tmp/x.db".into(),
            _ => "a-value-that-is-long".into(),
        };
        let name = variable_of(&key);
        assert!(load(&[BASE, (&name, &value)]).is_ok(), "{name}={value}");
        // A value that no key takes is refused in the variable's name, so the variable was really read.
        if !matches!(default, Value::String(_) | Value::Null) {
            assert_eq!(problem(load(&[BASE, (&name, "?")])).origin, format!("variable {name}"));
        }
    }
}

#[test]
fn the_example_file_has_every_key_at_its_default() {
    let text = std::fs::read_to_string(root("config/maillage.example.toml")).expect("example");
    assert!(load_file(&text, &[]).1.is_ok(), "the example cannot be used as it is");
    let all: String = text.lines().map(uncommented).collect::<Vec<_>>().join("\n");
    assert!(
        load_file(&all, &[]).1.is_ok(),
        "a commented setting of the example cannot be used"
    );
    let written = leaves(&toml(&all));
    let defaults = defaults();
    assert_eq!(written.keys().collect::<Vec<_>>(), defaults.keys().collect::<Vec<_>>());
    for (key, value) in defaults.into_iter().filter(|(_, value)| !value.is_null()) {
        // A URL is written back with its slash.
        let default = value.to_string().replace("example/", "example");
        assert_eq!(written[&key].to_string(), default, "{key}");
    }
}

#[test]
fn the_manual_has_every_key_with_its_variable_and_default() {
    let text = std::fs::read_to_string(root("docs/configuration.md")).expect("manual");
    let rows: BTreeMap<String, (String, String)> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<String> = line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
            (cells[1].clone(), (cells[2].clone(), cells[3].clone()))
        })
        .collect();
    let defaults = defaults();
    assert_eq!(rows.keys().collect::<Vec<_>>(), defaults.keys().collect::<Vec<_>>());
    for (key, (variable, default)) in rows {
        assert_eq!(variable, variable_of(&key));
        let expected = match &defaults[&key] {
            _ if key == "server.base_url" => "required".into(),
            Value::Null => "none".into(),
            Value::Array(items) if items.is_empty() => "none".into(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(default, expected, "{key}");
    }
}

fn defaults() -> BTreeMap<String, Value> {
    let config = Config::new(Url::parse("https://agenda.example").expect("url"), "./data");
    let found = leaves(&serde_json::to_value(config).expect("json"));
    assert_eq!(found.keys().cloned().collect::<Vec<_>>(), Config::keys());
    assert!(found.len() > 20, "only {} keys were found", found.len());
    found
}

fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (section, value) in value.as_object().expect("an object") {
        match value {
            Value::Object(keys) => found.extend(keys.iter().map(|(k, v)| (format!("{section}.{k}"), v.clone()))),
            leaf => _ = found.insert(section.clone(), leaf.clone()),
        }
    }
    found
}

fn toml(text: &str) -> Value {
    use figment::providers::{Format, Toml};
    figment::Figment::from(Toml::string(text)).extract().expect("TOML")
}

fn uncommented(line: &str) -> &str {
    line.strip_prefix('#')
        .filter(|rest| rest.starts_with(|c: char| c.is_lowercase()))
        .unwrap_or(line)
}

fn variable_of(key: &str) -> String {
    format!("MAILLAGE_{}", key.replace('.', "__").to_uppercase())
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn programmes_are_read_once_a_day_at_least_so_that_no_healthy_peer_passes_for_silent() {
    let minutes = |value: &str| load(&[BASE, ("MAILLAGE_FEDERATION__PULL_MINUTES", value)]);
    assert_eq!(minutes("1440").expect("a configuration").federation.pull_minutes, 1_440);
    assert_eq!(problem(minutes("1441")).key, "federation.pull_minutes");
}
