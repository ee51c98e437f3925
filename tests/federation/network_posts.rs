//! What the followers of a network are posted: the next date of a series, once, what is off or moved, and what is taken back.

use chrono::TimeDelta;
use maillage::app::{events, networks};
use maillage::domain::place::Place;
use serde_json::{Value, json};

use super::networks::{chain, follow_as, gathered, network, on_both, publish, said, settle};
use crate::support::foreign::{Foreign, PUBLIC};
use crate::support::network::{Running, monthly, weekly, workshop};

#[test]
fn a_series_is_whole_for_readers_and_drips_for_people() {
    on_both(&["a", "b", "c", "d"], |row| async move {
        let (nodes, centre, _) = chain(&row).await;
        let all: Vec<&Running> = nodes.iter().collect();
        let person = Foreign::start("mastodon", &row.clock);
        let reader = person.actor("Person", "lectrice");
        assert_eq!(
            reader
                .send(&nodes[1], &reader.says("Follow", nodes[1].group("rlin")))
                .await,
            202
        );
        let series = events::publish(&nodes[0].node, centre.id, weekly("Atelier", 30, 30))
            .await
            .expect("published");
        settle(&all).await;
        assert_eq!(nodes[3].calendar().await, nodes[0].calendar().await);
        assert_eq!(gathered(&nodes[1], "rlin").await.len(), 30);
        let announces = |all: Vec<Value>| {
            all.into_iter()
                .filter(|one| one["type"] == "Announce")
                .collect::<Vec<_>>()
        };
        let first = announces(person.received(&nodes[1]).await);
        assert_eq!(first.len(), 1, "people see the next session");
        let boost = &first[0];
        assert_eq!(boost["to"], json!([PUBLIC]));
        assert_eq!(boost["cc"], json!([format!("{}/followers", nodes[1].group("rlin"))]));
        assert!(boost["object"].is_string(), "every software takes an id: {boost}");
        assert_eq!(
            nodes[0].calendar().await[0].uri,
            boost["object"].as_str().expect("an id")
        );
        for weeks in 2..=3 {
            row.clock.advance(TimeDelta::days(7));
            for node in &all {
                events::keep_up(&node.node).await.expect("kept up");
            }
            settle(&all).await;
            for (node, handle) in [(&nodes[1], "rlin"), (&nodes[2], "hub")] {
                assert_eq!(said(node, handle, "Announce").await.len(), weeks, "{handle}");
            }
        }
        events::delete(&nodes[0].node, series.id).await.expect("deleted");
        settle(&all).await;
        row.clock.advance(TimeDelta::hours(4));
        settle(&all).await;
        assert!(nodes[3].calendar().await.is_empty());
    });
}

#[test]
fn the_next_date_of_a_monthly_series_waits_for_its_turn() {
    on_both(&["a", "b", "c", "d"], |row| async move {
        let (nodes, centre, _) = chain(&row).await;
        let all: Vec<&Running> = nodes.iter().collect();
        let server = Foreign::start("mastodon", &row.clock);
        let reader = server.actor("Person", "lectrice");
        let follow = reader.says("Follow", nodes[0].group("agenda"));
        assert_eq!(reader.send(&nodes[0], &follow).await, 202);
        let posts = async || {
            let received = server.received(&nodes[0]).await;
            received
                .iter()
                .filter(|one| one["type"] == "Create" && one["object"]["type"] == "Event")
                .count()
        };
        let series = events::publish(&nodes[0].node, centre.id, monthly("Atelier", 30, 6)).await;
        let series = series.expect("published");
        settle(&all).await;
        let boosts = async || said(&nodes[1], "rlin", "Announce").await.len();
        assert_eq!(boosts().await, 1, "the first date");
        row.clock.advance(TimeDelta::days(3));
        events::revise(&nodes[0].node, series.id, monthly("Atelier tablette", 30, 6))
            .await
            .expect("revised");
        row.clock.advance(TimeDelta::hours(2));
        settle(&all).await;
        assert_eq!(
            (posts().await, boosts().await),
            (1, 1),
            "a correction three weeks before the second"
        );
        for (days, expected) in [(17, 1), (5, 2)] {
            row.clock.advance(TimeDelta::days(days));
            for node in &all {
                events::keep_up(&node.node).await.expect("kept up");
            }
            settle(&all).await;
            assert_eq!(
                (posts().await, boosts().await),
                (expected, expected),
                "{days} days later"
            );
        }
    });
}

