//! The structures of the network: our own centres, the peers that are followed, and whoever the networks that are followed
//! announce.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use diesel::prelude::*;

use super::calendar::{self, Addresses, source_of_centre, source_of_peer};
use super::schema::{announces, events, follows as follow_rows, peers as peer_rows};
use super::{Conn, StoreError, centres, follows, peers, pulls};
use crate::domain::calendar::{Filter, Source};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::directory::{Offer, Structure, Work};
use crate::domain::event::Origin;
use crate::domain::peer::Peer;
use crate::domain::text::fold;
use crate::domain::time::Instant;

/// Peers that are read at once.
const CHUNK: usize = 500;
/// In milliseconds.
const DAY: i64 = 86_400_000;

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

/// What changes when a follow or an actor does, or the day on which one was last heard from: the calendar's stamp does not
/// cover these.
///
/// # Errors
/// Only what the database refuses.
pub fn followed_stamp(conn: &mut Conn) -> Result<String, StoreError> {
    type Row = (String, i64, i64, bool, bool, Option<i64>, Option<i64>);
    let rows: Vec<Row> = follow_rows::table
        .inner_join(peer_rows::table)
        .order(follow_rows::id)
        .select((
            follow_rows::state,
            follow_rows::changed_at,
            peer_rows::fetched_at,
            peer_rows::gone_at.is_null(),
            peer_rows::pull_due_at.is_null(),
            peer_rows::pulled_at,
            peer_rows::heard_at,
        ))
        .load(conn)?;
    let mut stamp = DefaultHasher::new();
    for (state, changed, fetched, here, muted, pulled, heard) in rows {
        let day = pulled.max(heard).map(|at| at / DAY);
        (state, changed, fetched, here, muted, day).hash(&mut stamp);
    }
    Ok(format!("{:x}", stamp.finish()))
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
    let mut found = HashMap::new();
    if everyone {
        found.extend(
            follows::peers_read(conn)?
                .into_iter()
                .map(|peer| (peer.id.to_string(), peer)),
        );
    }
    let publishing = works.keys().filter_map(|origin| match origin {
        Origin::Remote(peer) => Some(peer.to_string()),
        Origin::Local(_) => None,
    });
    let missing: Vec<String> = publishing.filter(|id| !found.contains_key(id)).collect();
    for some in missing.chunks(CHUNK) {
        let rows: Vec<peers::Row> = peer_rows::table
            .filter(peer_rows::id.eq_any(some).and(peer_rows::gone_at.is_null()))
            .select(peers::Row::as_select())
            .load(conn)?;
        for row in rows {
            let peer = row.domain()?;
            found.insert(peer.id.to_string(), peer);
        }
    }
    let ids: Vec<String> = found.keys().cloned().collect();
    let mut heard = HashMap::new();
    for some in ids.chunks(CHUNK) {
        heard.extend(heard_of(conn, some)?);
    }
    Ok(found
        .into_iter()
        .map(|(id, peer)| (peer, heard.get(&id).copied()))
        .collect())
}

/// When these were last heard from: themselves where they are followed, else the freshest of those who announce their works.
fn heard_of(conn: &mut Conn, some: &[String]) -> Result<HashMap<String, Instant>, StoreError> {
    let mut heard = pulls::heard_of_followed(conn, some)?;
    let missing: Vec<&String> = some.iter().filter(|id| !heard.contains_key(*id)).collect();
    if missing.is_empty() {
        return Ok(heard);
    }
    let roads: Vec<(Option<String>, String)> = announces::table
        .inner_join(events::table)
        .filter(events::peer_id.eq_any(missing))
        .select((events::peer_id, announces::announcer))
        .distinct()
        .load(conn)?;
    let announcers: BTreeSet<String> = roads.iter().map(|(_, announcer)| announcer.clone()).collect();
    let announcers: Vec<String> = announcers.into_iter().collect();
    let fresh = pulls::heard_of_followed(conn, &announcers)?;
    for (publisher, announcer) in roads {
        if let (Some(publisher), Some(at)) = (publisher, fresh.get(&announcer)) {
            let known = heard.entry(publisher).or_insert(*at);
            *known = (*known).max(*at);
        }
    }
    Ok(heard)
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
