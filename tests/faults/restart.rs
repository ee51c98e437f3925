//! The PostgreSQL server restarted at random moments (`immediate`: as after a crash) while staff and a peer work on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use maillage::store::{Target, deliveries};
use tokio::sync::watch;

use super::dice::{Dice, seed};
use super::sender::Sender;
use super::site::{Outcome, Site};
use super::staff::Staff;
use super::watcher::Watcher;
use crate::support::database::postgres_is_required;

const RESTARTS: usize = 8;

/// A cluster that this test may restart, on which a commit is written before it is answered.
struct Cluster {
    folder: PathBuf,
    url: String,
}

impl Cluster {
    fn start() -> Option<Self> {
        // The server may run as another user, who must get there.
        let folder = std::env::temp_dir().join(format!("maillage-test-postgres-restart-{}", std::process::id()));
        let started = script(&folder, "start");
        let said = String::from_utf8_lossy(&started.stderr);
        match started.status.code() {
            Some(0) => Some(Self {
                url: String::from_utf8_lossy(&started.stdout).trim().to_owned(),
                folder,
            }),
            Some(3) => {
                assert!(!postgres_is_required(), "PostgreSQL is required: {said}");
                eprintln!("skipped: {said}");
                None
            }
            _ => panic!("PostgreSQL did not start: {said}"),
        }
    }

    fn restart(&self) {
        let restarted = script(&self.folder, "restart");
        assert!(
            restarted.status.success(),
            "{}",
            String::from_utf8_lossy(&restarted.stderr)
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script(&self.folder, "stop");
    }
}

fn script(folder: &Path, command: &str) -> std::process::Output {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test-postgres.sh"))
        .arg(command)
        .env("MAILLAGE_TEST_POSTGRES_DIR", folder)
        .env("MAILLAGE_TEST_POSTGRES_OPTIONS", "-c synchronous_commit=on")
        .output()
        .expect("the script runs")
}

#[test]
#[ignore = "slow: scripts/test.sh faults"]
fn a_node_outlives_restarts_of_its_database() {
    let Some(cluster) = Cluster::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(restarted(&cluster));
}

async fn restarted(cluster: &Cluster) {
    let seed = seed();
    let node = Arc::new(Site::new("a", &cluster.url));
    node.start();
    node.ready().await;
    let sender = Sender::followed_by(&node, "h").await;
    let watcher = Watcher::of(&node, "w").await;
    let process = node.pid();
    let (stop, stopped) = watch::channel(false);
    let staff = Staff::new("s", &node, Dice::new(seed ^ 1));
    let staff = tokio::spawn(staff.work(stopped.clone()));
    let sender = tokio::spawn(sender.work(Dice::new(seed ^ 77), stopped));
    let dice = Dice::new(seed);
    for _ in 0..RESTARTS {
        tokio::time::sleep(dice.pause(300, 2_000)).await;
        tokio::task::block_in_place(|| cluster.restart());
    }
    // It comes back by itself.
    let start = Instant::now();
    while !matches!(node.get("/health/ready").await, Outcome::Answered(200, _)) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "not ready again:\n{}",
            node.said()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop.send_replace(true);
    let (staff, sender) = (staff.await.expect("the staff"), sender.await.expect("the peer"));
    assert_eq!(node.pid(), process, "it goes on without a restart");
    assert!(staff.acknowledged > 10 && sender.taken.len() > 5, "there was no load");
    let other: Vec<_> = staff.refusals.iter().filter(|(status, _)| *status != 503).collect();
    assert!(
        other.is_empty(),
        "a database that is away is no fault of the request: {other:?}\n{}",
        node.said()
    );

    let mut conn = Target::parse(&cluster.url)
        .expect("a URL")
        .connect()
        .expect("a connection");
    let start = Instant::now();
    while deliveries::waiting(&mut conn).expect("a count") > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "deliveries wait:\n{}",
            node.said()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    staff.check().await;
    let shown = node.calendar().await;
    let taken = shown.iter().filter(|[uri, ..]| !uri.starts_with(node.base.as_str()));
    assert!(
        taken.map(|[uri, title, ..]| (uri, title)).eq(&sender.taken),
        "answered 202"
    );
    let known = watcher.known();
    for event in &staff.events {
        let title = event
            .event
            .as_ref()
            .map(|event| event["title"].as_str().expect("a title"));
        let told = known.get(&event.uri(&node)).and_then(Option::as_deref);
        assert_eq!(told, title, "told of {}", event.id);
    }
}
