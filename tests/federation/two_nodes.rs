//! Two nodes that follow one another over HTTP, each with a database of its own: from SQLite to PostgreSQL and back.

use std::sync::Arc;

use chrono::TimeDelta;
use maillage::app::{events, following};
use maillage::domain::centre::Centre;
use maillage::domain::event::Event;
use maillage::domain::time::{Clock, FixedClock};
use maillage::federation::{pull, urls};
use maillage::store::hosts::Room;
use maillage::store::{deliveries, follows, hosts};
use serde_json::Value;

use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Letter};
use crate::support::network::{Home, Running, clock, until, weekly, workshop};

/// A publisher and its follower, not started yet.
struct Pair {
    publisher: Home,
    follower: Home,
    clock: Arc<FixedClock>,
}

/// Runs a test in both directions; with SQLite on both sides where there is no PostgreSQL.
fn both_ways<F: Future<Output = ()>>(test: impl Fn(Pair) -> F) {
    let run = |publisher: Database, follower: Database| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let clock = clock();
        runtime.block_on(test(Pair {
            publisher: Home::new("a", publisher, &clock),
            follower: Home::new("b", follower, &clock),
            clock,
        }));
    };
    match (Database::postgres(), Database::postgres()) {
        (Some(one), Some(other)) => {
            run(Database::sqlite(), one);
            run(other, Database::sqlite());
        }
        _ => run(Database::sqlite(), Database::sqlite()),
    }
}

/// Both nodes, the centre `agenda` on the first, followed by the second; nobody works in the background.
async fn followed(pair: &Pair) -> (Running, Running, Centre) {
    let (a, b) = (pair.publisher.start().await, pair.follower.start().await);
    let centre = a.centre("agenda").await;
    b.follow(&a.group("agenda")).await;
    b.deliver().await;
    a.deliver().await;
    b.pull().await;
    assert_eq!(b.follow_states().await, ["accepted"]);
    (a, b, centre)
}

async fn publish(node: &Running, centre: &Centre, title: &str, hours: i64) -> Event {
    events::publish(&node.node, centre.id, workshop(title, hours))
        .await
        .expect("published")
}

/// How many items a collection of the centre counts.
async fn count(node: &Running, collection: &str) -> u64 {
    let path = format!("/groups/agenda/{collection}");
    node.get(&path, ACTIVITY).await.json()["totalItems"]
        .as_u64()
        .expect("a count")
}

/// Moves the clock past every wait of a failed delivery or reading.
fn later(pair: &Pair) {
    pair.clock.advance(TimeDelta::minutes(11));
}

#[test]
fn every_change_is_seen_on_the_other_node_within_two_seconds() {
    both_ways(|pair| async move {
        let (mut a, mut b) = (pair.publisher.start().await, pair.follower.start().await);
        a.work();
        b.work();
        let centre = a.centre("agenda").await;
        b.follow(&a.group("agenda")).await;
        until("the Accept", async || b.follow_states().await == ["accepted"]).await;
        assert_eq!(count(&a, "followers").await, 1);

        let event = publish(&a, &centre, "Café numérique", 30).await;
        until("publication", async || b.titles().await == ["Café numérique"]).await;
        pair.clock.advance(TimeDelta::minutes(1));
        events::revise(&a.node, event.id, workshop("Café des aidants", 54))
            .await
            .expect("revised");
        let revised = async || {
            let shown = b.calendar().await;
            shown.len() == 1 && shown[0].title == "Café des aidants" && shown[0].start.starts_with("2026-11-25T14:00")
        };
        until("revision", revised).await;
        pair.clock.advance(TimeDelta::minutes(1));
        let reason = Some("Salle indisponible".to_owned());
        events::cancel(&a.node, event.id, reason).await.expect("cancelled");
        until("cancellation", async || b.calendar().await[0].status == "cancelled").await;
        events::delete(&a.node, event.id).await.expect("deleted");
        until("deletion", async || b.calendar().await.is_empty()).await;
        pair.publisher.stop(a).await;
        pair.follower.stop(b).await;
    });
}

