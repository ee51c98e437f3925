//! Forms of other sites are refused (CSRF): a browser says where a request comes from.
//!
//! `Sec-Fetch-Site` decides where the browser sends it (every one since 2023, on https and localhost), `Origin`
//! otherwise. Concerned are unsafe methods that a foreign page could have a browser send: with a cookie, or with a form
//! as its body. Programs with a bearer token and servers that deliver to an inbox send neither.

use actix_web::HttpResponse;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::app::Node;
use crate::web::Error;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The bodies that a form of any site can send without asking (Fetch standard, CORS-safelisted types).
const FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Middleware: answers 403 to forms of other sites.
///
/// # Errors
/// None of its own.
pub async fn check<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let own = req
        .app_data::<Data<Node>>()
        .map(|node| node.config.server.base_url.origin().ascii_serialization());
    let unsafe_method = !req.method().is_safe();
    if unsafe_method && could_be_foreign(req.headers()) && !is_ours(req.headers(), own.as_deref()) {
        let refused = HttpResponse::from_error(Error::ForeignForm);
        return Ok(req.into_response(refused).map_into_right_body());
    }
    Ok(next.call(req).await?.map_into_left_body())
}

fn could_be_foreign(headers: &HeaderMap) -> bool {
    let kind = text(headers, &header::CONTENT_TYPE)
        .unwrap_or_default()
        .to_ascii_lowercase();
    headers.contains_key(header::COOKIE) || FORMS.iter().any(|form| kind.starts_with(form))
}

fn is_ours(headers: &HeaderMap, own: Option<&str>) -> bool {
    match (text(headers, &SEC_FETCH_SITE), text(headers, &header::ORIGIN)) {
        // `none`: typed, bookmarked, reloaded by the person.
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => Some(origin) == own,
        // No browser sends a form without either: this is a program, which chooses its cookies itself.
        (None, None) => true,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}
