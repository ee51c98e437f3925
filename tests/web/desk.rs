//! The pages of the staff, as a browser without scripts uses them.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use maillage::app::{centres, sign_in};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::{Event, Status};
use maillage::domain::member::Role;
use maillage::domain::place::Place;
use maillage::store;
use maillage::web::{Shared, app};

use super::header_of;
use crate::support::node::{PASSWORD, TestNode, on_both};

/// Asks for `$path`, or sends it `$form` when that is not empty: status, `Location`, body.
macro_rules! visit {
    ($service:expr, $cookie:expr, $path:expr, $form:expr) => {{
        let form: &str = $form;
        let mut request = TestRequest::with_uri($path).insert_header((header::ACCEPT_LANGUAGE, "fr"));
        if !$cookie.is_empty() {
            request = request.cookie(Cookie::new("maillage", $cookie.to_owned()));
        }
        if !form.is_empty() {
            request = request
                .method(actix_web::http::Method::POST)
                .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
                .set_payload(form.to_owned());
        }
        let response = call_service(&$service, request.to_request()).await;
        let location = header_of(&response, header::LOCATION).to_owned();
        let status = response.status();
        let body = String::from_utf8(read_body(response).await.to_vec()).expect("text");
        (status, location, body)
    }};
}
pub(crate) use visit;

async fn centre(test: &TestNode, handle: &str) -> Centre {
    let profile = CentreProfile {
        name: "Centre social L’Escale du canal".into(),
        phone: Some("+33353010101".into()),
        place: Some(Place {
            name: "L’Escale".into(),
            address: "80 rue de l’Alma".into(),
            postcode: "59100".into(),
            city: "Roubaix".into(),
            latitude: Some(50.7),
            longitude: Some(3.17),
            ..Place::default()
        }),
        ..CentreProfile::default()
    };
    centres::add(&test.node, CentreKind::Centre, handle, profile)
        .await
        .expect("a centre")
}

pub async fn signed_in(test: &TestNode, role: Role) -> String {
    let member = test.member(role).await;
    let started = sign_in::begin(&test.node, &member.email, PASSWORD)
        .await
        .expect("answer");
    started.expect("signed in").token
}

async fn events(test: &TestNode) -> Vec<Event> {
    let all = test
        .node
        .store
        .read(|conn| store::events::list_local(conn, None, None, 100))
        .await;
    all.expect("events")
}

/// What a browser sends when the seven fields that everyone needs are filled in.
const FILLED: &str = "title=Les+mardis+num%C3%A9riques&type=atelier&date=2026-11-24&start_time=09%3A00&end_time=12%3A00\
    &place.name=L%E2%80%99Escale&place.address=80+rue+de+l%E2%80%99Alma&place.postcode=59100&place.city=Roubaix\
    &level_min=eloigne&level_max=intermediaire&registration.mode=sans-inscription&contact.phone=03+53+01+01+01\
    &repeat=once&mode=offline&price=gratuit&languages=fr&timezone=Europe%2FParis";

#[test]
fn signing_in_opens_the_desk_and_signing_out_closes_it() {
    on_both(async |test| {
        test.member(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let (status, location, _) = visit!(service, "", "/desk", "");
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/sign-in?next=%2Fdesk")
        );
        assert!(visit!(service, "", &location, "").2.contains("name=\"password\""));

        for wrong in [
            "email=editor%40centre.example&password=faux",
            "email=personne%40x.example&password=faux",
        ] {
            let (status, _, page) = visit!(service, "", "/desk/sign-in", wrong);
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                page.contains("L’adresse ou le mot de passe n’est pas le bon."),
                "{page}"
            );
            assert!(!page.contains("faux"), "the password does not come back");
        }
        let typed = format!(
            "email=Editor%40centre.example&password={}&next=%2Fdesk%2Fevents%2Fnew",
            PASSWORD.replace(' ', "+")
        );
        let request = TestRequest::post()
            .uri("/desk/sign-in")
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(typed)
            .to_request();
        let response = call_service(&service, request).await;
        assert_eq!(header_of(&response, header::LOCATION), "/desk/events/new");
        let cookie = header_of(&response, header::SET_COOKIE).to_owned();
        let token = cookie.split(['=', ';']).nth(1).expect("a token").to_owned();
        let (status, _, page) = visit!(service, token, "/desk", "");
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("editor@centre.example") && page.contains("/desk/sign-out"));
        assert_eq!(visit!(service, token, "/desk/sign-out", "x=1").1, "/");
        assert_eq!(visit!(service, token, "/desk", "").0, StatusCode::SEE_OTHER);
    });
}

