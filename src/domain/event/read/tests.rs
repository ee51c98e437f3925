//! The rules of an event, one by one.

use serde_json::json;

use super::*;

fn smallest() -> Value {
    json!({
        "title": "Les mardis numériques", "start": "2026-11-24T09:00", "end": "2026-11-24T12:00",
        "place": {"name": "L’Escale", "address": "80 rue de l’Alma", "postcode": "59100", "city": "Roubaix"}
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut event = smallest();
    event[field] = value;
    event
}

fn refusal(value: &Value) -> Vec<(String, &'static str)> {
    let refusal = read(value).expect_err("refused");
    refusal
        .0
        .into_iter()
        .map(|invalid| (invalid.field, invalid.reason.code()))
        .collect()
}

#[test]
fn the_smallest_event_gets_the_usual_answers() {
    let facts = read(&smallest()).unwrap();
    assert_eq!(facts.event_type.as_deref(), Some("atelier"));
    assert_eq!(facts.format, Some(Format::Collectif));
    assert_eq!(facts.price, Some(Price::Gratuit));
    assert_eq!(facts.languages, ["fr"]);
    assert_eq!(facts.schedule.start.to_rfc3339(), "2026-11-24T08:00:00+00:00");
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let mut event = smallest();
    event["rrule"] = json!("FREQ=WEEKLY;BYDAY=TU;UNTIL=20270629T070000Z");
    event["exdates"] = json!(["2026-12-22T09:00:00+01:00", "2026-12-29"]);
    event["co_organisers"] = json!(["La Bobine", {"name": "Fil rouge", "uri": "https://fil-rouge.example/actor"}]);
    event["registration"] = json!({"mode": "sur-rendez-vous", "phone": "03 53 01 01 01", "capacity": 12});
    event["status"] = json!(5);
    let facts = read(&event).unwrap();
    assert_eq!(facts.status, Status::Full);
    assert_eq!(facts.phone(), Some("+33353010101"));
    assert_eq!(read(&Value::Object(facts.to_json())).unwrap(), facts);
}

#[test]
fn all_refusals_are_told_at_once() {
    let event = json!({"title": "ab", "start": "demain", "place": {"name": "x"}, "colour": "red"});
    let told = refusal(&event);
    let expected = [
        ("start", "not-a-date"),
        ("end", "required"),
        ("title", "too-short"),
        ("place.city", "required"),
        ("place.postcode", "required"),
        ("colour", "unknown-field"),
    ];
    for (field, code) in expected {
        assert!(
            told.contains(&(field.to_owned(), code)),
            "{field} {code} is missing in {told:?}"
        );
    }
    assert_eq!(told.len(), expected.len(), "{told:?}");
}

#[test]
fn times_that_cannot_be_are_refused() {
    assert_eq!(
        refusal(&with("end", json!("2026-11-24T08:00")))[0],
        ("end".to_owned(), "end-before-start")
    );
    assert_eq!(
        refusal(&with("end", json!("2026-11-26T09:00")))[0],
        ("end".to_owned(), "session-too-long")
    );
    assert_eq!(
        refusal(&with("start", json!("0206-11-24T09:00")))[0],
        ("start".to_owned(), "not-a-date")
    );
    assert_eq!(
        refusal(&with("timezone", json!("Mars/Olympus")))[0],
        ("timezone".to_owned(), "not-a-zone")
    );
    assert_eq!(
        refusal(&with("exdates", json!(["2026-11-24"])))[0].1,
        "exceptions-without-rule"
    );
    assert_eq!(
        refusal(&with("rrule", json!("FREQ=DAILY;COUNT=801")))[0],
        ("rrule".to_owned(), "too-many-sessions")
    );
}

#[test]
fn an_online_event_needs_no_place() {
    let mut event = with("mode", json!(2));
    event.as_object_mut().unwrap().remove("place");
    assert_eq!(read(&event).unwrap().mode, Mode::Online);
    event["mode"] = json!("offline");
    assert_eq!(refusal(&event), [("place".to_owned(), "required")]);
}
