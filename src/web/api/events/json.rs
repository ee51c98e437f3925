//! An event in JSON: its facts as they are submitted, and what the node adds.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use crate::domain::calendar::Source;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Origin, Session};
use crate::domain::time::Instant;
use crate::feed;
use crate::store::calendar::{Addresses, source_of_centre, source_of_peer};
use crate::store::{Conn, StoreError, centres, peers, sessions};

/// An event of one of `all` centres, as a list shows it: without its sessions.
pub fn local(event: &Event, all: &[Centre], addresses: &dyn Addresses) -> Value {
    let centre = match event.origin {
        Origin::Local(id) => all.iter().find(|centre| centre.id == id),
        Origin::Remote(_) => None,
    };
    let source = centre.map(|centre| source_of_centre(centre, addresses));
    Value::Object(fields(event, centre, source.as_ref()))
}

/// An event with its sessions.
pub fn with_sessions(conn: &mut Conn, event: &Event, addresses: &dyn Addresses) -> Result<Value, StoreError> {
    let (centre, source) = match event.origin {
        Origin::Local(id) => {
            let centre = centres::by_id(conn, id)?;
            let source = centre.as_ref().map(|centre| source_of_centre(centre, addresses));
            (centre, source)
        }
        Origin::Remote(id) => (None, peers::by_id(conn, id)?.map(source_of_peer)),
    };
    let mut item = fields(event, centre.as_ref(), source.as_ref());
    let dates = sessions::of_event(conn, event.id)?;
    let dates = dates.iter().map(|session| date(event, session, addresses));
    item.insert("sessions".to_owned(), dates.collect());
    Ok(Value::Object(item))
}

fn fields(event: &Event, centre: Option<&Centre>, source: Option<&Source>) -> Map<String, Value> {
    let mut item = event.facts_to_json();
    let at = |instant: Instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let added = [
        ("id", json!(event.id)),
        ("uri", json!(event.uri)),
        ("url", json!(event.url)),
        ("centre", json!(centre.map(|centre| centre.handle.as_str()))),
        ("origin", source.map(feed::json::source).unwrap_or_default()),
        ("published", json!(at(event.published))),
        ("updated", json!(at(event.updated))),
    ];
    item.extend(added.map(|(name, value)| (name.to_owned(), value)));
    item
}

fn date(event: &Event, session: &Session, addresses: &dyn Addresses) -> Value {
    let zone = event.facts.schedule.zone;
    let local = |instant: Instant| instant.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true);
    let (uri, url) = match event.origin {
        Origin::Local(_) => (addresses.session_uri(session.id), addresses.session_page(session.id)),
        Origin::Remote(_) => (event.uri.clone(), event.url.clone()),
    };
    json!({
        "id": session.id,
        "uri": uri,
        "url": url,
        "date": session.occurrence.date,
        "start": local(session.occurrence.start),
        "end": event.facts.schedule.end_known.then(|| local(session.occurrence.end)),
    })
}
