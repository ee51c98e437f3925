//! What other servers find here: each document at its address, in the form and with the headers they expect.

use chrono::TimeDelta;
use maillage::app::{events, keys};
use maillage::domain::event::Event;
use maillage::store::centres;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::ACTIVITY;
use crate::support::network::{Answer, Home, Running, clock, weekly, workshop};

const LD: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A node with a centre, an event and a series of four; its home keeps the database.
async fn node() -> (Home, Running, Event, Event) {
    let home = Home::new("noeud", Database::sqlite(), &clock());
    let node = home.start().await;
    let centre = node.centre("agenda").await;
    let event = events::publish(&node.node, centre.id, workshop("Café", 30))
        .await
        .expect("published");
    let series = events::publish(&node.node, centre.id, weekly("Atelier", 31, 4))
        .await
        .expect("published");
    (home, node, event, series)
}

fn is_activity(answer: &Answer, id: &str) {
    assert_eq!(answer.status, 200, "{id}");
    assert_eq!(answer.kind, ACTIVITY);
    let document = answer.json();
    assert_eq!(document["id"], id);
    assert!(
        document["@context"]
            .to_string()
            .contains("https://www.w3.org/ns/activitystreams"),
        "{document}"
    );
}

#[tokio::test]
async fn one_address_serves_people_and_servers() {
    let (_home, node, event, _) = node().await;
    let group = node.group("agenda");
    for (path, page) in [(event.uri.as_str(), 200), (group.as_str(), 303)] {
        for accept in [
            ACTIVITY,
            LD,
            "application/ld+json",
            "text/html;q=0.2, application/activity+json",
        ] {
            is_activity(&node.get(path, accept).await, path);
        }
        let answer = node.get(path, BROWSER).await;
        assert_eq!(answer.status, page, "{path}");
        assert!(answer.vary.contains("accept"), "{path}");
    }
    assert!(node.get(&event.uri, BROWSER).await.kind.starts_with("text/html"));
    let page = node.get(&group, BROWSER).await.location;
    assert!(
        node.get(&page, BROWSER).await.kind.starts_with("text/html"),
        "the page of the centre"
    );
    is_activity(&node.get("/actor", BROWSER).await, &format!("{}actor", node.base));
}

#[tokio::test]
async fn actors_can_be_followed_by_mastodon() {
    let (_home, node, ..) = node().await;
    for (id, kind, name) in [
        (node.group("agenda"), "Group", "agenda"),
        (format!("{}actor", node.base), "Application", "relay"),
    ] {
        let actor = node.get(&id, ACTIVITY).await.json();
        assert_eq!(
            (&actor["type"], &actor["preferredUsername"]),
            (&json!(kind), &json!(name))
        );
        assert_eq!(actor["publicKey"]["owner"], id.as_str());
        assert_eq!(actor["publicKey"]["id"], format!("{id}#main-key"));
        assert!(
            actor["publicKey"]["publicKeyPem"]
                .as_str()
                .is_some_and(|pem| pem.starts_with("-----BEGIN PUBLIC KEY"))
        );
        assert_eq!(actor["endpoints"]["sharedInbox"], format!("{}inbox", node.base));
        for collection in ["inbox", "outbox", "followers", "following"] {
            assert_eq!(actor[collection], format!("{id}/{collection}"), "{collection}");
        }
        for collection in ["outbox", "followers", "following"] {
            is_activity(
                &node.get(&format!("{id}/{collection}"), ACTIVITY).await,
                &format!("{id}/{collection}"),
            );
        }
    }
    let actor = node.get(&node.group("agenda"), ACTIVITY).await.json();
    assert_eq!(actor["upcomingEvents"], format!("{}/upcoming", node.group("agenda")));
}

