//! The form of an event: what it holds, as the JSON of the interface, so that the rules stay in `domain::event::read`.
//!
//! A control is named as the field of the interface it fills (`place.postcode`); dates and repetition have controls of
//! their own, in the words of people.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::recurrence::{self, Words};
use crate::domain::event::EventFacts;
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::domain::time::{DEFAULT_ZONE, local_of};
use crate::locale::phone;

/// How a control becomes JSON.
#[derive(Clone, Copy)]
enum Kind {
    /// A text.
    Text,
    /// A text a line.
    Lines,
    /// Several codes.
    Many,
    /// true or false.
    Flag,
    /// Several codes, each a field that is true.
    Flags(&'static [&'static str]),
    /// A whole number.
    Whole,
}

/// Every field that has one control of its own.
const FIELDS: [(&str, Kind); 46] = [
    ("title", Kind::Text),
    ("summary", Kind::Text),
    ("description", Kind::Text),
    ("type", Kind::Text),
    ("format", Kind::Text),
    ("themes", Kind::Many),
    ("services", Kind::Many),
    ("level_min", Kind::Text),
    ("level_max", Kind::Text),
    ("audiences", Kind::Many),
    ("age.min", Kind::Whole),
    ("age.max", Kind::Whole),
    ("special_support", Kind::Many),
    ("languages", Kind::Many),
    ("accessibility", Kind::Flags(&["mi", "hi", "vi", "ii", "pi"])),
    ("accommodations", Kind::Lines),
    ("equipment.provided", Kind::Flag),
    ("equipment.types", Kind::Many),
    ("equipment.bring_own", Kind::Flag),
    ("mode", Kind::Text),
    ("online_url", Kind::Text),
    ("place.name", Kind::Text),
    ("place.address", Kind::Text),
    ("place.complement", Kind::Text),
    ("place.postcode", Kind::Text),
    ("place.city", Kind::Text),
    ("place.itinerant", Kind::Flag),
    ("price", Kind::Text),
    ("price_detail", Kind::Text),
    ("registration.mode", Kind::Text),
    ("registration.access", Kind::Many),
    ("registration.phone", Kind::Text),
    ("registration.email", Kind::Text),
    ("registration.url", Kind::Text),
    ("registration.capacity", Kind::Whole),
    ("registration.waiting_list", Kind::Flag),
    ("contact.phone", Kind::Text),
    ("contact.email", Kind::Text),
    ("open_to_prescription", Kind::Flag),
    ("timezone", Kind::Text),
    ("course.sessions", Kind::Whole),
    ("course.registration", Kind::Text),
    ("image.url", Kind::Text),
    ("image.alt", Kind::Text),
    ("tags", Kind::Lines),
    ("status_detail", Kind::Text),
];

/// Objects that are left out when nothing in them is filled in.
const OPTIONAL: [&str; 4] = ["age", "course", "image", "place"];

