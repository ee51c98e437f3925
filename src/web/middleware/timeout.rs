//! A request that is sent or answered too slowly is given up, so that a sender of one byte a second holds nothing.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::web::Error;

/// Longer than the longest wait inside: five seconds for a connection, ten for a peer that is asked for its key.
const LONGEST: Duration = Duration::from_secs(30);

/// Middleware: answers 503 when nothing was answered in time.
///
/// # Errors
/// [`Error::TimedOut`].
pub async fn limit<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    tokio::time::timeout(LONGEST, next.call(req))
        .await
        .unwrap_or_else(|_| Err(Error::TimedOut.into()))
}
