//! The web application, called without a socket.

mod api;
mod deliveries;
mod desk;
mod desk_network;
mod directory;
mod errors;
mod freshness;
mod headers;
mod merges;
mod operations;
mod origin;
mod public;
mod staff;

use actix_web::dev::ServiceResponse;

/// A header of the answer; empty when it is missing.
fn header_of<B>(response: &ServiceResponse<B>, name: impl actix_web::http::header::AsHeaderName) -> &str {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
