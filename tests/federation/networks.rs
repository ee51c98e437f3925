//! Networks over HTTP: what they announce, once; how changes reach who follows only them; circles, and the way back.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use maillage::app::{centres, events, following, networks};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::Event;
use maillage::domain::network::{Decision, Rule};
use maillage::domain::place::Place;
use maillage::domain::time::FixedClock;
use maillage::store::follows;
use serde_json::Value;

use crate::support::database::Database;
use crate::support::foreign::ACTIVITY;
use crate::support::network::{Home, Running, clock, until, weekly, workshop};

/// Nodes that stand in a row, each following the one before.
pub(super) struct Row {
    pub homes: Vec<Home>,
    pub clock: Arc<FixedClock>,
}

/// Runs a test on SQLite, and with networks on PostgreSQL where there is one.
pub(super) fn on_both<F: Future<Output = ()>>(names: &[&str], test: impl Fn(Row) -> F) {
    let run = |postgres: bool| {
        let clock = clock();
        let homes = names.iter().enumerate().map(|(place, name)| {
            let database = if postgres && place > 0 {
                Database::postgres()
            } else {
                None
            };
            Home::new(name, database.unwrap_or_else(Database::sqlite), &clock)
        });
        let row = Row {
            homes: homes.collect(),
            clock: Arc::clone(&clock),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(test(row));
    };
    run(false);
    if Database::postgres().is_some() {
        run(true);
    }
}

pub(super) async fn network(node: &Running, handle: &str) -> Centre {
    let profile = CentreProfile {
        name: format!("Réseau {handle}"),
        ..CentreProfile::default()
    };
    centres::add(&node.node, CentreKind::Network, handle, profile)
        .await
        .expect("a network")
}

pub(super) async fn follow_as(node: &Running, network: &Centre, target: &str) {
    following::follow(&node.node, target, Some(network.id))
        .await
        .expect("followed");
}

/// Lets all nodes work until nothing is left to do.
pub(super) async fn settle(nodes: &[&Running]) {
    for _ in 0..6 {
        for node in nodes {
            node.announce().await;
            node.deliver().await;
            node.pull().await;
        }
    }
}

pub(super) async fn publish(node: &Running, centre: &Centre, title: &str, hours: i64) -> Event {
    events::publish(&node.node, centre.id, workshop(title, hours))
        .await
        .expect("published")
}

/// The public activities of an actor, of one type.
pub(super) async fn said(node: &Running, handle: &str, kind: &str) -> Vec<Value> {
    let page = node
        .get(&format!("/groups/{handle}/outbox?page=first"), ACTIVITY)
        .await
        .json();
    let items = page["orderedItems"].as_array().cloned().unwrap_or_default();
    items.into_iter().filter(|item| item["type"] == kind).collect()
}

/// Titles of the merged calendar of a network.
pub(super) async fn gathered(node: &Running, network: &str) -> Vec<String> {
    let page = node
        .get(
            &format!("/api/v1/calendar?limit=200&network={network}"),
            "application/json",
        )
        .await
        .json();
    let items = page["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["title"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// centre on `a` ← network on `b` ← network of networks on `c` ← reader `d`, who follows the last alone.
pub(super) async fn chain(row: &Row) -> (Vec<Running>, Centre, Centre) {
    let mut nodes = Vec::new();
    for home in &row.homes {
        nodes.push(home.start().await);
    }
    let centre = nodes[0].centre("agenda").await;
    let below = network(&nodes[1], "rlin").await;
    let above = network(&nodes[2], "hub").await;
    follow_as(&nodes[1], &below, &nodes[0].group("agenda")).await;
    follow_as(&nodes[2], &above, &nodes[1].group("rlin")).await;
    nodes[3].follow(&nodes[2].group("hub")).await;
    settle(&nodes.iter().collect::<Vec<_>>()).await;
    (nodes, centre, below)
}

#[test]
fn who_follows_only_the_top_sees_each_change_within_two_seconds() {
    on_both(&["a", "b", "c", "d"], |row| async move {
        let (mut nodes, centre, _) = chain(&row).await;
        nodes.iter_mut().for_each(Running::work);
        let event = publish(&nodes[0], &centre, "Café numérique", 30).await;
        until("publication", async || nodes[3].titles().await == ["Café numérique"]).await;
        row.clock.advance(TimeDelta::minutes(1));
        events::revise(&nodes[0].node, event.id, workshop("Café des aidants", 54))
            .await
            .expect("revised");
        until("revision", async || nodes[3].titles().await == ["Café des aidants"]).await;
        row.clock.advance(TimeDelta::minutes(1));
        events::cancel(&nodes[0].node, event.id, None).await.expect("cancelled");
        until("cancellation", async || {
            nodes[3].calendar().await[0].status == "cancelled"
        })
        .await;
        for (node, handle) in [(&nodes[1], "rlin"), (&nodes[2], "hub")] {
            assert_eq!(
                said(node, handle, "Announce").await.len(),
                1,
                "one announcement by {handle}"
            );
        }
        events::delete(&nodes[0].node, event.id).await.expect("deleted");
        until("deletion", async || nodes[3].calendar().await.is_empty()).await;
        until("the Undo", async || said(&nodes[2], "hub", "Undo").await.len() == 1).await;
        assert!(
            said(&nodes[2], "hub", "Announce").await.is_empty(),
            "what was withdrawn is not shown"
        );
        for (home, node) in row.homes.iter().zip(nodes) {
            home.stop(node).await;
        }
    });
}

#[test]
fn lost_messages_are_repaired_by_reading_the_programme_of_the_network() {
    on_both(&["a", "b", "c", "d"], |row| async move {
        let (nodes, centre, _) = chain(&row).await;
        let all: Vec<&Running> = nodes.iter().collect();
        let kept = publish(&nodes[0], &centre, "Reste", 30).await;
        let gone = publish(&nodes[0], &centre, "Part", 31).await;
        settle(&all).await;
        assert_eq!(nodes[3].titles().await, ["Reste", "Part"]);
        row.clock.advance(TimeDelta::minutes(1));
        events::revise(&nodes[0].node, kept.id, workshop("Reste, plus tard", 60))
            .await
            .expect("revised");
        events::delete(&nodes[0].node, gone.id).await.expect("deleted");
        publish(&nodes[0], &centre, "Arrive", 33).await;
        // Nothing is delivered by anybody: only regular readings, in the order of the row.
        for node in &nodes[1..] {
            row.clock.advance(TimeDelta::hours(4));
            node.pull().await;
            node.announce().await;
        }
        assert_eq!(nodes[3].titles().await, ["Arrive", "Reste, plus tard"]);
        assert_eq!(nodes[3].calendar().await, nodes[0].calendar().await);
    });
}

#[test]
fn two_networks_in_a_circle_announce_once_and_let_go() {
    on_both(&["a", "b", "c"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let (one, two) = (network(&nodes[1], "un").await, network(&nodes[2], "deux").await);
        follow_as(&nodes[1], &one, &nodes[0].group("agenda")).await;
        follow_as(&nodes[2], &two, &nodes[1].group("un")).await;
        follow_as(&nodes[1], &one, &nodes[2].group("deux")).await;
        settle(&all).await;
        publish(&nodes[0], &centre, "Café", 30).await;
        settle(&all).await;
        for (node, handle) in [(&nodes[1], "un"), (&nodes[2], "deux")] {
            assert_eq!(said(node, handle, "Announce").await.len(), 1, "{handle}");
            assert_eq!(gathered(node, handle).await, ["Café"]);
        }
        // The publisher leaves: what each has from the other is no reason to keep it.
        let follow = nodes[1]
            .node
            .store
            .read(|conn| follows::list(conn, None, 10))
            .await
            .expect("read");
        let (follow, _) = follow
            .into_iter()
            .find(|(_, peer)| peer.handle == "agenda")
            .expect("the follow");
        following::unfollow(&nodes[1].node, follow.id)
            .await
            .expect("unfollowed");
        settle(&all).await;
        for (node, handle) in [(&nodes[1], "un"), (&nodes[2], "deux")] {
            assert!(gathered(node, handle).await.is_empty(), "{handle}");
            assert!(node.titles().await.is_empty(), "{handle}");
        }
    });
}

#[test]
fn an_event_by_two_roads_is_one_and_restarts_change_nothing() {
    on_both(&["a", "b", "c", "d"], |row| async move {
        let (mut nodes, centre, _) = chain(&row).await;
        nodes[3].follow(&nodes[1].group("rlin")).await;
        let hub = centres::by_handle(&nodes[2].node, "hub")
            .await
            .expect("read")
            .expect("the network");
        follow_as(&nodes[2], &hub, &nodes[0].group("agenda")).await;
        settle(&nodes.iter().collect::<Vec<_>>()).await;
        publish(&nodes[0], &centre, "Café", 30).await;
        settle(&nodes.iter().collect::<Vec<_>>()).await;
        for place in [1, 2] {
            let node = nodes.remove(place);
            row.homes[place].kill(node).await;
            nodes.insert(place, row.homes[place].start().await);
        }
        row.clock.advance(TimeDelta::hours(4));
        settle(&nodes.iter().collect::<Vec<_>>()).await;
        assert_eq!(nodes[3].titles().await, ["Café"]);
        for (node, handle) in [(&nodes[1], "rlin"), (&nodes[2], "hub")] {
            assert_eq!(said(node, handle, "Announce").await.len(), 1, "{handle}");
        }
    });
}

#[test]
fn a_rule_decides_what_is_announced_and_what_is_taken_back() {
    on_both(&["a", "b", "c"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let rlin = network(&nodes[1], "rlin").await;
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        nodes[2].follow(&nodes[1].group("rlin")).await;
        settle(&all).await;
        for (title, postcode, theme) in [
            ("Roubaix", "59100", "parentalite"),
            ("Lens", "62300", "parentalite"),
            ("Lille", "59000", "emploi"),
        ] {
            let mut facts = workshop(title, 30);
            facts.themes = vec![theme.to_owned()];
            facts.place = Some(Place {
                name: "Salle".into(),
                postcode: postcode.into(),
                city: title.into(),
                ..Place::default()
            });
            events::publish(&nodes[0].node, centre.id, facts)
                .await
                .expect("published");
        }
        settle(&all).await;
        assert_eq!(nodes[2].titles().await.len(), 3);
        let set = async |rule: Rule| {
            networks::set_rule(&nodes[1].node, rlin.id, rule).await.expect("a rule");
            settle(&all).await;
            let mut titles = nodes[2].titles().await;
            titles.sort();
            titles
        };
        let north = Rule {
            postcodes: vec!["59".into()],
            ..Rule::default()
        };
        assert_eq!(set(north.clone()).await, ["Lille", "Roubaix"]);
        assert_eq!(
            said(&nodes[1], "rlin", "Undo").await.len(),
            1,
            "of the one that is elsewhere"
        );
        assert_eq!(
            set(Rule {
                themes: vec!["parentalite".into()],
                ..north
            })
            .await,
            ["Roubaix"]
        );
        let approval = Rule {
            approval: true,
            ..Rule::default()
        };
        assert!(set(approval.clone()).await.is_empty());
        let settings = networks::settings(&nodes[1].node, "rlin").await.expect("settings");
        assert_eq!((settings.waiting.len(), settings.members.len()), (3, 1));
        let lens = settings
            .waiting
            .iter()
            .find(|one| one.subject.event.facts.title == "Lens")
            .expect("Lens");
        networks::decide(&nodes[1].node, rlin.id, &lens.subject.uri, Decision::Approved)
            .await
            .expect("approved");
        assert_eq!(set(approval.clone()).await, ["Lens"]);
        networks::put_member(&nodes[1].node, rlin.id, &settings.members[0].key(), true)
            .await
            .expect("trusted");
        networks::decide(&nodes[1].node, rlin.id, &lens.subject.uri, Decision::Refused)
            .await
            .expect("refused");
        assert_eq!(set(approval).await, ["Lille", "Roubaix"]);
    });
}

#[test]
fn long_texts_reach_readers_page_by_page() {
    on_both(&["a", "b", "c"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let rlin = network(&nodes[1], "rlin").await;
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        nodes[2].follow(&nodes[1].group("rlin")).await;
        settle(&all).await;
        // Sixty times the longest text that is taken, which stands in each session three times: 1.8 MB.
        let mut facts = weekly("Café", 30, 60);
        facts.description = "à lire ".repeat(1_400);
        events::publish(&nodes[0].node, centre.id, facts)
            .await
            .expect("published");
        settle(&all).await;
        assert_eq!(nodes[1].titles().await.len(), 60, "followed");
        assert_eq!(nodes[2].titles().await.len(), 60, "announced");
        let page = nodes[0].get("/groups/agenda/upcoming?page=first", ACTIVITY).await;
        assert!(page.text.len() < 700_000, "{}", page.text.len());
    });
}

#[test]
fn a_network_hands_on_what_its_node_knew_before_it_was_there() {
    on_both(&["a", "b", "c"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        nodes[1].follow(&nodes[0].group("agenda")).await;
        publish(&nodes[0], &centre, "Déjà là", 30).await;
        settle(&all).await;
        assert_eq!(nodes[1].titles().await, ["Déjà là"]);
        let rlin = network(&nodes[1], "rlin").await;
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        settle(&all).await;
        let page = nodes[1].get("/groups/rlin/upcoming?page=first", ACTIVITY).await.json();
        assert_eq!(page["orderedItems"][0]["name"], "Déjà là", "as its author signed it");

        // Its feeds are the merged calendar, and lead to the origin.
        let origin = &nodes[0].calendar().await[0].uri;
        for (path, kind) in [
            ("/calendar.ics", "text/calendar"),
            ("/calendar.atom", "application/atom+xml"),
            ("/calendar.csv", "text/csv"),
        ] {
            for (network, there) in [("rlin", true), ("autre", false)] {
                let feed = nodes[1].get(&format!("{path}?network={network}"), kind).await.text;
                let feed = feed.replace("\r\n ", "");
                assert_eq!(feed.contains("Déjà là"), there, "{path}: {feed}");
                let leads = feed.contains(origin.as_str()) && feed.contains("Centre agenda");
                assert!(leads || !there, "{path}: {feed}");
            }
        }
    });
}

#[test]
fn what_waits_for_a_decision_too_long_makes_room() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let rlin = network(&nodes[1], "rlin").await;
        let approval = Rule {
            approval: true,
            ..Rule::default()
        };
        networks::set_rule(&nodes[1].node, rlin.id, approval)
            .await
            .expect("a rule");
        follow_as(&nodes[1], &rlin, &nodes[0].group("agenda")).await;
        settle(&all).await;
        publish(&nodes[0], &centre, "Bientôt", 5).await;
        publish(&nodes[0], &centre, "Plus tard", 50).await;
        settle(&all).await;
        let waiting = async || {
            let settings = networks::settings(&nodes[1].node, "rlin").await.expect("settings");
            let titles = settings.waiting.into_iter().map(|one| one.subject.event.facts.title);
            titles.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(waiting().await, ["Bientôt", "Plus tard"]);
        row.clock.advance(TimeDelta::hours(12));
        assert_eq!(waiting().await, ["Plus tard"]);
    });
}

#[test]
fn centres_and_networks_of_one_node_are_members_too() {
    on_both(&["a", "b"], |row| async move {
        let nodes = [row.homes[0].start().await, row.homes[1].start().await];
        let all: Vec<&Running> = nodes.iter().collect();
        let centre = nodes[0].centre("agenda").await;
        let (below, above) = (network(&nodes[0], "quartier").await, network(&nodes[0], "ville").await);
        networks::put_member(&nodes[0].node, below.id, "agenda", false)
            .await
            .expect("a member");
        networks::put_member(&nodes[0].node, above.id, "quartier", false)
            .await
            .expect("a member");
        networks::put_member(&nodes[0].node, below.id, "ville", false)
            .await
            .expect("a circle at home");
        nodes[1].follow(&nodes[0].group("ville")).await;
        settle(&all).await;
        let event = publish(&nodes[0], &centre, "Café", 30).await;
        settle(&all).await;
        assert_eq!(nodes[1].titles().await, ["Café"]);
        row.clock.advance(TimeDelta::minutes(1));
        events::cancel(&nodes[0].node, event.id, None).await.expect("cancelled");
        settle(&all).await;
        assert_eq!(nodes[1].calendar().await[0].status, "cancelled");
        for handle in ["quartier", "ville"] {
            assert_eq!(said(&nodes[0], handle, "Announce").await.len(), 1, "{handle}");
        }
        networks::remove_member(&nodes[0].node, below.id, "agenda")
            .await
            .expect("removed");
        settle(&all).await;
        assert!(nodes[1].titles().await.is_empty());
        assert!(gathered(&nodes[0], "ville").await.is_empty() && gathered(&nodes[0], "quartier").await.is_empty());
    });
}
