//! A session of ours → the Event that peers receive.
//!
//! `summary` carries what a person needs to come, because Mastodon shows nothing else but title and link; `content` opens
//! with the same, for software that hides `summary` behind a warning.

use serde_json::{Value, json};
use url::Url;

use super::actor_out::{link, place};
use super::facts_out;
use super::html::{escape, paragraphs};
use crate::domain::event::{CoOrganiser, Event, EventFacts, Image, Mode, Session, Status};
use crate::domain::text::Handle;
use crate::domain::time::Instant;
use crate::federation::urls::{OurActor, Urls};
use crate::federation::wire::context::PUBLIC;
use crate::federation::wire::event::{
    Attachment, Event as WireEvent, Hashtag, LanguageMap, Location, Organizers, Series, VirtualLocation,
};
use crate::federation::wire::{in_zone, utc};
use crate::locale::Locale;

/// The language of every post.
const LANGUAGE: &str = "fr";
/// How many organisers are named.
const MAX_ORGANISERS: usize = 20;

/// One session as it is posted.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// The event.
    pub event: &'a Event,
    /// Which of its dates.
    pub session: &'a Session,
    /// Handle of the centre that publishes it.
    pub centre: &'a Handle,
    /// When the session was first posted: never in the future (such a post sticks to the top of timelines), never
    /// changed afterwards (GoToSocial then refuses every change).
    pub published: Instant,
    /// Its last change, newer with each one: Mastodon takes no other.
    pub updated: Instant,
    /// The start it had before it was moved or postponed.
    pub previous_start: Option<Instant>,
}

/// The Event object, without `@context`: embedded as it is, served through
/// [`with_context`](crate::federation::wire::context::with_context).
pub fn event_object(posting: &Posting<'_>, urls: &Urls) -> Value {
    json!(wire(posting, urls))
}

fn wire(posting: &Posting<'_>, urls: &Urls) -> WireEvent {
    let Posting { event, session, .. } = *posting;
    let facts = &event.facts;
    let zone = facts.schedule.zone;
    let actor = OurActor::Centre(posting.centre.clone());
    let page = urls.event_page(session.id.0);
    let tag = hashtags(facts, urls);
    let summary = summary(posting, &tag);
    let content = content(posting, &tag);
    let capacity = facts
        .registration
        .as_ref()
        .and_then(|registration| registration.capacity);
    WireEvent {
        id: urls.session(session.id),
        kind: "Event",
        attributed_to: urls.actor(&actor),
        to: vec![PUBLIC.to_owned()],
        cc: vec![urls.followers(&actor).into()],
        name: facts.title.clone(),
        name_map: in_french(&facts.title),
        summary_map: in_french(&summary),
        content_map: in_french(&content),
        summary,
        content,
        media_type: "text/html",
        in_language: LANGUAGE,
        published: utc(posting.published),
        updated: utc(posting.updated),
        start_time: in_zone(session.occurrence.start, zone),
        end_time: in_zone(session.occurrence.end, zone),
        display_end_time: facts.schedule.end_known,
        timezone: zone.name().to_owned(),
        previous_start_time: posting.previous_start.map(|start| in_zone(start, zone)),
        event_status: event_status(facts.status),
        status: ical_status(facts.status),
        ical_status: ical_status(facts.status),
        join_mode: "external",
        external_participation_url: participation(facts).unwrap_or_else(|| page.clone()),
        replies_moderation_option: "closed",
        maximum_attendee_capacity: capacity,
        remaining_attendee_capacity: (facts.status == Status::Full).then_some(0),
        category: category(facts.event_type.as_deref()),
        is_online: facts.mode != Mode::Offline,
        location: location(facts),
        organizers: organizers(&actor, &facts.co_organisers, urls),
        attachment: attachment(facts, &page),
        url: page,
        tag,
        facts: facts_out::facts(facts),
        series: series(event),
    }
}

fn in_french(text: &str) -> LanguageMap {
    LanguageMap::from([(LANGUAGE, text.to_owned())])
}

/// The practical facts, a paragraph each.
pub(super) fn practical(posting: &Posting<'_>) -> String {
    let locale = Locale::french();
    let facts = &posting.event.facts;
    let mut practical = locale.practical(facts, &posting.session.occurrence);
    if let Some(words) = repetition(posting.event, locale) {
        practical.when = format!("{} ({words})", practical.when);
    }
    let lines = notice(facts, locale).into_iter().chain(practical.lines(locale));
    lines.map(|line| format!("<p>{}</p>", escape(&line))).collect()
}

/// « tous les mardis ».
fn repetition(event: &Event, locale: Locale) -> Option<String> {
    let schedule = &event.facts.schedule;
    let first = chrono::Datelike::weekday(&schedule.start.with_timezone(&schedule.zone));
    locale.recurrence(&schedule.recurrence.as_ref()?.rule, first)
}

/// « Annulé — salle indisponible ».
fn notice(facts: &EventFacts, locale: Locale) -> Option<String> {
    if facts.status == Status::Scheduled {
        return None;
    }
    let word = locale.text(&format!("notice-{}", facts.status.as_str()));
    Some(match &facts.status_detail {
        Some(detail) => locale.text_with(
            "notice-with-detail",
            &[("word", word.into()), ("detail", detail.as_str().into())],
        ),
        None => word,
    })
}

