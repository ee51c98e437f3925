//! The staff's page of what waits for other servers, as a browser without scripts uses it.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::TimeDelta;
use maillage::domain::member::Role;
use maillage::store::{Conn, StoreError, backlog};
use maillage::web::{Shared, app};

use super::desk::{signed_in, visit};
use super::header_of;
use crate::support::node::{TestNode, morning, on_both};
use crate::support::outbox::{fail, record};

async fn prepared(test: &TestNode) {
    let prepare = |conn: &mut Conn| {
        record(conn, "bon.test", 1, morning());
        record(conn, "panne.test:8081", 2, morning() - TimeDelta::days(2));
        let next = morning() + TimeDelta::hours(2);
        fail(
            conn,
            "panne.test:8081",
            "503 <script>anne@panne.test</script>",
            morning(),
            next,
        );
        Ok::<_, StoreError>(())
    };
    test.node.store.write(prepare).await.expect("deliveries");
}

#[test]
fn each_server_is_told_of_in_plain_words() {
    on_both(async |test| {
        let admin = signed_in(&test, Role::Admin).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let (status, location, _) = visit!(service, "", "/desk/deliveries", "");
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/sign-in?next=%2Fdesk%2Fdeliveries")
        );
        let (status, _, page) = visit!(service, admin, "/desk/deliveries", "");
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Rien n’attend\u{a0}: tous les serveurs"), "{page}");
        assert!(
            visit!(service, admin, "/desk", "")
                .2
                .contains("href=\"/desk/deliveries\"")
        );

        prepared(&test).await;
        let page = visit!(service, admin, "/desk/deliveries", "").2.replace('\u{a0}', " ");
        for words in [
            "2 envois en attente",
            "Samedi 21 novembre, à 8 h",
            "Ce serveur est en panne.",
            "<code>503 …</code>",
            "Aujourd’hui, à 10 h",
            "1 envoi en attente",
            "Tout de suite",
            "action=\"/desk/deliveries/panne%2Etest%3A8081/retry\"",
            "href=\"/desk/deliveries/panne%2Etest%3A8081/give-up\"",
        ] {
            assert!(page.contains(words), "{words} is missing: {page}");
        }
        assert!(!page.contains("anne@") && !page.contains("<script>anne"), "{page}");
        let place = |host: &str| page.find(&format!("<h2>{host}")).expect("a server");
        assert!(
            place("panne.test:8081") < place("bon.test"),
            "those in trouble come first"
        );
    });
}

#[test]
fn a_retry_is_one_button_and_giving_up_asks_first() {
    on_both(async |test| {
        prepared(&test).await;
        let admin = signed_in(&test, Role::Admin).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let one = async || {
            let found = test.node.store.read(|conn| backlog::of(conn, "panne.test:8081")).await;
            found.expect("an answer").expect("the server")
        };
        let retry = "/desk/deliveries/panne%2Etest%3A8081/retry";
        let (status, location, _) = visit!(service, admin, retry, "x=");
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/deliveries?done=retry")
        );
        assert_eq!(one().await.host.next_attempt, Some(morning()));
        assert!(
            visit!(service, admin, &location, "")
                .2
                .contains("Un nouvel essai commence.")
        );

        let give_up = "/desk/deliveries/panne%2Etest%3A8081/give-up";
        let (_, _, question) = visit!(service, admin, give_up, "");
        assert!(
            question.contains("Abandonner ces envois\u{a0}?") && question.contains("panne.test:8081"),
            "{question}"
        );
        assert_eq!(one().await.waiting, 2, "a question closes nothing");
        let (_, location, _) = visit!(service, admin, give_up, "x=");
        assert_eq!(location, "/desk/deliveries?done=give-up");
        assert_eq!(one().await.waiting, 0);
        let (_, _, page) = visit!(service, admin, &location, "");
        assert!(
            page.contains("Ces envois sont abandonnés.") && page.contains("bon.test"),
            "{page}"
        );
        assert!(!page.contains("panne.test"), "{page}");
        for step in ["retry", "give-up"] {
            let path = format!("/desk/deliveries/nobody.test/{step}");
            assert_eq!(visit!(service, admin, &path, "x=").0, StatusCode::NOT_FOUND, "{step}");
        }
    });
}

#[test]
fn each_role_finds_what_it_may_do_and_no_other_site_does_it() {
    on_both(async |test| {
        prepared(&test).await;
        let editor = signed_in(&test, Role::Editor).await;
        let reception = signed_in(&test, Role::Reception).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        for (cookie, retries) in [(&editor, true), (&reception, false)] {
            let (status, _, page) = visit!(service, cookie, "/desk/deliveries", "");
            assert_eq!(status, StatusCode::OK);
            assert_eq!(page.contains("/retry\""), retries);
            assert!(!page.contains("/give-up\""), "{page}");
            let (status, ..) = visit!(service, cookie, "/desk/deliveries/bon.test/retry", "x=");
            assert_eq!(status == StatusCode::SEE_OTHER, retries, "{status}");
            for form in ["", "x="] {
                let (status, ..) = visit!(service, cookie, "/desk/deliveries/bon.test/give-up", form);
                assert_eq!(status, StatusCode::FORBIDDEN);
            }
        }
        let foreign = TestRequest::post()
            .uri("/desk/deliveries/bon.test/retry")
            .cookie(Cookie::new("maillage", editor))
            .insert_header(("Sec-Fetch-Site", "cross-site"))
            .to_request();
        assert_eq!(call_service(&service, foreign).await.status(), StatusCode::FORBIDDEN);
    });
}
