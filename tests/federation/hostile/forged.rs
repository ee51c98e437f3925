//! Forged requests: no signature, a wrong one, or a right one over something else. 401, whatever they carry; 403 for the key
//! of another server.

use chrono::TimeDelta;
use diesel::prelude::*;
use maillage::domain::time::Clock;
use maillage::store::Conn;
use maillage::store::schema::{inbox_seen, peers};
use url::Url;

use super::Scene;
use crate::support::foreign::{Letter, PUBLIC};

/// A letter that would be taken in if it were not spoiled.
fn update(scene: &Scene) -> Letter {
    let update = scene.agenda.says("Update", scene.rewritten());
    scene.agenda.letter(&scene.node, &update)
}

async fn refused(scene: &Scene, letter: Letter) {
    assert_eq!(letter.send(&scene.node).await, 401);
    scene.unharmed().await;
}

/// By a key of another server: nobody is asked for it.
async fn forbidden(scene: &Scene, letter: Letter) {
    let asked = scene.evil.requests();
    assert_eq!(letter.send(&scene.node).await, 403);
    assert_eq!(scene.evil.requests(), asked);
    scene.unharmed().await;
}

#[tokio::test]
async fn the_same_letter_unspoiled_is_taken_in() {
    let scene = Scene::set().await;
    assert_eq!(update(&scene).send(&scene.node).await, 202);
    assert_eq!(scene.node.titles().await, ["Détourné"]);
}

#[tokio::test]
async fn no_signature() {
    let scene = Scene::set().await;
    refused(&scene, update(&scene).without("signature")).await;
}

#[tokio::test]
async fn the_key_of_an_actor_of_another_server() {
    let scene = Scene::set().await;
    let activity = scene.agenda.says("Update", scene.rewritten());
    forbidden(&scene, scene.mallory.letter(&scene.node, &activity)).await;
}

#[tokio::test]
async fn the_key_of_another_actor_of_the_same_server() {
    let scene = Scene::set().await;
    let neighbour = scene.honest.actor("Group", "voisin");
    let activity = scene.agenda.says("Update", scene.rewritten());
    refused(&scene, neighbour.letter(&scene.node, &activity)).await;
}

#[tokio::test]
async fn another_key_under_the_name_of_the_right_one() {
    let scene = Scene::set().await;
    let thief = scene
        .honest
        .actor("Group", "voleur")
        .naming(&scene.agenda.signer.key_id);
    scene.node.clock.advance(TimeDelta::minutes(1));
    let activity = scene.agenda.says("Update", scene.rewritten());
    refused(&scene, thief.letter(&scene.node, &activity)).await;
}

#[tokio::test]
async fn a_key_document_of_the_attacker_that_names_the_victim_as_owner() {
    let scene = Scene::set().await;
    let pem = scene.mallory.signer.key.public_pem().expect("a PEM");
    scene.evil.serve(
        "/key",
        &serde_json::json!({ "id": scene.evil.url("/key"), "owner": scene.agenda.id, "publicKeyPem": pem }),
    );
    let mallory = scene.mallory.naming(&scene.evil.url("/key"));
    let activity = scene.agenda.says("Update", scene.rewritten());
    forbidden(&scene, mallory.letter(&scene.node, &activity)).await;
}

#[tokio::test]
async fn rubbish_in_the_name_of_others_does_not_make_us_fetch_again_and_again() {
    let scene = Scene::set().await;
    let stranger = scene.honest.actor("Person", "inconnue");
    scene.node.clock.advance(TimeDelta::minutes(1));
    for victim in [&scene.agenda, &stranger] {
        let path = Url::parse(&victim.id).expect("a URL").path().to_owned();
        let before = scene.honest.asked_for(&path);
        for _ in 0..5 {
            let mut letter = victim.letter(&scene.node, &victim.says("Update", scene.rewritten()));
            let signature = &mut letter
                .headers
                .iter_mut()
                .find(|(name, _)| name == "signature")
                .expect("signed")
                .1;
            *signature = signature.replace("signature=\"", "signature=\"AAAA");
            assert_eq!(letter.send(&scene.node).await, 401);
        }
        assert!(scene.honest.asked_for(&path) <= before + 1, "{path}");
    }
    scene.unharmed().await;
}

fn with_another_signature(mut letter: Letter) -> Letter {
    let headers = letter.headers.iter_mut();
    let (_, signature) = headers
        .into_iter()
        .find(|(name, _)| name == "signature")
        .expect("signed");
    *signature = signature.replace("signature=\"", "signature=\"AAAA");
    letter
}

