//! What anyone may read: pages, feeds, files. Every answer is a GET without side effects and can be revalidated.

pub mod about;
pub mod assets;
pub mod calendar;
pub mod centre;
pub mod directory;
pub mod event;
pub mod feeds;
mod frame;
pub mod network;

use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, Resource, Responder};

pub use frame::Frame;

/// The public routes. ActivityPub answers at `/events/{id}` and `/centres/{handle}` are registered before these, on
/// resources guarded by `Accept`: a resource whose guard says no is passed over.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(read("/", calendar::page))
        .service(read("/events/{id:[0-9a-fA-F-]{36}}.ics", event::ics))
        .service(read("/events/{id}", event::page))
        .service(read("/centres/{handle}", centre::page))
        .service(read("/network", network::page))
        .service(read("/network/directory", directory::page))
        .service(read("/network/directory.json", directory::json))
        .service(read("/network/directory.csv", directory::csv))
        .service(read("/sabonner", about::subscribe))
        .service(read("/accessibilite", about::accessibility))
        .service(read("/calendar.ics", feeds::ics))
        .service(read("/calendar.atom", feeds::atom))
        .service(read("/calendar.json", feeds::json))
        .service(read("/calendar.csv", feeds::csv))
        .service(read("/calendar.geojson", feeds::geojson))
        .service(read("/assets/{name}", assets::file))
        .service(read("/favicon.ico", assets::icon))
        .service(read("/robots.txt", about::robots));
}

/// GET and HEAD, which servers must treat alike (RFC 9110 §9.3.2).
fn read<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
}
