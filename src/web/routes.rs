//! Every address of the node, on one page.
//!
//! Parts register `resource(path).route(…)` and not `route(path, …)`: only a resource answers 405 with `Allow` to a
//! method it does not have.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, to};

use super::{Error, operations, public};

/// Adds the routes of every part. The order matters to nobody: no two parts share a path.
pub fn configure(routes: &mut ServiceConfig) {
    routes
        .configure(operations::configure)
        .configure(public::configure)
        .default_service(to(nowhere));
}

/// Whatever has no address.
async fn nowhere() -> HttpResponse {
    HttpResponse::from_error(Error::NotFound)
}