#[tokio::test]
async fn rubbish_in_the_name_of_a_server_that_is_down_does_not_make_us_knock_each_time() {
    let scene = Scene::set().await;
    scene.node.clock.advance(TimeDelta::minutes(1));
    let path = Url::parse(&scene.agenda.id).expect("a URL").path().to_owned();
    scene.honest.serve_as(&path, 500, "text/plain", "later");
    let before = scene.honest.asked_for(&path);
    for _ in 0..5 {
        let letter = scene
            .agenda
            .letter(&scene.node, &scene.agenda.says("Update", scene.rewritten()));
        assert_eq!(with_another_signature(letter).send(&scene.node).await, 503);
    }
    assert_eq!(scene.honest.asked_for(&path), before + 1);
    // What it says itself is believed meanwhile.
    let newer = scene.agenda.says("Update", scene.event.clone());
    assert_eq!(scene.agenda.send(&scene.node, &newer).await, 202);
    scene.unharmed().await;
}

#[tokio::test]
async fn names_of_servers_that_do_not_answer_are_counted_against_who_sends_them() {
    let scene = Scene::set_with(|config| config.federation.inbox_failures = 5).await;
    let mut answers = Vec::new();
    for at in 0..7 {
        let stranger = scene.evil.actor("Person", &format!("fantome{at}"));
        scene
            .evil
            .serve_as(&format!("/fantome{at}"), 500, "text/plain", "later");
        let letter = stranger.letter(&scene.node, &stranger.says("Like", "https://a.example/1"));
        answers.push(letter.send(&scene.node).await);
    }
    assert_eq!(answers, [503, 503, 503, 503, 503, 429, 429]);
}

#[tokio::test]
async fn another_body_under_the_same_signature() {
    let scene = Scene::set().await;
    let mut letter = update(&scene);
    let text = String::from_utf8(letter.body)
        .expect("text")
        .replace("Détourné", "Retourné");
    letter.body = text.into_bytes();
    refused(&scene, letter).await;
}

#[tokio::test]
async fn another_body_with_its_own_digest() {
    let scene = Scene::set().await;
    let other = scene
        .agenda
        .letter(&scene.node, &scene.agenda.says("Delete", scene.event["id"].clone()));
    let digest = other
        .headers
        .iter()
        .find(|(name, _)| name == "digest")
        .expect("a digest")
        .1
        .clone();
    let mut letter = update(&scene).with("digest", &digest);
    letter.body = other.body;
    refused(&scene, letter).await;
}

#[tokio::test]
async fn no_digest() {
    let scene = Scene::set().await;
    refused(&scene, update(&scene).without("digest")).await;
}

#[tokio::test]
async fn a_date_of_two_hours_ago_or_in_two_hours() {
    let scene = Scene::set().await;
    for hours in [-2, 2] {
        let now = scene.node.clock.now() + TimeDelta::hours(hours);
        let body = scene.agenda.says("Update", scene.rewritten()).to_string().into_bytes();
        refused(
            &scene,
            Letter::signed(&scene.agenda.signer, &scene.node.base, body, now),
        )
        .await;
    }
}

#[tokio::test]
async fn another_date_than_the_one_signed() {
    let scene = Scene::set().await;
    refused(&scene, update(&scene).with("date", "Mon, 23 Nov 2026 07:01:00 GMT")).await;
}

#[tokio::test]
async fn a_letter_to_another_server_sent_on_to_us() {
    let scene = Scene::set().await;
    let elsewhere = Url::parse("http://ailleurs.localhost:9/").expect("a URL");
    let body = scene.agenda.says("Update", scene.rewritten()).to_string().into_bytes();
    let letter = Letter::signed(&scene.agenda.signer, &elsewhere, body, scene.node.clock.now());
    refused(&scene, letter.clone()).await;
    let ours = format!("noeud.localhost:{}", scene.node.base.port().expect("a port"));
    refused(&scene, letter.with("host", &ours)).await;
}

