//! Reading the configuration: defaults < file < environment, each value remembered with the place it came from.

use std::collections::BTreeMap;
use std::path::Path;

use figment::error::Kind;
use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider, Source};
use serde_json::Value as Json;
use url::Url;

use super::{Config, ConfigError, Problem};

/// Read when neither `--config` nor `MAILLAGE_CONFIG` names a file, if it is there.
pub const DEFAULT_FILE: &str = "config/maillage.toml";
/// What the node's variables begin with; sections are joined by two underscores.
pub const PREFIX: &str = "MAILLAGE_";
/// Variables with our prefix that are no keys: the file's own name, and what only the test suite reads.
const NOT_KEYS: &[&str] = &["MAILLAGE_CONFIG", "MAILLAGE_TEST_"];
/// Switches off `activitypub_federation`'s protection of private addresses; never on a public node.
const DANGER: &str = "DANGER_FEDERATION_ALLOW_LOCAL_IP";

impl Config {
    /// Reads and checks. `file` is the file that was asked for; without one, [`DEFAULT_FILE`] if it exists.
    /// `variables` are those of the process (`std::env::vars()`); others than ours are passed over.
    ///
    /// # Errors
    /// Names every unknown key, missing key and bad value at once, with the place each was read from.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let figment = sources(file, &variables)?;
        let unknown = unknown_keys(&figment);
        if !unknown.is_empty() {
            return Err(ConfigError::Refused(unknown));
        }
        let config: Self = figment.extract().map_err(|errors| refused(&figment, errors))?;
        let mut problems: Vec<Problem> = config
            .problems()
            .into_iter()
            .map(|(key, reason)| problem(&figment, key, reason))
            .collect();
        if config.is_https() && variables.contains_key(DANGER) {
            let reason = "must not be set when server.base_url is https: private addresses would be reachable";
            problems.push(Problem {
                key: DANGER.into(),
                origin: format!("variable {DANGER}"),
                reason: reason.into(),
            });
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Refused(problems))
        }
    }

    /// Every key there is, with dots and in order: what the documentation must describe.
    pub fn keys() -> Vec<String> {
        shapes().into_keys().collect()
    }
}

/// The name of the variable that sets `key`.
fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn sources(file: Option<&Path>, variables: &BTreeMap<String, String>) -> Result<Figment, ConfigError> {
    let mut figment = Figment::new();
    let default_file = Path::new(DEFAULT_FILE);
    if let Some(path) = file.or_else(|| default_file.exists().then_some(default_file)) {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.into(),
            reason: error.to_string(),
        })?;
        figment = figment.merge(File { path, text });
    }
    let shapes = shapes();
    for (name, value) in variables {
        let ours = name.starts_with(PREFIX) && !NOT_KEYS.iter().any(|other| name.starts_with(other));
        if let Some(rest) = name.strip_prefix(PREFIX).filter(|_| ours) {
            let key = rest.to_lowercase().replace("__", ".");
            let value = typed(shapes.get(&key), value);
            figment = figment.merge(Variable { name, key, value });
        }
    }
    Ok(figment)
}

/// A variable is text: it becomes a list or a number only where the key wants one, so that a token of digits stays text.
fn typed(shape: Option<&Json>, text: &str) -> Value {
    match shape {
        Some(Json::Array(_)) => Value::from(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>(),
        ),
        Some(Json::Bool(_) | Json::Number(_)) => text.parse().unwrap_or_else(|_| Value::from(text)),
        _ => Value::from(text),
    }
}

/// A sample value for each key, read off a configuration with every default.
fn shapes() -> BTreeMap<String, Json> {
    let mut leaves = BTreeMap::new();
    let sample = Url::parse("https://agenda.example")
        .map(|url| Config::new(url, "./data"))
        .map(serde_json::to_value);
    if let Ok(Ok(Json::Object(sections))) = sample {
        for (section, value) in sections {
            match value {
                Json::Object(keys) => leaves.extend(keys.into_iter().map(|(key, v)| (format!("{section}.{key}"), v))),
                leaf => _ = leaves.insert(section, leaf),
            }
        }
    }
    leaves
}

fn unknown_keys(figment: &Figment) -> Vec<Problem> {
    let shapes = shapes();
    let Ok(data) = figment.data() else { return Vec::new() };
    let top = data.into_values().flatten();
    let leaves = top.flat_map(|(section, value)| match value {
        Value::Dict(_, keys) if !shapes.contains_key(&section) => keys
            .into_iter()
            .map(|(key, v)| (format!("{section}.{key}"), v))
            .collect(),
        leaf => vec![(section, leaf)],
    });
    leaves
        .filter(|(key, _)| !shapes.contains_key(key))
        .map(|(key, value)| {
            let origin = figment.get_metadata(value.tag()).map(origin).unwrap_or_default();
            Problem {
                reason: format!("unknown key; {}", known_beside(&key, &shapes)),
                key,
                origin,
            }
        })
        .collect()
}

/// The keys a person may have meant: those of the same section, or the sections.
fn known_beside(key: &str, shapes: &BTreeMap<String, Json>) -> String {
    let section = key
        .split_once('.')
        .map(|(section, _)| format!("{section}."))
        .unwrap_or_default();
    let beside: Vec<&str> = shapes
        .keys()
        .filter_map(|known| known.strip_prefix(&section).filter(|_| !section.is_empty()))
        .collect();
    if beside.is_empty() {
        let all: Vec<&str> = shapes.keys().map(String::as_str).collect();
        return format!("the keys are {}", all.join(", "));
    }
    format!("[{}] has {}", section.trim_end_matches('.'), beside.join(", "))
}

fn refused(figment: &Figment, errors: Error) -> ConfigError {
    let problems = errors.into_iter().map(|error| {
        // A bad element of a list carries its index (`server.trusted_proxies.1`): the key is the first two steps.
        let path = error
            .path
            .iter()
            .take(2)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(".");
        match &error.kind {
            Kind::MissingField(_) => {
                let key = "server.base_url";
                let reason = format!(
                    "missing: the public address of the node, as https://agenda.example (or set {})",
                    variable_of(key)
                );
                Problem {
                    key: key.into(),
                    origin: String::new(),
                    reason,
                }
            }
            kind => problem(figment, &path, kind.to_string()),
        }
    });
    ConfigError::Refused(problems.collect())
}

fn problem(figment: &Figment, key: &str, reason: String) -> Problem {
    let origin = match figment.find_metadata(key) {
        Some(metadata) => origin(metadata),
        None => figment
            .metadata()
            .next()
            .filter(|_| key.is_empty())
            .map(origin)
            .unwrap_or_default(),
    };
    Problem {
        key: key.into(),
        origin,
        reason,
    }
}

fn origin(metadata: &Metadata) -> String {
    match metadata.source.as_ref().and_then(Source::file_path) {
        Some(path) => format!("file {}", path.display()),
        None => metadata.name.to_string(),
    }
}

/// The configuration file, already read.
struct File<'a> {
    path: &'a Path,
    text: String,
}

impl Provider for File<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::from("file", self.path)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Toml::string(&self.text).data()
    }
}

/// One variable of the environment, so that an error can name it.
struct Variable<'a> {
    name: &'a str,
    key: String,
    value: Value,
}

impl Provider for Variable<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!("variable {}", self.name))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let nested = figment::util::nest(&self.key, self.value.clone());
        Ok(nested
            .into_dict()
            .map(|dict| Profile::Default.collect(dict))
            .unwrap_or_default())
    }
}
