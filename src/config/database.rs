//! `[database]`: which database, and how many connections to it.

use serde::{Deserialize, Serialize};

use super::{Problems, Secret, check_range};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:///path/to/file.db` or `postgres://user:password@host/name`. Unset: `maillage.db` in the data folder.
    pub url: Option<Secret>,
    /// Most connections open at once.
    pub pool: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: None, pool: 4 }
    }
}

impl DatabaseConfig {
    pub(super) fn check(&self, found: &mut Problems) {
        if let Some(url) = &self.url
            && !["sqlite://", "postgres://", "postgresql://"]
                .iter()
                .any(|scheme| url.expose().starts_with(scheme))
        {
            found.push(("database.url", "must begin with sqlite:// or postgres://".into()));
        }
        check_range("database.pool", self.pool, 1, 64, found);
    }
}