/// What the controls hold, by name; several values for lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, Vec<String>>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn read(body: &[u8]) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            values.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(values)
    }

    /// What an event says.
    pub fn of(facts: &EventFacts) -> Self {
        let json = Value::Object(facts.to_json());
        let mut form = Self::default();
        for (name, kind) in FIELDS {
            let value = json.pointer(&format!("/{}", name.replace('.', "/")));
            form.set_all(name, shown(kind, value.unwrap_or(&Value::Null)));
        }
        for name in ["contact.phone", "registration.phone"] {
            let number = phone(form.value(name));
            form.set(name, &number);
        }
        let partners = facts.co_organisers.iter().map(|partner| partner.name.as_str());
        form.set("co_organisers", &partners.collect::<Vec<_>>().join("\n"));
        form.set("status", facts.status.as_str());
        form.set_schedule(facts);
        form
    }

    fn set_schedule(&mut self, facts: &EventFacts) {
        let schedule = &facts.schedule;
        let (start, end) = (
            local_of(schedule.start, schedule.zone),
            local_of(schedule.end, schedule.zone),
        );
        self.set("date", &start.format("%Y-%m-%d").to_string());
        self.set("start_time", &start.format("%H:%M").to_string());
        self.set("end_time", &end.format("%H:%M").to_string());
        let words = recurrence::words(schedule);
        self.set("repeat", &words.repeat);
        self.set_all("days", words.days);
        self.set("until", &words.until.map(|day| day.to_string()).unwrap_or_default());
        if let Some(recurrence) = &schedule.recurrence {
            self.set("rrule", &recurrence.rule);
            let dates = recurrence
                .exceptions
                .iter()
                .map(|day| day.format("%d/%m/%Y").to_string());
            self.set("except", &dates.collect::<Vec<_>>().join("\n"));
        }
    }

    /// The first value of a control; empty when there is none.
    pub fn value(&self, name: &str) -> &str {
        self.0
            .get(name)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }

    /// Whether a control that takes several values has this one.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).iter().any(|one| one == value)
    }

    /// Puts one value in a control.
    pub fn set(&mut self, name: &str, value: &str) {
        self.set_all(name, vec![value.to_owned()]);
    }

    fn set_all(&mut self, name: &str, values: Vec<String>) {
        self.0.insert(name.to_owned(), values);
    }

    fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn zone(&self) -> Tz {
        self.value("timezone").parse().unwrap_or(DEFAULT_ZONE)
    }

    /// The event in the JSON of the interface. What the form has no control for stays as in `base`: an event that is
    /// changed or copied, or the place of the centre.
    pub fn to_event(&self, base: &Value) -> Value {
        let mut event = base.as_object().cloned().unwrap_or_default();
        for (name, kind) in FIELDS {
            put(&mut event, name, self.json(name, kind));
        }
        for name in OPTIONAL {
            let empty = event
                .get(name)
                .and_then(Value::as_object)
                .is_some_and(|object| object.values().all(says_nothing));
            if empty {
                event.insert(name.to_owned(), Value::Null);
            }
        }
        keep_position(&mut event, base);
        event.insert("co_organisers".to_owned(), self.partners(base));
        if !self.value("status").is_empty() {
            event.insert("status".to_owned(), json!(self.value("status")));
        }
        self.put_schedule(&mut event, base);
        Value::Object(event)
    }

    fn json(&self, name: &str, kind: Kind) -> Value {
        let text = self.value(name).trim();
        match kind {
            Kind::Text => json!(text),
            Kind::Lines => lines(text).collect(),
            Kind::Many => json!(self.values(name)),
            Kind::Flag => json!(!text.is_empty()),
            Kind::Flags(codes) => {
                let flags = codes
                    .iter()
                    .map(|code| ((*code).to_owned(), json!(self.has(name, code))));
                Value::Object(flags.collect())
            }
            Kind::Whole if text.is_empty() => Value::Null,
            // What is no number goes on as text, to be refused as that.
            Kind::Whole => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        }
    }

    fn put_schedule(&self, event: &mut Map<String, Value>, base: &Value) {
        let time = |name: &str| time(self.value(name)).map_or_else(|| self.value(name).trim().to_owned(), hour);
        let moment = |date: &str, time: &str| match (date, time) {
            ("", _) | (_, "") => Value::Null,
            (date, time) => json!(format!("{date}T{time}")),
        };
        let zone = self.zone();
        let words = Words {
            repeat: self.value("repeat").to_owned(),
            days: self.values("days").to_vec(),
            until: date(self.value("until")),
        };
        let (first, rule) = match date(self.value("date")) {
            Some(date) => {
                let (date, rule) = recurrence::rule(&words, date, zone);
                (date.to_string(), rule)
            }
            None => (self.value("date").trim().to_owned(), None),
        };
        event.insert("start".to_owned(), moment(&first, &time("start_time")));
        event.insert("end".to_owned(), moment(&first, &time("end_time")));
        let other = self.value("repeat") == "other";
        let rule = if other {
            base.get("rrule").cloned()
        } else {
            rule.map(Value::String)
        };
        let repeats = rule.as_ref().is_some_and(|rule| !rule.is_null());
        event.insert("rrule".to_owned(), rule.unwrap_or_default());
        let except = |line: &str| date(line).map_or_else(|| line.to_owned(), |day| day.to_string());
        let exceptions: Vec<String> = self
            .value("except")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(except)
            .collect();
        event.insert(
            "exdates".to_owned(),
            if repeats { json!(exceptions) } else { Value::Null },
        );
    }

    /// A partner whose name stays keeps what else is known of it.
    fn partners(&self, base: &Value) -> Value {
        let known = base.get("co_organisers").and_then(Value::as_array);
        lines(self.value("co_organisers"))
            .map(|name| {
                let same = known.and_then(|all| all.iter().find(|partner| partner["name"] == name));
                same.cloned().unwrap_or(name)
            })
            .collect()
    }

    /// What is refused, by the control where it is put right.
    pub fn problems(&self, refusal: &Refusal) -> Vec<Invalid> {
        let mut problems: Vec<Invalid> = Vec::new();
        for problem in &refusal.0 {
            for control in self.controls(problem) {
                if problems.iter().all(|known| known.field != control) {
                    problems.push(Invalid::new(control, problem.reason.clone()));
                }
            }
        }
        problems
    }

    fn controls<'a>(&self, problem: &'a Invalid) -> Vec<&'a str> {
        let field = problem.field.split('[').next().unwrap_or_default();
        let control = match (field, &problem.reason) {
            ("start", reason) => return self.moment_controls("start_time", reason),
            ("end", reason) => return self.moment_controls("end_time", reason),
            ("rrule", Reason::NotARule { .. } | Reason::TooFine) => "repeat",
            ("rrule", _) => "until",
            ("exdates", _) => "except",
            ("place", _) => "place.name",
            (field, _) if field.starts_with("accessibility") => "accessibility",
            (field, _) => field,
        };
        vec![control]
    }

    /// A moment is written in two controls: those of them that are empty, or else the one that cannot be read.
    fn moment_controls(&self, hour: &'static str, reason: &Reason) -> Vec<&'static str> {
        if *reason == Reason::Required {
            let both = ["date", hour].into_iter();
            return both.filter(|name| self.value(name).trim().is_empty()).collect();
        }
        vec![if date(self.value("date")).is_none() {
            "date"
        } else {
            hour
        }]
    }
}

