//! What people read: pages with everything needed to come, feeds, revalidation, hostile words.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::Duration;
use maillage::app::{Node, centres, events};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::{Event, read};
use maillage::domain::peer::FollowState;
use maillage::domain::recurrence::Occurrence;
use maillage::store::{Conn, StoreError, events as stored, sessions};
use maillage::web::{Shared, app};
use serde_json::{Value, json};

use super::header_of;
use crate::store::samples;
use crate::support::node::on_both;

/// The service of a node, which keeps its type to itself.
macro_rules! service {
    ($node:expr) => {
        init_service(app(Shared::new($node.clone()))).await
    };
}

/// Status and body of a GET.
macro_rules! get {
    ($service:expr, $path:expr) => {{
        let response = call_service(&$service, TestRequest::get().uri($path).to_request()).await;
        let status = response.status();
        let body = read_body(response).await;
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }};
}

async fn centre(node: &Node) -> Centre {
    let profile = CentreProfile {
        name: "L’Escale du canal".into(),
        phone: Some("+33353010101".into()),
        ..CentreProfile::default()
    };
    centres::add(node, CentreKind::Centre, "escale", profile)
        .await
        .expect("a centre")
}

fn workshop() -> Value {
    json!({
        "title": "Les mardis numériques",
        "summary": "On apprend ensemble.",
        "description": "Un même lieu.\n\nChacun à son rythme.",
        "type": "atelier",
        "start": "2026-11-24T09:00",
        "end": "2026-11-24T12:30",
        "level_min": "eloigne",
        "level_max": "intermediaire",
        "price": "gratuit",
        "languages": ["fr", "ar"],
        "registration": { "mode": "sans-inscription" },
        "contact": { "phone": "03 53 01 01 01" },
        "place": {
            "name": "Centre social L’Escale du canal", "address": "80 rue de l’Alma",
            "postcode": "59100", "city": "Roubaix", "latitude": 50.699, "longitude": 3.17
        },
    })
}

async fn publish(node: &Node, changes: Value) -> Event {
    let centre = match centres::by_handle(node, "escale").await.expect("a read") {
        Some(centre) => centre,
        None => centre(node).await,
    };
    let mut event = workshop();
    for (name, value) in changes.as_object().expect("an object") {
        event[name] = value.clone();
    }
    events::publish(node, centre.id, read(&event).expect("facts"))
        .await
        .expect("published")
}

#[test]
fn the_calendar_says_when_where_how_and_whom_to_call() {
    on_both(async |test| {
        let event = publish(&test.node, json!({})).await;
        let service = service!(test.node);
        let (status, html) = get!(service, "/");
        assert_eq!(status, StatusCode::OK);
        for expected in [
            "Demain, mardi 24\u{a0}novembre",
            "9\u{a0}h</time>",
            "à 12\u{a0}h\u{a0}30",
            "Les mardis numériques",
            "80 rue de l’Alma, 59100 Roubaix",
            "des premiers pas à intermédiaire",
            "Gratuit",
            "sans inscription",
            "aussi en arabe",
            "03\u{a0}53\u{a0}01\u{a0}01\u{a0}01",
            "href=\"tel:+33353010101\"",
            "Publié par L’Escale du canal",
            &format!("href=\"/events/{}\"", event.id),
        ] {
            assert!(html.contains(expected), "{expected} not in\n{html}");
        }
        let (_, english) = get!(service, "/?lang=en");
        assert!(english.contains("Tomorrow, Tuesday 24\u{a0}November") && english.contains("lang=\"en\""));
    });
}

#[test]
fn an_event_page_has_all_one_needs_to_come_and_data_for_others() {
    on_both(async |test| {
        let event = publish(&test.node, json!({ "rrule": "FREQ=WEEKLY;COUNT=3" })).await;
        let service = service!(test.node);
        let first = first_session(&test.node, &event).await;
        let (status, html) = get!(service, &format!("/events/{first}"));
        assert_eq!(status, StatusCode::OK);
        for expected in [
            "<span class=\"big\">Mardi 24\u{a0}novembre</span>de 9\u{a0}h à 12\u{a0}h\u{a0}30",
            "sans inscription, présentez-vous",
            "<p>Un même lieu.</p><p>Chacun à son rythme.</p>",
            "<p class=\"soft\">Tous les mardis</p>",
            "<h2>Tous les mardis</h2>",
            "mardi 1er\u{a0}décembre",
            "mardi 8\u{a0}décembre",
            "<meta property=\"og:title\" content=\"Les mardis numériques\">",
            "type=\"application/activity+json\"",
            "https://schema.org/EventScheduled",
            "sms:?body=",
        ] {
            assert!(html.contains(expected), "{expected} not in\n{html}");
        }
        let (_, ics) = get!(service, &format!("/events/{first}.ics"));
        assert_eq!(ics.matches("BEGIN:VEVENT").count(), 1);
        assert!(ics.contains("DTSTART:20261124T080000Z"));
        let series = call_service(
            &service,
            TestRequest::get().uri(&format!("/events/{}", event.id)).to_request(),
        )
        .await;
        assert!(
            [StatusCode::OK, StatusCode::FOUND].contains(&series.status()),
            "{}",
            series.status()
        );
    });
}

