//! `maillage followers …`: whose follow is accepted, and the requests that wait.

use clap::Subcommand;

use super::Failure;
use crate::app::{Error, Node, moderation};
use crate::domain::admission::{Admission, Mode};
use crate::domain::id::FollowerId;
use crate::store::{blocks, follow_requests};

/// Requests that are shown.
const SHOWN: i64 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the rule, or change it.
    Mode {
        /// open, approval or allow-list.
        mode: Option<Mode>,
        /// A domain or the address of an actor that is accepted at once; may be repeated.
        #[arg(long = "allow", value_name = "TARGET")]
        allowed: Vec<String>,
    },
    /// Print the requests that wait.
    Requests,
    /// Accept a request.
    Accept {
        /// As `maillage followers requests` shows it.
        id: FollowerId,
    },
    /// Refuse a request.
    Refuse {
        /// As `maillage followers requests` shows it.
        id: FollowerId,
    },
    /// Remove a follower; it is told.
    Remove {
        /// As `GET /api/v1/followers` shows it.
        id: FollowerId,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    match command {
        Command::Mode { mode: None, .. } => {
            let admission = node.store.read(blocks::admission).await.map_err(Error::from)?;
            println!("{}", admission.mode);
            for target in &admission.allowed {
                println!("{}", target.as_str());
            }
        }
        Command::Mode {
            mode: Some(mode),
            allowed,
        } => {
            let admission = Admission::read(mode, allowed.iter().map(String::as_str)).map_err(Error::from)?;
            moderation::set_admission(node, admission).await?;
            println!("{mode}");
        }
        Command::Requests => {
            let waiting = node.store.read(|conn| follow_requests::list(conn, None, SHOWN)).await;
            for (request, peer) in waiting.map_err(Error::from)? {
                println!("{}  {}  {}", request.id, peer.account(), peer.kind);
            }
        }
        Command::Accept { id } => moderation::answer(node, id, true).await?,
        Command::Refuse { id } => moderation::answer(node, id, false).await?,
        Command::Remove { id } => moderation::remove_follower(node, id).await?,
    }
    Ok(())
}
