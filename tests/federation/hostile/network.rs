//! Addresses: what we are made to fetch, from whom, and what is believed of the answer.

use serde_json::json;

use super::{Scene, rewritten};
use crate::support::foreign::{ACTIVITY, Foreign, Letter, PUBLIC, multikey};
use maillage::domain::time::Clock;
use maillage::federation::proof;

#[tokio::test]
async fn an_announced_event_is_believed_from_its_own_address_only() {
    let scene = Scene::set().await;
    let other = scene.honest.actor("Group", "autre");
    let event = scene.honest.event(&other, "vrai", "Vrai");
    // Under another id, or of another server, or moved there.
    scene.evil.serve("/copie", &event);
    scene.honest.serve("/copie", &event);
    for copy in [scene.evil.url("/copie"), scene.honest.url("/copie")] {
        assert_eq!(scene.agenda.tell(&scene.node, "Announce", copy).await, 403);
        scene.unharmed().await;
    }
    let mut foreign_author = scene.evil.event(&scene.mallory, "faux", "Faux");
    foreign_author["attributedTo"] = json!(scene.agenda.id);
    scene.evil.serve("/events/faux", &foreign_author);
    assert_eq!(
        scene
            .agenda
            .tell(&scene.node, "Announce", scene.evil.url("/events/faux"))
            .await,
        403
    );
    assert_eq!(
        scene.agenda.tell(&scene.node, "Announce", event["id"].clone()).await,
        202
    );
    let mut titles = scene.node.titles().await;
    titles.sort();
    assert_eq!(titles, ["Atelier", "Vrai"]);
}

#[tokio::test]
async fn a_page_or_upload_that_looks_like_an_event() {
    let scene = Scene::set().await;
    let other = scene.honest.actor("Group", "autre");
    let event = scene.honest.event(&other, "upload", "Faux").to_string();
    for kind in ["text/html", "text/plain", "application/json", "image/png"] {
        scene.honest.serve_as("/events/upload", 200, kind, &event);
        let id = scene.honest.url("/events/upload");
        assert_eq!(scene.agenda.tell(&scene.node, "Announce", id).await, 503, "{kind}");
        scene.unharmed().await;
    }
}

#[tokio::test]
async fn an_actor_served_as_a_page_is_nobody() {
    let scene = Scene::set().await;
    let actor = scene.evil.actor("Person", "page");
    let fetched = scene
        .node
        .client
        .get(actor.id.replace("mechant.localhost", "127.0.0.1"));
    let document = fetched.send().await.expect("an answer").text().await.expect("a body");
    scene.evil.serve_as("/page", 200, "text/html", &document);
    assert_eq!(actor.tell(&scene.node, "Follow", scene.node.group("agenda")).await, 503);
    scene
        .evil
        .serve_as("/page", 200, ACTIVITY, &document.replace("/page\"", "/autre\""));
    scene.node.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(actor.tell(&scene.node, "Follow", scene.node.group("agenda")).await, 401);
    let followers = scene.node.get("/groups/agenda/followers", ACTIVITY).await.json();
    assert_eq!(followers["totalItems"], 0);
}

#[tokio::test]
async fn actors_at_private_addresses_are_never_asked() {
    let scene = Scene::set().await;
    for place in [
        "https://10.0.0.1/actor",
        "https://192.168.1.1/actor",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/actor",
        "https://[::ffff:127.0.0.1]/actor",
        "https://intranet/actor",
        "http://agenda.example/actor",
        "https://agenda.example:22/actor",
        "https://user:pass@agenda.example/actor",
    ] {
        let mut activity = scene.mallory.says("Follow", scene.node.group("agenda"));
        activity["actor"] = json!(place);
        activity["id"] = json!(null);
        let letter = scene
            .mallory
            .naming(&format!("{place}#main-key"))
            .letter(&scene.node, &activity);
        let status = tokio::time::timeout(std::time::Duration::from_secs(2), letter.send(&scene.node)).await;
        assert_eq!(status.expect("at once"), 401, "{place}");
    }
}

#[tokio::test]
async fn announced_objects_at_private_addresses_are_never_asked() {
    let scene = Scene::set().await;
    for place in [
        "https://10.0.0.1/e",
        "https://[fd00::1]/e",
        "https://routeur/e",
        "http://agenda.example/e",
    ] {
        let told = scene.agenda.tell(&scene.node, "Announce", place);
        let status = tokio::time::timeout(std::time::Duration::from_secs(2), told).await;
        assert_eq!(status.expect("at once"), 403, "{place}");
    }
    scene.unharmed().await;
}

#[tokio::test]
async fn a_blocked_host_and_what_is_below_it() {
    let scene = Scene::set_with(|config| config.federation.blocked_hosts = vec!["bloque.localhost".to_owned()]).await;
    let clock = scene.node.clock.clone();
    for name in ["bloque", "sous.bloque"] {
        let server = crate::support::foreign::Foreign::start(name, &clock);
        let actor = server.actor("Group", "agenda");
        assert_eq!(
            actor.tell(&scene.node, "Follow", scene.node.group("agenda")).await,
            403,
            "{name}"
        );
        let event = server.event(&actor, "e", "Bloqué");
        assert_eq!(
            scene.agenda.tell(&scene.node, "Announce", event["id"].clone()).await,
            403,
            "{name}"
        );
        let followed = maillage::app::following::follow(&scene.node.node, &actor.id, None).await;
        assert!(followed.is_err(), "{name}");
        assert_eq!(server.requests(), 0, "nothing is asked of {name}");
    }
    let other = crate::support::foreign::Foreign::start("pasbloque", &clock);
    let actor = other.actor("Group", "agenda");
    assert_eq!(actor.tell(&scene.node, "Follow", scene.node.group("agenda")).await, 202);
    scene.unharmed().await;
}