#[test]
fn nodes_that_meet_sign_with_ed25519_from_then_on() {
    both_ways(async |pair| {
        let (publisher, follower, centre) = followed(&pair).await;
        publish(&publisher, &centre, "Atelier", 30).await;
        publisher.deliver().await;
        for (node, other) in [(&publisher, &pair.follower), (&follower, &pair.publisher)] {
            let name = urls::host(&other.base);
            let host = node.node.store.read(move |conn| hosts::by_name(conn, &name)).await;
            let dialect = host.expect("a look").expect("the host").dialect;
            assert_eq!(
                dialect.as_deref(),
                Some("rfc9421-ed25519"),
                "announced by the actor of {}",
                other.base
            );
        }
        assert_eq!(follower.titles().await, ["Atelier"], "and the signature is believed");
    });
}

#[test]
fn a_series_is_posted_once_and_pulled_whole_and_goes_whole() {
    both_ways(|pair| async move {
        let (mut a, mut b, centre) = followed(&pair).await;
        a.work();
        b.work();
        let facts = weekly("Atelier du mardi", 30, 60);
        let series = events::publish(&a.node, centre.id, facts).await.expect("published");
        until("the whole series", async || b.calendar().await.len() == 60).await;
        assert_eq!(b.calendar().await, a.calendar().await);
        assert_eq!(count(&a, "outbox").await, 1, "one session is posted, not sixty");

        pair.clock.advance(TimeDelta::minutes(1));
        events::revise(&a.node, series.id, weekly("Atelier du mardi", 30, 50))
            .await
            .expect("shortened");
        until("the shorter series", async || b.calendar().await.len() == 50).await;
        events::cancel(&a.node, series.id, None).await.expect("cancelled");
        until("all cancelled", async || {
            b.calendar().await.iter().all(|session| session.status == "cancelled")
        })
        .await;
        events::delete(&a.node, series.id).await.expect("deleted");
        until("nothing left", async || b.calendar().await.is_empty()).await;
        pair.publisher.stop(a).await;
        pair.follower.stop(b).await;
    });
}

#[test]
fn one_event_costs_one_message_and_a_series_one_reading_more() {
    both_ways(async |pair| {
        let (a, b, centre) = followed(&pair).await;
        let readings = async || {
            let due = pull::step(&b.node.federation).await;
            due.expect("a look at what is due")
        };
        let event = publish(&a, &centre, "Atelier", 30).await;
        a.deliver().await;
        assert_eq!((b.titles().await, readings().await), (vec!["Atelier".to_owned()], 0));
        events::delete(&a.node, event.id).await.expect("deleted");
        a.deliver().await;
        assert_eq!((b.titles().await.len(), readings().await), (0, 0));
        let series = events::publish(&a.node, centre.id, weekly("Atelier du mardi", 30, 3)).await;
        a.deliver().await;
        assert_eq!(readings().await, 1, "to have its other dates");
        events::delete(&a.node, series.expect("published").id)
            .await
            .expect("deleted");
        a.deliver().await;
        assert_eq!((readings().await, b.titles().await.len()), (1, 0));
    });
}

#[test]
fn later_sessions_of_a_series_are_posted_as_they_come_near() {
    both_ways(|pair| async move {
        let (a, _b, centre) = followed(&pair).await;
        events::publish(&a.node, centre.id, weekly("Atelier", 30, 4))
            .await
            .expect("published");
        for posted in 2..=4 {
            pair.clock.advance(TimeDelta::days(7));
            assert!(events::keep_up(&a.node).await.expect("kept up") > 0, "posted");
            assert_eq!(events::keep_up(&a.node).await.expect("kept up"), 0, "posted once");
            assert_eq!(count(&a, "outbox").await, posted);
        }
    });
}

#[test]
fn a_cancelled_series_posts_no_more_sessions() {
    both_ways(|pair| async move {
        let (a, _b, centre) = followed(&pair).await;
        let series = events::publish(&a.node, centre.id, weekly("Atelier", 30, 4))
            .await
            .expect("published");
        events::cancel(&a.node, series.id, None).await.expect("cancelled");
        let told = count(&a, "outbox").await;
        pair.clock.advance(TimeDelta::days(7));
        events::keep_up(&a.node).await.expect("kept up");
        assert_eq!(count(&a, "outbox").await, told, "nobody was told of the others");
    });
}

