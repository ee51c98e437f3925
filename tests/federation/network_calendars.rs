//! What event software hears of a network that it follows: each session weeks ahead, changes, and what is taken back.

use chrono::TimeDelta;
use maillage::app::events;
use maillage::federation::newcomers;
use serde_json::Value;

use super::followers::{says, server};
use super::networks::{follow_as, network, on_both, publish, settle};
use crate::support::foreign::Foreign;
use crate::support::network::{Running, weekly};

/// What came but the answer to the Follow: the type, and the id of what it is about.
fn heard(server: &Foreign) -> Vec<(String, String)> {
    let posts = server.posts().into_iter();
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    posts
        .filter(|post| post["type"] != "Accept")
        .map(|post| {
            let object = post["object"].as_str().or_else(|| post["object"]["object"].as_str());
            (of(&post["type"]), object.unwrap_or_default().to_owned())
        })
        .collect()
}

fn count(heard: &[(String, String)], kind: &str) -> usize {
    heard.iter().filter(|(one, _)| one == kind).count()
}

async fn round(nodes: &[&Running]) {
    for node in nodes {
        newcomers::step(&node.node.federation).await.expect("asked");
        events::keep_up(&node.node).await.expect("kept up");
    }
    settle(nodes).await;
}

#[test]
fn calendars_hear_weeks_ahead_and_mobilizon_of_each_change() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let rlin = network(&nodes[1], "rlin").await;
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        let mobilizon = server("mobilizon", "mobilizon", &row.clock);
        let hubzilla = server("hubzilla", "hubzilla", &row.clock);
        let mastodon = server("mastodon", "mastodon", &row.clock);
        for (server, kind) in [(&mobilizon, "Application"), (&hubzilla, "Group"), (&mastodon, "Person")] {
            let actor = server.actor(kind, "suit");
            let follow = actor.says("Follow", nodes[1].group("rlin"));
            assert_eq!(actor.send(&nodes[1], &follow).await, 202);
        }
        round(&all).await;

        // The tenth session is nine weeks away, and comes near enough within two.
        let series = events::publish(&nodes[0].node, centre.id, weekly("Les mardis", 30, 10));
        let series = series.await.expect("published");
        round(&all).await;
        for calendar in [&mobilizon, &hubzilla] {
            assert_eq!(count(&heard(calendar), "Announce"), 8, "{:?}", heard(calendar));
        }
        assert_eq!(count(&heard(&mastodon), "Announce"), 1);
        for _ in 0..14 {
            row.clock.advance(TimeDelta::days(1));
            round(&all).await;
        }
        for calendar in [&mobilizon, &hubzilla] {
            let heard = heard(calendar);
            assert_eq!(heard.len(), 10, "each session once, and no notes: {heard:?}");
        }
        assert_eq!(count(&heard(&mastodon), "Announce"), 3);
        let page = nodes[1]
            .get("/groups/rlin/outbox?page=first", crate::support::foreign::ACTIVITY)
            .await;
        let said = page.json()["orderedItems"].as_array().map(Vec::len);
        assert_eq!(said, Some(3), "its outbox has what people were posted");

        // A change: Mobilizon reads again what is announced again; for others a second Announce would be a second post.
        events::cancel(&nodes[0].node, series.id, None)
            .await
            .expect("cancelled");
        round(&all).await;
        let left = 8;
        assert_eq!(heard(&mobilizon).len(), 10 + left);
        assert_eq!(heard(&hubzilla).len(), 10);
        round(&all).await;
        assert_eq!(heard(&mobilizon).len(), 10 + left, "said once");

        events::delete(&nodes[0].node, series.id).await.expect("deleted");
        round(&all).await;
        for (calendar, before) in [(&mobilizon, 10 + left), (&hubzilla, 10)] {
            let heard = heard(calendar);
            assert_eq!(count(&heard[before..], "Undo"), left, "{heard:?}");
            assert_eq!(heard.len(), before + left);
            let announces = calendar.posts().into_iter().filter(|post| post["type"] == "Announce");
            let known: Vec<Value> = announces.map(|post| post["id"].clone()).collect();
            let undone = calendar.posts().into_iter().filter(|post| post["type"] == "Undo");
            for undo in undone {
                assert!(
                    known.contains(&undo["object"]["id"]),
                    "it takes back what was said: {undo}"
                );
            }
        }
    });
}

#[test]
fn a_calendar_that_follows_a_network_late_is_told_what_the_others_know() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let rlin = network(&nodes[1], "rlin").await;
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        for (hours, title) in [(30, "Un"), (20 * 24, "Deux"), (80 * 24, "Loin")] {
            publish(&nodes[0], &centre, title, hours).await;
        }
        round(&all).await;
        row.clock.advance(TimeDelta::hours(2));
        for (name, place) in [("premier", 0), ("second", 1)] {
            let late = Foreign::start(name, &row.clock);
            says(&late, "mobilizon");
            let actor = late.actor("Application", "relay");
            let follow = actor.says("Follow", nodes[1].group("rlin"));
            assert_eq!(actor.send(&nodes[1], &follow).await, 202);
            round(&all).await;
            round(&all).await;
            assert_eq!(
                count(&heard(&late), "Announce"),
                2,
                "number {place}: {:?}",
                heard(&late)
            );
        }
    });
}
