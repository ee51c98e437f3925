//! The guarded client against servers that mean harm: bounds of size, time, depth and place.

mod believed;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use maillage::domain::time::{Clock, FixedClock};
use maillage::federation::fetch::{Accept, Answer, Content, FetchError, Fetcher, Limits};
use maillage::federation::guard::{Blocked, Policy};
use maillage::federation::keys::PrivateKey;
use maillage::federation::signature::{Audience, Body, Incoming, Scheme, Signature, Signer};
use url::Url;

use crate::support::server::{Reply, Request, Server};

const RSA: &str = include_str!("../fixtures/signature/rsa.pkcs8.txt");
const LOOPBACK: Policy = Policy { allow_loopback: true };

pub fn signer() -> Arc<Signer> {
    let key = PrivateKey::from_pkcs8(RSA).expect("the test key");
    Arc::new(Signer {
        key_id: "https://agenda.example/actor#main-key".into(),
        key,
    })
}

pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::new("2026-11-22T12:00:00Z".parse().expect("an instant")))
}

pub fn fetcher_with(policy: Policy, limits: Limits, clock: Arc<dyn Clock>) -> Fetcher {
    let base = Url::parse("https://agenda.example/").expect("a URL");
    Fetcher::new(&base, policy, limits, Some(signer()), clock).expect("a client")
}

pub fn fetcher() -> Fetcher {
    fetcher_with(LOOPBACK, Limits::default(), clock())
}

fn hasty() -> Fetcher {
    fetcher_with(
        LOOPBACK,
        Limits {
            deadline: Duration::from_millis(400),
            ..Limits::default()
        },
        clock(),
    )
}

async fn get(server: &Server) -> Result<serde_json::Value, FetchError> {
    fetcher()
        .get_json(&server.url("/x"), Accept::ActivityJson)
        .await
        .map(|fetched| (&fetched.value).into())
}

fn is_signed(request: &Request, port: u16, body: Body<'_>) -> bool {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let base = Url::parse(&format!("http://localhost:{port}/")).expect("a URL");
    let incoming = Incoming {
        method: &request.method,
        target: &request.target,
        headers: &headers,
        body,
        audience: &Audience::of(&base),
        now: clock().now(),
    };
    let key = signer().key.public_key().expect("a key");
    Signature::parse(&incoming)
        .and_then(|signature| signature.verify(&key))
        .is_ok()
}

