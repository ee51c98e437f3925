//! An iCalendar file (RFC 5545) → dated sessions with their facts. Everything is bounded; what cannot be read is counted by
//! a stable word and the rest is kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::lines::{Line, lines, text, texts};
use super::moment::{Moment, duration, moments};
use super::zones;
use crate::domain::event::{EventFacts, Mode, Schedule, Status};
use crate::domain::invalid::Reason;
use crate::domain::recurrence::{Occurrence, Recurrence, expand_within};
use crate::domain::text::{fold, shorten};
use crate::domain::time::Instant;
use crate::domain::vocabulary::{Language, THEMES};
use crate::federation::convert::html::{clean_text, sanitise, strip_controls, to_text};
use crate::federation::convert::{quirks, read};
use crate::federation::pull::{LeftOut, MAX_ON_A_DAY};

/// Sessions of one file that are kept.
pub const MAX_SESSIONS: usize = 10_000;
/// Events of one file that are read.
const MAX_EVENTS: usize = 20_000;
/// Rules of one file that are expanded.
const MAX_RULES: usize = 1_000;
/// Of those that may never come to a day (the 30th of February), how many may do so: each is searched for long.
const MAX_BARREN: usize = 3;
/// Parts of a rule by which it may never come to a day.
const PICKY: [&str; 5] = ["BYMONTH=", "BYMONTHDAY=", "BYYEARDAY=", "BYWEEKNO=", "BYSETPOS="];
/// Lines of one event that are read.
const MAX_LINES: usize = 500;
/// Components within components.
const MAX_DEPTH: usize = 8;
/// Longest UID.
const MAX_UID: usize = 255;
/// As of other peers: title, summary, description; tags: how many, how long.
const TEXTS: (usize, usize, usize) = (200, 200, 10_000);
const TAGS: (usize, usize) = (20, 40);

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calendar {
    /// What it calls itself.
    pub name: Option<String>,
    /// How often it wants to be asked at most.
    pub ttl: Option<TimeDelta>,
    /// Its sessions within the window, by UID and date.
    pub sessions: Vec<Dated>,
    /// What was not taken.
    pub left_out: LeftOut,
    /// Whether the file was read to its end: what it does not list is no more.
    pub whole: bool,
}

/// One session.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// Of its event, whatever its date.
    pub uid: String,
    /// Its name within a series, the date it was planned for; none for a single event.
    pub planned: Option<NaiveDate>,
    /// When it happens.
    pub occurrence: Occurrence,
    /// What is told; `schedule` is that of this session.
    pub facts: EventFacts,
    /// RRULE of its series.
    pub rule: Option<String>,
    /// Its page.
    pub page: Option<String>,
    /// Where it is in the file, from 1.
    pub line: usize,
}

/// Whether `file` is an iCalendar file at all.
pub fn is_calendar(file: &str) -> bool {
    lines(file)
        .next()
        .is_some_and(|line| line.name == "BEGIN" && line.value.trim().eq_ignore_ascii_case("VCALENDAR"))
}

/// Reads the sessions of `file` that are not over at the start of `window` and start before its end. Times without a zone are
/// in `zone`.
pub fn calendar(file: &str, zone: Tz, window: (Instant, Instant)) -> Calendar {
    let mut reader = Reader {
        calendar: Calendar::default(),
        zone,
        window,
        zones: HashMap::new(),
        days: HashMap::new(),
        rules: 0,
        barren: 0,
    };
    let components = reader.components(file);
    let mut by_uid: BTreeMap<String, Vec<Component>> = BTreeMap::new();
    for component in components {
        match component.text("UID", MAX_UID) {
            Some(uid) => by_uid.entry(uid).or_default().push(component),
            None => reader.calendar.left_out.note("no_uid"),
        }
    }
    for (uid, components) in &by_uid {
        if reader.calendar.sessions.len() >= MAX_SESSIONS {
            reader.calendar.left_out.note("too_many_items");
            reader.calendar.whole = false;
            break;
        }
        reader.event(uid, components);
    }
    reader.calendar.sessions.truncate(MAX_SESSIONS);
    reader.calendar
}

/// The lines of one VEVENT, without those of what it contains.
struct Component {
    lines: Vec<Line>,
}

