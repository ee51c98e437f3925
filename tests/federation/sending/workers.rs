//! Several workers on one database: they share, and what one holds when it dies is not lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use maillage::federation::delivery::Worker;
use maillage::store::deliveries as rows;
use url::Url;

use super::{number, record};
use crate::support::database::Database;
use crate::support::network::{Home, Running, clock, until};
use crate::support::server::{Reply, Server};

const HOSTS: usize = 24;
const LETTERS: u32 = 8;

fn inboxes(server: &Server) -> Vec<Url> {
    (0..HOSTS)
        .map(|at| server.url_at(&format!("h{at:02}.localhost"), "/inbox"))
        .collect()
}

/// 202, after a moment.
fn taken_after(pause: Duration) -> Reply {
    let answer = b"HTTP/1.1 202 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    Reply::drip("", pause, answer, 1)
}

/// What came to each host, in order.
fn arrivals(server: &Server) -> BTreeMap<String, Vec<u64>> {
    let mut by_host: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for post in server.seen() {
        by_host
            .entry(post.header("host").to_owned())
            .or_default()
            .push(number(&post));
    }
    by_host
}

async fn waiting(node: &Running) -> i64 {
    let all = node.node.store.read(rows::waiting).await;
    all.expect("the store answers")
}

/// Runs a test on each kind of database there is, in one runtime each.
fn on_both(test: impl AsyncFn(Home)) {
    let databases = std::iter::once(Database::sqlite()).chain(Database::postgres());
    for database in databases {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(test(Home::new("noeud", database, &clock())));
    }
}

#[test]
fn workers_share_the_hosts_and_send_everything_once_in_order() {
    on_both(async |home| {
        let node = home.start().await;
        let server = Server::start(|_| taken_after(Duration::from_millis(2)));
        record(&node, 1..=LETTERS, &inboxes(&server)).await;
        let workers: Vec<Worker> = (0..3).map(|_| Worker::new((*node.node.federation).clone())).collect();
        let mut tasks = Vec::new();
        for worker in workers {
            tasks.push(tokio::spawn(async move {
                while worker.step().await.expect("deliveries are claimed") > 0 {}
            }));
        }
        for task in tasks {
            task.await.expect("a worker ends");
        }
        let expected: Vec<u64> = (1..=u64::from(LETTERS)).collect();
        let arrived = arrivals(&server);
        assert_eq!(arrived.len(), HOSTS);
        for (host, numbers) in arrived {
            assert_eq!(numbers, expected, "{host}");
        }
        assert_eq!(waiting(&node).await, 0);
        home.kill(node).await;
    });
}

/// Three slow answers in a row outlast a lease: the third attempt at what the host stumbles over is made under a new one.
#[test]
fn a_host_that_stumbles_slowly_is_nobody_elses_meanwhile() {
    on_both(async |home| {
        let node = home.start().await;
        let (slow, clock) = (Arc::new(AtomicBool::new(false)), Arc::clone(&node.clock));
        let is_slow = Arc::clone(&slow);
        let server = Server::start(move |request| {
            let poisoned = number(request) == 1;
            let mut reply = Reply::status(if poisoned { 500 } else { 202 });
            if is_slow.load(Ordering::SeqCst) {
                clock.advance(TimeDelta::seconds(10));
                reply = reply.after(Duration::from_millis(300));
            }
            reply
        });
        record(&node, 1..=2, &[server.url_at("lent.localhost", "/inbox")]).await;
        for _ in 0..3 {
            node.deliver().await;
            node.later(600);
        }
        slow.store(true, Ordering::SeqCst);
        let workers = [0; 2].map(|_| Worker::new((*node.node.federation).clone()));
        let [first, second] = workers.map(|worker| async move {
            for _ in 0..80 {
                worker.step().await.expect("deliveries are claimed");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        tokio::join!(first, second);
        let came = super::came(&server, "lent");
        assert_eq!(came, [1, 1, 1, 1, 2, 1], "nobody else took it at the same time");
        home.kill(node).await;
    });
}

#[test]
fn what_a_dead_worker_held_is_sent_by_another_when_the_lease_ends() {
    on_both(async |home| {
        let node = home.start().await;
        let server = Server::start(|_| taken_after(Duration::from_millis(30)));
        record(&node, 1..=LETTERS, &inboxes(&server)).await;
        let doomed = Worker::new((*node.node.federation).clone());
        let task = tokio::spawn(async move { doomed.step().await });
        while server.seen().len() < HOSTS {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // As by kill -9, in the middle of everything.
        task.abort();
        let _ = task.await;
        let left = waiting(&node).await;
        assert!(left > 0, "something was in its hands");

        let other = Worker::new((*node.node.federation).clone());
        other.step().await.expect("deliveries are claimed");
        assert_eq!(waiting(&node).await, left, "its leases are respected");
        node.clock.advance(TimeDelta::seconds(31));
        while other.step().await.expect("deliveries are claimed") > 0 {}
        assert_eq!(waiting(&node).await, 0);
        for (host, numbers) in arrivals(&server) {
            let repeated = numbers.len() - usize::try_from(LETTERS).expect("few");
            let mut first = Vec::new();
            for number in &numbers {
                if !first.contains(number) {
                    first.push(*number);
                }
            }
            assert_eq!(
                first,
                (1..=u64::from(LETTERS)).collect::<Vec<_>>(),
                "{host}: {numbers:?}"
            );
            assert!(
                repeated <= 8,
                "{host}: only what was not settled comes again: {numbers:?}"
            );
        }
        home.kill(node).await;
    });
}

/// A machine without a clock of its own is told the time while a slow host answers.
#[test]
fn a_clock_that_leaps_over_a_lease_makes_nobody_send_twice_side_by_side() {
    on_both(async |home| {
        let mut node = home.start().await;
        let server = Server::start(|_| taken_after(Duration::from_millis(150)));
        let inbox = server.url_at("lent.localhost", "/inbox");
        record(&node, 1..=6, std::slice::from_ref(&inbox)).await;
        node.work();
        until("it is under way", async || !server.seen().is_empty()).await;
        node.later(3_600);
        node.node.federation.outbox_bell.notify_one();
        until("all is sent", async || waiting(&node).await == 0).await;
        let mut arrived: Vec<u64> = server.seen().iter().map(number).collect();
        // The one under way may go twice; receivers know it by its id.
        assert_eq!(arrived.iter().filter(|number| **number == 1).count(), 2, "{arrived:?}");
        assert_eq!(arrived.len(), 7, "{arrived:?}");
        arrived.dedup();
        assert_eq!(arrived, [1, 2, 3, 4, 5, 6]);
        home.kill(node).await;
    });
}
