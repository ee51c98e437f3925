//! Mobilizon 5.1: groups, people who write for them, the relay of the instance.

use chrono::TimeDelta;
use serde_json::json;

use super::{Scene, place, when};
use crate::support::foreign::ACTIVITY;

async fn scene() -> Scene {
    Scene::new("mobilizon", "mobilizon.example").await
}

#[tokio::test]
async fn an_event_of_a_group_is_read_changed_cancelled_and_deleted() {
    let scene = scene().await;
    let (group, person) = (scene.actor("actor"), scene.actor("person"));
    scene.follow(&group).await;
    scene.publish("create");
    assert_eq!(scene.send(&person, "create").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Café numérique du jeudi");
    assert_eq!(when(&item), "2026-11-26T14:00 2026-11-26T16:00");
    assert_eq!(item["timezone"], "Europe/Paris");
    assert_eq!(place(&item), ["Fil rouge", "12 rue des Lilas", "59100", "Roubaix"]);
    assert_eq!(item["status"], "scheduled");
    assert_eq!(
        item["origin"]["actor"],
        group.id.as_str(),
        "the group organises, not Léa"
    );
    assert_eq!(item["url"], scene.fixture("create")["object"]["url"]);
    assert!(!item.to_string().contains("_blank"), "{item}");

    // Every Update has the id of the Create: it is recognised by its content too.
    assert_eq!(scene.fixture("update")["id"], scene.fixture("create")["id"]);
    scene.publish("update");
    assert_eq!(scene.send(&person, "update").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Café numérique du vendredi");
    assert_eq!(when(&item), "2026-11-27T14:00 2026-11-27T16:30");
    scene.publish("cancel");
    assert_eq!(scene.send(&person, "cancel").await, 202);
    assert_eq!(scene.only().await["status"], "cancelled");
    assert_eq!(scene.send(&person, "update").await, 202, "an older one comes late");
    assert_eq!(scene.only().await["status"], "cancelled");

    let gone = scene.fixture("create")["object"]["id"].clone();
    scene
        .other
        .serve_as(&scene.path(&gone), 410, "application/activity+json", "{}");
    assert_eq!(scene.send(&person, "delete").await, 202);
    assert!(scene.shown().await.is_empty());
}

#[tokio::test]
async fn an_event_online_and_full_is_read_and_one_for_members_is_not_shown() {
    let scene = scene().await;
    let (group, person) = (scene.actor("actor"), scene.actor("person"));
    scene.follow(&group).await;
    scene.publish("online");
    assert_eq!(scene.send(&person, "online").await, 202);
    let item = scene.only().await;
    assert_eq!((&item["mode"], &item["status"]), (&json!("online"), &json!("full")));
    assert_eq!(when(&item).get(..16), Some("2026-11-26T14:00"), "no zone: Paris");
    assert_eq!(item["registration"]["url"], "https://billets.example/visio");
    assert_eq!(item["registration"]["capacity"], 20);
    scene.publish("members");
    scene.send(&person, "members").await;
    assert_eq!(
        scene.only().await["title"],
        "Visio entraide",
        "what is not public stays out"
    );
}

/// The person who writes for the group says so; the event is the group's.
#[tokio::test]
async fn an_event_that_is_by_link_only_or_private_from_now_on_is_shown_no_longer() {
    for status in [200, 404, 410] {
        let scene = scene().await;
        let (group, person) = (scene.actor("actor"), scene.actor("person"));
        scene.follow(&group).await;
        scene.publish("create");
        assert_eq!(scene.send(&person, "create").await, 202);
        let (mut hidden, members) = (scene.fixture("update"), scene.fixture("members"));
        for key in ["to", "cc"] {
            hidden[key] = members[key].clone();
            hidden["object"][key] = members[key].clone();
        }
        assert_eq!(person.send(&scene.node, &hidden).await, 202);
        assert_eq!(
            scene.only().await["title"],
            "Café numérique du jeudi",
            "as it is told there"
        );
        scene.node.clock.advance(TimeDelta::minutes(1));
        let path = scene.path(&hidden["object"]["id"]);
        let told = hidden["object"].to_string();
        scene.other.serve_as(&path, status, ACTIVITY, &told);
        assert_eq!(person.send(&scene.node, &hidden).await, 202);
        assert!(scene.shown().await.is_empty(), "{status}");
        scene.node.clock.advance(TimeDelta::minutes(1));
        scene.publish("update");
        assert_eq!(scene.send(&person, "update").await, 202);
        assert_eq!(
            scene.only().await["title"],
            "Café numérique du vendredi",
            "it may be again"
        );
    }
}

#[tokio::test]
async fn the_relay_announces_by_push_and_by_its_outbox() {
    for by_push in [true, false] {
        let scene = scene().await;
        let (relay, group) = (scene.actor("relay"), scene.actor("actor"));
        scene.publish("create");
        if !by_push {
            let outbox = scene.fixture("outbox");
            scene.other.serve("/@relay/outbox", &outbox);
            // Mobilizon names a next page even on the last one.
            let mut last = outbox["first"].clone();
            last["id"] = json!(scene.other.url("/@relay/outbox?page=2"));
            last["orderedItems"] = json!([]);
            last.as_object_mut().expect("an object").remove("next");
            assert_eq!(scene.coming(&relay).await, Some((1, true)), "a page that cannot be had");
            scene.other.serve("/@relay/outbox?page=2", &last);
        }
        scene.follow(&relay).await;
        if by_push {
            assert_eq!(scene.send(&relay, "relay_announce").await, 202);
        } else {
            scene.node.pull().await;
        }
        let item = scene.only().await;
        assert_eq!(item["title"], "Café numérique du jeudi");
        assert_eq!(item["origin"]["actor"], group.id.as_str());
        assert_eq!(item["relayed_by"][0]["actor"], relay.id.as_str());
    }
}

#[tokio::test]
async fn a_group_that_announces_after_its_person_created_shows_the_event_once() {
    let scene = scene().await;
    let (group, person) = (scene.actor("actor"), scene.actor("person"));
    scene.follow(&group).await;
    scene.publish("create");
    assert_eq!(scene.send(&group, "announce").await, 202);
    assert_eq!(scene.send(&person, "create").await, 202);
    assert_eq!(scene.only().await["origin"]["actor"], group.id.as_str());
}

#[tokio::test]
async fn an_instance_follows_and_leaves_and_people_join_in_vain() {
    let scene = scene().await;
    let (relay, person) = (scene.actor("relay"), scene.actor("person"));
    assert_eq!(scene.send(&relay, "follow").await, 202);
    assert_eq!(scene.followers("/actor").await, 1);
    assert_eq!(scene.send(&person, "join").await, 202);
    scene.node.deliver().await;
    assert_eq!(
        scene.received("Accept").await[0]["object"]["id"],
        scene.fixture("follow")["id"]
    );
    assert_eq!(scene.received("Ignore").await[0]["object"], scene.fixture("join")["id"]);
    scene.passes_over(&person, &["leave", "invite"]).await;
    scene.passes_over(&relay, &["flag"]).await;
    assert_eq!(scene.send(&relay, "unfollow").await, 202);
    assert_eq!(scene.followers("/actor").await, 0);
}

#[tokio::test]
async fn it_is_discovered() {
    let scene = scene().await;
    let group = scene.actor("actor");
    scene
        .is_discovered("fil_rouge@mobilizon.example", &group, Some("/relay"), "mobilizon")
        .await;
}
