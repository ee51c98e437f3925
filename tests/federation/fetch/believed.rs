//! How a GET is signed where the first way is not believed.

use maillage::federation::fetch::{Accept, FetchError};
use maillage::federation::signature::Body;

use super::{fetcher, is_signed};
use crate::support::server::{Reply, Request, Server};

#[tokio::test]
async fn a_get_that_is_not_believed_is_signed_in_another_way_and_that_is_remembered() {
    let modern = |request: &Request| !request.header("signature-input").is_empty();
    let server = Server::start(move |request| match modern(request) {
        true => Reply::activity("{}"),
        false => Reply::status(401),
    });
    let fetcher = fetcher();
    let fetch = async |path: &str| fetcher.get_json(&server.url(path), Accept::ActivityJson).await;
    assert!(fetch("/actor").await.is_ok());
    assert!(fetch("/outbox?page=1").await.is_ok());
    let knocks: Vec<_> = server.seen().iter().map(modern).collect();
    assert_eq!(knocks, [false, true, true]);
    for request in &server.seen()[1..] {
        assert!(is_signed(request, server.port, Body::Absent));
    }
}

#[tokio::test]
async fn who_checks_the_path_alone_is_asked_so() {
    let server = Server::start(|request| {
        let path = request.target.split('?').next().unwrap_or_default().to_owned();
        let bare = Request {
            target: path,
            ..request.clone()
        };
        let port = request
            .header("host")
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        match is_signed(&bare, port.unwrap_or(0), Body::Absent) {
            true => Reply::activity("{}"),
            false => Reply::status(401),
        }
    });
    let fetched = fetcher()
        .get_json(&server.url("/outbox?page=1"), Accept::ActivityJson)
        .await;
    assert!(fetched.is_ok());
    assert_eq!(server.seen().len(), 3, "two other signatures first");
}

#[tokio::test]
async fn who_believes_no_signature_is_left_alone() {
    let server = Server::start(|_| Reply::status(401));
    let fetched = fetcher().get_json(&server.url("/actor"), Accept::ActivityJson).await;
    assert_eq!(fetched.err(), Some(FetchError::Status(401)));
    assert_eq!(server.seen().len(), 2);
}
