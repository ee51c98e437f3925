//! `/assets/…`: stylesheet, fonts and pictograms, kept by browsers for ever since their address names their content.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpResponse, web};

use super::Frame;
use crate::web::view::assets::assets;

/// A file of the program.
pub async fn file(frame: Frame, name: web::Path<String>) -> HttpResponse {
    match assets().find(&name) {
        Some(asset) => HttpResponse::Ok()
            .content_type(asset.media_type)
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            // Fonts are fetched in CORS mode; a page of another origin gains nothing by them.
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(match &asset.body {
                std::borrow::Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => web::Bytes::copy_from_slice(bytes),
            }),
        None => frame.not_found(),
    }
}

/// Where browsers look without being told.
pub async fn icon() -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((LOCATION, assets().mark.as_str()))
        .finish()
}
