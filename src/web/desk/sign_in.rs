//! Signing in and out. A wrong address and a wrong password get the same answer, after the same time.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::{answer, page, see};
use crate::app::sign_in;
use crate::web::Error;
use crate::web::extract::{Client, cookie, expired_cookie, sign_in_token};
use crate::web::middleware::limit::Limits;
use crate::web::public::Frame;
use crate::web::view::desk::SignInPage;

/// Where to go once signed in.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
}

/// What is typed.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form.
///
/// # Errors
/// Only what the template refuses.
pub async fn show(frame: Frame, wanted: Query<Wanted>) -> Result<HttpResponse, Error> {
    form(&frame, StatusCode::OK, "", &wanted.next, None)
}

/// Tries the password; the browser keeps a token in return.
///
/// # Errors
/// Only what the database refuses.
pub async fn begin(
    frame: Frame,
    client: Client,
    limits: Data<Limits>,
    typed: Form<Typed>,
) -> Result<HttpResponse, Error> {
    if let Err(Error::TooMany(wait)) = limits.sign_in.check(&client) {
        let mut response = form(
            &frame,
            StatusCode::TOO_MANY_REQUESTS,
            &typed.email,
            &typed.next,
            Some("desk-too-many"),
        )?;
        let wait = header::HeaderValue::from(wait.as_secs() + 1);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
        return Ok(response);
    }
    let email = typed.email.trim();
    match sign_in::begin(&frame.node, email, &typed.password).await? {
        None => form(
            &frame,
            StatusCode::UNPROCESSABLE_ENTITY,
            email,
            &typed.next,
            Some("desk-wrong-password"),
        ),
        Some(started) => {
            let mut response = see(own_path(&typed.next));
            response
                .add_cookie(&cookie(&frame.node.config, &started))
                .map_err(|error| Error::Internal(error.to_string()))?;
            Ok(response)
        }
    }
}

/// Ends the sign-in, here and on the server.
///
/// # Errors
/// Only what the database refuses.
pub async fn end(frame: Frame, request: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(token) = sign_in_token(&request) {
        sign_in::end(&frame.node, &token).await?;
    }
    let mut response = see("/");
    response
        .add_cookie(&expired_cookie(&frame.node.config))
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(response)
}

fn form(
    frame: &Frame,
    status: StatusCode,
    email: &str,
    next: &str,
    error: Option<&str>,
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let template = SignInPage {
        page: page(frame, t.text("desk-sign-in")),
        email: email.to_owned(),
        next: next.to_owned(),
        error: error.map(|key| t.text(key)),
    };
    answer(status, &template, t)
}

/// A page of the desk, never an address elsewhere.
fn own_path(next: &str) -> &str {
    let ours = next == "/desk" || next.starts_with("/desk/") || next.starts_with("/desk?");
    let plain = next.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    if ours && plain { next } else { "/desk" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_to_pages_of_the_desk_only() {
        assert_eq!(own_path("/desk/events/new?centre=a"), "/desk/events/new?centre=a");
        for foreign in [
            "",
            "//evil.example",
            "https://evil.example/desk",
            "/deskevil",
            "/desk/\r\nSet-Cookie: a",
        ] {
            assert_eq!(own_path(foreign), "/desk", "{foreign}");
        }
    }
}
