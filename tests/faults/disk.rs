//! A disk without space: what cannot be kept is refused in so many words, the rest goes on, and so does the node when
//! there is space again.
//!
//! The space ends in two ways: a limit on the size of files, which needs no rights, and a small file system of the
//! node's own, where this machine lets a user make one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use maillage::store::Target;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::dice::Dice;
use super::sender::Sender;
use super::site::Site;
use super::staff::Staff;

/// How the space ends, and how it returns.
trait Disk {
    fn fill(&self, node: &Site);
    fn free(&self, node: &Site);
    /// The database file as seen from outside.
    fn file(&self, node: &Site) -> PathBuf;
}

/// No file may be written beyond its first byte.
struct Limit;

impl Limit {
    fn set(node: &Site, bytes: Option<u64>) {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(pid(node)), Resource::Fsize, limit).expect("a limit");
    }
}

impl Disk for Limit {
    fn fill(&self, node: &Site) {
        Self::set(node, Some(1));
    }

    fn free(&self, node: &Site) {
        Self::set(node, None);
    }

    fn file(&self, node: &Site) -> PathBuf {
        node.folder().join("data/maillage.db")
    }
}

/// A file system in memory that only the node and its children see.
struct Small;

impl Small {
    fn inside(node: &Site, name: &str) -> PathBuf {
        let data = node.folder().join("data").join(name);
        Path::new(&format!("/proc/{}/root", pid(node).as_raw_nonzero()))
            .join(data.strip_prefix("/").expect("a whole path"))
    }
}

impl Disk for Small {
    fn fill(&self, node: &Site) {
        let mut ballast = std::fs::File::create(Self::inside(node, "ballast")).expect("a file");
        for size in [1 << 16, 1 << 12, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self, node: &Site) {
        std::fs::remove_file(Self::inside(node, "ballast")).expect("removed");
    }

    fn file(&self, node: &Site) -> PathBuf {
        Self::inside(node, "maillage.db")
    }
}

#[test]
#[ignore = "slow: scripts/test.sh faults"]
fn a_node_whose_files_may_not_grow_says_so_and_goes_on_afterwards() {
    // A signal would end the program: here as in a service whose manager ignores it.
    run(&Limit, "trap '' XFSZ; exec \"$@\"", &["sh", "-c"]);
}

#[test]
#[ignore = "slow: scripts/test.sh faults"]
fn a_node_on_a_full_disk_says_so_and_goes_on_afterwards() {
    let unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c"];
    let possible = Command::new("unshare")
        .args([&unshare[1..], &["mount -t tmpfs tmpfs /tmp"]].concat())
        .output();
    if !possible.is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: this machine lets no user make a file system");
        return;
    }
    let script = "mount -t tmpfs -o size=24m tmpfs data && cp -r prepared/. data && exec \"$@\"";
    run(&Small, script, &unshare);
}

fn run(disk: &dyn Disk, script: &str, shell: &[&str]) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let before: Vec<&str> = [shell, &[script, "sh"]].concat();
    runtime.block_on(full(disk, &before));
}

async fn full(disk: &dyn Disk, through: &[&str]) {
    let node = Arc::new(Site::through("a", through));
    node.start();
    node.ready().await;
    let sender = Sender::followed_by(&node, "h").await;
    let mut staff = Staff::new("s", &node, Dice::new(1));
    for _ in 0..3 {
        staff.publish().await;
    }
    let first = sender.create(1);
    assert_eq!(sender.send_once(&first).await, Some(202));
    let process = node.pid();

    disk.fill(&node);
    let late = sender.create(2);
    refused(&mut staff, &sender, &late).await;
    let shown = node.calendar().await;
    assert_eq!(
        shown.len(),
        staff.events.len() + 1,
        "what was accepted, and nothing else: {shown:#?}"
    );
    staff.check().await;

    disk.free(&node);
    let (start, before) = (Instant::now(), staff.events.len());
    while staff.events.len() == before || sender.send_once(&late).await != Some(202) {
        assert!(
            start.elapsed() < Duration::from_secs(15),
            "it does not recover:\n{}",
            node.said()
        );
        staff.publish().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(node.pid(), process, "it goes on without a restart");
    staff.check().await;
    let shown = node.calendar().await;
    assert_eq!(shown.len(), staff.events.len() + 2, "{shown:#?}");
    assert_eq!(integrity(&disk.file(&node)), "ok");
}

/// Staff and the peer try until nothing can be kept any more (a log that exists has room for a while), and then both are
/// refused with a status that says whose fault it is.
async fn refused(staff: &mut Staff, sender: &Sender, late: &serde_json::Value) {
    let start = Instant::now();
    while staff.refusals.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30), "nothing is refused");
        staff.publish().await;
    }
    for _ in 0..5 {
        staff.publish().await;
        assert_eq!(sender.send_once(late).await, Some(503), "a peer is asked to come again");
    }
    for (status, told) in &staff.refusals {
        assert!(matches!(status, 503 | 507), "{status} {told}");
        let detail = told["detail"].as_str().unwrap_or_default();
        assert!(
            detail.contains("space") && detail.contains("nothing was stored"),
            "{told}"
        );
    }
}

fn integrity(file: &Path) -> String {
    #[derive(QueryableByName)]
    struct Said {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    let mut conn = Target::Sqlite(file.into()).connect().expect("a connection");
    let said: Vec<Said> = diesel::sql_query("PRAGMA integrity_check")
        .load(&mut conn)
        .expect("an answer");
    said.into_iter().map(|said| said.integrity_check).collect()
}

fn pid(node: &Site) -> Pid {
    let pid = node.pid().expect("it runs");
    Pid::from_raw(i32::try_from(pid).expect("a process")).expect("a process")
}
