//! Peers that fail in every way there is. What waits for them waits, in order; others are served meanwhile.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use maillage::federation::fetch::Accept;
use maillage::federation::urls;
use url::Url;

use super::{TIMEOUT, came, host, impatient, record, start, waiting};
use crate::support::database::Database;
use crate::support::network::{Home, Running, clock, until};
use crate::support::outbox::fail;
use crate::support::server::{Reply, Server};

/// How a peer fails, and what is written down of it.
struct Fault {
    name: &'static str,
    reply: fn() -> Reply,
    error: &'static str,
    /// Seconds after which it is tried again at the earliest.
    rest: i64,
}

const FAULTS: [Fault; 6] = [
    Fault {
        name: "an error",
        reply: || Reply::new(500, "", b"Internal\r\nServer Error"),
        error: "500 Internal Server Error",
        rest: 2,
    },
    Fault {
        name: "too many requests",
        reply: || Reply::new(429, "retry-after: 120\r\n", b""),
        error: "429",
        rest: 120,
    },
    Fault {
        name: "nothing, and the connection stays",
        reply: || Reply::drip("", TIMEOUT * 3, b"", 1),
        error: "the other server took too long",
        rest: 2,
    },
    Fault {
        name: "a byte at a time",
        reply: || Reply::drip("H", Duration::from_millis(250), b"T", 12),
        error: "the other server took too long",
        rest: 2,
    },
    Fault {
        name: "half a refusal",
        reply: || {
            Reply::drip(
                "HTTP/1.1 503 x\r\ncontent-length: 900\r\n\r\nsoon",
                Duration::ZERO,
                b"",
                0,
            )
        },
        error: "503 soon",
        rest: 2,
    },
    Fault {
        name: "a connection that ends",
        reply: || Reply::drip("", Duration::ZERO, b"", 0),
        error: "the connection failed",
        rest: 2,
    },
];

#[tokio::test]
async fn what_waits_for_a_broken_host_waits_in_order_and_others_are_served() {
    for fault in &FAULTS {
        let (_home, node) = impatient().await;
        let works = Arc::new(AtomicBool::new(false));
        let (works_now, reply) = (Arc::clone(&works), fault.reply);
        let broken = Server::start(move |_| match works_now.load(Ordering::SeqCst) {
            true => Reply::status(202),
            false => reply(),
        });
        let sound = Server::start(|_| Reply::status(202));
        let (inbox, other) = (
            broken.url_at("casse.localhost", "/inbox"),
            sound.url_at("sain.localhost", "/inbox"),
        );
        record(&node, 1..=3, &[inbox.clone(), other]).await;
        let served = async {
            until("the other host is served", async || came(&sound, "sain").len() == 3).await;
        };
        let before = tokio::time::Instant::now();
        let ((), served) = tokio::join!(node.deliver(), async {
            served.await;
            before.elapsed()
        });
        assert!(served < TIMEOUT, "{}: others waited {served:?}", fault.name);
        assert_eq!(came(&sound, "sain"), [1, 2, 3], "{}", fault.name);
        assert_waits(&node, &inbox, fault, 1).await;
        assert_eq!(
            came(&broken, "casse"),
            [1],
            "{}: nothing overtakes the first",
            fault.name
        );

        // One probe, however much waits.
        node.later(fault.rest + 120);
        node.deliver().await;
        assert_eq!(came(&broken, "casse"), [1, 1], "{}", fault.name);
        assert_waits(&node, &inbox, fault, 2).await;

        works.store(true, Ordering::SeqCst);
        node.later(fault.rest + 120);
        node.deliver().await;
        assert_eq!(came(&broken, "casse"), [1, 1, 1, 2, 3], "{}", fault.name);
        let known = host(&node.node.store, &inbox).await;
        assert_eq!(
            (known.failures, known.last_error, known.next_attempt),
            (0, None, None),
            "{}",
            fault.name
        );
    }
}

async fn assert_waits(node: &Running, inbox: &Url, fault: &Fault, failures: i64) {
    let known = host(&node.node.store, inbox).await;
    assert_eq!(waiting(&node.node.store, inbox).await, 3, "{}", fault.name);
    assert_eq!(known.failures, failures, "{}", fault.name);
    assert_eq!(known.last_error.as_deref(), Some(fault.error), "{}", fault.name);
    let next = known.next_attempt.expect("another attempt is planned");
    let rest = (next - node.clock_now()).num_seconds();
    assert!(
        (fault.rest..fault.rest + 60).contains(&rest),
        "{}: in {rest} s",
        fault.name
    );
}

