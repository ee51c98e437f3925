//! Followed peers whose programme has no end, lies, or would fill the calendar: each reading is bounded, keeps what is good
//! and says on the follow what it left out.

mod named;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use maillage::domain::event::{Event, EventFacts, Origin, Schedule};
use maillage::domain::id::EventId;
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::{DEFAULT_ZONE, Instant as Moment};
use maillage::federation::pull::MAX_ON_A_DAY;
use maillage::federation::shares::MAX_EVENTS;
use maillage::store::{StoreError, tombstones};
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Actor, Foreign};
use crate::support::network::{Home, Running, clock, until};

/// A node that follows one actor of a server.
struct Scene {
    node: Running,
    other: Foreign,
    actor: Actor,
}

impl Scene {
    /// The actor's outbox is `outbox` when it is followed.
    async fn with(outbox: impl FnOnce(&Foreign, &Actor) -> Value) -> Self {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        let other = Foreign::start("pair", &clock);
        let actor = other.actor("Group", "agenda");
        let scene = Self {
            node: home.start().await,
            other,
            actor,
        };
        let outbox = outbox(&scene.other, &scene.actor);
        scene.other.serve("/agenda/outbox", &outbox);
        scene.node.follow(&scene.actor.id).await;
        scene.node.deliver().await;
        let follow = scene.other.received(&scene.node).await.pop().expect("a Follow");
        assert_eq!(scene.actor.tell(&scene.node, "Accept", follow).await, 202);
        scene.node.pull().await;
        scene
    }

    /// What the follow says of the last reading.
    async fn problem(&self) -> String {
        let follows = self.node.get("/api/v1/follows", "application/json").await.json();
        let follow = &follows["items"][0];
        follow["problem"].as_str().unwrap_or_default().to_owned()
    }

    async fn has_buried(&self, event: &Value) -> bool {
        let uri = event["id"].as_str().expect("an id").to_owned();
        let store = &self.node.node.store;
        let found = store.read(move |conn| tombstones::find(conn, &uri)).await;
        found.expect("a look").is_some()
    }

    async fn was_read(&self) -> bool {
        let follows = self.node.get("/api/v1/follows", "application/json").await.json();
        follows["items"][0]["read"].is_string()
    }
}

fn event(other: &Foreign, actor: &Actor, name: &str, start: &str) -> Value {
    let mut event = other.event(actor, name, &format!("Atelier {name}"));
    event["startTime"] = json!(start);
    event.as_object_mut().expect("an object").remove("endTime");
    event
}

fn collection(other: &Foreign, actor: &Actor, items: Vec<Value>) -> Value {
    let creates: Vec<Value> = items.into_iter().map(|event| actor.says("Create", event)).collect();
    json!({ "id": other.url("/agenda/outbox"), "type": "OrderedCollection", "totalItems": 3, "orderedItems": creates })
}

fn page(other: &Foreign, number: usize, next: &str, items: Value) -> Value {
    json!({
        "id": other.url(&format!("/agenda/outbox/{number}")),
        "type": "OrderedCollectionPage",
        "totalItems": 4_000_000_000_u64,
        "next": next,
        "orderedItems": items,
    })
}

#[tokio::test]
async fn deletes_of_what_never_was_do_not_fill_the_memory() {
    let scene = Scene::with(|other, _| other.document("/agenda/outbox")).await;
    let base = scene.other.base.to_string();
    let now = scene.node.node.now();
    let fill = scene.node.node.store.write(move |conn| {
        for number in 0..=tombstones::MOST_OF_SERVER {
            assert_eq!(
                tombstones::insert_of_peer(conn, &format!("{base}nothing/{number}"), now)?,
                number < tombstones::MOST_OF_SERVER
            );
        }
        // Its neighbours have room, those of a longer name and of another port too.
        for neighbour in [
            "http://pair.localhost.example/1",
            "http://pair.localhost/1",
            "http://autre.example/1",
        ] {
            assert!(tombstones::insert_of_peer(conn, neighbour, now)?);
        }
        Ok::<_, StoreError>(())
    });
    fill.await.expect("full");
    let never = scene.other.event(&scene.actor, "jamais", "Jamais");
    assert_eq!(scene.actor.tell(&scene.node, "Delete", never["id"].clone()).await, 202);
    assert!(!scene.has_buried(&never).await);
    // What is there goes all the same.
    let event = scene.other.event(&scene.actor, "un", "Café");
    assert_eq!(scene.actor.tell(&scene.node, "Create", event.clone()).await, 202);
    assert_eq!(scene.node.titles().await, ["Café"]);
    assert_eq!(scene.actor.tell(&scene.node, "Delete", event["id"].clone()).await, 202);
    assert!(scene.node.titles().await.is_empty());
    assert!(!scene.has_buried(&event).await);
}

