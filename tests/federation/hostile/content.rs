//! Bodies that are too large, unreadable, or say one thing here and another there.

use chrono::TimeDelta;
use maillage::domain::time::Clock;
use serde_json::{Value, json};

use super::Scene;
use crate::federation::networks::{follow_as, network};
use crate::support::foreign::{ACTIVITY, Letter, PUBLIC};

async fn sent(scene: &Scene, body: impl Into<Vec<u8>>) -> u16 {
    let letter = Letter::signed(
        &scene.agenda.signer,
        &scene.node.base,
        body.into(),
        scene.node.clock.now(),
    );
    letter.send(&scene.node).await
}

#[tokio::test]
async fn a_body_over_one_mebibyte() {
    let scene = Scene::set().await;
    let mut event = scene.rewritten();
    event["content"] = json!("x".repeat(1024 * 1024));
    assert_eq!(sent(&scene, scene.agenda.says("Update", event).to_string()).await, 413);
    let unsigned = Letter {
        headers: Vec::new(),
        body: vec![b' '; 2 * 1024 * 1024],
    };
    assert_eq!(unsigned.send(&scene.node).await, 413);
    scene.unharmed().await;
}

#[tokio::test]
async fn what_is_no_json_or_no_activity() {
    let scene = Scene::set().await;
    for body in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"\"Update\"",
        b"\xef\xbb\xbf{}",
        b"{\"type\":\"Update\xff\"}",
        b"{\"type\":\"Update\"}",
    ] {
        assert_eq!(sent(&scene, body).await, 400, "{}", String::from_utf8_lossy(body));
    }
    let whole = scene.agenda.says("Update", scene.rewritten());
    for (key, value) in [
        ("actor", json!(null)),
        ("actor", json!([scene.agenda.id, scene.mallory.id])),
        ("object", json!(null)),
        ("object", json!([])),
        ("object", json!([scene.event, scene.event])),
        ("type", json!(null)),
        ("id", json!(["a", "b"])),
        ("id", json!("javascript:alert(1)")),
    ] {
        let mut spoiled = whole.clone();
        spoiled[key] = value.clone();
        assert_eq!(sent(&scene, spoiled.to_string()).await, 400, "{key}: {value}");
    }
    scene.unharmed().await;
}

#[tokio::test]
async fn nesting_ten_thousand_deep() {
    let scene = Scene::set().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let body = scene.agenda.says("Update", scene.rewritten()).to_string();
    let body = body.replacen('{', &format!("{{\"tag\":{deep},"), 1);
    assert_eq!(sent(&scene, body).await, 400);
    scene.unharmed().await;
}

#[tokio::test]
async fn numbers_and_characters_that_are_none() {
    let scene = Scene::set().await;
    let body = scene.agenda.says("Update", scene.rewritten()).to_string();
    let with = |value: &str| body.replacen('{', &format!("{{\"tag\":{value},"), 1);
    for value in [
        "NaN",
        "Infinity",
        "-",
        "01",
        "1e",
        "0x1",
        "1e999",
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        "\"\u{0}\"",
    ] {
        assert_eq!(sent(&scene, with(value)).await, 400, "{value}");
    }
    scene.unharmed().await;
    // As deep as is read, and a number that is one: nothing of use, and no harm.
    for value in [
        "1e308",
        "123456789012345678901234567890",
        r#""\u0000""#,
        &format!("{}{}", "[".repeat(60), "]".repeat(60)),
    ] {
        assert_eq!(sent(&scene, with(value)).await, 202, "{value}");
    }
    assert_eq!(scene.node.titles().await, ["Détourné"]);
}

#[tokio::test]
async fn the_same_key_twice() {
    let scene = Scene::set().await;
    let body = scene.agenda.says("Update", scene.rewritten()).to_string();
    let body = body.replacen('{', &format!("{{\"actor\":\"{}\",", scene.mallory.id), 1);
    assert_eq!(sent(&scene, body).await, 400);
    scene.unharmed().await;
}

