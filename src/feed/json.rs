//! JSON: an item a dated session, the same in `/calendar.json` and `/api/v1/calendar`.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::domain::calendar::{Entry, Source, Twin};
use crate::domain::time::Instant;

/// `{"items":[…],"next":CURSOR or null}`.
pub fn list(entries: &[Entry], next: Option<&str>) -> Value {
    json!({ "items": entries.iter().map(item).collect::<Vec<_>>(), "next": next })
}

/// One dated session: the event's facts, with the dates of this session in place of the first one's.
pub fn item(entry: &Entry) -> Value {
    let (event, occurrence) = (&entry.event, &entry.session.occurrence);
    let zone = event.facts.schedule.zone;
    let local = |instant: Instant| instant.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut item = event.facts_to_json();
    let rule = item.remove("rrule").unwrap_or(Value::Null);
    item.remove("exdates");
    let own_series = event.is_series().then(|| json!({ "uri": event.uri, "rule": rule }));
    let series = item.remove("series").or(own_series).unwrap_or(Value::Null);
    let fields = [
        ("id", json!(entry.session.id)),
        ("event", json!(event.id)),
        ("uri", json!(entry.uri)),
        ("url", json!(entry.url)),
        ("start", json!(local(occurrence.start))),
        (
            "end",
            json!(event.facts.schedule.end_known.then(|| local(occurrence.end))),
        ),
        ("series", series),
        ("origin", source(&entry.publisher)),
        ("relayed_by", entry.relayed_by.iter().map(source).collect()),
        ("twins", entry.twins.iter().map(twin).collect()),
        (
            "published",
            json!(event.published.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        ),
        (
            "updated",
            json!(event.updated.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        ),
    ];
    item.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(item)
}

/// The same workshop as another publisher announces it, and why it is held to be the same.
fn twin(twin: &Twin) -> Value {
    let mut reasons = vec!["place", "start", "title"];
    if twin.named {
        reasons.push("co_organiser");
    }
    json!({
        "id": twin.session,
        "uri": twin.uri,
        "url": twin.url,
        "status": twin.status.as_str(),
        "origin": source(&twin.publisher),
        "reasons": reasons,
    })
}

/// Who publishes or relays.
pub fn source(source: &Source) -> Value {
    json!({
        "actor": source.uri,
        "host": source.host,
        "account": source.account,
        "name": source.name,
        "url": source.url,
        "local": source.local,
        "heard": source.heard.map(|heard| heard.to_rfc3339_opts(SecondsFormat::Secs, true)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::recurrence::Recurrence;
    use crate::feed::sample::entry;

    #[test]
    fn an_item_is_one_dated_session() {
        let item = item(&entry());
        assert_eq!(item["start"], "2026-11-24T09:00:00+01:00");
        assert_eq!(item["end"], "2026-11-24T12:00:00+01:00");
        assert_eq!(item["title"], "Les mardis numériques");
        assert_eq!(item["status"], "scheduled");
        assert_eq!(item["origin"]["host"], "agenda.example");
        assert_eq!(item["registration"]["mode"], "sans-inscription");
        assert_eq!(item["series"], Value::Null);
    }

    #[test]
    fn a_session_of_a_series_has_its_own_dates_and_names_the_series() {
        let mut entry = entry();
        let rule = "FREQ=WEEKLY;COUNT=3".to_owned();
        entry.event.facts.schedule.recurrence = Some(Recurrence {
            rule,
            exceptions: Vec::new(),
        });
        entry.session.occurrence = entry.event.facts.schedule.sessions().expect("sessions")[1];
        let item = item(&entry);
        assert_eq!(item["start"], "2026-12-01T09:00:00+01:00");
        assert_eq!(item["series"]["rule"], "FREQ=WEEKLY;COUNT=3");
        assert!(item.get("rrule").is_none() && item.get("exdates").is_none());
    }
}
