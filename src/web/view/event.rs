//! The page of one session: all that a person needs to come.

use askama::Template;
use chrono::{NaiveDate, SecondsFormat};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::credits::{Credits, aged, called_off};
use super::event_about::{Fact, about};
use super::page::{Link, Page, Picture};
use super::parts::{Kind, Marks, Notice, Phone, PriceTag, host_link, safe_link};
use crate::domain::calendar::Entry;
use crate::domain::event::{CourseRegistration, EventFacts, Mode, Session, Status};
use crate::domain::place::Place;
use crate::domain::time::Instant;
use crate::federation::convert::html::paragraphs;
use crate::locale::{Locale, capitalise};

/// Dates of a series that are shown; a phone shows them without endless scrolling.
const SHOWN_DATES: usize = 24;

/// `/events/{id}`.
#[derive(Template)]
#[template(path = "event.html")]
pub struct EventPage {
    /// The frame.
    pub page: Page,
    /// The session.
    pub event: EventView,
}

/// A session, ready to be shown.
pub struct EventView {
    /// What must be known first.
    pub notice: Option<Notice>,
    /// Its type.
    pub kind: Option<Kind>,
    /// Its levels.
    pub level: Option<Marks>,
    /// Its title.
    pub title: String,
    /// Whether it is struck through.
    pub cancelled: bool,
    /// One or two sentences.
    pub summary: Option<String>,
    /// Machine-readable start.
    pub start: String,
    /// « Mardi 24 novembre ».
    pub day: String,
    /// « de 9 h à 12 h ».
    pub hours: String,
    /// « Tous les mardis ».
    pub repeats: Option<String>,
    /// « Horaire changé : c’était mardi 24 novembre à 9 h. »
    pub moved: Option<String>,
    /// Name of the place.
    pub place_name: Option<String>,
    /// Lines of the address.
    pub address: Vec<String>,
    /// Where a map shows it.
    pub map: Option<String>,
    /// Whether one can or must take part online.
    pub online: bool,
    /// Where to connect.
    pub online_url: Option<String>,
    /// Price.
    pub price: Option<PriceTag>,
    /// Conditions of the price.
    pub price_detail: Option<String>,
    /// How to register, in words.
    pub registration: String,
    /// Places, waiting list, prescription.
    pub registration_lines: Vec<String>,
    /// Whom to call.
    pub phone: Option<Phone>,
    /// Whom to write to.
    pub email: Option<String>,
    /// Where to register.
    pub registration_url: Option<Link>,
    /// A picture kept by this node.
    pub photo: Option<Picture>,
    /// The description as safe HTML.
    pub description: String,
    /// What is good to know.
    pub about: Vec<Fact>,
    /// « Tous les mardis ».
    pub dates_heading: String,
    /// The dates of the series.
    pub dates: Vec<DateLink>,
    /// « et 3 autres dates ensuite ».
    pub more_dates: Option<String>,
    /// How the course goes.
    pub course: Option<String>,
    /// The session for a phone's agenda.
    pub ics: Option<String>,
    /// A text message with the facts.
    pub sms: Option<String>,
    /// What a partner says otherwise.
    pub called_off: Option<String>,
    /// Since when its publisher is silent.
    pub aged: Option<String>,
    /// Who publishes and relays it.
    pub credits: Credits,
}

/// A date of the series.
pub struct DateLink {
    /// Its page.
    pub href: String,
    /// « mardi 1er décembre ».
    pub words: String,
    /// Whether it is the one on this page.
    pub current: bool,
}

/// What the page shows besides the entry.
pub struct Around<'a> {
    /// The moment at which the page is read.
    pub now: Instant,
    /// Its day, in the node's zone.
    pub today: NaiveDate,
    /// This node's own address, without a final slash.
    pub base: &'a str,
    /// The coming sessions of the same series, this one among them.
    pub sessions: &'a [Session],
    /// The start that the session had before it was moved, if it was.
    pub moved_from: Option<Instant>,
}

