//! Errors as people and programs see them.

use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{Json, Path, post, resource};
use actix_web::{HttpResponse, HttpResponseBuilder};
use maillage::domain::invalid::{Invalid, Reason, Refusal};
use maillage::web::routes::configure;
use maillage::web::{Error, Shared, app_of};
use serde_json::Value;

use super::header_of;
use crate::support::node::on_both;

async fn refuse() -> Result<HttpResponse, Error> {
    Err(Refusal(vec![
        Invalid::new("title", Reason::Required),
        Invalid::new("place.postcode", Reason::NotAPostcode),
    ])
    .into())
}

async fn own_page() -> HttpResponse {
    HttpResponseBuilder::new(StatusCode::UNPROCESSABLE_ENTITY)
        .content_type("text/html")
        .body("<form>again</form>")
}

async fn number(path: Path<u32>, body: Json<Value>) -> String {
    format!("{path} {body}")
}

async fn broken() -> Result<HttpResponse, Error> {
    Err(Error::Internal("the secret of the database".into()))
}

macro_rules! service {
    ($test:expr) => {
        init_service(app_of(Shared::new($test.node), |routes| {
            routes
                .service(resource("/api/v1/refuse").route(post().to(refuse)))
                .service(resource("/refuse").route(post().to(refuse)))
                .service(resource("/own").route(post().to(own_page)))
                .service(resource("/api/v1/number/{n}").route(post().to(number)))
                .service(resource("/broken").route(post().to(broken)))
                .configure(configure);
        }))
        .await
    };
}

#[test]
fn a_person_gets_a_page_and_a_program_gets_a_problem() {
    on_both(async |test| {
        let service = service!(test);
        for (path, accept, kind) in [
            ("/nowhere", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
            ("/nowhere", "*/*", "text/html"),
            ("/nowhere", "application/activity+json", "application/problem+json"),
            ("/api/v1/nowhere", "*/*", "application/problem+json"),
            ("/api/v1/nowhere", "text/html", "application/problem+json"),
        ] {
            let request = TestRequest::with_uri(path)
                .insert_header((header::ACCEPT, accept))
                .to_request();
            let response = call_service(&service, request).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
            let found = header_of(&response, header::CONTENT_TYPE);
            assert!(found.starts_with(kind), "{path} {accept}: {found}");
        }
        let request = TestRequest::with_uri("/nowhere")
            .insert_header((header::ACCEPT_LANGUAGE, "fr"))
            .to_request();
        let page = read_body(call_service(&service, request).await).await;
        assert!(
            String::from_utf8_lossy(&page).contains("Cette page n’existe pas"),
            "{page:?}"
        );
    });
}

#[test]
fn a_refusal_names_each_field_with_its_reason() {
    on_both(async |test| {
        let service = service!(test);
        let response = call_service(&service, TestRequest::post().uri("/api/v1/refuse").to_request()).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = serde_json::from_slice(&read_body(response).await).expect("JSON");
        assert_eq!(problem["status"], 422);
        assert_eq!(problem["errors"][1]["field"], "place.postcode");
        assert_eq!(problem["errors"][1]["code"], "not-a-postcode");
        assert_eq!(problem["errors"][0]["reason"], "À remplir.");
        let page = read_body(call_service(&service, TestRequest::post().uri("/refuse").to_request()).await).await;
        assert!(String::from_utf8_lossy(&page).contains("place.postcode"), "{page:?}");
    });
}

#[test]
fn a_page_of_a_handler_is_left_as_it_is() {
    on_both(async |test| {
        let service = service!(test);
        let response = call_service(&service, TestRequest::post().uri("/own").to_request()).await;
        assert_eq!(read_body(response).await, "<form>again</form>");
    });
}

#[test]
fn what_the_framework_refuses_is_answered_alike() {
    on_both(async |test| {
        let service = service!(test);
        let long = "x".repeat(300 * 1024);
        let json = ("Content-Type", "application/json");
        for (request, status) in [
            (
                TestRequest::post()
                    .uri("/api/v1/number/1")
                    .insert_header(json)
                    .set_payload("{"),
                400,
            ),
            (
                TestRequest::post()
                    .uri("/api/v1/number/1")
                    .insert_header(json)
                    .set_payload(long),
                413,
            ),
            (TestRequest::post().uri("/api/v1/number/1").set_payload("{}"), 415),
            (
                TestRequest::post()
                    .uri("/api/v1/number/x")
                    .insert_header(json)
                    .set_payload("{}"),
                404,
            ),
            (TestRequest::default().method(Method::PATCH).uri("/api/v1/refuse"), 405),
        ] {
            let response = call_service(&service, request.to_request()).await;
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(
                header_of(&response, header::CONTENT_TYPE),
                "application/problem+json",
                "{status}"
            );
            assert!(status != 405 || header_of(&response, header::ALLOW) == "POST");
            let problem: Value = serde_json::from_slice(&read_body(response).await).expect("JSON");
            assert_eq!(problem["status"], status);
        }
    });
}

#[test]
fn a_fault_of_ours_tells_nothing_of_the_inside() {
    on_both(async |test| {
        let service = service!(test);
        let response = call_service(&service, TestRequest::post().uri("/broken").to_request()).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.headers().contains_key("x-request-id"));
        let page = String::from_utf8(read_body(response).await.to_vec()).expect("text");
        assert!(!page.contains("secret") && page.contains("<h1>"), "{page}");
    });
}
