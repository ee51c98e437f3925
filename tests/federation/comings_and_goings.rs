//! Follows that end and begin again, actors that delete themselves, addresses that answer 404 for a while: nothing is lost, and
//! nothing stays that nobody stands for.

use std::sync::{Arc, mpsc};

use chrono::TimeDelta;
use maillage::app::{following, moderation};
use maillage::domain::block::{Severity, Target};
use maillage::domain::id::FollowId;
use maillage::domain::time::FixedClock;
use maillage::store::{self, Conn, StoreError, peers};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::followers::says;
use super::networks::{follow_as, network, on_both, publish, settle};
use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Actor, Foreign};
use crate::support::network::{Home, Running, clock, until};

async fn follows(node: &Running) -> Value {
    node.get("/api/v1/follows", "application/json").await.json()["items"].clone()
}

async fn unfollow(node: &Running) {
    let id = follows(node).await[0]["id"].as_str().expect("an id").to_owned();
    let id: FollowId = id.parse().expect("an id");
    following::unfollow(&node.node, id).await.expect("unfollowed");
}

/// A node that follows an actor of other software.
async fn followed(clock: &Arc<FixedClock>, handle: &str) -> (Running, Foreign, Actor) {
    let node = Home::new("noeud", Database::sqlite(), clock).start().await;
    let server = Foreign::start("ailleurs", clock);
    let actor = server.actor("Group", handle);
    accept(&node, &server, &actor, None).await;
    (node, server, actor)
}

async fn accept(node: &Running, server: &Foreign, actor: &Actor, network: Option<&maillage::domain::centre::Centre>) {
    match network {
        Some(network) => follow_as(node, network, &actor.id).await,
        None => node.follow(&actor.id).await,
    }
    node.deliver().await;
    let received = server.received(node).await;
    let asked = received.into_iter().rfind(|one| one["type"] == "Follow");
    assert_eq!(actor.tell(node, "Accept", asked.expect("a Follow")).await, 202);
}

/// A write that holds up all others of a node.
pub(super) struct Busy {
    go: mpsc::Sender<()>,
    written: JoinHandle<Result<(), StoreError>>,
}

/// Keeps the one writer of a node on SQLite busy until it is let go, and does `work` then, before what waits behind it.
pub(super) async fn busy(
    node: &Running,
    mut work: impl FnMut(&mut Conn) -> Result<(), StoreError> + Send + 'static,
) -> Busy {
    let (go, wait) = mpsc::channel();
    let (begin, begun) = oneshot::channel();
    let (store, mut begin) = (node.node.store.clone(), Some(begin));
    let write = move |conn: &mut Conn| {
        if let Some(begin) = begin.take() {
            let _ = begin.send(());
        }
        let _ = wait.recv();
        work(conn)
    };
    let written = tokio::spawn(async move { store.write(write).await });
    begun.await.expect("a writer");
    Busy { go, written }
}

impl Busy {
    pub async fn let_go(self) {
        drop(self.go);
        self.written.await.expect("a task").expect("written");
    }
}

#[test]
fn who_is_followed_again_is_read_again_though_nothing_changed_there() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        publish(&nodes[0], &centre, "Café", 30).await;
        for _ in 0..2 {
            nodes[1].follow(&nodes[0].group("agenda")).await;
            settle(&all).await;
            assert_eq!(nodes[1].titles().await, ["Café"]);
            row.clock.advance(TimeDelta::minutes(1));
            // It is known as it is now.
            nodes[1].follow(&nodes[0].group("agenda")).await;
            settle(&all).await;
            unfollow(&nodes[1]).await;
            assert!(nodes[1].titles().await.is_empty());
            row.clock.advance(TimeDelta::minutes(1));
            settle(&all).await;
        }
    });
}

