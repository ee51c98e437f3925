//! The inboxes over HTTP: the head of a request is looked at before its body is read, and each outcome has the status
//! that makes peers do the right thing (`FEDERATION.md` has the table).

use std::time::Duration;

use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::StreamExt as _;
use serde_json::json;

use super::extract::Client;
use super::middleware::route::Busy;
use crate::app::Node;
use crate::federation::inbox::{self, Head, MAX_BODY};
use crate::federation::refused::NotTaken;

/// For all of it, a slow body and a fetch included: less than the middleware gives, so that the answer is ours.
const LONGEST: Duration = Duration::from_secs(25);
/// When to come again after a failure of ours or of the sender's own server, in seconds.
const LATER: u64 = 60;

/// `POST` to any inbox: 202 once it is committed, or passed over politely.
pub(super) async fn receive(request: HttpRequest, node: Data<Node>, body: Payload) -> HttpResponse {
    request.extensions_mut().insert(Busy { route: route(&request) });
    let from = Client::of(&request).network();
    let taken = take(&request, &node, from, body);
    let outcome = tokio::time::timeout(LONGEST, taken)
        .await
        .unwrap_or(Err(NotTaken::Unavailable("slow")));
    inbox::settle(&node.federation, from, &outcome);
    answer(&outcome)
}

/// The pattern of the route, as the framework would find it.
fn route(request: &HttpRequest) -> &'static str {
    match request.path() {
        "/inbox" => "/inbox",
        "/actor/inbox" => "/actor/inbox",
        _ => "/groups/{handle}/inbox",
    }
}

async fn take(request: &HttpRequest, node: &Node, from: std::net::IpAddr, body: Payload) -> Result<(), NotTaken> {
    let mut headers: Vec<(&str, &[u8])> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    // HTTP/2 has no Host header: its authority is the host.
    let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    if !request.headers().contains_key("host") {
        headers.extend(authority.map(|authority| ("host", authority)));
    }
    let head = Head {
        target: request.uri().path_and_query().map_or("/", |target| target.as_str()),
        headers: &headers,
        from,
    };
    let admitted = inbox::admit(&node.federation, head)?;
    let body = read(body).await?;
    let addressee = request.match_info().get("handle");
    inbox::receive(&node.federation, &admitted, addressee, &body).await
}

/// The body, of [`MAX_BODY`] bytes at most. Most come in one piece, which is neither copied nor given room for many; of many
/// small ones, none is kept for itself.
async fn read(body: Payload) -> Result<Bytes, NotTaken> {
    let mut pieces = body.map(|piece| piece.map_err(|_| NotTaken::Malformed("body")));
    let first = pieces.next().await.transpose()?.unwrap_or_default();
    if first.len() > MAX_BODY {
        return Err(NotTaken::TooLarge);
    }
    let mut next = pieces.next().await.transpose()?;
    if next.is_none() {
        return Ok(first);
    }
    let mut whole = Vec::from(first);
    while let Some(piece) = next {
        if whole.len() + piece.len() > MAX_BODY {
            return Err(NotTaken::TooLarge);
        }
        whole.extend_from_slice(&piece);
        next = pieces.next().await.transpose()?;
    }
    Ok(whole.into())
}

/// 401 sends Mastodon to its second knock, other 4xx end retries, 429 and 503 bring the activity again.
fn answer(outcome: &Result<(), NotTaken>) -> HttpResponse {
    let Err(refused) = outcome else {
        return HttpResponse::Accepted().finish();
    };
    let mut response = builder(refused);
    if let NotTaken::Failed(_) = refused {
        // What failed here is for our log only.
        return response.json(json!({ "reason": refused.reason() }));
    }
    match refused {
        NotTaken::Ignored(_) | NotTaken::NotPublic | NotTaken::Duplicate => response.finish(),
        _ => response.json(json!({ "error": refused.to_string(), "reason": refused.reason() })),
    }
}

fn builder(refused: &NotTaken) -> HttpResponseBuilder {
    match refused {
        NotTaken::Ignored(_) | NotTaken::NotPublic | NotTaken::Duplicate => HttpResponse::Accepted(),
        NotTaken::Malformed(_) => HttpResponse::BadRequest(),
        NotTaken::Unauthenticated(_) => HttpResponse::Unauthorized(),
        NotTaken::Forbidden(_) => HttpResponse::Forbidden(),
        NotTaken::Unknown(_) => HttpResponse::NotFound(),
        NotTaken::Gone(_) => HttpResponse::Gone(),
        NotTaken::TooLarge => HttpResponse::PayloadTooLarge(),
        NotTaken::UnsupportedType(_) => HttpResponse::UnsupportedMediaType(),
        NotTaken::Unprocessable(_) => HttpResponse::UnprocessableEntity(),
        NotTaken::TooMany(_, wait) => later(HttpResponse::TooManyRequests(), wait.as_secs() + 1),
        NotTaken::Unavailable(_) | NotTaken::Failed(_) => later(HttpResponse::ServiceUnavailable(), LATER),
    }
}

fn later(mut response: HttpResponseBuilder, seconds: u64) -> HttpResponseBuilder {
    response.insert_header((RETRY_AFTER, seconds));
    response
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;
    use futures_util::stream;

    use super::*;

    /// What is read of a body whose pieces have these lengths, and of which no length is told.
    async fn read_of(lengths: &[usize]) -> Result<Bytes, NotTaken> {
        let pieces: Vec<_> = (b'a'..)
            .zip(lengths)
            .map(|(letter, length)| Ok(vec![letter; *length].into()))
            .collect();
        let mut stream: actix_web::dev::Payload = actix_web::dev::Payload::Stream {
            payload: Box::pin(stream::iter(pieces)),
        };
        let request = TestRequest::default().to_http_request();
        read(Payload::from_request(&request, &mut stream).await.unwrap()).await
    }

    #[actix_web::test]
    async fn a_body_is_whole_and_bounded_in_however_many_pieces_it_comes() {
        assert_eq!(read_of(&[]).await.unwrap(), "");
        assert_eq!(read_of(&[3]).await.unwrap(), "aaa");
        assert_eq!(read_of(&[1, 2, 0, 1]).await.unwrap(), "abbd");
        for most in [&[MAX_BODY][..], &[MAX_BODY - 1, 1]] {
            assert_eq!(read_of(most).await.unwrap().len(), MAX_BODY);
        }
        for more in [&[MAX_BODY + 1][..], &[MAX_BODY, 1], &[1, MAX_BODY, MAX_BODY]] {
            assert!(matches!(read_of(more).await, Err(NotTaken::TooLarge)), "{more:?}");
        }
    }

    #[test]
    fn each_end_has_the_status_that_peers_expect() {
        let status = |outcome| answer(&outcome).status().as_u16();
        assert_eq!(status(Ok(())), 202);
        assert_eq!(status(Err(NotTaken::Ignored("unused_type"))), 202);
        assert_eq!(status(Err(NotTaken::Duplicate)), 202);
        assert_eq!(status(Err(NotTaken::Malformed("json"))), 400);
        assert_eq!(status(Err(NotTaken::Unauthenticated("digest"))), 401);
        assert_eq!(status(Err(NotTaken::Forbidden("foreign_object"))), 403);
        assert_eq!(status(Err(NotTaken::Unknown("actor"))), 404);
        assert_eq!(status(Err(NotTaken::Unprocessable("unreadable_event"))), 422);
        assert_eq!(status(Err(NotTaken::Unavailable("timeout"))), 503);
    }
}
