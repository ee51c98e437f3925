//! Networks of this node: their rules and members, which events wait to be looked at for them, and how these came.
//!
//! Whatever writes or removes an event leaves a row in `network_queue` or `network_departures`, in its own transaction;
//! `federation::networks` works them off. No road by which an event changes can forget the networks, and a crash loses none.

mod approvals;
mod listings;
mod members;
mod posts;
mod queue;
mod tellings;

use diesel::prelude::*;

pub use approvals::{Subject, decide, decided, decision, not_waiting, subject_of, wait, waiting};
pub use listings::{
    Listing, announcers, count_upcoming, document, due, is_of_source, keep_document, listing, retell, upcoming,
};
pub use members::{Membership, memberships, remove_member, rule, set_member, set_rule};
pub use posts::{
    News, Post, insert_post, is_twin_posted, keep_news, news, news_due, noted_since, post_uri, posted_since, readers,
    remove_post, series_posted,
};
pub use queue::{Departure, is_idle, take_departures, take_touched, touch_member};
pub(super) use queue::{depart, touch, touch_above};
pub use tellings::{Telling, keep_telling, purge_told, remove_telling, telling, to_tell, told};

use super::backend::natively;
use super::schema::{centres, follows, peers};
use super::{Conn, StoreError};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::{Event, Origin};
use crate::domain::id::{CentreId, PeerId};
use crate::domain::network::Rule;
use crate::domain::peer::FollowState;

/// Every network of this node with its rule; a node has few.
///
/// # Errors
/// Only what the database refuses.
pub fn all(conn: &mut Conn) -> Result<Vec<(Centre, Rule)>, StoreError> {
    let centres = super::centres::list(conn)?;
    let networks = centres.into_iter().filter(|centre| centre.kind == CentreKind::Network);
    networks
        .map(|network| {
            let rule = rule(conn, network.id)?;
            Ok((network, rule))
        })
        .collect()
}

/// Whether there is a network on this node.
///
/// # Errors
/// Only what the database refuses.
pub fn any(conn: &mut Conn) -> Result<bool, StoreError> {
    let networks = centres::table.filter(centres::kind.eq(CentreKind::Network.as_str()));
    let asked = diesel::select(diesel::dsl::exists(networks));
    Ok(natively!(conn, |conn| asked.get_result(conn))?)
}

/// Who vouches for an event before a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Its publisher is a member.
    Publisher,
    /// A peer that the network follows announced it.
    Peer(String),
    /// A network of this node that is a member announces it.
    Centre(CentreId),
}

/// A road by which an event reaches a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who vouches for it.
    pub by: By,
    /// Whether that member is trusted.
    pub trusted: bool,
    /// The networks beyond.
    pub via: Vec<String>,
}

/// All roads by which an event reaches a network.
///
/// # Errors
/// Only what the database refuses.
pub fn offers(conn: &mut Conn, network: CentreId, event: &Event) -> Result<Vec<Offer>, StoreError> {
    let own: Vec<Membership> = memberships(conn, network)?;
    let trusted = |member: Origin| own.iter().any(|one| one.member == member && one.trusted);
    let belongs = |member: Origin| own.iter().any(|one| one.member == member);
    let mut offers = Vec::new();
    let publishes = match event.origin {
        Origin::Local(_) => belongs(event.origin),
        Origin::Remote(peer) => follows_peer(conn, network, peer)?,
    };
    if publishes {
        offers.push(Offer {
            by: By::Publisher,
            trusted: trusted(event.origin),
            via: Vec::new(),
        });
    }
    for announce in super::announces::of_event(conn, event.id)? {
        let by = match announce.by {
            Origin::Local(centre) if centre != network && belongs(announce.by) => By::Centre(centre),
            Origin::Remote(peer) if follows_peer(conn, network, peer)? => match peer_uri(conn, peer)? {
                Some(uri) => By::Peer(uri),
                None => continue,
            },
            _ => continue,
        };
        offers.push(Offer {
            by,
            trusted: trusted(announce.by),
            via: announce.via,
        });
    }
    Ok(offers)
}

fn follows_peer(conn: &mut Conn, network: CentreId, peer: PeerId) -> Result<bool, StoreError> {
    let accepted = follows::table.filter(
        follows::actor
            .eq(network.to_string())
            .and(follows::peer_id.eq(peer.to_string()))
            .and(follows::state.eq(FollowState::Accepted.as_str())),
    );
    Ok(diesel::select(diesel::dsl::exists(accepted)).get_result(conn)?)
}

fn peer_uri(conn: &mut Conn, peer: PeerId) -> Result<Option<String>, StoreError> {
    Ok(peers::table
        .find(peer.to_string())
        .select(peers::uri)
        .first(conn)
        .optional()?)
}
