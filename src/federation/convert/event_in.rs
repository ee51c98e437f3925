//! An Event of a peer, however its software writes it → facts, or a typed refusal. `quirks` reads what is peculiar.
//!
//! Everything is bounded and cleaned here. Who may say it, and whether it is newer than what is known, is decided by the
//! caller; that the document does not name an author of another origin, is checked here (FEP-fe34).

use chrono::{DateTime, Datelike, Duration};
use url::Url;

use super::activity_in::Incoming;
use super::facts_in;
use super::html::{description, paragraphs, strip_controls};
use super::json::Value;
use super::quirks;
use super::read::{self, Audience};
use crate::domain::event::{
    CoOrganiser, EventFacts, Image, Mode, Registration, RegistrationMode, Schedule, Series, Status,
};
use crate::domain::text::shorten;
use crate::domain::time::{Instant, to_millisecond};
use crate::domain::vocabulary::LANGUAGES;
use crate::federation::guard::same_origin;
use crate::federation::wire::context::{FACTS, SERIES};

/// Most characters of a title that are read, and that are kept.
const TITLE: (usize, usize) = (500, 200);
/// As our own descriptions.
const MAX_DESCRIPTION: usize = 10_000;
/// Words for those who do not see a picture (Mastodon takes as many).
const MAX_ALT: usize = 1500;
/// As our own tags: how many, how long, how long together.
const TAGS: (usize, usize, usize) = (40, 40, 255);
/// Longest RRULE.
const MAX_RULE: usize = 512;

/// An Event of a peer.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Its id.
    pub uri: Url,
    /// Page for people, of the same origin.
    pub url: Url,
    /// Its authors of the same origin, the first of them its publisher; never empty.
    pub attributed_to: Vec<Url>,
    /// What it says.
    pub facts: EventFacts,
    /// First publication, as the peer tells it.
    pub published: Option<Instant>,
    /// Last change, as the peer tells it.
    pub updated: Option<Instant>,
    /// Whom it is meant for. Only what is public may stand in a calendar.
    pub audience: Audience,
}

/// Why an Event is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventRefusal {
    /// Another type, or no object at all.
    #[error("this is not an Event")]
    NotAnEvent,
    /// No id, or none that can be fetched.
    #[error("the event has no http or https id")]
    NoId,
    /// No author.
    #[error("the event names no author")]
    NoAuthor,
    /// Authors of another origin only.
    #[error("the event and its author must be of the same origin")]
    ForeignAuthor,
    /// Nothing to call it.
    #[error("the event has no title")]
    NoTitle,
    /// No start that can be read.
    #[error("the event has no start")]
    NoStart,
    /// Before 2000 or after 2199.
    #[error("the event is not of this age")]
    OutOfTime,
}

/// Reads an Event object.
///
/// # Errors
/// Why it is not taken.
pub fn event(object: &Value) -> Result<Received, EventRefusal> {
    event_among(object, &[])
}

/// [`event`], with addresses that it may name, and that were read before.
fn event_among(object: &Value, known: &[&Url]) -> Result<Received, EventRefusal> {
    if !read::is_a(object, "Event") {
        return Err(EventRefusal::NotAnEvent);
    }
    let id = object.get("id").filter(|id| id.is_string());
    let uri = id
        .and_then(|id| read::reference_among(id, known))
        .ok_or(EventRefusal::NoId)?;
    let attributed_to = authors(object, &uri, known)?;
    let facts = facts(object, &uri)?;
    let moment = |key| instant(object, key).filter(is_of_this_age);
    Ok(Received {
        url: read::page(object, &uri).unwrap_or_else(|| uri.clone()),
        attributed_to,
        facts,
        published: moment("published"),
        updated: moment("updated"),
        audience: Audience::of(object),
        uri,
    })
}

/// Reads the Event that an activity carries. What the object leaves out, author and audience, is the activity's: Hubzilla
/// addresses its Invite, not the Event inside.
///
/// # Errors
/// Why it is not taken; an Event that is only named by its id is none here, it has to be fetched.
pub fn event_of(activity: &Incoming) -> Result<Received, EventRefusal> {
    let object = activity.object.embedded().ok_or(EventRefusal::NotAnEvent)?;
    let anonymous = read::field(object, "attributedTo").is_none() && read::field(object, "actor").is_none();
    let known: Vec<&Url> = activity.object.id().into_iter().chain([&activity.actor]).collect();
    let mut received = if let Some(members) = object.as_object().filter(|_| anonymous) {
        let signed = members
            .clone()
            .with("attributedTo", Value::String(activity.actor.as_str().into()));
        event_among(&Value::Object(signed), &known)?
    } else {
        event_among(object, &known)?
    };
    if received.audience == Audience::Unsaid {
        received.audience = activity.audience;
    }
    Ok(received)
}

