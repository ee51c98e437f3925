//! Authentic senders who speak for somebody else. 403 where they reach for what is not theirs, and never an effect.

use chrono::TimeDelta;
use maillage::app::events;
use maillage::domain::time::Clock;
use serde_json::{Value, json};

use super::{Scene, rewritten};
use crate::support::foreign::{ACTIVITY, Actor, Letter};
use crate::support::network::workshop;

async fn forbidden(scene: &Scene, sender: &Actor, kind: &str, object: Value) {
    assert_eq!(sender.tell(&scene.node, kind, object).await, 403, "{kind}");
    scene.unharmed().await;
}

#[tokio::test]
async fn an_event_of_another_server_in_create_update_and_delete() {
    let scene = Scene::set().await;
    let mut new = scene.rewritten();
    new["id"] = json!(scene.honest.url("/events/nouveau"));
    forbidden(&scene, &scene.mallory, "Create", new).await;
    forbidden(&scene, &scene.mallory, "Update", scene.rewritten()).await;
    forbidden(&scene, &scene.mallory, "Delete", scene.event["id"].clone()).await;
    forbidden(&scene, &scene.mallory, "Delete", scene.event.clone()).await;
    forbidden(
        &scene,
        &scene.mallory,
        "Delete",
        json!({ "id": scene.event["id"], "type": "Tombstone" }),
    )
    .await;
    forbidden(&scene, &scene.mallory, "Delete", json!(scene.agenda.id)).await;
}

#[tokio::test]
async fn an_event_of_ours_in_create_update_and_delete() {
    let scene = Scene::set().await;
    let centre = maillage::app::centres::by_handle(&scene.node.node, "agenda")
        .await
        .expect("read")
        .expect("there");
    let ours = events::publish(&scene.node.node, centre.id, workshop("Le nôtre", 30))
        .await
        .expect("published");
    let mut stolen = scene.rewritten();
    stolen["id"] = json!(ours.uri);
    for (kind, object) in [
        ("Create", stolen.clone()),
        ("Update", stolen),
        ("Delete", json!(ours.uri)),
    ] {
        assert_eq!(scene.agenda.tell(&scene.node, kind, object).await, 403, "{kind}");
    }
    assert_eq!(scene.node.titles().await, ["Le nôtre", "Atelier"]);
}

#[tokio::test]
async fn an_event_that_names_an_author_of_another_server() {
    let scene = Scene::set().await;
    let mut event = scene.evil.event(&scene.mallory, "faux", "Faux");
    event["attributedTo"] = json!(scene.agenda.id);
    forbidden(&scene, &scene.mallory, "Create", event).await;
}

#[tokio::test]
async fn an_update_or_delete_by_another_actor_of_the_same_server() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    scene.follow(&scene.honest, &neighbour).await;
    forbidden(&scene, &neighbour, "Delete", scene.event["id"].clone()).await;
    // What the origin itself says counts, whoever calls attention to it: nothing changed there.
    assert_eq!(neighbour.tell(&scene.node, "Update", scene.rewritten()).await, 202);
    scene.unharmed().await;
    let mut owned = scene.rewritten();
    owned["attributedTo"] = json!(neighbour.id);
    forbidden(&scene, &neighbour, "Update", owned.clone()).await;
    forbidden(&scene, &neighbour, "Create", owned).await;
}

#[tokio::test]
async fn a_followed_neighbour_that_names_itself_first_among_the_authors() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    scene.follow(&scene.honest, &neighbour).await;
    let mut shared = scene.rewritten();
    shared["attributedTo"] = json!([neighbour.id, scene.agenda.id]);
    let proven = neighbour.proven(shared.clone());
    for (at, (kind, object)) in [
        ("Update", shared.clone()),
        ("Create", proven.clone()),
        ("Announce", proven),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(neighbour.tell(&scene.node, kind, object).await, 202, "{kind}");
        assert_eq!(
            scene.honest.asked_for("/events/atelier"),
            at + 1,
            "its own address decides"
        );
        scene.unharmed().await;
    }
    let said = json!({
        "id": scene.honest.url("/voisin/outbox"), "type": "OrderedCollection",
        "orderedItems": [neighbour.says("Update", shared)],
    });
    scene.honest.serve("/voisin/outbox", &said);
    scene.node.clock.advance(TimeDelta::days(1));
    scene.node.pull().await;
    scene.unharmed().await;
}

#[tokio::test]
async fn a_change_of_owner_by_the_owner() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    let mut given = scene.rewritten();
    given["attributedTo"] = json!(neighbour.id);
    forbidden(&scene, &scene.agenda, "Update", given).await;
}

#[tokio::test]
async fn a_stranger_who_slips_in_an_event_as_if_it_were_of_the_followed_group() {
    let scene = Scene::set().await;
    let stranger = scene.honest.actor("Person", "intrus");
    let served = scene.honest.event(&stranger, "publicite", "Publicité");
    let mut told = served;
    told["attributedTo"] = json!(scene.agenda.id);
    assert_eq!(stranger.tell(&scene.node, "Create", told).await, 202);
    scene.unharmed().await;
}

#[tokio::test]
async fn an_accept_of_a_follow_that_was_never_asked() {
    let scene = Scene::set().await;
    let follow = json!({
        "id": scene.node.base.join("/activities/01900000-0000-7000-8000-000000000001").expect("a URL"),
        "type": "Follow",
        "actor": scene.node.base.join("/actor").expect("a URL"),
        "object": scene.mallory.id,
    });
    for object in [follow["id"].clone(), follow] {
        forbidden(&scene, &scene.mallory, "Accept", object).await;
    }
    let event = scene.evil.event(&scene.mallory, "faux", "Faux");
    assert_eq!(scene.mallory.tell(&scene.node, "Create", event).await, 202);
    scene.unharmed().await;
}

