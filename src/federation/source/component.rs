//! One VEVENT: its lines, and what they tell of an event apart from its dates.

use std::cell::OnceCell;
use std::sync::Arc;

use super::lines::{Line, text, texts};
use crate::domain::event::{EventFacts, Mode, Schedule, Status};
use crate::domain::text::{fold, shorten};
use crate::domain::vocabulary::{Language, THEMES};
use crate::federation::convert::html::{self, clean_text, strip_controls};
use crate::federation::convert::json::Value;
use crate::federation::convert::{quirks, read};

/// Longest UID.
const MAX_UID: usize = 255;
/// As of other peers: title, description; tags: how many, how long.
const TEXTS: (usize, usize) = (200, 10_000);
const TAGS: (usize, usize) = (20, 40);
/// Characters of a description that are looked at: HTML has about as many again in its tags as in the text that is kept, and
/// each sign that has to be escaped makes five of one.
const MAX_RAW: usize = 2 * TEXTS.1;

/// The lines of one VEVENT, without those of what it contains.
#[derive(Default)]
pub(super) struct Component {
    pub(super) lines: Vec<Line>,
    /// What they tell of each session alike, from the first one on: a rule has hundreds. None without a title.
    pub(super) common: OnceCell<Option<Common>>,
}

/// What the sessions of one component have in common.
pub(super) struct Common {
    /// With the schedule of the first that was asked for.
    pub(super) facts: Arc<EventFacts>,
    /// Their page.
    pub(super) page: Option<String>,
    /// Bytes of these texts, which are written of each session.
    pub(super) bytes: usize,
}

impl Component {
    pub(super) fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }

    /// A text on one line, cleaned; `None` when there is nothing in it.
    fn text(&self, name: &str, max: usize) -> Option<String> {
        let value = clean_text(&text(&self.line(name)?.value), max);
        (!value.is_empty()).then_some(value)
    }

    fn is(&self, name: &str, word: &str) -> bool {
        self.line(name)
            .is_some_and(|line| line.value.trim().eq_ignore_ascii_case(word))
    }

    /// What names the event, whatever its date.
    pub(super) fn uid(&self) -> Option<String> {
        self.text("UID", MAX_UID)
    }

    /// How often its organiser changed it.
    pub(super) fn sequence(&self) -> u32 {
        let line = self.line("SEQUENCE");
        line.and_then(|line| line.value.trim().parse().ok()).unwrap_or(0)
    }

    /// Whether it is not for everybody.
    pub(super) fn is_private(&self) -> bool {
        self.is("CLASS", "PRIVATE") || self.is("CLASS", "CONFIDENTIAL")
    }

    /// Whether it stands for all later dates of its series too.
    pub(super) fn is_from_here_on(&self) -> bool {
        let range = self.line("RECURRENCE-ID").and_then(|line| line.parameter("RANGE"));
        range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
    }
}

/// What a component tells of all its sessions, one of which has this schedule; `None` without a title.
pub(super) fn common(component: &Component, schedule: Schedule) -> Option<Common> {
    let facts = facts(component, schedule)?;
    let page = component.line("URL").and_then(|line| read::web_url(line.value.trim()));
    let page: Option<String> = page.map(Into::into);
    let texts = [&facts.title, &facts.description].into_iter();
    let texts = texts
        .chain(&facts.description_html)
        .chain(&facts.online_url)
        .chain(&page);
    Some(Common {
        bytes: texts.map(String::len).sum(),
        facts: Arc::new(facts),
        page,
    })
}

fn facts(component: &Component, schedule: Schedule) -> Option<EventFacts> {
    let mut facts = EventFacts::new(component.text("SUMMARY", TEXTS.0)?, schedule);
    let description = component.line("DESCRIPTION").map(|line| text(&line.value));
    let mut description = description.unwrap_or_default();
    if let Some((end, _)) = description.char_indices().nth(MAX_RAW) {
        description.truncate(end);
    }
    // Outlook and Google write HTML where a text is meant.
    let is_html = description.contains("</") || description.contains("<br");
    if is_html {
        (facts.description, facts.description_html) = html::description(&description, TEXTS.1);
    } else {
        facts.description = shorten(strip_controls(&description).trim(), TEXTS.1);
    }
    if component.is("STATUS", "CANCELLED") {
        facts.status = Status::Cancelled;
    }
    read_where(component, &mut facts);
    read_categories(component, &mut facts);
    Some(facts)
}

fn read_where(component: &Component, facts: &mut EventFacts) {
    let location = component.line("LOCATION").map(|line| text(&line.value));
    let location = location.unwrap_or_default();
    if let Some(url) = read::web_url(location.trim()) {
        facts.mode = Mode::Online;
        facts.online_url = Some(url.into());
        return;
    }
    let on_one_line = location.split('\n').map(str::trim).collect::<Vec<_>>().join(", ");
    facts.place = quirks::place(&Value::String(on_one_line.into()));
    let coordinates = component.line("GEO").and_then(|line| {
        let (north, east) = line.value.split_once(';')?;
        let degrees = |text: &str, bound: f64| {
            let number: f64 = text.trim().parse().ok()?;
            (number.is_finite() && number.abs() <= bound).then_some(number)
        };
        Some((degrees(north, 90.0)?, degrees(east, 180.0)?)).filter(|found| *found != (0.0, 0.0))
    });
    if let (Some(place), Some((north, east))) = (facts.place.as_mut(), coordinates) {
        (place.latitude, place.longitude) = (Some(north), Some(east));
    }
}

/// Themes where a category is one of the vocabulary, by code or by label; free words otherwise.
fn read_categories(component: &Component, facts: &mut EventFacts) {
    for category in component
        .all("CATEGORIES")
        .flat_map(|line| texts(&line.value))
        .take(100)
    {
        let word = clean_text(&category, TAGS.1 + 1);
        let folded = fold(&word);
        let is_it = |known: &str| fold(known) == folded;
        let theme = THEMES
            .terms()
            .iter()
            .find(|term| is_it(&term.code) || is_it(term.label(Language::French)));
        match theme {
            Some(theme) if !facts.themes.contains(&theme.code) => facts.themes.push(theme.code.clone()),
            Some(_) => {}
            None if word.is_empty() || word.chars().count() > TAGS.1 => {}
            None if facts.tags.len() < TAGS.0 && !facts.tags.contains(&word) => facts.tags.push(word),
            None => {}
        }
    }
}
