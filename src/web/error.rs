//! What is answered when something cannot be: a page for people, problem+json (RFC 9457) for programs.
//!
//! Handlers return [`Error`]; [`render`], a middleware, gives it the form that fits the request, together with what the
//! framework refuses by itself (no such route, wrong method, unreadable body). A handler's own page, such as a form
//! that is shown again, is left as it is.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, error as framework, web};
use askama::Template;
use serde_json::{Value, json};

use crate::app::{self, Node};
use crate::domain::invalid::Refusal;
use crate::store::StoreError;
use crate::web::extract::locale::Reader;
use crate::web::view::message::{MessagePage, Problem};
use crate::web::view::{Page, Section};

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there.
    #[error("there is nothing at this address")]
    NotFound,
    /// Something was there.
    #[error("what was at this address has been removed")]
    Gone,
    /// The request cannot be read; the text says which part, in English.
    #[error("{0}")]
    Unreadable(String),
    /// Fields break rules.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A program without a token that is known.
    #[error("a valid bearer token is needed")]
    TokenNeeded,
    /// A person who has not signed in; carries the page they wanted.
    #[error("sign in first")]
    SignInNeeded(String),
    /// The role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// A form of another site.
    #[error("this form was not sent from our own pages")]
    ForeignForm,
    /// The body is longer than we read.
    #[error("the body is too large")]
    TooLarge,
    /// The body is of a type we do not read.
    #[error("the body has a type that is not read here")]
    UnsupportedType,
    /// Too many attempts; try again after the time given.
    #[error("too many attempts; try again later")]
    TooMany(Duration),
    /// The answer took too long.
    #[error("the request took too long")]
    TimedOut,
    /// The database does not answer just now.
    #[error("the node cannot answer just now")]
    Unavailable(#[source] StoreError),
    /// There is no room for what was sent.
    #[error("there is no space left on the disk of the node, or the disk fails: nothing was stored")]
    Full(#[source] StoreError),
    /// A fault of ours. The text is for the log only.
    #[error("something went wrong on our side")]
    Internal(String),
}

/// Where a person signs in.
pub const SIGN_IN: &str = "/desk/sign-in";

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            error @ StoreError::Disk(_) => Self::Full(error),
            error @ (StoreError::Pool(_)
            | StoreError::NotCommitted(_)
            | StoreError::Away(_)
            | StoreError::Cancelled) => Self::Unavailable(error),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Refused(refusal) => Self::Refused(refusal),
            app::Error::Forbidden => Self::Forbidden,
            app::Error::NotFound => Self::NotFound,
            app::Error::Store(error) => error.into(),
            app::Error::Stopping => Self::Unavailable(StoreError::Cancelled),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<framework::JsonPayloadError> for Error {
    fn from(error: framework::JsonPayloadError) -> Self {
        match error {
            framework::JsonPayloadError::Overflow { .. } | framework::JsonPayloadError::OverflowKnownLength { .. } => {
                Self::TooLarge
            }
            framework::JsonPayloadError::ContentType => Self::UnsupportedType,
            error => Self::Unreadable(error.to_string()),
        }
    }
}

impl From<framework::UrlencodedError> for Error {
    fn from(error: framework::UrlencodedError) -> Self {
        match error {
            framework::UrlencodedError::Overflow { .. } => Self::TooLarge,
            framework::UrlencodedError::ContentType => Self::UnsupportedType,
            error => Self::Unreadable(error.to_string()),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TokenNeeded => StatusCode::UNAUTHORIZED,
            Self::SignInNeeded(_) => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        match self {
            Self::TokenNeeded => _ = response.insert_header((header::WWW_AUTHENTICATE, "Bearer")),
            Self::SignInNeeded(wanted) => _ = response.insert_header((header::LOCATION, sign_in_for(wanted))),
            Self::TooMany(wait) => _ = response.insert_header((header::RETRY_AFTER, wait.as_secs() + 1)),
            Self::TimedOut | Self::Unavailable(_) | Self::Full(_) => {
                response.insert_header((header::RETRY_AFTER, 5));
            }
            _ => {}
        }
        response.finish()
    }
}

/// The sign-in page that leads on to `wanted`, a path of ours.
fn sign_in_for(wanted: &str) -> String {
    let next = percent_encoding::utf8_percent_encode(wanted, percent_encoding::NON_ALPHANUMERIC);
    format!("{SIGN_IN}?next={next}")
}

/// Middleware: gives every error that has no body of its own the form that fits the request.
///
/// # Errors
/// None of its own.
pub async fn render<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let answered = next.call(req).await?;
    let status = answered.status();
    let complete = answered
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if complete || !(status.is_client_error() || status.is_server_error()) {
        return Ok(answered.map_into_left_body());
    }
    let (request, response) = answered.into_parts();
    let error = response.error().and_then(|error| error.as_error::<Error>());
    let (kind, text) = if is_for_program(&request) {
        ("application/problem+json", problem(status, error).to_string())
    } else {
        ("text/html; charset=utf-8", page(&request, status, error))
    };
    let mut response = response.set_body(EitherBody::<B, BoxBody>::right(BoxBody::new(text)));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Accept"));
    Ok(ServiceResponse::new(request, response))
}

/// Addresses that programs call, and requests that ask for JSON and not for a page.
fn is_for_program(request: &HttpRequest) -> bool {
    const FOR_PROGRAMS: [&str; 9] = [
        "/api/",
        "/.well-known/",
        "/nodeinfo",
        "/inbox",
        "/outbox",
        "/groups/",
        "/actor",
        "/health/",
        "/metrics",
    ];
    let path = request.path();
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix))
        || (accept.contains("json") && !accept.contains("text/html"))
}

