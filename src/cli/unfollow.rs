//! `maillage follows` and `maillage unfollow`: whom this node follows, and how it stands with them.

use chrono::SecondsFormat;
use clap::Args;

use super::Failure;
use crate::app::{Error, Node, following};
use crate::domain::id::FollowId;
use crate::domain::time::Instant;
use crate::store::{Conn, follows, pulls};

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
    let read = |conn: &mut Conn| {
        let mut all = Vec::new();
        for (follow, peer) in follows::list(conn, None, SHOWN)? {
            let state = pulls::state(conn, peer.id)?;
            all.push((follow, peer, state));
        }
        Ok(all)
    };
    let at = |instant: Option<Instant>| instant.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let mut items = Vec::new();
    for (follow, peer, state) in node.store.read(read).await.map_err(Error::from)? {
        let (read, heard, gone, error) = state.map_or((None, None, None, None), |state| {
            (at(state.pulled), at(state.heard), at(state.gone), state.error)
        });
        items.push(serde_json::json!({
            "id": follow.id, "account": peer.account(), "actor": peer.uri, "software": peer.software,
            "state": follow.state, "asked": at(Some(follow.asked)), "read": read, "heard": heard, "gone": gone,
            "error": error,
        }));
    }
    if asked.json {
        let text = serde_json::to_string_pretty(&items).map_err(anyhow::Error::new)?;
        println!("{text}");
        return Ok(());
    }
    for item in &items {
        let word = |key: &str| item[key].as_str().unwrap_or("-");
        println!(
            "{}  {}  {}  read {}  {}",
            word("id"),
            word("account"),
            word("state"),
            word("read"),
            word("error")
        );
    }
    Ok(())
}

pub(super) async fn end(node: &Node, asked: Unfollow) -> Result<(), Failure> {
    Ok(following::unfollow(node, asked.id).await?)
}