#[tokio::test]
async fn an_actor_that_deletes_itself_is_shown_as_gone_until_it_is_followed_no_more() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    assert_eq!(
        actor.tell(&node, "Create", server.event(&actor, "un", "Café")).await,
        202
    );
    assert_eq!(actor.tell(&node, "Delete", actor.id.as_str()).await, 202);
    assert!(node.titles().await.is_empty());
    let follow = follows(&node).await[0].clone();
    assert_eq!(follow["standing"], "gone", "{follow}");
    // A network that has not heard of it yet.
    let relay = server.actor("Group", "relais");
    accept(&node, &server, &relay, None).await;
    let signed = actor.proven(server.event(&actor, "deux", "Atelier"));
    assert_eq!(relay.tell(&node, "Announce", signed).await, 202);
    assert!(node.titles().await.is_empty());
    let all = follows(&node).await;
    let relays = all
        .as_array()
        .and_then(|all| all.iter().find(|one| one["standing"] != "gone"));
    let follow = relays.and_then(|one| one["id"].as_str()).expect("an id").to_owned();
    following::unfollow(&node.node, follow.parse().expect("an id"))
        .await
        .expect("unfollowed");
    node.deliver().await;
    clock.advance(TimeDelta::days(2));
    node.pull().await;
    assert_eq!(server.asked_for("/agenda/outbox"), 0, "nobody asks it any more");
    // It is back, and asked again.
    node.follow(&actor.id).await;
    assert_eq!(follows(&node).await[0]["standing"], "followed");
    node.pull().await;
    assert_eq!(server.asked_for("/agenda/outbox"), 1);
    unfollow(&node).await;
    assert_eq!(follows(&node).await, json!([]));
}

#[tokio::test]
async fn what_an_actor_said_before_it_deleted_itself_revives_nothing() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    let (one, two) = (server.event(&actor, "un", "Café"), server.event(&actor, "deux", "Thé"));
    assert_eq!(actor.tell(&node, "Create", one.clone()).await, 202);
    assert_eq!(node.titles().await, ["Café"]);
    assert_eq!(actor.tell(&node, "Delete", actor.id.as_str()).await, 202);
    for (kind, event) in [("Create", &two), ("Update", &one), ("Create", &one)] {
        assert_eq!(actor.tell(&node, kind, event.clone()).await, 202);
        assert!(node.titles().await.is_empty(), "{kind}");
    }
    assert_eq!(server.asked_for("/events/deux"), 0, "there is nothing to ask");
    // Somebody who wrote for it, and what it announced of another.
    let (person, other) = (server.actor("Person", "lea"), server.actor("Group", "autre"));
    let three = server.event(&actor, "trois", "Goûter");
    assert_eq!(person.tell(&node, "Create", three).await, 202);
    let theirs = server.event(&other, "quatre", "Atelier");
    assert_eq!(actor.tell(&node, "Announce", theirs["id"].clone()).await, 202);
    assert!(node.titles().await.is_empty());
}

#[tokio::test]
async fn what_was_announced_while_its_announcer_was_unfollowed_is_not_kept() {
    let clock = clock();
    let (node, server, relay) = followed(&clock, "relais").await;
    let author = server.actor("Group", "agenda");
    let event = server.event(&author, "un", "Café");
    let follow = follows(&node).await[0]["id"].as_str().expect("an id").to_owned();
    let follow: FollowId = follow.parse().expect("an id");
    let unfollowing = busy(&node, move |conn| store::follows::remove(conn, follow)).await;
    let announced = relay.tell(&node, "Announce", event["id"].clone());
    let meanwhile = async {
        until("the event is fetched", async || server.asked_for("/events/un") == 1).await;
        unfollowing.let_go().await;
    };
    let (status, ()) = tokio::join!(announced, meanwhile);
    assert_eq!(status, 202);
    assert!(node.titles().await.is_empty());
}

#[tokio::test]
async fn an_actor_that_is_back_and_says_so_is_read_again() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    assert_eq!(actor.tell(&node, "Delete", actor.id.as_str()).await, 202);
    clock.advance(TimeDelta::days(2));
    let document = server.document("/agenda");
    assert_eq!(actor.tell(&node, "Update", document).await, 202);
    assert_eq!(follows(&node).await[0]["standing"], "followed");
    let before = server.asked_for("/agenda/outbox");
    node.pull().await;
    assert_eq!(server.asked_for("/agenda/outbox"), before + 1);
}

#[tokio::test]
async fn an_actor_whose_programme_and_address_answer_410_is_gone_too() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    node.pull().await;
    server.serve_as("/agenda/outbox", 410, ACTIVITY, "{}");
    clock.advance(TimeDelta::days(1));
    node.pull().await;
    assert_eq!(
        follows(&node).await[0]["standing"],
        "followed",
        "the programme alone may have moved"
    );
    server.serve_as("/agenda", 410, ACTIVITY, "{}");
    clock.advance(TimeDelta::days(1));
    node.pull().await;
    assert_eq!(follows(&node).await[0]["standing"], "gone");
    assert_eq!(asked(&node, &server).await, 1);
    server.actor("Group", "agenda");
    node.follow(&actor.id).await;
    node.deliver().await;
    assert_eq!(asked(&node, &server).await, 2, "who was gone may have forgotten us");
}