fn problem(status: StatusCode, error: Option<&Error>) -> Value {
    let title = status.canonical_reason().unwrap_or("Error");
    let mut problem = json!({ "type": "about:blank", "title": title, "status": status.as_u16() });
    if let Some(error) = error {
        problem["detail"] = error.to_string().into();
    }
    if let Some(Error::Refused(refusal)) = error {
        problem["detail"] = "Some fields cannot be accepted; nothing was stored.".into();
        problem["errors"] = refusal
            .0
            .iter()
            .map(|invalid| {
                json!({
                    "field": invalid.field,
                    "code": invalid.reason.code(),
                    "reason": invalid.reason.french(),
                    "reason_en": invalid.reason.english(),
                })
            })
            .collect();
    }
    problem
}

/// A page with what happened, in plain words, and a way out.
fn page(request: &HttpRequest, status: StatusCode, error: Option<&Error>) -> String {
    let t = Reader::of(request).t;
    let Some(node) = request.app_data::<web::Data<Node>>() else {
        return String::new();
    };
    let key = match (status, error) {
        (_, Some(Error::ForeignForm)) => "error-foreign-form",
        (_, Some(Error::Refused(_))) => "error-bad-request",
        (StatusCode::NOT_FOUND, _) => "error-not-found",
        (StatusCode::GONE, _) => "error-gone",
        (StatusCode::FORBIDDEN, _) => "error-forbidden",
        (StatusCode::TOO_MANY_REQUESTS, _) => "error-too-many",
        (StatusCode::SERVICE_UNAVAILABLE, _) => "error-unavailable",
        (StatusCode::INSUFFICIENT_STORAGE, _) => "error-full",
        _ if status.is_server_error() => "error-server",
        _ => "error-request",
    };
    let mut page = Page::new(
        t,
        &node.config.node.name,
        node.base(),
        request.path(),
        Section::Elsewhere,
        t.text(key),
    );
    page.indexed = false;
    let problems = match error {
        Some(Error::Refused(refusal)) => Problem::all(t, refusal),
        _ => Vec::new(),
    };
    let lines = vec![t.text(&format!("{key}-lead"))];
    MessagePage { page, lines, problems }
        .render()
        .unwrap_or_else(|_| t.text(key))
}