#[tokio::test]
async fn an_event_that_is_not_for_everybody_is_not_listed() {
    let scene = Scene::set().await;
    for (to, cc) in [
        (json!([]), json!([])),
        (json!([format!("{}/followers", scene.agenda.id)]), json!([PUBLIC])),
        (json!([scene.node.group("agenda")]), json!(null)),
    ] {
        let mut event = scene.honest.event(&scene.agenda, "prive", "Privé");
        (event["to"], event["cc"]) = (to.clone(), cc);
        scene.honest.serve("/events/prive", &event);
        let mut create = scene.agenda.says("Create", event.clone());
        create["to"] = to;
        assert_eq!(scene.agenda.send(&scene.node, &create).await, 202);
        assert_eq!(
            scene.agenda.tell(&scene.node, "Announce", event["id"].clone()).await,
            202
        );
        scene.unharmed().await;
    }
}

#[tokio::test]
async fn an_event_that_is_not_for_everybody_any_more_is_shown_no_longer() {
    let scene = Scene::set().await;
    let mut event = scene.rewritten();
    event["to"] = json!([format!("{}/followers", scene.agenda.id)]);
    event["cc"] = json!([]);
    assert_eq!(scene.agenda.tell(&scene.node, "Update", event).await, 202);
    assert!(scene.node.titles().await.is_empty());
}

#[tokio::test]
async fn a_late_word_that_an_event_is_not_for_everybody_hides_no_newer_one() {
    let scene = Scene::set().await;
    assert_eq!(scene.agenda.tell(&scene.node, "Update", scene.rewritten()).await, 202);
    let mut private = scene.rewritten();
    private["to"] = json!([format!("{}/followers", scene.agenda.id)]);
    private["cc"] = json!([]);
    private["updated"] = json!("2026-11-22T11:59:59Z");
    assert_eq!(scene.agenda.tell(&scene.node, "Update", private.clone()).await, 202);
    assert_eq!(scene.node.titles().await, ["Détourné"]);
    private["updated"] = json!(null);
    assert_eq!(scene.agenda.tell(&scene.node, "Update", private).await, 202);
    assert!(scene.node.titles().await.is_empty(), "it does not say when");
}

#[tokio::test]
async fn a_date_at_the_end_of_time_is_refused_and_what_is_listed_behind_it_is_read() {
    let scene = Scene::set().await;
    let mut listed = Vec::new();
    for (at, (date, zone)) in [
        ("-262143-01-01T00:00:00", "Europe/Paris"),
        ("+262142-12-31T23:59:59", "America/New_York"),
    ]
    .into_iter()
    .enumerate()
    {
        for key in ["startTime", "previousStartTime"] {
            let mut event = scene
                .honest
                .event(&scene.agenda, &format!("{key}{at}"), "Fin des temps");
            event["startTime"] = json!(null);
            event["timezone"] = json!(zone);
            event[key] = json!(date);
            let create = scene.agenda.tell(&scene.node, "Create", event.clone());
            assert_eq!(create.await, 422, "{key} {date}");
            listed.push(event);
        }
    }
    scene.unharmed().await;
    let mut last = scene.honest.event(&scene.agenda, "dernier", "Dernier");
    last["endTime"] = json!("-262143-01-01T00:00:00");
    listed.extend([scene.event.clone(), last]);
    let outbox = scene.honest.url("/agenda/outbox");
    let pages = json!({ "id": outbox, "type": "OrderedCollection", "orderedItems": listed });
    scene.honest.serve("/agenda/outbox", &pages);
    scene.node.clock.advance(TimeDelta::days(1));
    scene.node.pull().await;
    let mut titles = scene.node.titles().await;
    titles.sort();
    assert_eq!(titles, ["Atelier", "Dernier"]);
}

#[tokio::test]
async fn a_signed_event_that_is_too_long_to_be_handed_on_is_announced_by_its_id() {
    let scene = Scene::set().await;
    let rlin = network(&scene.node, "rlin").await;
    follow_as(&scene.node, &rlin, &scene.agenda.id).await;
    scene.node.deliver().await;
    let asked = scene.honest.received(&scene.node).await.pop().expect("a Follow");
    assert_eq!(scene.agenda.tell(&scene.node, "Accept", asked).await, 202);
    let short = scene.honest.event(&scene.agenda, "court", "Court");
    let mut long = scene.honest.event(&scene.agenda, "long", "Long");
    long["content"] = json!("mot ".repeat(20_000));
    for event in [&short, &long] {
        let signed = scene.agenda.proven(event.clone());
        assert_eq!(scene.agenda.tell(&scene.node, "Create", signed).await, 202);
    }
    scene.node.announce().await;
    let page = scene.node.get("/groups/rlin/upcoming?page=first", ACTIVITY).await;
    let listed = page.json()["orderedItems"].clone();
    let item = |event: &Value| {
        let mut items = listed.as_array().expect("items").iter();
        items
            .find(|item| item["id"] == event["id"])
            .expect("it is announced")
            .clone()
    };
    assert_eq!(item(&short)["name"], "Court", "as its author signed it");
    assert_eq!(item(&long)["name"], json!(null));
    assert!(page.text.len() < 64 * 1024, "{}", page.text.len());
}

