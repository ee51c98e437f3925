//! The networks follow the centres, through the HTTP interface of their node, and the calendars become the same.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::site::{Request, Site};
use crate::app::import::PlannedFollow;

/// Between two comparisons.
const PAUSE: Duration = Duration::from_millis(300);

/// Asks for every follow of the programme.
pub(super) async fn make(centres: &Site, networks: &Site, follows: &[PlannedFollow]) -> Result<(), anyhow::Error> {
    let host = centres.base.trim_start_matches("http://");
    for follow in follows {
        let body = json!({ "target": format!("@{}@{host}", follow.centre), "centre": follow.network.as_str() });
        networks
            .call(Request::Post("/api/v1/follows", &body))
            .await
            .with_context(|| format!("{} follows {}", follow.network, follow.centre))?;
    }
    Ok(())
}

/// Waits until both nodes have the same sessions, and says how many.
pub(super) async fn arrived(centres: &Site, networks: &Site) -> Result<usize, anyhow::Error> {
    let published = sessions(centres).await?;
    while sessions(networks).await? != published {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(published.len())
}

/// The ActivityPub ids of all sessions that a node shows.
async fn sessions(site: &Site) -> Result<BTreeSet<String>, anyhow::Error> {
    let mut found = BTreeSet::new();
    let mut path = "/api/v1/calendar?limit=100".to_owned();
    loop {
        let page = site.call(Request::Get(&path)).await?;
        let items = page["items"]
            .as_array()
            .ok_or_else(|| anyhow!("a calendar without items"))?;
        found.extend(items.iter().filter_map(|item| item["uri"].as_str()).map(str::to_owned));
        match &page["next"] {
            Value::String(cursor) => path = format!("/api/v1/calendar?limit=100&cursor={cursor}"),
            _ => return Ok(found),
        }
    }
}
