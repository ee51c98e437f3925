//! `/api/openapi.json`: the contract of the interface, kept by hand.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::packed;
use crate::web::Error;

/// OpenAPI 3.1: `openapi.json`, as `build.rs` compresses it.
const DOCUMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

/// The document.
///
/// # Errors
/// Only when the program was built wrong.
pub async fn document() -> Result<HttpResponse, Error> {
    let document = packed::text(DOCUMENT).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(document))
}