/// How often it was asked.
async fn asked(node: &Running, server: &Foreign) -> usize {
    let received = server.received(node).await;
    received.iter().filter(|one| one["type"] == "Follow").count()
}

#[tokio::test]
async fn a_follow_that_nobody_answers_is_asked_for_again() {
    let clock = clock();
    let node = Home::new("noeud", Database::sqlite(), &clock).start().await;
    let server = Foreign::start("ailleurs", &clock);
    let actor = server.actor("Group", "agenda");
    node.follow(&actor.id).await;
    node.deliver().await;
    let first = server.received(&node).await.pop().expect("a Follow");
    let mut days = Vec::new();
    for day in 1..=60 {
        clock.advance(TimeDelta::days(1));
        if following::repeat(&node.node).await.expect("asked") == 1 {
            days.push(day);
        }
        assert_eq!(following::repeat(&node.node).await.expect("asked"), 0);
        node.deliver().await;
    }
    assert_eq!(days, [1, 2, 4, 8, 16]);
    assert_eq!(asked(&node, &server).await, 6);
    assert_eq!(node.follow_states().await, ["asked"]);
    let reject = actor.tell(&node, "Reject", first.clone()).await;
    assert_eq!(
        (reject, node.follow_states().await),
        (403, vec!["asked".to_owned()]),
        "of what is not asked any more"
    );
    assert_eq!(actor.tell(&node, "Accept", first).await, 202);
    assert_eq!(node.follow_states().await, ["accepted"]);
}

#[test]
fn what_a_network_announced_of_an_actor_that_is_gone_is_taken_back() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let (hub, reader) = (&nodes[0], &nodes[1]);
        let rlin = network(hub, "rlin").await;
        let server = Foreign::start("ailleurs", &row.clock);
        let (publisher, relay) = (server.actor("Group", "agenda"), server.actor("Group", "relais"));
        accept(hub, &server, &publisher, Some(&rlin)).await;
        accept(hub, &server, &relay, Some(&rlin)).await;
        reader.follow(&hub.group("rlin")).await;
        settle(&all).await;
        let event = server.event(&publisher, "un", "Café");
        assert_eq!(publisher.tell(hub, "Create", event.clone()).await, 202);
        assert_eq!(relay.tell(hub, "Announce", event["id"].clone()).await, 202);
        settle(&all).await;
        assert_eq!(reader.titles().await, ["Café"]);
        assert_eq!(publisher.tell(hub, "Delete", publisher.id.as_str()).await, 202);
        server.serve_as("/events/un", 410, ACTIVITY, "{}");
        settle(&all).await;
        assert!(hub.titles().await.is_empty());
        assert!(reader.titles().await.is_empty(), "the network took it back");
    });
}

#[tokio::test]
async fn an_event_that_was_away_for_a_moment_comes_back_by_whoever_relays_it() {
    let clock = clock();
    let (node, server, relay) = followed(&clock, "relais").await;
    let author = server.actor("Group", "agenda");
    let event = server.event(&author, "un", "Café");
    let listed = json!({
        "id": server.url("/relais/outbox"), "type": "OrderedCollection",
        "orderedItems": [relay.says("Announce", event["id"].clone())],
    });
    server.serve("/relais/outbox", &listed);
    clock.advance(TimeDelta::days(1));
    node.pull().await;
    assert_eq!(node.titles().await, ["Café"]);
    server.serve_as("/events/un", 404, ACTIVITY, "{}");
    clock.advance(TimeDelta::days(1));
    node.pull().await;
    assert!(node.titles().await.is_empty(), "its own address says so");
    server.serve("/events/un", &event);
    clock.advance(TimeDelta::days(1));
    node.pull().await;
    assert_eq!(node.titles().await, ["Café"]);
    // A late message revives nothing that was deleted.
    assert_eq!(author.tell(&node, "Delete", event["id"].clone()).await, 202);
    assert_eq!(author.tell(&node, "Create", event).await, 202);
    assert!(node.titles().await.is_empty());
}

