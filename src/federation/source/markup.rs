//! Events that a page tells to machines, by schema.org (JSON-LD) or by microformats (h-event), or a feed, written as iCalendar:
//! so they pass the reader of agendas, its bounds and its cleaning.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use url::Url;

use super::page::is_feed;
use super::{feed, microformats};
use crate::federation::convert::html::to_text;
use crate::federation::convert::json::{self, Value};
use crate::federation::convert::read;

/// Events of one page that are read.
const MAX_EVENTS: usize = 2_000;
/// Scripts of one page that are looked at.
const MAX_SCRIPTS: usize = 50;
/// Objects within objects that are searched.
const MAX_DEPTH: usize = 8;
/// Longest name and description, in characters.
const TEXTS: (usize, usize) = (500, 10_000);

/// What a page tells of an event, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What it is called.
    pub name: String,
    /// When it starts.
    pub start: String,
    /// When it ends, if told.
    pub end: String,
    /// Where, on one line.
    pub place: String,
    /// Latitude and longitude with a `;` between, if told.
    pub coordinates: String,
    /// What it is.
    pub description: String,
    /// Its page.
    pub url: String,
    /// Whether it was called off.
    pub cancelled: bool,
}

/// The iCalendar file of the events that the page at `address` tells; `None` when it tells none.
pub fn agenda(page: &str, address: &Url) -> Option<String> {
    let mut told = schema_org(page);
    if told.is_empty() {
        told = match is_feed(page) {
            true => feed::events(page, MAX_EVENTS),
            false => microformats::events(page, MAX_EVENTS),
        };
    }
    let told: Vec<(Told, String)> = told
        .into_iter()
        .filter(|event| !event.name.is_empty())
        .filter_map(|event| Some((moment("DTSTART", &event.start)?, event)))
        .map(|(start, event)| (event, start))
        .collect();
    if told.is_empty() {
        return None;
    }
    let page_of = |event: &Told| {
        let url = address.join(&event.url).ok().filter(|_| !event.url.is_empty());
        url.and_then(|url| read::web_url(url.as_str()))
    };
    let name_of = |event: &Told| page_of(event).map_or_else(|| event.name.clone(), Into::into);
    let mut often: HashMap<String, usize> = HashMap::new();
    for (event, _) in &told {
        *often.entry(name_of(event)).or_default() += 1;
    }
    let mut file = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    for (event, start) in &told {
        let mut uid = name_of(event);
        // The dates of a series often share one page.
        if often.get(&uid).is_some_and(|times| *times > 1) {
            uid = format!("{} {uid}", event.start);
        }
        let lines = [
            format!("UID:{}", escape(&uid)),
            format!("SUMMARY:{}", escape(&event.name)),
            start.clone(),
            moment("DTEND", &event.end).unwrap_or_default(),
            property("LOCATION", &escape(&event.place)),
            property("GEO", &event.coordinates),
            property("DESCRIPTION", &escape(&event.description)),
            page_of(event).map(|url| format!("URL:{url}")).unwrap_or_default(),
            property("STATUS", if event.cancelled { "CANCELLED" } else { "" }),
        ];
        file.push_str("BEGIN:VEVENT\r\n");
        for line in lines.iter().filter(|line| !line.is_empty()) {
            file.push_str(line);
            file.push_str("\r\n");
        }
        file.push_str("END:VEVENT\r\n");
    }
    file.push_str("END:VCALENDAR\r\n");
    Some(file)
}

fn property(name: &str, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else {
        format!("{name}:{value}")
    }
}

/// A text as iCalendar writes it, on one line whatever it holds.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            _ if letter.is_control() => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A moment with its offset, on the wall, or a day.
fn moment(name: &str, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 40 {
        return None;
    }
    let text = text.replacen(' ', "T", 1);
    let exact = DateTime::parse_from_rfc3339(&text)
        .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M%:z"))
        .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%z"))
        .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M%z"));
    if let Ok(exact) = exact {
        return Some(format!("{name}:{}", exact.to_utc().format("%Y%m%dT%H%M%SZ")));
    }
    let wall = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M"));
    if let Ok(wall) = wall {
        return Some(format!("{name}:{}", wall.format("%Y%m%dT%H%M%S")));
    }
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
    Some(format!("{name};VALUE=DATE:{}", day.format("%Y%m%d")))
}

/// The events of every `<script type="application/ld+json">`.
fn schema_org(page: &str) -> Vec<Told> {
    let mut events = Vec::new();
    let mut rest = page;
    for _ in 0..MAX_SCRIPTS {
        let Some((_, after)) = rest.split_once("application/ld+json") else {
            break;
        };
        let Some((script, after)) = after.split_once('>').and_then(|(_, body)| body.split_once("</script")) else {
            break;
        };
        if let Ok(value) = json::parse(script.trim().as_bytes()) {
            search(&value, 0, &mut events);
        }
        rest = after;
    }
    events
}

fn search(value: &Value, depth: usize, events: &mut Vec<Told>) {
    if depth > MAX_DEPTH || events.len() >= MAX_EVENTS {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| search(item, depth + 1, events)),
        Value::Object(object) => {
            if read::items(value, "@type").filter_map(Value::as_str).any(is_event) {
                events.push(event(value));
            }
            for key in [
                "@graph",
                "itemListElement",
                "item",
                "mainEntity",
                "event",
                "events",
                "subEvent",
            ] {
                if let Some(inner) = object.get(key) {
                    search(inner, depth + 1, events);
                }
            }
        }
        _ => {}
    }
}

fn is_event(kind: &str) -> bool {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    kind.ends_with("Event") || matches!(kind, "Festival" | "Hackathon")
}

fn event(object: &Value) -> Told {
    let plain = |key: &str, max: usize| {
        let text = to_text(read::words(object, key).unwrap_or_default(), max);
        // WordPress writes HTML whose signs are escaped.
        if text.contains("</") { to_text(&text, max) } else { text }
    };
    let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let location = read::items(object, "location").next();
    let geo = location.and_then(|place| place.get("geo"));
    let number = |key: &str| {
        let value = geo?.get(key)?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    let coordinates = number("latitude").zip(number("longitude"));
    Told {
        name: plain("name", TEXTS.0).replace('\n', " "),
        start: word("startDate"),
        end: word("endDate"),
        place: location.map(place).unwrap_or_default(),
        coordinates: coordinates
            .map(|(north, east)| format!("{north};{east}"))
            .unwrap_or_default(),
        description: plain("description", TEXTS.1),
        url: read::first_reference(object, "url").map(Into::into).unwrap_or_default(),
        cancelled: word("eventStatus").ends_with("EventCancelled"),
    }
}

/// « Name, street, postcode town »; an address alone for what happens online.
fn place(location: &Value) -> String {
    if let Value::String(text) = location {
        return to_text(text, TEXTS.0);
    }
    let part = |object: &Value, key: &str| to_text(read::words(object, key).unwrap_or_default(), 255);
    if location.get("@type").is_some_and(|kind| kind == "VirtualLocation") {
        return part(location, "url");
    }
    let address = match location.get("address") {
        Some(Value::String(text)) => to_text(text, 255),
        Some(address) => {
            let town = format!("{} {}", part(address, "postalCode"), part(address, "addressLocality"));
            joined(&[part(address, "streetAddress"), town.trim().to_owned()])
        }
        None => String::new(),
    };
    joined(&[part(location, "name"), address])
}

fn joined(parts: &[String]) -> String {
    let told: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    told.join(", ").replace('\n', " ")
}
