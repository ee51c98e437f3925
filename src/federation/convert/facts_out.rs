//! The facts of an event as a Maillage peer receives them whole: the JSON of the HTTP interface, without what the Event
//! itself says better (schedule, series) and what is the publisher's own affair.

use serde_json::Value;

use crate::domain::event::EventFacts;

/// Fields that never leave: told by the Event itself, or ours only.
pub(super) const LEFT_OUT: [&str; 9] = [
    "external_id",
    "description_html",
    "start",
    "end",
    "timezone",
    "end_known",
    "rrule",
    "exdates",
    "series",
];

/// `facts` without the fields left out and without anything empty: a null `type` would stop a JSON-LD reader.
pub(super) fn facts(facts: &EventFacts) -> Value {
    let mut value = serde_json::json!(facts);
    if let Some(object) = value.as_object_mut() {
        object.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
    }
    drop_empty(&mut value);
    value
}

fn drop_empty(value: &mut Value) {
    if let Value::Object(object) = value {
        object.values_mut().for_each(drop_empty);
        object.retain(|_, value| !is_empty(value));
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