#[test]
fn what_was_published_before_the_follow_is_there_after_it() {
    both_ways(|pair| async move {
        let a = pair.publisher.start().await;
        let centre = a.centre("agenda").await;
        publish(&a, &centre, "Déjà là", 30).await;
        let b = pair.follower.start().await;
        b.follow(&a.group("agenda")).await;
        assert_eq!(b.follow_states().await, ["asked"]);
        b.deliver().await;
        a.deliver().await;
        b.pull().await;
        assert_eq!(b.titles().await, ["Déjà là"]);
    });
}

#[test]
fn unfollowing_ends_it_on_both_sides() {
    both_ways(|pair| async move {
        let (a, b, centre) = followed(&pair).await;
        publish(&a, &centre, "Avant", 30).await;
        a.deliver().await;
        assert_eq!(b.titles().await, ["Avant"]);
        let follow = b
            .node
            .store
            .read(|conn| follows::list(conn, None, 10))
            .await
            .expect("read")
            .remove(0)
            .0;
        following::unfollow(&b.node, follow.id).await.expect("unfollowed");
        assert!(b.titles().await.is_empty(), "nobody would keep it up to date any more");
        b.deliver().await;
        assert_eq!(count(&a, "followers").await, 0);
        publish(&a, &centre, "Après", 40).await;
        a.deliver().await;
        later(&pair);
        b.pull().await;
        assert!(b.titles().await.is_empty());
        b.follow(&a.group("agenda")).await;
        b.deliver().await;
        a.deliver().await;
        b.pull().await;
        assert_eq!(b.titles().await, ["Avant", "Après"], "and it can begin again");
    });
}

#[test]
fn a_publisher_that_is_killed_before_it_sends_loses_nothing() {
    both_ways(|pair| async move {
        let (a, b, centre) = followed(&pair).await;
        let first = publish(&a, &centre, "Un", 30).await;
        publish(&a, &centre, "Deux", 31).await;
        events::cancel(&a.node, first.id, None).await.expect("cancelled");
        leave_leases_behind(&a).await;
        pair.publisher.kill(a).await;

        let mut a = pair.publisher.start().await;
        a.work();
        if pair.publisher.is_postgres() {
            // Another process may be at work: its lease has to end first.
            a.deliver().await;
            assert!(b.titles().await.is_empty());
            pair.clock.advance(TimeDelta::minutes(3));
            a.deliver().await;
        }
        let expected = [("Un", "cancelled"), ("Deux", "scheduled")];
        until("both events", async || {
            let shown = b.calendar().await;
            shown
                .iter()
                .map(|one| (one.title.as_str(), one.status.as_str()))
                .eq(expected)
        })
        .await;
        pair.publisher.stop(a).await;
    });
}

/// What `kill -9` in the middle of a delivery leaves in the database.
async fn leave_leases_behind(node: &Running) {
    let (now, lease) = (node.clock.now(), node.clock.now() + TimeDelta::minutes(2));
    let room = Room {
        healthy: 10,
        new: 10,
        failing: 10,
    };
    let claimed = node
        .node
        .store
        .write(move |conn| hosts::claim(conn, now, lease, room, "a process that died"))
        .await
        .expect("claimed");
    assert_eq!(claimed.len(), 1);
}

#[test]
fn a_follower_that_was_down_gets_everything_once_and_in_order() {
    both_ways(|pair| async move {
        let (a, b, centre) = followed(&pair).await;
        publish(&a, &centre, "Avant la panne", 29).await;
        a.deliver().await;
        pair.follower.kill(b).await;

        let moved = publish(&a, &centre, "Un", 30).await;
        let gone = publish(&a, &centre, "Deux", 31).await;
        a.deliver().await;
        pair.clock.advance(TimeDelta::minutes(1));
        events::revise(&a.node, moved.id, workshop("Un, déplacé", 40))
            .await
            .expect("revised");
        events::delete(&a.node, gone.id).await.expect("deleted");
        publish(&a, &centre, "Trois", 33).await;
        a.deliver().await;

        let b = pair.follower.start().await;
        assert_eq!(b.titles().await, ["Avant la panne"], "what was accepted is still there");
        later(&pair);
        a.deliver().await;
        assert_eq!(b.titles().await, ["Avant la panne", "Trois", "Un, déplacé"]);
        assert_eq!(b.follow_states().await, ["accepted"]);
    });
}