#[tokio::test]
async fn a_collection_without_end_is_read_up_to_a_bound() {
    let scene = Scene::with(|other, actor| {
        for number in 1..300 {
            let next = other.url(&format!("/agenda/outbox/{}", number + 1));
            let good = actor.says(
                "Create",
                event(other, actor, &number.to_string(), "2026-12-01T14:00:00+01:00"),
            );
            let items = if number == 1 { json!([good]) } else { json!([]) };
            other.serve(&format!("/agenda/outbox/{number}"), &page(other, number, &next, items));
        }
        json!({ "type": "OrderedCollection", "totalItems": -3, "first": other.url("/agenda/outbox/1") })
    })
    .await;
    assert_eq!(scene.problem().await, "too_many_pages");
    assert_eq!(scene.node.titles().await, ["Atelier 1"], "what was read is kept");
    assert_eq!(scene.other.asked_for("/agenda/outbox/250"), 0);
    assert!(scene.was_read().await);
}

#[tokio::test]
async fn pages_in_a_circle_and_on_other_hosts_end_the_reading() {
    for (next, problem) in [
        ("/agenda/outbox/1", "page_loop"),
        ("http://elsewhere.example/outbox/2", "page_elsewhere"),
        ("file:///etc/passwd", "page_elsewhere"),
    ] {
        let scene = Scene::with(|other, _| {
            let next = if next.starts_with('/') {
                other.url(next)
            } else {
                next.to_owned()
            };
            other.serve("/agenda/outbox/1", &page(other, 1, &next, json!([])));
            json!({ "type": "OrderedCollection", "totalItems": 0, "first": other.url("/agenda/outbox/1") })
        })
        .await;
        assert_eq!(scene.problem().await, problem, "{next}");
    }
}

#[tokio::test]
async fn pages_within_pages_are_bounded_too() {
    let scene = Scene::with(|_, _| {
        let mut whole = json!({ "type": "OrderedCollectionPage", "orderedItems": [] });
        for _ in 0..30 {
            whole = json!({ "type": "OrderedCollectionPage", "orderedItems": [], "next": whole });
        }
        whole
    })
    .await;
    let problem = scene.problem().await;
    assert!(problem.is_empty() || problem == "answer_json", "{problem}");
    let deep = Scene::with(|other, _| {
        let body = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        other.serve_as("/agenda/outbox/deep", 200, ACTIVITY, &body);
        json!({ "type": "OrderedCollection", "first": other.url("/agenda/outbox/deep") })
    })
    .await;
    assert_eq!(deep.problem().await, "answer_json");
}

#[tokio::test]
async fn a_total_that_cannot_be_is_told() {
    for (total, problem) in [(-1_i64, "other_total"), (4_000_000_000, "other_total"), (7, "")] {
        let scene = Scene::with(|other, actor| {
            let mut outbox = collection(
                other,
                actor,
                vec![event(other, actor, "un", "2026-12-01T14:00:00+01:00")],
            );
            outbox["totalItems"] = json!(total);
            outbox
        })
        .await;
        assert_eq!(scene.node.titles().await, ["Atelier un"]);
        assert_eq!(scene.problem().await, problem, "{total}");
    }
}

