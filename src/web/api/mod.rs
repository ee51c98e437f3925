//! The JSON interface for other software, `/api/v1`. `openapi.json` describes it; a test holds the two together.
//!
//! What anyone may see is read without a token; a token acts with the role of its member.

mod blocks;
mod calendar;
mod deliveries;
mod directory;
mod events;
mod followers;
mod follows;
mod list;
mod merges;
mod networks;
mod openapi;

use actix_web::http::header;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route, guard};
use chrono::SecondsFormat;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Error;
use super::extract::Bearer;
use crate::domain::time::Instant;

/// The routes of the interface.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/openapi.json").route(read().to(openapi::document)))
        .service(
            web::resource("/api/v1/events")
                .route(read().to(events::list))
                .route(web::post().to(events::create)),
        )
        .service(
            web::resource("/api/v1/events/{id}")
                .route(read().to(events::show))
                .route(web::patch().to(events::amend))
                .route(web::delete().to(events::delete)),
        )
        .service(web::resource("/api/v1/events/{id}/cancel").route(web::post().to(events::cancel)))
        .service(web::resource("/api/v1/calendar").route(read().to(calendar::list)))
        .service(web::resource("/api/v1/directory").route(read().to(directory::list)))
        .service(
            web::resource("/api/v1/follows")
                .route(read().to(follows::list))
                .route(web::post().to(follows::create)),
        )
        .service(web::resource("/api/v1/follows/preview").route(web::post().to(follows::preview)))
        .service(
            web::resource("/api/v1/follows/{id}")
                .route(read().to(follows::show))
                .route(web::delete().to(follows::delete)),
        )
        .service(web::resource("/api/v1/followers").route(read().to(followers::list)))
        .service(web::resource("/api/v1/followers/requests").route(read().to(followers::requests)))
        .service(web::resource("/api/v1/followers/requests/{id}/accept").route(web::post().to(followers::accept)))
        .service(web::resource("/api/v1/followers/requests/{id}/refuse").route(web::post().to(followers::refuse)))
        .service(
            web::resource("/api/v1/followers/admission")
                .route(read().to(followers::admission))
                .route(web::put().to(followers::set_admission)),
        )
        .service(web::resource("/api/v1/followers/{id}").route(web::delete().to(followers::remove)))
        .service(
            web::resource("/api/v1/blocks")
                .route(read().to(blocks::list))
                .route(web::post().to(blocks::create)),
        )
        .service(web::resource("/api/v1/blocks/{target}").route(web::delete().to(blocks::delete)))
        .service(web::resource("/api/v1/merges").route(read().to(merges::list)))
        .service(web::resource("/api/v1/merges/{one}/{other}/separate").route(web::post().to(merges::separate)))
        .service(web::resource("/api/v1/merges/{one}/{other}/join").route(web::post().to(merges::join)))
        .service(web::resource("/api/v1/networks/{handle}").route(read().to(networks::show)))
        .service(web::resource("/api/v1/networks/{handle}/rule").route(web::put().to(networks::set_rule)))
        .service(
            web::resource("/api/v1/networks/{handle}/members/{member}")
                .route(web::put().to(networks::put_member))
                .route(web::delete().to(networks::remove_member)),
        )
        .service(web::resource("/api/v1/networks/{handle}/decisions").route(web::post().to(networks::decide)))
        .service(web::resource("/api/v1/deliveries").route(read().to(deliveries::list)))
        .service(web::resource("/api/v1/deliveries/{host}/retry").route(web::post().to(deliveries::retry)))
        .service(web::resource("/api/v1/deliveries/{host}/give-up").route(web::post().to(deliveries::give_up)));
}

fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Whether the token may publish.
fn may_publish(bearer: &Bearer) -> Result<(), Error> {
    if bearer.0.role.may_publish() {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// Whether the token may follow peers, and give up what waits for them.
fn may_administer(bearer: &Bearer) -> Result<(), Error> {
    if bearer.0.role.may_administer() {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// A body of JSON, after the token was looked at; where one may be left out, nothing is `null`.
fn body(request: &HttpRequest, bytes: &Bytes) -> Result<Value, Error> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if bytes.is_empty() && kind.is_empty() {
        return Ok(Value::Null);
    }
    if kind != "application/json" && !kind.ends_with("+json") {
        return Err(Error::UnsupportedType);
    }
    serde_json::from_slice(bytes).map_err(|error| Error::Unreadable(format!("the body is not JSON: {error}")))
}

/// The fields of a body; the error names the one that is wrong.
fn fields<T: DeserializeOwned>(body: Value) -> Result<T, Error> {
    serde_json::from_value(body).map_err(|error| Error::Unreadable(error.to_string()))
}

/// RFC 3339 in UTC.
fn stamp(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// An answer that anyone may read from any site.
fn open(value: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(value)
}

/// An answer to the holder of a token alone.
fn private(value: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(value)
}
