//! Every address of the node, on one page.
//!
//! Parts register `resource(path).route(…)` and not `route(path, …)`: only a resource answers 405 with `Allow` to a
//! method it does not have.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, to};

use super::{Error, api, desk, fediverse, operations, public};

/// Adds the routes of every part. Federation comes before the pages: where both have an address, it takes the requests
/// whose `Accept` asks for ActivityPub. No other two parts share a path.
pub fn configure(routes: &mut ServiceConfig) {
    routes
        .configure(operations::configure)
        .configure(fediverse::configure)
        .configure(api::configure)
        .configure(desk::configure)
        .configure(public::configure)
        .default_service(to(nowhere));
}

/// Whatever has no address.
async fn nowhere() -> HttpResponse {
    HttpResponse::from_error(Error::NotFound)
}
