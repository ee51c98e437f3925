//! `maillage keys …`: the keys with which the actors of this node sign.

use anyhow::Context;
use clap::{Args, Subcommand};

use super::Failure;
use crate::app::{Node, centres, keys};
use crate::federation::urls::OurActor;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Give an actor new keys. The old ones are gone at once; a running node takes the new ones by itself and tells peers.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Rotate {
    /// A centre or network.
    #[arg(long, value_name = "HANDLE")]
    centre: Option<String>,
    /// The node's own actor, which signs what it asks of others.
    #[arg(long)]
    relay: bool,
    /// Every actor of this node.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    let Command::Rotate(rotate) = command;
    let chosen = match &rotate.centre {
        Some(handle) => {
            let found = centres::by_handle(node, handle).await?;
            vec![found.with_context(|| format!("there is no centre {handle} on this node"))?]
        }
        None if rotate.all => centres::list(node).await?,
        None => Vec::new(),
    };
    if rotate.relay || rotate.all {
        keys::rotate(node, None).await?;
        println!("@{}", node.federation.urls.account(&OurActor::Node));
    }
    for centre in chosen {
        keys::rotate(node, Some(centre.id)).await?;
        println!("@{}@{}", centre.handle, node.config.server.base_url.authority());
    }
    Ok(())
}
