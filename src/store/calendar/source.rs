//! Who publishes and who relays the events of a page, looked up for the whole page at once.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::super::announces::origin_text;
use super::super::centres;
use super::super::events::EventRow;
use super::super::peers;
use super::super::schema;
use super::super::sessions::SessionRow;
use super::super::{Conn, StoreError};
use super::Addresses;
use crate::domain::calendar::{Entry, Source};
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Origin, Session};
use crate::domain::peer::Peer;

/// Makes entries of rows.
pub(super) fn entries(
    conn: &mut Conn,
    rows: Vec<(SessionRow, EventRow)>,
    addresses: &dyn Addresses,
) -> Result<Vec<Entry>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let relays = relays(conn, &rows)?;
    let sources = sources(conn, &rows, &relays, addresses)?;
    let mut entries = Vec::with_capacity(rows.len());
    for (session, event) in rows {
        let announcers = relays.get(&event.id);
        let (session, event) = (session.domain()?, event.domain()?);
        let own = origin_text(event.origin);
        let publisher = sources.get(&own).cloned();
        let publisher = publisher.ok_or_else(|| StoreError::corrupt("event", "its publisher is unknown"))?;
        let relayed_by = announcers
            .into_iter()
            .flatten()
            .filter(|by| **by != own)
            .filter_map(|by| sources.get(by));
        let relayed_by = relayed_by.cloned().collect();
        let (uri, url) = names(&session, &event, addresses);
        entries.push(Entry {
            session,
            uri,
            url,
            event,
            publisher,
            relayed_by,
        });
    }
    Ok(entries)
}

fn names(session: &Session, event: &Event, addresses: &dyn Addresses) -> (String, String) {
    match event.origin {
        Origin::Local(_) => (addresses.session_uri(session.id), addresses.session_page(session.id)),
        Origin::Remote(_) => (event.uri.clone(), event.url.clone()),
    }
}

/// Event id → ids of those who announced it, in order.
fn relays(conn: &mut Conn, rows: &[(SessionRow, EventRow)]) -> Result<HashMap<String, Vec<String>>, StoreError> {
    use schema::announces;
    let events: BTreeSet<&str> = rows.iter().map(|(_, event)| event.id.as_str()).collect();
    let found: Vec<(String, String)> = announces::table
        .filter(announces::event_id.eq_any(events))
        .order((announces::announced_at, announces::announcer))
        .select((announces::event_id, announces::announcer))
        .load(conn)?;
    let mut relays: HashMap<String, Vec<String>> = HashMap::new();
    for (event, announcer) in found {
        relays.entry(event).or_default().push(announcer);
    }
    Ok(relays)
}

/// Id → source, for all publishers and announcers. A node has few centres: all of them are read.
fn sources(
    conn: &mut Conn,
    rows: &[(SessionRow, EventRow)],
    relays: &HashMap<String, Vec<String>>,
    addresses: &dyn Addresses,
) -> Result<HashMap<String, Source>, StoreError> {
    let mut ids: BTreeSet<&str> = rows.iter().filter_map(|(_, event)| event.peer_id.as_deref()).collect();
    ids.extend(relays.values().flatten().map(String::as_str));
    let mut sources = HashMap::new();
    if !ids.is_empty() {
        let found = schema::peers::table
            .filter(schema::peers::id.eq_any(ids))
            .select(peers::Row::as_select())
            .load::<peers::Row>(conn)?;
        for row in found {
            let peer = row.domain()?;
            sources.insert(peer.id.to_string(), source_of_peer(peer));
        }
    }
    for centre in centres::list(conn)? {
        sources.insert(centre.id.to_string(), source_of_centre(&centre, addresses));
    }
    Ok(sources)
}

/// A peer as the publisher of an event.
pub fn source_of_peer(peer: Peer) -> Source {
    let account = peer.account().trim_start_matches('@').to_owned();
    Source {
        name: if peer.name.is_empty() {
            account.clone()
        } else {
            peer.name
        },
        account,
        url: peer.url.unwrap_or_else(|| peer.uri.clone()),
        uri: peer.uri,
        host: peer.host,
        local: false,
    }
}

/// A centre of ours as the publisher of an event.
pub fn source_of_centre(centre: &Centre, addresses: &dyn Addresses) -> Source {
    let host = addresses.host();
    Source {
        name: centre.profile.name.clone(),
        uri: addresses.centre_uri(&centre.handle),
        account: format!("{}@{host}", centre.handle),
        host,
        url: addresses.centre_page(&centre.handle),
        local: true,
    }
}
