//! One line a request: method, pattern of the route, status, duration, and a number that the answer carries too, so
//! that a person can quote it. Activities that an inbox takes in are told at the level `debug` only: a server that sends
//! thousands would fill the log, and a line costs as much as the signature. Never an address of a client, a query, a cookie or a token.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::route;
use crate::app::Node;
use crate::web::Error;

/// The header with the number of the request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware: writes the line.
///
/// # Errors
/// None of its own.
pub async fn log<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let start = Instant::now();
    let id = request_id(&req);
    let method = req.method().clone();
    let mut response = match next.call(req).await {
        Ok(response) => response,
        Err(error) => {
            // Given up by a middleware, which has no request left to answer: the framework answers.
            let status = error.as_response_error().status_code().as_u16();
            tracing::warn!(http.method = %method, http.status = status, request.id = id, fault = %error, "request given up");
            return Err(error);
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let route = route::of(response.request());
    let duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    let fault = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Error>())
        .and_then(fault);
    match fault {
        Some(fault) => {
            tracing::error!(http.method = %method, http.route = %route, http.status = status, duration_ms, request.id = id, fault, "request failed");
        }
        None if route::is_busy(response.request()) && status < 300 => {
            tracing::debug!(http.method = %method, http.route = %route, http.status = status, duration_ms, request.id = id, "request");
        }
        None => {
            tracing::info!(http.method = %method, http.route = %route, http.status = status, duration_ms, request.id = id, "request");
        }
    }
    Ok(response)
}

/// What went wrong on our side; a refusal of what was sent is no fault.
fn fault(error: &Error) -> Option<String> {
    match error {
        Error::Internal(text) => Some(text.clone()),
        Error::Unavailable(error) | Error::Full(error) => Some(error.to_string()),
        _ => None,
    }
}

/// Eight random bytes as hexadecimal.
fn request_id(req: &ServiceRequest) -> String {
    let mut bytes = [0; 8];
    if let Some(node) = req.app_data::<Data<Node>>() {
        node.random.fill(&mut bytes);
    }
    format!("{:016x}", u64::from_be_bytes(bytes))
}
