//! `federation.blocked_hosts`, applied to what is stored: the configuration may have changed since the node last ran.

use std::collections::BTreeSet;

use url::Url;

use super::moderation::cut_off;
use super::{Error, Node};
use crate::domain::block::{Severity, Target};
use crate::store::{Conn, StoreError, follows, peers, pulls, settings};

/// The setting that says which hosts were blocked when the node last ran, one a line.
const APPLIED: &str = "blocked_hosts";

/// Ends everything with hosts that the configuration blocks since the last run, as a block by the staff does; whoever is
/// followed and covered by no decision any more is read again.
///
/// # Errors
/// Only what the database refuses.
pub async fn apply(node: &Node) -> Result<(), Error> {
    let hosts: BTreeSet<String> = node.config.federation.blocked_hosts.iter().cloned().collect();
    let wanted = hosts.iter().cloned().collect::<Vec<_>>().join("\n");
    let known = node.store.read(|conn| settings::get(conn, APPLIED)).await?;
    if known.as_ref() == Some(&wanted) {
        return Ok(());
    }
    let (federation, now) = (node.federation.clone(), node.now());
    let apply = move |conn: &mut Conn| {
        for target in hosts.iter().filter_map(|host| Target::parse(host)) {
            for peer in peers::covered(conn, &target)? {
                cut_off(conn, &peer, Severity::Block, now)?;
            }
        }
        for peer in follows::peers_stopped(conn)? {
            if Url::parse(&peer.uri).is_ok_and(|uri| federation.blocked.severity(&uri).is_none()) {
                pulls::schedule(conn, peer.id, now)?;
            }
        }
        if known
            .iter()
            .flat_map(|known| known.lines())
            .any(|host| !hosts.contains(host))
        {
            // What others announce of it was passed over meanwhile.
            pulls::read_all_again(conn, now)?;
        }
        settings::set(conn, APPLIED, &wanted)?;
        Ok::<_, StoreError>(())
    };
    node.store.write(apply).await?;
    Ok(())
}
