//! The member of the staff who signed in, by cookie. The name begins with `__Host-` on https, so that no other host
//! can set it (RFC 6265bis §4.1.3.2); on a trial without TLS browsers refuse that name.

use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::app::Node;
use crate::app::sign_in::{self, SignIn};
use crate::config::Config;
use crate::domain::member::Member;
use crate::web::Error;

/// A member who is signed in. A visitor is sent to the sign-in page.
#[derive(Debug, Clone)]
pub struct Staff(pub Member);

impl FromRequest for Staff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let wanted = || Error::SignInNeeded(page_to_return_to(&request));
            let node = request
                .app_data::<Data<Node>>()
                .ok_or_else(|| Error::Internal("no node".into()))?;
            let token = sign_in_token(&request).ok_or_else(wanted)?;
            sign_in::current(node, &token).await?.map(Self).ok_or_else(wanted)
        })
    }
}

/// After signing in one wants the page, not the form that was sent when the sign-in had ended.
fn page_to_return_to(request: &HttpRequest) -> String {
    match *request.method() {
        Method::GET => request.uri().to_string(),
        _ => "/desk".to_owned(),
    }
}

/// What the browser keeps of a sign-in, if anything.
pub fn sign_in_token(request: &HttpRequest) -> Option<String> {
    let node = request.app_data::<Data<Node>>()?;
    request
        .cookie(cookie_name(&node.config))
        .map(|cookie| cookie.value().to_owned())
}

/// The cookie of a sign-in that was just made.
pub fn cookie(config: &Config, started: &SignIn) -> Cookie<'static> {
    let expires = OffsetDateTime::from_unix_timestamp(started.expires.timestamp()).ok();
    let mut cookie = bare_cookie(config, started.token.clone());
    cookie.set_expires(expires);
    cookie
}

/// The cookie that takes the place of the one of a sign-in that ended.
pub fn expired_cookie(config: &Config) -> Cookie<'static> {
    let mut cookie = bare_cookie(config, String::new());
    cookie.make_removal();
    cookie
}

fn bare_cookie(config: &Config, value: String) -> Cookie<'static> {
    Cookie::build(cookie_name(config), value)
        .path("/")
        .secure(config.is_https())
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

fn cookie_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-maillage"
    } else {
        "maillage"
    }
}
