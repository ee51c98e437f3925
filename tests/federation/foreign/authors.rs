//! Events of authors whom nobody follows, and of several authors.

use serde_json::json;

use super::{Sides, changed};

#[tokio::test]
async fn who_is_not_followed_changes_what_is_here_and_brings_nothing_new() {
    let sides = Sides::meet("ancien").await;
    let (actor, network) = (
        sides.other.actor("Group", "agenda"),
        sides.other.actor("Group", "reseau"),
    );
    sides.follow(&network).await;
    let event = sides.other.event(&actor, "atelier", "Atelier");
    assert_eq!(actor.tell(&sides.node, "Create", event.clone()).await, 202);
    assert!(sides.titles().await.is_empty(), "nobody follows its author");
    assert_eq!(network.tell(&sides.node, "Announce", event["id"].clone()).await, 202);
    assert_eq!(sides.titles().await, ["Atelier"]);
    let event = changed(&event, "Atelier déplacé", "2026-11-21T10:00:00Z");
    assert_eq!(actor.tell(&sides.node, "Update", event).await, 202);
    assert_eq!(sides.titles().await, ["Atelier déplacé"]);
}

#[tokio::test]
async fn an_event_of_two_authors_goes_on_when_the_other_is_followed_too() {
    let sides = Sides::meet("deux").await;
    let (first, second) = (sides.other.actor("Group", "un"), sides.other.actor("Group", "autre"));
    sides.follow(&second).await;
    let mut event = sides.other.event(&first, "atelier", "Atelier");
    event["attributedTo"] = json!([first.id, second.id]);
    sides.other.serve("/events/atelier", &event);
    assert_eq!(second.tell(&sides.node, "Create", event.clone()).await, 202);
    assert_eq!(sides.titles().await, ["Atelier"]);
    sides.node.follow(&first.id).await;
    sides.node.deliver().await;
    let follow = sides.received("Follow").await.pop().expect("a Follow");
    assert_eq!(first.tell(&sides.node, "Accept", follow).await, 202);
    let event = changed(&event, "Atelier déplacé", "2026-11-21T10:00:00Z");
    // One of them does not speak for the other: their server does.
    sides.other.serve("/events/atelier", &event);
    assert_eq!(first.tell(&sides.node, "Update", event).await, 202);
    assert_eq!(sides.titles().await, ["Atelier déplacé"]);
}