#[tokio::test]
async fn a_status_is_the_answer_even_when_the_rest_never_comes() {
    let (_home, node) = impatient().await;
    let server = Server::start(|_| {
        Reply::drip(
            "HTTP/1.1 202 x\r\ncontent-length: 900\r\n\r\nhalf",
            Duration::ZERO,
            b"",
            0,
        )
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=2, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    assert_eq!(came(&server, "localhost"), [1, 2], "each once");
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
}

#[tokio::test]
async fn a_reset_connection_is_tried_again() {
    let (_home, node) = impatient().await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            reset(stream);
        }
    });
    let inbox = Url::parse(&format!("http://reset.localhost:{port}/inbox")).expect("a URL");
    record(&node, 1..=2, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    let known = host(&node.node.store, &inbox).await;
    assert_eq!(known.last_error.as_deref(), Some("the connection failed"));
    assert_eq!(waiting(&node.node.store, &inbox).await, 2);
}

/// Closes a connection with bytes unread, which the kernel tells the other side as a reset.
fn reset(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 16]);
}

#[tokio::test]
async fn a_refusal_for_good_is_closed_and_the_next_delivery_goes_on() {
    let (_home, node) = impatient().await;
    let server = Server::start(|request| {
        let first = String::from_utf8_lossy(&request.body).contains("\"number\":1}");
        Reply::status(if first { 422 } else { 202 })
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=3, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    assert_eq!(came(&server, "localhost"), [1, 2, 3]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
    assert_eq!(host(&node.node.store, &inbox).await.failures, 0);
}

/// Mobilizon answers 500 to some Updates for ever.
#[tokio::test]
async fn a_host_that_refuses_after_a_failure_is_up_again() {
    let (_home, node) = impatient().await;
    let calls = AtomicUsize::new(0);
    let server = Server::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(500),
        _ => Reply::status(422),
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=1, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    assert_eq!(host(&node.node.store, &inbox).await.failures, 1);
    node.later(60);
    node.deliver().await;
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
    let known = host(&node.node.store, &inbox).await;
    assert_eq!((known.failures, known.first_failure, known.last_error), (0, None, None));
    assert_eq!(known.last_success, None, "it took nothing in");
}

#[tokio::test]
async fn what_waits_longer_than_its_days_is_given_up_and_what_is_newer_waits_on() {
    let (_home, node) = impatient().await;
    let server = Server::start(|_| Reply::status(503));
    let inbox = server.url("/inbox");
    record(&node, 1..=2, std::slice::from_ref(&inbox)).await;
    node.later(20 * 86_400);
    record(&node, 3..=3, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    assert_eq!(waiting(&node.node.store, &inbox).await, 3);
    node.later(10 * 86_400 + 1);
    node.deliver().await;
    assert_eq!(waiting(&node.node.store, &inbox).await, 1, "after thirty days");
    let metrics = node.get("/metrics", "*/*").await.text;
    let given_up = metrics.lines().find(|line| line.contains("given-up"));
    assert!(given_up.is_some_and(|line| line.ends_with(" 2")), "{given_up:?}");
}

#[tokio::test]
async fn what_is_old_at_its_first_failure_is_not_given_up() {
    let (_home, node) = impatient().await;
    let server = Server::start(|_| Reply::status(503));
    let inbox = server.url("/inbox");
    record(&node, 1..=2, std::slice::from_ref(&inbox)).await;
    // The node was off, or its clock leapt.
    node.later(40 * 86_400);
    for _ in 0..3 {
        node.deliver().await;
        node.later(600);
    }
    assert_eq!(waiting(&node.node.store, &inbox).await, 2);
    node.later(3 * 86_400);
    node.deliver().await;
    assert_eq!(
        waiting(&node.node.store, &inbox).await,
        0,
        "after days of failures it is"
    );
}

#[tokio::test]
async fn an_inbox_that_is_gone_is_written_to_once() {
    let (_home, node) = impatient().await;
    let server = Server::start(|request| Reply::status(if request.target == "/gone" { 410 } else { 202 }));
    let (gone, here) = (server.url("/gone"), server.url("/inbox"));
    record(&node, 1..=4, &[gone.clone(), here]).await;
    node.deliver().await;
    let to = |target: &str| server.seen().iter().filter(|post| post.target == target).count();
    assert_eq!((to("/gone"), to("/inbox")), (1, 4));
    assert_eq!(waiting(&node.node.store, &gone).await, 0);
}

#[tokio::test]
async fn a_new_host_does_not_wait_for_hundreds_that_are_dead() {
    const DEAD: usize = 300;
    let home = Home::new("noeud", Database::sqlite(), &clock());
    let mut node = home.start_with(|config| config.federation.timeout_seconds = 10).await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let held: Vec<TcpStream> = listener.incoming().flatten().collect();
        drop(held);
    });
    let dead: Vec<Url> = (0..DEAD)
        .map(|at| Url::parse(&format!("http://h{at:03}.localhost:{port}/inbox")).expect("a URL"))
        .collect();
    record(&node, 1..=1, &dead).await;
    let now = node.clock_now();
    let failed = node.node.store.write(move |conn| {
        dead.iter()
            .for_each(|inbox| fail(conn, &urls::host(inbox), "the connection failed", now, now));
        Ok(())
    });
    failed.await.expect("failed before");
    node.work();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let sound = Server::start(|_| Reply::status(202));
    record(&node, 2..=3, &[sound.url_at("nouveau.localhost", "/inbox")]).await;
    until("the new one is served", async || came(&sound, "nouveau").len() == 2).await;
    home.kill(node).await;
}

#[tokio::test]
async fn a_hiccup_costs_the_two_seconds_that_are_planned_and_no_nap_of_the_worker() {
    let home = Home::new("noeud", Database::sqlite(), &clock());
    let mut node = start(&home).await;
    let calls = AtomicUsize::new(0);
    let server = Server::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) % 2 {
        0 => Reply::status(500),
        _ => Reply::status(202),
    });
    node.work();
    tokio::time::sleep(Duration::from_millis(300)).await;
    // A machine that is busy elsewhere may take its time once; a nap would be taken each time.
    let mut waits = Vec::new();
    for (number, seen) in [(1, 0), (2, 2), (3, 4)] {
        record(&node, number..=number, &[server.url("/inbox")]).await;
        until("it failed", async || came(&server, "localhost").len() == seen + 1).await;
        let failed = tokio::time::Instant::now();
        node.later(3);
        let mut again = Duration::from_secs(5);
        while came(&server, "localhost").len() == seen + 1 {
            assert!(failed.elapsed() < Duration::from_secs(20), "it is never tried again");
            tokio::time::sleep(Duration::from_millis(20)).await;
            if failed.elapsed() > again {
                // The failure was written down after the clock was set, and planned from there.
                node.later(3);
                again += Duration::from_secs(5);
            }
        }
        waits.push(failed.elapsed());
        if waits[waits.len() - 1] < Duration::from_secs(4) {
            break;
        }
    }
    let least = waits.iter().min().expect("a wait");
    assert!(*least < Duration::from_secs(4), "{waits:?}");
    home.kill(node).await;
}

