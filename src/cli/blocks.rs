//! `maillage blocks …`: whom this node mutes and blocks. The running node notices within a second.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::Failure;
use crate::app::{Node, moderation};
use crate::domain::block::Severity;
use crate::domain::block_list;
use crate::store::blocks;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the list; what the configuration blocks is not in it.
    List,
    /// Block a domain with its subdomains, or one actor.
    Add {
        /// A domain, the address of an actor, or @name@host.
        target: String,
        /// Only hide its events and take no more of them.
        #[arg(long)]
        mute: bool,
        /// Why, for the staff.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Take a mute or block back.
    Remove {
        /// As `maillage blocks list` shows it.
        target: String,
    },
    /// Add a list: Mastodon's CSV, or one domain a line.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Print the list as Mastodon's CSV.
    Export,
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    match command {
        Command::List => {
            for block in node.store.read(blocks::list).await.map_err(crate::app::Error::from)? {
                println!("{}  {}  {}", block.severity, block.target.as_str(), block.note);
            }
        }
        Command::Add { target, mute, note } => {
            let target = moderation::target(node, &target).await?;
            let severity = if mute { Severity::Mute } else { Severity::Block };
            moderation::block(node, target.clone(), severity, &note).await?;
            println!("{severity}: {}", target.as_str());
        }
        Command::Remove { target } => {
            let target = moderation::target(node, &target).await?;
            moderation::unblock(node, target.clone()).await?;
            println!("removed: {}", target.as_str());
        }
        Command::Import { file } => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let found = block_list::read(&text, node.now());
            let count = moderation::import(node, found.blocks).await?;
            println!("{count} added or changed");
            for line in found.unread {
                eprintln!("line {line}: neither a domain nor the address of an actor");
            }
        }
        Command::Export => {
            let all = node.store.read(blocks::list).await.map_err(crate::app::Error::from)?;
            print!("{}", block_list::write(&all));
        }
    }
    Ok(())
}
