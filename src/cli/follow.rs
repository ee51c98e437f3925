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
}

pub(super) async fn run(node: &Node, follow: Follow) -> Result<(), Failure> {
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
