//! What the form holds is what the event says, both ways.

use super::*;
use crate::app::import::plan;
use crate::domain::event::read;

#[test]
fn every_event_of_the_demo_programme_survives_the_form() {
    let plan = plan(include_str!("../../../cli/demo/programme.json")).unwrap();
    for event in plan.events {
        let base = Value::Object(event.facts.to_json());
        let mut expected = event.facts;
        let again = read(&Form::of(&expected).to_event(&base)).unwrap();
        // The rule may be said otherwise, with the same dates.
        assert_eq!(
            again.schedule.sessions(),
            expected.schedule.sessions(),
            "{}",
            expected.title
        );
        expected.schedule = again.schedule.clone();
        assert_eq!(again, expected);
    }
}

fn filled() -> Form {
    Form::read(
        "title=Atelier&type=atelier&date=24%2F11%2F2026&start_time=9h30&end_time=12:00&place.name=Escale\
        &place.address=80+rue+de+l%E2%80%99Alma&place.postcode=59100&place.city=Roubaix&repeat=once&mode=offline"
            .as_bytes(),
    )
}

#[test]
fn dates_and_hours_are_read_as_people_write_them() {
    let facts = read(&filled().to_event(&Value::Null)).unwrap();
    assert_eq!(facts.schedule.start.to_rfc3339(), "2026-11-24T08:30:00+00:00");
    assert_eq!(time("9 h"), NaiveTime::from_hms_opt(9, 0, 0));
    assert_eq!(time("midi"), None);
    assert_eq!(date("24 novembre"), None);
}

#[test]
fn an_error_is_shown_where_it_is_put_right() {
    let at = |changes: &[(&str, &str)]| {
        let mut form = filled();
        for (name, value) in changes {
            form.set(name, value);
        }
        let refusal = read(&form.to_event(&Value::Null)).unwrap_err();
        form.problems(&refusal)
            .into_iter()
            .map(|problem| problem.field)
            .collect::<Vec<_>>()
    };
    assert_eq!(at(&[("date", "")]), ["date"]);
    assert_eq!(
        at(&[("date", ""), ("start_time", ""), ("end_time", "")]),
        ["date", "start_time", "end_time"]
    );
    assert_eq!(at(&[("date", "mardi")]), ["date"]);
    assert_eq!(at(&[("start_time", "")]), ["start_time"]);
    assert_eq!(at(&[("end_time", "08:00")]), ["end_time"]);
    assert_eq!(at(&[("repeat", "weekly")]), ["until"]);
    assert_eq!(
        at(&[("repeat", "weekly"), ("until", "2026-12-24"), ("except", "un mardi")]),
        ["except"]
    );
    assert_eq!(
        at(&[("place.postcode", "x"), ("title", "")]),
        ["title", "place.postcode"]
    );
    assert_eq!(at(&[("registration.capacity", "douze")]), ["registration.capacity"]);
}

#[test]
fn coordinates_stay_with_their_address() {
    let base = json!({"place": {"name": "Escale", "address": "80 rue de l’Alma", "postcode": "59100", "city": "Roubaix",
        "latitude": 50.7, "longitude": 3.1, "insee": "59512"}});
    let kept = filled().to_event(&base);
    assert_eq!(kept["place"]["latitude"], 50.7);
    let mut moved = filled();
    moved.set("place.address", "1 place Faidherbe");
    let moved = moved.to_event(&base);
    assert!(moved["place"].get("latitude").is_none() && moved["place"].get("insee").is_none());
}