#[test]
fn what_an_author_refused_us_for_a_while_comes_by_whoever_relays_it() {
    on_both(&["a", "b", "c"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let (author, hub, reader) = (&nodes[0], &nodes[1], &nodes[2]);
        let centre = author.centre("agenda").await;
        let rlin = network(hub, "rlin").await;
        follow_as(hub, &rlin, &author.group("agenda")).await;
        reader.follow(&hub.group("rlin")).await;
        settle(&all).await;
        let blocked = Target::Actor(format!("{}actor", reader.base));
        moderation::block(&author.node, blocked.clone(), Severity::Block, "")
            .await
            .expect("blocked");
        publish(author, &centre, "Café", 30).await;
        for hours in [0, 6] {
            row.clock.advance(TimeDelta::hours(hours));
            settle(&all).await;
            assert_eq!(hub.titles().await, ["Café"]);
            assert!(reader.titles().await.is_empty(), "its author is not to be had");
        }
        moderation::unblock(&author.node, blocked)
            .await
            .expect("blocked no more");
        // Nothing says so, and the programme of the network is as it was.
        row.clock.advance(TimeDelta::hours(13));
        settle(&all).await;
        assert_eq!(reader.titles().await, ["Café"]);
    });
}

#[tokio::test]
async fn a_programme_that_moved_is_found_though_nobody_said_so() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    node.pull().await;
    let mut document = server.document("/agenda");
    document["outbox"] = server.url("/agenda/programme").into();
    document["endpoints"]["sharedInbox"] = server.url("/other-inbox").into();
    server.serve("/agenda", &document);
    server.serve_as("/agenda/outbox", 404, ACTIVITY, "{}");
    let event = server.event(&actor, "un", "Café");
    let listed = json!({
        "id": server.url("/agenda/programme"), "type": "OrderedCollection",
        "orderedItems": [actor.says("Create", event)],
    });
    server.serve("/agenda/programme", &listed);
    clock.advance(TimeDelta::days(1));
    node.pull().await;
    clock.advance(TimeDelta::minutes(10));
    node.pull().await;
    assert_eq!(node.titles().await, ["Café"]);
    let account = actor.id.clone();
    let known = node.node.store.read(move |conn| peers::by_uri(conn, &account)).await;
    let inbox = known.expect("read").expect("known").shared_inbox;
    assert_eq!(inbox, Some(server.url("/other-inbox")));
}

#[tokio::test]
async fn what_a_followed_host_runs_and_how_its_actor_looks_is_asked_for_again() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    let said = |follows: Value| follows[0].clone();
    assert_eq!(said(follows(&node).await)["software"], Value::Null);
    says(&server, "gancio");
    clock.advance(TimeDelta::days(2));
    node.pull().await;
    assert_eq!(said(follows(&node).await)["software"], "gancio");
    let mut document = server.document("/agenda");
    document["name"] = "Agenda de la ville".into();
    server.serve("/agenda", &document);
    let before = server.asked_for("/agenda");
    for (days, name, asked) in [
        (6, "agenda", 0),
        (2, "Agenda de la ville", 1),
        (3, "Agenda de la ville", 1),
    ] {
        clock.advance(TimeDelta::days(days));
        node.pull().await;
        assert_eq!(said(follows(&node).await)["name"], name);
        assert_eq!(
            server.asked_for("/agenda") - before,
            asked,
            "not more often than once a week"
        );
    }
    // Another actor in its place is not taken for it.
    document["id"] = server.url("/autre").into();
    document["name"] = "Autre".into();
    server.serve("/agenda", &document);
    clock.advance(TimeDelta::days(8));
    node.pull().await;
    assert_eq!(said(follows(&node).await)["name"], "Agenda de la ville");
    assert_eq!(said(follows(&node).await)["actor"], actor.id.as_str());
}

/// Its one word may come just then: what waits for it does not wait for half a day all the same.
#[tokio::test]
async fn a_word_soon_after_a_failure_has_the_host_tried_again_within_the_minute() {
    let clock = clock();
    let (node, server, actor) = followed(&clock, "agenda").await;
    node.centre("ici").await;
    server.answer_with(&[503; 12]);
    assert_eq!(actor.tell(&node, "Follow", node.group("ici")).await, 202);
    for _ in 0..11 {
        node.deliver().await;
        clock.advance(TimeDelta::hours(13));
    }
    let says = || actor.tell(&node, "Like", "https://a.example/1");
    assert_eq!(says().await, 202);
    node.deliver().await;
    let tried = server.posts().len();
    clock.advance(TimeDelta::seconds(2));
    assert_eq!(says().await, 202);
    node.deliver().await;
    assert_eq!(server.posts().len(), tried, "at most once a minute");
    clock.advance(TimeDelta::seconds(58));
    node.deliver().await;
    assert_eq!(server.posts().len(), tried + 1);
    assert_eq!(server.posts().pop().expect("a letter")["type"], "Accept");
}