#[test]
fn people_who_follow_a_network_hear_once_of_what_is_off_or_moved() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let rlin = network(&nodes[1], "rlin").await;
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        let server = Foreign::start("mastodon", &row.clock);
        let reader = server.actor("Person", "lectrice");
        let follow = reader.says("Follow", nodes[1].group("rlin"));
        assert_eq!(reader.send(&nodes[1], &follow).await, 202);
        settle(&all).await;
        let moved = publish(&nodes[0], &centre, "Déplacé", 30).await;
        let off = publish(&nodes[0], &centre, "Supprimé", 40).await;
        settle(&all).await;
        let notes = async || {
            for node in &all {
                events::keep_up(&node.node).await.expect("kept up");
            }
            settle(&all).await;
            let creates = server.received(&nodes[1]).await.into_iter();
            let notes = creates.filter(|one| one["type"] == "Create" && one["object"]["type"] == "Note");
            notes.map(|one| one["object"].clone()).collect::<Vec<_>>()
        };
        let amend = async |id, place: &str| {
            let name = place.to_owned();
            let amended = events::amend(&nodes[0].node, id, move |facts| {
                let mut facts = facts.clone();
                facts.place = Some(Place {
                    name: name.clone(),
                    postcode: "59100".into(),
                    city: "Roubaix".into(),
                    ..Place::default()
                });
                Ok(facts)
            });
            amended.await.expect("amended");
        };
        assert_eq!(notes().await, [] as [Value; 0], "what is new is no change");

        // Off: at once.
        row.clock.advance(TimeDelta::minutes(1));
        events::cancel(&nodes[0].node, off.id, None).await.expect("cancelled");
        let told = notes().await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["inReplyTo"], nodes[0].calendar().await[1].uri);
        assert_eq!(told[0]["attributedTo"], nodes[1].group("rlin"));
        assert!(
            told[0]["content"]
                .as_str()
                .is_some_and(|html| html.contains("Supprimé")),
            "{told:?}"
        );

        // Moved: once the corrections are over; and not when it is taken back.
        amend(moved.id, "Salle verte").await;
        assert_eq!(notes().await.len(), 1);
        row.clock.advance(TimeDelta::minutes(2));
        amend(moved.id, "Salle bleue").await;
        assert_eq!(notes().await.len(), 1);
        row.clock.advance(TimeDelta::minutes(6));
        let told = notes().await;
        assert_eq!(told.len(), 2);
        assert!(
            told[1]["content"]
                .as_str()
                .is_some_and(|html| html.contains("Salle bleue"))
        );
        amend(moved.id, "Salle rouge").await;
        settle(&all).await;
        amend(moved.id, "Salle bleue").await;
        settle(&all).await;
        row.clock.advance(TimeDelta::hours(2));
        assert_eq!(notes().await.len(), 2, "taken back");

        // Who publishes cannot make people hear of it all day.
        for _ in 0..5 {
            row.clock.advance(TimeDelta::minutes(10));
            events::cancel(&nodes[0].node, moved.id, None).await.expect("cancelled");
            notes().await;
            amend(moved.id, "Salle bleue").await;
            events::revise(&nodes[0].node, moved.id, workshop("Déplacé", 30))
                .await
                .expect("revised");
            notes().await;
        }
        assert_eq!(notes().await.len(), 3);
    });
}

#[test]
fn a_workshop_of_two_partners_is_posted_once() {
    on_both(&["a", "b", "c"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let rlin = network(&nodes[2], "rlin").await;
        let place = Place {
            name: "La Bobine".into(),
            postcode: "59100".into(),
            city: "Roubaix".into(),
            ..Place::default()
        };
        let mut centres = Vec::new();
        for (node, name) in [(&nodes[0], "agenda"), (&nodes[1], "bobine")] {
            centres.push(node.centre(name).await);
            follow_as(&nodes[2], &rlin, &node.group(name)).await;
        }
        settle(&all).await;
        for (node, centre) in nodes.iter().zip(&centres) {
            let mut facts = workshop("Café numérique", 30);
            facts.place = Some(place.clone());
            events::publish(&node.node, centre.id, facts).await.expect("published");
            settle(&all).await;
        }
        assert_eq!(nodes[2].titles().await, ["Café numérique"], "shown once");
        for _ in 0..3 {
            row.clock.advance(TimeDelta::hours(3));
            events::keep_up(&nodes[2].node).await.expect("kept up");
            settle(&all).await;
        }
        assert_eq!(said(&nodes[2], "rlin", "Announce").await.len(), 1, "posted once");
    });
}

#[test]
fn an_undo_names_the_announcement_of_its_own_date() {
    on_both(&["a"], |row| async move {
        let node = row.homes[0].start().await;
        let centre = node.centre("agenda").await;
        let rlin = network(&node, "rlin").await;
        networks::put_member(&node.node, rlin.id, "agenda", false)
            .await
            .expect("a member");
        // What software it is nobody knows: it may read programmes, and gets the posts too.
        let other = Foreign::start("annuaire", &row.clock);
        let reader = other.actor("Group", "lectrice");
        let follow = reader.says("Follow", node.group("rlin"));
        assert_eq!(reader.send(&node, &follow).await, 202);
        let series = events::publish(&node.node, centre.id, weekly("Atelier", 30, 5));
        let series = series.await.expect("published");
        settle(&[&node]).await;
        let of_kind = |kind: &str| -> Vec<Value> {
            let posts = other.posts().into_iter();
            posts.filter(|post| post["type"] == kind).collect()
        };
        let posted = of_kind("Announce");
        assert_eq!(posted.len(), 1, "the next date");
        events::delete(&node.node, series.id).await.expect("deleted");
        settle(&[&node]).await;
        let undone = of_kind("Undo");
        assert_eq!(undone.len(), 5, "each date");
        let of_the_post = |undo: &&Value| undo["object"]["id"] == posted[0]["id"];
        let named: Vec<&Value> = undone.iter().filter(of_the_post).collect();
        assert_eq!(named.len(), 1);
        assert_eq!(named[0]["object"]["object"], posted[0]["object"]);
    });
}
