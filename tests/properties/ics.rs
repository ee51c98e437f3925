//! iCalendar feeds: whatever people and peers write, lines stay lines and a property stays one property.

use chrono::TimeDelta;
use maillage::domain::calendar::{Entry, Source};
use maillage::domain::event::{Event, EventFacts, Origin, Schedule, Session};
use maillage::domain::id::{CentreId, EventId, SessionId};
use maillage::domain::place::Place;
use maillage::domain::time::DEFAULT_ZONE;
use maillage::feed::{Channel, Item, ics};
use uuid::Uuid;

/// The properties that the feed has; any other was smuggled in.
const KNOWN: [&str; 25] = [
    "BEGIN",
    "END",
    "VERSION",
    "PRODID",
    "CALSCALE",
    "METHOD",
    "X-WR-CALNAME",
    "NAME",
    "SOURCE",
    "URL",
    "REFRESH-INTERVAL",
    "X-PUBLISHED-TTL",
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "SEQUENCE",
    "SUMMARY",
    "DESCRIPTION",
    "STATUS",
    "DTSTART",
    "DTEND",
    "CREATED",
    "CATEGORIES",
    "LOCATION",
    "GEO",
];

/// Characters of the longest text that an event has, its description.
const LONGEST: usize = 10_000;
/// Characters of every other text.
const DETAIL: usize = 500;

/// Writes a feed in which every text is the input.
pub fn holds(input: &[u8]) {
    let words: String = String::from_utf8_lossy(input).chars().take(LONGEST).collect();
    let entry = entry(&words);
    let words = entry.event.facts.title.clone();
    let item = Item {
        entry: &entry,
        status: Some(words.clone()),
        when: words.clone(),
        lines: vec![words.clone()],
        categories: vec![words.clone()],
    };
    let channel = Channel {
        name: words.clone(),
        page: words.clone(),
        address: words.clone(),
        language: "fr",
        updated: entry.event.updated,
    };
    let feed = ics::calendar(&channel, &[item]);
    assert!(
        !feed.replace("\r\n", "").contains(['\r', '\n']),
        "a bare line end in {feed:?}"
    );
    assert!(
        feed.split_terminator("\r\n").all(|line| line.len() <= 75),
        "a long line"
    );
    let unfolded = feed.replace("\r\n ", "");
    let names: Vec<&str> = unfolded
        .split_terminator("\r\n")
        .map(|line| line.split([':', ';']).next().unwrap_or_default())
        .collect();
    assert!(names.iter().all(|name| KNOWN.contains(name)), "{names:?}");
    assert_eq!(names.iter().filter(|name| **name == "END").count(), 2);
    assert_eq!(names.iter().filter(|name| **name == "UID").count(), 1);
}

fn entry(description: &str) -> Entry {
    let words: String = description.chars().take(DETAIL).collect();
    let words = words.as_str();
    let start = "2026-11-24T08:00:00Z".parse().expect("an instant");
    let schedule = Schedule::once(DEFAULT_ZONE, start, start + TimeDelta::hours(2));
    let occurrence = schedule.sessions().expect("a session")[0];
    let mut facts = EventFacts::new(words, schedule);
    facts.summary = words.to_owned();
    facts.description = description.to_owned();
    facts.status_detail = Some(words.to_owned());
    facts.place = Some(Place {
        name: words.to_owned(),
        address: words.to_owned(),
        city: words.to_owned(),
        ..Place::default()
    });
    let id = Uuid::nil();
    Entry {
        session: Session {
            id: SessionId(id),
            event: EventId(id),
            occurrence,
        },
        uri: words.to_owned(),
        url: words.to_owned(),
        event: Event {
            id: EventId(id),
            uri: words.to_owned(),
            url: words.to_owned(),
            origin: Origin::Local(CentreId(id)),
            facts,
            published: start,
            updated: start,
        },
        publisher: Source {
            name: words.to_owned(),
            uri: words.to_owned(),
            account: words.to_owned(),
            host: words.to_owned(),
            url: words.to_owned(),
            local: false,
            heard: None,
            read_only: false,
        },
        relayed_by: Vec::new(),
        twins: Vec::new(),
    }
}
