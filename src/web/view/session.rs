//! Sessions in a list, grouped by day.

use chrono::{NaiveDate, SecondsFormat};

use super::credits::{aged, called_off};
use super::parts::{Kind, Marks, Notice, Phone, PriceTag};
use crate::domain::calendar::Entry;
use crate::domain::event::{Mode, Status};
use crate::domain::time::Instant;
use crate::locale::{Locale, capitalise};

/// The sessions of one day.
pub struct Day {
    /// « Lundi 23 novembre », « Aujourd’hui, lundi 23 novembre ».
    pub heading: String,
    /// « 2 séances ».
    pub count: String,
    /// In order of their hours.
    pub sessions: Vec<SessionLine>,
}

/// A session in a list: the hour, then what and where, then the phone.
pub struct SessionLine {
    /// Machine-readable start.
    pub start: String,
    /// « 9 h 30 ».
    pub hour: String,
    /// « à 12 h ».
    pub until: Option<String>,
    /// Its title.
    pub title: String,
    /// Its page on this node.
    pub href: String,
    /// Whether the title is struck through.
    pub cancelled: bool,
    /// What must be known first.
    pub notice: Option<Notice>,
    /// What a partner says otherwise.
    pub called_off: Option<String>,
    /// Since when its publisher is silent.
    pub aged: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// Its type.
    pub kind: Option<Kind>,
    /// Its price.
    pub price: Option<PriceTag>,
    /// Its levels.
    pub level: Option<Marks>,
    /// How to register, languages.
    pub facts: Vec<String>,
    /// Who publishes it.
    pub by: String,
    /// Whom to call.
    pub phone: Option<Phone>,
}

impl SessionLine {
    /// One entry of the calendar, as seen at `now`.
    pub fn new(t: Locale, entry: &Entry, now: Instant) -> Self {
        let facts = &entry.event.facts;
        let occurrence = &entry.session.occurrence;
        let start = occurrence.start.with_timezone(&facts.schedule.zone);
        let end = facts
            .schedule
            .end_known
            .then(|| occurrence.end.with_timezone(&facts.schedule.zone));
        let practical = t.practical(facts, occurrence);
        let online = (facts.mode == Mode::Online && facts.place.is_some()).then(|| t.text("fact-online"));
        Self {
            start: start.to_rfc3339_opts(SecondsFormat::Secs, true),
            hour: t.hour(start.time()),
            until: end.map(|end| t.text_with("date-until", &[("end", t.hour(end.time()).into())])),
            title: facts.title.clone(),
            href: format!("/events/{}", entry.session.id),
            cancelled: facts.status == Status::Cancelled,
            notice: Notice::new(t, facts),
            called_off: called_off(t, entry),
            aged: aged(t, entry, now),
            place: practical.place,
            kind: Kind::new(t, facts),
            price: PriceTag::new(t, facts),
            level: Marks::new(t, facts, entry.publisher.local),
            facts: [practical.registration, online, t.other_languages(facts)]
                .into_iter()
                .flatten()
                .collect(),
            by: source(t, entry),
            phone: facts.phone().map(Phone::new),
        }
    }
}

/// « Publié par le centre et son partenaire, repris par le réseau ».
fn source(t: Locale, entry: &Entry) -> String {
    let published = t.text_with("published-by", &[("name", t.list(entry.publishers()).into())]);
    if entry.relayed_by.is_empty() {
        return published;
    }
    let relays = t.list(entry.relayed_by.iter().map(|source| source.name.clone()).collect());
    t.text_with("relayed-by", &[("name", published.into()), ("relays", relays.into())])
}

/// The entries, which come in order of their start, day by day.
pub fn days(t: Locale, entries: &[Entry], today: NaiveDate, now: Instant) -> Vec<Day> {
    let date = |entry: &Entry| entry.session.occurrence.date;
    entries
        .chunk_by(|one, next| date(one) == date(next))
        .map(|day| Day {
            heading: heading(t, date(&day[0]), today),
            count: t.text_with("day-count", &[("count", day.len().into())]),
            sessions: day.iter().map(|entry| SessionLine::new(t, entry, now)).collect(),
        })
        .collect()
}

fn heading(t: Locale, date: NaiveDate, today: NaiveDate) -> String {
    let day = t.day_seen_from(date, today);
    match t.near_day(date, today) {
        Some(near) => t.text_with("date-near", &[("near", near.into()), ("day", day.into())]),
        None => capitalise(&day),
    }
}
