//! `maillage follow`: asks to follow a peer. The request is recorded here and sent by the running node.

use anyhow::Context;
use clap::Args;

use super::Failure;
use crate::app::{Node, centres, following};

#[derive(Debug, Args)]
pub(super) struct Follow {
    /// @name@host, or the address of an actor, a page or a node.
    target: String,
    /// The centre or network of this node that follows. Without it: the node itself.
    #[arg(long = "as", value_name = "HANDLE")]
    follower: Option<String>,
    /// Only print who is there.
    #[arg(long)]
    preview: bool,
}

pub(super) async fn run(node: &Node, follow: Follow) -> Result<(), Failure> {
    if follow.preview {
        return preview(node, &follow.target).await;
    }
    let follower = match &follow.follower {
        None => None,
        Some(handle) => {
            let found = centres::by_handle(node, handle).await?;
            Some(
                found
                    .with_context(|| format!("there is no centre {handle} on this node"))?
                    .id,
            )
        }
    };
    let (asked, peer) = following::follow(node, &follow.target, follower).await?;
    println!("{}: {}", peer.uri, asked.state.as_str());
    Ok(())
}

async fn preview(node: &Node, target: &str) -> Result<(), Failure> {
    let found = following::preview(node, target).await?;
    let peer = &found.peer;
    println!("name\t{}", peer.display_name());
    println!("account\t{}", peer.account());
    println!("address\t{}", peer.uri);
    println!("kind\t{}", peer.kind);
    println!("software\t{}", peer.software.as_deref().unwrap_or("-"));
    println!("town\t{}", found.town.as_deref().unwrap_or("-"));
    let upcoming = found.upcoming.map_or_else(
        || "-".to_owned(),
        |known| format!("{}{}", known.count, if known.or_more { " or more" } else { "" }),
    );
    println!("upcoming\t{upcoming}");
    let since = found.since.map(|since| since.date_naive().to_string());
    println!("since\t{}", since.as_deref().unwrap_or("-"));
    for follow in &found.follows {
        println!("followed\t{}\t{}", follow.id, follow.state);
    }
    Ok(())
}
