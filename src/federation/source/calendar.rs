//! An iCalendar file (RFC 5545) → dated sessions with their facts. Everything is bounded; what cannot be read is counted by
//! a stable word and the rest is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::apart::{Apart, Later};
use super::component::{Common, Component, common};
use super::lines::{Line, lines, text};
use super::moment::{Moment, duration, moments};
use super::zones;
use crate::domain::event::{EventFacts, Schedule};
use crate::domain::invalid::Reason;
use crate::domain::recurrence::{Occurrence, Recurrence, expand_within};
use crate::domain::time::{Instant, local_of};
use crate::federation::convert::html::clean_text;
use crate::federation::pull::{LeftOut, MAX_ON_A_DAY};

/// Sessions of one file that are kept.
pub const MAX_SESSIONS: usize = 10_000;
/// Bytes of their texts together, each session with its own as it is written: as many sessions with a description of three
/// thousand letters. A short file could fill the disk otherwise, by rules.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
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
    /// What is told of all sessions of its component alike, with the schedule of one of them.
    pub facts: Arc<EventFacts>,
    /// The schedule of this session.
    pub schedule: Schedule,
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
        bytes: 0,
        full: false,
    };
    let components = reader.components(file);
    let mut by_uid: BTreeMap<String, Vec<Component>> = BTreeMap::new();
    for component in components {
        match component.uid() {
            Some(uid) => by_uid.entry(uid).or_default().push(component),
            None => reader.calendar.left_out.note("no_uid"),
        }
    }
    for (uid, components) in &by_uid {
        if reader.full {
            break;
        }
        reader.event(uid, components);
    }
    if reader.full {
        reader.calendar.left_out.note("too_many_items");
        reader.calendar.whole = false;
    }
    reader.calendar
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
    /// Bytes of the texts of the sessions.
    bytes: usize,
    /// Whether there was a session too many, or too long.
    full: bool,
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
                        found.push(Component::default());
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
        let (apart, whole): (Vec<&Component>, Vec<&Component>) = components
            .iter()
            .partition(|component| component.line("RECURRENCE-ID").is_some());
        let masters = self.masters(whole);
        let zone = masters
            .first()
            .and_then(|master| self.moment(master, "DTSTART"))
            .map_or(self.zone, |start| start.zone);
        let mut apart_by_date: BTreeMap<NaiveDate, &Component> = BTreeMap::new();
        for component in apart {
            let Some(planned) = self.moment(component, "RECURRENCE-ID") else {
                self.calendar.left_out.note("unreadable_event");
                continue;
            };
            let known = apart_by_date.entry(planned.date_in(zone)).or_insert(component);
            if known.sequence() <= component.sequence() {
                *known = component;
            }
        }
        for (date, component) in &apart_by_date {
            self.session_of(uid, component, Some(*date));
        }
        let apart = Apart {
            dates: apart_by_date.keys().copied().collect(),
            later: apart_by_date
                .iter()
                .filter(|(_, component)| component.is_from_here_on())
                .filter_map(|(date, component)| self.later(*date, component))
                .collect(),
        };
        match masters.as_slice() {
            [master] => self.series(uid, master, &apart),
            masters => self.single_dates(uid, masters, &apart),
        }
    }

    /// What stands for a whole event: of several versions the last with the highest SEQUENCE. Some exports give several single
    /// dates one UID: these are told by their starts.
    fn masters<'c>(&self, whole: Vec<&'c Component>) -> Vec<&'c Component> {
        let newest = whole.iter().map(|component| component.sequence()).max();
        let newest = whole.iter().filter(|component| Some(component.sequence()) == newest);
        let mut by_start: BTreeMap<Option<Instant>, &Component> = BTreeMap::new();
        for component in newest {
            let start = self.moment(component, "DTSTART").map(Moment::instant);
            by_start.insert(start, component);
        }
        by_start.into_values().collect()
    }

    /// Several events of one UID: each is known by its date too, and where that is not enough by its hour.
    fn single_dates(&mut self, uid: &str, masters: &[&Component], apart: &Apart) {
        let mut dates = HashSet::new();
        for master in masters {
            let Some(start) = self.moment(master, "DTSTART") else {
                self.calendar.left_out.note("unreadable_event");
                continue;
            };
            let hour = start.local.format("%H%M");
            let is_first = dates.insert(start.local.date());
            if master.line("RRULE").is_some() || master.line("RDATE").is_some() {
                self.series(&format!("{uid} {}{hour}", start.local.format("%Y%m%d")), master, apart);
            } else if is_first {
                self.session_of(uid, master, Some(start.local.date()));
            } else {
                self.session_of(&format!("{uid} {hour}"), master, Some(start.local.date()));
            }
        }
    }

    /// What a component that stands for later dates too changes of them.
    fn later<'c>(&self, from: NaiveDate, component: &'c Component) -> Option<Later<'c>> {
        let planned = self.moment(component, "RECURRENCE-ID")?;
        let (start, end, known) = self.span(component)?;
        // A RECURRENCE-ID that is a day says nothing of the hour.
        let shift = if planned.is_day && !start.is_day {
            None
        } else {
            Some(start.local - local_of(planned.instant(), start.zone))
        };
        Some(Later {
            from,
            component,
            shift,
            hour: start.local.time(),
            zone: start.zone,
            length: end - start.instant(),
            known,
        })
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

    fn series(&mut self, uid: &str, master: &Component, apart: &Apart) {
        if master.line("RRULE").is_none() && master.line("RDATE").is_none() {
            return self.session_of(uid, master, None);
        }
        let Some((start, end, _)) = self.span(master) else {
            return self.calendar.left_out.note("unreadable_event");
        };
        let mut exceptions = self.dates_of(master, "EXDATE", start.zone);
        exceptions.extend(&apart.dates);
        exceptions.sort_unstable();
        let Some(rule) = master.line("RRULE").map(|line| line.value.trim().to_owned()) else {
            return self.dates(uid, master, apart, None, (Vec::new(), exceptions));
        };
        let upper = rule.to_ascii_uppercase();
        let is_picky = PICKY.iter().any(|part| upper.contains(part));
        self.rules += 1;
        if self.rules > MAX_RULES || is_picky && self.barren >= MAX_BARREN {
            self.calendar.whole = false;
            return self.calendar.left_out.note("too_many_rules");
        }
        let recurrence = Recurrence { rule, exceptions };
        let (from, until) = self.window;
        // What is under way at the start of the window began before it.
        let length = (end - start.instant()).max(TimeDelta::zero());
        let window = (from.checked_sub_signed(length).unwrap_or(from), until);
        let expanded = expand_within(start.instant(), end, start.zone, &recurrence, window);
        self.barren += usize::from(is_picky && expanded.as_ref().is_ok_and(Vec::is_empty));
        let Recurrence { rule, exceptions } = recurrence;
        match expanded {
            Ok(occurrences) => self.dates(uid, master, apart, Some(rule), (occurrences, exceptions)),
            Err(Reason::TooManySessions { .. }) => self.calendar.left_out.note("too_many_sessions"),
            Err(_) => self.calendar.left_out.note("unreadable_rule"),
        }
    }

    /// The sessions of a rule, and those of RDATE beside them, without the exceptions of both.
    fn dates(
        &mut self,
        uid: &str,
        master: &Component,
        apart: &Apart,
        rule: Option<String>,
        (mut occurrences, exceptions): (Vec<Occurrence>, Vec<NaiveDate>),
    ) {
        let Some((start, end, known)) = self.span(master) else {
            return self.calendar.left_out.note("unreadable_event");
        };
        let length = end - start.instant();
        let more: Vec<Moment> = self.moments(master, "RDATE").take(800).collect();
        let first = rule.is_none().then_some(start);
        let more = more.into_iter().chain(first).filter_map(|moment| {
            Some(Occurrence {
                date: moment.date_in(start.zone),
                start: moment.instant(),
                end: moment.instant().checked_add_signed(length)?,
            })
        });
        occurrences.extend(more);
        let mut dates: HashSet<NaiveDate> = exceptions.into_iter().collect();
        for occurrence in occurrences {
            if !dates.insert(occurrence.date) {
                continue;
            }
            let changed = apart.later.iter().rev().find(|later| later.from <= occurrence.date);
            let (component, changed, known) = match changed {
                Some(later) => (later.component, later.change(occurrence), later.known),
                None => (master, Some(occurrence), known),
            };
            match changed {
                Some(dated) => self.add(uid, component, Some(occurrence.date), rule.as_deref(), (dated, known)),
                None => self.calendar.left_out.note("unreadable_event"),
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
        // Not of these days, or not for everybody.
        if self.full || occurrence.end <= from || occurrence.start > until || component.is_private() {
            return;
        }
        let on_this_day = self.days.entry(occurrence.date).or_default();
        *on_this_day += 1;
        if *on_this_day > MAX_ON_A_DAY {
            return self.calendar.left_out.note("too_many_on_a_day");
        }
        let told = component.common.get_or_init(|| self.common(component, occurrence));
        let Some(told) = told else {
            return self.calendar.left_out.note("no_title");
        };
        let bytes = self.bytes + told.bytes + uid.len() + rule.map_or(0, str::len);
        if self.calendar.sessions.len() >= MAX_SESSIONS || bytes > MAX_BYTES {
            self.full = true;
            return;
        }
        self.bytes = bytes;
        let mut schedule = Schedule::once(told.facts.schedule.zone, occurrence.start, occurrence.end);
        schedule.end_known = known;
        self.calendar.sessions.push(Dated {
            uid: uid.to_owned(),
            planned,
            occurrence,
            facts: Arc::clone(&told.facts),
            schedule,
            rule: rule.map(str::to_owned),
            page: told.page.clone(),
            line: component.lines.first().map_or(0, |line| line.number),
        });
    }

    /// What the sessions of a component have in common, of which one is given.
    fn common(&self, component: &Component, occurrence: Occurrence) -> Option<Common> {
        let zone = match self.moment(component, "DTSTART") {
            Some(start) if start.zone != Tz::UTC => start.zone,
            _ => self.zone,
        };
        common(component, Schedule::once(zone, occurrence.start, occurrence.end))
    }

    /// Start, end, and whether the end is told; `None` where no calendar has such a day.
    fn span(&self, component: &Component) -> Option<(Moment, Instant, bool)> {
        let start = self.moment(component, "DTSTART")?;
        let begins = start.instant();
        let lasts = component.line("DURATION").and_then(|line| duration(&line.value));
        let told = match (self.moment(component, "DTEND"), lasts) {
            (Some(end), _) => Some(end.instant()),
            (None, Some(lasts)) => Some(begins.checked_add_signed(lasts)?),
            (None, None) => None,
        };
        let told = told.filter(|end| *end > begins && *end - begins <= TimeDelta::days(366));
        let usual = if start.is_day {
            TimeDelta::days(1)
        } else {
            TimeDelta::hours(2)
        };
        let end = told.or_else(|| begins.checked_add_signed(usual))?;
        Some((start, end, told.is_some() && !start.is_day))
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
