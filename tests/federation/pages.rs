//! Pages of websites that tell their events to machines, followed like an agenda.

use chrono::TimeDelta;

use crate::support::database::Database;
use crate::support::foreign::Foreign;
use crate::support::network::{Home, Running, clock};

async fn scene(page: &str) -> (Running, Foreign) {
    let clock = clock();
    let node = Home::new("noeud", Database::sqlite(), &clock).start().await;
    let other = Foreign::start("mjc", &clock);
    other.serve_as("/agenda", 200, "text/html; charset=utf-8", page);
    node.follow(&other.url("/agenda")).await;
    node.pull().await;
    (node, other)
}

async fn items(node: &Running) -> serde_json::Value {
    node.get("/api/v1/calendar", "application/json").await.json()["items"].clone()
}

#[tokio::test]
async fn schema_org_events_are_read_changed_and_leave() {
    let page = |title: &str, status: &str| {
        format!(
            r#"<html><script type="application/ld+json">{{"@context":"https://schema.org","@graph":[{{"@type":"WebPage"}},
            {{"@type":["EducationEvent"],"name":"{title}","startDate":"2026-12-01T14:00:00+01:00",
            "endDate":"2026-12-01T16:00:00+01:00","url":"/agenda/1","eventStatus":"https://schema.org/{status}",
            "description":"&lt;p&gt;Trier; ranger, &lt;b&gt;jeter&lt;/b&gt;&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;",
            "location":{{"@type":"Place","name":"MJC","address":{{"streetAddress":"3 rue Haute","postalCode":"59100",
            "addressLocality":"Roubaix"}},"geo":{{"latitude":50.69,"longitude":"3.17"}}}}}},
            {{"@type":"Event","name":"Sans date"}}]}}</script></html>"#
        )
    };
    let (node, other) = scene(&page("L&#8217;atelier, photo", "EventScheduled")).await;
    let shown = items(&node).await;
    assert_eq!(shown.as_array().map(Vec::len), Some(1), "{shown}");
    let item = &shown[0];
    assert_eq!(item["title"], "L’atelier, photo");
    assert_eq!(item["start"], "2026-12-01T14:00:00+01:00");
    assert_eq!(item["end"], "2026-12-01T16:00:00+01:00");
    assert_eq!(item["place"]["name"], "MJC");
    assert_eq!(item["place"]["city"], "Roubaix");
    assert_eq!(item["place"]["latitude"], 50.69);
    assert_eq!(
        item["origin"]["host"],
        other.base.as_str().trim_start_matches("http://").trim_end_matches('/')
    );
    assert!(
        item["description"]
            .as_str()
            .is_some_and(|text| text.starts_with("Trier; ranger, jeter")),
        "{item}"
    );
    assert!(!item.to_string().contains("<script"), "{item}");

    let changed = page("L’atelier, vidéo", "EventCancelled");
    other.serve_as("/agenda", 200, "text/html", &changed);
    node.clock.advance(TimeDelta::hours(25));
    node.pull().await;
    let item = &items(&node).await[0];
    assert_eq!(
        (&item["title"], &item["status"]),
        (&"L’atelier, vidéo".into(), &"cancelled".into())
    );
}

#[tokio::test]
async fn h_events_are_read() {
    let (node, other) = scene(
        r#"<main><article class="card h-event"><h2 class="p-name"><a class="u-url" href="/e/1">Café &amp; clavier</a></h2>
        <time class="dt-start" datetime="2026-12-02 09:30">mercredi</time><br>
        <p class="p-location">MJC, 3 rue Haute, 59100 Roubaix</p><div class="e-content"><p>Venez.</p></div></article>
        <div class="h-event"><b class="p-name">Sans date</b></div></main>"#,
    )
    .await;
    let shown = items(&node).await;
    assert_eq!(shown.as_array().map(Vec::len), Some(1), "{shown}");
    let item = &shown[0];
    assert_eq!(item["title"], "Café & clavier");
    assert_eq!(item["start"], "2026-12-02T09:30:00+01:00");
    assert_eq!(item["place"]["postcode"], "59100");
    assert_eq!(item["description"], "Venez.");
    assert_eq!(item["url"], other.url("/e/1"));
}