fn summary(posting: &Posting<'_>, tags: &[Hashtag]) -> String {
    let short = paragraphs(&posting.event.facts.summary);
    format!("{}{short}{}", practical(posting), tag_line(tags))
}

fn content(posting: &Posting<'_>, tags: &[Hashtag]) -> String {
    let facts = &posting.event.facts;
    let title = format!("<p><strong>{}</strong></p>", escape(&facts.title));
    let online = facts
        .online_url
        .as_deref()
        .map_or_else(String::new, |url| format!("<p>{}</p>", link(url)));
    let texts = paragraphs(&facts.summary) + &paragraphs(&facts.description);
    format!("{title}{}{texts}{online}{}", practical(posting), tag_line(tags))
}

/// Mastodon displays no hashtag that is not in the text.
fn tag_line(tags: &[Hashtag]) -> String {
    if tags.is_empty() {
        return String::new();
    }
    let links: Vec<String> = tags
        .iter()
        .map(|tag| {
            format!(
                "<a href=\"{}\" rel=\"tag\">{}</a>",
                escape(tag.href.as_str()),
                escape(&tag.name)
            )
        })
        .collect();
    format!("<p>{}</p>", links.join(" "))
}

/// Tags with the words run together, each with a capital so that screen readers part them.
fn hashtags(facts: &EventFacts, urls: &Urls) -> Vec<Hashtag> {
    let names = facts.tags.iter().map(|tag| (tag, hashtag(tag)));
    names
        .filter(|(_, name)| name.chars().any(char::is_alphabetic))
        .map(|(tag, name)| Hashtag {
            kind: "Hashtag",
            name: format!("#{name}"),
            href: urls.search(tag),
        })
        .collect()
}

fn hashtag(tag: &str) -> String {
    let words: Vec<&str> = tag
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [word] => (*word).to_owned(),
        words => words.iter().map(|word| crate::locale::capitalise(word)).collect(),
    }
}

fn event_status(status: Status) -> &'static str {
    match status {
        Status::Scheduled | Status::Full => "EventScheduled",
        Status::Rescheduled => "EventRescheduled",
        Status::MovedOnline => "EventMovedOnline",
        Status::Postponed => "EventPostponed",
        Status::Cancelled => "EventCancelled",
    }
}

fn ical_status(status: Status) -> &'static str {
    match status {
        Status::Cancelled => "CANCELLED",
        Status::Postponed => "TENTATIVE",
        _ => "CONFIRMED",
    }
}

/// A category that both FEP-8a8e and Mobilizon have; Mobilizon reads any other as a meeting.
fn category(event_type: Option<&str>) -> &'static str {
    match event_type.unwrap_or_default() {
        "cafe-numerique" | "club" | "stand" | "portes-ouvertes" | "visite" | "vente-solidaire" | "permanence"
        | "acces-libre" | "itinerance" => "COMMUNITY",
        "cafe-ia" | "cafe-reparation" | "fab-lab" => "SCIENCE_TECH",
        "stage-vacances" | "scolaire" => "FAMILY_EDUCATION",
        "jeu" => "GAMES",
        "spectacle" => "THEATRE",
        "reseau-pro" => "NETWORKING",
        _ => "LEARNING",
    }
}

/// Where one registers, when there is a page for it.
fn participation(facts: &EventFacts) -> Option<Url> {
    Url::parse(facts.registration.as_ref()?.url.as_deref()?).ok()
}

fn location(facts: &EventFacts) -> Option<Location> {
    match (facts.mode, &facts.place) {
        (Mode::Online, _) => Some(Location::Virtual(VirtualLocation {
            kind: "VirtualLocation",
            name: "En ligne",
            url: facts.online_url.clone(),
        })),
        (_, Some(found)) => Some(Location::Place(place(found))),
        (_, None) => None,
    }
}

fn organizers(actor: &OurActor, others: &[CoOrganiser], urls: &Urls) -> Organizers {
    let others = others.iter().take(MAX_ORGANISERS).map(|other| match &other.uri {
        Some(uri) => json!(uri),
        None => json!({ "type": "Organization", "name": other.name }),
    });
    let items: Vec<Value> = std::iter::once(json!(urls.actor(actor))).chain(others).collect();
    Organizers {
        kind: "OrganizersCollection",
        total_items: items.len(),
        items,
    }
}

/// Always a list: Mobilizon fails without, Gancio too.
fn attachment(facts: &EventFacts, page: &Url) -> Vec<Attachment> {
    let website = Attachment::Link {
        media_type: "text/html",
        href: facts.online_url.clone().unwrap_or_else(|| page.to_string()),
        name: "Website",
    };
    facts.image.iter().map(banner).chain([website]).collect()
}

fn banner(image: &Image) -> Attachment {
    Attachment::Document {
        media_type: media_type(&image.url),
        url: image.url.clone(),
        name: "Banner",
        summary: image.alt.clone(),
    }
}

/// By the ending of the path, as far as it tells.
fn media_type(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        _ => "image/jpeg",
    }
}

fn series(event: &Event) -> Option<Series> {
    let recurrence = event.facts.schedule.recurrence.as_ref()?;
    Some(Series {
        uri: event.uri.clone(),
        rrule: Some(recurrence.rule.clone()),
    })
}
