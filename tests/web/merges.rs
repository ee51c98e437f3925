//! A workshop that two partners publish, as readers and staff see it.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use maillage::app::{centres, events};
use maillage::domain::centre::{CentreKind, CentreProfile};
use maillage::domain::event::{Event, EventFacts, Series, Status};
use maillage::domain::member::Role;
use maillage::domain::place::Place;
use maillage::store::{Conn, StoreError};
use maillage::web::{Shared, app};
use serde_json::Value;

use super::desk::{signed_in, visit};
use super::header_of;
use crate::store::samples;
use crate::support::node::{TestNode, on_both};

const START: &str = "2026-11-26T13:00:00Z";

fn facts(title: &str, start: &str) -> EventFacts {
    let mut facts = samples::facts(title, start);
    facts.place = Some(Place {
        name: "L’Escale".into(),
        address: "80 rue de l’Alma".into(),
        postcode: "59100".into(),
        city: "Roubaix".into(),
        latitude: Some(50.7),
        longitude: Some(3.17),
        ..Place::default()
    });
    facts
}

/// « Café numérique » of a centre of ours, which is shown since its uri is the smaller one, and of a peer.
async fn partners(test: &TestNode) -> (Event, Event) {
    let profile = CentreProfile {
        name: "L’Escale du canal".into(),
        ..CentreProfile::default()
    };
    let centre = centres::add(&test.node, CentreKind::Centre, "escale", profile).await;
    let centre = centre.expect("a centre");
    let ours = events::publish(&test.node, centre.id, facts("Café numérique", START)).await;
    let theirs = test.node.store.write(|conn: &mut Conn| {
        let peer = samples::peer(conn, "bobine", "a.example");
        Ok::<_, StoreError>(samples::remote(conn, &peer, facts("Cafés numériques", START)))
    });
    (ours.expect("an event"), theirs.await.expect("an event"))
}

