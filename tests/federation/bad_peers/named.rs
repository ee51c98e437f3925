//! What programmes name and what is not to be had: it is not asked for at each reading, and hides nothing for long.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Scene, event};
use crate::support::foreign::{ACTIVITY, Actor, Foreign};

/// Addresses of which each kind has its share.
const NAMED: usize = 120;
const KINDS: usize = 6;

fn address(number: usize) -> String {
    format!("/events/vain-{number}")
}

/// Serves what is no event for us, a kind after the other: nothing, gone, refused, with another id, not public, without a start.
fn serve(other: &Foreign, actor: &Actor, number: usize) {
    let (name, path) = (format!("vain-{number}"), address(number));
    let mut document = event(other, actor, &name, "2026-12-01T14:00:00+01:00");
    match number % KINDS {
        0 => return other.serve_as(&path, 404, ACTIVITY, "{}"),
        1 => return other.serve_as(&path, 410, ACTIVITY, "{}"),
        2 => return other.serve_as(&path, 403, ACTIVITY, "{}"),
        3 => document["id"] = json!(other.url("/events/autre")),
        4 => {
            document["to"] = json!([format!("{}/followers", actor.id)]);
            document["cc"] = json!([]);
        }
        _ => document["startTime"] = json!("hier"),
    }
    other.serve(&path, &document);
}

/// An outbox that names so many addresses, and then one good event.
fn outbox(other: &Foreign, actor: &Actor, named: usize) -> Value {
    let mut items: Vec<Value> = (0..named)
        .map(|number| actor.says("Create", other.url(&address(number))))
        .collect();
    let good = event(other, actor, "bon", "2026-12-01T14:00:00+01:00");
    items.push(actor.says("Create", good["id"].clone()));
    json!({ "id": other.url("/agenda/outbox"), "type": "OrderedCollection", "orderedItems": items })
}

#[tokio::test]
async fn what_is_refused_for_good_is_asked_for_once_and_does_not_hide_the_event_behind_it() {
    let scene = Scene::with(|other, actor| {
        for number in 0..NAMED {
            serve(other, actor, number);
        }
        outbox(other, actor, NAMED)
    })
    .await;
    assert!(scene.node.titles().await.is_empty());
    let problem = scene.problem().await;
    assert!(problem.starts_with("too_many_fetches"), "{problem}");
    scene.node.clock.advance(TimeDelta::minutes(11));
    scene.node.pull().await;
    assert_eq!(scene.node.titles().await, ["Atelier bon"], "the rest had its turn");
    let of_a_kind = NAMED / KINDS;
    assert_eq!(scene.problem().await, format!("unreadable_event: {of_a_kind}"));
    let asked = |kind: usize| -> usize {
        let all = (0..NAMED).filter(|number| number % KINDS == kind);
        all.map(|number| scene.other.asked_for(&address(number))).sum()
    };
    assert!((0..KINDS).all(|kind| asked(kind) == of_a_kind), "each once");
    // A server that refuses us may do so no more.
    scene.node.clock.advance(TimeDelta::hours(7));
    scene.node.pull().await;
    for kind in 0..KINDS {
        let times = if kind == 2 { 2 } else { 1 };
        assert_eq!(asked(kind), times * of_a_kind, "{kind}");
    }
}

#[tokio::test]
async fn readings_that_bring_nothing_become_rarer_until_one_does() {
    let scene = Scene::with(|other, actor| outbox(other, actor, 450)).await;
    let read = async |minutes: i64| {
        let before = scene.other.asked_for("/agenda/outbox");
        scene.node.clock.advance(TimeDelta::minutes(minutes));
        scene.node.pull().await;
        scene.other.asked_for("/agenda/outbox") - before
    };
    for (minutes, readings) in [(11, 1), (11, 0), (10, 1), (21, 0), (21, 1), (41, 0), (21, 1)] {
        assert_eq!(read(minutes).await, readings, "after {minutes} minutes more");
    }
    assert_eq!(scene.node.titles().await, ["Atelier bon"]);
    assert_eq!(scene.problem().await, "");
}
