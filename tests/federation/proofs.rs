//! Object integrity proofs (FEP-8b32): what an event proves, nobody has to be asked about; what a proof does not cover is
//! refused.

use chrono::TimeDelta;
use maillage::app::{centres, events};
use maillage::domain::time::Clock;
use maillage::federation::keys::PublicKey;
use maillage::federation::proof;
use serde_json::{Value, json};

use super::hostile::{Scene, rewritten};
use crate::support::foreign::{ACTIVITY, multikey};
use crate::support::network::{Running, workshop};

const EVENT: &str = "/events/relayed";

/// A followed agenda, and an event of another actor of its server.
async fn scene() -> (Scene, crate::support::foreign::Actor, Value) {
    let scene = Scene::set().await;
    let author = scene.honest.actor("Group", "autre");
    let event = scene.honest.event(&author, "relayed", "Relayé");
    (scene, author, event)
}

/// What the calendar shows, in the order of the alphabet.
async fn titles(scene: &Scene) -> Vec<String> {
    let mut titles = scene.node.titles().await;
    titles.sort();
    titles
}

async fn announced(scene: &Scene, object: Value) -> u16 {
    scene.agenda.tell(&scene.node, "Announce", object).await
}

#[tokio::test]
async fn an_announced_event_with_its_authors_proof_is_believed_without_a_look_at_its_address() {
    let (scene, author, event) = scene().await;
    assert_eq!(announced(&scene, author.proven(event.clone())).await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Relayé"]);
    assert_eq!(scene.honest.asked_for(EVENT), 0);
    assert_eq!(scene.honest.asked_for("/autre"), 1, "its author's key");

    let mut newer = event;
    newer["updated"] = json!("2026-11-22T06:00:00Z");
    newer["name"] = json!("Relayé encore");
    let create = author.says("Update", author.proven(newer));
    assert_eq!(announced(&scene, create).await, 202, "inside an activity");
    assert_eq!(titles(&scene).await, ["Atelier", "Relayé encore"]);
    assert_eq!(
        (scene.honest.asked_for(EVENT), scene.honest.asked_for("/autre")),
        (0, 1)
    );
}

#[tokio::test]
async fn the_same_without_context_or_relayed_from_another_server() {
    let (scene, author, mut event) = scene().await;
    event.as_object_mut().expect("an object").remove("@context");
    scene.follow(&scene.evil, &scene.mallory).await;
    let told = scene.mallory.tell(&scene.node, "Announce", author.proven(event));
    assert_eq!(told.await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Relayé"]);
    assert_eq!(scene.honest.asked_for(EVENT), 0);
}

#[tokio::test]
async fn a_proof_over_other_words_is_refused_and_nobody_is_asked() {
    let (scene, author, event) = scene().await;
    for (key, value) in [
        ("name", json!("Détourné")),
        ("summary", json!("ajouté")),
        ("startTime", json!("2026-12-01T15:00:00+01:00")),
        ("url", json!("https://mechant.example/")),
    ] {
        let mut changed = author.proven(event.clone());
        changed[key] = value;
        assert_eq!(announced(&scene, changed).await, 403, "{key}");
    }
    let mut purpose = author.proven(event.clone());
    purpose["proof"]["proofPurpose"] = json!("authentication");
    assert_eq!(announced(&scene, purpose).await, 403);
    scene.node.clock.advance(TimeDelta::hours(2));
    let tomorrow = author.proven(event);
    scene.node.clock.advance(TimeDelta::hours(-2));
    assert_eq!(announced(&scene, tomorrow).await, 403, "made in two hours");
    scene.unharmed().await;
    assert_eq!(scene.honest.asked_for(EVENT), 0);
}

#[tokio::test]
async fn a_proof_by_somebody_elses_key_is_refused() {
    let (scene, author, event) = scene().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    for liar in [&neighbour, &scene.mallory] {
        assert_eq!(announced(&scene, liar.proven(event.clone())).await, 403, "{}", liar.id);
    }
    // The thief's key under the author's name.
    let mut stolen = event.clone();
    let mut key = multikey(&author.id);
    key.key_id.clone_from(&author.multikey.key_id);
    proof::attach(&mut stolen, &key, scene.node.clock.now()).expect("a proof");
    assert_eq!(announced(&scene, stolen).await, 403);
    scene.unharmed().await;
    assert_eq!(scene.honest.asked_for(EVENT), 0);
}

#[tokio::test]
async fn a_proof_that_cannot_be_checked_counts_for_nothing() {
    let (scene, author, event) = scene().await;
    let mut lie = event.clone();
    lie["name"] = json!("Détourné");
    let mut suite = author.proven(lie.clone());
    suite["proof"]["cryptosuite"] = json!("eddsa-rdfc-2022");
    let mut linked = lie.clone();
    linked["signature"] =
        json!({ "type": "RsaSignature2017", "creator": author.signer.key_id, "signatureValue": "AA" });
    let mut nobody = lie;
    proof::attach(&mut nobody, &multikey(&author.id), scene.node.clock.now()).expect("a proof");
    for (at, object) in [suite, linked, nobody].into_iter().enumerate() {
        assert_eq!(announced(&scene, object).await, 202);
        assert_eq!(scene.honest.asked_for(EVENT), at + 1, "its own address is asked");
        assert_eq!(titles(&scene).await, ["Atelier", "Relayé"]);
    }
}

#[tokio::test]
async fn a_proof_of_long_ago_sends_us_to_the_events_own_address() {
    let (scene, author, event) = scene().await;
    let old = author.proven(event);
    scene.honest.serve_as(EVENT, 410, ACTIVITY, "{}");
    scene.node.clock.advance(TimeDelta::days(31));
    assert_eq!(announced(&scene, old).await, 403, "it is gone since");
    assert_eq!(scene.honest.asked_for(EVENT), 1);
}

#[tokio::test]
async fn a_key_that_was_replaced_is_not_believed_for_ever_though_nobody_follows_its_author() {
    let (scene, author, event) = scene().await;
    assert_eq!(announced(&scene, author.proven(event.clone())).await, 202);
    let renewed = scene.honest.actor("Group", "autre");
    scene.node.clock.advance(TimeDelta::days(1));
    assert_eq!(announced(&scene, author.proven(rewritten(&event))).await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Relayé"], "as its own address has it");
    let asked = || (scene.honest.asked_for(EVENT), scene.honest.asked_for("/autre"));
    assert_eq!(asked(), (1, 2));
    assert_eq!(announced(&scene, renewed.proven(rewritten(&event))).await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Détourné"]);
    assert_eq!(asked(), (1, 2), "the key that took its place is known by now");
}

#[tokio::test]
async fn the_key_of_an_author_who_is_followed_is_not_asked_for_again_for_a_proof() {
    let (scene, author, event) = scene().await;
    assert_eq!(announced(&scene, author.proven(event.clone())).await, 202);
    scene.follow(&scene.evil, &scene.mallory).await;
    let asked = || ["/agenda", "/autre"].map(|path| scene.honest.asked_for(path));
    let before = asked();
    scene.node.clock.advance(TimeDelta::days(2));
    let followed = scene.agenda.proven(scene.rewritten());
    assert_eq!(scene.mallory.tell(&scene.node, "Announce", followed).await, 202);
    let mut other = rewritten(&event);
    other["name"] = json!("Relayé encore");
    assert_eq!(announced(&scene, author.proven(other)).await, 202);
    assert_eq!(titles(&scene).await, ["Détourné", "Relayé encore"]);
    assert_eq!(asked(), [before[0], before[1] + 1], "the other's is");
    assert_eq!(scene.honest.asked_for(EVENT), 0);
}

#[tokio::test]
async fn a_multikey_at_an_address_of_its_own_is_its_controllers() {
    let (scene, mut author, event) = scene().await;
    author.multikey.key_id = scene.honest.url("/autre/cle");
    let mut document = scene.honest.document("/autre");
    document["assertionMethod"][0]["id"] = json!(author.multikey.key_id);
    scene.honest.serve("/autre", &document);
    scene.honest.serve("/autre/cle", &document["assertionMethod"][0]);
    assert_eq!(announced(&scene, author.proven(event)).await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Relayé"]);
    assert_eq!(scene.honest.asked_for(EVENT), 0);
}

#[tokio::test]
async fn an_older_proof_overwrites_nothing_newer() {
    let (scene, author, event) = scene().await;
    let old = author.proven(event.clone());
    let mut newer = rewritten(&event);
    newer["updated"] = json!("2026-11-21T12:00:00Z");
    assert_eq!(announced(&scene, author.proven(newer)).await, 202);
    assert_eq!(announced(&scene, old).await, 202);
    assert_eq!(titles(&scene).await, ["Atelier", "Détourné"]);
}

#[tokio::test]
async fn what_was_deleted_stays_so_whatever_is_proven() {
    let scene = Scene::set().await;
    let proven = scene.agenda.proven(scene.rewritten());
    let id = scene.event["id"].clone();
    assert_eq!(scene.agenda.tell(&scene.node, "Delete", id).await, 202);
    scene.follow(&scene.evil, &scene.mallory).await;
    assert_eq!(scene.mallory.tell(&scene.node, "Announce", proven).await, 202);
    assert!(scene.node.titles().await.is_empty());
}

#[tokio::test]
async fn an_event_of_two_authors_is_believed_of_the_one_who_signed() {
    let (scene, author, mut event) = scene().await;
    event["attributedTo"] = json!([author.id, scene.agenda.id]);
    let mut lie = event.clone();
    lie["name"] = json!("Détourné");
    assert_eq!(announced(&scene, author.proven(lie)).await, 202);
    assert_eq!(scene.honest.asked_for(EVENT), 1, "the followed agenda did not sign");
    assert_eq!(titles(&scene).await, ["Atelier", "Relayé"]);
}

#[tokio::test]
async fn a_proven_event_that_is_not_for_everybody_is_not_shown() {
    let (scene, author, mut event) = scene().await;
    event["to"] = json!([format!("{}/followers", author.id)]);
    assert_eq!(announced(&scene, author.proven(event)).await, 202);
    scene.unharmed().await;
}

#[tokio::test]
async fn a_delivered_event_with_a_wrong_proof_is_refused() {
    let scene = Scene::set().await;
    let mut changed = scene.agenda.proven(scene.event.clone());
    changed["name"] = json!("Détourné");
    changed["updated"] = json!("2026-11-22T05:00:00Z");
    for kind in ["Create", "Update"] {
        assert_eq!(
            scene.agenda.tell(&scene.node, kind, changed.clone()).await,
            403,
            "{kind}"
        );
    }
    let mut update = scene.agenda.proven(scene.agenda.says("Update", scene.rewritten()));
    update["object"]["name"] = json!("Autre");
    assert_eq!(scene.agenda.send(&scene.node, &update).await, 401, "of the activity");
    scene.unharmed().await;
    let right = scene
        .agenda
        .proven(scene.agenda.says("Update", scene.agenda.proven(scene.rewritten())));
    assert_eq!(scene.agenda.send(&scene.node, &right).await, 202);
    assert_eq!(titles(&scene).await, ["Détourné"]);
}

/// The proof of `document` holds, by the one Multikey that `actor` shows.
fn assert_proven(document: &Value, actor: &Value, node: &Running) {
    let method = &actor["assertionMethod"][0];
    let key = PublicKey::from_multibase(method["publicKeyMultibase"].as_str().expect("a key")).expect("readable");
    let found = proof::proof_of(&document.clone().into(), || node.clock.now())
        .expect("in form")
        .expect("a proof");
    assert_eq!(found.key_id.as_str(), method["id"], "by the key that the actor shows");
    assert!(found.verifies(&key), "{}", document["id"]);
}

#[tokio::test]
async fn everything_that_a_centre_says_of_its_events_is_proven() {
    let scene = Scene::set().await;
    let node = &scene.node;
    assert_eq!(scene.agenda.tell(node, "Follow", node.group("agenda")).await, 202);
    let centre = centres::by_handle(&node.node, "agenda")
        .await
        .expect("read")
        .expect("there");
    let event = events::publish(&node.node, centre.id, workshop("Le nôtre", 30))
        .await
        .expect("published");
    events::cancel(&node.node, event.id, None).await.expect("cancelled");
    node.deliver().await;

    let actor = node.get(&node.group("agenda"), ACTIVITY).await.json();
    let served = node.get(&event.uri, ACTIVITY).await;
    assert_proven(&served.json(), &actor, node);
    let again = node.get(&event.uri, ACTIVITY).await;
    assert_eq!(
        (served.text, served.etag),
        (again.text, again.etag),
        "the same document, the same proof"
    );

    let posted = scene.honest.received(node).await;
    let posted: Vec<&Value> = posted
        .iter()
        .filter(|activity| activity["object"]["type"] == "Event")
        .collect();
    assert_eq!(posted.len(), 2, "Create and Update");
    let outbox = node.get("/groups/agenda/outbox?page=first", ACTIVITY).await.json();
    let upcoming = node.get("/groups/agenda/upcoming?page=first", ACTIVITY).await.json();
    let listed = outbox["orderedItems"].as_array().expect("items");
    assert!(listed.len() >= 2);
    for activity in posted.into_iter().chain(listed) {
        assert_proven(activity, &actor, node);
        if activity["object"]["type"] == "Event" {
            assert_proven(&activity["object"], &actor, node);
        }
    }
    assert_proven(&upcoming["orderedItems"][0], &actor, node);

    events::delete(&node.node, event.id).await.expect("deleted");
    node.deliver().await;
    let delete = scene.honest.received(node).await.pop().expect("a Delete");
    assert_eq!(delete["type"], "Delete");
    assert_proven(&delete, &actor, node);
}
