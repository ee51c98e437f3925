//! Hosts that take everything in, slowly, with much that waits for each of them: others have their turn all the same.

use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use crate::federation::sending::{came, record};
use crate::support::database::Database;
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