#[tokio::test]
async fn a_host_blocked_later_is_neither_read_nor_written_to() {
    let clock = crate::support::network::clock();
    let home = crate::support::network::Home::new("noeud", crate::support::database::Database::sqlite(), &clock);
    let node = home.start().await;
    let server = crate::support::foreign::Foreign::start("bloque", &clock);
    let actor = server.actor("Group", "agenda");
    node.centre("agenda").await;
    node.follow(&actor.id).await;
    node.deliver().await;
    let asked = server.received(&node).await.pop().expect("a Follow");
    assert_eq!(actor.tell(&node, "Accept", asked).await, 202);
    assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
    home.stop(node).await;

    let node = home
        .start_with(|config| config.federation.blocked_hosts = vec!["bloque.localhost".to_owned()])
        .await;
    let before = server.requests();
    node.deliver().await;
    node.pull().await;
    assert_eq!(server.requests(), before);
}

#[tokio::test]
async fn an_endless_collection_ends() {
    let scene = Scene::set().await;
    let page = |number: usize| {
        json!({
            "type": "OrderedCollectionPage",
            "orderedItems": [],
            "next": scene.honest.url(&format!("/agenda/outbox?page={}", number % 3)),
        })
    };
    for number in 0..3 {
        scene
            .honest
            .serve(&format!("/agenda/outbox?page={number}"), &page(number + 1));
    }
    scene.honest.serve("/agenda/outbox", &page(0));
    let before = scene.honest.requests();
    scene.node.pull().await;
    let asked = scene.honest.requests() - before;
    assert!(asked <= 5, "{asked}: each page once, and the event that is known");
    scene.unharmed().await;
}

#[tokio::test]
async fn a_collection_that_lists_events_of_others() {
    let scene = Scene::set().await;
    let foreign = scene.evil.event(&scene.mallory, "faux", "Faux");
    let mut lie = scene.rewritten();
    lie["id"] = json!(scene.evil.url("/events/autre"));
    scene.honest.serve(
        "/agenda/outbox",
        &json!({
            "type": "OrderedCollection",
            "orderedItems": [foreign, foreign["id"], lie, scene.evil.url("/x"), 3, null, {}, { "type": "Event" }],
        }),
    );
    scene.node.pull().await;
    scene.unharmed().await;
    assert_eq!(scene.evil.asked_for("/events/faux"), 0);
}

/// Of a programme (`upcomingEvents`) what others publish is taken as their own servers tell it, and credited to them.
#[tokio::test]
async fn a_programme_that_lies_about_events_of_others() {
    let scene = Scene::set().await;
    let other = Foreign::start("tiers", &scene.node.clock);
    let third = other.actor("Group", "tiers");
    let told = other.event(&third, "vrai", "Vrai");
    let mut lie = rewritten(&told);
    lie["attributedTo"] = json!(scene.agenda.id);
    let invented = json!({ "id": other.url("/events/invente"), "type": "Event", "name": "Inventé",
        "attributedTo": third.id, "startTime": told["startTime"], "to": PUBLIC });
    let mut actor = scene.honest.document("/agenda");
    actor["upcomingEvents"] = json!(scene.honest.url("/agenda/upcoming"));
    scene.honest.serve("/agenda", &actor);
    scene.honest.serve(
        "/agenda/upcoming",
        &json!({ "type": "OrderedCollection", "orderedItems": [scene.event, lie, invented] }),
    );
    assert_eq!(scene.agenda.tell(&scene.node, "Update", actor).await, 202);
    scene.node.pull().await;
    let mut titles = scene.node.titles().await;
    titles.sort();
    assert_eq!(titles, ["Atelier", "Vrai"], "both at the same hour, in whichever order");
    assert_eq!(other.asked_for("/events/vrai"), 1);
}

#[tokio::test]
async fn nothing_is_believed_of_bare_words() {
    let scene = Scene::set().await;
    let now = scene.node.clock.now();
    let text = Letter::signed(&scene.mallory.signer, &scene.node.base, b"Bonjour".to_vec(), now);
    assert_eq!(
        text.clone().with("content-type", "text/plain").send(&scene.node).await,
        415
    );
    assert_eq!(text.send(&scene.node).await, 400);
}

#[tokio::test]
async fn authors_that_nobody_follows_are_not_looked_for() {
    let scene = Scene::set().await;
    for at in 0..5 {
        let ghost = scene.evil.url(&format!("/fantome/{at}"));
        let mut event = scene.evil.event(&scene.mallory, &format!("atelier{at}"), "Atelier");
        // By its key, and with a followed agenda for company.
        event["attributedTo"] = json!([ghost, scene.agenda.id]);
        let by_ghost = multikey(&ghost);
        proof::attach(&mut event, &by_ghost, scene.node.clock.now()).expect("a proof");
        assert_eq!(scene.mallory.tell(&scene.node, "Create", event).await, 202);
    }
    let looked_for = (0..5).map(|at| scene.evil.asked_for(&format!("/fantome/{at}")));
    assert_eq!(looked_for.sum::<usize>(), 0);
    scene.unharmed().await;
}
