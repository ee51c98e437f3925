//! Deliveries to hosts that take only one kind of signature: found out once, remembered, and found out again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maillage::federation::fetch::{Accept, FetchError};
use maillage::federation::keys::PublicKey;
use maillage::federation::signature::Scheme;
use maillage::federation::urls;
use maillage::store::hosts;
use url::Url;

use super::{came, host, impatient, record, signed_by, start, waiting};
use crate::support::network::Running;
use crate::support::server::{Reply, Request, Server};

/// The public keys of the node itself.
#[derive(Clone)]
struct Keys {
    rsa: PublicKey,
    ed25519: PublicKey,
}

impl Keys {
    async fn of(node: &Running) -> Self {
        let federation = &node.node.federation;
        let signers = federation.keys.of(&federation.store, None).await.expect("keys");
        Self {
            rsa: signers.rsa.key.public_key().expect("a public key"),
            ed25519: signers.ed25519.key.public_key().expect("a public key"),
        }
    }

    /// Which signature a request bears, checked as a peer would.
    fn dialect(&self, request: &Request) -> &'static str {
        let base = Url::parse(&format!("http://{}/", request.header("host"))).expect("a URL");
        let by = |key| signed_by(request, &base, &request.target, key);
        match (by(&self.rsa), by(&self.ed25519)) {
            (Some(Scheme::Cavage), _) => "cavage",
            (Some(Scheme::Rfc9421), _) => "rfc9421-rsa",
            (_, Some(Scheme::Rfc9421)) => "rfc9421-ed25519",
            _ => "nothing that holds",
        }
    }
}

/// A server that takes one dialect, by its place in the list, and answers 401 to the others.
fn picky(keys: &Keys, takes: &Arc<AtomicUsize>) -> Server {
    const DIALECTS: [&str; 4] = ["cavage", "rfc9421-rsa", "rfc9421-ed25519", "none of them"];
    let (keys, takes) = (keys.clone(), Arc::clone(takes));
    Server::start(move |request| {
        let taken = keys.dialect(request) == DIALECTS[takes.load(Ordering::SeqCst)];
        Reply::status(if taken { 202 } else { 401 })
    })
}

#[tokio::test]
async fn the_scheme_that_a_host_reads_is_found_in_one_attempt_and_remembered() {
    for (takes, knocks, dialect) in [(0, 1, "cavage"), (1, 2, "rfc9421-rsa")] {
        let (home, node) = impatient().await;
        let keys = Keys::of(&node).await;
        let server = picky(&keys, &Arc::new(AtomicUsize::new(takes)));
        let inbox = server.url("/inbox");
        record(&node, 1..=1, std::slice::from_ref(&inbox)).await;
        node.deliver().await;
        assert_eq!(server.seen().len(), knocks, "{dialect}: no waiting between knocks");
        assert_eq!(waiting(&node.node.store, &inbox).await, 0, "{dialect}");
        let known = host(&node.node.store, &inbox).await;
        assert_eq!((known.dialect.as_deref(), known.failures), (Some(dialect), 0));

        home.stop(node).await;
        let node = start(&home).await;
        record(&node, 2..=4, std::slice::from_ref(&inbox)).await;
        node.deliver().await;
        assert_eq!(server.seen().len(), knocks + 3, "{dialect}: one knock each");
        assert!(server.seen()[knocks..].iter().all(|post| keys.dialect(post) == dialect));
        let header = |post: &Request| post.header("signature").to_owned();
        assert!(
            server
                .seen()
                .iter()
                .map(header)
                .all(|value| !value.contains(' ') || value.contains("headers=\"(request-target) ")),
            "Mobilizon does not trim what stands between commas"
        );
        assert!(server.seen().iter().map(header).all(|value| !value.contains(", ")));
    }
}

#[tokio::test]
async fn a_reading_is_signed_with_ed25519_where_that_was_announced_and_else_as_it_is_believed() {
    let (_home, node) = impatient().await;
    let (keys, takes) = (Keys::of(&node).await, Arc::new(AtomicUsize::new(2)));
    let server = picky(&keys, &takes);
    let (name, now) = (urls::host(&server.url("/")), node.clock_now());
    let told = node
        .node
        .store
        .write(move |conn| hosts::learn(conn, &name, "rfc9421-ed25519", now));
    told.await.expect("learnt");
    // Ed25519 as announced; then only the old one is believed, which is found out once.
    for (takes_now, asked) in [(2, 1), (2, 1), (0, 2), (0, 1)] {
        takes.store(takes_now, Ordering::SeqCst);
        let before = server.seen().len();
        let fetcher = &node.node.federation.fetcher;
        let answer = fetcher.get_json(&server.url("/events/1"), Accept::ActivityJson).await;
        assert_ne!(answer.err(), Some(FetchError::Status(401)));
        let seen = &server.seen()[before..];
        assert_eq!(seen.len(), asked);
        assert_eq!(
            keys.dialect(&seen[asked - 1]),
            ["cavage", "", "rfc9421-ed25519"][takes_now]
        );
    }
}

