//! `maillage follows` and `maillage unfollow`: whom this node follows, and how it stands with them.

use chrono::SecondsFormat;
use clap::Args;

use super::Failure;
use crate::app::following::{self, Tie};
use crate::app::{Error, Node};
use crate::domain::id::FollowId;
use crate::domain::time::Instant;
use crate::store::pulls::PullState;

/// Follows that are shown.
const SHOWN: i64 = 5_000;

#[derive(Debug, Args)]
pub(super) struct Follows {
    /// Print JSON: an array with one object a follow.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Unfollow {
    /// As `maillage follows` shows it.
    id: FollowId,
}

pub(super) async fn list(node: &Node, asked: Follows) -> Result<(), Failure> {
    let read = node.store.read(|conn| following::list(conn, None, SHOWN)).await;
    let (ties, now) = (read.map_err(Error::from)?, node.now());
    if asked.json {
        let items: Vec<_> = ties.iter().map(|tie| item(tie, now)).collect();
        let text = serde_json::to_string_pretty(&items).map_err(anyhow::Error::new)?;
        println!("{text}");
        return Ok(());
    }
    for tie in &ties {
        let item = item(tie, now);
        let word = |key: &str| item[key].as_str().unwrap_or("-");
        println!(
            "{}  {}  {}  heard {}  read {}  {}",
            word("id"),
            word("account"),
            word("standing"),
            word("heard"),
            word("read"),
            word("error")
        );
    }
    Ok(())
}

fn item(tie: &Tie, now: Instant) -> serde_json::Value {
    let Tie { follow, peer, reading } = tie;
    let at = |instant: Instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
    let of = |what: fn(&PullState) -> Option<Instant>| reading.as_ref().and_then(what).map(at);
    serde_json::json!({
        "id": follow.id, "account": peer.account(), "actor": peer.uri, "software": peer.software,
        "state": follow.state, "standing": tie.standing(now), "asked": at(follow.asked),
        "read": of(|reading| reading.pulled), "heard": of(PullState::last_heard), "gone": of(|reading| reading.gone),
        "error": reading.as_ref().and_then(|reading| reading.error.as_ref()),
    })
}

pub(super) async fn end(node: &Node, asked: Unfollow) -> Result<(), Failure> {
    Ok(following::unfollow(node, asked.id).await?)
}