#[tokio::test]
async fn webfinger_knows_an_actor_by_all_its_names() {
    let (_home, node, ..) = node().await;
    let host = maillage::federation::urls::host(&node.base);
    let (group, relay) = (node.group("agenda"), format!("{}actor", node.base));
    for (resource, actor) in [
        (format!("acct:agenda@{host}"), &group),
        (format!("acct:Agenda@{host}"), &group),
        (format!("agenda@{host}"), &group),
        (group.clone(), &group),
        (format!("{}centres/agenda", node.base), &group),
        (format!("acct:relay@{host}"), &relay),
        (relay.clone(), &relay),
        (node.base.to_string(), &relay),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        let answer = node
            .get(&format!("/.well-known/webfinger?resource={query}"), "*/*")
            .await;
        assert_eq!(
            (answer.status, answer.kind.as_str()),
            (200, "application/jrd+json"),
            "{resource}"
        );
        let found = answer.json();
        let links = found["links"].as_array().expect("links");
        let own = links.iter().find(|link| link["rel"] == "self").expect("a self link");
        assert_eq!(
            (&own["href"], &own["type"]),
            (&json!(actor), &json!(ACTIVITY)),
            "{resource}"
        );
        assert!(
            found["subject"]
                .as_str()
                .is_some_and(|subject| subject.starts_with("acct:") && subject.ends_with(&host))
        );
    }
    for resource in [
        "acct:personne@noeud",
        "acct:agenda@ailleurs.example",
        "https://ailleurs.example/",
        "x",
        "",
    ] {
        let answer = node
            .get(&format!("/.well-known/webfinger?resource={resource}"), "*/*")
            .await;
        assert_eq!(answer.status, 404, "{resource}");
    }
    assert_eq!(
        node.get(&format!("/.well-known/webfinger?resource=acct:personne@{host}"), "*/*")
            .await
            .status,
        404
    );
    assert_eq!(node.get("/.well-known/webfinger", "*/*").await.status, 400);
}

#[tokio::test]
async fn nodeinfo_names_its_schema_first_and_the_instance_actor() {
    let (_home, node, ..) = node().await;
    let links = node.get("/.well-known/nodeinfo", "*/*").await.json();
    assert_eq!(
        links["links"][0]["rel"],
        "http://nodeinfo.diaspora.software/ns/schema/2.1"
    );
    let application = links["links"].as_array().expect("links").iter();
    let application = application
        .filter(|link| link["rel"] == "https://www.w3.org/ns/activitystreams#Application")
        .map(|link| link["href"].clone())
        .next();
    assert_eq!(application, Some(json!(format!("{}actor", node.base))));
    let href = links["links"][0]["href"].as_str().expect("an address").to_owned();
    let info = node.get(&href, "*/*").await.json();
    assert_eq!(
        (&info["version"], &info["software"]["name"]),
        (&json!("2.1"), &json!("maillage"))
    );
    assert_eq!(info["usage"]["localPosts"], 2);
    let meta = node.get("/.well-known/host-meta", "*/*").await;
    assert!(meta.kind.starts_with("application/xrd+xml"));
    assert!(
        meta.text
            .contains(&format!("{}.well-known/webfinger?resource={{uri}}", node.base)),
        "{}",
        meta.text
    );
}

#[tokio::test]
async fn upcoming_holds_every_session_in_order_and_the_outbox_what_was_posted() {
    let (_home, node, event, _) = node().await;
    let centre = maillage::app::centres::by_handle(&node.node, "agenda")
        .await
        .expect("read")
        .expect("there");
    events::publish(&node.node, centre.id, weekly("Long", 32, 60))
        .await
        .expect("published");
    let upcoming = walk(&node, "/groups/agenda/upcoming").await;
    assert_eq!(upcoming.len(), 65);
    let starts: Vec<_> = upcoming.iter().map(|item| instant(&item["startTime"])).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    assert_eq!(upcoming[0]["id"], event.uri.as_str());
    for item in &upcoming {
        assert_eq!(
            (&item["type"], &item["attributedTo"]),
            (&json!("Event"), &json!(node.group("agenda")))
        );
    }
    let outbox = walk(&node, "/groups/agenda/outbox").await;
    let kinds: Vec<_> = outbox.iter().map(|item| item["type"].clone()).collect();
    assert_eq!(kinds, ["Create", "Create", "Create"]);
    let id = outbox[0]["id"].as_str().expect("an id");
    is_activity(&node.get(id, ACTIVITY).await, id);
    assert_eq!(
        node.get("/groups/agenda/upcoming?page=nonsense", ACTIVITY).await.status,
        404
    );
    assert_eq!(node.get("/groups/personne/upcoming", ACTIVITY).await.status, 404);
}

