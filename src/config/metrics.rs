//! `[metrics]`: who may read `/metrics`.

use serde::{Deserialize, Serialize};

use super::{Problems, Secret};

/// A shorter token could be found by trying.
const SHORTEST_TOKEN: usize = 16;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// Bearer token with which other machines read `/metrics`. Unset: only this machine may.
    pub token: Option<Secret>,
}

impl MetricsConfig {
    pub(super) fn check(&self, found: &mut Problems) {
        if self
            .token
            .as_ref()
            .is_some_and(|token| token.expose().chars().count() < SHORTEST_TOKEN)
        {
            found.push(("metrics.token", format!("needs at least {SHORTEST_TOKEN} characters")));
        }
    }
}
