//! Hosts that take everything in slowly, and senders that say everything slowly: others have their turn all the same.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use crate::federation::sending::{came, record};
use crate::support::database::Database;
use crate::support::foreign::Foreign;
use crate::support::network::{Home, clock};
use crate::support::server::{Reply, Server};

/// More than there are lanes for hosts that are well.
const SLOW: usize = 140;
/// What each of them is sent: forty seconds of it.
const EACH: u32 = 133;
const ANSWER: Duration = Duration::from_millis(300);
/// A turn, the attempt under way, and a machine that does other things.
const LONGEST: Duration = Duration::from_secs(20);

#[tokio::test]
#[ignore = "half a minute: scripts/test.sh faults"]
async fn hosts_that_are_slow_and_well_take_turns_with_the_others() {
    let home = Home::new("noeud", Database::sqlite(), &clock());
    let mut node = home.start().await;
    let slow = Server::start(|_| Reply::status(202).after(ANSWER));
    let quick = Server::start(|_| Reply::status(202));
    let slow_inboxes: Vec<Url> = (0..SLOW)
        .map(|at| slow.url_at(&format!("h{at:03}.localhost"), "/inbox"))
        .collect();
    let inbox = quick.url_at("vif.localhost", "/inbox");
    record(&node, 1..=1, &slow_inboxes).await;
    record(&node, 1..=1, std::slice::from_ref(&inbox)).await;
    node.deliver().await;
    node.deliver().await;
    node.deliver().await;
    assert_eq!(slow.seen().len(), SLOW, "all are well");
    record(&node, 2..=EACH, &slow_inboxes).await;
    // Whose turn it is goes by the node's own clock.
    let clock = node.clock.clone();
    let ticking = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            clock.advance(TimeDelta::milliseconds(100));
        }
    });
    node.work();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = tokio::time::Instant::now();
    record(&node, 2..=3, std::slice::from_ref(&inbox)).await;
    while came(&quick, "vif").len() < 3 {
        let waited = asked.elapsed();
        assert!(waited < LONGEST, "{waited:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(slow.seen().len() < SLOW * 100, "they were still at it");
    ticking.abort();
    home.kill(node).await;
}

/// Senders that hold the inbox at the same time.
const DRIPPING: usize = 40;

#[tokio::test]
#[ignore = "half a minute: scripts/test.sh faults"]
async fn a_body_of_a_byte_a_second_is_given_up_and_holds_up_nobody() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let node = home.start().await;
    node.centre("agenda").await;
    let server = Foreign::start("lent", &clock);
    let actor = server.actor("Person", "lectrice");
    let follow = actor.says("Follow", node.group("agenda"));
    let letter = actor.letter(&node, &follow);
    let mut head = format!("POST /inbox HTTP/1.1\r\ncontent-length: {}\r\n", letter.body.len());
    for (name, value) in &letter.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let address = ("127.0.0.1", node.base.port().expect("a port"));
    let began = tokio::time::Instant::now();
    let mut dripping = tokio::task::JoinSet::new();
    for _ in 0..DRIPPING {
        let (head, body) = (head.clone(), letter.body.clone());
        dripping.spawn(async move {
            let mut line = tokio::net::TcpStream::connect(address).await.expect("a connection");
            line.write_all(head.as_bytes()).await.expect("the head");
            let mut answer = vec![0; 64];
            for byte in body {
                tokio::select! {
                    read = line.read(&mut answer) => {
                        let read = read.expect("an answer");
                        return String::from_utf8_lossy(&answer[..read]).into_owned();
                    }
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                }
                line.write_all(&[byte]).await.expect("a byte");
            }
            panic!("it was read to its end");
        });
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let asked = tokio::time::Instant::now();
    let quick = server.actor("Person", "vive");
    assert_eq!(quick.tell(&node, "Follow", node.group("agenda")).await, 202);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    while let Some(answer) = dripping.join_next().await {
        assert!(answer.expect("no panic").starts_with("HTTP/1.1 503"));
    }
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let metrics = node.get("/metrics", "*/*").await.text;
    let counted = format!("maillage_inbox_total{{outcome=\"refused\",reason=\"slow\"}} {DRIPPING}");
    assert!(metrics.contains(&counted), "{metrics}");
    home.kill(node).await;
}
