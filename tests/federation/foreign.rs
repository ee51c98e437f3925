//! A node among other software: what Mastodon, Mobilizon, Gancio and Hubzilla send us, and what they get.

mod authors;

use chrono::TimeDelta;
use maillage::app::events;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Actor, Foreign, PUBLIC};
use crate::support::network::{Home, Running, clock, weekly, workshop};

/// A node and a server of other software.
struct Sides {
    node: Running,
    other: Foreign,
}

impl Sides {
    async fn meet(name: &str) -> Self {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        Self {
            node: home.start().await,
            other: Foreign::start(name, &clock),
        }
    }

    /// Follows `actor` and gets its Accept.
    async fn follow(&self, actor: &Actor) {
        self.node.follow(&actor.id).await;
        self.node.deliver().await;
        let follow = self.received("Follow").await.pop().expect("a Follow");
        assert_eq!(actor.tell(&self.node, "Accept", follow).await, 202);
        assert_eq!(self.node.follow_states().await, ["accepted"]);
    }

    /// The activities of a type that reached the other side.
    async fn received(&self, kind: &str) -> Vec<Value> {
        let all = self.other.received(&self.node).await;
        all.into_iter().filter(|activity| activity["type"] == kind).collect()
    }

    async fn titles(&self) -> Vec<String> {
        self.node.titles().await
    }
}

fn changed(event: &Value, title: &str, updated: &str) -> Value {
    let mut event = event.clone();
    event["name"] = json!(title);
    event["updated"] = json!(updated);
    event
}

#[tokio::test]
async fn a_mastodon_follower_gets_what_it_can_show() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    let centre = node.centre("agenda").await;
    let actor = node.group("agenda");
    let follow = reader.says("Follow", actor.as_str());
    assert_eq!(reader.send(node, &follow).await, 202);
    let event = events::publish(&node.node, centre.id, workshop("Café numérique", 30))
        .await
        .expect("published");
    sides.node.clock.advance(TimeDelta::minutes(1));
    events::revise(&node.node, event.id, workshop("Café des aidants", 30))
        .await
        .expect("revised");
    events::delete(&node.node, event.id).await.expect("deleted");
    node.deliver().await;

    let received = sides.other.received(node).await;
    let kinds: Vec<_> = received
        .iter()
        .map(|activity| activity["type"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(kinds, ["Accept", "Create", "Update", "Delete"]);
    assert_eq!(received[0]["object"]["id"], follow["id"]);
    assert_eq!(received[0]["object"]["actor"], reader.id.as_str());
    assert_eq!(received[0]["to"], json!([reader.id]), "an answer is for one");
    let (create, update, delete) = (&received[1], &received[2], &received[3]);
    for activity in [create, update, delete] {
        assert_eq!(activity["actor"], actor.as_str());
        assert_eq!(activity["to"], json!([PUBLIC]));
        assert_eq!(activity["cc"], json!([format!("{actor}/followers")]));
        assert!(
            activity["@context"]
                .to_string()
                .contains("https://www.w3.org/ns/activitystreams")
        );
    }
    let object = &create["object"];
    assert_eq!(
        (&object["type"], &object["name"]),
        (&json!("Event"), &json!("Café numérique"))
    );
    assert_eq!(object["attributedTo"], actor.as_str());
    assert!(
        object["summary"]
            .as_str()
            .is_some_and(|html| html.starts_with("<p>") && html.contains("14"))
    );
    assert!(
        object["id"]
            .as_str()
            .is_some_and(|id| id.ends_with(&event.id.to_string()))
    );
    assert_eq!(
        update["object"]["published"], object["published"],
        "GoToSocial refuses another"
    );
    assert!(
        update["object"]["updated"].as_str() > object["updated"].as_str(),
        "or Mastodon takes no notice"
    );
    let tombstone = &delete["object"];
    assert_eq!(
        (&tombstone["type"], &tombstone["formerType"]),
        (&json!("Tombstone"), &json!("Event"))
    );
    assert_eq!(tombstone["id"], object["id"]);
    let ids: std::collections::BTreeSet<_> = received.iter().map(|activity| activity["id"].as_str()).collect();
    assert_eq!(ids.len(), 4, "each act has an id of its own");
}

#[tokio::test]
async fn a_server_that_is_down_gets_everything_later_in_order() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    let centre = node.centre("agenda").await;
    assert_eq!(reader.tell(node, "Follow", node.group("agenda")).await, 202);
    node.deliver().await;
    sides.other.answer_with(&[503, 500]);
    for title in ["Un", "Deux", "Trois"] {
        events::publish(&node.node, centre.id, workshop(title, 30))
            .await
            .expect("published");
    }
    node.deliver().await;
    let before = sides.other.requests();
    node.deliver().await;
    assert_eq!(
        sides.other.requests(),
        before,
        "a silent host is left in peace for a moment"
    );
    for _ in 0..2 {
        sides.node.clock.advance(TimeDelta::minutes(1));
        node.deliver().await;
    }
    let names: Vec<_> = sides
        .received("Create")
        .await
        .iter()
        .map(|create| create["object"]["name"].clone())
        .collect();
    // The first was refused twice and came a third time; nothing overtook it.
    assert_eq!(names, ["Un", "Un", "Un", "Deux", "Trois"]);
}

