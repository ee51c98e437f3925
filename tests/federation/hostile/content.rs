//! Bodies that are too large, unreadable, or say one thing here and another there.

use maillage::domain::time::Clock;
use serde_json::{Value, json};

use super::Scene;
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
