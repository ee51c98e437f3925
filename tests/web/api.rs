//! The JSON interface, called as other software calls it.

mod contract;
mod deliveries;
mod fields;
mod networks;
mod roles;

use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use maillage::app::centres;
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::member::Role;
use maillage::web::{Shared, app};
use serde_json::{Value, json};

use super::header_of;
use crate::support::node::{TestNode, on_both};

/// Calls `$method $path` with a token (`""` for none) and a JSON body (null for none): status and body.
macro_rules! call {
    ($service:expr, $method:expr, $path:expr, $token:expr, $body:expr) => {{
        let body: Value = $body;
        let mut request = TestRequest::with_uri($path).method($method.parse().expect("a method"));
        if !$token.is_empty() {
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {}", $token)));
        }
        if !body.is_null() {
            request = request.set_json(&body);
        }
        let response = call_service(&$service, request.to_request()).await;
        let status = response.status().as_u16();
        let bytes = read_body(response).await;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        (status, value)
    }};
}
use call;

async fn centre(test: &TestNode, handle: &str) -> Centre {
    let profile = CentreProfile {
        name: format!("Centre {handle}"),
        ..CentreProfile::default()
    };
    centres::add(&test.node, CentreKind::Centre, handle, profile)
        .await
        .expect("a centre")
}

/// The smallest event of DESIGN's `POST /api/v1/events`.
fn smallest() -> Value {
    json!({
        "title": "Les mardis numériques", "start": "2026-11-24T09:00", "end": "2026-11-24T12:00",
        "timezone": "Europe/Paris",
        "place": {"name": "L’Escale", "address": "80 rue de l’Alma", "postcode": "59100", "city": "Roubaix"}
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut event = smallest();
    event[field] = value;
    event
}

#[test]
fn an_event_is_published_read_and_listed() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let mut event = with("rrule", json!("FREQ=WEEKLY;COUNT=3"));
        event["themes"] = json!(["email"]);
        let request = TestRequest::post()
            .uri("/api/v1/events")
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            .set_json(&event)
            .to_request();
        let response = call_service(&service, request).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let location = header_of(&response, header::LOCATION).to_owned();
        let stored: Value = serde_json::from_slice(&read_body(response).await).expect("JSON");
        let id = stored["id"].as_str().expect("an id");
        assert_eq!(location, format!("http://un.test:8080/api/v1/events/{id}"));
        assert_eq!(stored["uri"], format!("http://un.test:8080/events/{id}"));
        assert_eq!(stored["centre"], "escale_canal");
        assert_eq!(stored["start"], "2026-11-24T09:00:00+01:00");
        assert_eq!(stored["type"], "atelier");
        assert_eq!(stored["origin"]["host"], "un.test:8080");
        assert_eq!(stored["sessions"].as_array().map(Vec::len), Some(3));
        let session = &stored["sessions"][2];
        assert_eq!(session["start"], "2026-12-08T09:00:00+01:00");

        let (status, read) = call!(service, "GET", &format!("/api/v1/events/{id}"), "", Value::Null);
        assert_eq!((status, &read), (200, &stored));
        let by_session = format!("/api/v1/events/{}", session["id"].as_str().expect("an id"));
        assert_eq!(call!(service, "GET", &by_session, "", Value::Null).1["id"], id);

        let (_, list) = call!(service, "GET", "/api/v1/events", "", Value::Null);
        assert_eq!(list["items"][0]["id"], id);
        assert_eq!(list["next"], Value::Null);
        let (_, calendar) = call!(service, "GET", "/api/v1/calendar", "", Value::Null);
        assert_eq!(calendar["items"].as_array().map(Vec::len), Some(3));
        assert_eq!(calendar["items"][0]["start"], "2026-11-24T09:00:00+01:00");
        assert_eq!(calendar["items"][0]["themes"], json!(["email"]));
        assert_eq!(calendar["items"][0]["origin"]["host"], "un.test:8080");
    });
}

#[test]
fn the_centre_may_be_left_out_where_there_is_only_one() {
    on_both(async |test| {
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let codes = async |event: Value| {
            let (status, body) = call!(service, "POST", "/api/v1/events", token, event);
            (
                status,
                body["errors"][0]["field"].clone(),
                body["errors"][0]["code"].clone(),
            )
        };
        assert_eq!(codes(smallest()).await, (422, json!("centre"), json!("required")));
        centre(&test, "escale_canal").await;
        assert_eq!(codes(smallest()).await.0, 201);
        centre(&test, "fil_rouge").await;
        assert_eq!(codes(smallest()).await, (422, json!("centre"), json!("required")));
        assert_eq!(codes(with("centre", json!("fil_rouge"))).await.0, 201);
        let unknown = (422, json!("centre"), json!("unknown-centre"));
        assert_eq!(codes(with("centre", json!("nulle_part"))).await, unknown);
        assert_eq!(codes(with("centre", json!(7))).await.2, json!("not-text"));
    });
}

