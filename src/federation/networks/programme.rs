//! What a network announces, as its programme (`upcoming`) lists it: each event as its author signed it, and the networks
//! that it came by.

use serde_json::{Value, json};

use crate::domain::event::{Event, Origin, Session};
use crate::federation::context::Federation;
use crate::federation::publish;
use crate::federation::wire::utc;
use crate::store::{Conn, StoreError, centres, networks, sessions};

/// The member of a page that tells roads: pairs of an event and the networks between the announcer and its publisher.
pub const ROADS: &str = "maillage:roads";
/// The networks of one road, nearest first; also a member of an Announce.
pub const VIA: &str = "maillage:via";

/// The ActivityPub id of a session.
pub fn uri(federation: &Federation, event: &Event, session: &Session) -> String {
    match event.origin {
        Origin::Local(_) => federation.urls.session(session.id).to_string(),
        Origin::Remote(_) => event.uri.clone(),
    }
}

/// The item of a session: the event with the proof of its author; where there is none, its id and how new it is, so that
/// a reader knows when to fetch it.
///
/// # Errors
/// Only what the database refuses.
pub fn item(conn: &mut Conn, federation: &Federation, event: &Event, session: &Session) -> Result<Value, StoreError> {
    if let Origin::Local(centre) = event.origin
        && let Some(centre) = centres::by_id(conn, centre)?
    {
        let posted = sessions::posted(conn, session.id)?;
        let signers = federation.keys.within(conn, Some(centre.id))?;
        return publish::object(federation, &signers, &centre, event, session, &posted);
    }
    let signed = networks::document(conn, event.id)?;
    let signed = signed.and_then(|text| serde_json::from_str(&text).ok());
    Ok(signed.unwrap_or_else(
        || json!({ "id": uri(federation, event, session), "type": "Event", "updated": utc(event.updated) }),
    ))
}

/// The networks between this node as a whole and the publisher of an event: ours that announces it, and those behind it; none
/// for what is published here.
///
/// # Errors
/// Only what the database refuses.
pub fn road_of_node(
    conn: &mut Conn,
    federation: &Federation,
    event: &Event,
) -> Result<Option<Vec<String>>, StoreError> {
    if matches!(event.origin, Origin::Local(_)) {
        return Ok(None);
    }
    let mut roads = Vec::new();
    for (network, via) in networks::announcers(conn, event.id)? {
        if let Some(network) = centres::by_id(conn, network)? {
            let first = federation.urls.group(&network.handle).to_string();
            roads.push(std::iter::once(first).chain(via).collect::<Vec<_>>());
        }
    }
    Ok(roads.into_iter().min_by_key(Vec::len))
}

/// Tells the roads of the events of a page; those without a network between are not mentioned.
pub fn add_roads(page: &mut Value, roads: &[(String, Vec<String>)]) {
    let told: Vec<Value> = roads
        .iter()
        .filter(|(_, via)| !via.is_empty())
        .map(|(uri, via)| json!({ "id": uri, VIA: via }))
        .collect();
    if !told.is_empty() {
        page[ROADS] = Value::Array(told);
    }
}
