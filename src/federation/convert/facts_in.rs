//! The facts that a Maillage peer tells whole. They pass the rules of our own interface, which stay in one place: what these
//! refuse is dropped, field by field, and the rest is kept. A newer node's codes are thus simply not known here.

use serde_json::{Map, Value, json};

use super::facts_out::LEFT_OUT;
use super::html::strip_controls;
use super::json;
use crate::domain::event::{self, EventFacts, READ_ONLY};
use crate::domain::invalid::{Invalid, Reason};

/// How often fields are dropped before the facts are given up. Each pass can only uncover what the one before hid.
const PASSES: usize = 4;

/// The facts that `told` holds, with the schedule, the series and, if need be, the title of `known`. `None` when they cannot
/// be read at all; what is known otherwise then has to do.
pub(super) fn facts(told: &json::Value, known: &EventFacts) -> Option<EventFacts> {
    let mut object = usable(told.as_object()?);
    for _ in 0..PASSES {
        match event::read(&with_stand_ins(&object)) {
            Ok(read) => return Some(settle(read, &object, known)),
            Err(refusal) => refusal
                .0
                .iter()
                .rev()
                .for_each(|invalid| drop_field(&mut object, invalid)),
        }
    }
    None
}

/// Without what is not told this way, and without hidden characters.
fn usable(told: &json::Object) -> Map<String, Value> {
    let allowed = |key: &str| !LEFT_OUT.contains(&key) && !READ_ONLY.contains(&key);
    told.iter()
        .filter(|(key, _)| allowed(key))
        .map(|(key, value)| (key.to_owned(), visible(value)))
        .collect()
}

fn visible(value: &json::Value) -> Value {
    match value {
        json::Value::String(text) => json!(strip_controls(text)),
        json::Value::Array(items) => items.iter().map(visible).collect(),
        json::Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.to_owned(), visible(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.into(),
    }
}

/// The fields without which nothing is read: any date, since the Event's own is taken; a title, a place.
fn with_stand_ins(object: &Map<String, Value>) -> Value {
    let mut whole = object.clone();
    whole.insert("start".to_owned(), json!("2026-01-01T09:00:00Z"));
    whole.insert("end".to_owned(), json!("2026-01-01T10:00:00Z"));
    whole.entry("title").or_insert_with(|| json!("???"));
    whole
        .entry("place")
        .or_insert_with(|| json!({ "name": "?", "postcode": "00000", "city": "?" }));
    Value::Object(whole)
}

/// Takes away stand-ins, and the usual answers that the rules give where nothing was told.
fn settle(mut facts: EventFacts, object: &Map<String, Value>, known: &EventFacts) -> EventFacts {
    let told = |key: &str| object.contains_key(key);
    if !told("title") {
        facts.title.clone_from(&known.title);
    }
    if !told("place") {
        facts.place = None;
    }
    if !told("type") {
        facts.event_type = None;
    }
    if !told("format") {
        facts.format = None;
    }
    if !told("price") {
        facts.price = None;
    }
    if !told("registration") {
        facts.registration = None;
    }
    if !told("languages") {
        facts.languages.clear();
    }
    facts.schedule = known.schedule.clone();
    facts.series.clone_from(&known.series);
    facts
}

/// Removes what is refused: `themes[3]`, `registration.phone`. Where something is missing (`image.alt`), it is the whole of
/// which it is missing that cannot be read.
fn drop_field(object: &mut Map<String, Value>, invalid: &Invalid) {
    let path = match invalid.field.rsplit_once('.') {
        Some((whole, _)) if invalid.reason == Reason::Required => whole,
        _ => &invalid.field,
    };
    let mut steps: Vec<&str> = path.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
    let Some(last) = steps.pop() else { return };
    let Some((first, rest)) = steps.split_first() else {
        object.remove(last);
        return;
    };
    let whole = rest
        .iter()
        .fold(object.get_mut(*first), |value, step| child(value?, step));
    match whole {
        Some(Value::Object(whole)) => drop(whole.remove(last)),
        Some(Value::Array(items)) => remove_item(items, last),
        _ => {}
    }
}

fn child<'a>(value: &'a mut Value, step: &str) -> Option<&'a mut Value> {
    match value {
        Value::Object(object) => object.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    }
}

fn remove_item(items: &mut Vec<Value>, step: &str) {
    if let Some(at) = step.parse::<usize>().ok().filter(|at| *at < items.len()) {
        items.remove(at);
    }
}