impl EventView {
    /// The session of `entry`.
    pub fn new(t: Locale, entry: &Entry, around: &Around<'_>) -> Self {
        let facts = &entry.event.facts;
        let occurrence = &entry.session.occurrence;
        let start = occurrence.start.with_timezone(&facts.schedule.zone);
        let end = facts
            .schedule
            .end_known
            .then(|| occurrence.end.with_timezone(&facts.schedule.zone));
        let place = facts.place.as_ref().filter(|_| facts.mode != Mode::Online);
        let registration = facts.registration.as_ref();
        Self {
            notice: Notice::new(t, facts),
            kind: Kind::new(t, facts),
            level: Marks::new(t, facts, entry.publisher.local),
            title: facts.title.clone(),
            cancelled: facts.status == Status::Cancelled,
            summary: said(&facts.summary),
            start: start.to_rfc3339_opts(SecondsFormat::Secs, true),
            day: capitalise(&t.day_seen_from(start.date_naive(), around.today)),
            hours: t.span(start, end),
            repeats: repeats(t, entry),
            moved: moved(t, entry, around),
            place_name: place.and_then(|place| said(&place.name)),
            address: place.map(address).unwrap_or_default(),
            map: place.and_then(map),
            online: facts.mode != Mode::Offline,
            online_url: facts.online_url.as_deref().and_then(safe_link),
            price: PriceTag::new(t, facts).filter(|_| takes_place(facts)),
            price_detail: detail(t, facts).filter(|_| takes_place(facts)),
            registration: come(t, facts),
            registration_lines: registration_lines(t, facts),
            phone: facts.phone().map(Phone::new),
            email: registration
                .and_then(|way| way.email.clone())
                .or_else(|| facts.contact.email.clone()),
            registration_url: registration
                .filter(|_| takes_place(facts))
                .and_then(|way| way.url.as_deref())
                .and_then(|url| host_link(t, "come-register-on", url)),
            photo: photo(facts, around.base),
            description: description(facts),
            about: about(t, facts),
            dates_heading: repeats(t, entry).unwrap_or_else(|| t.text("dates-other")),
            dates: dates(t, entry, around),
            more_dates: more_dates(t, around),
            course: course(t, facts),
            ics: takes_place(facts).then(|| format!("/events/{}.ics", entry.session.id)),
            sms: takes_place(facts).then(|| sms(t, entry)),
            called_off: called_off(t, entry),
            aged: aged(t, entry, around.now),
            credits: Credits::new(t, entry, around.now),
        }
    }
}

/// Who has the old hour on paper is told that it is not the one any more.
fn moved(t: Locale, entry: &Entry, around: &Around<'_>) -> Option<String> {
    let start = entry.session.occurrence.start;
    let from = around.moved_from.filter(|from| *from != start)?;
    let from = from.with_timezone(&entry.event.facts.schedule.zone);
    let day = t.day_seen_from(from.date_naive(), around.today);
    let hours = t.hours(from.time(), None);
    takes_place(&entry.event.facts).then(|| t.text_with("event-moved", &[("day", day.into()), ("hours", hours.into())]))
}

fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn address(place: &Place) -> Vec<String> {
    let town = format!("{} {}", place.postcode, place.city);
    let lines = [
        place.address.as_str(),
        place.complement.as_deref().unwrap_or_default(),
        town.trim(),
    ];
    lines
        .into_iter()
        .filter(|line| !line.is_empty() && !place.name.ends_with(line))
        .map(str::to_owned)
        .collect()
}

