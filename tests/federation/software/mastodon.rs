//! Mastodon: people who follow, like, boost, answer and leave. It publishes no events.

use super::Scene;

async fn scene() -> Scene {
    Scene::new("mastodon", "mastodon.example").await
}

#[tokio::test]
async fn a_reader_follows_and_leaves() {
    let scene = scene().await;
    let reader = scene.actor("actor");
    assert_eq!(scene.send(&reader, "follow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 1);
    scene.node.deliver().await;
    let accept = scene.received("Accept").await.remove(0);
    assert_eq!(accept["object"]["id"], scene.fixture("follow")["id"]);
    assert_eq!(accept["actor"], scene.node.group("agenda"));
    assert_eq!(scene.send(&reader, "undo").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 0);
}

#[tokio::test]
async fn what_readers_do_is_passed_over() {
    let scene = scene().await;
    let reader = scene.actor("actor");
    assert_eq!(scene.send(&reader, "follow").await, 202);
    scene.node.deliver().await;
    let names = [
        "like",
        "undo_like",
        "announce",
        "undo_announce",
        "reply",
        "delete_status",
        "update_actor",
        "block",
        "quote_request",
    ];
    scene.passes_over(&reader, &names).await;
    assert_eq!(scene.followers("/groups/agenda").await, 1);
}

#[tokio::test]
async fn a_report_comes_from_the_actor_of_the_instance() {
    let scene = scene().await;
    let instance = scene.other.actor("Application", "actor");
    scene.passes_over(&instance, &["flag"]).await;
}

#[tokio::test]
async fn a_reader_whose_account_is_deleted_is_a_follower_no_more() {
    let scene = scene().await;
    let reader = scene.actor("actor");
    assert_eq!(scene.send(&reader, "follow").await, 202);
    scene
        .other
        .serve_as("/users/nour", 410, "application/activity+json", "{}");
    assert_eq!(scene.send(&reader, "delete_actor").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 0);
}

#[tokio::test]
async fn accounts_deleted_elsewhere_cost_no_request() {
    let scene = scene().await;
    let stranger = scene.actor("actor");
    let asked = scene.other.requests();
    assert_eq!(
        scene.send(&stranger, "delete_actor").await,
        202,
        "nobody here knows them"
    );
    assert_eq!(scene.other.requests(), asked);
}

#[tokio::test]
async fn it_is_discovered() {
    let scene = scene().await;
    let reader = scene.actor("actor");
    scene
        .is_discovered("nour@mastodon.example", &reader, None, "mastodon")
        .await;
}
