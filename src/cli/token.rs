//! `maillage token …`: bearer tokens of the HTTP interface.

use anyhow::Context;
use clap::Subcommand;

use super::Failure;
use crate::app::{Node, members, tokens};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token that acts for an account, and print it: nothing else, and only this once.
    Create {
        /// Mail address of the account.
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// What it is for: « site de la ville ».
        #[arg(long)]
        name: String,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    let Command::Create { user, name } = command;
    let found = members::by_email(node, &user).await?;
    let member = found.with_context(|| format!("there is no account {user}; `maillage user add {user}` makes one"))?;
    println!("{}", tokens::create(node, &member, &name).await?);
    Ok(())
}