#[test]
fn too_many_attempts_are_told_on_the_form() {
    on_both(async |test| {
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let mut last = (StatusCode::OK, String::new(), String::new());
        for _ in 0..11 {
            last = visit!(service, "", "/desk/sign-in", "email=a%40b.example&password=x");
        }
        assert_eq!(last.0, StatusCode::TOO_MANY_REQUESTS);
        assert!(last.2.contains("Trop d’essais") && last.2.contains("a@b.example"));
    });
}

#[test]
fn an_event_is_announced_from_the_form_of_its_centre() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = signed_in(&test, Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let (_, _, form) = visit!(service, token, "/desk/events/new", "");
        assert!(form.contains("value=\"80 rue de l’Alma\"") && form.contains("value=\"59100\""));
        assert!(!form.contains("desk-field-") && !form.contains("desk-hint-") && !form.contains("desk-section-"));

        let (status, location, _) = visit!(service, token, "/desk/events/new", FILLED);
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::SEE_OTHER, "/desk?centre=escale_canal&done=publish")
        );
        let event = events(&test).await.remove(0);
        assert_eq!(event.facts.title, "Les mardis numériques");
        assert_eq!(event.facts.schedule.start.to_rfc3339(), "2026-11-24T08:00:00+00:00");
        assert_eq!(
            event.facts.place.as_ref().and_then(|place| place.latitude),
            Some(50.7),
            "the centre's own place"
        );
        assert_eq!(event.facts.contact.phone.as_deref(), Some("+33353010101"));
        let (_, _, home) = visit!(service, token, &location, "");
        assert!(home.contains("C’est publié.") && home.contains("Les mardis numériques"));
        assert!(home.contains(&format!("/desk/events/{}/edit", event.id)));
    });
}

#[test]
fn a_series_is_told_in_plain_words() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = signed_in(&test, Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let weekly = FILLED.replace(
            "repeat=once",
            "repeat=weekly&days=TU&days=TH&until=2026-12-31&except=22%2F12%2F2026",
        );
        assert_eq!(
            visit!(service, token, "/desk/events/new", &weekly).0,
            StatusCode::SEE_OTHER
        );
        let event = events(&test).await.remove(0);
        let dates: Vec<_> = event
            .facts
            .schedule
            .sessions()
            .expect("dates")
            .into_iter()
            .map(|one| one.date.to_string())
            .collect();
        assert_eq!(dates.len(), 11, "{dates:?}");
        assert!(!dates.contains(&"2026-12-22".to_owned()) && dates.contains(&"2026-12-31".to_owned()));
        let (_, _, form) = visit!(service, token, &format!("/desk/events/{}/edit", event.id), "");
        assert!(
            form.contains("<option value=\"weekly\" selected>") && form.contains("22/12/2026"),
            "{form}"
        );
    });
}

#[test]
fn errors_stand_by_their_controls_and_nothing_typed_is_lost() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = signed_in(&test, Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let wrong = FILLED
            .replace("title=Les+mardis+num%C3%A9riques", "title=%3Cb%3E")
            .replace("postcode=59100", "postcode=591")
            .replace("date=2026-11-24", "date=mardi")
            .replace("repeat=once", "repeat=weekly&registration.capacity=douze");
        let (status, _, page) = visit!(service, token, "/desk/events/new", &wrong);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.contains("À corriger") && page.contains("value=\"&#60;b&#62;\"")
                || page.contains("value=\"&lt;b&gt;\"")
        );
        for (control, words) in [
            ("place.postcode", "Code postal attendu"),
            ("date", "Date attendue"),
            ("registration.capacity", "Doit être un nombre"),
        ] {
            assert!(
                page.contains(&format!("href=\"#{control}\"")),
                "{control} is not in the summary"
            );
            assert!(
                page.contains(&format!("id=\"{control}-error\">{words}")),
                "{control}: no words"
            );
            let tag = page
                .split('<')
                .find(|tag| tag.contains(&format!("id=\"{control}\"")))
                .expect("the control");
            assert!(
                tag.contains("aria-invalid=\"true\"") && tag.contains(&format!("{control}-error")),
                "{tag}"
            );
        }
        for kept in [
            "value=\"591\"",
            "value=\"douze\"",
            "value=\"mardi\"",
            "<option value=\"weekly\" selected>",
            "value=\"09:00\"",
        ] {
            assert!(page.contains(kept), "{kept} is lost");
        }
        assert!(
            page.contains("<details class=\"fold\" open>"),
            "the fold with an error in it is open"
        );
        assert!(events(&test).await.is_empty());
    });
}

