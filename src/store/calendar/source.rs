//! Who publishes and who relays the events of a page, looked up for the whole page at once.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::super::announces::origin_text;
use super::super::centres;
use super::super::events::EventRow;
use super::super::peers;
use super::super::pulls;
use super::super::schema;
use super::super::sessions::SessionRow;
use super::super::{Conn, StoreError};
use super::Addresses;
use crate::domain::calendar::{Entry, Source, Twin};
use crate::domain::centre::Centre;
use crate::domain::event::{Event, EventFacts, Origin, Session};
use crate::domain::merge;
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
    let twins = twins(conn, &rows)?;
    let sources = sources(conn, &rows, &twins, &relays, addresses)?;
    let twins = by_group(twins, &sources, addresses)?;
    let mut entries = Vec::with_capacity(rows.len());
    for (session, event) in rows {
        let announcers = relays.get(&event.id);
        let group = twins.get(group_of(&session));
        let (session, event) = (session.domain()?, event.domain()?);
        let own = origin_text(event.origin);
        let publisher = sources.get(&own).cloned();
        let mut publisher = publisher.ok_or_else(|| StoreError::corrupt("event", "its publisher is unknown"))?;
        let relayed_by = announcers
            .into_iter()
            .flatten()
            .filter(|by| **by != own)
            .filter_map(|by| sources.get(by));
        let relayed_by: Vec<Source> = relayed_by.cloned().collect();
        if publisher.heard.is_none() {
            // Nobody asks its publisher: what we know of it is as new as what relays it.
            publisher.heard = relayed_by.iter().filter_map(|relay| relay.heard).max();
        }
        let (uri, url) = names(&session, &event, addresses);
        let others = group.into_iter().flatten().filter(|twin| twin.0.session != session.id);
        let twins = others.map(|twin| seen_from(twin, &event, &publisher)).collect();
        entries.push(Entry {
            session,
            uri,
            url,
            event,
            publisher,
            relayed_by,
            twins,
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

type Rows = [(SessionRow, EventRow)];

/// The session that is shown for this one: itself, or the one it is merged into.
fn group_of(session: &SessionRow) -> &str {
    session.merged_into.as_deref().unwrap_or(&session.id)
}

/// All sessions of the groups that these rows belong to, where there is more than one.
fn twins(conn: &mut Conn, rows: &Rows) -> Result<Vec<(SessionRow, EventRow)>, StoreError> {
    use schema::{events, sessions};
    let groups: BTreeSet<&str> = rows.iter().map(|(session, _)| group_of(session)).collect();
    let behind: Vec<(String, Option<String>)> = sessions::table
        .filter(sessions::merged_into.eq_any(groups))
        .select((sessions::id, sessions::merged_into))
        .load(conn)?;
    if behind.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<String> = behind
        .into_iter()
        .flat_map(|(id, shown)| [Some(id), shown])
        .flatten()
        .collect();
    let all = sessions::table
        .inner_join(events::table)
        .filter(sessions::id.eq_any(ids))
        .order(sessions::id)
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load(conn)?;
    Ok(all)
}

type Groups = HashMap<String, Vec<(Twin, EventFacts)>>;

fn by_group(
    rows: Vec<(SessionRow, EventRow)>,
    sources: &HashMap<String, Source>,
    addresses: &dyn Addresses,
) -> Result<Groups, StoreError> {
    let mut groups = Groups::new();
    for (session, event) in rows {
        let group = group_of(&session).to_owned();
        let (session, event) = (session.domain()?, event.domain()?);
        let Some(publisher) = sources.get(&origin_text(event.origin)).cloned() else {
            continue;
        };
        let (uri, url) = names(&session, &event, addresses);
        let twin = Twin {
            session: session.id,
            uri,
            url,
            publisher,
            status: event.facts.status,
            named: false,
        };
        groups.entry(group).or_default().push((twin, event.facts));
    }
    Ok(groups)
}

/// The twin as it stands to one event.
fn seen_from((twin, facts): &(Twin, EventFacts), event: &Event, publisher: &Source) -> Twin {
    Twin {
        named: merge::named(&event.facts, &publisher.name, facts, &twin.publisher.name),
        ..twin.clone()
    }
}

/// Event id → ids of those who announced it, in order.
fn relays(conn: &mut Conn, rows: &Rows) -> Result<HashMap<String, Vec<String>>, StoreError> {
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

/// Id → source, for all publishers and announcers; when it was heard from only of those that are followed. A node has few
/// centres: all of them are read.
fn sources(
    conn: &mut Conn,
    rows: &Rows,
    twins: &Rows,
    relays: &HashMap<String, Vec<String>>,
    addresses: &dyn Addresses,
) -> Result<HashMap<String, Source>, StoreError> {
    let shown = rows.iter().chain(twins);
    let mut ids: BTreeSet<&str> = shown.filter_map(|(_, event)| event.peer_id.as_deref()).collect();
    ids.extend(relays.values().flatten().map(String::as_str));
    let mut sources = HashMap::new();
    if !ids.is_empty() {
        let found = schema::peers::table
            .filter(schema::peers::id.eq_any(ids.clone()))
            .select(peers::Row::as_select())
            .load(conn)?;
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        let heard = pulls::heard_of_followed(conn, &ids)?;
        for row in found {
            let peer: Peer = row.domain()?;
            let id = peer.id.to_string();
            let heard = heard.get(&id).copied();
            sources.insert(
                id,
                Source {
                    heard,
                    ..source_of_peer(peer)
                },
            );
        }
    }
    for centre in centres::list(conn)? {
        sources.insert(centre.id.to_string(), source_of_centre(&centre, addresses));
    }
    Ok(sources)
}

/// A peer as the publisher of an event; when it was heard from is not looked up.
pub fn source_of_peer(peer: Peer) -> Source {
    let read_only = peer.is_source();
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
        heard: None,
        read_only,
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
        heard: None,
        read_only: false,
    }
}