fn plain(page: &str) -> String {
    page.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn it_stands_once_everywhere_with_both_names_and_both_addresses() {
    on_both(async |test| {
        let (ours, theirs) = partners(&test).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let get = async |path: &str| visit!(service, "", path, "").2;

        let page = get("/").await;
        assert_eq!(page.matches("<li class=\"session").count(), 1, "{page}");
        assert!(page.contains("Publié par L’Escale du canal et Pair bobine"), "{page}");
        assert!(get("/?q=cafe").await.contains("L’Escale du canal et Pair bobine"));

        let ics = get("/calendar.ics").await.replace("\r\n ", "");
        assert_eq!(ics.matches("BEGIN:VEVENT").count(), 1);
        assert!(ics.contains("L’Escale du canal\\, Pair bobine"), "{ics}");
        let atom = get("/calendar.atom").await;
        assert_eq!(
            (atom.matches("<entry>").count(), atom.matches("<author>").count()),
            (1, 2)
        );
        assert_eq!(
            get("/calendar.csv")
                .await
                .matches("L’Escale du canal|Pair bobine")
                .count(),
            1
        );
        for path in ["/calendar.json", "/api/v1/calendar"] {
            let list: Value = serde_json::from_str(&get(path).await).expect("JSON");
            assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
            let item = &list["items"][0];
            assert_eq!(
                (item["uri"].as_str(), item["twins"][0]["uri"].as_str()),
                (Some(&*ours.uri), Some(&*theirs.uri))
            );
            assert_eq!(
                item["twins"][0]["reasons"],
                serde_json::json!(["place", "start", "title"])
            );
        }
        let map: Value = serde_json::from_str(&get("/calendar.geojson").await).expect("JSON");
        assert_eq!(map["features"].as_array().map(Vec::len), Some(1));

        for (event, other) in [(&ours, &theirs), (&theirs, &ours)] {
            let page = plain(&get(&format!("/events/{}", event.id)).await);
            assert!(
                page.contains("Même lieu, même heure, même titre : un seul atelier"),
                "{page}"
            );
            assert!(page.contains(&format!("href=\"/events/{}\"", other.id)), "{page}");
            assert!(page.contains(&format!("href=\"/desk/merges?of={}\"", event.id)));
        }
    });
}

#[test]
fn what_a_partner_calls_off_is_said_where_the_other_is_shown() {
    on_both(async |test| {
        let (ours, theirs) = partners(&test).await;
        events::cancel(&test.node, ours.id, None).await.expect("cancelled");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let said = "Annulé selon L’Escale du canal : appelez avant de venir.";
        for path in ["/".to_owned(), format!("/events/{}", theirs.id)] {
            let page = plain(&visit!(service, "", &path, "").2);
            assert!(page.contains(said), "{path}: {page}");
        }
        let ics = plain(&visit!(service, "", "/calendar.ics", "").2.replace("\r\n ", ""));
        assert!(ics.contains(said), "{ics}");
        assert!(ics.contains("STATUS:CONFIRMED"));
        let page = plain(&visit!(service, "", &format!("/events/{}", ours.id), "").2);
        assert!(page.contains("l’annonce maintenu"), "{page}");
        // Both called off: one, and it says so.
        let theirs = theirs.clone();
        let all_off = test.node.store.write(move |conn: &mut Conn| {
            let mut off = theirs.clone();
            off.facts.status = Status::Cancelled;
            off.updated += chrono::Duration::hours(1);
            let occurrence = off.facts.schedule.sessions().expect("a schedule")[0];
            maillage::store::events::upsert_remote(conn, &off, occurrence)
        });
        all_off.await.expect("an update");
        let page = visit!(service, "", "/", "").2;
        assert_eq!(page.matches("<li class=\"session is-cancelled").count(), 1, "{page}");
        assert!(!page.contains("Annulé selon"));
    });
}

#[test]
fn the_staff_tells_them_apart_and_takes_it_back() {
    on_both(async |test| {
        let (ours, theirs) = partners(&test).await;
        let editor = signed_in(&test, Role::Editor).await;
        let reception = signed_in(&test, Role::Reception).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let shown = async || visit!(service, "", "/", "").2.matches("<li class=\"session").count();

        assert_eq!(visit!(service, "", "/desk/merges", "").0, StatusCode::SEE_OTHER);
        let page = visit!(service, editor, "/desk/merges", "").2;
        let path = format!("/desk/merges/{}/{}", ours.id, theirs.id);
        assert!(page.contains(&format!("action=\"{path}/separate\"")), "{page}");
        let separate = format!("{path}/separate");
        assert_eq!(visit!(service, reception, &separate, "x=1").0, StatusCode::FORBIDDEN);
        assert!(!visit!(service, reception, "/desk/merges", "").2.contains("/separate\""));
        assert_eq!(
            visit!(service, editor, &separate, "x=1").1,
            "/desk/merges?done=separate"
        );
        assert_eq!(shown().await, 2);

        let page = visit!(service, editor, "/desk/merges?done=separate", "").2;
        assert!(page.contains("chacun est montré à part"), "{page}");
        let join = page
            .split("action=\"")
            .find(|part| part.contains("/join\""))
            .expect("a way back");
        let join = join.split('"').next().expect("an address").to_owned();
        assert_eq!(visit!(service, editor, &join, "x=1").1, "/desk/merges?done=join");
        assert_eq!(shown().await, 1);

        let token = maillage::app::tokens::create(&test.node, &test.member(Role::Admin).await, "t")
            .await
            .expect("a token");
        let call = async |method: &str, path: &str| {
            let request = TestRequest::with_uri(path)
                .method(method.parse().expect("a method"))
                .insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
            let response = call_service(&service, request.to_request()).await;
            let status = response.status().as_u16();
            (
                status,
                serde_json::from_slice(&read_body(response).await).unwrap_or(Value::Null),
            )
        };
        let address = format!("/api/v1/merges/{}/{}", ours.id, theirs.id);
        assert_eq!(call("POST", &format!("{address}/separate")).await.0, 204);
        let (status, list) = call("GET", "/api/v1/merges").await;
        assert_eq!(
            (status, &list["items"][0]["state"]),
            (200, &Value::from("separated")),
            "{list}"
        );
        assert_eq!(call("POST", &format!("{address}/join")).await.0, 204);
        let (_, list) = call("GET", "/api/v1/merges").await;
        assert_eq!(list["items"][0]["state"], "merged", "{list}");
        let nobody = format!(
            "/api/v1/merges/{}/{}/join",
            ours.id, "0190a0b0-0000-7000-8000-000000000000"
        );
        assert_eq!(call("POST", &nobody).await.0, 404);
    });
}

#[test]
fn the_other_dates_of_a_peers_series_are_shown_and_nobody_elses() {
    on_both(async |test| {
        let all = test.node.store.write(|conn: &mut Conn| {
            let (peer, other) = (
                samples::peer(conn, "bobine", "a.example"),
                samples::peer(conn, "autre", "b.example"),
            );
            let dated = |conn: &mut Conn, peer, day: u32, series: &str| {
                let mut facts = facts("Le jeudi", &format!("2026-12-{day:02}T13:00:00Z"));
                facts.series = Some(Series {
                    uri: series.to_owned(),
                    rule: Some("FREQ=WEEKLY;COUNT=3".to_owned()),
                });
                samples::remote(conn, peer, facts)
            };
            Ok::<_, StoreError>([
                dated(conn, &peer, 3, "https://a.example/events/s"),
                dated(conn, &peer, 10, "https://a.example/events/s"),
                dated(conn, &peer, 11, "https://a.example/events/t"),
                // Whoever claims another's series stays out of it.
                dated(conn, &other, 12, "https://a.example/events/s"),
            ])
        });
        let all = all.await.expect("events");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let page = visit!(service, "", &format!("/events/{}", all[0].id), "").2;
        let (_, dates) = page.split_once("class=\"dates\"").expect("dates");
        let (dates, _) = dates.split_once("</ul>").expect("a list");
        assert!(dates.contains(&format!("href=\"/events/{}\"", all[1].id)), "{dates}");
        for other in &all[2..] {
            assert!(!dates.contains(&other.id.to_string()), "{dates}");
        }
        assert!(
            page.contains("href=\"https://a.example/groups/bobine\""),
            "the publisher is linked"
        );
        assert!(
            page.contains(&format!("href=\"{}\"", all[0].url)),
            "the origin is linked"
        );
    });
}