#[tokio::test]
async fn more_items_than_anybody_has_are_cut() {
    let scene = Scene::with(|other, actor| {
        let mut items = vec![json!(7); 2_500];
        items[0] = actor.says("Create", event(other, actor, "bon", "2026-12-01T14:00:00+01:00"));
        json!({ "type": "OrderedCollection", "orderedItems": items })
    })
    .await;
    assert!(
        scene.problem().await.contains("too_many_items"),
        "{}",
        scene.problem().await
    );
    assert_eq!(scene.node.titles().await, ["Atelier bon"]);
}

#[tokio::test]
async fn many_items_on_many_pages_are_cut_too() {
    let scene = Scene::with(|other, actor| {
        let good = actor.says("Create", event(other, actor, "bon", "2026-12-01T14:00:00+01:00"));
        for number in 1..13 {
            let next = other.url(&format!("/agenda/outbox/{}", number + 1));
            let mut items = vec![json!(7); 1_000];
            items[0] = good.clone();
            other.serve(
                &format!("/agenda/outbox/{number}"),
                &page(other, number, &next, json!(items)),
            );
        }
        json!({ "type": "OrderedCollection", "first": other.url("/agenda/outbox/1") })
    })
    .await;
    let problem = scene.problem().await;
    assert!(problem.contains("too_many_items"), "{problem}");
    assert_eq!(scene.other.asked_for("/agenda/outbox/12"), 0);
    assert_eq!(scene.node.titles().await, ["Atelier bon"]);
}

#[tokio::test]
async fn a_thousand_sessions_a_day_do_not_fill_the_day() {
    let scene = Scene::with(|other, actor| {
        let on_a_day = (0..1_000).map(|number| event(other, actor, &format!("n{number}"), "2026-12-01T14:00:00+01:00"));
        let next_day = event(other, actor, "lendemain", "2026-12-02T14:00:00+01:00");
        collection(other, actor, on_a_day.chain([next_day]).collect())
    })
    .await;
    assert_eq!(scene.problem().await, "too_many_on_a_day: 800");
    assert_eq!(
        scene.node.titles().await.len(),
        MAX_ON_A_DAY + 1,
        "the other day is whole"
    );
}

#[tokio::test]
async fn a_publisher_does_not_fill_the_calendar() {
    let scene = Scene::with(|other, actor| collection(other, actor, Vec::new())).await;
    let uri = scene.actor.id.clone();
    let fill = scene.node.node.store.write(move |conn| {
        let peer = maillage::store::peers::by_uri(conn, &uri)?.expect("a peer");
        let start: Moment = "2027-01-01T09:00:00Z".parse().expect("an instant");
        for number in 0..MAX_EVENTS {
            let start = start + TimeDelta::hours(number);
            let schedule = Schedule::once(DEFAULT_ZONE, start, start + TimeDelta::hours(1));
            let occurrence = schedule.sessions().expect("a session")[0];
            let event = Event {
                id: EventId::new(start, &SystemRandomness),
                uri: format!("{uri}/{number}"),
                url: format!("{uri}/{number}"),
                origin: Origin::Remote(peer.id),
                facts: EventFacts::new("Plein", schedule),
                published: start,
                updated: start,
            };
            maillage::store::events::upsert_remote(conn, &event, occurrence)?;
        }
        Ok(())
    });
    fill.await.expect("filled");
    let one_more = event(&scene.other, &scene.actor, "trop", "2026-12-01T14:00:00+01:00");
    assert_eq!(
        scene.actor.tell(&scene.node, "Create", one_more.clone()).await,
        422,
        "pushed"
    );
    let outbox = collection(&scene.other, &scene.actor, vec![one_more]);
    scene.other.serve("/agenda/outbox", &outbox);
    scene.node.clock.advance(TimeDelta::days(1));
    scene.node.pull().await;
    assert_eq!(scene.problem().await, "too_many_events", "and pulled");
}