async fn first_session(node: &Node, event: &Event) -> String {
    let id = event.id;
    let all = node
        .store
        .read(move |conn| sessions::of_event(conn, id))
        .await
        .expect("sessions");
    all[0].id.to_string()
}

#[test]
fn a_cancelled_event_is_struck_and_says_why_and_a_deleted_one_is_gone() {
    on_both(async |test| {
        let event = publish(&test.node, json!({})).await;
        let detail = Some("animatrice absente".to_owned());
        events::cancel(&test.node, event.id, detail).await.expect("cancelled");
        let service = service!(test.node);
        let page = format!("/events/{}", event.id);
        let (status, html) = get!(service, &page);
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("Annulé — animatrice absente") && html.contains("<h1 class=\"is-cancelled\">"));
        assert!(html.contains("cette séance n’aura pas lieu") && html.contains("https://schema.org/EventCancelled"));
        assert!(!html.contains("présentez-vous"));
        let (_, list) = get!(service, "/");
        assert!(list.contains("session is-cancelled") && list.contains("Annulé"));
        let (_, ics) = get!(service, "/calendar.ics");
        assert!(ics.contains("STATUS:CANCELLED"));
        events::delete(&test.node, event.id).await.expect("deleted");
        let (status, html) = get!(service, &page);
        assert_eq!(status, StatusCode::GONE);
        assert!(html.contains("Cet événement a été supprimé"));
        let (status, _) = get!(service, "/events/00000000-0000-7000-8000-000000000000");
        assert_eq!(status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn filters_narrow_the_page_and_its_feeds_alike() {
    on_both(async |test| {
        publish(&test.node, json!({})).await;
        let other = json!({ "title": "Café numérique", "type": "cafe-numerique", "start": "2026-11-28T14:00", "end": "2026-11-28T16:00" });
        publish(&test.node, other).await;
        let service = service!(test.node);
        for query in ["type=cafe-numerique", "when=weekend", "q=caf%C3%A9", "from=2026-11-25"] {
            for path in [
                "/",
                "/calendar.ics",
                "/calendar.atom",
                "/calendar.json",
                "/calendar.csv",
                "/calendar.geojson",
            ] {
                let (status, text) = get!(service, &format!("{path}?{query}"));
                assert_eq!(status, StatusCode::OK, "{path}?{query}");
                assert!(
                    text.contains("Café numérique") && !text.contains("Les mardis numériques"),
                    "{path}?{query}"
                );
            }
        }
        let (_, empty) = get!(service, "/?near=Brest");
        assert!(empty.contains("Aucune séance trouvée — Près de Brest") && empty.contains("tel:+33353010101"));
        let (status, refused) = get!(service, "/?level=expert&from=demain");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.contains("<strong>level</strong>") && refused.contains("<strong>from</strong>"));
    });
}

#[test]
fn pages_go_on_by_cursor_without_losing_or_repeating() {
    on_both(async |test| {
        publish(&test.node, json!({ "rrule": "FREQ=DAILY;COUNT=5" })).await;
        let service = service!(test.node);
        let mut seen = Vec::new();
        let mut path = "/calendar.json?limit=2".to_owned();
        loop {
            let (_, body) = get!(service, &path);
            let page: Value = serde_json::from_str(&body).expect("JSON");
            seen.extend(
                page["items"]
                    .as_array()
                    .expect("items")
                    .iter()
                    .map(|item| item["start"].to_string()),
            );
            match page["next"].as_str() {
                Some(cursor) => path = format!("/calendar.json?limit=2&cursor={cursor}"),
                None => break,
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 5);
        let (_, html) = get!(service, "/?limit=2&when=month");
        assert!(html.contains("rel=\"next\" href=\"/?when=month&#38;cursor="), "{html}");
    });
}

#[test]
fn what_the_reader_has_is_not_sent_again_until_something_changes() {
    on_both(async |test| {
        let event = publish(&test.node, json!({})).await;
        let service = service!(test.node);
        let event_page = format!("/events/{}", event.id);
        for path in [
            "/",
            "/calendar.ics",
            "/calendar.json",
            &event_page,
            "/centres/escale",
            "/network",
            "/sabonner",
        ] {
            let ask = |etag: &str, language: &'static str| {
                let request = TestRequest::get().uri(path).cookie(Cookie::new("lang", language));
                request.insert_header((IF_NONE_MATCH, etag)).to_request()
            };
            let first = call_service(&service, ask("\"none\"", "fr")).await;
            assert_eq!(first.status(), StatusCode::OK, "{path}");
            let etag = header_of(&first, ETAG).to_owned();
            assert_eq!(
                call_service(&service, ask(&etag, "fr")).await.status(),
                StatusCode::NOT_MODIFIED,
                "{path}"
            );
            assert_eq!(
                call_service(&service, ask(&etag, "en")).await.status(),
                StatusCode::OK,
                "{path} in English"
            );
        }
        let etag_of = async || {
            let response = call_service(&service, TestRequest::get().uri("/").to_request()).await;
            header_of(&response, ETAG).to_owned()
        };
        let before = etag_of().await;
        test.advance(Duration::days(1));
        let tomorrow = etag_of().await;
        assert_ne!(before, tomorrow, "« demain » has become « aujourd’hui »");
        events::cancel(&test.node, event.id, None).await.expect("cancelled");
        assert_ne!(tomorrow, etag_of().await, "a cancellation");
    });
}

#[test]
fn hostile_words_stay_words_everywhere() {
    on_both(async |test| {
        let evil = "</script><script>alert(1)</script>\"><img src=x onerror=alert(2)>";
        let place = json!({ "name": evil, "address": evil, "postcode": "59100", "city": "Roubaix" });
        let event = publish(
            &test.node,
            json!({ "title": evil, "summary": evil, "description": evil, "place": place }),
        )
        .await;
        let service = service!(test.node);
        for path in [
            "/",
            "/?q=%3Cscript%3E&centre=%22%3E%3Cimg%3E",
            &format!("/events/{}", event.id),
            "/calendar.atom",
        ] {
            let (_, text) = get!(service, path);
            assert!(!text.contains("<img") && !text.contains("<script>"), "{path}\n{text}");
        }
    });
}

#[test]
fn pages_need_no_script_no_inline_style_and_no_third_party() {
    on_both(async |test| {
        let event = publish(&test.node, json!({})).await;
        let service = service!(test.node);
        let event_page = format!("/events/{}", event.id);
        for path in [
            "/",
            &event_page,
            "/centres/escale",
            "/network",
            "/sabonner",
            "/accessibilite",
            "/nowhere",
        ] {
            let (_, html) = get!(service, path);
            assert!(
                !html.contains("style=") && !html.contains("<style") && !html.contains(" onclick"),
                "{path}"
            );
            assert_eq!(
                html.matches("<script").count(),
                html.matches("<script type=\"application/ld+json\">").count()
            );
            for address in html
                .split("src=\"")
                .skip(1)
                .chain(html.split("rel=\"stylesheet\" href=\"").skip(1))
            {
                assert!(address.starts_with('/'), "{path}: {}", &address[..40]);
            }
            let assets = html
                .split("\"/assets/")
                .skip(1)
                .filter_map(|after| after.split(['"', '#']).next());
            for asset in assets {
                let (status, _) = {
                    let request = TestRequest::get().uri(&format!("/assets/{asset}")).to_request();
                    let response = call_service(&service, request).await;
                    (response.status(), header_of(&response, "cache-control").to_owned())
                };
                assert_eq!(status, StatusCode::OK, "{asset}");
            }
        }
    });
}

#[test]
fn a_full_page_with_its_stylesheet_is_under_forty_kilobytes() {
    on_both(async |test| {
        for day in 0..8 {
            let title = format!("Atelier numéro {day} avec un titre assez long pour tenir sur deux lignes");
            publish(&test.node, json!({ "title": title, "rrule": "FREQ=DAILY;COUNT=6" })).await;
        }
        let service = service!(test.node);
        let mut bytes = 0;
        let (_, html) = get!(service, "/");
        assert_eq!(html.matches("class=\"session\"").count(), 40);
        let style = html
            .split("rel=\"stylesheet\" href=\"")
            .nth(1)
            .and_then(|after| after.split('"').next());
        for path in ["/", style.expect("a stylesheet")] {
            let request = TestRequest::get()
                .uri(path)
                .insert_header(("Accept-Encoding", "gzip"))
                .to_request();
            let response = call_service(&service, request).await;
            assert_eq!(header_of(&response, "content-encoding"), "gzip", "{path}");
            bytes += read_body(response).await.len();
        }
        assert!(bytes < 40_000, "{bytes} bytes");
    });
}

#[test]
fn the_same_address_answers_people_and_servers() {
    on_both(async |test| {
        let event = publish(&test.node, json!({})).await;
        let service = service!(test.node);
        let path = format!("/events/{}", event.id);
        for (accept, kind) in [
            ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
            ("*/*", "text/html"),
            ("application/activity+json", "application/activity+json"),
        ] {
            let request = TestRequest::get()
                .uri(&path)
                .insert_header((ACCEPT, accept))
                .to_request();
            let response = call_service(&service, request).await;
            assert!(header_of(&response, "content-type").starts_with(kind), "{accept}");
        }
        let head = call_service(
            &service,
            TestRequest::default()
                .method(actix_web::http::Method::HEAD)
                .uri("/")
                .to_request(),
        );
        assert_eq!(head.await.status(), StatusCode::OK);
    });
}

#[test]
fn who_has_the_old_hour_on_paper_is_told() {
    on_both(async |test| {
        let service = service!(test.node);
        let centre = centre(&test.node).await;
        let facts = |start: &str| samples::facts("Café", start);
        let own = events::publish(&test.node, centre.id, facts("2026-12-01T13:00:00Z"))
            .await
            .expect("published");
        events::revise(&test.node, own.id, facts("2026-12-02T14:30:00Z"))
            .await
            .expect("revised");
        // One of a peer, as it was known here.
        let moved = test.node.store.write(move |conn: &mut Conn| {
            let peer = samples::peer(conn, "bobine", "b.example");
            samples::follow(conn, None, peer.id, FollowState::Accepted);
            let mut event = samples::remote(conn, &peer, facts("2026-12-01T13:00:00Z"));
            event.facts = facts("2026-12-02T14:30:00Z");
            event.updated += Duration::hours(1);
            let schedule = &event.facts.schedule;
            let occurrence = Occurrence {
                date: schedule.start.date_naive(),
                start: schedule.start,
                end: schedule.end,
            };
            stored::upsert_remote(conn, &event, occurrence)?;
            // Another change leaves it in mind.
            event.facts.title = "Café des aidants".into();
            event.updated += Duration::hours(1);
            stored::upsert_remote(conn, &event, occurrence)?;
            Ok::<_, StoreError>(event)
        });
        let theirs = moved.await.expect("an event");
        for id in [own.id, theirs.id] {
            let (_, page) = get!(service, &format!("/events/{id}"));
            let plain = page.replace('\u{a0}', " ");
            assert!(
                plain.contains("Horaire changé : c’était mardi 1er décembre à 14 h."),
                "{page}"
            );
        }
        events::cancel(&test.node, own.id, None).await.expect("cancelled");
        let (_, page) = get!(service, &format!("/events/{}", own.id));
        assert!(!page.contains("Horaire changé"), "it does not take place");
    });
}

#[test]
fn what_a_peer_writes_is_shown_once_and_in_short_where_there_is_little_room() {
    on_both(async |test| {
        let service = service!(test.node);
        let taken = test.node.store.write(move |conn: &mut Conn| {
            let peer = samples::peer(conn, "bobine", "b.example");
            samples::follow(conn, None, peer.id, FollowState::Accepted);
            let mut facts = samples::facts("Café", "2026-12-01T13:00:00Z");
            facts.description = "On apprend ensemble.\n\nVenez <seul> ou à deux.".into();
            Ok::<_, StoreError>(samples::remote(conn, &peer, facts))
        });
        let event = taken.await.expect("an event");
        let (_, page) = get!(service, &format!("/events/{}", event.id));
        assert!(
            page.contains("<p>On apprend ensemble.</p><p>Venez &lt;seul&gt; ou à deux.</p>"),
            "{page}"
        );
        let once = |text: &str| text.matches("On apprend ensemble").count();
        // For people, and beside it for search engines.
        let (for_people, for_machines) = page.split_once("application/ld+json").expect("both");
        let (for_machines, rest) = for_machines.split_once("</script>").expect("its end");
        assert_eq!((once(for_people) + once(rest), once(for_machines)), (1, 1));
        let short = "On apprend ensemble. Venez";
        for (path, words) in [
            ("/calendar.ics", "On apprend ensemble"),
            ("/calendar.csv", short),
            ("/calendar.json", "\"summary\":\"On apprend ensemble. Venez"),
            ("/calendar.atom", short),
        ] {
            let (_, text) = get!(service, path);
            assert!(text.contains(words), "{path}: {text}");
            assert!(path == "/calendar.json" || once(&text) == 1, "{path}: {text}");
        }
    });
}
