//! `openapi.json` and the program say the same: paths, methods, fields, codes.

use std::collections::BTreeSet;

use maillage::domain::event::{READ_ONLY, read};
use maillage::domain::vocabulary as lists;

use super::*;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

fn document() -> Value {
    serde_json::from_str(include_str!("../../../src/web/api/openapi.json")).expect("JSON")
}

fn event_schema() -> Value {
    document()["components"]["schemas"]["Event"]["properties"].clone()
}

/// Every field that can be submitted, as a path, without objects that hold others.
pub fn writable_fields() -> Vec<String> {
    let mut fields = Vec::new();
    collect(&event_schema(), "", &mut fields);
    fields.retain(|field| !READ_ONLY.contains(&field.as_str()));
    fields
}

fn collect(properties: &Value, prefix: &str, fields: &mut Vec<String>) {
    for (name, schema) in properties.as_object().expect("properties") {
        match schema.get("properties") {
            Some(inner) if schema["readOnly"] != true => collect(inner, &format!("{prefix}{name}."), fields),
            _ => fields.push(format!("{prefix}{name}")),
        }
    }
}

#[test]
fn paths_and_methods_are_those_of_the_routes() {
    on_both(async |test| {
        let token = test.token(Role::Admin).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let document = document();
        let paths = document["paths"].as_object().expect("paths");
        for (path, operations) in paths {
            let address = path
                .replace("{id}", "0190a0b0-0000-7000-8000-000000000000")
                .replace("{one}", "0190a0b0-0000-7000-8000-000000000000")
                .replace("{other}", "0190a0b0-0000-7000-8000-000000000001")
                .replace("{handle}", "nobody")
                .replace("{member}", "nobody")
                .replace("{target}", "nobody.test")
                .replace("{host}", "nobody.test%3A8081");
            for method in METHODS {
                let (status, _) = call!(service, method, &address, token, json!({}));
                let described = operations.get(method.to_lowercase()).is_some();
                assert_eq!(status != 405, described, "{method} {path} answers {status}");
            }
        }
        let routes = include_str!("../../../src/web/api/mod.rs");
        let registered: BTreeSet<&str> = routes
            .split("resource(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(registered, paths.keys().map(String::as_str).collect());
        assert_eq!(
            call!(service, "GET", "/api/openapi.json", "", Value::Null),
            (200, document)
        );
    });
}

#[test]
fn every_field_described_is_read() {
    for field in writable_fields() {
        let mut event = json!({});
        let mut at = &mut event;
        for part in field.split('.') {
            at = &mut at[part];
        }
        // No field takes an object with this key: whatever reads it has something to say, but not that it is unknown.
        *at = json!({"nothing": "of the kind"});
        let refusal = read(&event).expect_err("refused");
        let told: Vec<_> = refusal
            .0
            .iter()
            .filter(|problem| problem.field.starts_with(&field))
            .collect();
        assert!(!told.is_empty(), "{field} is not read");
        assert!(
            told.iter().all(|problem| problem.reason.code() != "unknown-field"),
            "{field}: {told:?}"
        );
    }
}

#[test]
fn every_field_that_is_read_is_described() {
    let mut event = smallest();
    let more = json!({
        "external_id": "x", "summary": "x", "rrule": "FREQ=WEEKLY;COUNT=2", "age": {"min": 1},
        "online_url": "https://x.example/", "price_detail": "x", "status_detail": "x", "course": {"sessions": 2},
        "image": {"url": "https://x.example/", "alt": "x"}, "co_organisers": [{"name": "x"}],
        "registration": {"mode": "sans-inscription"},
    });
    event
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().expect("an object").clone());
    for (key, value) in [("complement", "x"), ("insee", "59512")] {
        event["place"][key] = json!(value);
    }
    event["place"]["latitude"] = json!(50.7);
    event["place"]["longitude"] = json!(3.1);
    let facts = Value::Object(read(&event).expect("a full event").to_json());
    let mut written = Vec::new();
    flatten(&facts, "", &mut written);
    let described: BTreeSet<_> = writable_fields().into_iter().collect();
    let missing: Vec<_> = written.iter().filter(|field| !described.contains(*field)).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
    assert!(written.len() > 50, "{written:?}");
}

fn flatten(value: &Value, prefix: &str, fields: &mut Vec<String>) {
    for (name, value) in value.as_object().expect("an object") {
        if value.is_object() {
            flatten(value, &format!("{prefix}{name}."), fields);
        } else {
            fields.push(format!("{prefix}{name}"));
        }
    }
}

#[test]
fn codes_are_those_of_the_vocabularies() {
    let schema = event_schema();
    let cases: [(&str, &lists::Vocabulary); 9] = [
        ("/type/enum", &lists::EVENT_TYPES),
        ("/format/enum", &lists::FORMATS),
        ("/themes/items/enum", &lists::THEMES),
        ("/services/items/enum", &lists::SERVICES),
        ("/audiences/items/enum", &lists::AUDIENCES),
        ("/languages/items/enum", &lists::LANGUAGES),
        ("/special_support/items/enum", &lists::SPECIAL_SUPPORT),
        ("/price/enum", &lists::PRICES),
        ("/registration/properties/mode/enum", &lists::REGISTRATION_MODES),
    ];
    for (pointer, list) in cases {
        let described: Vec<_> = schema
            .pointer(pointer)
            .and_then(Value::as_array)
            .expect(pointer)
            .clone();
        let codes: Vec<_> = list.terms().iter().map(|term| json!(term.code)).collect();
        assert_eq!(described, codes, "{pointer}");
    }
}
