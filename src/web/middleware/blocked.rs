//! Who is blocked reads nothing with its name: a signed request whose key is of a blocked host or actor is answered 403,
//! before any signature is checked. Inboxes look for themselves, so that it is counted there.

use actix_web::HttpResponse;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::web::Data;
use url::Url;

use crate::app::Node;
use crate::web::Error;

const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

/// Middleware: answers 403 to signed requests of the blocked.
///
/// # Errors
/// None of its own.
pub async fn check<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if req.method().is_safe()
        && let Some(key) = key_id(req.headers())
        && let Some(node) = req.app_data::<Data<Node>>()
        && node.federation.blocked.covers(&key)
    {
        let refused = HttpResponse::from_error(Error::Forbidden);
        return Ok(req.into_response(refused).map_into_right_body());
    }
    Ok(next.call(req).await?.map_into_left_body())
}

/// The key that a request says it is signed with: `keyId` of draft-cavage, `keyid` of RFC 9421.
fn key_id(headers: &HeaderMap) -> Option<Url> {
    let of = |name: &HeaderName, parameter: &str| {
        let text = headers.get(name)?.to_str().ok()?;
        let (_, rest) = text.split_once(parameter)?;
        Url::parse(rest.split('"').next()?).ok()
    };
    of(&SIGNATURE_INPUT, "keyid=\"").or_else(|| of(&SIGNATURE, "keyId=\""))
}
