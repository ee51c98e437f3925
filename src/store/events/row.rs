//! The row of an event: its facts as JSON, and beside them the columns that the calendar filters on, derived here only.

use diesel::prelude::*;

use crate::domain::event::{Event, EventFacts, Level, Origin};
use crate::domain::text::fold;
use crate::domain::vocabulary::{EVENT_TYPES, Language, THEMES};
use crate::store::backend::natively;
use crate::store::column::{from_json, instant, ms, parse, parse_opt, to_json};
use crate::store::insert::insert_statement;
use crate::store::schema::{event_tags, events};
use crate::store::{Conn, StoreError};

/// What is read back: everything but the derived columns.
#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
pub(in crate::store) struct EventRow {
    pub id: String,
    pub uri: String,
    /// Empty where it is the uri, as most software has it.
    pub url: String,
    pub centre_id: Option<String>,
    pub peer_id: Option<String>,
    pub facts: String,
    pub published_at: i64,
    pub updated_at: i64,
}

impl EventRow {
    pub fn domain(self) -> Result<Event, StoreError> {
        let centre = parse_opt("centre id", self.centre_id.as_deref())?.map(Origin::Local);
        let peer = parse_opt("peer id", self.peer_id.as_deref())?.map(Origin::Remote);
        Ok(Event {
            id: parse("event id", &self.id)?,
            url: if self.url.is_empty() {
                self.uri.clone()
            } else {
                self.url
            },
            uri: self.uri,
            origin: centre
                .or(peer)
                .ok_or_else(|| StoreError::corrupt("event", "it comes from nobody"))?,
            facts: from_json("event facts", &self.facts)?,
            published: instant(self.published_at)?,
            updated: instant(self.updated_at)?,
        })
    }
}

/// What is written.
#[derive(AsChangeset)]
#[diesel(table_name = events, treat_none_as_null = true)]
pub(super) struct FullRow {
    pub id: String,
    uri: String,
    url: String,
    centre_id: Option<String>,
    peer_id: Option<String>,
    external_id: Option<String>,
    facts: String,
    event_type: Option<String>,
    format: Option<&'static str>,
    mode: &'static str,
    price: Option<&'static str>,
    status: &'static str,
    level_min: Option<i64>,
    level_max: Option<i64>,
    city: String,
    search_text: String,
    horizon_at: Option<i64>,
    published_at: i64,
    updated_at: i64,
    series_uri: Option<String>,
    /// What brought it ([`crate::store::inbox`]).
    #[diesel(skip_update)]
    pub activity: Option<Vec<u8>>,
}

insert_statement!(
    FullRow,
    events(
        id,
        uri,
        url,
        centre_id,
        peer_id,
        external_id,
        facts,
        event_type,
        format,
        mode,
        price,
        status,
        level_min,
        level_max,
        city,
        search_text,
        horizon_at,
        published_at,
        updated_at,
        series_uri,
        activity,
    )
);

impl FullRow {
    pub fn of(event: &Event, horizon_at: Option<i64>) -> Result<Self, StoreError> {
        let facts = &event.facts;
        let (centre_id, peer_id) = match event.origin {
            Origin::Local(centre) => (Some(centre.to_string()), None),
            Origin::Remote(peer) => (None, Some(peer.to_string())),
        };
        Ok(Self {
            id: event.id.to_string(),
            uri: event.uri.clone(),
            url: if event.url == event.uri {
                String::new()
            } else {
                event.url.clone()
            },
            external_id: facts.external_id.clone().filter(|_| centre_id.is_some()),
            centre_id,
            peer_id,
            facts: to_json("event facts", facts)?,
            event_type: facts.event_type.clone(),
            format: facts.format.map(|format| format.as_str()),
            mode: facts.mode.as_str(),
            price: facts.price.map(|price| price.as_str()),
            status: facts.status.as_str(),
            level_min: facts.level_min.map(level_step),
            level_max: facts.level_max.map(level_step),
            city: facts.place.as_ref().map(|place| fold(&place.city)).unwrap_or_default(),
            search_text: search_text(facts),
            horizon_at,
            published_at: ms(event.published),
            updated_at: ms(event.updated),
            series_uri: facts.series.as_ref().map(|series| series.uri.clone()),
            activity: None,
        })
    }
}

/// The step of a level on the scale, from 0.
pub(in crate::store) fn level_step(level: Level) -> i64 {
    Level::ALL
        .iter()
        .zip(0..)
        .find(|(one, _)| **one == level)
        .map_or(0, |(_, step)| step)
}

/// The words that a search finds an event by.
fn search_text(facts: &EventFacts) -> String {
    // Often the summary is how the description begins.
    let told_again = facts.description.starts_with(facts.summary.trim_end_matches('…'));
    let summary = if told_again { "" } else { &facts.summary };
    let mut words = vec![facts.title.as_str(), summary, &facts.description];
    if let Some(place) = &facts.place {
        words.extend([place.name.as_str(), &place.address, &place.city]);
    }
    words.extend(
        facts
            .event_type
            .iter()
            .map(|code| EVENT_TYPES.label(code, Language::French)),
    );
    words.extend(facts.themes.iter().map(|code| THEMES.label(code, Language::French)));
    words.extend(facts.tags.iter().map(String::as_str));
    words.extend(facts.co_organisers.iter().map(|one| one.name.as_str()));
    fold(&words.join(" "))
}

/// The kinds of `event_tags`, with their codes in the facts.
fn tags(facts: &EventFacts) -> Vec<(&'static str, &str)> {
    let lists = [
        (tag::THEME, &facts.themes),
        (tag::AUDIENCE, &facts.audiences),
        (tag::LANGUAGE, &facts.languages),
    ];
    let mut tags: Vec<(&str, &str)> = lists
        .into_iter()
        .flat_map(|(kind, codes)| codes.iter().map(move |code| (kind, code.as_str())))
        .collect();
    tags.extend(
        facts
            .accessibility
            .codes()
            .into_iter()
            .map(|code| (tag::ACCESSIBILITY, code)),
    );
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// What `event_tags.kind` may be.
pub(in crate::store) mod tag {
    pub const THEME: &str = "theme";
    pub const AUDIENCE: &str = "audience";
    pub const LANGUAGE: &str = "language";
    pub const ACCESSIBILITY: &str = "accessibility";
}

/// Takes the tags of an event away.
pub(super) fn clear_tags(conn: &mut Conn, id: &str) -> Result<(), StoreError> {
    diesel::delete(event_tags::table.filter(event_tags::event_id.eq(id))).execute(conn)?;
    Ok(())
}

/// Writes the tags of an event that has none.
pub(super) fn write_tags(conn: &mut Conn, id: &str, facts: &EventFacts) -> Result<(), StoreError> {
    for (kind, code) in tags(facts) {
        let tag = TagRow {
            event_id: id,
            kind,
            code,
        };
        natively!(conn, |conn| tag.execute(conn))?;
    }
    Ok(())
}

struct TagRow<'a> {
    event_id: &'a str,
    kind: &'a str,
    code: &'a str,
}

insert_statement!(TagRow<'a>, event_tags(event_id, kind, code));
