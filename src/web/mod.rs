//! HTTP: routes, what is read from requests, what is answered. Reads through `store`, writes only through `app`.

pub mod api;
mod desk;
mod error;
pub mod extract;
mod fediverse;
mod inbox;
pub mod middleware;
mod operations;
pub mod public;
pub mod routes;
mod serve;
pub mod view;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig, scope};
use actix_web::{App, error as framework};

use crate::app::Node;
use middleware::limit::Limits;
use middleware::{blocked, headers, metrics, origin, timeout, trace};

pub use error::{Error, SIGN_IN};
pub use serve::{Serving, serve};

/// Longest JSON or form that is read, in bytes: an event with every field full takes a tenth of it.
const LONGEST_BODY: usize = 256 * 1024;

/// What all threads of a server share.
#[derive(Clone)]
pub struct Shared {
    node: Data<Node>,
    limits: Data<Limits>,
}

impl Shared {
    /// For the server of `node`.
    pub fn new(node: Node) -> Self {
        Self {
            node: Data::new(node),
            limits: Data::new(Limits::default()),
        }
    }
}

/// The application, as each thread of the server (and each test) makes it.
///
/// A request meets the middleware from the bottom of the list to its top: it is logged and counted whatever happens,
/// every answer has the protective headers, an error its page, and a form of another site reaches no handler. What is sent
/// to an inbox meets none of it (`fediverse::inboxes`).
pub fn app(
    shared: Shared,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    app_of(shared, routes::configure)
}

/// [`app`] with other routes behind the same middleware.
pub fn app_of(
    shared: Shared,
    routes: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(shared.node)
        .app_data(shared.limits)
        .configure(limit_bodies)
        .configure(fediverse::inboxes)
        .service(
            scope("")
                .wrap(from_fn(timeout::limit))
                .wrap(from_fn(origin::check))
                .wrap(from_fn(blocked::check))
                .wrap(from_fn(error::render))
                .wrap(from_fn(headers::add))
                .wrap(Compress::default())
                .wrap(from_fn(metrics::count))
                .wrap(from_fn(trace::log))
                .configure(routes),
        )
}

/// What extractors refuse becomes one of our errors, so that it is answered like any other.
fn limit_bodies(parts: &mut ServiceConfig) {
    let unreadable = |text: String| actix_web::Error::from(Error::Unreadable(text));
    parts
        .app_data(PayloadConfig::new(LONGEST_BODY))
        .app_data(
            JsonConfig::default()
                .limit(LONGEST_BODY)
                .error_handler(|error, _| Error::from(error).into()),
        )
        .app_data(
            FormConfig::default()
                .limit(LONGEST_BODY)
                .error_handler(|error, _| Error::from(error).into()),
        )
        .app_data(QueryConfig::default().error_handler(move |error, _| unreadable(error.to_string())))
        .app_data(PathConfig::default().error_handler(|_: framework::PathError, _| Error::NotFound.into()));
}
