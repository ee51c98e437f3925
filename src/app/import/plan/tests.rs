//! The demo programme is read whole, and a file with faults is refused line by line.

use std::collections::BTreeSet;

use super::*;
use crate::domain::event::{Mode, RegistrationMode, Status};
use crate::domain::time::Instant;
use crate::domain::vocabulary::EVENT_TYPES;

const DEMO: &str = include_str!("../../../cli/demo/programme.json");

fn faults(text: &str) -> Vec<Fault> {
    match plan(text) {
        Err(ImportError::Refused(faults)) => faults,
        other => panic!("expected refusals, got {other:?}"),
    }
}

#[test]
fn every_date_of_the_demo_programme_comes_out() {
    let plan = plan(DEMO).expect("the demo programme");
    let source: Value = serde_json::from_str(DEMO).unwrap();
    let source = source["events"].as_array().unwrap();
    assert_eq!((plan.events.len(), source.len()), (54, 54));
    let mut total = 0;
    for (event, source) in plan.events.iter().zip(source) {
        let expected: Vec<Instant> = source["occurrences_attendues"]
            .as_array()
            .unwrap()
            .iter()
            .map(|date| date.as_str().unwrap().parse().unwrap())
            .collect();
        let sessions = event.facts.schedule.sessions().unwrap();
        let found: Vec<Instant> = sessions.iter().map(|session| session.start).collect();
        assert_eq!(found, expected, "{}", source["id"]);
        total += found.len();
    }
    assert_eq!(total, 631);
}

#[test]
fn the_demo_programme_uses_the_whole_vocabulary() {
    let plan = plan(DEMO).expect("the demo programme");
    let facts = || plan.events.iter().map(|event| &event.facts);
    let types: BTreeSet<_> = facts().filter_map(|facts| facts.event_type.as_deref()).collect();
    assert_eq!(
        types,
        EVENT_TYPES.terms().iter().map(|term| term.code.as_str()).collect()
    );
    let statuses: BTreeSet<_> = facts().map(|facts| facts.status).collect();
    assert_eq!(statuses.len(), Status::ALL.len());
    let modes: BTreeSet<_> = facts().map(|facts| facts.mode).collect();
    assert_eq!(modes.len(), Mode::ALL.len());
    let registration: BTreeSet<_> = facts()
        .filter_map(|facts| Some(facts.registration.as_ref()?.mode))
        .collect();
    assert_eq!(registration.len(), RegistrationMode::ALL.len());
}

#[test]
fn labels_names_and_nesting_are_those_of_the_interface() {
    let plan = plan(DEMO).expect("the demo programme");
    let first = plan
        .events
        .iter()
        .find(|event| event.facts.title == "Les mardis numériques");
    let first = first.unwrap();
    assert_eq!(first.centre.as_ref().unwrap().as_str(), "escale_canal");
    assert_eq!(first.facts.external_id.as_deref(), Some("mardis-numeriques"));
    assert_eq!(first.facts.services, ["maitrise-des-outils-numeriques-du-quotidien"]);
    let registration = first.facts.registration.as_ref().unwrap();
    assert_eq!(registration.access, ["se-presenter"]);
    assert_eq!(registration.capacity, Some(12));
    assert_eq!(first.facts.contact.phone.as_deref(), Some("+33353010101"));
    let partners: BTreeSet<_> = plan
        .events
        .iter()
        .flat_map(|event| &event.facts.co_organisers)
        .map(|partner| partner.name.as_str())
        .collect();
    assert!(partners.contains("La Bobine numérique"), "{partners:?}");
}

#[test]
fn the_demo_programme_has_twenty_centres_and_seven_networks_that_follow_them() {
    let plan = plan(DEMO).expect("the demo programme");
    let networks = plan.centres.iter().filter(|centre| centre.kind == CentreKind::Network);
    assert_eq!((plan.centres.len(), networks.count()), (27, 7));
    assert_eq!(plan.follows.len(), 20);
    for follow in &plan.follows {
        assert!(plan.centres.iter().any(|centre| centre.handle == follow.centre));
    }
    let escale = plan
        .centres
        .iter()
        .find(|centre| centre.handle.as_str() == "escale_canal");
    let profile = &escale.unwrap().profile;
    assert_eq!(profile.phone.as_deref(), Some("+33353010101"));
    assert_eq!(profile.place.as_ref().unwrap().city, "Roubaix");
}

#[test]
fn a_fault_names_its_line_its_event_and_its_field_as_the_file_does() {
    let broken = DEMO.replacen(
        "\"code_postal\": \"59100\",\n    \"commune\": \"Roubaix\",\n    \"code_insee\"",
        "\"code_postal\": \"5910\",\n    \"commune\": \"Roubaix\",\n    \"code_insee\"",
        1,
    );
    let line = 1 + broken.lines().position(|line| line.contains("\"5910\"")).unwrap();
    let faults = faults(&broken);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        (faults[0].line, faults[0].problem.field.as_str()),
        (line, "lieu.code_postal")
    );
    assert_eq!(faults[0].item, "mardis-numeriques");
}

#[test]
fn all_faults_of_a_file_are_told() {
    let text = "[\n {\"title\": \"a\"},\n 7,\n {\"title\": \"Atelier\", \"start\": \"2026-11-24T09:00\",\n  \"end\": \"2026-11-24T12:00\", \"mode\": 2,\n  \"colour\": \"red\"}\n]";
    let told: Vec<_> = faults(text)
        .into_iter()
        .map(|fault| (fault.line, fault.problem.field))
        .collect();
    assert!(told.contains(&(2, "title".to_owned())), "{told:?}");
    assert!(told.contains(&(3, String::new())), "{told:?}");
    assert!(told.contains(&(6, "colour".to_owned())), "{told:?}");
}

#[test]
fn what_is_not_json_names_its_line() {
    let broken = DEMO.replacen("\"structures\": [", "\"structures\": [,", 1);
    let line = 1 + broken.lines().position(|line| line.contains("[,")).unwrap();
    let error = plan(&broken).unwrap_err().to_string();
    assert!(error.contains(&format!("line {line}")), "{error}");
    assert!(plan("{\"structures\": []}").unwrap_err().to_string().contains("events"));
    assert!(plan("").is_err());
}

#[test]
fn a_structure_without_its_name_is_a_fault_on_its_line() {
    let text = "{\"structures\": [\n {\"id\": \"a\"},\n {\"id\": \"b\", \"nom\": \"B\", \"telephone\": \"?\"}\n], \"events\": []}";
    let lines: Vec<_> = faults(text).into_iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn events_in_the_shape_of_the_interface_are_read_too() {
    let event = r#"{"title": "Atelier", "start": "2026-11-24T09:00", "end": "2026-11-24T12:00", "mode": "online", "centre": "escale_canal"}"#;
    for text in [format!("[{event}]"), format!("\u{feff}{{\"events\": [{event}]}}")] {
        let plan = plan(&text).unwrap();
        assert_eq!(plan.events[0].centre.as_ref().unwrap().as_str(), "escale_canal");
        assert_eq!(
            plan.events[0].facts.external_id.as_deref(),
            Some("2026-11-24T09:00 Atelier")
        );
    }
    let twice = faults(&format!("[{event}, {event}]"));
    assert_eq!(twice[0].problem.reason, Reason::Taken);
}
