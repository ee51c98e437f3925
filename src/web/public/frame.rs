//! What every public answer shares: the node, the reader's language, revalidation.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, ETAG, IF_NONE_MATCH, LAST_MODIFIED, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use aws_lc_rs::digest;
use chrono::NaiveDate;

use crate::app::Node;
use crate::domain::time::Instant;
use crate::federation::urls::Urls;
use crate::locale::Locale;
use crate::web::Error;
use crate::web::extract::locale::Reader;
use crate::web::view::assets::assets;
use crate::web::view::{Page, Section};

/// Sessions begin and end on the quarter: within one, the calendar changes only when its content does.
const SLOT_SECONDS: i64 = 15 * 60;

/// One request to read something.
#[derive(Clone)]
pub struct Frame {
    /// The node.
    pub node: Node,
    /// The texts.
    pub t: Locale,
    /// When it was asked.
    pub now: Instant,
    /// The path and query.
    pub path: String,
    /// The query alone.
    pub query: String,
    reader: Reader,
    if_none_match: String,
}

impl FromRequest for Frame {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or_else(|| ErrorInternalServerError("no node in the application data")))
    }
}

impl Frame {
    /// The frame of `request`; `None` when the application was built without a node.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let node = Node::clone(request.app_data::<web::Data<Node>>()?);
        let reader = Reader::of(request);
        let header = request
            .headers()
            .get(IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        Some(Self {
            t: reader.t,
            now: node.now(),
            path: request
                .uri()
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default(),
            query: request.query_string().to_owned(),
            if_none_match: header.unwrap_or_default().to_owned(),
            reader,
            node,
        })
    }

    /// Today, on the node's wall clock.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.node.config.node.timezone).date_naive()
    }

    /// The addresses of what is ours.
    pub fn addresses(&self) -> &Urls {
        &self.node.federation.urls
    }

    /// The frame of a page.
    pub fn page(&self, section: Section, title: impl Into<String>) -> Page {
        Page::new(
            self.t,
            &self.node.config.node.name,
            self.node.base(),
            &self.path,
            section,
            title,
        )
    }

    /// The validator of what stands at this address while the store's change stamp is `stamp`: it also depends on the
    /// language, on the time (today, what is over) and on the program (its stylesheet).
    pub fn etag(&self, stamp: i64) -> String {
        self.etag_with(stamp, "")
    }

    /// [`Frame::etag`] of a page that shows `more` than the calendar's stamp covers.
    pub fn etag_with(&self, stamp: i64, more: &str) -> String {
        let slot = self.now.timestamp().div_euclid(SLOT_SECONDS);
        let parts = [
            self.path.as_str(),
            self.t.tag(),
            &self.node.config.node.name,
            &assets().style,
            env!("CARGO_PKG_VERSION"),
            &stamp.to_string(),
            &slot.to_string(),
            more,
        ];
        let hash = digest::digest(&digest::SHA256, parts.join("\n").as_bytes());
        let short: String = hash
            .as_ref()
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        // Weak: compression changes the bytes, not the meaning (RFC 9110 §8.8.1).
        format!("W/\"{short}\"")
    }

    /// Whether the reader already has what `etag` names (RFC 9110 §13.1.2).
    pub fn has(&self, etag: &str) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        self.if_none_match
            .split(',')
            .any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
    }

    /// 304.
    pub fn not_modified(&self, etag: &str) -> HttpResponse {
        let mut response = HttpResponse::NotModified();
        response
            .insert_header((ETAG, etag))
            .insert_header((CACHE_CONTROL, "public, no-cache"));
        response.insert_header((VARY, "Accept, Cookie"));
        response.finish()
    }

    /// A page that can be revalidated by `etag`.
    ///
    /// # Errors
    /// Only a formatter that fails, which a String's does not.
    pub fn html(&self, template: &impl Template, etag: &str, modified: Option<Instant>) -> Result<HttpResponse, Error> {
        let html = template.render().map_err(|error| Error::Internal(error.to_string()))?;
        let mut response = HttpResponse::Ok();
        response
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_LANGUAGE, self.t.tag()));
        response.insert_header((VARY, "Accept, Cookie"));
        response
            .insert_header((CACHE_CONTROL, "public, no-cache"))
            .insert_header((ETAG, etag));
        if let Some(modified) = modified {
            response.insert_header((LAST_MODIFIED, httpdate::fmt_http_date(modified.into())));
        }
        if let Some(cookie) = self.reader.cookie() {
            response.cookie(cookie);
        }
        Ok(response.body(html))
    }

    /// A feed that can be revalidated by `etag`.
    pub fn feed(&self, media_type: &str, body: String, etag: &str) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response.content_type(media_type).insert_header((ETAG, etag));
        response.insert_header((CACHE_CONTROL, "public, no-cache"));
        response.insert_header((VARY, "Cookie"));
        // Feeds hold no secret: other sites may show them.
        response.insert_header(("Access-Control-Allow-Origin", "*"));
        response.body(body)
    }
}
