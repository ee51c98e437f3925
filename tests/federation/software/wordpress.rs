//! WordPress with the Event Bridge: ids with a query, offsets for zones, everything by the page of the event.

use chrono::TimeDelta;
use maillage::app::moderation;
use maillage::federation::discover::discover;
use maillage::store::followers;

use super::super::fetch::fetcher;
use super::{Scene, place, when};

async fn scene() -> Scene {
    Scene::new("wordpress", "mediatheque.example").await
}

#[tokio::test]
async fn an_event_is_read_cancelled_and_deleted() {
    let scene = scene().await;
    let blog = scene.actor("actor");
    scene.follow(&blog).await;
    assert_eq!(scene.send(&blog, "create").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "L’heure du clic & du dé-clic", "entities are read");
    assert_eq!(when(&item), "2027-05-12T10:00 2027-05-12T11:30");
    assert_eq!(item["timezone"], "Europe/Paris", "+02:00 is no zone");
    let place = place(&item);
    assert_eq!(place[0], "Médiathèque des Deux Ponts");
    assert_eq!(place[2..], ["62100", "Calais"]);
    assert_eq!(item["place"]["latitude"], 50.9513, "written as a text");
    assert_eq!(item["registration"]["url"], scene.other.url("/agenda/heure-du-clic/"));
    assert_eq!(item["origin"]["actor"], blog.id.as_str());
    assert!(!item.to_string().contains("wp-block"), "{item}");
    assert_eq!(scene.send(&blog, "update").await, 202);
    assert_eq!(scene.only().await["status"], "cancelled");
    assert_eq!(scene.send(&blog, "delete").await, 202);
    assert!(scene.shown().await.is_empty(), "a Tombstone without formerType");
}

#[tokio::test]
async fn an_event_online_has_no_place() {
    let scene = scene().await;
    let blog = scene.actor("actor");
    scene.follow(&blog).await;
    assert_eq!(scene.send(&blog, "online").await, 202);
    let item = scene.only().await;
    assert_eq!(item["mode"], "online");
    assert_eq!(item["online_url"], "https://visio.example/club");
    assert!(item["place"].is_null());
}

#[tokio::test]
async fn its_outbox_in_pages_is_read_and_the_blog_follows() {
    let scene = scene().await;
    let blog = scene.actor("actor");
    let outbox = "/wp-json/activitypub/1.0/actors/0/outbox";
    scene.other.serve(outbox, &scene.fixture("outbox"));
    scene
        .other
        .serve(&format!("{outbox}?page=1"), &scene.fixture("outbox-page"));
    assert_eq!(scene.coming(&blog).await, Some((1, false)));
    scene.follow(&blog).await;
    scene.node.pull().await;
    assert_eq!(scene.only().await["title"], "L’heure du clic & du dé-clic");
    scene.passes_over(&blog, &["ignore"]).await;
    assert_eq!(scene.send(&blog, "follow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 1);
}

#[tokio::test]
async fn it_is_discovered() {
    let scene = scene().await;
    let blog = scene.actor("actor");
    let application = Some("/wp-json/activitypub/1.0/application");
    scene
        .is_discovered(
            "mediatheque.calais@mediatheque.example",
            &blog,
            application,
            "wordpress",
        )
        .await;
}

#[tokio::test]
async fn its_domain_leads_to_the_blog_and_not_to_the_actor_that_only_signs() {
    let scene = scene().await;
    let (blog, application) = (scene.actor("actor"), scene.actor("application"));
    for name in ["nodeinfo", "nodeinfo-2"] {
        let path = match name {
            "nodeinfo" => "/.well-known/nodeinfo",
            _ => "/wp-json/activitypub/1.0/nodeinfo/2.0",
        };
        let document = scene.fixture(name).to_string();
        scene.other.serve_as(path, 200, "application/json", &document);
    }
    let domain = scene.other.base.as_str();
    let found = discover(&fetcher(), domain).await.expect("somebody");
    assert_eq!(found.actor.as_str(), application.id, "nobody else is named");
    let finger = format!("/.well-known/webfinger?resource={domain}");
    let answer = scene.fixture("webfinger").to_string();
    scene
        .other
        .serve_as(&finger, 200, "application/jrd+json; charset=utf-8", &answer);
    let found = discover(&fetcher(), domain).await.expect("somebody");
    assert_eq!(found.actor.as_str(), blog.id);
}

/// Its Follow has one id for each actor, and no date.
#[tokio::test]
async fn it_follows_again_in_the_same_words_after_the_staff_removed_it() {
    let scene = scene().await;
    let blog = scene.actor("actor");
    assert_eq!(scene.send(&blog, "follow").await, 202);
    let store = &scene.node.node.store;
    let all = store.read(|conn| followers::list_all(conn, None, 9)).await;
    let (follower, _) = all.expect("a list").remove(0);
    moderation::remove_follower(&scene.node.node, follower.id)
        .await
        .expect("removed");
    assert_eq!(scene.followers("/groups/agenda").await, 0);
    scene.node.clock.advance(TimeDelta::minutes(1));
    assert_eq!(scene.send(&blog, "follow").await, 202);
    assert_eq!(scene.followers("/groups/agenda").await, 1);
}
