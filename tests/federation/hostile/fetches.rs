//! What a message or a programme makes us ask of third servers, and authors that are none: only a bounded number is asked
//! for, and what one of them spoils keeps no other event away.

use chrono::TimeDelta;
use maillage::domain::time::Clock;
use maillage::federation::proof;
use serde_json::{Value, json};

use super::Scene;
use crate::support::foreign::{Actor, Foreign, PUBLIC, multikey};

/// What a message may make us ask, and what a reading may.
const OF_A_MESSAGE: usize = 10;
const OF_A_READING: usize = 100;

/// A followed actor that lists a programme.
async fn lister(scene: &Scene) -> Actor {
    let lister = scene.evil.actor("Group", "liste");
    let mut document = scene.evil.document("/liste");
    document["upcomingEvents"] = json!(scene.evil.url("/liste/upcoming"));
    scene.evil.serve("/liste", &document);
    list(scene, &[]);
    scene.follow(&scene.evil, &lister).await;
    scene.node.pull().await;
    lister
}

/// What its programme lists from now on.
fn list(scene: &Scene, items: &[Value]) {
    let address = scene.evil.url("/liste/upcoming");
    scene.evil.serve(
        "/liste/upcoming",
        &json!({ "id": address, "type": "OrderedCollection", "orderedItems": items }),
    );
}

/// The Update of a page, as a network tells what is new.
async fn tell(scene: &Scene, lister: &Actor, items: &[Value]) -> u16 {
    let address = scene.evil.url("/liste/upcoming");
    let page = json!({
        "id": format!("{address}#page"), "type": "OrderedCollectionPage", "partOf": address, "orderedItems": items,
    });
    lister.tell(&scene.node, "Update", page).await
}

/// An event of an author that nobody has heard of.
fn unknown(server: &Foreign, number: usize) -> Value {
    json!({
        "id": server.url(&format!("/events/{number}")), "type": "Event", "name": "Inconnu",
        "startTime": "2026-12-01T14:00:00+01:00", "attributedTo": server.url(&format!("/x{number}")), "to": [PUBLIC],
    })
}

/// The same, with a proof by a key of that author, in good form.
fn stub(scene: &Scene, server: &Foreign, number: usize) -> Value {
    let mut event = unknown(server, number);
    let author = server.url(&format!("/x{number}"));
    proof::attach(&mut event, &multikey(&author), scene.node.clock.now()).expect("a proof");
    event
}

async fn titles(scene: &Scene) -> Vec<String> {
    let mut titles = scene.node.titles().await;
    titles.sort();
    titles
}

#[tokio::test]
async fn an_author_that_is_no_actor_keeps_no_other_event_away() {
    let scene = Scene::set().await;
    let lister = lister(&scene).await;
    let third = Foreign::start("tiers", &scene.node.clock);
    let (good, gone, deaf) = (
        third.actor("Group", "bon"),
        third.actor("Group", "parti"),
        third.actor("Group", "sourd"),
    );
    third.serve("/parti", &json!({ "id": gone.id, "type": "Tombstone" }));
    let mut document = third.document("/sourd");
    document["inbox"] = json!("https://ailleurs.example/inbox");
    third.serve("/sourd", &document);
    let items = [
        third.event(&gone, "parti", "Sans auteur")["id"].clone(),
        deaf.proven(third.event(&deaf, "sourd", "Sans boîte")),
        good.proven(third.event(&good, "bon", "Bon")),
    ];
    assert_eq!(tell(&scene, &lister, &items).await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Bon"]);

    let items = [&items[..], &[good.proven(third.event(&good, "autre", "Autre"))]].concat();
    list(&scene, &items);
    scene.node.pull().await;
    assert_eq!(titles(&scene).await, ["Atelier", "Autre", "Bon"]);
}

#[tokio::test]
async fn a_sender_whose_inbox_is_elsewhere_is_refused_asked_once_and_counted() {
    let scene = Scene::set_with(|config| config.federation.inbox_failures = 3).await;
    let deaf = scene.evil.actor("Person", "sourd");
    let mut document = scene.evil.document("/sourd");
    document["inbox"] = json!("https://ailleurs.example/inbox");
    scene.evil.serve("/sourd", &document);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(deaf.tell(&scene.node, "Follow", scene.node.group("agenda")).await);
    }
    assert_eq!(answers, [401, 401, 401, 429]);
    assert_eq!(scene.evil.asked_for("/sourd"), 1);
}

#[tokio::test]
async fn keys_of_proofs_are_asked_for_within_the_budget_of_a_message_and_of_a_reading() {
    let scene = Scene::set().await;
    let lister = lister(&scene).await;
    let third = Foreign::start("tiers", &scene.node.clock);
    let stubs: Vec<Value> = (0..150).map(|number| stub(&scene, &third, number)).collect();
    assert_eq!(tell(&scene, &lister, &stubs[..50]).await, 202);
    let asked = third.requests();
    assert!((1..=OF_A_MESSAGE).contains(&asked), "{asked}");
    list(&scene, &stubs);
    scene.node.pull().await;
    let asked = third.requests() - asked;
    assert!((1..=OF_A_READING).contains(&asked), "{asked}");
    scene.unharmed().await;
}

#[tokio::test]
async fn authors_of_named_events_are_asked_for_within_the_budget_of_a_message() {
    let scene = Scene::set().await;
    let lister = lister(&scene).await;
    let third = Foreign::start("tiers", &scene.node.clock);
    let named: Vec<Value> = (0..30).map(|number| unknown(&third, number)).collect();
    for (number, event) in named.iter().enumerate() {
        third.serve(&format!("/events/{number}"), event);
    }
    let ids: Vec<Value> = named.iter().map(|event| event["id"].clone()).collect();
    assert_eq!(tell(&scene, &lister, &ids).await, 202);
    let asked = third.requests();
    assert!((2..=OF_A_MESSAGE).contains(&asked), "{asked}");
}

#[tokio::test]
async fn a_host_that_is_silent_about_one_key_is_asked_for_no_other() {
    let scene = Scene::set_with(|config| config.federation.timeout_seconds = 1).await;
    let lister = lister(&scene).await;
    let third = Foreign::start("tiers", &scene.node.clock);
    let stubs: Vec<Value> = (0..4).map(|number| stub(&scene, &third, number)).collect();
    for number in 0..4 {
        third.never_answer(&format!("/x{number}"));
    }
    assert_eq!(tell(&scene, &lister, &stubs).await, 202);
    assert_eq!(third.requests(), 1);
}

#[tokio::test]
async fn an_author_who_is_away_holds_up_no_announcer_whose_programme_can_be_read() {
    let scene = Scene::set().await;
    let lister = lister(&scene).await;
    let third = Foreign::start("tiers", &scene.node.clock);
    let author = third.actor("Group", "auteur");
    let event = third.event(&author, "un", "Retrouvé");
    third.serve_as("/events/un", 502, "text/plain", "later");
    let id = event["id"].clone();
    assert_eq!(
        scene.agenda.tell(&scene.node, "Announce", id.clone()).await,
        503,
        "who lists nothing comes again"
    );
    list(&scene, std::slice::from_ref(&id));
    assert_eq!(lister.tell(&scene.node, "Announce", id).await, 202);
    scene.node.pull().await;
    scene.unharmed().await;
    third.serve("/events/un", &event);
    scene.node.clock.advance(TimeDelta::days(1));
    scene.node.pull().await;
    assert_eq!(titles(&scene).await, ["Atelier", "Retrouvé"]);
}