#[tokio::test]
async fn a_server_that_cannot_check_us_for_now_is_asked_again() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    node.centre("agenda").await;
    sides.other.answer_with(&[401]);
    assert_eq!(reader.tell(node, "Follow", node.group("agenda")).await, 202);
    node.deliver().await;
    sides.node.clock.advance(TimeDelta::minutes(1));
    node.deliver().await;
    assert_eq!(sides.received("Accept").await.len(), 2, "a 401 is not the last word");
}

#[tokio::test]
async fn a_server_that_does_not_believe_us_for_days_loses_nothing() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    node.centre("agenda").await;
    sides.other.answer_with(&[401; 20]);
    assert_eq!(reader.tell(node, "Follow", node.group("agenda")).await, 202);
    for _ in 0..12 {
        node.deliver().await;
        sides.node.clock.advance(TimeDelta::hours(12));
    }
    // Two dialects an attempt.
    assert_eq!(sides.received("Accept").await.len(), 21, "the last one was taken in");
}

#[tokio::test]
async fn a_server_that_was_away_gets_what_waits_as_soon_as_it_says_anything() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    let centre = node.centre("agenda").await;
    assert_eq!(reader.tell(node, "Follow", node.group("agenda")).await, 202);
    node.deliver().await;
    sides.other.answer_with(&[502; 4]);
    events::publish(&node.node, centre.id, workshop("Un", 30))
        .await
        .expect("published");
    for _ in 0..4 {
        node.deliver().await;
        node.clock.advance(TimeDelta::minutes(1));
    }
    node.clock.advance(TimeDelta::minutes(2));
    node.deliver().await;
    assert_eq!(
        sides.received("Create").await.len(),
        4,
        "the next attempt is minutes away"
    );
    // Of no effect here; but it signed.
    assert_eq!(reader.tell(node, "Like", node.group("agenda")).await, 202);
    node.deliver().await;
    assert_eq!(sides.received("Create").await.len(), 5);
}

#[tokio::test]
async fn a_follow_is_taken_back_whole_or_by_its_id() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    node.centre("agenda").await;
    let followers = async || node.get("/groups/agenda/followers", ACTIVITY).await.json()["totalItems"].clone();
    for by_id in [true, false] {
        let follow = reader.says("Follow", node.group("agenda"));
        assert_eq!(reader.send(node, &follow).await, 202);
        let again = reader.says("Follow", json!({ "id": node.group("agenda"), "type": "Group" }));
        assert_eq!(reader.send(node, &again).await, 202);
        assert_eq!(followers().await, 1, "twice is once");
        let undone = if by_id { again["id"].clone() } else { follow };
        assert_eq!(reader.tell(node, "Undo", undone).await, 202);
        assert_eq!(followers().await, 0);
    }
}

