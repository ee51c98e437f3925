//! Calendar entries as text for other software: iCalendar, Atom, JSON, CSV, GeoJSON, schema.org. Pure functions: what
//! needs words in a language arrives already said, in [`Item`].

pub mod atom;
pub mod csv;
pub mod directory;
pub mod geojson;
pub mod ics;
pub mod json;
pub mod mednum;
pub mod schema_org;

#[cfg(test)]
mod sample;

use crate::domain::calendar::Entry;
use crate::domain::event::EventFacts;
use crate::domain::place::Place;
use crate::domain::time::Instant;

/// What a feed says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name in the reader's agenda.
    pub name: String,
    /// The page that shows the same sessions.
    pub page: String,
    /// Its own address.
    pub address: String,
    /// BCP 47 tag of its words.
    pub language: &'static str,
    /// The last change of what it shows.
    pub updated: Instant,
}

/// A session with the words that go with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    /// The session.
    pub entry: &'a Entry,
    /// « Annulé », « Complet »…, when it is not as planned.
    pub status: Option<String>,
    /// « Mardi 24 novembre, de 9 h à 12 h ».
    pub when: String,
    /// Where, how much, which number: a line each.
    pub lines: Vec<String>,
    /// Labels of its type and themes.
    pub categories: Vec<String>,
}

impl Item<'_> {
    /// The title, behind the word of its status: agendas that strike nothing out still say « Annulé ».
    pub fn title(&self) -> String {
        let title = &self.facts().title;
        match &self.status {
            Some(status) => format!("{status}\u{a0}: {title}"),
            None => title.clone(),
        }
    }

    fn facts(&self) -> &EventFacts {
        &self.entry.event.facts
    }
}

/// Name, street and town of a place, as far as they are known.
fn address(place: &Place) -> String {
    let town = format!("{} {}", place.postcode, place.city);
    let parts = [place.name.as_str(), place.address.as_str(), town.trim()];
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    known.join(", ")
}

/// The text without control characters other than line feeds, and with those as `\n`: nothing that starts a line of its
/// own in a line-based format, nothing that XML 1.0 forbids.
fn clean(text: &str) -> String {
    let lines = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    lines
        .chars()
        .filter(|c| *c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')))
        .collect()
}

/// [`clean`], on one line.
fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}
