//! New keys for an actor: the next word is signed with them, whatever waits too, and the old ones open nothing any more.

use chrono::TimeDelta;
use maillage::app::{centres, events, keys};
use maillage::domain::centre::Centre;
use maillage::domain::time::Clock;
use maillage::federation::fetch::Accept;
use maillage::federation::keys::{PrivateKey, PublicKey};
use maillage::federation::signature::Signer;
use maillage::federation::{newcomers, peers, proof};
use maillage::store;
use serde_json::{Value, json};
use url::Url;

use super::followers;
use super::hostile::Scene;
use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Foreign, Letter};
use crate::support::network::{Home, Running, clock, workshop};

/// The keys of a centre as a thief of the database would have them: RSA, Ed25519.
async fn copied(node: &Running, centre: &Centre) -> [Signer; 2] {
    let id = centre.id;
    let rows = node.node.store.read(move |conn| store::keys::of_owner(conn, Some(id)));
    let rows = rows.await.expect("keys");
    ["rsa", "ed25519"].map(|algorithm| {
        let row = rows.iter().find(|row| row.algorithm == algorithm).expect("a pair");
        let name = if algorithm == "rsa" { "main-key" } else { &row.public };
        Signer {
            key_id: format!("{}#{name}", node.group("agenda")),
            key: PrivateKey::from_pkcs8(&row.private).expect("a key"),
        }
    })
}

async fn shown_keys(node: &Running, path: &str) -> [Value; 2] {
    let actor = node.get(path, ACTIVITY).await.json();
    [
        actor["publicKey"]["publicKeyPem"].clone(),
        actor["assertionMethod"][0]["publicKeyMultibase"].clone(),
    ]
}

/// The proof of `document` is by the Ed25519 key that the actor at `path` shows now.
async fn assert_proven(node: &Running, document: &Value, path: &str) {
    let [_, multibase] = shown_keys(node, path).await;
    let multibase = multibase.as_str().expect("a key");
    let key = PublicKey::from_multibase(multibase).expect("readable");
    let proof = proof::proof_of(&document.clone().into(), || node.clock.now())
        .expect("in form")
        .expect("a proof");
    assert!(
        proof.key_id.as_str().ends_with(multibase) && proof.verifies(&key),
        "{} by {path}",
        document["type"]
    );
}

#[tokio::test]
async fn a_follower_takes_what_the_new_key_signs_and_refuses_the_old_one() {
    let clock = clock();
    let homes = ["a", "b"].map(|name| Home::new(name, Database::sqlite(), &clock));
    let (a, b) = (homes[0].start().await, homes[1].start().await);
    let centre = a.centre("agenda").await;
    b.follow(&a.group("agenda")).await;
    b.deliver().await;
    a.deliver().await;
    events::publish(&a.node, centre.id, workshop("Avant", 30))
        .await
        .expect("published");
    a.deliver().await;
    assert_eq!(b.titles().await, ["Avant"]);

    let (old, before) = (copied(&a, &centre).await, shown_keys(&a, "/groups/agenda").await);
    clock.advance(TimeDelta::minutes(1));
    keys::rotate(&a.node, Some(centre.id)).await.expect("rotated");
    let after = shown_keys(&a, "/groups/agenda").await;
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(before, after)| before != after && after.is_string())
    );
    events::publish(&a.node, centre.id, workshop("Après", 31))
        .await
        .expect("published");
    a.deliver().await;
    assert_eq!(
        b.titles().await,
        ["Avant", "Après"],
        "without another look at the clock or a second try"
    );

    let event = a.get("/groups/agenda/upcoming?page=first", ACTIVITY).await.json()["orderedItems"][0].clone();
    let mut forged = event.clone();
    forged["name"] = json!("Volé");
    forged["updated"] = json!(clock.now() + TimeDelta::seconds(1));
    proof::attach(&mut forged, &old[1], clock.now()).expect("a proof");
    let update = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{}/vol", a.group("agenda")),
        "type": "Update",
        "actor": a.group("agenda"),
        "object": forged,
    });
    for minutes in [0, 1] {
        clock.advance(TimeDelta::minutes(minutes));
        let letter = Letter::signed(&old[0], &b.base, update.to_string().into_bytes(), clock.now());
        assert_eq!(letter.send(&b).await, 401);
    }
    assert_eq!(b.titles().await, ["Avant", "Après"]);
}

