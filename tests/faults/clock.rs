//! Clocks that disagree: ten minutes change nothing; two hours are refused, in words that whoever runs a node can see.

use std::sync::Arc;

use chrono::TimeDelta;
use maillage::app::events;
use maillage::domain::centre::Centre;
use maillage::domain::time::FixedClock;
use maillage::federation::urls;
use maillage::store::hosts;

use crate::support::database::Database;
use crate::support::network::{Home, Running, clock, workshop};

/// A publisher and its follower, each with a clock of its own.
struct Pair {
    a: Running,
    b: Running,
    centre: Centre,
    clocks: [Arc<FixedClock>; 2],
}

impl Pair {
    /// Both follow each other's time at first.
    async fn new() -> Self {
        let clocks = [clock(), clock()];
        let a = Home::new("a", Database::sqlite(), &clocks[0]).start().await;
        let b = Home::new("b", Database::sqlite(), &clocks[1]).start().await;
        let centre = a.centre("agenda").await;
        Self { a, b, centre, clocks }
    }

    async fn follow(&self) {
        self.b.follow(&self.a.group("agenda")).await;
        self.deliver().await;
        assert_eq!(self.b.follow_states().await, ["accepted"]);
    }

    async fn deliver(&self) {
        self.b.deliver().await;
        self.a.deliver().await;
    }

    /// Time goes by for both.
    fn later(&self, minutes: i64) {
        self.clocks
            .iter()
            .for_each(|clock| clock.advance(TimeDelta::minutes(minutes)));
    }
}

/// How far the publisher's clock is from the follower's.
async fn ten_minutes_off(minutes: i64) {
    let pair = Pair::new().await;
    pair.clocks[0].advance(TimeDelta::minutes(minutes));
    pair.follow().await;
    let event = events::publish(&pair.a.node, pair.centre.id, workshop("Un", 30)).await;
    let event = event.expect("published");
    pair.deliver().await;
    assert_eq!(pair.b.titles().await, ["Un"]);
    // Sooner than the clocks differ: the later version must win all the same.
    for title in ["Un, revu", "Un, revu encore"] {
        pair.later(1);
        let revised = events::revise(&pair.a.node, event.id, workshop(title, 31)).await;
        revised.expect("revised");
        pair.deliver().await;
        assert_eq!(pair.b.titles().await, [title]);
    }
    pair.b.pull().await;
    assert_eq!(
        pair.b.titles().await,
        ["Un, revu encore"],
        "reading brings nothing older"
    );
    pair.later(1);
    events::delete(&pair.a.node, event.id).await.expect("deleted");
    pair.deliver().await;
    assert!(pair.b.titles().await.is_empty());
}

#[tokio::test]
#[ignore = "scripts/test.sh faults"]
async fn a_publisher_ten_minutes_ahead_is_followed_as_any_other() {
    ten_minutes_off(10).await;
}

#[tokio::test]
#[ignore = "scripts/test.sh faults"]
async fn a_publisher_ten_minutes_behind_is_followed_as_any_other() {
    ten_minutes_off(-10).await;
}

/// The publisher's clock is wrong for a while.
async fn two_hours_off(hours: i64, word: &str) {
    let pair = Pair::new().await;
    pair.follow().await;
    pair.clocks[0].advance(TimeDelta::hours(hours));
    let event = events::publish(&pair.a.node, pair.centre.id, workshop("Un", 30)).await;
    event.expect("published");
    pair.deliver().await;
    assert!(
        pair.b.titles().await.is_empty(),
        "a signature of another hour is worth nothing"
    );
    let host = urls::host(&pair.b.base);
    let seen = pair.a.node.store.read(move |conn| hosts::by_name(conn, &host)).await;
    let error = seen.expect("read").expect("a host").last_error.expect("an error");
    assert!(
        error.contains("401") && error.contains(word),
        "the operator of the publisher reads: {error}"
    );
    let counted = pair.b.get("/metrics", "text/plain").await.text;
    let counted = counted.lines().find(|line| line.contains(word));
    assert!(
        counted.is_some(),
        "the operator of the follower sees it counted: {word}"
    );

    // Nobody sees to it for hours.
    for _ in 0..12 {
        pair.later(30);
        pair.deliver().await;
    }
    assert!(pair.b.titles().await.is_empty());

    // Set right, and a while later all is there.
    pair.clocks[0].advance(TimeDelta::hours(-hours));
    pair.later(180);
    pair.clocks[0].advance(TimeDelta::hours(hours.max(0)));
    pair.clocks[1].advance(TimeDelta::hours(hours.max(0)));
    pair.deliver().await;
    assert_eq!(pair.b.titles().await, ["Un"], "nothing is lost");
}

#[tokio::test]
#[ignore = "scripts/test.sh faults"]
async fn a_publisher_two_hours_ahead_is_refused_and_both_sides_can_see_why() {
    two_hours_off(2, "future").await;
}

#[tokio::test]
#[ignore = "scripts/test.sh faults"]
async fn a_publisher_two_hours_behind_is_refused_and_both_sides_can_see_why() {
    two_hours_off(-2, "old").await;
}
