//! Friendica: events of people, without summary, answered by Accept, Reject and TentativeAccept of the event itself.

use super::{Scene, place, when};

async fn scene() -> Scene {
    Scene::new("friendica", "friendica.example").await
}

#[tokio::test]
async fn an_event_is_read_changed_and_deleted() {
    let scene = scene().await;
    let person = scene.actor("actor");
    scene.follow(&person).await;
    assert_eq!(scene.send(&person, "create").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Permanence du mercredi");
    assert_eq!(when(&item), "2026-12-02T14:00 2026-12-02T17:00", "it tells UTC");
    assert_eq!(place(&item)[0], "Maison de quartier");
    assert_eq!(item["description"], "On vous aide pour vos démarches.");
    assert_eq!(item["status"], "scheduled");
    assert_eq!(item["origin"]["actor"], person.id.as_str());
    assert!(
        item["url"].as_str().is_some_and(|url| url.contains("/display/")),
        "{item}"
    );
    assert_eq!(scene.send(&person, "update").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Permanence du jeudi");
    assert_eq!(when(&item).get(..16), Some("2026-12-03T14:00"));
    assert_eq!(item["end_known"], false, "« nofinish »");
    assert_eq!(scene.send(&person, "delete").await, 202);
    assert!(scene.shown().await.is_empty());
}

#[tokio::test]
async fn answers_to_our_event_and_posts_are_passed_over() {
    let scene = scene().await;
    let person = scene.actor("actor");
    scene.follow(&person).await;
    let answers = ["rsvp-accept", "rsvp-maybe", "rsvp-decline", "note"];
    scene.passes_over(&person, &answers).await;
    assert_eq!(
        scene.node.follow_states().await,
        ["accepted"],
        "a no to an event refuses no follow"
    );
}

#[tokio::test]
async fn it_follows_leaves_and_is_discovered() {
    let scene = scene().await;
    let person = scene.actor("actor");
    assert_eq!(scene.send(&person, "follow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 1);
    assert_eq!(scene.send(&person, "unfollow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 0);
    scene
        .is_discovered("escale@friendica.example", &person, None, "friendica")
        .await;
}