#[tokio::test]
async fn a_peer_that_rotated_its_key_is_fetched_once() {
    let scene = Scene::set().await;
    scene.node.clock.advance(TimeDelta::minutes(1));
    let renewed = scene.honest.actor("Group", "agenda");
    let before = scene.honest.asked_for("/agenda");
    for title in ["Un", "Deux", "Trois"] {
        let event = scene.honest.event(&renewed, title, title);
        let create = renewed.says("Create", renewed.proven(event));
        assert_eq!(renewed.send(&scene.node, &renewed.proven(create)).await, 202);
    }
    assert_eq!(scene.honest.asked_for("/agenda"), before + 1);
    assert_eq!(scene.node.titles().await.len(), 4);
    assert_eq!(
        scene.agenda.tell(&scene.node, "Update", scene.rewritten()).await,
        401,
        "the old key"
    );
}

#[tokio::test]
async fn an_actor_that_was_asked_for_before_a_rotation_and_answers_after_it_brings_no_old_key_back() {
    let scene = Scene::set().await;
    let federation = &scene.node.node.federation;
    let address = Url::parse(&scene.agenda.id).expect("a URL");
    let slow = federation.fetcher.get_json(&address, Accept::ActivityJson).await;
    let slow = slow.expect("the actor as it was");
    scene.node.clock.advance(TimeDelta::minutes(1));
    let renewed = scene.honest.actor("Group", "agenda");
    let like = || scene.event["id"].clone();
    assert_eq!(renewed.tell(&scene.node, "Like", like()).await, 202);
    let kept = peers::remember(federation, &slow).await.expect("the one that is known");
    assert!(kept.keys.iter().any(|key| key.id == renewed.multikey.key_id));
    let asked = scene.honest.asked_for("/agenda");
    assert_eq!(renewed.tell(&scene.node, "Like", like()).await, 202);
    let by_old = scene.agenda.tell(&scene.node, "Update", scene.rewritten());
    assert_eq!(by_old.await, 401, "the old key");
    assert_eq!(scene.honest.asked_for("/agenda"), asked);
    scene.unharmed().await;
}

#[tokio::test]
async fn many_that_wait_to_ask_a_silent_server_for_a_new_key_ask_once() {
    let scene = Scene::set_with(|config| config.federation.timeout_seconds = 1).await;
    let thief = scene.honest.actor("Group", "voleur");
    let thief = thief.naming(&scene.agenda.signer.key_id);
    scene.node.clock.advance(TimeDelta::minutes(1));
    scene.honest.never_answer("/agenda");
    let before = scene.honest.asked_for("/agenda");
    let update = scene.agenda.says("Update", scene.rewritten());
    let all = (0..12).map(|_| thief.send(&scene.node, &update));
    assert_eq!(futures_util::future::join_all(all).await, [503; 12]);
    assert_eq!(scene.honest.asked_for("/agenda"), before + 1);
    scene.unharmed().await;
}

#[tokio::test]
async fn an_event_proven_by_the_key_that_was_is_what_its_address_says() {
    let scene = Scene::set().await;
    let author = scene.honest.actor("Group", "autre");
    let event = scene.honest.event(&author, "vrai", "Vrai");
    let mut lie = event.clone();
    lie["name"] = json!("Volé");
    let stolen = author.proven(lie);
    scene.honest.actor("Group", "autre");
    assert_eq!(scene.agenda.tell(&scene.node, "Announce", stolen).await, 202);
    assert!(scene.node.titles().await.contains(&"Vrai".to_owned()));
    assert_eq!(scene.honest.asked_for("/events/vrai"), 1);
}

/// Gancio takes events from the instance actor alone, which says whose they are.
#[tokio::test]
async fn new_keys_of_the_instance_actor_leave_what_centres_signed() {
    let clock = clock();
    let home = Home::new("a", Database::sqlite(), &clock);
    let node = home.start().await;
    let centre = node.centre("agenda").await;
    let gancio = followers::server("gancio", "gancio", &clock);
    let reader = gancio.actor("Application", "events");
    let relay = format!("{}actor", node.base);
    assert_eq!(reader.tell(&node, "Follow", relay.as_str()).await, 202);
    newcomers::step(&node.node.federation).await.expect("asked");
    node.deliver().await;
    let waiting = events::publish(&node.node, centre.id, workshop("En attente", 30)).await;
    waiting.expect("published");
    clock.advance(TimeDelta::minutes(1));
    keys::rotate(&node.node, None).await.expect("rotated");
    node.deliver().await;

    let posts = gancio.posts();
    let create = posts.iter().find(|post| post["type"] == "Create").expect("a Create");
    assert_eq!(create["actor"], relay.as_str());
    assert_proven(&node, create, "/actor").await;
    assert_proven(&node, &create["object"], "/groups/agenda").await;
}

