//! Why a configuration was refused, in words for the person who wrote it.

use std::fmt;
use std::path::PathBuf;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was asked for cannot be read.
    #[error("configuration file {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    /// One or more keys are unknown, missing or hold a bad value; one line each.
    #[error("{}", lines(.0))]
    Refused(Vec<Problem>),
}

/// One thing to correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key with dots, `server.listen`; empty when the text itself cannot be read.
    pub key: String,
    /// Where it was read: `file config/maillage.toml`, `variable MAILLAGE_SERVER__LISTEN`, or `defaults`.
    pub origin: String,
    /// What is wrong and, where it helps, what to write instead.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.is_empty(), self.origin.is_empty()) {
            (true, _) => write!(f, "configuration ({}): {}", self.origin, self.reason),
            (false, true) => write!(f, "configuration key {}: {}", self.key, self.reason),
            (false, false) => write!(f, "configuration key {} ({}): {}", self.key, self.origin, self.reason),
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}