#[tokio::test]
async fn what_is_wrong_in_a_programme_is_told_and_the_rest_is_kept() {
    let scene = Scene::with(|other, actor| {
        let mut items: Vec<Value> = [
            "0000-01-01T00:00:00Z",
            "2126-01-01T09:00:00Z",
            "2040-01-01T09:00:00Z",
            "hier",
        ]
        .iter()
        .enumerate()
        .map(|(number, start)| event(other, actor, &format!("faux{number}"), start))
        .collect();
        let good = event(other, actor, "bon", "2026-12-01T14:00:00+01:00");
        let mut bomb = event(other, actor, "bombe", "2026-12-01T15:00:00+01:00");
        bomb["content"] = json!("<div>".repeat(50_000));
        items.extend([good.clone(), good, bomb]);
        items.push(event(other, actor, "vieux", "2019-05-01T14:00:00+02:00"));
        collection(other, actor, items)
    })
    .await;
    assert_eq!(scene.problem().await, "out_of_time: 3; unreadable_event");
    assert_eq!(scene.node.titles().await, ["Atelier bon", "Atelier bombe"], "each once");
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_too_slow_is_a_failure_that_is_told() {
    let scene = Scene::with(|other, actor| {
        let mut huge = event(other, actor, "gros", "2026-12-01T14:00:00+01:00");
        huge["content"] = json!("a".repeat(10 * 1024 * 1024));
        collection(other, actor, vec![huge])
    })
    .await;
    assert_eq!(scene.problem().await, "answer_too_large");
    assert!(!scene.was_read().await);
    scene
        .other
        .serve("/agenda/outbox", &collection(&scene.other, &scene.actor, Vec::new()));
    scene.node.clock.advance(TimeDelta::hours(1));
    let began = Instant::now();
    scene.node.pull().await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(scene.problem().await, "", "a good reading ends the report");
}

#[tokio::test]
async fn an_event_whose_deletion_was_lost_leaves_when_its_own_address_says_so() {
    let day = "2026-12-01T14:00:00+01:00";
    let scene = Scene::with(|other, actor| {
        let items = ["un", "deux", "trois"].map(|name| event(other, actor, name, day));
        collection(other, actor, items.into())
    })
    .await;
    assert_eq!(scene.node.titles().await.len(), 3);
    let rest = vec![event(&scene.other, &scene.actor, "deux", day)];
    scene
        .other
        .serve("/agenda/outbox", &collection(&scene.other, &scene.actor, rest));
    scene.other.serve_as("/events/un", 410, ACTIVITY, "");
    scene.node.clock.advance(TimeDelta::days(1));
    scene.node.pull().await;
    let mut titles = scene.node.titles().await;
    titles.sort();
    assert_eq!(
        titles,
        ["Atelier deux", "Atelier trois"],
        "what an outbox leaves out may be there"
    );
}

#[tokio::test]
async fn what_is_only_named_is_fetched_once_and_all_of_it_in_the_end() {
    let (day, count) = ("2026-12-01T14:00:00+01:00", 130);
    let scene = Scene::with(|other, actor| {
        let items = (0..count).map(|number| event(other, actor, &number.to_string(), day));
        let creates: Vec<Value> = items.map(|event| actor.says("Create", event["id"].clone())).collect();
        json!({ "id": other.url("/agenda/outbox"), "type": "OrderedCollection", "orderedItems": creates })
    })
    .await;
    assert_eq!(scene.node.titles().await.len(), 100);
    assert!(scene.problem().await.starts_with("too_many_fetches"));
    scene.node.clock.advance(TimeDelta::minutes(11));
    scene.node.pull().await;
    assert_eq!(scene.node.titles().await.len(), count);
    assert_eq!(scene.problem().await, "");
    let fetches: usize = (0..count)
        .map(|number| scene.other.asked_for(&format!("/events/{number}")))
        .sum();
    assert!(
        fetches <= count + 50,
        "{fetches}: a few are looked at again at each reading"
    );
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_waited_for_once() {
    let scene = Scene::with(|other, actor| {
        let named = (0..50).map(|number| format!("http://127.0.0.1:9/events/{number}"));
        let mut items: Vec<Value> = named.map(|id| actor.says("Announce", id)).collect();
        items.push(actor.says("Create", event(other, actor, "bon", "2026-12-01T14:00:00+01:00")));
        json!({ "id": other.url("/agenda/outbox"), "type": "OrderedCollection", "orderedItems": items })
    })
    .await;
    assert_eq!(scene.node.titles().await, ["Atelier bon"]);
    assert_eq!(scene.problem().await, "connect; silent_host: 49");
}

#[tokio::test]
async fn posts_that_are_no_events_are_not_asked_for_and_do_not_hide_the_events_behind_them() {
    let scene = Scene::with(|other, actor| {
        let note = |number: usize| {
            let id = other.url(&format!("/notes/{number}"));
            let note = json!({ "id": id, "type": "Note", "attributedTo": actor.id, "content": "Bonjour" });
            other.serve(&format!("/notes/{number}"), &note);
            note
        };
        // Some carry the post, some only name it.
        let embedded = (0..150).map(|number| actor.says("Create", note(number)));
        let named = (150..300).map(|number| actor.says("Announce", note(number)["id"].clone()));
        let items: Vec<Value> = embedded
            .chain(named)
            .chain([actor.says(
                "Create",
                event(other, actor, "un", "2026-12-01T14:00:00+01:00")["id"].clone(),
            )])
            .collect();
        json!({ "id": other.url("/agenda/outbox"), "type": "OrderedCollection", "orderedItems": items })
    })
    .await;
    scene.node.clock.advance(TimeDelta::minutes(11));
    scene.node.pull().await;
    assert_eq!(scene.node.titles().await.len(), 1, "the rest had its turn");
    assert_eq!(scene.problem().await, "");
    let asked = |number: usize| scene.other.asked_for(&format!("/notes/{number}"));
    assert_eq!((0..150).map(asked).sum::<usize>(), 0);
    scene.node.clock.advance(TimeDelta::hours(12));
    scene.node.pull().await;
    assert!((150..300).all(|number| asked(number) == 1), "each once in a week");
}

#[tokio::test]
async fn peers_that_fail_wait_for_places_of_their_own() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let mut node = home.start().await;
    let silent = Foreign::start("muet", &clock);
    let mut actors = Vec::new();
    for number in 0..8 {
        let actor = silent.actor("Group", &format!("agenda{number}"));
        node.follow(&actor.id).await;
        node.deliver().await;
        let follow = silent.received(&node).await.pop().expect("a Follow");
        assert_eq!(actor.tell(&node, "Accept", follow).await, 202);
        actors.push(actor);
    }
    for number in 0..8 {
        silent.serve_as(&format!("/agenda{number}/outbox"), 500, ACTIVITY, "{}");
    }
    while maillage::federation::pull::step(&node.node.federation)
        .await
        .expect("readings")
        > 0
    {}
    // From now on they do not even answer.
    for number in 0..8 {
        silent.never_answer(&format!("/agenda{number}/outbox"));
    }
    let well = Foreign::start("vif", &clock);
    let actor = well.actor("Group", "agenda");
    let listed = actor.says("Create", event(&well, &actor, "un", "2026-12-01T14:00:00+01:00"));
    well.serve(
        "/agenda/outbox",
        &json!({ "id": well.url("/agenda/outbox"), "type": "OrderedCollection", "orderedItems": [listed] }),
    );
    clock.advance(TimeDelta::hours(1));
    node.work();
    until("the silent ones are being asked", async || {
        silent.asked_for("/agenda0/outbox") > 1
    })
    .await;
    node.follow(&actor.id).await;
    until("it is asked", async || !well.posts().is_empty()).await;
    let follow = well.received(&node).await.pop().expect("a Follow");
    assert_eq!(actor.tell(&node, "Accept", follow).await, 202);
    let started = Instant::now();
    until("it is read", async || node.titles().await.len() == 1).await;
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    home.kill(node).await;
}