/// On SQLite a second process is the command line, on PostgreSQL any number.
async fn another_process_takes_the_new_keys(database: Database) {
    let clock = clock();
    let home = Home::new("a", database, &clock);
    let (one, other) = (home.start().await, home.start().await);
    let centre = one.centre("agenda").await;
    let peer = Foreign::start("pair", &clock);
    let (follower, followed) = (peer.actor("Group", "suiveur"), peer.actor("Group", "suivi"));
    assert_eq!(follower.tell(&one, "Follow", one.group("agenda")).await, 202);
    one.deliver().await;
    other.follow(&followed.id).await;
    // This process has used the old keys, for posting and for asking.
    other.deliver().await;
    let waiting = events::publish(&other.node, centre.id, workshop("En attente", 30)).await;
    let waiting = waiting.expect("published").uri;
    let before = peer.received(&other).await.len();
    keys::rotate(&one.node, Some(centre.id)).await.expect("rotated");
    keys::rotate(&one.node, None).await.expect("rotated");
    clock.advance(TimeDelta::seconds(1));

    other.deliver().await;
    // Each was signed by the key that its actor shows now, or this fails.
    let received = peer.received_after(&other, before).await;
    let create = received
        .iter()
        .find(|activity| activity["object"]["id"] == waiting.as_str());
    let create = create.expect("what waited");
    for document in [create, &create["object"]] {
        assert_proven(&other, document, "/groups/agenda").await;
    }
    assert_eq!(
        other.get(create["id"].as_str().expect("an id"), ACTIVITY).await.json(),
        *create
    );
    let told: Vec<&Value> = received
        .iter()
        .filter(|activity| activity["type"] == "Update")
        .collect();
    let whom = |update: &&Value| update["actor"] == update["object"]["id"];
    assert_eq!(
        told.iter().filter(|update| whom(update)).count(),
        2,
        "both actors to whom knows them"
    );

    let before = peer.requests();
    let third = peer.actor("Group", "troisieme");
    other.follow(&third.id).await;
    assert!(peer.requests() > before);
    assert!(
        peer.gets_are_signed_by(&other, "/troisieme").await,
        "the new key of the node's own actor"
    );
}

#[tokio::test]
async fn another_process_takes_the_new_keys_on_sqlite() {
    another_process_takes_the_new_keys(Database::sqlite()).await;
}

#[tokio::test]
async fn another_process_takes_the_new_keys_on_postgresql() {
    if let Some(database) = Database::postgres() {
        another_process_takes_the_new_keys(database).await;
    }
}

#[tokio::test]
async fn the_keys_of_a_centre_that_is_not_there_are_not_made() {
    let home = Home::new("a", Database::sqlite(), &clock());
    let node = home.start().await;
    let centre = node.centre("agenda").await;
    let nobody = maillage::domain::id::CentreId(uuid::Uuid::nil());
    assert!(keys::rotate(&node.node, Some(nobody)).await.is_err());
    let rows = node
        .node
        .store
        .read(move |conn| store::keys::of_owner(conn, Some(nobody)));
    assert!(rows.await.expect("read").is_empty());
    assert!(
        centres::by_handle(&node.node, "agenda")
            .await
            .expect("read")
            .is_some_and(|it| it.id == centre.id)
    );
}

/// A name has one spelling, however a header or a document writes it.
#[tokio::test]
async fn a_key_is_known_by_its_name_in_whatever_letters() {
    let scene = Scene::set().await;
    let loud = scene.honest.actor("Group", "fort");
    let key_id = format!("{}#main-key", loud.id.replace("honnete", "HONNETE"));
    let mut document = scene.honest.document("/fort");
    document["publicKey"]["id"] = json!(key_id);
    scene.honest.serve("/fort", &document);
    let sender = loud.naming(&key_id);
    for later in [0, 1, 60] {
        scene.node.clock.advance(TimeDelta::seconds(later));
        let like = sender.tell(&scene.node, "Like", scene.event["id"].clone());
        assert_eq!(like.await, 202, "{later} s later");
    }
    assert_eq!(scene.honest.asked_for("/fort"), 1);
}