#[tokio::test]
async fn mobilizon_people_write_for_the_group_that_is_followed() {
    let sides = Sides::meet("mobilizon").await;
    let (group, person) = (
        sides.other.actor("Group", "@asso"),
        sides.other.actor("Person", "@camille"),
    );
    sides.follow(&group).await;
    let mut event = sides.other.event(&group, "atelier", "Atelier photo");
    event["actor"] = json!(person.id);
    sides.other.serve("/events/atelier", &event);
    let mut create = person.says("Create", event.clone());
    create["id"] = json!(sides.other.url("/events/atelier/activity"));
    assert_eq!(person.send(&sides.node, &create).await, 202);
    assert_eq!(sides.titles().await, ["Atelier photo"]);

    // Every Update of Mobilizon has the id of the Create.
    for (title, updated) in [
        ("Atelier vidéo", "2026-11-21T10:00:00Z"),
        ("Atelier son", "2026-11-22T10:00:00Z"),
    ] {
        let event = changed(&event, title, updated);
        sides.other.serve("/events/atelier", &event);
        let mut update = person.says("Update", event);
        update["id"] = create["id"].clone();
        assert_eq!(person.send(&sides.node, &update).await, 202);
        assert_eq!(sides.titles().await, [title]);
    }

    let id = event["id"].as_str().expect("an id");
    sides.other.serve_as("/events/atelier", 410, ACTIVITY, "{}");
    let mut delete = person.says(
        "Delete",
        json!({ "id": id, "type": "Tombstone", "formerType": "Event" }),
    );
    delete["id"] = json!(format!("{id}/delete"));
    assert_eq!(person.send(&sides.node, &delete).await, 202);
    assert!(sides.titles().await.is_empty());
    assert_eq!(person.send(&sides.node, &create).await, 202, "late");
    assert!(sides.titles().await.is_empty(), "and without effect");
}

#[tokio::test]
async fn mobilizon_relays_announce_events_of_their_people() {
    let sides = Sides::meet("mobilizon").await;
    let (relay, person) = (
        sides.other.actor("Application", "relay"),
        sides.other.actor("Person", "@camille"),
    );
    sides.follow(&relay).await;
    let event = sides.other.event(&person, "atelier", "Vrai titre");
    let lie = changed(&event, "Autre titre", "2026-11-22T10:00:00Z");
    let mut announce = relay.says("Announce", lie);
    announce["id"] = json!(format!("{}/announces/1", event["id"].as_str().expect("an id")));
    announce["to"] = json!([format!("{}/followers", relay.id)]);
    assert_eq!(relay.send(&sides.node, &announce).await, 202);
    assert_eq!(sides.titles().await, ["Vrai titre"], "the embedded copy does not count");
    let shown = sides.node.get("/api/v1/calendar", "application/json").await.json();
    assert_eq!(shown["items"][0]["origin"]["actor"], person.id.as_str());
    assert_eq!(shown["items"][0]["relayed_by"][0]["actor"], relay.id.as_str());

    assert_eq!(relay.tell(&sides.node, "Undo", announce["id"].clone()).await, 202);
    assert!(
        sides.titles().await.is_empty(),
        "nobody we follow stands for it any more"
    );
}