fn shown(kind: Kind, value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match (kind, value) {
        (Kind::Flags(codes), Value::Object(flags)) => codes
            .iter()
            .filter(|code| flags.get(**code) == Some(&Value::Bool(true)))
            .map(|code| (*code).to_owned())
            .collect(),
        (Kind::Lines, Value::Array(items)) => {
            let items: Vec<String> = items.iter().filter_map(text).collect();
            vec![items.join("\n")]
        }
        (_, Value::Array(items)) => items.iter().filter_map(text).collect(),
        (_, Value::Bool(true)) => vec!["on".to_owned()],
        _ => text(value).into_iter().collect(),
    }
}

/// Puts `value` at `a` or `a.b`.
fn put(event: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            event.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let object = event.entry(outer).or_insert(Value::Null);
            if !object.is_object() {
                *object = Value::Object(Map::new());
            }
            object[inner] = value;
        }
    }
}

/// Coordinates and INSEE code belong to the address they were told with.
fn keep_position(event: &mut Map<String, Value>, base: &Value) {
    let Some(place) = event.get_mut("place").and_then(Value::as_object_mut) else {
        return;
    };
    let same = ["address", "postcode", "city"]
        .iter()
        .all(|key| place.get(*key) == base.pointer(&format!("/place/{key}")));
    if !same {
        for key in ["insee", "latitude", "longitude"] {
            place.remove(key);
        }
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(Value::from)
}

/// `2026-11-24`, as browsers send it, or `24/11/2026`, as people write it.
fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%Y-%m-%d", "%d/%m/%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

/// `09:30`, `9h30`, `9 h`.
fn time(text: &str) -> Option<NaiveTime> {
    let text = text.trim().to_lowercase().replace(['\u{a0}', '\u{202f}', ' '], "");
    let (hour, minute) = text.split_once([':', 'h']).unwrap_or((&text, "0"));
    let minute = if minute.is_empty() { "0" } else { minute };
    let minute = minute.split(':').next().unwrap_or(minute);
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

fn hour(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

#[cfg(test)]
mod tests;