fn instant(value: &Value) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(value.as_str().expect("a time")).expect("RFC 3339")
}

/// All items of a collection, which says how many there are.
async fn walk(node: &Running, path: &str) -> Vec<Value> {
    let whole = node.get(path, ACTIVITY).await.json();
    assert_eq!(whole["type"], "OrderedCollection");
    let mut items = Vec::new();
    let mut next = whole["first"].clone();
    while let Some(url) = next.as_str().map(str::to_owned) {
        let page = node.get(&url, ACTIVITY).await.json();
        assert_eq!(
            (&page["type"], &page["partOf"]),
            (&json!("OrderedCollectionPage"), &whole["id"])
        );
        items.extend(page["orderedItems"].as_array().expect("items").clone());
        next = page["next"].clone();
    }
    assert_eq!(whole["totalItems"], items.len());
    items
}

#[tokio::test]
async fn a_document_is_sent_again_only_when_it_changed() {
    let (_home, node, event, _) = node().await;
    for path in [
        event.uri.as_str(),
        "/groups/agenda",
        "/groups/agenda/upcoming",
        "/groups/agenda/outbox",
        "/actor",
    ] {
        let first = node.get(path, ACTIVITY).await;
        assert!(first.etag.ends_with('"'), "{path} has an ETag");
        let second = node.get_if_none_match(path, ACTIVITY, &first.etag).await;
        assert_eq!(
            (second.status, second.text.as_str(), &second.etag),
            (304, "", &first.etag),
            "{path}"
        );
        let other = node.get_if_none_match(path, ACTIVITY, "\"other\"").await;
        assert_eq!(other.status, 200, "{path}");
    }
    let before = node.get("/groups/agenda/upcoming", ACTIVITY).await;
    events::revise(&node.node, event.id, workshop("Café des aidants", 30))
        .await
        .expect("revised");
    let after = node
        .get_if_none_match("/groups/agenda/upcoming", ACTIVITY, &before.etag)
        .await;
    assert_eq!(after.status, 200, "its pages changed, though it only names them");
    let shown = node.get_if_none_match(&event.uri, ACTIVITY, &before.etag).await;
    assert_eq!(shown.json()["name"], "Café des aidants");
    assert!(
        !before.cache.contains("max-age"),
        "a proxy must not hide a change from who was just told of it"
    );
}

#[tokio::test]
async fn the_programme_of_a_centre_is_read_again_only_for_news_of_its_own() {
    const PROGRAMME: &str = "/groups/agenda/upcoming";
    let (_home, node, event, series) = node().await;
    let neighbour = node.centre("voisin").await;
    let centre = node.node.store.read(|conn| centres::by_handle(conn, "agenda")).await;
    let centre = centre.expect("an answer").expect("the centre");
    let known = node.get(PROGRAMME, ACTIVITY).await.etag;
    let of_the_neighbour = events::publish(&node.node, neighbour.id, workshop("Ailleurs", 30)).await;
    of_the_neighbour.expect("published");
    node.clock.advance(TimeDelta::hours(8));
    let unchanged = node.get_if_none_match(PROGRAMME, ACTIVITY, &known).await;
    assert_eq!(unchanged.status, 304, "what others publish, and hours, are no news");
    let mut stamps = vec![known];
    let mut changed = async |what: &str| {
        let answer = node
            .get_if_none_match(PROGRAMME, ACTIVITY, &stamps[stamps.len() - 1])
            .await;
        assert_eq!(answer.status, 200, "{what}");
        assert!(!stamps.contains(&answer.etag), "{what}");
        stamps.push(answer.etag);
    };
    for title in ["Café des aidants", "Café"] {
        let revised = events::revise(&node.node, event.id, workshop(title, 30)).await;
        revised.expect("revised");
        changed(title).await;
    }
    let moved = events::revise(&node.node, series.id, weekly("Atelier", 32, 4)).await;
    moved.expect("moved");
    changed("an hour later").await;
    events::cancel(&node.node, series.id, None).await.expect("cancelled");
    changed("called off").await;
    events::delete(&node.node, event.id).await.expect("deleted");
    changed("deleted").await;
    let again = events::publish(&node.node, centre.id, workshop("Encore", 30)).await;
    again.expect("published");
    changed("published").await;
    keys::rotate(&node.node, Some(centre.id)).await.expect("rotated");
    changed("signed anew").await;
    node.clock.advance(TimeDelta::days(8));
    changed("some dates are over").await;
}