#[tokio::test]
async fn the_outbox_of_a_mobilizon_relay_is_read_when_it_is_followed() {
    let sides = Sides::meet("mobilizon").await;
    let (relay, person) = (
        sides.other.actor("Application", "relay"),
        sides.other.actor("Person", "@camille"),
    );
    let event = sides.other.event(&person, "atelier", "Atelier photo");
    let create = person.says("Create", event);
    let page = json!({
        "id": format!("{}/outbox?page=1", relay.id),
        "type": "OrderedCollectionPage",
        "partOf": format!("{}/outbox", relay.id),
        "orderedItems": [relay.says("Announce", create)],
    });
    sides.other.serve(
        "/relay/outbox",
        &json!({
            "id": format!("{}/outbox", relay.id), "type": "OrderedCollection", "totalItems": 1, "first": page,
        }),
    );
    sides.follow(&relay).await;
    sides.node.pull().await;
    assert_eq!(sides.titles().await, ["Atelier photo"]);
}

#[tokio::test]
async fn gancio_publishes_as_one_application() {
    let sides = Sides::meet("gancio").await;
    let gancio = sides.other.actor("Application", "events");
    sides.follow(&gancio).await;
    let mut event = sides.other.event(&gancio, "concert", "Concert");
    for field in ["updated", "endTime", "content"] {
        event.as_object_mut().expect("an object").remove(field);
    }
    event["location"] = json!({ "type": "Place", "name": "La Cave", "address": "3 rue Haute, 59000 Lille" });
    event["attachment"] = json!([]);
    assert_eq!(gancio.tell(&sides.node, "Create", event.clone()).await, 202);
    assert_eq!(sides.titles().await, ["Concert"]);
    event["name"] = json!("Concert assis");
    assert_eq!(gancio.tell(&sides.node, "Update", event.clone()).await, 202);
    assert_eq!(sides.titles().await, ["Concert assis"]);
    let gone = json!({ "id": event["id"], "type": "Event" });
    assert_eq!(gancio.tell(&sides.node, "Delete", gone).await, 202);
    assert!(sides.titles().await.is_empty());
}

#[tokio::test]
async fn hubzilla_publishes_by_invitation() {
    let sides = Sides::meet("hubzilla").await;
    let channel = sides.other.actor("Person", "channel");
    sides.follow(&channel).await;
    let mut event = sides.other.event(&channel, "fete", "Fête");
    for field in ["to", "cc", "attributedTo"] {
        event.as_object_mut().expect("an object").remove(field);
    }
    assert_eq!(channel.tell(&sides.node, "Invite", event).await, 202);
    assert_eq!(sides.titles().await, ["Fête"]);
}

#[tokio::test]
async fn a_join_is_answered_with_ignore_and_leaves_no_trace() {
    let sides = Sides::meet("mobilizon").await;
    let (node, person) = (&sides.node, sides.other.actor("Person", "@camille"));
    let centre = node.centre("agenda").await;
    let event = events::publish(&node.node, centre.id, workshop("Café", 30))
        .await
        .expect("published");
    let series = events::publish(&node.node, centre.id, weekly("Atelier", 30, 3))
        .await
        .expect("published");
    for uri in [&event.uri, &series.uri] {
        let join = person.says("Join", uri.as_str());
        assert_eq!(person.send(node, &join).await, 202);
        node.deliver().await;
        let ignore = sides.received("Ignore").await.pop().expect("an answer");
        assert_eq!(ignore["object"], join["id"]);
        assert_eq!(ignore["actor"], node.group("agenda").as_str());
    }
    let nowhere = node
        .base
        .join("/events/01900000-0000-7000-8000-000000000001")
        .expect("a URL");
    assert_eq!(person.tell(node, "Join", nowhere.as_str()).await, 404);
    assert_eq!(sides.received("Ignore").await.len(), 2);
}