fn authors(object: &Value, uri: &Url, known: &[&Url]) -> Result<Vec<Url>, EventRefusal> {
    let by = |key| read::references_among(object, key, known);
    let named: Vec<Url> = by("attributedTo").chain(by("actor")).collect();
    if named.is_empty() {
        return Err(EventRefusal::NoAuthor);
    }
    let mut own: Vec<Url> = Vec::new();
    for author in named {
        if same_origin(&author, uri) && !own.contains(&author) {
            own.push(author);
        }
    }
    if own.is_empty() {
        return Err(EventRefusal::ForeignAuthor);
    }
    Ok(own)
}

fn facts(object: &Value, uri: &Url) -> Result<EventFacts, EventRefusal> {
    let title = quirks::title(object, TITLE.0).ok_or(EventRefusal::NoTitle)?;
    let schedule = schedule(object)?;
    let mut facts = EventFacts::new(shorten(&title, TITLE.1), schedule);
    facts.series = series(object, uri);
    if let Some(told) = read::field(object, FACTS).and_then(|told| facts_in::facts(told, &facts)) {
        return Ok(told);
    }
    read_texts(object, &mut facts);
    read_where(object, &mut facts);
    facts.status = status(object);
    facts.registration = registration(object);
    facts.image = image(object);
    facts.tags = tags(object);
    facts.languages = languages(object);
    facts.co_organisers = co_organisers(object);
    Ok(facts)
}

/// The description as HTML and as text. `summary` repeats date and place in most software, so that it is read only where there
/// is nothing else; in its place the first words of the description are shown ([`EventFacts::lead`]).
fn read_texts(object: &Value, facts: &mut EventFacts) {
    let is_plain = |kind: &Value| *kind == "text/plain" || *kind == "text/markdown";
    let content = read::words(object, "content");
    let html = match content {
        Some(text) if object.get("mediaType").is_some_and(is_plain) => paragraphs(&strip_controls(text)),
        Some(html) => html.to_owned(),
        None => read::words(object, "summary").unwrap_or_default().to_owned(),
    };
    (facts.description, facts.description_html) = description(&html, MAX_DESCRIPTION);
}

fn schedule(object: &Value) -> Result<Schedule, EventRefusal> {
    let zone = quirks::zone(object);
    let moment = |key| quirks::moment(object, key, zone);
    let start = moment("startTime")
        .or_else(|| moment("previousStartTime"))
        .ok_or(EventRefusal::NoStart)?;
    if !is_of_this_age(&start) {
        return Err(EventRefusal::OutOfTime);
    }
    let end = moment("endTime").filter(|end| *end > start && *end - start <= Duration::days(366));
    let shown = object.get("displayEndTime").and_then(Value::as_bool) != Some(false);
    Ok(Schedule {
        zone,
        start,
        end: end.unwrap_or(start + Duration::hours(2)),
        end_known: end.is_some() && shown,
        recurrence: None,
    })
}

/// The moment of `key`, by RFC 3339 or nearly.
fn instant(object: &Value, key: &str) -> Option<Instant> {
    let text = object.get(key)?.as_str()?;
    // What allows for less takes three times as long.
    let strict = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    strict.or_else(|_| text.parse::<Instant>()).ok().map(to_millisecond)
}

fn is_of_this_age(instant: &Instant) -> bool {
    (2000..2200).contains(&instant.year())
}

fn series(object: &Value, uri: &Url) -> Option<Series> {
    let series = read::field(object, SERIES)?;
    let whole = read::web_url(series.get("uri")?.as_str()?).filter(|whole| same_origin(whole, uri))?;
    let rule = series.get("rrule").and_then(Value::as_str);
    Some(Series {
        uri: whole.into(),
        rule: rule
            .filter(|rule| rule.len() <= MAX_RULE && rule.is_ascii())
            .map(str::to_owned),
    })
}

fn read_where(object: &Value, facts: &mut EventFacts) {
    let mut online = object.get("isOnline").and_then(Value::as_bool) == Some(true);
    for location in read::items(object, "location") {
        if read::is_a(location, "VirtualLocation") {
            online = true;
            facts.online_url = facts.online_url.take().or_else(|| address(location, "url"));
        } else if facts.place.is_none() {
            facts.place = quirks::place(location);
        }
    }
    facts.mode = match (online, facts.place.is_some()) {
        (true, true) => Mode::Mixed,
        (true, false) => Mode::Online,
        (false, _) => Mode::Offline,
    };
    if online && facts.online_url.is_none() {
        facts.online_url = website(object);
    }
}