#[tokio::test]
async fn a_deleted_event_is_gone_and_leaves_its_tombstone() {
    let (_home, node, event, series) = node().await;
    let sessions: Vec<String> = walk(&node, "/groups/agenda/upcoming")
        .await
        .iter()
        .filter_map(|item| item["id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(sessions.len(), 5);
    for id in [event.id, series.id] {
        events::delete(&node.node, id).await.expect("deleted");
    }
    for uri in sessions.iter().chain([&series.uri]) {
        let gone = node.get(uri, ACTIVITY).await;
        assert_eq!((gone.status, gone.kind.as_str()), (410, ACTIVITY), "{uri}");
        let tombstone = gone.json();
        assert_eq!(
            (&tombstone["type"], &tombstone["formerType"]),
            (&json!("Tombstone"), &json!("Event"))
        );
        assert_eq!(tombstone["id"], uri.as_str());
        assert_eq!(node.get(uri, BROWSER).await.status, 410, "{uri} for people");
        let again = node.get_if_none_match(uri, ACTIVITY, &gone.etag).await;
        assert_eq!(again.status, 410, "gone is gone, known or not");
    }
    assert!(walk(&node, "/groups/agenda/upcoming").await.is_empty());
}

#[tokio::test]
async fn a_deleted_event_is_not_to_be_read_in_the_outbox_either() {
    let (_home, node, event, _) = node().await;
    let before = walk(&node, "/groups/agenda/outbox").await;
    let create = before
        .iter()
        .find(|item| item["object"]["id"] == event.uri.as_str())
        .expect("its Create");
    events::revise(&node.node, event.id, workshop("Café secret", 30))
        .await
        .expect("revised");
    events::delete(&node.node, event.id).await.expect("deleted");
    let outbox = walk(&node, "/groups/agenda/outbox").await;
    let told: Vec<_> = outbox
        .iter()
        .filter(|item| item["object"]["id"] == event.uri.as_str())
        .collect();
    assert_eq!(told.len(), 1, "a server that reads it now must not publish it anew");
    assert_eq!(told[0]["type"], "Delete");
    assert!(!json!(outbox).to_string().contains("Café secret"));
    assert_eq!(
        node.get(create["id"].as_str().expect("an id"), ACTIVITY).await.status,
        404
    );
}

#[tokio::test]
async fn the_address_of_a_series_leads_to_its_next_session() {
    let (_home, node, _, series) = node().await;
    let mut starts = Vec::new();
    for days in [0, 8, 100] {
        node.clock.advance(chrono::TimeDelta::days(days));
        let there = node.get(&series.uri, ACTIVITY).await;
        assert_eq!((there.status, there.cache.contains("no-cache")), (302, true));
        let session = node.get(&there.location, ACTIVITY).await;
        is_activity(&session, &there.location);
        starts.push(instant(&session.json()["startTime"]).to_utc() - series.facts.schedule.start);
    }
    let weeks: Vec<_> = starts.iter().map(chrono::TimeDelta::num_weeks).collect();
    assert_eq!(weeks, [0, 1, 3], "the first, the next, and when all is over the last");
}

#[tokio::test]
async fn the_instance_actor_is_served_to_anybody() {
    let (_home, node, ..) = node().await;
    let relay = node.get("/actor", ACTIVITY).await;
    is_activity(&relay, &format!("{}actor", node.base));
    assert_eq!(relay.json()["type"], "Application");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_home, node, ..) = node().await;
    for path in [
        "/events/01900000-0000-7000-8000-000000000001",
        "/events/nonsense",
        "/activities/01900000-0000-7000-8000-000000000001",
        "/groups/personne",
        "/groups/AGENDA",
        "/groups/agenda/inbox/x",
    ] {
        assert_eq!(node.get(path, ACTIVITY).await.status, 404, "{path}");
    }
    for inbox in ["/inbox", "/groups/agenda/inbox", "/actor/inbox"] {
        assert_eq!(node.get(inbox, ACTIVITY).await.status, 405, "{inbox} is to write to");
    }
}
