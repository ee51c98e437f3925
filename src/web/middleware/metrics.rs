//! Counts every answer by route, method and status, and measures the time to it.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::route;
use crate::app::Node;

/// Middleware: counts.
///
/// # Errors
/// None of its own.
pub async fn count<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let start = Instant::now();
    let method = word(req.method());
    let response = next.call(req).await?;
    let request = response.request();
    if let Some(node) = request.app_data::<Data<Node>>() {
        node.metrics
            .request(route::of(request), method, response.status().as_u16(), start.elapsed());
    }
    Ok(response)
}

/// A method that somebody made up must not make a new series.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
