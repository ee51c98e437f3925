//! What looks like our business and is not: copies, reports, requests to quote, documents that say one thing to a JSON
//! reader and another to a JSON-LD one, things that would keep us busy. Where Maillage has no such feature, the tests show
//! what it does instead.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use maillage::app::{centres, events};
use maillage::domain::time::Clock;
use serde_json::{Value, json};

use super::{Scene, rewritten};
use crate::federation::comings_and_goings::busy;
use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Foreign, Letter, PUBLIC};
use crate::support::network::{Home, clock, workshop};

/// Far more than any of these takes; a machine full of other tests is slow.
const AT_ONCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_delivery_of_which_only_the_digest_is_signed() {
    let scene = Scene::set().await;
    let update = scene.agenda.says("Update", scene.rewritten());
    let whole = scene.agenda.letter(&scene.node, &update);
    let digest = whole
        .headers
        .iter()
        .find(|(name, _)| name == "digest")
        .expect("a digest")
        .1
        .clone();
    let signature = scene
        .agenda
        .signer
        .key
        .sign(format!("digest: {digest}").as_bytes())
        .expect("signed");
    let value = format!(
        "keyId=\"{}\",algorithm=\"rsa-sha256\",headers=\"digest\",signature=\"{}\"",
        scene.agenda.signer.key_id,
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signature),
    );
    assert_eq!(whole.with("signature", &value).send(&scene.node).await, 401);
    scene.unharmed().await;
}

#[tokio::test]
async fn a_date_in_ten_years() {
    let scene = Scene::set().await;
    let then = scene.node.clock.now() + TimeDelta::days(3650);
    let body = scene.agenda.says("Update", scene.rewritten()).to_string().into_bytes();
    let letter = Letter::signed(&scene.agenda.signer, &scene.node.base, body, then);
    assert_eq!(letter.send(&scene.node).await, 401);
    scene.unharmed().await;
}

#[tokio::test]
async fn an_unsigned_date_that_is_refreshed() {
    let scene = Scene::set().await;
    let update = scene.agenda.says("Update", scene.rewritten());
    let mut letter = scene.agenda.letter(&scene.node, &update);
    let part = |name: &str| {
        letter
            .headers
            .iter()
            .find(|(other, _)| other == name)
            .expect("there")
            .1
            .clone()
    };
    let signed = format!(
        "(request-target): post /inbox\nhost: {}\ndigest: {}",
        part("host"),
        part("digest")
    );
    let signature = scene.agenda.signer.key.sign(signed.as_bytes()).expect("signed");
    let value = format!(
        "keyId=\"{}\",headers=\"(request-target) host digest\",signature=\"{}\"",
        scene.agenda.signer.key_id,
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signature),
    );
    letter = letter.with("signature", &value);
    assert_eq!(letter.send(&scene.node).await, 401);
    scene.node.clock.advance(TimeDelta::hours(3));
    let fresh = httpdate(scene.node.clock.now());
    assert_eq!(letter.with("date", &fresh).send(&scene.node).await, 401);
    scene.unharmed().await;
}

fn httpdate(now: maillage::domain::time::Instant) -> String {
    now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test]
async fn addresses_inside_documents_are_never_asked() {
    let scene = Scene::set().await;
    let before = scene.evil.requests();
    let mut event = scene.rewritten();
    let there = |path: &str| scene.evil.url(path);
    event["@context"] = json!([
        "https://www.w3.org/ns/activitystreams",
        there("/context"),
        "http://127.0.0.1:9/context"
    ]);
    event["icon"] = json!({ "type": "Image", "url": there("/icon") });
    event["image"] = json!({ "type": "Image", "url": there("/image") });
    event["attachment"] = json!([{ "type": "Document", "mediaType": "image/png", "url": there("/photo") }]);
    event["replies"] = json!(there("/replies"));
    event["attendees"] = json!(there("/attendees"));
    event["tag"] = json!([{ "type": "Mention", "href": there("/mentioned") }]);
    let mut update = scene.agenda.says("Update", event);
    update["@context"] = json!(there("/context"));
    assert_eq!(scene.agenda.send(&scene.node, &update).await, 202);
    assert_eq!(scene.node.titles().await, ["Détourné"]);
    assert_eq!(scene.evil.requests(), before);
}