#[tokio::test]
async fn a_get_is_signed_and_says_who_we_are() {
    let server = Server::start(|_| Reply::activity(r#"{"id":"x"}"#));
    let fetched = fetcher()
        .get_json(&server.url("/actor?x=1#main-key"), Accept::ActivityJson)
        .await
        .expect("fetched");
    assert_eq!(fetched.value["id"], "x");
    assert_eq!(fetched.final_url, server.url("/actor?x=1"));
    let request = &server.seen()[0];
    assert!(is_signed(request, server.port, Body::Absent));
    assert!(request.header("user-agent").starts_with("Maillage/0."));
    assert!(request.header("user-agent").ends_with("(+https://agenda.example/)"));
    assert!(request.header("accept").starts_with("application/activity+json"));
    assert_eq!((request.header("cookie"), request.header("referer")), ("", ""));
}

#[tokio::test]
async fn private_addresses_and_odd_urls_are_never_asked() {
    let server = Server::start(|_| Reply::activity("{}"));
    let production = fetcher_with(Policy::default(), Limits::default(), clock());
    for (url, reason) in [
        (server.url("/").as_str(), Blocked::Scheme),
        ("https://127.0.0.1/", Blocked::Literal),
        ("https://localhost/", Blocked::Name),
        ("https://agenda.example:22/", Blocked::Port),
        ("file:///etc/passwd", Blocked::Scheme),
    ] {
        let url = Url::parse(url).expect("a URL");
        let answer = production.get_json(&url, Accept::ActivityJson).await;
        assert_eq!(answer.expect_err("refused"), FetchError::Blocked(reason), "{url}");
        let post = production
            .post(
                &url,
                &Content::new(b"{}"),
                "application/activity+json",
                &signer(),
                Scheme::Cavage,
            )
            .await;
        assert_eq!(post.expect_err("refused"), FetchError::Blocked(reason), "{url}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn three_redirects_inside_the_origin_are_followed_and_not_four() {
    let server = Server::start(|request| match request.target.as_str() {
        "/4" => Reply::redirect("/3"),
        "/3" => Reply::redirect("/2"),
        "/2" => Reply::redirect("1"),
        "/1" => Reply::redirect("/0#fragment"),
        _ => Reply::activity("{}"),
    });
    let fetcher = fetcher();
    let fetched = fetcher
        .get_json(&server.url("/3"), Accept::ActivityJson)
        .await
        .expect("fetched");
    assert_eq!(fetched.final_url, server.url("/0"));
    assert!(
        server
            .seen()
            .iter()
            .all(|request| is_signed(request, server.port, Body::Absent))
    );
    let error = fetcher
        .get_json(&server.url("/4"), Accept::ActivityJson)
        .await
        .expect_err("refused");
    assert_eq!(error, FetchError::Redirect);
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let server = Server::start(|_| Reply::redirect("/x"));
    assert_eq!(get(&server).await, Err(FetchError::Redirect));
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_redirect_to_another_origin_or_inside_is_not_followed() {
    let inside = Server::start(|_| Reply::activity(r#"{"secret":1}"#));
    let target = inside.url("/secret").to_string();
    let port = inside.port;
    let server = Server::start(move |request| match request.target.as_str() {
        "/port" => Reply::redirect(&target),
        "/name" => Reply::redirect(&format!("http://other.test:{port}/")),
        "/private" => Reply::redirect("http://169.254.169.254/latest/meta-data"),
        "/file" => Reply::redirect("file:///etc/passwd"),
        "/broken" => Reply::redirect("http://["),
        _ => Reply::status(302),
    });
    for path in ["/port", "/name", "/private", "/file", "/broken", "/nowhere"] {
        let error = fetcher()
            .get_json(&server.url(path), Accept::ActivityJson)
            .await
            .expect_err("refused");
        assert_eq!(error, FetchError::Redirect, "{path}");
    }
    // WebFinger may leave its origin, never the public internet.
    for path in ["/private", "/file"] {
        let error = fetcher()
            .get_json(&server.url(path), Accept::WebFinger)
            .await
            .expect_err("refused");
        assert_eq!(error, FetchError::Blocked(Blocked::Scheme), "{path}");
    }
    assert!(inside.seen().is_empty());
}

#[tokio::test]
async fn a_document_of_another_type_is_not_read() {
    for kind in [
        "text/plain",
        "application/json",
        "image/png",
        "text/html; charset=utf-8",
        "application/ld+json",
    ] {
        let server = Server::start(move |_| Reply::typed(kind, r#"{"type":"Person"}"#));
        assert_eq!(get(&server).await, Err(FetchError::ContentType), "{kind}");
    }
    let untyped = Server::start(|_| Reply::new(200, "", b"{}"));
    assert_eq!(get(&untyped).await, Err(FetchError::ContentType));
}

#[tokio::test]
async fn gone_and_absent_are_told_apart() {
    for status in [404, 410, 401, 500, 503, 429] {
        let server = Server::start(move |_| Reply::status(status));
        let error = get(&server).await.expect_err("no success");
        assert_eq!(error, FetchError::Status(status));
        assert_eq!(error.is_gone(), status == 410);
        assert_eq!(error.is_permanent(), matches!(status, 404 | 410), "{status}");
    }
}

#[tokio::test]
async fn broken_or_bottomless_json_is_refused() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    for body in [
        "",
        "{",
        "{}{}",
        "\u{feff}{}",
        r#"{"a":"\ud800"}"#,
        "{\"a\":NaN}",
        deep.as_str(),
    ] {
        let body = body.to_owned();
        let server = Server::start(move |_| Reply::activity(&body));
        assert_eq!(get(&server).await, Err(FetchError::Json));
    }
    let invalid =
        Server::start(|_| Reply::new(200, "content-type: application/activity+json\r\n", b"{\"a\":\"\xff\"}"));
    assert_eq!(get(&invalid).await, Err(FetchError::Json));
}

#[tokio::test]
async fn a_body_over_the_bound_is_cut_off() {
    let head = "HTTP/1.1 200 x\r\ncontent-type: application/activity+json\r\nconnection: close\r\n\r\n\"";
    let server = Server::start(move |_| Reply::drip(head, Duration::ZERO, &[b'a'; 64 * 1024], 1000));
    assert_eq!(get(&server).await, Err(FetchError::TooLarge));
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_off() {
    let gzip = "content-type: application/activity+json\r\ncontent-encoding: gzip\r\n";
    let bomb = Server::start(move |_| Reply::new(200, gzip, include_bytes!("../fixtures/fetch/bomb.json.gz")));
    assert_eq!(get(&bomb).await, Err(FetchError::TooLarge));
    let small = Server::start(move |_| Reply::new(200, gzip, include_bytes!("../fixtures/fetch/small.json.gz")));
    assert_eq!(get(&small).await.expect("read")["id"], "small");
}

#[tokio::test]
async fn a_slow_body_or_head_meets_the_deadline() {
    let head = "HTTP/1.1 200 x\r\ncontent-type: application/activity+json\r\nconnection: close\r\n\r\n\"";
    let body = Server::start(move |_| Reply::drip(head, Duration::from_millis(50), b"a", 200));
    let slow_head = Server::start(|_| Reply::drip("HTTP/1.1 200", Duration::from_millis(50), b" ", 200));
    let hops = Server::start(|_| {
        Reply::drip(
            "",
            Duration::from_millis(150),
            b"HTTP/1.1 302 x\r\nlocation: /x\r\n\r\n",
            1,
        )
    });
    for server in [body, slow_head, hops] {
        let started = Instant::now();
        let error = hasty()
            .get_json(&server.url("/x"), Accept::ActivityJson)
            .await
            .expect_err("too slow");
        assert_eq!(error, FetchError::Timeout);
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    let head = "HTTP/1.1 200 x\r\ncontent-type: application/activity+json\r\ncontent-length: 1000\r\n\r\n{}";
    let server = Server::start(move |_| Reply::drip(head, Duration::ZERO, b"", 0));
    assert_eq!(get(&server).await, Err(FetchError::Connect));
}

#[tokio::test]
async fn nobody_listening_is_a_failed_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = Url::parse(&format!("http://localhost:{port}/")).expect("a URL");
    let error = fetcher()
        .get_json(&url, Accept::ActivityJson)
        .await
        .expect_err("nobody");
    assert_eq!(error, FetchError::Connect);
    assert!(!error.is_permanent());
}

#[tokio::test]
async fn an_unchanged_document_is_not_sent_again() {
    let server = Server::start(|request| {
        if request.header("if-none-match") == "\"v1\"" {
            Reply::status(304)
        } else {
            Reply::new(
                200,
                "content-type: application/activity+json\r\netag: \"v1\"\r\n",
                b"{}",
            )
        }
    });
    let fetcher = fetcher();
    let url = server.url("/x");
    let first = fetcher
        .get_json_if_changed(&url, Accept::ActivityJson, None)
        .await
        .expect("fetched");
    let Answer::Changed(first) = first else {
        panic!("the first answer is the document")
    };
    assert_eq!(first.etag.as_deref(), Some("\"v1\""));
    let second = fetcher
        .get_json_if_changed(&url, Accept::ActivityJson, first.etag.as_deref())
        .await;
    assert_eq!(second, Ok(Answer::NotModified));
}

#[tokio::test]
async fn fifty_that_want_the_same_actor_make_one_request() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(100));
        Reply::activity("{}")
    });
    let (fetcher, url) = (fetcher(), server.url("/actor"));
    let all = futures_util::future::join_all((0..50).map(|_| fetcher.get_named(&url))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(server.seen().len(), 1);
    fetcher.get_named(&url).await.expect("fetched again");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn who_gives_up_waiting_does_not_stop_the_others() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(200));
        Reply::activity("{}")
    });
    let (fetcher, url) = (fetcher(), server.url("/actor"));
    let impatient = tokio::time::timeout(Duration::from_millis(50), fetcher.get_named(&url));
    let (gave_up, waited) = tokio::join!(impatient, fetcher.get_named(&url));
    assert!(gave_up.is_err());
    assert!(waited.is_ok());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_failed_actor_is_not_asked_again_for_a_while() {
    let server = Server::start(|request| Reply::status(if request.target == "/gone" { 410 } else { 503 }));
    let clock = clock();
    let fetcher = fetcher_with(LOOPBACK, Limits::default(), clock.clone());
    let (gone, down) = (server.url("/gone"), server.url("/down"));
    for _ in 0..3 {
        assert_eq!(fetcher.get_named(&gone).await, Err(FetchError::Status(410)));
        assert_eq!(fetcher.get_named(&down).await, Err(FetchError::Status(503)));
    }
    assert_eq!(server.seen().len(), 2);
    clock.advance(TimeDelta::seconds(11));
    assert!(fetcher.get_named(&gone).await.is_err() && fetcher.get_named(&down).await.is_err());
    assert_eq!(server.seen().len(), 3);
    fetcher.forget_failure(&gone);
    assert!(fetcher.get_named(&gone).await.is_err());
    assert_eq!(server.seen().len(), 4);
    // Only actors: a collection or an object is asked for whenever it is wanted.
    assert!(fetcher.get_json(&gone, Accept::ActivityJson).await.is_err());
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn a_delivery_arrives_signed_in_either_scheme() {
    let server = Server::start(|_| Reply::status(202));
    let body = br#"{"type":"Create"}"#;
    for scheme in [Scheme::Cavage, Scheme::Rfc9421] {
        let outcome = fetcher()
            .post(
                &server.url("/inbox"),
                &Content::new(body),
                "application/activity+json",
                &signer(),
                scheme,
            )
            .await;
        assert!(outcome.expect("posted").is_success());
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for request in &seen {
        assert_eq!(request.body, body);
        assert_eq!(request.header("content-type"), "application/activity+json");
        assert!(is_signed(request, server.port, Body::Bytes(&request.body)));
    }
}

#[tokio::test]
async fn the_answer_to_a_delivery_is_reported() {
    let server = Server::start(|request| match request.target.as_str() {
        "/busy" => Reply::new(429, "retry-after: 120\r\n", b"slow\ndown"),
        "/gone" => Reply::status(410),
        "/moved" => Reply::redirect("/gone"),
        _ => Reply::new(500, "", "é".repeat(1000).as_bytes()),
    });
    let fetcher = fetcher();
    let signer = signer();
    let post = async |path: &str| {
        fetcher
            .post(
                &server.url(path),
                &Content::new(b"{}"),
                "application/activity+json",
                &signer,
                Scheme::Cavage,
            )
            .await
            .expect("sent")
    };
    let busy = post("/busy").await;
    assert_eq!(
        (busy.status, busy.retry_after, busy.excerpt.as_str()),
        (429, Some(Duration::from_secs(120)), "slow down")
    );
    assert!(!busy.is_permanent() && !busy.is_success());
    assert!(post("/gone").await.is_gone());
    let moved = post("/moved").await;
    assert!(
        moved.status == 302 && !moved.is_permanent() && !moved.is_success(),
        "a signed POST is not redirected: another time it may be taken in here"
    );
    let failed = post("/failed").await;
    assert_eq!((failed.excerpt.chars().count(), failed.is_permanent()), (200, false));
}

#[tokio::test]
async fn an_acceptance_with_a_dripping_body_is_an_acceptance() {
    let head = "HTTP/1.1 202 x\r\nconnection: close\r\n\r\n";
    let server = Server::start(move |_| Reply::drip(head, Duration::from_millis(100), b"a", 100));
    let started = Instant::now();
    let outcome = fetcher()
        .post(
            &server.url("/inbox"),
            &Content::new(b"{}"),
            "application/activity+json",
            &signer(),
            Scheme::Cavage,
        )
        .await;
    assert!(outcome.expect("accepted").is_success());
    assert!(started.elapsed() < Duration::from_secs(3));
}