#[test]
fn an_event_is_changed_copied_cancelled_postponed_and_deleted() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = signed_in(&test, Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        visit!(service, token, "/desk/events/new", FILLED);
        let event = events(&test).await.remove(0);
        let at = |step: &str| format!("/desk/events/{}/{step}", event.id);

        let changed = format!(
            "{}&status=full&status_detail=Complet",
            FILLED.replace("12%3A00", "11%3A30")
        );
        assert!(visit!(service, token, &at("edit"), &changed).1.ends_with("done=revise"));
        let now = events(&test).await.remove(0);
        assert_eq!((now.id, now.facts.status), (event.id, Status::Full));
        assert_eq!(now.facts.schedule.end.to_rfc3339(), "2026-11-24T10:30:00+00:00");

        test.advance(chrono::Duration::seconds(1));
        let (_, _, copy) = visit!(service, token, &at("copy"), "");
        assert!(copy.contains("value=\"Les mardis numériques\"") && !copy.contains("2026-11-24"));
        assert!(
            visit!(service, token, &at("copy"), &FILLED.replace("11-24", "12-01"))
                .1
                .ends_with("done=publish")
        );
        let all = events(&test).await;
        assert_eq!((all.len(), all[0].facts.status), (2, Status::Scheduled));

        let (_, _, question) = visit!(service, token, &at("postpone"), "");
        assert!(
            question.contains("Reporter cet événement") && question.contains("Personne n’est abonné"),
            "{question}"
        );
        assert_eq!(
            events(&test).await[1].facts.status,
            Status::Full,
            "asking changes nothing"
        );
        visit!(service, token, &at("postpone"), "detail=Salle+ferm%C3%A9e");
        assert_eq!(events(&test).await[1].facts.status, Status::Postponed);
        let long = format!("detail={}", "a".repeat(256));
        let (status, _, again) = visit!(service, token, &at("cancel"), &long);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.contains("detail-error") && again.contains("255"));
        visit!(service, token, &at("cancel"), "detail=Animatrice+absente");
        let cancelled = events(&test).await.remove(1);
        assert_eq!(cancelled.facts.status, Status::Cancelled);
        assert_eq!(cancelled.facts.status_detail.as_deref(), Some("Animatrice absente"));
        assert!(visit!(service, token, &at("delete"), "x=1").1.ends_with("done=delete"));
        assert_eq!(events(&test).await.len(), 1);
        assert_eq!(visit!(service, token, &at("edit"), "").0, StatusCode::NOT_FOUND);
    });
}

#[test]
fn each_page_of_the_desk_asks_who_one_is() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let editor = signed_in(&test, Role::Editor).await;
        let reception = signed_in(&test, Role::Reception).await;
        let admin = signed_in(&test, Role::Admin).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        visit!(service, editor, "/desk/events/new", FILLED);
        let id = events(&test).await[0].id;
        let mut pages = vec!["/desk/events/new".to_owned()];
        pages.extend(["copy", "edit", "cancel", "postpone", "delete"].map(|step| format!("/desk/events/{id}/{step}")));
        for page in &pages {
            for form in ["", "x=1"] {
                let visitor = visit!(service, "", page, form);
                assert_eq!(visitor.0, StatusCode::SEE_OTHER, "{page}");
                assert!(visitor.1.starts_with("/desk/sign-in"), "{page}");
                assert_eq!(
                    visit!(service, reception, page, form).0,
                    StatusCode::FORBIDDEN,
                    "{page}"
                );
            }
            assert_eq!(visit!(service, admin, page, "").0, StatusCode::OK, "{page}");
        }
        let (status, _, home) = visit!(service, reception, "/desk", "");
        assert_eq!(status, StatusCode::OK);
        assert!(
            home.contains("Les mardis numériques") && !home.contains("/desk/events/"),
            "reception reads"
        );
        assert_eq!(events(&test).await.len(), 1);
    });
}
