//! iCalendar (RFC 5545, RFC 7986), for the agenda of a phone.
//!
//! One VEVENT a dated session, in UTC. A series would need RRULE, EXDATE and a VTIMEZONE, which phones and web agendas
//! read in different ways; sessions are already expanded in their own zone, and an instant in UTC means the same
//! everywhere. A change of clocks law is repaired by the next refresh, since each session keeps its UID.

use chrono::Duration;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use super::{Channel, Item, address, clean, one_line};
use crate::domain::event::{Mode, Status};
use crate::domain::text::shorten;

/// How often an agenda should come back: often enough for a cancellation the day before.
const REFRESH_HOURS: i64 = 2;

/// Characters of a text in an agenda, of ten thousand that a description may have; its page has all of it. The time to
/// fold a line grows with the square of its length.
const LONGEST: usize = 2000;

/// The feed, lines folded at 75 octets and ended by CRLF.
pub fn calendar(channel: &Channel, items: &[Item<'_>]) -> String {
    let name = one_line(&channel.name);
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Maillage//Maillage//FR"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        .append_property(("X-WR-CALNAME", name.as_str()))
        .append_property(
            Property::new("NAME", name.as_str())
                .add_parameter("VALUE", "TEXT")
                .done(),
        )
        .append_property(
            Property::new("SOURCE", one_line(&channel.address))
                .add_parameter("VALUE", "URI")
                .done(),
        )
        .append_property(
            Property::new("URL", one_line(&channel.page))
                .add_parameter("VALUE", "URI")
                .done(),
        )
        .ttl(&Duration::hours(REFRESH_HOURS));
    calendar.extend(items.iter().map(event));
    fold(&calendar.to_string())
}

/// Lines of at most 75 octets, broken between characters (RFC 5545 §3.1). The crate's own folding gives a last part of
/// 76 octets, so its output is joined and folded again.
fn fold(ics: &str) -> String {
    let mut folded = String::with_capacity(ics.len() + ics.len() / 50);
    for line in ics.replace("\r\n ", "").split_terminator("\r\n") {
        let mut room = 75;
        for letter in line.chars() {
            if letter.len_utf8() > room {
                folded.push_str("\r\n ");
                room = 74;
            }
            folded.push(letter);
            room -= letter.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

fn event(item: &Item<'_>) -> Event {
    let (entry, facts) = (item.entry, &item.entry.event.facts);
    let mut event = Event::new();
    event
        .uid(&one_line(&entry.uri))
        .timestamp(entry.event.updated)
        .last_modified(entry.event.updated)
        .sequence(sequence(item))
        .summary(&one_line(&item.title()))
        .description(&description(item))
        .url(&one_line(&entry.url))
        .status(status(facts.status))
        .starts(entry.session.occurrence.start);
    event.add_property("CREATED", utc(entry.event.published));
    if facts.schedule.end_known {
        event.ends(entry.session.occurrence.end);
    }
    if !item.categories.is_empty() {
        event.categories(item.categories.iter().map(|category| one_line(category)));
    }
    if facts.status == Status::Cancelled {
        // A cancelled session no longer makes anyone busy.
        event.add_property("TRANSP", "TRANSPARENT");
    }
    locate(&mut event, item);
    event.done()
}

fn locate(event: &mut Event, item: &Item<'_>) {
    let facts = &item.entry.event.facts;
    if let Some(place) = facts.place.as_ref().filter(|_| facts.mode != Mode::Online) {
        event.location(&one_line(&address(place)));
        if let (Some(latitude), Some(longitude)) = (place.latitude, place.longitude) {
            event.add_property("GEO", format!("{latitude};{longitude}"));
        }
    } else if let Some(link) = &facts.online_url {
        event.location(&one_line(link));
    }
}

/// What a person needs with no network: the facts, the detail of the status, the words of the centre, the page.
fn description(item: &Item<'_>) -> String {
    let facts = &item.entry.event.facts;
    let mut parts = vec![item.lines.join("\n")];
    parts.extend(facts.status_detail.clone());
    parts.extend(
        [&facts.summary, &facts.description]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| shorten(text, LONGEST)),
    );
    parts.push(item.entry.publishers().join(", "));
    parts.push(item.entry.url.clone());
    clean(&parts.join("\n\n"))
}

fn status(status: Status) -> EventStatus {
    match status {
        Status::Cancelled => EventStatus::Cancelled,
        Status::Postponed => EventStatus::Tentative,
        Status::Scheduled | Status::Rescheduled | Status::MovedOnline | Status::Full => EventStatus::Confirmed,
    }
}

/// Grows with each change (RFC 5545 §3.8.7.4) without a counter to keep: seconds since the publication.
fn sequence(item: &Item<'_>) -> u32 {
    let event = &item.entry.event;
    u32::try_from((event.updated - event.published).num_seconds()).unwrap_or(0)
}

fn utc(instant: crate::domain::time::Instant) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::feed::sample::{channel, entry, item};

    fn unfolded(ics: &str) -> Vec<String> {
        ics.replace("\r\n ", "")
            .split_terminator("\r\n")
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_session_is_an_event_that_phones_read() {
        let entry = entry();
        let ics = calendar(&channel(), &[item(&entry)]);
        let lines = unfolded(&ics);
        for expected in [
            "X-WR-CALNAME:L’agenda \\; « Roubaix »",
            "REFRESH-INTERVAL;VALUE=DURATION:PT7200S",
            "UID:https://agenda.example/events/0198c0de-0000-7000-8000-000000000001",
            "DTSTART:20261124T080000Z",
            "DTEND:20261124T110000Z",
            "DTSTAMP:20261102T100000Z",
            "LAST-MODIFIED:20261102T100000Z",
            "SEQUENCE:86400",
            "SUMMARY:Les mardis numériques",
            "STATUS:CONFIRMED",
            "LOCATION:Centre social L’Escale du canal\\, 80 rue de l’Alma\\, 59100 Roubaix",
            "GEO:50.699;3.17",
            "CATEGORIES:Atelier numérique,E-mail",
        ] {
            assert!(
                lines.iter().any(|line| line == expected),
                "{expected} not in\n{}",
                lines.join("\n")
            );
        }
        assert_eq!(lines.first().map(String::as_str), Some("BEGIN:VCALENDAR"));
        assert_eq!(lines.last().map(String::as_str), Some("END:VCALENDAR"));
    }

    #[test]
    fn a_cancelled_session_says_so_in_its_title_and_status() {
        let mut entry = entry();
        entry.event.facts.status = Status::Cancelled;
        let mut item = item(&entry);
        item.status = Some("Annulé".into());
        let lines = unfolded(&calendar(&channel(), &[item]));
        assert!(lines.contains(&"SUMMARY:Annulé\u{a0}: Les mardis numériques".to_owned()));
        assert!(lines.contains(&"STATUS:CANCELLED".to_owned()));
        assert!(lines.contains(&"TRANSP:TRANSPARENT".to_owned()));
    }

    #[test]
    fn a_long_description_is_cut_and_its_page_named() {
        let mut entry = entry();
        entry.event.facts.description = "mot ".repeat(2500);
        let lines = unfolded(&calendar(&channel(), &[item(&entry)]));
        let description = lines.iter().find(|line| line.starts_with("DESCRIPTION:")).unwrap();
        assert!(
            description.len() < 3000 && description.ends_with(&entry.url),
            "{description}"
        );
    }

    #[test]
    fn an_unknown_end_is_not_told() {
        let mut entry = entry();
        entry.event.facts.schedule.end_known = false;
        assert!(!calendar(&channel(), &[item(&entry)]).contains("DTEND"));
    }

    proptest! {
        /// Whatever a peer writes: CRLF lines of at most 75 octets, one event, no property of its own making.
        #[test]
        fn hostile_words_stay_in_their_property(words in "(\\PC|[\r\n\t;,:\\\\\"\u{0}-\u{1f}\u{85}\u{2028}]|END:VEVENT|é){0,300}") {
            let mut entry = entry();
            entry.event.facts.title = words.clone();
            entry.event.facts.summary = words.clone();
            entry.uri = words.clone();
            entry.url = words.clone();
            entry.publisher.name = words.clone();
            entry.event.facts.place.as_mut().unwrap().name = words.clone();
            let mut item = item(&entry);
            item.categories = vec![words.clone()];
            let mut channel = channel();
            channel.name = words.clone();
            channel.page = words;
            let ics = calendar(&channel, &[item]);
            prop_assert!(!ics.replace("\r\n", "").contains(['\r', '\n']));
            for line in ics.split_terminator("\r\n") {
                prop_assert!(line.len() <= 75, "{} octets: {line}", line.len());
            }
            let names: Vec<String> = unfolded(&ics).iter().map(|line| {
                line.split([':', ';']).next().unwrap_or_default().to_owned()
            }).collect();
            prop_assert_eq!(names.iter().filter(|name| *name == "END").count(), 2);
            let known = "BEGIN END VERSION PRODID CALSCALE METHOD X-WR-CALNAME NAME SOURCE URL REFRESH-INTERVAL \
                X-PUBLISHED-TTL UID DTSTAMP LAST-MODIFIED SEQUENCE SUMMARY DESCRIPTION STATUS DTSTART DTEND CREATED \
                CATEGORIES LOCATION GEO";
            for name in &names {
                prop_assert!(known.split(' ').any(|known| known == name), "{name:?}");
            }
        }
    }
}