#[tokio::test]
async fn a_host_that_changes_its_mind_is_followed_within_the_attempt() {
    let (_home, node) = impatient().await;
    let (keys, takes) = (Keys::of(&node).await, Arc::new(AtomicUsize::new(2)));
    let server = picky(&keys, &takes);
    let inbox = server.url("/inbox");
    let (name, now) = (urls::host(&inbox), node.clock_now());
    let told = node
        .node
        .store
        .write(move |conn| hosts::learn(conn, &name, "rfc9421-ed25519", now));
    told.await.expect("learnt");
    // Taken with Ed25519; then only the old one; then only RFC 9421 with RSA; each change costs knocks once.
    for (number, takes_now, knocks) in [(1, 2, 1), (2, 0, 2), (3, 0, 1), (4, 1, 2), (5, 1, 1), (6, 0, 2)] {
        takes.store(takes_now, Ordering::SeqCst);
        let before = server.seen().len();
        record(&node, number..=number, std::slice::from_ref(&inbox)).await;
        node.deliver().await;
        assert_eq!(server.seen().len() - before, knocks, "delivery {number}");
        assert_eq!(waiting(&node.node.store, &inbox).await, 0, "delivery {number}");
    }
}

#[tokio::test]
async fn a_host_that_believes_nothing_is_asked_ever_less_and_holds_up_nobody() {
    let (_home, node) = impatient().await;
    let keys = Keys::of(&node).await;
    let takes = Arc::new(AtomicUsize::new(3));
    let closed = picky(&keys, &takes);
    let open = picky(&keys, &Arc::new(AtomicUsize::new(0)));
    let (inbox, other) = (
        closed.url_at("ferme.localhost", "/inbox"),
        open.url_at("ouvert.localhost", "/inbox"),
    );
    record(&node, 1..=1, &[inbox.clone(), other]).await;
    node.deliver().await;
    assert_eq!(closed.seen().len(), 2, "both schemes, once");
    assert_eq!(came(&open, "ouvert"), [1]);
    let known = host(&node.node.store, &inbox).await;
    assert!(known.last_error.is_some_and(|error| error.starts_with("401")));
    assert_eq!(
        (known.failures, known.dialect),
        (1, None),
        "what did not work is not remembered"
    );
    for _ in 0..20 {
        node.later(12 * 3600);
        node.deliver().await;
    }
    // Days: it could not fetch our key, or a clock was wrong. No more than one attempt in half a day is made in the end.
    assert_eq!(waiting(&node.node.store, &inbox).await, 1, "nothing is lost");
    assert!(closed.seen().len() <= 2 * 21, "{}", closed.seen().len());
    takes.store(1, Ordering::SeqCst);
    node.later(12 * 3600);
    node.deliver().await;
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
}

/// The host could not fetch our key, and a firewall before it knows no other header.
#[tokio::test]
async fn a_401_stands_though_another_dialect_is_refused_for_good() {
    let (_home, node) = impatient().await;
    let keys = Keys::of(&node).await;
    let believes = Arc::new(AtomicUsize::new(0));
    let (seen_by, now) = (keys.clone(), Arc::clone(&believes));
    let server = Server::start(move |request| {
        Reply::status(match (seen_by.dialect(request), now.load(Ordering::SeqCst)) {
            ("cavage", 0) => 401,
            ("cavage", _) => 202,
            _ => 403,
        })
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=1, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    assert_eq!(server.seen().len(), 2, "both were tried");
    assert_eq!(waiting(&node.node.store, &inbox).await, 1);
    believes.store(1, Ordering::SeqCst);
    node.later(60);
    node.deliver().await;
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
}

/// Software that announces RFC 9421 and behind which something cannot read it.
#[tokio::test]
async fn a_host_that_answers_400_to_what_it_announced_is_tried_in_the_old_way() {
    let (_home, node) = impatient().await;
    let keys = Keys::of(&node).await;
    let seen_by = keys.clone();
    let server =
        Server::start(move |request| Reply::status(if seen_by.dialect(request) == "cavage" { 202 } else { 400 }));
    let inbox = server.url("/inbox");
    let (name, now) = (urls::host(&inbox), node.clock_now());
    record(&node, 1..=1, std::slice::from_ref(&inbox)).await;
    let told = node
        .node
        .store
        .write(move |conn| hosts::learn(conn, &name, "rfc9421-ed25519", now));
    told.await.expect("learnt");
    node.deliver().await;
    assert_eq!(came(&server, "localhost"), [1, 1]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
    assert_eq!(host(&node.node.store, &inbox).await.dialect.as_deref(), Some("cavage"));
}
