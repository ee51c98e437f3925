//! The directory as JSON: an item a structure, with the codes of the calendar. What is not known is null or empty.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::json::source;
use crate::domain::directory::Structure;

/// `{"items":[…],"next":null}`.
pub fn list(structures: &[Structure]) -> Value {
    json!({ "items": structures.iter().map(item).collect::<Vec<_>>(), "next": null })
}

fn item(structure: &Structure) -> Value {
    let offer = &structure.offer;
    let next = offer.next.as_ref().map(|(session, facts)| {
        let start = session.occurrence.start.with_timezone(&facts.schedule.zone);
        json!({
            "id": session.id,
            "title": facts.title,
            "start": start.to_rfc3339_opts(SecondsFormat::Secs, true),
        })
    });
    json!({
        "origin": source(&structure.source),
        "name": structure.source.name,
        "typology": structure.typology,
        "description": structure.description,
        "place": structure.known_place(),
        "towns": offer.towns,
        "phone": structure.known_phone(),
        "email": structure.known_email(),
        "website": structure.website,
        "types": offer.types,
        "themes": offer.themes,
        "services": offer.services,
        "special_support": offer.special_support,
        "level_min": offer.levels.map(|levels| levels.0.as_str()),
        "level_max": offer.levels.map(|levels| levels.1.as_str()),
        "audiences": offer.audiences,
        "languages": offer.languages,
        "accessibility": offer.accessibility,
        "formats": offer.formats,
        "prices": offer.prices,
        "registration": offer.registration,
        "access": offer.access,
        "itinerant": offer.itinerant,
        "sessions": offer.sessions,
        "next_session": next,
        "verified": structure.verified.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}
