//! What makes readers and cleaners stumble: whatever becomes of it, the next letter is taken in and the next programme read.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Scene;

#[tokio::test]
async fn after_all_the_rubbish_the_next_letter_is_taken_in() {
    let scene = Scene::set().await;
    for object in [
        json!({ "type": "Event" }),
        json!([[[]]]),
        json!({ "id": scene.event["id"], "type": "Event", "name": 3 }),
    ] {
        let status = scene.agenda.tell(&scene.node, "Update", object).await;
        assert!((400..500).contains(&status), "{status}");
    }
    for (number, html) in rubbish(4_000).into_iter().enumerate() {
        let mut event = scene.rewritten();
        event["updated"] = json!(format!("2026-11-22T05:00:{number:02}Z"));
        for key in ["content", "summary", "name"] {
            event[key] = json!(html);
        }
        event["location"] = json!({ "type": "Place", "name": html });
        event["attachment"] = json!([{ "type": "PropertyValue", "name": "Tarif", "value": html }, html]);
        let status = scene.agenda.tell(&scene.node, "Update", event).await;
        assert!([202, 422].contains(&status), "{number}: {status}");
        let next = scene.agenda.tell(&scene.node, "Like", scene.event["id"].clone());
        assert_eq!(next.await, 202, "after {number}");
    }
    let mut newest = scene.rewritten();
    newest["updated"] = json!("2026-11-22T06:00:00Z");
    assert_eq!(scene.agenda.tell(&scene.node, "Update", newest).await, 202);
    assert_eq!(scene.node.titles().await, ["Détourné"]);
}

/// Texts over which cleaners of HTML have stumbled, some of them so many times as long.
fn rubbish(times: usize) -> Vec<String> {
    let deep = |open: &str, close: &str| format!("{}x{}", open.repeat(times), close.repeat(times));
    let odd = [
        "\u{0}<b>\u{0}</b>",
        "<a href=\"\u{fffe}javascript:x\">\u{202e}</a>",
        "<p",
        "</p></p></p>",
        "<!--",
        "<![CDATA[<b>]]>",
        "<?php ?>",
        "&#0;&#xd800;&#x110000;&#99999999999;&notit;&",
        "<math><mtext><table><mglyph><style><img src=x onerror=x>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=x>\">",
        "<table><tr><td><table><a><table></a>",
        "<b><i><u></b></i></u><p><b></p></b>",
        "<select><option><b></select></option>",
        "<template><script></template></script>",
    ];
    let mut all: Vec<String> = odd.iter().map(|text| (*text).to_owned()).collect();
    all.extend([
        deep("<div>", "</div>"),
        deep("<b><p>", "</b>"),
        deep("<a href='https://a.example/'>", ""),
    ]);
    all.extend([
        format!("<p {}>", "a='b' ".repeat(times)),
        format!("<{}>", "b".repeat(20 * times)),
    ]);
    all
}

#[tokio::test]
async fn after_all_the_rubbish_the_next_programme_is_read() {
    let scene = Scene::set().await;
    let mut listed: Vec<Value> = rubbish(200)
        .into_iter()
        .enumerate()
        .map(|(number, html)| {
            let mut event = scene.honest.event(&scene.agenda, &format!("r{number}"), "Sain");
            event["content"] = json!(html);
            event["location"] = json!(html);
            event["tag"] = json!([{ "type": "Hashtag", "name": html }]);
            event
        })
        .collect();
    listed.extend([json!(null), json!(7), json!([[]]), json!({}), json!({ "type": [3] })]);
    listed.push(scene.event.clone());
    listed.push(scene.honest.event(&scene.agenda, "dernier", "Dernier"));
    let outbox = scene.honest.url("/agenda/outbox");
    let pages = json!({ "id": outbox, "type": "OrderedCollection", "orderedItems": listed });
    scene.honest.serve("/agenda/outbox", &pages);
    scene.node.clock.advance(TimeDelta::days(1));
    scene.node.pull().await;
    let titles = scene.node.titles().await;
    for wanted in ["Atelier", "Dernier"] {
        assert!(titles.iter().any(|title| title == wanted), "{titles:?}");
    }
    assert!(
        titles.iter().filter(|title| *title == "Sain").count() > 10,
        "{titles:?}"
    );
}