#[tokio::test]
async fn a_shared_inbox_of_another_server_is_not_written_to() {
    let scene = Scene::set().await;
    let follower = scene.honest.actor("Person", "abonnee");
    let address = follower.id.replace("honnete.localhost", "127.0.0.1");
    let document = scene
        .node
        .client
        .get(address)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    let mut document: Value = serde_json::from_str(&document).expect("JSON");
    document["endpoints"]["sharedInbox"] = json!(scene.evil.url("/inbox"));
    scene.honest.serve("/abonnee", &document);
    let before = scene.evil.requests();
    assert_eq!(
        follower.tell(&scene.node, "Follow", scene.node.group("agenda")).await,
        202
    );
    let centre = centres::by_handle(&scene.node.node, "agenda")
        .await
        .expect("read")
        .expect("there");
    let event = events::publish(&scene.node.node, centre.id, workshop("Le nôtre", 30)).await;
    event.expect("published");
    scene.node.deliver().await;
    assert_eq!(scene.evil.requests(), before);
    let create = scene.honest.received(&scene.node).await.pop().expect("a Create");
    assert_eq!(create["object"]["name"], "Le nôtre");
}

#[tokio::test]
async fn a_blocked_host_written_in_other_letters() {
    let scene = Scene::set_with(|config| config.federation.blocked_hosts = vec!["bloque.localhost".to_owned()]).await;
    let server = Foreign::start("bloque", &scene.node.clock);
    let actor = server.actor("Group", "agenda");
    for (host, expected) in [
        ("BLOQUE.localhost", 403),
        ("bloque.LOCALHOST", 403),
        ("bloque%2Elocalhost", 403),
        ("ｂｌｏｑｕｅ.localhost", 403),
        // A name that ends in a dot is looked up for nobody.
        ("bloque.localhost.", 401),
    ] {
        let id = actor.id.replace("bloque.localhost", host);
        let mut activity = actor.says("Follow", scene.node.group("agenda"));
        activity["actor"] = json!(id);
        activity["id"] = json!(format!("{id}/1"));
        let status = actor
            .naming(&format!("{id}#main-key"))
            .send(&scene.node, &activity)
            .await;
        assert_eq!(status, expected, "{host}");
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn two_actors_that_claim_one_key_name() {
    let scene = Scene::set().await;
    let thief = scene.honest.actor("Group", "voleur");
    scene.honest.serve(
        "/voleur",
        &json!({
            "id": thief.id, "type": "Group", "preferredUsername": "voleur", "inbox": format!("{}/inbox", thief.id),
            "publicKey": {
                "id": scene.agenda.signer.key_id, "owner": thief.id,
                "publicKeyPem": thief.signer.key.public_pem().expect("a PEM"),
            },
        }),
    );
    let claimed = thief.naming(&scene.agenda.signer.key_id);
    claimed.tell(&scene.node, "Follow", scene.node.group("agenda")).await;
    scene.node.clock.advance(TimeDelta::minutes(1));
    let stolen = scene.agenda.says("Update", scene.rewritten());
    assert_eq!(claimed.send(&scene.node, &stolen).await, 401);
    scene.unharmed().await;
    assert_eq!(
        scene.agenda.send(&scene.node, &stolen).await,
        202,
        "its owner still can"
    );
}

#[tokio::test]
async fn an_embedded_copy_without_proof_is_not_believed() {
    let scene = Scene::set().await;
    let other = scene.honest.actor("Group", "autre");
    let event = scene.honest.event(&other, "vrai", "Vrai");
    assert_eq!(scene.agenda.tell(&scene.node, "Announce", rewritten(&event)).await, 202);
    let mut titles = scene.node.titles().await;
    titles.sort();
    assert_eq!(titles, ["Atelier", "Vrai"]);
}

#[tokio::test]
async fn a_proven_event_of_a_blocked_host_relayed_by_a_third() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let node = home.start().await;
    let (relay, blocked) = (Foreign::start("relais", &clock), Foreign::start("bloque", &clock));
    let (group, author) = (relay.actor("Group", "agenda"), blocked.actor("Group", "agenda"));
    node.follow(&group.id).await;
    node.deliver().await;
    let asked = relay.received(&node).await.pop().expect("a Follow");
    assert_eq!(group.tell(&node, "Accept", asked).await, 202);
    let event = blocked.event(&author, "e", "Avant");
    assert_eq!(group.tell(&node, "Announce", author.proven(event.clone())).await, 202);
    assert_eq!(node.titles().await, ["Avant"], "its key is known now");
    home.stop(node).await;

    let node = home
        .start_with(|config| config.federation.blocked_hosts = vec!["bloque.localhost".to_owned()])
        .await;
    let before = blocked.requests();
    assert_eq!(
        group.tell(&node, "Announce", author.proven(rewritten(&event))).await,
        403
    );
    assert!(node.titles().await.is_empty(), "what was there left at the start");
    assert_eq!(blocked.requests(), before);
}

#[tokio::test]
async fn answers_to_a_join_and_requests_to_quote_have_no_effect() {
    let scene = Scene::set().await;
    let before = scene.honest.requests();
    let join = json!({ "id": scene.evil.url("/join"), "type": "Join", "actor": scene.mallory.id, "object": scene.event["id"] });
    for kind in ["Accept", "Reject"] {
        assert_eq!(scene.mallory.tell(&scene.node, kind, join.clone()).await, 202);
    }
    let quote = json!({ "id": scene.evil.url("/quote"), "type": "Note", "quote": scene.event["id"] });
    for kind in ["QuoteRequest", "Like", "Add", "Invite"] {
        let status = scene.mallory.tell(&scene.node, kind, quote.clone()).await;
        assert_eq!(status, 202, "{kind}");
    }
    scene.node.deliver().await;
    assert_eq!(scene.honest.requests(), before, "nobody is told");
    scene.unharmed().await;
}

#[tokio::test]
async fn an_event_in_a_graph_an_inclusion_or_a_reverse_is_not_read() {
    let scene = Scene::set().await;
    let whole = scene.agenda.says("Update", scene.rewritten());
    for document in [
        json!({ "@context": whole["@context"], "@graph": [whole] }),
        json!({ "@context": whole["@context"], "@included": [whole] }),
        json!([whole]),
    ] {
        let body = document.to_string().into_bytes();
        let letter = Letter::signed(&scene.agenda.signer, &scene.node.base, body, scene.node.clock.now());
        assert_eq!(letter.send(&scene.node).await, 400);
    }
    // Aliases, and another context for whoever expands: the words that were signed are the words that are read.
    let mut aliased = scene.agenda.says("Update", scene.event["id"].clone());
    aliased["@context"] =
        json!(["https://www.w3.org/ns/activitystreams", { "alias": "as:object", "object": "as:target" }]);
    aliased["alias"] = scene.rewritten();
    aliased["@reverse"] = json!({ "object": scene.rewritten() });
    assert_eq!(scene.agenda.send(&scene.node, &aliased).await, 202);
    scene.unharmed().await;
}

#[tokio::test]
async fn a_collection_that_goes_on_at_another_server_or_counts_a_million() {
    let scene = Scene::set().await;
    let before = scene.evil.requests();
    scene.honest.serve(
        "/agenda/outbox",
        &json!({
            "id": scene.honest.url("/agenda/outbox"), "type": "OrderedCollection", "totalItems": 1_000_000_000,
            "first": scene.evil.url("/page"), "next": scene.evil.url("/page"),
            "orderedItems": vec![json!({ "type": "Note" }); 20_000],
        }),
    );
    scene.evil.serve(
        "/page",
        &json!({ "type": "OrderedCollectionPage", "orderedItems": [scene.rewritten()] }),
    );
    let started = Instant::now();
    scene.node.pull().await;
    assert!(started.elapsed() < AT_ONCE);
    assert_eq!(scene.evil.requests(), before);
    scene.unharmed().await;
}

#[tokio::test]
async fn texts_made_to_keep_a_reader_busy() {
    let scene = Scene::set().await;
    for (number, piece) in ["<b>", "<a href=x>", "&lt;", "<!--", "\"'<", "@a@", "((((", "é\u{202e}"]
        .iter()
        .enumerate()
    {
        let mut event = scene.rewritten();
        event["updated"] = json!(format!("2026-11-22T05:00:{number:02}Z"));
        event["content"] = json!(piece.repeat(600_000 / piece.len()));
        let started = Instant::now();
        assert_eq!(scene.agenda.tell(&scene.node, "Update", event).await, 202, "{piece}");
        assert!(started.elapsed() < AT_ONCE, "{piece}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn what_is_of_no_use_waits_for_nobody_who_writes() {
    let scene = Scene::set().await;
    assert_eq!(
        scene.mallory.tell(&scene.node, "Like", "https://a.example/1").await,
        202,
        "its key is known from now on"
    );
    let like = json!({
        "id": scene.evil.url("/likes/1"), "type": "Like", "actor": scene.mallory.id, "object": scene.event["id"],
    });
    let written = busy(&scene.node, |_| Ok(())).await;
    for (kind, object) in [("Undo", like), ("Delete", json!(scene.evil.url("/notes/1")))] {
        let told = scene.mallory.tell(&scene.node, kind, object);
        let answer = tokio::time::timeout(AT_ONCE, told).await;
        assert_eq!(answer.ok(), Some(202), "{kind}");
    }
    written.let_go().await;
}

#[tokio::test]
async fn an_activity_that_names_a_thousand_actors_makes_us_ask_none_of_them() {
    let scene = Scene::set().await;
    let before = scene.evil.requests();
    let crowd: Vec<String> = (0..1000)
        .map(|number| scene.evil.url(&format!("/foule/{number}")))
        .collect();
    let mut event = scene.rewritten();
    event["cc"] = json!(crowd);
    event["organizers"] = json!({ "type": "OrganizersCollection", "items": crowd });
    event["contacts"] = json!(crowd);
    event["tag"] = crowd
        .iter()
        .map(|actor| json!({ "type": "Mention", "href": actor }))
        .collect();
    let mut update = scene.agenda.says("Update", event);
    update["cc"] = json!(crowd);
    assert_eq!(scene.agenda.send(&scene.node, &update).await, 202);
    assert_eq!(scene.evil.requests(), before);
    let mut authors = scene.rewritten();
    authors["attributedTo"] = json!(crowd);
    assert_eq!(scene.agenda.tell(&scene.node, "Update", authors).await, 403);
    assert_eq!(scene.evil.requests(), before);
}

#[tokio::test]
async fn a_page_of_another_server_under_an_honest_name() {
    let scene = Scene::set().await;
    let mut event = scene.rewritten();
    event["url"] = json!("https://mechant.example/page");
    assert_eq!(scene.agenda.tell(&scene.node, "Update", event).await, 202);
    let shown = scene.node.get("/api/v1/calendar", "application/json").await;
    assert!(!shown.text.contains("mechant.example"));
}

#[tokio::test]
async fn pictures_of_others_are_neither_fetched_nor_served() {
    let scene = Scene::set().await;
    let before = scene.honest.requests();
    let mut event = scene.rewritten();
    let photo = scene.honest.url("/bombe-50000x50000.svg");
    event["attachment"] = json!([{ "type": "Image", "mediaType": "image/svg+xml", "url": photo, "name": "Affiche" }]);
    assert_eq!(scene.agenda.tell(&scene.node, "Update", event).await, 202);
    let home = scene.node.get("/", "text/html").await;
    assert_eq!(home.status, 200);
    assert_eq!(scene.honest.requests(), before);
    for path in [
        "/media/x.png",
        "/proxy?url=http://127.0.0.1/",
        "/media/..%2f..%2fmaillage.db",
    ] {
        assert_eq!(scene.node.get(path, "image/png").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_for_all_answers_as_what_never_was() {
    let scene = Scene::set().await;
    let follow = scene.honest.received(&scene.node).await.remove(0);
    let private = follow["id"].as_str().expect("an id");
    let never = scene
        .node
        .base
        .join("/activities/01900000-0000-7000-8000-000000000001")
        .expect("a URL");
    let (private, never) = (
        scene.node.get(private, ACTIVITY).await,
        scene.node.get(never.as_str(), ACTIVITY).await,
    );
    assert_eq!(
        (private.status, private.kind, private.text.len()),
        (404, never.kind, never.text.len())
    );
}

#[tokio::test]
async fn an_event_that_is_not_for_everybody_told_again_by_another_stays_unknown() {
    let scene = Scene::set().await;
    let mut private = scene.honest.event(&scene.agenda, "prive", "Privé");
    private["to"] = json!([scene.node.group("agenda")]);
    private["cc"] = json!([]);
    scene.honest.serve("/events/prive", &private);
    let mut create = scene.agenda.says("Create", private.clone());
    create["to"] = private["to"].clone();
    assert_eq!(scene.agenda.send(&scene.node, &create).await, 202);
    scene.follow(&scene.evil, &scene.mallory).await;
    let mut widened = private.clone();
    widened["to"] = json!([PUBLIC]);
    for copy in [private["id"].clone(), widened] {
        assert_eq!(scene.mallory.tell(&scene.node, "Announce", copy).await, 202);
        scene.unharmed().await;
    }
}

#[tokio::test]
async fn a_report_is_passed_over_and_goes_to_nobody() {
    let scene = Scene::set().await;
    assert_eq!(
        scene
            .agenda
            .tell(&scene.node, "Follow", scene.node.group("agenda"))
            .await,
        202
    );
    scene.node.deliver().await;
    let (honest, evil) = (scene.honest.requests(), scene.evil.requests());
    let mut flag = scene
        .mallory
        .says("Flag", json!([scene.event["id"], scene.node.group("agenda")]));
    flag["content"] = json!("message privé");
    let status = scene.mallory.send(&scene.node, &flag).await;
    assert!([202, 400].contains(&status), "{status}");
    scene.node.deliver().await;
    assert_eq!(scene.honest.requests(), honest);
    assert!(scene.evil.requests() <= evil + 1, "its sender's key, and nothing else");
    for path in [
        "/api/v1/calendar",
        "/actor/outbox?page=first",
        "/groups/agenda/outbox?page=first",
    ] {
        assert!(
            !scene
                .node
                .get(path, "application/json")
                .await
                .text
                .contains("message privé")
        );
    }
}