#[tokio::test]
async fn what_is_of_no_use_is_passed_over_politely() {
    let sides = Sides::meet("mastodon").await;
    let (node, reader) = (&sides.node, sides.other.actor("Person", "lectrice"));
    let centre = node.centre("agenda").await;
    let event = events::publish(&node.node, centre.id, workshop("Café", 30))
        .await
        .expect("published");
    for kind in ["Like", "EmojiReact", "Flag", "Leave", "Move", "View", "Arrive", "Add"] {
        assert_eq!(reader.tell(node, kind, event.uri.as_str()).await, 202, "{kind}");
    }
    let note =
        json!({ "id": sides.other.url("/n/1"), "type": "Note", "content": "Merci !", "attributedTo": reader.id });
    assert_eq!(reader.tell(node, "Create", note).await, 202);
    assert_eq!(reader.tell(node, "Announce", event.uri.as_str()).await, 202);
    assert_eq!(
        reader
            .tell(node, "Undo", json!({ "id": sides.other.url("/l/1"), "type": "Like" }))
            .await,
        202
    );
    node.deliver().await;
    assert!(sides.other.received(node).await.is_empty(), "nothing is said in return");
}

#[tokio::test]
async fn events_of_actors_that_nobody_follows_are_not_kept() {
    let sides = Sides::meet("gancio").await;
    let (followed, stranger) = (
        sides.other.actor("Application", "events"),
        sides.other.actor("Group", "autres"),
    );
    sides.follow(&followed).await;
    let event = sides.other.event(&stranger, "concert", "Concert");
    assert_eq!(stranger.tell(&sides.node, "Create", event.clone()).await, 202);
    assert_eq!(stranger.tell(&sides.node, "Announce", event["id"].clone()).await, 202);
    assert!(sides.titles().await.is_empty());
}

#[tokio::test]
async fn an_actor_that_leaves_takes_its_events_along() {
    let sides = Sides::meet("gancio").await;
    let gancio = sides.other.actor("Application", "events");
    sides.follow(&gancio).await;
    let event = sides.other.event(&gancio, "concert", "Concert");
    assert_eq!(gancio.tell(&sides.node, "Create", event).await, 202);
    sides.other.serve_as("/events", 410, ACTIVITY, "{}");
    assert_eq!(gancio.tell(&sides.node, "Delete", gancio.id.as_str()).await, 202);
    assert!(sides.titles().await.is_empty());
    let follows = sides.node.get("/api/v1/follows", "application/json").await.json();
    assert_eq!(follows["items"][0]["standing"], "gone");
}

#[tokio::test]
async fn a_key_that_was_renewed_is_fetched_again() {
    let sides = Sides::meet("mobilizon").await;
    let group = sides.other.actor("Group", "asso");
    sides.follow(&group).await;
    // The same address with another key, as after a rotation.
    let renewed = sides.other.actor("Group", "asso");
    sides.node.clock.advance(TimeDelta::minutes(1));
    let event = sides.other.event(&renewed, "atelier", "Atelier");
    assert_eq!(renewed.tell(&sides.node, "Create", event.clone()).await, 202);
    assert_eq!(sides.titles().await, ["Atelier"]);
    sides.node.clock.advance(TimeDelta::minutes(1));
    let late = changed(&event, "Volé", "2026-11-22T10:00:00Z");
    assert_eq!(
        group.tell(&sides.node, "Update", late).await,
        401,
        "the old key is worth nothing now"
    );
}

#[tokio::test]
async fn an_old_refusal_that_comes_late_ends_nothing() {
    let sides = Sides::meet("lent").await;
    let actor = sides.other.actor("Group", "agenda");
    sides.node.follow(&actor.id).await;
    sides.node.deliver().await;
    let first = sides.received("Follow").await.pop().expect("a Follow");
    sides.node.clock.advance(TimeDelta::minutes(1));
    // Asked again, under another id, and accepted.
    sides.follow(&actor).await;
    let follows = sides.received("Follow").await;
    assert_ne!(follows[0]["id"], follows[follows.len() - 1]["id"]);
    actor.tell(&sides.node, "Reject", first.clone()).await;
    assert_eq!(sides.node.follow_states().await, ["accepted"]);
    // Who makes up ids of its own is known by who asked whom.
    let mut own = first;
    own["id"] = json!(sides.other.url("/follows/1"));
    actor.tell(&sides.node, "Reject", own).await;
    assert_eq!(sides.node.follow_states().await, ["refused"]);
}