#[tokio::test]
async fn the_same_bytes_again_have_no_second_effect() {
    let scene = Scene::set().await;
    let follow = scene
        .agenda
        .letter(&scene.node, &scene.agenda.says("Follow", scene.node.group("agenda")));
    assert_eq!(follow.send(&scene.node).await, 202);
    scene.node.deliver().await;
    let told = scene.honest.received(&scene.node).await.len();
    assert_eq!(follow.send(&scene.node).await, 202);
    scene.node.deliver().await;
    assert_eq!(scene.honest.received(&scene.node).await.len(), told, "one Accept");

    let update = update(&scene);
    assert_eq!(update.send(&scene.node).await, 202);
    let back = scene.agenda.says("Update", {
        let mut event = scene.event.clone();
        event["updated"] = serde_json::json!("2026-11-22T13:00:00Z");
        event
    });
    assert_eq!(scene.agenda.send(&scene.node, &back).await, 202);
    scene.unharmed().await;
    assert_eq!(update.send(&scene.node).await, 202);
    scene.unharmed().await;
}

/// An event bears what brought it: so long as it is here, and when it is gone.
#[tokio::test]
async fn a_message_that_brought_an_event_brings_it_once() {
    let scene = Scene::set().await;
    let new = scene.honest.event(&scene.agenda, "nouveau", "Nouveau");
    let create = scene.agenda.says("Create", new.clone()).to_string().into_bytes();
    // Signed anew each time, as by a server that tries again: it is not known by its signature.
    let again = async || {
        scene.node.clock.advance(TimeDelta::seconds(7));
        let (signer, now) = (&scene.agenda.signer, scene.node.clock.now());
        Letter::signed(signer, &scene.node.base, create.clone(), now)
            .send(&scene.node)
            .await
    };
    assert_eq!(again().await, 202);
    assert_eq!(scene.node.titles().await.len(), 2);
    let mut changed = new.clone();
    changed["name"] = serde_json::json!("Changé");
    assert_eq!(scene.agenda.tell(&scene.node, "Update", changed.clone()).await, 202);
    assert_eq!(again().await, 202);
    assert!(scene.node.titles().await.contains(&"Changé".to_owned()));

    for recipients in ["to", "cc"] {
        changed[recipients] = serde_json::json!([]);
    }
    changed["to"] = serde_json::json!([scene.agenda.id.as_str()]);
    assert_eq!(scene.agenda.tell(&scene.node, "Update", changed).await, 202);
    assert_eq!(scene.node.titles().await.len(), 1, "it is not for everybody any more");
    assert_eq!(again().await, 202);
    assert_eq!(scene.node.titles().await.len(), 1);
    scene.unharmed().await;
}

#[tokio::test]
async fn a_replay_makes_us_fetch_nothing() {
    let scene = Scene::set().await;
    let other = scene.honest.actor("Group", "autre");
    let theirs = scene.honest.event(&other, "relayed", "Relayé");
    let announce = scene.agenda.says("Announce", theirs["id"].clone());
    let letter = scene.agenda.letter(&scene.node, &announce);
    assert_eq!(letter.send(&scene.node).await, 202);
    let fetched = scene.honest.asked_for("/events/relayed");
    assert_eq!(letter.send(&scene.node).await, 202);
    assert_eq!(scene.honest.asked_for("/events/relayed"), fetched);
    assert_eq!(scene.node.titles().await.len(), 2);
    assert!(announce["to"][0] == PUBLIC);
}

#[tokio::test]
async fn the_farewell_of_a_stranger_is_answered_without_asking_anybody() {
    let scene = Scene::set().await;
    for kind in ["Delete", "Update"] {
        let stranger = scene.evil.actor("Person", &format!("inconnu-{kind}"));
        let before = scene.evil.requests();
        assert_eq!(stranger.tell(&scene.node, kind, stranger.id.as_str()).await, 202);
        assert_eq!(scene.evil.requests(), before, "{kind}");
    }
    scene.unharmed().await;
}

#[tokio::test]
async fn a_storm_of_farewells_costs_a_lookup_each_and_no_fetch() {
    let scene = Scene::set().await;
    let before = scene.evil.requests();
    let kept = async || {
        let count = |conn: &mut Conn| {
            let peers: i64 = peers::table.count().get_result(conn)?;
            let seen: i64 = inbox_seen::table.count().get_result(conn)?;
            Ok((peers, seen))
        };
        scene.node.node.store.read(count).await.expect("counted")
    };
    let rows = kept().await;
    for at in 0..400 {
        // Each comes twice, as from servers that try again.
        let id = scene.evil.url(&format!("/parti/{}", at / 2));
        let mut gone = scene.mallory.naming(&format!("{id}#main-key"));
        gone.id.clone_from(&id);
        assert_eq!(gone.tell(&scene.node, "Delete", id).await, 202);
    }
    assert_eq!(scene.evil.requests(), before);
    assert_eq!(kept().await, rows, "nothing is written");
    scene.unharmed().await;
}
