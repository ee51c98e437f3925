//! The member for whom a program acts, by bearer token (RFC 6750 §2.1; never in the query, which is logged by others).

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::app::{Node, tokens};
use crate::domain::member::Member;
use crate::web::Error;

/// A program with a valid token, and the member for whom it acts.
#[derive(Debug, Clone)]
pub struct Bearer(pub Member);

impl FromRequest for Bearer {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let node = request
                .app_data::<Data<Node>>()
                .ok_or_else(|| Error::Internal("no node".into()))?;
            let secret = bearer_token(&request).ok_or(Error::TokenNeeded)?;
            tokens::member(node, secret).await?.map(Self).ok_or(Error::TokenNeeded)
        })
    }
}

/// The token in the `Authorization` header; the scheme is written in any case.
pub(in crate::web) fn bearer_token(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
