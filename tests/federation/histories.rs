//! Outboxes that are histories: they still list what was deleted since, in pages that change without their root.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Actor, Foreign};
use crate::support::network::{Home, Running, clock};

/// A node that follows one actor of a server, which has one event.
struct Scene {
    node: Running,
    other: Foreign,
    actor: Actor,
    event: Value,
}

impl Scene {
    async fn new() -> Self {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        let other = Foreign::start("pair", &clock);
        let actor = other.actor("Group", "agenda");
        let scene = Self {
            node: home.start().await,
            event: other.event(&actor, "cafe", "Café"),
            other,
            actor,
        };
        scene.node.follow(&scene.actor.id).await;
        scene.node.deliver().await;
        let follow = scene.other.received(&scene.node).await.pop().expect("a Follow");
        assert_eq!(scene.actor.tell(&scene.node, "Accept", follow).await, 202);
        scene.node.pull().await;
        scene
    }

    async fn tell(&self, kind: &str, object: Value) {
        assert_eq!(self.actor.tell(&self.node, kind, object).await, 202, "{kind}");
        self.node.clock.advance(TimeDelta::minutes(1));
    }

    fn create(&self) -> Value {
        self.actor.says("Create", self.event.clone())
    }

    fn tombstone(&self) -> Value {
        json!({ "id": self.event["id"], "type": "Tombstone", "formerType": "Event" })
    }

    fn lists(&self, items: &[Value]) {
        let outbox = json!({
            "id": self.other.url("/agenda/outbox"), "type": "OrderedCollection",
            "totalItems": items.len(), "orderedItems": items,
        });
        self.other.serve("/agenda/outbox", &outbox);
    }

    /// What the calendar has after another reading.
    async fn read_again(&self) -> Vec<String> {
        self.node.clock.advance(TimeDelta::days(1));
        self.node.pull().await;
        self.node.titles().await
    }
}

#[tokio::test]
async fn what_was_deleted_does_not_come_back_from_an_outbox_that_still_lists_it() {
    for told in [true, false] {
        let scene = Scene::new().await;
        scene.tell("Create", scene.event.clone()).await;
        scene.tell("Delete", scene.tombstone()).await;
        scene.other.serve_as("/events/cafe", 410, ACTIVITY, "");
        let delete = told.then(|| scene.actor.says("Delete", scene.tombstone()));
        let items: Vec<Value> = delete.into_iter().chain([scene.create()]).collect();
        scene.lists(&items);
        for _ in 0..2 {
            assert!(scene.read_again().await.is_empty(), "with its Delete: {told}");
        }
        assert!(
            scene.other.asked_for("/events/cafe") <= 1,
            "and is not asked for each time"
        );
    }
}

#[tokio::test]
async fn what_was_deleted_comes_back_when_its_own_address_has_it() {
    let scene = Scene::new().await;
    scene.tell("Create", scene.event.clone()).await;
    scene.tell("Delete", scene.tombstone()).await;
    scene.lists(&[scene.create()]);
    assert_eq!(scene.read_again().await, ["Café"]);
}

#[tokio::test]
async fn a_delete_that_was_lost_is_found_in_the_outbox() {
    let scene = Scene::new().await;
    scene.tell("Create", scene.event.clone()).await;
    scene.lists(&[scene.actor.says("Delete", scene.tombstone()), scene.create()]);
    assert_eq!(scene.read_again().await, ["Café"], "its own address has the last word");
    scene.other.serve_as("/events/cafe", 410, ACTIVITY, "");
    assert!(scene.read_again().await.is_empty());
}

#[tokio::test]
async fn a_change_on_a_page_is_found_though_the_root_of_the_outbox_is_as_it_was() {
    let scene = Scene::new().await;
    let page = |event: &Value| {
        let page = json!({
            "id": scene.other.url("/agenda/outbox/1"), "type": "OrderedCollectionPage",
            "orderedItems": [scene.actor.says("Create", event.clone())],
        });
        scene.other.serve("/agenda/outbox/1", &page);
    };
    let root = json!({
        "id": scene.other.url("/agenda/outbox"), "type": "OrderedCollection", "totalItems": 1,
        "first": scene.other.url("/agenda/outbox/1"),
    });
    scene.other.serve("/agenda/outbox", &root);
    scene.other.tag("/agenda/outbox", "etag", "\"1\"");
    page(&scene.event);
    assert_eq!(scene.read_again().await, ["Café"]);
    let mut moved = scene.event.clone();
    moved["name"] = json!("Thé");
    moved["updated"] = json!("2026-11-24T10:00:00Z");
    page(&moved);
    assert_eq!(scene.read_again().await, ["Thé"]);
}

#[tokio::test]
async fn an_outbox_on_one_page_is_read_when_it_changed() {
    let scene = Scene::new().await;
    scene.lists(&[scene.create()]);
    scene.other.tag("/agenda/outbox", "etag", "\"1\"");
    assert_eq!(scene.read_again().await, ["Café"]);
    let mut moved = scene.event.clone();
    moved["name"] = json!("Thé");
    moved["updated"] = json!("2026-11-24T10:00:00Z");
    scene.lists(&[scene.actor.says("Create", moved)]);
    assert_eq!(scene.read_again().await, ["Café"], "304: it is not read");
    scene.other.tag("/agenda/outbox", "etag", "\"2\"");
    assert_eq!(scene.read_again().await, ["Thé"]);
}

#[tokio::test]
async fn a_delete_that_was_lost_and_that_a_history_leaves_out_is_found() {
    for tag in [None, Some("\"1\"")] {
        let scene = Scene::new().await;
        scene.lists(&[scene.create()]);
        if let Some(tag) = tag {
            scene.other.tag("/agenda/outbox", "etag", tag);
        }
        assert_eq!(scene.read_again().await, ["Café"]);
        assert_eq!(scene.read_again().await, ["Café"], "its own address has it");
        scene.other.serve_as("/events/cafe", 410, ACTIVITY, "");
        assert!(scene.read_again().await.is_empty(), "unchanged: {tag:?}");
    }
}

#[tokio::test]
async fn a_few_of_what_a_history_lists_are_asked_for_at_each_reading() {
    const EVENTS: usize = 40;
    let scene = Scene::new().await;
    let (names, paths): (Vec<String>, Vec<String>) = (0..EVENTS)
        .map(|number| (format!("atelier-{number}"), format!("/events/atelier-{number}")))
        .unzip();
    let creates = names.iter().map(|name| scene.other.event(&scene.actor, name, name));
    let creates: Vec<Value> = creates.map(|event| scene.actor.says("Create", event)).collect();
    scene.lists(&creates);
    assert_eq!(scene.read_again().await.len(), EVENTS);
    for path in &paths {
        scene.other.serve_as(path, 410, ACTIVITY, "");
    }
    let asked = || paths.iter().map(|path| scene.other.asked_for(path)).sum::<usize>();
    for reading in 1..=4 {
        let before = asked();
        assert_eq!(scene.read_again().await.len(), EVENTS - 10 * reading);
        assert_eq!(asked() - before, 10, "and what is known to be gone no more");
    }
}
