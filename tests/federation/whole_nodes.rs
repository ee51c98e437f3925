//! The plain domain of a Maillage node means its whole programme: that of all its centres, and what its networks announce.

use chrono::TimeDelta;
use maillage::app::events;
use maillage::federation::urls;

use super::networks::{follow_as, network, on_both, publish, settle};
use crate::support::foreign::ACTIVITY;
use crate::support::network::{Running, weekly, workshop};

/// Two nodes, of which the second follows the first by its domain.
async fn follow_domain(node: &Running, follower: &Running) {
    follower.follow(&urls::host(&node.base)).await;
    settle(&[node, follower]).await;
    assert_eq!(follower.follow_states().await, ["accepted"]);
}

#[test]
fn the_programme_of_all_centres_comes_by_reading_and_by_push() {
    on_both(&["a", "b"], |row| async move {
        let (a, b) = (row.homes[0].start().await, row.homes[1].start().await);
        let (escale, agenda) = (a.centre("escale").await, a.centre("agenda").await);
        let before = publish(&a, &escale, "Café", 30).await;
        publish(&a, &agenda, "Atelier", 31).await;
        follow_domain(&a, &b).await;
        assert_eq!(b.titles().await, ["Café", "Atelier"], "read");
        row.clock.advance(TimeDelta::minutes(1));

        let after = publish(&a, &escale, "Thé", 32).await;
        events::revise(&a.node, before.id, workshop("Café des aidants", 30))
            .await
            .expect("revised");
        a.deliver().await;
        assert_eq!(b.titles().await, ["Café des aidants", "Atelier", "Thé"], "pushed");
        row.clock.advance(TimeDelta::minutes(1));
        events::delete(&a.node, after.id).await.expect("deleted");
        a.deliver().await;
        assert_eq!(b.titles().await, ["Café des aidants", "Atelier"], "withdrawn");

        row.clock.advance(TimeDelta::minutes(1));
        let series = events::publish(&a.node, escale.id, weekly("Mardis", 54, 3)).await;
        let series = series.expect("published").id;
        settle(&[&a, &b]).await;
        assert_eq!(b.titles().await.len(), 5, "all dates of a series");
        row.clock.advance(TimeDelta::minutes(1));
        let a_day_later = weekly("Mercredis", 78, 3);
        events::revise(&a.node, series, a_day_later).await.expect("revised");
        settle(&[&a, &b]).await;
        let titles = b.titles().await;
        let moved = titles.iter().filter(|title| *title == "Mercredis").count();
        assert_eq!((titles.len(), moved), (5, 3), "all its dates on other days: {titles:?}");
        row.clock.advance(TimeDelta::minutes(1));
        events::delete(&a.node, series).await.expect("deleted");
        settle(&[&a, &b]).await;
        assert_eq!(b.titles().await, ["Café des aidants", "Atelier"], "and none of them");
    });
}

#[test]
fn who_follows_the_node_and_its_centre_sees_each_event_once() {
    on_both(&["a", "b"], |row| async move {
        let (a, b) = (row.homes[0].start().await, row.homes[1].start().await);
        let escale = a.centre("escale").await;
        follow_domain(&a, &b).await;
        b.follow(&a.group("escale")).await;
        settle(&[&a, &b]).await;
        let network = network(&b, "rlin").await;
        follow_as(&b, &network, &a.group("escale")).await;
        follow_as(&b, &network, &urls::host(&a.base)).await;
        settle(&[&a, &b]).await;
        publish(&a, &escale, "Café", 30).await;
        settle(&[&a, &b]).await;
        assert_eq!(b.titles().await, ["Café"]);
        let outbox = b.get("/groups/rlin/outbox?page=first", ACTIVITY).await.json();
        let posted = outbox["orderedItems"].as_array().map(Vec::len);
        assert_eq!(posted, Some(1), "{outbox}");
    });
}

#[test]
fn the_domain_of_a_network_leads_to_what_it_announces() {
    on_both(&["membre", "reseau", "lecteur"], |row| async move {
        let nodes = [
            row.homes[0].start().await,
            row.homes[1].start().await,
            row.homes[2].start().await,
        ];
        let all: Vec<&Running> = nodes.iter().collect();
        let [member, gathering, reader] = &nodes;
        let (centre, canal) = (member.centre("agenda").await, network(gathering, "canal").await);
        follow_as(gathering, &canal, &member.group("agenda")).await;
        settle(&all).await;
        publish(member, &centre, "Café", 30).await;
        settle(&all).await;
        reader.follow(&urls::host(&gathering.base)).await;
        settle(&all).await;
        assert_eq!(reader.titles().await, ["Café"], "read");
        row.clock.advance(TimeDelta::minutes(1));
        let event = publish(member, &centre, "Thé", 31).await;
        settle(&all).await;
        assert_eq!(reader.titles().await, ["Café", "Thé"], "told of");
        let page = gathering.get("/actor/upcoming?page=first", ACTIVITY).await.json();
        let road = &page["maillage:roads"][0]["maillage:via"];
        assert_eq!(road[0], gathering.group("canal").as_str(), "{page}");
        row.clock.advance(TimeDelta::minutes(1));
        events::delete(&member.node, event.id).await.expect("deleted");
        settle(&all).await;
        assert_eq!(reader.titles().await, ["Café"]);
    });
}
