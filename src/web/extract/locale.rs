//! The language of a page: `?lang=`, then the cookie that remembers it, else French.
//!
//! `Accept-Language` is not read: what centres write is French, and a page half in the browser's language helps nobody
//! who did not ask for it.

use std::future::{Ready, ready};

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::locale::Locale;

/// Remembers a language chosen by hand until the browser closes; says nothing of who reads.
const COOKIE: &str = "lang";

/// The reader's language.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The texts to use.
    pub t: Locale,
    /// Whether it was chosen in this very address.
    chosen: bool,
}

impl Reader {
    /// The language of `request`.
    pub fn of(request: &HttpRequest) -> Self {
        let asked = query_language(request.query_string());
        let remembered = || {
            request
                .cookie(COOKIE)
                .and_then(|cookie| Locale::from_tag(cookie.value()))
        };
        Self {
            t: asked.or_else(remembered).unwrap_or_else(Locale::french),
            chosen: asked.is_some(),
        }
    }

    /// The cookie to set when the language was chosen by hand.
    pub fn cookie(&self) -> Option<Cookie<'static>> {
        self.chosen.then(|| {
            Cookie::build(COOKIE, self.t.tag())
                .path("/")
                .same_site(SameSite::Lax)
                .http_only(true)
                .finish()
        })
    }
}

impl FromRequest for Reader {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

fn query_language(query: &str) -> Option<Locale> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("lang="))?;
    Locale::from_tag(value)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_address_wins_over_the_cookie_and_french_over_the_browser() {
        let request = |uri: &str, cookie: Option<&'static str>| {
            let base = TestRequest::with_uri(uri).insert_header(("Accept-Language", "en"));
            match cookie {
                Some(tag) => base.cookie(Cookie::new(COOKIE, tag)).to_http_request(),
                None => base.to_http_request(),
            }
        };
        assert_eq!(Reader::of(&request("/", None)).t.tag(), "fr");
        assert_eq!(Reader::of(&request("/", Some("en"))).t.tag(), "en");
        let chosen = Reader::of(&request("/?city=x&lang=en", Some("fr")));
        assert_eq!(chosen.t.tag(), "en");
        assert!(chosen.cookie().is_some());
        assert!(Reader::of(&request("/?lang=xx", Some("fr"))).cookie().is_none());
    }
}