#[tokio::test]
async fn an_accept_or_reject_in_place_of_the_one_who_was_asked() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    scene.node.follow(&neighbour.id).await;
    scene.node.deliver().await;
    let asked = scene.honest.received(&scene.node).await.pop().expect("a Follow");
    for object in [asked["id"].clone(), asked] {
        for kind in ["Accept", "Reject"] {
            for liar in [&scene.mallory, &scene.agenda] {
                // An embedded Follow without a known id would be read as that of the sender's own.
                let status = liar.tell(&scene.node, kind, object.clone()).await;
                assert_eq!(status, 403, "{kind} by {}", liar.id);
            }
        }
    }
    assert_eq!(scene.node.follow_states().await, ["accepted", "asked"]);
}

#[tokio::test]
async fn an_undo_of_the_follow_of_another() {
    let scene = Scene::set().await;
    let follow = scene.agenda.says("Follow", scene.node.group("agenda"));
    assert_eq!(scene.agenda.send(&scene.node, &follow).await, 202);
    let neighbour = scene.honest.actor("Group", "voisin");
    for liar in [&scene.mallory, &neighbour] {
        assert_eq!(liar.tell(&scene.node, "Undo", follow.clone()).await, 403);
        assert_eq!(
            liar.tell(&scene.node, "Undo", follow["id"].clone()).await,
            202,
            "nothing of theirs"
        );
        let mut own = follow.clone();
        own["actor"] = json!(liar.id);
        assert_eq!(liar.tell(&scene.node, "Undo", own).await, 202, "nothing of theirs");
    }
    let followers = scene.node.get("/groups/agenda/followers", ACTIVITY).await.json();
    assert_eq!(followers["totalItems"], 1);
}

#[tokio::test]
async fn an_undo_of_the_announce_of_another() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    let theirs = scene.honest.event(&neighbour, "relayed", "Relayé");
    let announce = scene.agenda.says("Announce", theirs["id"].clone());
    assert_eq!(scene.agenda.send(&scene.node, &announce).await, 202);
    assert_eq!(neighbour.tell(&scene.node, "Undo", announce["id"].clone()).await, 403);
    assert_eq!(scene.node.titles().await.len(), 2);
}

#[tokio::test]
async fn an_activity_that_says_it_comes_from_us() {
    let scene = Scene::set().await;
    let mut activity = scene.mallory.says("Follow", scene.node.group("agenda"));
    activity["actor"] = json!(scene.node.group("agenda"));
    activity["id"] = json!(scene.node.base.join("/activities/1").expect("a URL"));
    assert_eq!(scene.mallory.send(&scene.node, &activity).await, 403);
}

#[tokio::test]
async fn an_activity_with_an_id_of_another_server() {
    let scene = Scene::set().await;
    let mut activity = scene.mallory.says("Follow", scene.node.group("agenda"));
    activity["id"] = json!(scene.honest.url("/activities/1"));
    assert_eq!(scene.mallory.send(&scene.node, &activity).await, 400);
    let followers = scene.node.get("/groups/agenda/followers", ACTIVITY).await.json();
    assert_eq!(followers["totalItems"], 0);
}

#[tokio::test]
async fn a_stranger_cannot_bury_events_before_they_come() {
    let scene = Scene::set().await;
    let stranger = scene.honest.actor("Person", "intrus");
    let event = scene.honest.event(&scene.agenda, "demain", "Demain");
    stranger.tell(&scene.node, "Delete", event["id"].clone()).await;
    assert_eq!(scene.agenda.tell(&scene.node, "Create", event).await, 202);
    assert_eq!(scene.node.titles().await.len(), 2);
}

#[tokio::test]
async fn a_followed_neighbour_cannot_bury_events_before_they_come() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Person", "intrus");
    scene.follow(&scene.honest, &neighbour).await;
    let event = scene.honest.event(&scene.agenda, "demain", "Demain");
    let gone = scene.honest.event(&scene.agenda, "hier", "Retiré");
    scene.honest.serve_as("/events/hier", 410, ACTIVITY, "{}");
    for (sender, event) in [(&neighbour, &event), (&scene.agenda, &gone)] {
        assert_eq!(sender.tell(&scene.node, "Delete", event["id"].clone()).await, 202);
    }
    scene.node.clock.advance(TimeDelta::seconds(1));
    for event in [event, gone] {
        assert_eq!(scene.agenda.tell(&scene.node, "Create", event).await, 202);
    }
    let mut titles = scene.node.titles().await;
    titles.sort();
    assert_eq!(titles, ["Atelier", "Demain"], "what its own address says counts");
}

#[tokio::test]
async fn a_delete_that_comes_before_its_create_holds() {
    let scene = Scene::set().await;
    let event = scene.honest.event(&scene.agenda, "demain", "Demain");
    assert_eq!(scene.agenda.tell(&scene.node, "Delete", event["id"].clone()).await, 202);
    assert_eq!(scene.agenda.tell(&scene.node, "Create", event.clone()).await, 202);
    scene.unharmed().await;
    let old = rewritten(&event).to_string().into_bytes();
    let now = scene.node.clock.now();
    let bare = Letter::signed(&scene.agenda.signer, &scene.node.base, old, now);
    assert_eq!(bare.send(&scene.node).await, 400, "an object is no activity");
}