fn address(object: &Value, key: &str) -> Option<String> {
    read::first_reference(object, key).map(Into::into)
}

/// The attachment that Mobilizon calls « Website ».
fn website(object: &Value) -> Option<String> {
    let is_link = |item: &&Value| read::is_a(item, "Link") && item["name"] == "Website";
    read::items(object, "attachment")
        .find(is_link)
        .and_then(|link| address(link, "href"))
}

fn status(object: &Value) -> Status {
    let told = quirks::status(object);
    let full = object.get("remainingAttendeeCapacity").and_then(Value::as_i64) == Some(0)
        && object
            .get("maximumAttendeeCapacity")
            .and_then(Value::as_i64)
            .is_some_and(|places| places > 0);
    if told == Status::Scheduled && full {
        Status::Full
    } else {
        told
    }
}

/// Known only where the peer tells more than its software's default.
fn registration(object: &Value) -> Option<Registration> {
    let mode = object.get("joinMode").and_then(Value::as_str);
    let target = object.get("externalParticipationUrl").and_then(Value::as_str);
    let url = target.and_then(read::web_url).map(String::from);
    let email = target.and_then(quirks::mailto);
    let capacity = object
        .get("maximumAttendeeCapacity")
        .and_then(Value::as_u64)
        .and_then(|places| u32::try_from(places).ok())
        .filter(|places| (1..=100_000).contains(places));
    let mode = match (mode, &url, &email, capacity) {
        (Some("restricted" | "invite"), ..) => RegistrationMode::InscriptionObligatoire,
        (_, None, None, None) => return None,
        _ => RegistrationMode::InscriptionConseillee,
    };
    Some(Registration {
        mode,
        access: Vec::new(),
        phone: None,
        email,
        url,
        capacity,
        waiting_list: false,
    })
}

/// The banner among the attachments, else the first picture, else `image`.
fn image(object: &Value) -> Option<Image> {
    let pictures: Vec<&Value> = read::items(object, "attachment")
        .filter(|item| quirks::is_picture(item))
        .collect();
    let is_banner = |item: &&&Value| item["isBannerImage"].as_bool() == Some(true) || item["name"] == "Banner";
    let chosen = pictures.iter().find(is_banner).or_else(|| pictures.first()).copied();
    let found = chosen.or_else(|| read::items(object, "image").next())?;
    let url = match found {
        Value::String(_) => read::reference(found),
        _ => read::first_reference(found, "url"),
    }?;
    let alt = read::line(found, "summary", MAX_ALT).or_else(|| read::line(found, "name", MAX_ALT));
    Some(Image {
        url: url.into(),
        alt: alt.filter(|alt| alt != "Banner").unwrap_or_default(),
    })
}

fn tags(object: &Value) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let mut letters = 0;
    for name in read::items(object, "tag")
        .filter(|tag| read::is_a(tag, "Hashtag"))
        .filter_map(|tag| read::line(tag, "name", TAGS.1 + 2))
    {
        let name = name.trim_start_matches('#').trim();
        let length = name.chars().count();
        if length > 0 && length <= TAGS.1 && letters + length <= TAGS.2 && tags.len() < TAGS.0 {
            letters += length;
            tags.push(name.to_owned());
        }
    }
    tags.dedup();
    tags
}

fn languages(object: &Value) -> Vec<String> {
    let tag = object.get("inLanguage").and_then(Value::as_str).unwrap_or_default();
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    LANGUAGES
        .term(&primary)
        .map(|term| term.code.clone())
        .into_iter()
        .collect()
}

/// Organisations that the event names (FEP-8a8e). People are left out: a calendar needs no names of people.
fn co_organisers(object: &Value) -> Vec<CoOrganiser> {
    let Some(collection) = read::field(object, "organizers") else {
        return Vec::new();
    };
    let page = collection.get("first").unwrap_or(collection);
    let is_person = |item: &Value| read::types(item).any(|kind| kind.ends_with("Person"));
    read::items(page, "items")
        .chain(read::items(page, "orderedItems"))
        .filter(|item| item.is_object() && !is_person(item))
        .filter_map(|item| {
            Some(CoOrganiser {
                name: read::line(item, "name", 140)?,
                uri: read::reference(item).map(Into::into),
            })
        })
        .take(20)
        .collect()
}