#[test]
fn a_merge_patch_changes_what_it_names() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        centre(&test, "fil_rouge").await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let mut event = with("centre", json!("escale_canal"));
        event["rrule"] = json!("FREQ=WEEKLY;COUNT=3");
        event["exdates"] = json!(["2026-12-01"]);
        event["registration"] = json!({"mode": "sur-rendez-vous", "phone": "03 53 01 01 01"});
        let (_, stored) = call!(service, "POST", "/api/v1/events", token, event);
        let path = format!("/api/v1/events/{}", stored["id"].as_str().expect("an id"));
        test.advance(chrono::Duration::minutes(1));

        let patch = json!({"title": "Les mercredis", "registration": {"capacity": 12, "phone": null}, "rrule": null});
        let (status, changed) = call!(service, "PATCH", &path, token, patch);
        assert_eq!(status, 200, "{changed}");
        assert_eq!(changed["title"], "Les mercredis");
        assert_eq!(changed["registration"]["mode"], "sur-rendez-vous");
        assert_eq!(changed["registration"]["capacity"], 12);
        assert_eq!(changed["registration"]["phone"], Value::Null);
        assert_eq!(changed["sessions"].as_array().map(Vec::len), Some(1));
        assert_eq!(changed["place"], stored["place"]);
        assert!(changed["updated"].as_str() > stored["updated"].as_str());

        let (status, whole) = call!(service, "PATCH", &path, token, changed.clone());
        assert_eq!(
            (status, &whole["title"]),
            (200, &changed["title"]),
            "what was answered can be sent back"
        );
        let (status, refused) = call!(service, "PATCH", &path, token, json!({"title": null, "price": "cher"}));
        assert_eq!(status, 422);
        let fields: Vec<_> = refused["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| &e["field"])
            .collect();
        assert_eq!(fields, ["title", "price"]);
        assert_eq!(
            call!(service, "GET", &path, "", Value::Null).1["title"],
            "Les mercredis"
        );
        assert_eq!(
            call!(service, "PATCH", &path, token, json!({"centre": "fil_rouge"})).0,
            422
        );
        assert_eq!(call!(service, "PATCH", &path, token, json!([])).0, 422);
    });
}

#[test]
fn a_cancelled_event_stays_and_a_deleted_one_is_gone() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let (_, stored) = call!(service, "POST", "/api/v1/events", token, smallest());
        let path = format!("/api/v1/events/{}", stored["id"].as_str().expect("an id"));
        let cancel = format!("{path}/cancel");
        assert_eq!(call!(service, "POST", &cancel, token, json!({"detail": 1})).0, 422);
        assert_eq!(call!(service, "POST", &cancel, token, json!({"why": "x"})).0, 422);
        let (status, cancelled) = call!(service, "POST", &cancel, token, json!({"detail": "Animatrice absente"}));
        assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
        assert_eq!(cancelled["status_detail"], "Animatrice absente");
        assert_eq!(
            call!(service, "POST", &cancel, token, Value::Null).0,
            200,
            "a body is not needed"
        );
        assert_eq!(call!(service, "GET", &path, "", Value::Null).1["status"], "cancelled");

        assert_eq!(call!(service, "DELETE", &path, token, Value::Null).0, 204);
        for method in ["GET", "PATCH", "DELETE"] {
            let (status, problem) = call!(service, method, &path, token, json!({}));
            assert_eq!((status, &problem["status"]), (410, &json!(410)), "{method}");
        }
        let nothing = "/api/v1/events/0190a0b0-0000-7000-8000-000000000000";
        assert_eq!(call!(service, "GET", nothing, "", Value::Null).0, 404);
        assert_eq!(call!(service, "DELETE", nothing, token, Value::Null).0, 404);
        assert_eq!(call!(service, "GET", "/api/v1/events/7", "", Value::Null).0, 404);
        assert_eq!(
            call!(service, "GET", "/api/v1/calendar", "", Value::Null).1["items"],
            json!([])
        );
    });
}

