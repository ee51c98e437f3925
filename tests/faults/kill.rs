//! `kill -9` at random moments, of the publisher, of the receiver, of both, while staff and a peer work on.
//!
//! Nothing that was acknowledged is lost, nothing is shown twice or in an older form, nothing that was deleted lives.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use maillage::store::deliveries;
use tokio::sync::watch;

use super::dice::{Dice, rounds, seed};
use super::sender::Sender;
use super::site::{Outcome, Site};
use super::staff::Staff;
use super::watcher::Watcher;
use crate::support::database::Database;

/// Longest time until all is quiet after the last kill: leases of the dead end, hosts are tried again.
const QUIET: Duration = Duration::from_secs(100);

#[test]
#[ignore = "minutes: scripts/test.sh faults"]
fn two_nodes_on_sqlite_lose_nothing_when_they_are_killed_200_times() {
    run(&Database::sqlite(), &Database::sqlite());
}

#[test]
#[ignore = "minutes: scripts/test.sh faults"]
fn two_nodes_on_postgresql_lose_nothing_when_they_are_killed_200_times() {
    if let (Some(publisher), Some(receiver)) = (Database::postgres(), Database::postgres()) {
        run(&publisher, &receiver);
    }
}

fn run(publisher: &Database, receiver: &Database) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(killed(publisher, receiver));
}

async fn killed(publisher: &Database, receiver: &Database) {
    let seed = seed();
    let a = Arc::new(Site::new("a", publisher.url()));
    let b = Arc::new(Site::new("b", receiver.url()));
    a.start();
    b.start();
    a.ready().await;
    b.ready().await;
    b.run(&["follow", &format!("{}groups/agenda", a.base)]);
    let sender = Sender::followed_by(&b, "h").await;
    let watcher = Watcher::of(&a, "w").await;
    followed(&b).await;

    let (stop, stopped) = watch::channel(false);
    let staff: Vec<_> = (0..2)
        .map(|member| {
            let dice = Dice::new(seed ^ (member + 1));
            tokio::spawn(Staff::new(&format!("s{member}"), &a, dice).work(stopped.clone()))
        })
        .collect();
    let sender = tokio::spawn(sender.work(Dice::new(seed ^ 77), stopped));
    kill_and_start(&a, &b, &Dice::new(seed), rounds(200)).await;
    stop.send_replace(true);
    let mut all = Vec::new();
    for member in staff {
        all.push(member.await.expect("the staff"));
    }
    let sender = sender.await.expect("the peer");
    let acknowledged: usize = all.iter().map(|staff| staff.acknowledged).sum();
    eprintln!(
        "{acknowledged} changes acknowledged, {} events answered 202",
        sender.taken.len()
    );
    assert!(acknowledged > 20 && sender.taken.len() > 10, "there was no load");

    quiet(&a, publisher).await;
    quiet(&b, receiver).await;
    for member in &all {
        member.check().await;
    }
    check_publisher(&a, &all).await;
    check_receiver(&a, &b, &sender).await;
    check_watcher(&a, &watcher, &all).await;
}

/// Waits until both follows of the receiver stand.
pub(super) async fn followed(site: &Site) {
    let start = Instant::now();
    loop {
        if let Outcome::Answered(200, follows) = site.get("/api/v1/follows").await {
            let items = follows["items"].as_array().expect("items");
            if items.len() == 2 && items.iter().all(|follow| follow["state"] == "accepted") {
                return;
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "not followed:\n{}",
            site.said()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(super) async fn kill_and_start(a: &Site, b: &Site, dice: &Dice, times: u64) {
    for _ in 0..times {
        tokio::time::sleep(dice.pause(50, 850)).await;
        let victims: &[&Site] = match dice.below(5) {
            0 | 1 => &[a],
            2 | 3 => &[b],
            _ => &[a, b],
        };
        victims.iter().for_each(|victim| victim.kill());
        victims.iter().for_each(|victim| victim.start());
    }
}

/// Waits until nothing waits in the outbox any more.
pub(super) async fn quiet(site: &Site, database: &Database) {
    site.ready().await;
    let (start, mut conn) = (Instant::now(), database.conn());
    // A host that was down at each of its turns would be tried again in minutes.
    conn.batch_execute("UPDATE hosts SET next_attempt_at = 0 WHERE next_attempt_at IS NOT NULL")
        .expect("tried now");
    while deliveries::waiting(&mut conn).expect("a count") > 0 {
        assert!(
            start.elapsed() < QUIET,
            "{} deliveries wait:\n{}",
            site.base,
            site.said()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Beside what was acknowledged there is only what was asked for without an answer, at most once.
pub(super) async fn check_publisher(site: &Site, all: &[Staff]) {
    let known: BTreeSet<&str> = all
        .iter()
        .flat_map(|staff| &staff.events)
        .map(|known| known.id.as_str())
        .collect();
    let mut unanswered: BTreeSet<&String> = all.iter().flat_map(|staff| &staff.unanswered).collect();
    for [uri, title, ..] in site.calendar().await {
        let id = uri.rsplit('/').next().expect("an id");
        assert!(
            known.contains(id) || unanswered.remove(&title),
            "{title} ({uri}) was never asked for, or is there twice"
        );
    }
}

/// The receiver shows what the publisher shows, each once, and everything that it answered 202 for.
pub(super) async fn check_receiver(a: &Site, b: &Site, sender: &Sender) {
    let expected = a.calendar().await;
    let start = Instant::now();
    loop {
        let shown = b.calendar().await;
        let (theirs, others): (Vec<_>, Vec<_>) = shown
            .into_iter()
            .partition(|[uri, ..]| uri.starts_with(a.base.as_str()));
        let taken: Vec<_> = others.iter().map(|[uri, title, ..]| (uri, title)).collect();
        let equal = theirs == expected;
        // The last messages may still be read.
        if !equal && start.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        assert!(equal, "published:\n{expected:#?}\nreceived:\n{theirs:#?}");
        assert_eq!(taken, sender.taken.iter().collect::<Vec<_>>(), "answered 202");
        return;
    }
}

/// The watcher was told of everything, in order, up to the last state.
pub(super) async fn check_watcher(site: &Site, watcher: &Watcher, all: &[Staff]) {
    let known = watcher.known();
    for event in all.iter().flat_map(|staff| &staff.events) {
        let told = known
            .get(&event.uri(site))
            .unwrap_or_else(|| panic!("never told of {event:?}"));
        let title = event
            .event
            .as_ref()
            .map(|event| event["title"].as_str().expect("a title"));
        assert_eq!(told.as_deref(), title, "told of {}", event.id);
    }
}
