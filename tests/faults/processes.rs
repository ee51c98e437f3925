//! One node of two processes on one PostgreSQL: either is killed at random moments, and both, while staff works through
//! both. What they share by leases is done once, in order, and none of it is lost.

use std::sync::Arc;

use tokio::sync::watch;

use super::dice::{Dice, rounds, seed};
use super::kill::{check_publisher, check_receiver, check_watcher, followed, kill_and_start, quiet};
use super::sender::Sender;
use super::site::Site;
use super::staff::Staff;
use super::watcher::Watcher;
use crate::support::database::Database;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: scripts/test.sh faults"]
async fn two_processes_on_one_postgresql_lose_nothing_when_either_is_killed_100_times() {
    let (Some(shared), own) = (Database::postgres(), Database::sqlite()) else {
        return;
    };
    let seed = seed();
    let one = Arc::new(Site::new("a", shared.url()));
    let other = Arc::new(one.twin(shared.url()));
    let receiver = Arc::new(Site::new("b", own.url()));
    for site in [&*one, &*other, &*receiver] {
        site.start();
        site.ready().await;
    }
    receiver.run(&["follow", &format!("{}groups/agenda", one.base)]);
    let sender = Sender::followed_by(&receiver, "h").await;
    let watcher = Watcher::of(&one, "w").await;
    followed(&receiver).await;

    let (stop, stopped) = watch::channel(false);
    let staff: Vec<_> = [&one, &other]
        .into_iter()
        .zip(1..)
        .map(|(site, member)| {
            let dice = Dice::new(seed ^ member);
            tokio::spawn(Staff::new(&format!("s{member}"), site, dice).work(stopped.clone()))
        })
        .collect();
    let times = rounds(100);
    kill_and_start(&one, &other, &Dice::new(seed), times).await;
    stop.send_replace(true);
    let mut all = Vec::new();
    for member in staff {
        all.push(member.await.expect("the staff"));
    }
    let acknowledged: Vec<usize> = all.iter().map(|staff| staff.acknowledged).collect();
    eprintln!("{acknowledged:?} changes acknowledged by the two processes");

    quiet(&one, &shared).await;
    quiet(&receiver, &own).await;
    for member in &all {
        member.check().await;
    }
    check_publisher(&one, &all).await;
    check_receiver(&one, &receiver, &sender).await;
    check_watcher(&one, &watcher, &all).await;
    let least = usize::try_from(times).expect("a number");
    assert!(acknowledged.iter().all(|each| *each > least), "there was no load");
}