impl Component {
    fn line(&self, name: &str) -> Option<&Line> {
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
}

struct Reader {
    calendar: Calendar,
    /// Of times that name none.
    zone: Tz,
    window: (Instant, Instant),
    /// By TZID, as the file's VTIMEZONEs say.
    zones: HashMap<String, Tz>,
    /// How many sessions of each day.
    days: HashMap<NaiveDate, usize>,
    /// How many rules were expanded.
    rules: usize,
    /// How many of them were searched in vain.
    barren: usize,
}

impl Reader {
    fn components(&mut self, file: &str) -> Vec<Component> {
        let (mut open, mut found): (Vec<String>, Vec<Component>) = (Vec::new(), Vec::new());
        let mut tzid = String::new();
        for line in lines(file) {
            match line.name.as_str() {
                "BEGIN" => {
                    let name = line.value.trim().to_ascii_uppercase();
                    if name == "VEVENT" && found.len() >= MAX_EVENTS || open.len() >= MAX_DEPTH {
                        self.calendar.left_out.note("too_many_items");
                        return found;
                    }
                    if name == "VEVENT" {
                        found.push(Component { lines: Vec::new() });
                    }
                    open.push(name);
                }
                "END" => {
                    open.pop();
                    self.calendar.whole = open.is_empty();
                }
                name => match open.last().map(String::as_str) {
                    Some("VEVENT") => {
                        if let Some(component) = found.last_mut().filter(|it| it.lines.len() < MAX_LINES) {
                            component.lines.push(line);
                        }
                    }
                    Some("VTIMEZONE") if name == "TZID" => tzid = line.value.trim().to_owned(),
                    Some("VTIMEZONE") if name == "X-LIC-LOCATION" && self.zones.len() < 100 => {
                        let named = zones::zone(&line.value).into_iter();
                        self.zones.extend(named.map(|zone| (tzid.clone(), zone)));
                    }
                    Some("VCALENDAR") => self.property(&line),
                    _ => {}
                },
            }
        }
        found
    }

    fn property(&mut self, line: &Line) {
        match line.name.as_str() {
            "X-WR-CALNAME" | "NAME" => {
                let name = clean_text(&text(&line.value), 140);
                self.calendar.name = Some(name).filter(|name| !name.is_empty());
            }
            "X-WR-TIMEZONE" => self.zone = zones::zone(&line.value).unwrap_or(self.zone),
            "REFRESH-INTERVAL" | "X-PUBLISHED-TTL" => self.calendar.ttl = duration(&line.value),
            _ => {}
        }
    }

    /// The sessions of one UID: those of its rule, and those that are told apart from it.
    fn event(&mut self, uid: &str, components: &[Component]) {
        // Of several versions the last with the highest SEQUENCE counts.
        let sequence = |component: &&Component| {
            let line = component.line("SEQUENCE");
            line.and_then(|line| line.value.trim().parse::<u32>().ok()).unwrap_or(0)
        };
        let (apart, whole): (Vec<&Component>, Vec<&Component>) = components
            .iter()
            .partition(|component| component.line("RECURRENCE-ID").is_some());
        let master = whole.into_iter().max_by_key(sequence);
        let mut told: HashSet<NaiveDate> = HashSet::new();
        let zone = master
            .and_then(|master| self.moment(master, "DTSTART"))
            .map_or(self.zone, |start| start.zone);
        for component in apart {
            let Some(planned) = self.moment(component, "RECURRENCE-ID") else {
                self.calendar.left_out.note("unreadable_event");
                continue;
            };
            let date = planned.date_in(zone);
            if told.insert(date) {
                self.session_of(uid, component, Some(date));
            }
        }
        if let Some(master) = master {
            self.series(uid, master, &told);
        }
    }

    fn session_of(&mut self, uid: &str, component: &Component, planned: Option<NaiveDate>) {
        match self.span(component) {
            Some((start, end, known)) => {
                let occurrence = Occurrence {
                    date: planned.unwrap_or_else(|| start.local.date()),
                    start: start.instant(),
                    end,
                };
                self.add(uid, component, planned, None, (occurrence, known));
            }
            None => self.calendar.left_out.note("unreadable_event"),
        }
    }

    fn series(&mut self, uid: &str, master: &Component, told: &HashSet<NaiveDate>) {
        let Some(rule) = master.line("RRULE").map(|line| line.value.trim().to_owned()) else {
            if master.line("RDATE").is_none() {
                return self.session_of(uid, master, None);
            }
            return self.dates(uid, master, told, None, Vec::new());
        };
        let Some((start, end, _)) = self.span(master) else {
            return self.calendar.left_out.note("unreadable_event");
        };
        let upper = rule.to_ascii_uppercase();
        let is_picky = PICKY.iter().any(|part| upper.contains(part));
        self.rules += 1;
        if self.rules > MAX_RULES || is_picky && self.barren >= MAX_BARREN {
            self.calendar.whole = false;
            return self.calendar.left_out.note("too_many_rules");
        }
        let mut exceptions = self.dates_of(master, "EXDATE", start.zone);
        exceptions.extend(told);
        exceptions.sort_unstable();
        let recurrence = Recurrence { rule, exceptions };
        let (from, until) = self.window;
        // What is under way at the start of the window began before it.
        let window = (from - (end - start.instant()).max(TimeDelta::zero()), until);
        let expanded = expand_within(start.instant(), end, start.zone, &recurrence, window);
        self.barren += usize::from(is_picky && expanded.as_ref().is_ok_and(Vec::is_empty));
        match expanded {
            Ok(occurrences) => self.dates(uid, master, told, Some(recurrence.rule), occurrences),
            Err(Reason::TooManySessions { .. }) => self.calendar.left_out.note("too_many_sessions"),
            Err(_) => self.calendar.left_out.note("unreadable_rule"),
        }
    }