#[test]
fn lists_are_read_page_by_page() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        for number in 0..5 {
            test.advance(chrono::Duration::seconds(1));
            let event = with("title", json!(format!("Atelier {number}")));
            assert_eq!(call!(service, "POST", "/api/v1/events", token, event).0, 201);
        }
        for (list, newest_first) in [("/api/v1/events", true), ("/api/v1/calendar", false)] {
            let mut titles = Vec::new();
            let mut cursor = String::new();
            loop {
                let (status, page) = call!(service, "GET", &format!("{list}?limit=2{cursor}"), "", Value::Null);
                assert_eq!(status, 200, "{page}");
                let items = page["items"].as_array().expect("items");
                titles.extend(
                    items
                        .iter()
                        .map(|item| item["title"].as_str().expect("a title").to_owned()),
                );
                let Some(next) = page["next"].as_str() else { break };
                assert_eq!(items.len(), 2);
                cursor = format!("&cursor={next}");
            }
            let mut expected: Vec<_> = (0..5).map(|number| format!("Atelier {number}")).collect();
            if newest_first {
                expected.reverse();
            } else {
                titles.sort();
            }
            assert_eq!(titles, expected, "{list}");
            for wrong in ["limit=0", "limit=201", "limit=x", "cursor=%27"] {
                let (status, problem) = call!(service, "GET", &format!("{list}?{wrong}"), "", Value::Null);
                let field = wrong.split('=').next().expect("a name");
                assert_eq!(
                    (status, &problem["errors"][0]["field"]),
                    (422, &json!(field)),
                    "{list}?{wrong}"
                );
            }
        }
        assert_eq!(
            call!(service, "GET", "/api/v1/events?centre=nulle_part", "", Value::Null).0,
            422
        );
    });
}

#[test]
fn a_body_that_cannot_be_read_is_told_why() {
    on_both(async |test| {
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let send = async |kind: &str, body: String| {
            let request = TestRequest::post()
                .uri("/api/v1/events")
                .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
                .insert_header((header::CONTENT_TYPE, kind.to_owned()))
                .set_payload(body)
                .to_request();
            let response = call_service(&service, request).await;
            assert_eq!(header_of(&response, header::CONTENT_TYPE), "application/problem+json");
            let status = response.status().as_u16();
            (
                status,
                serde_json::from_slice::<Value>(&read_body(response).await).expect("JSON"),
            )
        };
        let (status, problem) = send("application/json", "{\n  \"title\": oui }".to_owned()).await;
        assert_eq!(status, 400);
        assert!(
            problem["detail"].as_str().expect("a detail").contains("line 2 column"),
            "{problem}"
        );
        assert_eq!(send("text/plain", smallest().to_string()).await.0, 415);
        assert_eq!(
            send("application/json", format!("\"{}\"", "a".repeat(300_000))).await.0,
            413
        );
        assert_eq!(send("application/json", "[]".to_owned()).await.0, 422);
        assert_eq!(send("application/json", "[".repeat(100_000)).await.0, 400);
        let (status, problem) = call!(service, "PUT", "/api/v1/events", token, smallest());
        assert_eq!((status, &problem["status"]), (405, &json!(405)));
    });
}

#[test]
fn the_publishers_own_name_of_an_event_is_unique_in_its_centre() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        centre(&test, "fil_rouge").await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let event = |handle: &str| {
            let mut event = with("centre", json!(handle));
            event["external_id"] = json!("mardis");
            event
        };
        assert_eq!(
            call!(service, "POST", "/api/v1/events", token, event("escale_canal")).0,
            201
        );
        assert_eq!(
            call!(service, "POST", "/api/v1/events", token, event("fil_rouge")).0,
            201
        );
        let (status, problem) = call!(service, "POST", "/api/v1/events", token, event("fil_rouge"));
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("external_id")));
    });
}

#[test]
fn follows_are_asked_for_with_words_for_what_is_wrong() {
    on_both(async |test| {
        let token = test.token(Role::Admin).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let cases = [
            (json!({}), "target"),
            (json!({"target": 7}), "target"),
            (json!({"target": "a".repeat(2001)}), "target"),
            (
                json!({"target": "@agenda@un.test:8080", "centre": "nulle_part"}),
                "centre",
            ),
            (json!({"target": "pas une adresse"}), "target"),
            (json!({"target": "x.test", "as": "y"}), "as"),
        ];
        for (asked, field) in cases {
            let (status, problem) = call!(service, "POST", "/api/v1/follows", token, asked.clone());
            assert_eq!(
                (status, &problem["errors"][0]["field"]),
                (422, &json!(field)),
                "{asked}: {problem}"
            );
        }
        let empty = json!({"items": [], "next": null});
        assert_eq!(
            call!(service, "GET", "/api/v1/follows", "", Value::Null),
            (200, empty.clone())
        );
        assert_eq!(
            call!(service, "GET", "/api/v1/followers", token, Value::Null),
            (200, empty)
        );
        let nothing = "/api/v1/follows/0190a0b0-0000-7000-8000-000000000000";
        assert_eq!(call!(service, "DELETE", nothing, token, Value::Null).0, 404);
        assert_eq!(call!(service, "GET", nothing, "", Value::Null).0, 404);
    });
}
