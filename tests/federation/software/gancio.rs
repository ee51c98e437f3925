//! Gancio: one application actor for a whole town, whose activities all have the id of the Create.

use chrono::TimeDelta;

use super::{Scene, place, when};

async fn scene() -> Scene {
    Scene::new("gancio", "gancio.example").await
}

#[tokio::test]
async fn an_event_is_read_changed_and_deleted_as_a_whole() {
    let scene = scene().await;
    let mut gancio = scene.actor("actor");
    scene.follow(&gancio).await;
    // It names its actor where others name the key.
    gancio = gancio.naming(&gancio.id);
    assert_eq!(scene.send(&gancio, "create").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Atelier logiciels libres");
    assert_eq!(when(&item).get(..16), Some("2026-11-28T14:30"));
    assert_eq!(item["end_known"], false, "it told no end");
    assert_eq!(place(&item), ["L’Atelier", "5 rue du Curoir", "59100", "Roubaix"]);
    assert_eq!(item["mode"], "mixed");
    assert_eq!(item["status"], "scheduled");
    assert_eq!(item["origin"]["actor"], gancio.id.as_str());
    assert_eq!(item["url"], scene.other.url("/event/atelier-libre"));

    scene.publish("update");
    assert_eq!(scene.send(&gancio, "update").await, 202);
    let item = scene.only().await;
    assert_eq!(item["title"], "Atelier logiciels libres (complément)");
    assert_eq!(when(&item), "2026-11-28T15:00 2026-11-28T17:00");
    assert_eq!(
        item["image"]["alt"], "Deux personnes devant un écran",
        "the first attachment is a link"
    );
    let delete = scene.fixture("delete");
    assert_eq!(
        (&delete["object"]["type"], &delete["id"]),
        (&"Event".into(), &scene.fixture("create")["id"])
    );
    assert_eq!(gancio.send(&scene.node, &delete).await, 202);
    assert!(scene.shown().await.is_empty());
}

#[tokio::test]
async fn its_outbox_is_read_and_it_follows_and_leaves() {
    let scene = scene().await;
    let gancio = scene.actor("actor");
    scene
        .other
        .serve("/federation/u/gancio/outbox", &scene.fixture("outbox"));
    assert_eq!(scene.coming(&gancio).await, Some((1, false)));
    scene.follow(&gancio).await;
    scene.node.pull().await;
    assert_eq!(scene.only().await["title"], "Atelier logiciels libres");
    assert_eq!(scene.send(&gancio, "follow").await, 202);
    assert_eq!(scene.followers("/actor").await, 1);
    assert_eq!(scene.send(&gancio, "unfollow").await, 202);
    assert_eq!(scene.followers("/actor").await, 0);
}

#[tokio::test]
async fn it_is_discovered() {
    let scene = scene().await;
    let gancio = scene.actor("actor");
    scene
        .is_discovered("gancio@gancio.example", &gancio, Some("/federation/u/gancio"), "gancio")
        .await;
}

/// Its Follow has one id for ever and no date, and so has its Undo: each is the same as the one before, to the byte.
#[tokio::test]
async fn it_leaves_and_follows_again_in_the_same_words() {
    let scene = scene().await;
    let gancio = scene.actor("actor");
    // Its first attempt is under way for long.
    let late = gancio.letter(&scene.node, &scene.fixture("follow"));
    scene.node.clock.advance(TimeDelta::seconds(30));
    let follow = gancio.letter(&scene.node, &scene.fixture("follow"));
    assert_eq!(follow.send(&scene.node).await, 202);
    assert_eq!(scene.followers("/actor").await, 1);
    for (name, followers) in [("unfollow", 0), ("follow", 1), ("follow", 1), ("unfollow", 0)] {
        scene.node.clock.advance(TimeDelta::minutes(1));
        assert_eq!(scene.send(&gancio, name).await, 202);
        assert_eq!(scene.followers("/actor").await, followers, "{name}");
    }
    scene.node.deliver().await;
    let answers = scene.received("Accept").await.len();
    for (letter, what) in [(follow, "the same request"), (late, "one that was signed before")] {
        assert_eq!(letter.send(&scene.node).await, 202);
        assert_eq!(scene.followers("/actor").await, 0, "{what} is a repetition");
    }
    scene.node.deliver().await;
    assert_eq!((answers, scene.received("Accept").await.len()), (3, 3));
}
