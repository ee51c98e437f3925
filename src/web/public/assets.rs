//! `/assets/…`: stylesheet, fonts and pictograms, kept by browsers for ever since their address names their content.

use std::borrow::Cow;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpResponse, web};

use crate::web::Error;
use crate::web::view::assets::assets;

/// A file of the program.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn file(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let asset = assets().find(&name).ok_or(Error::NotFound)?;
    let body = match &asset.body {
        Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
        Cow::Owned(bytes) => web::Bytes::copy_from_slice(bytes),
    };
    let mut response = HttpResponse::Ok();
    response.content_type(asset.media_type);
    response.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    Ok(response.body(body))
}

/// Where browsers look without being told.
pub async fn icon() -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((LOCATION, assets().mark.as_str()))
        .finish()
}