#[test]
fn nodes_converge_by_reading_when_every_message_was_lost() {
    both_ways(|pair| async move {
        let (a, b, centre) = followed(&pair).await;
        let kept = publish(&a, &centre, "Reste", 30).await;
        let gone = publish(&a, &centre, "Part", 31).await;
        a.deliver().await;
        assert_eq!(b.titles().await, ["Reste", "Part"]);
        pair.clock.advance(TimeDelta::minutes(1));
        events::revise(&a.node, kept.id, workshop("Reste, mais plus tard", 50))
            .await
            .expect("revised");
        events::delete(&a.node, gone.id).await.expect("deleted");
        publish(&a, &centre, "Arrive", 33).await;
        // Nothing is delivered: only the regular reading can tell.
        b.pull().await;
        pair.clock.advance(TimeDelta::hours(4));
        b.pull().await;
        assert_eq!(b.titles().await, ["Arrive", "Reste, mais plus tard"]);
        assert_eq!(b.calendar().await, a.calendar().await);
    });
}

#[test]
fn a_follower_that_restarts_while_the_publisher_works_misses_nothing() {
    both_ways(|pair| async move {
        let (mut a, mut b, centre) = followed(&pair).await;
        a.work();
        b.work();
        publish(&a, &centre, "Un", 30).await;
        until("the first", async || b.titles().await == ["Un"]).await;
        pair.follower.stop(b).await;
        publish(&a, &centre, "Deux", 31).await;
        let mut b = pair.follower.start().await;
        b.work();
        publish(&a, &centre, "Trois", 32).await;
        later(&pair);
        a.deliver().await;
        until("the others", async || b.titles().await == ["Un", "Deux", "Trois"]).await;
        pair.publisher.stop(a).await;
        pair.follower.stop(b).await;
    });
}

#[test]
fn the_same_activity_again_changes_nothing() {
    both_ways(|pair| async move {
        let (a, b, centre) = followed(&pair).await;
        let event = publish(&a, &centre, "Un", 30).await;
        pair.clock.advance(TimeDelta::minutes(1));
        events::revise(&a.node, event.id, workshop("Un, revu", 30))
            .await
            .expect("revised");
        events::delete(&a.node, event.id).await.expect("deleted");
        let host = urls::host(&b.base);
        let waiting = a
            .node
            .store
            .read(move |conn| deliveries::next(conn, &host, 10))
            .await
            .expect("read");
        assert_eq!(waiting.len(), 3, "Create, Update, Delete");
        a.deliver().await;
        assert!(b.titles().await.is_empty());
        // As after a crash between the answer and the note of it: all of them once more, forwards and backwards.
        let signers = a
            .node
            .federation
            .keys
            .of(&a.node.store, Some(centre.id))
            .await
            .expect("keys");
        for delivery in waiting.iter().chain(waiting.iter().rev()) {
            let body = delivery.activity.body.clone().into_bytes();
            let letter = Letter::signed(&signers.rsa, &b.base, body, pair.clock.now());
            assert_eq!(letter.send(&b).await, 202, "{}", delivery.activity.body);
        }
        b.pull().await;
        assert!(b.titles().await.is_empty(), "nothing that was deleted comes back");
        assert_eq!(b.follow_states().await, ["accepted"]);
    });
}

#[test]
fn following_twice_is_following_once() {
    both_ways(|pair| async move {
        let (a, b) = (pair.publisher.start().await, pair.follower.start().await);
        let centre = a.centre("agenda").await;
        b.follow(&a.group("agenda")).await;
        b.follow(&format!("@agenda@{}", urls::host(&a.base))).await;
        b.deliver().await;
        a.deliver().await;
        b.follow(&a.group("agenda")).await;
        b.deliver().await;
        a.deliver().await;
        assert_eq!(b.follow_states().await, ["accepted"]);
        assert_eq!(count(&a, "followers").await, 1);
        publish(&a, &centre, "Un", 30).await;
        a.deliver().await;
        assert_eq!(b.titles().await, ["Un"]);
        let followers: Value = a.get("/groups/agenda/followers", ACTIVITY).await.json();
        assert!(
            followers.get("orderedItems").is_none() && followers.get("first").is_none(),
            "counted, never listed"
        );
    });
}
