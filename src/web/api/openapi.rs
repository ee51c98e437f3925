//! `/api/openapi.json`: the contract of the interface, kept by hand.

use actix_web::HttpResponse;
use actix_web::http::header;

/// OpenAPI 3.1.
const DOCUMENT: &str = include_str!("openapi.json");

/// The document.
pub async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(DOCUMENT)
}
