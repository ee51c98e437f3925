//! For those who run the node: is it alive, is it ready, what is it doing.

use actix_web::http::header;
use actix_web::web::{Data, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::Error;
use super::extract::{Client, bearer_token};
use crate::app::{Node, health};

/// `/health/live`, `/health/ready`, `/metrics`.
pub fn configure(routes: &mut ServiceConfig) {
    routes
        .service(resource("/health/live").route(get().to(live)))
        .service(resource("/health/ready").route(get().to(ready)))
        .service(resource("/metrics").route(get().to(metrics)));
}

/// The process answers.
async fn live() -> HttpResponse {
    said("live\n")
}

/// The database answers and is up to date.
async fn ready(node: Data<Node>) -> Result<HttpResponse, Error> {
    health::ready(&node).await.map_err(Error::Unavailable)?;
    Ok(said("ready\n"))
}

/// Counters in the OpenMetrics text format, to this machine or to who has the token.
async fn metrics(request: HttpRequest, node: Data<Node>) -> Result<HttpResponse, Error> {
    let token = node.config.metrics.token.as_ref();
    let known = bearer_token(&request)
        .zip(token)
        .is_some_and(|(given, token)| verify_slices_are_equal(given.as_bytes(), token.expose().as_bytes()).is_ok());
    if !known && !Client::is_this_machine(&request) {
        return Err(if token.is_some() {
            Error::TokenNeeded
        } else {
            Error::Forbidden
        });
    }
    let text = node
        .metrics
        .text(health::queue(&node).await?)
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text))
}

fn said(word: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(word)
}