#[tokio::test]
async fn an_event_that_cannot_be_shown_is_refused() {
    let scene = Scene::set().await;
    for (key, value) in [
        ("name", json!("  ")),
        ("startTime", json!("demain")),
        ("startTime", json!("0001-01-01T00:00:00Z")),
    ] {
        let mut event = scene.rewritten();
        event[key] = value.clone();
        assert_eq!(
            scene.agenda.tell(&scene.node, "Update", event).await,
            422,
            "{key}: {value}"
        );
    }
    scene.unharmed().await;
}

#[tokio::test]
async fn scripts_in_every_text_reach_no_page() {
    let scene = Scene::set().await;
    let bad = "<script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">x</a>";
    let mut event = scene.rewritten();
    for key in ["name", "content", "summary", "category"] {
        event[key] = json!(format!("Texte {bad}"));
    }
    event["url"] = json!("javascript:alert(1)");
    event["location"] =
        json!({ "type": "Place", "name": bad, "address": { "streetAddress": bad, "addressLocality": bad } });
    event["tag"] = json!([{ "type": "Hashtag", "name": bad, "href": "javascript:alert(1)" }]);
    event["attachment"] = json!([{ "type": "Image", "url": "javascript:alert(1)", "name": bad }]);
    assert_eq!(scene.agenda.tell(&scene.node, "Update", event).await, 202);
    let shown = scene.node.get("/api/v1/calendar", "application/json").await;
    let session = shown.json()["items"][0]["id"].as_str().expect("a session").to_owned();
    for path in [
        "/".to_owned(),
        format!("/events/{session}"),
        "/calendar.atom".to_owned(),
    ] {
        let page = scene.node.get(&path, "text/html").await;
        assert_eq!(page.status, 200, "{path}");
        for danger in [
            "alert(1)</script",
            "<img src=x",
            "onerror=alert(1)>",
            "href=\"javascript:",
        ] {
            assert!(!page.text.contains(danger), "{path} has {danger}");
        }
    }
}

#[tokio::test]
async fn followers_are_nobody_elses_business() {
    let scene = Scene::set().await;
    assert_eq!(
        scene
            .agenda
            .tell(&scene.node, "Follow", scene.node.group("agenda"))
            .await,
        202
    );
    for path in [
        "/groups/agenda/followers",
        "/groups/agenda/followers?page=first",
        "/actor/following",
        "/actor/following?page=1",
    ] {
        let collection = scene.node.get(path, ACTIVITY).await;
        let document: Value = collection.json();
        assert_eq!(document["totalItems"], 1, "{path}");
        assert!(!collection.text.contains(&scene.agenda.id), "{path} names somebody");
    }
}

#[tokio::test]
async fn what_was_said_to_one_is_not_shown_to_all() {
    let scene = Scene::set().await;
    let follow = scene.honest.received(&scene.node).await.remove(0);
    assert_eq!(
        scene
            .agenda
            .tell(&scene.node, "Follow", scene.node.group("agenda"))
            .await,
        202
    );
    scene.node.deliver().await;
    let accept = scene.honest.received(&scene.node).await.pop().expect("an Accept");
    assert_eq!((&follow["type"], &accept["type"]), (&json!("Follow"), &json!("Accept")));
    for private in [follow, accept] {
        let id = private["id"].as_str().expect("an id");
        assert_eq!(scene.node.get(id, ACTIVITY).await.status, 404);
    }
    for path in ["/groups/agenda/outbox", "/actor/outbox"] {
        assert_eq!(scene.node.get(path, ACTIVITY).await.json()["totalItems"], 0);
        assert!(
            !scene
                .node
                .get(&format!("{path}?page=first"), ACTIVITY)
                .await
                .text
                .contains(&scene.agenda.id)
        );
    }
}