/// A link that the reader may follow, not a map that the page loads.
fn map(place: &Place) -> Option<String> {
    let (latitude, longitude) = (place.latitude?, place.longitude?);
    Some(format!(
        "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    ))
}

/// The detail of the price, unless the tag already says it.
fn detail(t: Locale, facts: &EventFacts) -> Option<String> {
    let detail = facts.price_detail.as_deref().filter(|detail| !detail.is_empty())?;
    let tag = facts.price.map(|price| t.price(price, Some(detail)));
    (tag.as_deref() != Some(detail)).then(|| detail.to_owned())
}

/// How to come; what a status forbids comes before how one would register.
fn come(t: Locale, facts: &EventFacts) -> String {
    match (facts.status, &facts.registration) {
        (Status::Cancelled | Status::Postponed, _) => capitalise(&t.text(&format!("come-{}", facts.status))),
        (Status::Full, _) => t.text("come-full"),
        (_, Some(way)) => t.text(&format!("come-{}", way.mode)),
        (_, None) => t.text("come-unknown"),
    }
}

/// Whether the session takes place as far as anyone knows.
fn takes_place(facts: &EventFacts) -> bool {
    !matches!(facts.status, Status::Cancelled | Status::Postponed)
}

fn registration_lines(t: Locale, facts: &EventFacts) -> Vec<String> {
    if !takes_place(facts) {
        return Vec::new();
    }
    let way = facts.registration.as_ref();
    let capacity = way.and_then(|way| way.capacity);
    let lines = [
        capacity.map(|seats| t.text_with("come-capacity", &[("count", seats.into())])),
        way.filter(|way| way.waiting_list).map(|_| t.text("come-waiting-list")),
        facts.open_to_prescription.then(|| t.text("come-prescription")),
    ];
    lines.into_iter().flatten().collect()
}

/// Only a picture that this node serves: reading a page calls no third party.
fn photo(facts: &EventFacts, base: &str) -> Option<Picture> {
    let image = facts.image.as_ref()?;
    let path = image.url.strip_prefix(base).filter(|path| path.starts_with('/'))?;
    Some(Picture {
        url: path.to_owned(),
        alt: image.alt.clone(),
    })
}

/// A peer's description was sanitised when it came in; ours is plain text.
fn description(facts: &EventFacts) -> String {
    match &facts.description_html {
        Some(html) => html.clone(),
        None => paragraphs(&facts.description),
    }
}

/// The rule of its series in words; a peer tells it with each of its sessions.
fn repeats(t: Locale, entry: &Entry) -> Option<String> {
    let facts = &entry.event.facts;
    let own = facts
        .schedule
        .recurrence
        .as_ref()
        .map(|recurrence| recurrence.rule.as_str());
    let rule = own.or_else(|| facts.series.as_ref().and_then(|series| series.rule.as_deref()));
    let weekday = chrono::Datelike::weekday(&entry.session.occurrence.date);
    Some(capitalise(&t.recurrence(rule?, weekday)?))
}

/// The dates of a series; a single session needs no list.
fn dates(t: Locale, entry: &Entry, around: &Around<'_>) -> Vec<DateLink> {
    if around.sessions.len() < 2 {
        return Vec::new();
    }
    let shown = around.sessions.iter().take(SHOWN_DATES);
    shown
        .map(|session| DateLink {
            href: format!("/events/{}", session.id),
            words: t.day_seen_from(session.occurrence.date, around.today),
            current: session.id == entry.session.id,
        })
        .collect()
}

fn more_dates(t: Locale, around: &Around<'_>) -> Option<String> {
    let rest = around.sessions.len().saturating_sub(SHOWN_DATES);
    (rest > 0).then(|| t.text_with("dates-more", &[("count", rest.into())]))
}

fn course(t: Locale, facts: &EventFacts) -> Option<String> {
    let course = facts.course?;
    let key = match course.registration {
        CourseRegistration::Once => "course-once",
        CourseRegistration::EachSession => "course-each",
    };
    Some(t.text_with(key, &[("count", course.sessions.into())]))
}

/// `sms:` with a body (RFC 5724 leaves it open; every phone reads `?body=`): title, facts, page.
fn sms(t: Locale, entry: &Entry) -> String {
    let practical = t.practical(&entry.event.facts, &entry.session.occurrence);
    let mut lines = vec![entry.event.facts.title.clone()];
    lines.extend(practical.lines(t));
    format!("sms:?body={}", utf8_percent_encode(&lines.join("\n"), NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_town_is_not_said_twice() {
        let place = Place {
            name: "L’Escale, 59100 Roubaix".into(),
            postcode: "59100".into(),
            city: "Roubaix".into(),
            ..Place::default()
        };
        assert!(address(&place).is_empty());
    }
}
