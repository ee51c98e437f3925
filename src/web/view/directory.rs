//! Who does what: a line a structure, the phone first to be found.

use askama::Template;
use chrono::NaiveDate;

use super::filter::FilterForm;
use super::freshness::Fresh;
use super::page::{Link, Page};
use super::parts::{Phone, safe_link};
use crate::domain::directory::{Offer, Structure};
use crate::domain::peer::Freshness;
use crate::domain::time::Instant;
use crate::domain::vocabulary::{
    ACCESS_MODES, ACCESSIBILITY, AUDIENCES, EVENT_TYPES, LANGUAGES, PRICES, THEMES, Vocabulary,
};
use crate::locale::{Locale, capitalise, place_line};

/// Words of one list that are shown; a page is read by somebody who is waiting on the phone.
const SHOWN: usize = 5;

/// `/network/directory`.
#[derive(Template)]
#[template(path = "directory.html")]
pub struct DirectoryPage {
    /// The frame.
    pub page: Page,
    /// One sentence.
    pub lead: String,
    /// What is asked for.
    pub form: FilterForm,
    /// « 12 structures ».
    pub count: String,
    /// « À jour au 24 novembre 2026 », on paper only.
    pub printed: String,
    /// Them.
    pub structures: Vec<StructureView>,
    /// All of them on one page, when there are more.
    pub all: Option<String>,
    /// The same for a spreadsheet.
    pub csv: String,
    /// The same for programs.
    pub json: String,
}

/// A structure, ready to be shown.
pub struct StructureView {
    /// Its name, with its page.
    pub name: Link,
    /// Whether that page is on another site.
    pub outside: bool,
    /// Where it is, or the towns where it is to be found.
    pub place: Option<String>,
    /// Its number.
    pub phone: Option<Phone>,
    /// What it does, for whom, how one comes: label and words.
    pub facts: Vec<(String, String)>,
    /// Its next session.
    pub next: Option<Link>,
    /// « 12 séances à venir ».
    pub sessions: Option<Link>,
    /// « À jour le 12 novembre 2026 ».
    pub verified: String,
    /// Whether nobody was heard from lately.
    pub silent: bool,
}

impl StructureView {
    /// The structure as read at `now`, which is `today`; `filtered`: its sessions are those of a choice.
    pub fn new(t: Locale, structure: &Structure, now: Instant, today: NaiveDate, filtered: bool) -> Self {
        let offer = &structure.offer;
        let source = &structure.source;
        let handle = source.account.split('@').next().unwrap_or_default();
        let href = if source.local {
            format!("/centres/{handle}")
        } else {
            safe_link(&source.url).unwrap_or_else(|| source.uri.clone())
        };
        let fresh = match source.freshness(now) {
            Some(freshness) => Fresh::new(t, freshness, zone(offer)),
            None if source.local => Fresh::new(t, Freshness::UpToDate(structure.verified), zone(offer)),
            None => Fresh::unread(t),
        };
        Self {
            name: Link {
                href,
                words: source.name.clone(),
            },
            outside: !source.local,
            place: place(t, structure),
            phone: structure.known_phone().map(Phone::new),
            facts: facts(t, offer),
            next: next(t, offer, today),
            sessions: sessions(t, structure, filtered),
            verified: fresh.words,
            silent: fresh.silent,
        }
    }
}

fn zone(offer: &Offer) -> chrono_tz::Tz {
    offer
        .next
        .as_ref()
        .map_or(crate::domain::time::DEFAULT_ZONE, |(_, facts)| facts.schedule.zone)
}

fn place(t: Locale, structure: &Structure) -> Option<String> {
    let towns = &structure.offer.towns;
    match structure.known_place() {
        Some(place) => Some(place_line(place)).filter(|line| !line.is_empty()),
        None => (!towns.is_empty()).then(|| t.list(towns.iter().take(SHOWN).cloned().collect())),
    }
}

fn facts(t: Locale, offer: &Offer) -> Vec<(String, String)> {
    let known = |vocabulary: &'static Vocabulary, codes: &[String]| {
        let mut words: Vec<String> = codes
            .iter()
            .filter(|code| vocabulary.term(code).is_some())
            .take(SHOWN)
            .map(|code| t.label(vocabulary, code))
            .collect();
        let more = codes.len().saturating_sub(SHOWN);
        if more > 0 {
            words.push(t.text_with("directory-more", &[("count", more.into())]));
        }
        words
    };
    let levels = offer.levels.map(|(low, high)| t.levels(low, high));
    let others: Vec<String> = offer.languages.iter().filter(|code| *code != "fr").cloned().collect();
    let prices: Vec<String> = offer.prices.iter().map(|price| price.as_str().to_owned()).collect();
    let mut come = known(&PRICES, &prices);
    come.extend(
        offer
            .registration
            .iter()
            .map(|mode| t.text(&format!("registration-{}", mode.as_str()))),
    );
    // Within the sentence that begins with the price.
    come.extend(
        known(&ACCESS_MODES, &offer.access)
            .iter()
            .map(|words| uncapitalised(words)),
    );
    [
        ("directory-types", known(&EVENT_TYPES, &offer.types)),
        ("directory-themes", known(&THEMES, &offer.themes)),
        ("directory-levels", levels.into_iter().collect()),
        ("directory-audiences", known(&AUDIENCES, &offer.audiences)),
        ("directory-come", come),
        ("directory-languages", known(&LANGUAGES, &others)),
        ("directory-accessibility", known(&ACCESSIBILITY, &offer.accessibility)),
    ]
    .into_iter()
    .filter(|(_, words)| !words.is_empty())
    .map(|(key, words)| (t.text(key), capitalise(&words.join(", "))))
    .collect()
}

fn uncapitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn next(t: Locale, offer: &Offer, today: NaiveDate) -> Option<Link> {
    let (session, facts) = offer.next.as_ref()?;
    let start = session.occurrence.start.with_timezone(&facts.schedule.zone);
    let day = capitalise(&t.day_seen_from(start.date_naive(), today));
    let hours = t.hours(start.time(), None);
    Some(Link {
        href: format!("/events/{}", session.id),
        words: format!("{day}, {hours} — {}", facts.title),
    })
}

fn sessions(t: Locale, structure: &Structure, filtered: bool) -> Option<Link> {
    let count = structure.offer.sessions;
    let account: String = url::form_urlencoded::byte_serialize(structure.source.account.as_bytes()).collect();
    let key = if filtered {
        "directory-sessions-chosen"
    } else {
        "directory-sessions"
    };
    (count > 0).then(|| Link {
        href: format!("/?centre={account}"),
        words: t.text_with(key, &[("count", i64::from(count).into())]),
    })
}
