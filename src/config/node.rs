//! `[node]`: how the node presents itself.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Problems;

/// The languages the interface is written in (BCP 47).
const LANGUAGES: &[&str] = &["fr", "en"];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeConfig {
    /// Name in page titles, feeds and NodeInfo.
    pub name: String,
    /// Language of the interface: `fr` or `en`.
    pub language: String,
    /// Zone of dates written without one, and of the days on the pages (IANA name).
    pub timezone: Tz,
    /// Public contact of the people who run the node: a mail address or a page.
    pub contact: Option<String>,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            name: "Maillage".into(),
            language: "fr".into(),
            timezone: Tz::Europe__Paris,
            contact: None,
        }
    }
}

impl NodeConfig {
    pub(super) fn check(&self, found: &mut Problems) {
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            found.push(("node.name", "needs 1 to 80 characters".into()));
        }
        if !LANGUAGES.contains(&self.language.as_str()) {
            found.push((
                "node.language",
                format!("{:?} is not one of {}", self.language, LANGUAGES.join(", ")),
            ));
        }
    }
}