    /// The sessions of a rule, and those of RDATE beside them.
    fn dates(
        &mut self,
        uid: &str,
        master: &Component,
        told: &HashSet<NaiveDate>,
        rule: Option<String>,
        mut occurrences: Vec<Occurrence>,
    ) {
        let Some((start, end, known)) = self.span(master) else {
            return self.calendar.left_out.note("unreadable_event");
        };
        let length = end - start.instant();
        let more: Vec<Moment> = self.moments(master, "RDATE").take(800).collect();
        let first = rule.is_none().then_some(start);
        let more = more.into_iter().chain(first).map(|moment| Occurrence {
            date: moment.date_in(start.zone),
            start: moment.instant(),
            end: moment.instant() + length,
        });
        occurrences.extend(more);
        let mut dates = told.clone();
        for occurrence in occurrences {
            if dates.insert(occurrence.date) {
                self.add(uid, master, Some(occurrence.date), rule.as_deref(), (occurrence, known));
            }
        }
    }

    fn add(
        &mut self,
        uid: &str,
        component: &Component,
        planned: Option<NaiveDate>,
        rule: Option<&str>,
        (occurrence, known): (Occurrence, bool),
    ) {
        let (from, until) = self.window;
        // Not for everybody, or not of these days.
        let private = component.is("CLASS", "PRIVATE") || component.is("CLASS", "CONFIDENTIAL");
        if private || occurrence.end <= from || occurrence.start > until {
            return;
        }
        let on_this_day = self.days.entry(occurrence.date).or_default();
        *on_this_day += 1;
        if *on_this_day > MAX_ON_A_DAY {
            return self.calendar.left_out.note("too_many_on_a_day");
        }
        let zone = match self.moment(component, "DTSTART") {
            Some(start) if start.zone != Tz::UTC => start.zone,
            _ => self.zone,
        };
        let mut schedule = Schedule::once(zone, occurrence.start, occurrence.end);
        schedule.end_known = known;
        let Some(facts) = facts(component, schedule) else {
            return self.calendar.left_out.note("no_title");
        };
        let page = component.line("URL").and_then(|line| read::web_url(line.value.trim()));
        self.calendar.sessions.push(Dated {
            uid: uid.to_owned(),
            planned,
            occurrence,
            facts,
            rule: rule.map(str::to_owned),
            page: page.map(Into::into),
            line: component.lines.first().map_or(0, |line| line.number),
        });
    }

    /// Start, end, and whether the end is told.
    fn span(&self, component: &Component) -> Option<(Moment, Instant, bool)> {
        let start = self.moment(component, "DTSTART")?;
        let begins = start.instant();
        let told = self.moment(component, "DTEND").map(Moment::instant);
        let lasts = component.line("DURATION").and_then(|line| duration(&line.value));
        let told = told.or_else(|| lasts.map(|lasts| begins + lasts));
        let told = told.filter(|end| *end > begins && *end - begins <= TimeDelta::days(366));
        let usual = if start.is_day {
            TimeDelta::days(1)
        } else {
            TimeDelta::hours(2)
        };
        Some((start, told.unwrap_or(begins + usual), told.is_some() && !start.is_day))
    }

    fn moment(&self, component: &Component, name: &str) -> Option<Moment> {
        self.moments(component, name).next()
    }

    fn moments(&self, component: &Component, name: &str) -> impl Iterator<Item = Moment> {
        let zone_of = |name: &str| self.zones.get(name).copied().or_else(|| zones::zone(name));
        let mut all = Vec::new();
        for line in component.lines.iter().filter(|line| line.name == name) {
            all.extend(moments(line, self.zone, &zone_of));
        }
        all.into_iter()
    }

    fn dates_of(&self, component: &Component, name: &str, zone: Tz) -> Vec<NaiveDate> {
        self.moments(component, name)
            .map(|moment| moment.date_in(zone))
            .collect()
    }
}

/// What a component tells of an event; `None` without a title.
fn facts(component: &Component, schedule: Schedule) -> Option<EventFacts> {
    let mut facts = EventFacts::new(component.text("SUMMARY", TEXTS.0)?, schedule);
    let description = component.line("DESCRIPTION").map(|line| text(&line.value));
    let description = description.unwrap_or_default();
    // Outlook and Google write HTML where a text is meant.
    let is_html = description.contains("</") || description.contains("<br");
    if is_html {
        facts.description_html = Some(sanitise(&description)).filter(|html| !html.is_empty());
        facts.description = to_text(&description, TEXTS.2);
    } else {
        facts.description = shorten(strip_controls(&description).trim(), TEXTS.2);
    }
    facts.summary = shorten(&clean_text(&facts.description, TEXTS.2), TEXTS.1);
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
    facts.place = quirks::place(&serde_json::Value::String(on_one_line));
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
