//! Deliveries that a host cannot digest: they are set aside, and hold up nothing else; nobody loses anything to that.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{came, host, impatient, record, waiting};
use crate::support::server::{Reply, Request, Server};

/// The number of the activity in a request is one of these.
fn is_one_of(request: &Request, numbers: std::ops::RangeInclusive<u64>) -> bool {
    numbers.contains(&super::number(request))
}

#[tokio::test]
async fn a_delivery_over_which_a_host_stumbles_for_ever_is_set_aside() {
    let (_home, node) = impatient().await;
    let server = Server::start(|request| {
        let poisoned = String::from_utf8_lossy(&request.body).contains("\"number\":1}");
        Reply::status(if poisoned { 500 } else { 202 })
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=3, std::slice::from_ref(&inbox)).await;
    for _ in 0..9 {
        node.deliver().await;
        node.later(600);
    }
    let came = came(&server, "localhost");
    let others: Vec<u64> = came.iter().copied().filter(|number| *number != 1).collect();
    assert_eq!(others, [2, 3], "what comes after it arrives, once, in order: {came:?}");
    // Four failures in a row, a try once another was taken in; and all of it a second time, lest it was chance.
    assert_eq!(came, [1, 1, 1, 1, 2, 1, 1, 1, 1, 3, 1]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
    assert_eq!(host(&node.node.store, &inbox).await.failures, 0);
}

#[tokio::test]
async fn a_host_that_is_away_loses_nothing_to_the_rule_for_poisoned_deliveries() {
    let (_home, node) = impatient().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let server = Server::start(move |_| {
        Reply::status(if counted.fetch_add(1, Ordering::SeqCst) < 10 {
            500
        } else {
            202
        })
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=3, std::slice::from_ref(&inbox)).await;
    for _ in 0..12 {
        node.deliver().await;
        node.later(12 * 3600);
    }
    let mut arrived = came(&server, "localhost").split_off(10);
    arrived.sort_unstable();
    arrived.dedup();
    assert_eq!(arrived, [1, 2, 3]);
}

#[tokio::test]
async fn a_host_that_stumbles_by_chance_around_another_delivery_loses_nothing() {
    let (_home, node) = impatient().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    // Away for a while; then one is taken in, between two errors.
    let server = Server::start(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        4 => Reply::status(202),
        0..6 => Reply::status(502),
        _ => Reply::status(202),
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=2, std::slice::from_ref(&inbox)).await;
    for _ in 0..6 {
        node.deliver().await;
        node.later(600);
    }
    assert_eq!(came(&server, "localhost"), [1, 1, 1, 1, 2, 1, 1]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
}

/// A proxy whose program dies of one request.
#[tokio::test]
async fn a_delivery_that_kills_a_program_behind_its_proxy_is_set_aside_too() {
    let (_home, node) = impatient().await;
    let server = Server::start(|request| {
        let poisoned = String::from_utf8_lossy(&request.body).contains("\"number\":1}");
        Reply::status(if poisoned { 502 } else { 202 })
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=3, std::slice::from_ref(&inbox)).await;
    for _ in 0..9 {
        node.deliver().await;
        node.later(600);
    }
    assert_eq!(came(&server, "localhost"), [1, 1, 1, 1, 2, 1, 1, 1, 1, 3, 1]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
}

/// Who calls off a series changes many sessions at once, and Mobilizon answers 500 to each.
#[tokio::test]
async fn several_deliveries_that_a_host_cannot_digest_are_set_aside_together() {
    let (_home, node) = impatient().await;
    let server = Server::start(|request| Reply::status(if is_one_of(request, 1..=5) { 500 } else { 202 }));
    let inbox = server.url("/inbox");
    record(&node, 1..=8, std::slice::from_ref(&inbox)).await;
    for _ in 0..12 {
        node.deliver().await;
        node.later(600);
    }
    let came = came(&server, "localhost");
    let sound: Vec<u64> = came.iter().copied().filter(|number| *number > 5).collect();
    assert_eq!(sound, [6, 7, 8], "each once, in order: {came:?}");
    assert_eq!(waiting(&node.node.store, &inbox).await, 0, "{came:?}");
    assert_eq!(host(&node.node.store, &inbox).await.failures, 0);
    for number in 1..=5 {
        let tried = came.iter().filter(|came| **came == number).count();
        assert!((4..=11).contains(&tried), "{number} was tried {tried} times: {came:?}");
    }
}

/// What is refused on the way is closed, and says nothing of the host.
#[tokio::test]
async fn a_refusal_among_the_others_hides_none_that_is_taken_in() {
    let (_home, node) = impatient().await;
    let server = Server::start(|request| {
        Reply::status(match super::number(request) {
            1 => 500,
            2 => 422,
            _ => 202,
        })
    });
    let inbox = server.url("/inbox");
    record(&node, 1..=4, std::slice::from_ref(&inbox)).await;
    for _ in 0..9 {
        node.deliver().await;
        node.later(600);
    }
    let others: Vec<u64> = came(&server, "localhost")
        .into_iter()
        .filter(|number| *number != 1)
        .collect();
    assert_eq!(others, [2, 3, 4]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 0);
}

#[tokio::test]
async fn a_host_that_asks_for_time_in_the_middle_is_left_alone() {
    let (_home, node) = impatient().await;
    let asks = AtomicUsize::new(0);
    let server = Server::start(
        move |request| match (super::number(request), asks.load(Ordering::SeqCst)) {
            (_, 1) => Reply::new(429, "retry-after: 3600\r\n", b""),
            (1 | 2, _) => Reply::status(500),
            _ => {
                asks.store(1, Ordering::SeqCst);
                Reply::status(202)
            }
        },
    );
    let inbox = server.url("/inbox");
    record(&node, 1..=4, std::slice::from_ref(&inbox)).await;
    for _ in 0..4 {
        node.deliver().await;
        node.later(600);
    }
    assert_eq!(came(&server, "localhost"), [1, 1, 1, 1, 2, 3, 1]);
    assert_eq!(waiting(&node.node.store, &inbox).await, 3);
}
