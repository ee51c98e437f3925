//! Who a handler believes to be at the other end: staff by cookie, programs by token, and how often one may try.

use std::net::SocketAddr;

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{Data, get, post};
use maillage::app::sign_in;
use maillage::config::Config;
use maillage::domain::member::Role;
use maillage::web::extract::{Bearer, Client, Staff, cookie, expired_cookie};
use maillage::web::middleware::limit::Limits;
use maillage::web::routes::configure;
use maillage::web::{Error, Shared, app_of};
use url::Url;

use super::header_of;
use crate::support::database::Database;
use crate::support::node::{PASSWORD, TestNode, on_both};

async fn staff(staff: Staff) -> String {
    staff.0.email
}

async fn program(bearer: Bearer) -> String {
    bearer.0.email
}

async fn limited(client: Client, limits: Data<Limits>) -> Result<String, Error> {
    limits.sign_in.check(&client)?;
    Ok("tried".into())
}

macro_rules! service {
    ($node:expr) => {
        init_service(app_of(Shared::new($node), |routes| {
            routes
                .route("/desk/probe", get().to(staff))
                .route("/desk/probe", post().to(staff))
                .route("/api/v1/probe", get().to(program))
                .route("/limited", post().to(limited))
                .configure(configure);
        }))
        .await
    };
}

#[test]
fn a_cookie_of_a_sign_in_opens_the_desk_until_it_ends() {
    on_both(async |test| {
        test.member(Role::Editor).await;
        let started = sign_in::begin(&test.node, "editor@centre.example", PASSWORD)
            .await
            .expect("answer");
        let started = started.expect("signed in");
        let service = service!(test.node.clone());
        let visit = |value: &str| {
            TestRequest::with_uri("/desk/probe?day=1")
                .cookie(Cookie::new("maillage", value.to_owned()))
                .to_request()
        };
        let response = call_service(&service, visit(&started.token)).await;
        assert_eq!(read_body(response).await, "editor@centre.example");
        sign_in::end(&test.node, &started.token).await.expect("ended");
        for request in [
            visit(&started.token),
            visit("made up"),
            TestRequest::with_uri("/desk/probe?day=1").to_request(),
        ] {
            let response = call_service(&service, request).await;
            assert_eq!(response.status(), StatusCode::SEE_OTHER);
            assert_eq!(
                header_of(&response, header::LOCATION),
                "/desk/sign-in?next=%2Fdesk%2Fprobe%3Fday%3D1"
            );
        }
        let sent = call_service(&service, TestRequest::post().uri("/desk/probe").to_request()).await;
        assert_eq!(header_of(&sent, header::LOCATION), "/desk/sign-in?next=%2Fdesk");
    });
}

#[actix_web::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_other_hosts() {
    let database = Database::sqlite();
    let test = TestNode::open(&database).await;
    test.member(Role::Editor).await;
    let started = sign_in::begin(&test.node, "editor@centre.example", PASSWORD)
        .await
        .expect("answer");
    let started = started.expect("signed in");
    let https = Config::new(Url::parse("https://agenda.example").expect("url"), database.folder());
    let written = cookie(&https, &started).to_string();
    assert!(written.starts_with("__Host-maillage="), "{written}");
    for part in [
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/",
        "Expires=Mon, 07 Dec 2026 07:00:00 GMT",
    ] {
        assert!(written.contains(part), "{part} is missing: {written}");
    }
    assert!(!written.contains("Domain"));
    assert!(cookie(&test.node.config, &started).to_string().starts_with("maillage="));
    assert!(expired_cookie(&https).to_string().contains("Max-Age=0"));
}

#[test]
fn a_program_needs_a_token_in_its_header() {
    on_both(async |test| {
        let token = test.token(Role::Editor).await;
        let service = service!(test.node);
        let call = |value: &str| {
            TestRequest::with_uri("/api/v1/probe")
                .insert_header((header::AUTHORIZATION, value.to_owned()))
                .to_request()
        };
        let response = call_service(&service, call(&format!("bearer {token}"))).await;
        assert_eq!(read_body(response).await, "editor@centre.example");
        for value in ["Bearer made-up", "Bearer", &format!("Basic {token}"), &token] {
            let response = call_service(&service, call(value)).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{value}");
            assert_eq!(header_of(&response, header::WWW_AUTHENTICATE), "Bearer");
        }
        let in_query = TestRequest::with_uri(&format!("/api/v1/probe?access_token={token}")).to_request();
        assert_eq!(
            call_service(&service, in_query).await.status(),
            StatusCode::UNAUTHORIZED
        );
    });
}

#[actix_web::test]
async fn a_client_may_try_ten_times_and_another_one_is_not_concerned() {
    let database = Database::sqlite();
    let test = TestNode::open(&database).await;
    let service = service!(test.node);
    let attempt = |address: &str| {
        let address = SocketAddr::new(address.parse().expect("an address"), 4000);
        TestRequest::post().uri("/limited").peer_addr(address).to_request()
    };
    for time in 0..10 {
        let response = call_service(&service, attempt(&format!("2001:db8::{time:x}"))).await;
        assert_eq!(response.status(), StatusCode::OK, "attempt {time}");
    }
    let response = call_service(&service, attempt("2001:db8::ffff")).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = header_of(&response, header::RETRY_AFTER).parse().expect("seconds");
    assert!((1..=11).contains(&wait), "{wait}");
    assert_eq!(
        call_service(&service, attempt("2001:db8:0:1::1")).await.status(),
        StatusCode::OK
    );
}
