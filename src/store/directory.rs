//! The structures of the network: our own centres, the peers that are followed, and whoever the networks that are followed
//! announce.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::calendar::{self, Addresses, source_of_centre, source_of_peer};
use super::schema::{follows, peers as peer_rows};
use super::{Conn, StoreError, centres, peers, pulls};
use crate::domain::calendar::{Filter, Source};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::directory::{Offer, Structure, Work};
use crate::domain::event::Origin;
use crate::domain::peer::{FollowState, Peer};
use crate::domain::text::fold;
use crate::domain::time::Instant;

/// Peers that are read at once.
const CHUNK: usize = 500;

/// The structures with a coming session that the filter finds, and what these sessions tell of them; without a filter also
/// those that have announced none. By name.
///
/// # Errors
/// Only what the database refuses.
pub fn structures(
    conn: &mut Conn,
    filter: &Filter,
    now: Instant,
    addresses: &dyn Addresses,
) -> Result<Vec<Structure>, StoreError> {
    let mut works = calendar::works(conn, filter, now, addresses)?;
    let everyone = *filter == Filter::default();
    let mut all = Vec::new();
    for centre in centres::list(conn)? {
        let own = works.remove(&Origin::Local(centre.id));
        if own.is_some() || (everyone && centre.kind == CentreKind::Centre) {
            all.push(of_centre(&centre, &own.unwrap_or_default(), addresses));
        }
    }
    for (peer, heard) in publishers(conn, &works, everyone)? {
        let theirs = works.remove(&Origin::Remote(peer.id));
        if theirs.is_some() || is_structure(&peer) {
            all.push(of_peer(peer, heard, &theirs.unwrap_or_default()));
        }
    }
    all.sort_by_cached_key(|structure| (fold(&structure.source.name), structure.source.uri.clone()));
    Ok(all)
}

/// What changes when a follow or an actor does: the calendar's stamp does not cover these.
///
/// # Errors
/// Only what the database refuses.
pub fn followed_stamp(conn: &mut Conn) -> Result<String, StoreError> {
    let (count, newest): (i64, Option<i64>) = follows::table
        .select((diesel::dsl::count_star(), diesel::dsl::max(follows::changed_at)))
        .first(conn)?;
    let read: (Option<i64>, Option<i64>) = follows::table
        .inner_join(peer_rows::table)
        .select((
            diesel::dsl::max(peer_rows::fetched_at),
            diesel::dsl::max(peer_rows::pulled_at),
        ))
        .first(conn)?;
    Ok(format!("{count} {newest:?} {read:?}"))
}

/// A relay or a program is none, unless it publishes events itself.
fn is_structure(peer: &Peer) -> bool {
    !matches!(peer.kind.as_str(), "Application" | "Service")
}

fn publishers(
    conn: &mut Conn,
    works: &HashMap<Origin, Vec<Work>>,
    everyone: bool,
) -> Result<Vec<(Peer, Option<Instant>)>, StoreError> {
    let mut ids: BTreeSet<String> = works
        .keys()
        .filter_map(|origin| match origin {
            Origin::Remote(peer) => Some(peer.to_string()),
            Origin::Local(_) => None,
        })
        .collect();
    if everyone {
        let followed: Vec<String> = follows::table
            .filter(follows::state.eq(FollowState::Accepted.as_str()))
            .select(follows::peer_id)
            .load(conn)?;
        ids.extend(followed);
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let mut found = Vec::new();
    for some in ids.chunks(CHUNK) {
        let rows = peer_rows::table
            .filter(peer_rows::id.eq_any(some).and(peer_rows::gone_at.is_null()))
            .select(peers::Row::as_select())
            .load(conn)?;
        let heard = pulls::heard_of_followed(conn, some)?;
        for row in rows {
            let peer: Peer = row.domain()?;
            let heard = heard.get(&peer.id.to_string()).copied();
            found.push((peer, heard));
        }
    }
    Ok(found)
}

fn of_centre(centre: &Centre, works: &[Work], addresses: &dyn Addresses) -> Structure {
    let profile = &centre.profile;
    let offer = Offer::of(works);
    Structure {
        source: source_of_centre(centre, addresses),
        typology: profile.typology.clone(),
        description: profile.description.clone(),
        place: profile.place.clone(),
        phone: profile.phone.clone(),
        email: profile.email.clone(),
        website: profile.website.clone(),
        verified: offer.updated.unwrap_or(centre.updated).max(centre.updated),
        offer,
    }
}

fn of_peer(peer: Peer, heard: Option<Instant>, works: &[Work]) -> Structure {
    let offer = Offer::of(works);
    let contact = peer.contact.clone().unwrap_or_default();
    Structure {
        typology: None,
        description: peer.summary.clone(),
        place: contact.place,
        phone: contact.phone,
        email: None,
        website: peer.url.clone(),
        // What networks bring is as new as it says.
        verified: heard.unwrap_or(peer.fetched).max(offer.updated.unwrap_or(peer.fetched)),
        source: Source {
            heard,
            ..source_of_peer(peer)
        },
        offer,
    }
}
