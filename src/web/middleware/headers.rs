//! Headers with which a browser protects the reader: own scripts and styles only, no framing, no address of the page
//! told to others, TLS from now on where there is TLS.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::app::Node;

/// Everything comes from the node itself. `data:` lets a stylesheet carry a small picture.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A year, subdomains left to their owner (RFC 6797).
const TLS_ONLY: &str = "max-age=31536000";

/// Middleware: adds the headers that a handler has not set itself (an embedded calendar may be framed, say).
///
/// # Errors
/// None of its own.
pub async fn add<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let https = req.app_data::<Data<Node>>().is_some_and(|node| node.config.is_https());
    let mut response = next.call(req).await?;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(
        header::PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    Ok(response)
}
