//! Hubzilla: events come as Invite, times « whatever the zone » end with `-00:00`, the place is told in `content`.

use super::{Scene, place, when};

async fn scene() -> Scene {
    Scene::new("hubzilla", "hubzilla.example").await
}

#[tokio::test]
async fn an_invitation_is_an_event_that_changes_and_goes() {
    let scene = scene().await;
    let channel = scene.actor("actor");
    scene.follow(&channel).await;
    assert_eq!(scene.send(&channel, "invite").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Repair café");
    assert_eq!(when(&item), "2026-12-05T10:00 2026-12-05T12:00", "on the wall clock");
    assert!(place(&item)[0].starts_with("La Bobine"), "{item}");
    assert!(!item["place"].to_string().contains('<'), "{item}");
    assert_eq!(item["status"], "scheduled");
    assert_eq!(item["origin"]["actor"], channel.id.as_str());
    assert_eq!(scene.send(&channel, "update").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Repair café, à 11 h");
    assert_eq!(when(&item), "2026-12-05T11:00 2026-12-05T13:00");
    assert_eq!(scene.send(&channel, "delete").await, 202);
    assert!(scene.shown().await.is_empty());
}

#[tokio::test]
async fn a_create_is_an_event_too_with_its_own_zone() {
    let scene = scene().await;
    let channel = scene.actor("actor");
    scene.follow(&channel).await;
    assert_eq!(scene.send(&channel, "create").await, 202);
    assert_eq!(when(&scene.only().await), "2026-12-12T10:00 2026-12-12T12:00");
}

#[tokio::test]
async fn what_belongs_to_conversations_is_passed_over() {
    let scene = scene().await;
    let channel = scene.actor("actor");
    scene.follow(&channel).await;
    scene.passes_over(&channel, &["add", "rsvp"]).await;
}

#[tokio::test]
async fn it_follows_leaves_and_is_discovered() {
    let scene = scene().await;
    let channel = scene.actor("actor");
    assert_eq!(scene.send(&channel, "follow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 1);
    assert_eq!(scene.send(&channel, "unfollow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 0);
    scene
        .is_discovered("bobine@hubzilla.example", &channel, None, "hubzilla")
        .await;
}
