//! Forms of other sites.

use actix_web::HttpResponse;
use actix_web::http::header::{COOKIE, ORIGIN};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{get, post};
use maillage::web::{Shared, app_of};

use crate::support::database::Database;
use crate::support::node::TestNode;

const FORM: &str = "application/x-www-form-urlencoded";

async fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[actix_web::test]
async fn only_our_own_pages_may_send_forms() {
    let database = Database::sqlite();
    let test = TestNode::open(&database).await;
    let probe = app_of(Shared::new(test.node), |routes| {
        routes.route("/probe", post().to(done)).route("/read", get().to(done));
    });
    let service = init_service(probe).await;
    let post = || TestRequest::post().uri("/probe");
    let form = || post().insert_header(("Content-Type", FORM));
    let with_cookie = || post().insert_header((COOKIE, "maillage=x"));
    let site = |word| ("Sec-Fetch-Site", word);
    for (name, request, status) in [
        ("own form", form().insert_header(site("same-origin")), 204),
        ("form of another site", form().insert_header(site("cross-site")), 403),
        ("form of a neighbour host", form().insert_header(site("same-site")), 403),
        (
            "cookie from another site",
            with_cookie().insert_header(site("cross-site")),
            403,
        ),
        (
            "old browser, own page",
            form().insert_header((ORIGIN, "http://un.test:8080")),
            204,
        ),
        (
            "old browser, other port",
            form().insert_header((ORIGIN, "http://un.test:8081")),
            403,
        ),
        (
            "old browser, other site",
            with_cookie().insert_header((ORIGIN, "https://evil.example")),
            403,
        ),
        ("sandboxed frame", form().insert_header((ORIGIN, "null")), 403),
        (
            "header of foreign bytes",
            form().insert_header((ORIGIN, &b"http://un.test:8080\xff"[..])),
            403,
        ),
        (
            "upper-case type",
            post()
                .insert_header(("Content-Type", "Text/Plain"))
                .insert_header(site("cross-site")),
            403,
        ),
        (
            "program with JSON",
            post().insert_header(("Content-Type", "application/json")),
            204,
        ),
        (
            "server's delivery",
            post().insert_header(("Content-Type", "application/activity+json")),
            204,
        ),
        (
            "reading from anywhere",
            TestRequest::get().uri("/read").insert_header(site("cross-site")),
            204,
        ),
    ] {
        let response = call_service(&service, request.to_request()).await;
        assert_eq!(response.status().as_u16(), status, "{name}");
    }
}