/// More hosts that hang than there are lanes.
#[tokio::test]
async fn three_hundred_hanging_hosts_do_not_delay_one_that_answers() {
    const HANGING: usize = 300;
    let home = Home::new("noeud", Database::sqlite(), &clock());
    let mut node = home.start_with(|config| config.federation.timeout_seconds = 10).await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let held: Vec<TcpStream> = listener.incoming().flatten().collect();
        drop(held);
    });
    let hanging: Vec<Url> = (0..HANGING)
        .map(|at| Url::parse(&format!("http://h{at:03}.localhost:{port}/inbox")).expect("a URL"))
        .collect();
    let sound = Server::start(|_| Reply::status(202));
    let other = sound.url_at("z.localhost", "/inbox");
    // It answered before; the others never did.
    record(&node, 1..=1, std::slice::from_ref(&other)).await;
    node.deliver().await;
    record(&node, 2..=2, &hanging).await;
    node.work();
    tokio::time::sleep(Duration::from_millis(300)).await;
    record(&node, 3..=4, std::slice::from_ref(&other)).await;
    until("the one that answers is served", async || came(&sound, "z").len() == 3).await;
    assert_eq!(came(&sound, "z"), [1, 3, 4]);
    // It can still be asked, too.
    let federation = &node.node.federation;
    let actor = sound.url_at("z.localhost", "/actor");
    let asked = federation.fetcher.get_json(&actor, Accept::ActivityJson);
    assert!(tokio::time::timeout(TIMEOUT, asked).await.is_ok());
    home.kill(node).await;
}
