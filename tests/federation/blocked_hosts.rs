//! `federation.blocked_hosts` holds for what is stored, as a block by the staff does; and accounts that were never met.

use chrono::TimeDelta;
use maillage::app::{events, following, moderation};
use maillage::config::Config;
use maillage::domain::block::{Severity, Target};
use maillage::store::{deliveries, followers, pulls};
use serde_json::json;

use crate::support::database::Database;
use crate::support::foreign::Foreign;
use crate::support::network::{Home, Running, clock, workshop};

async fn standing(node: &Running) -> String {
    let follows = node.get("/api/v1/follows", "application/json").await.json();
    follows["items"][0]["standing"].as_str().unwrap_or_default().to_owned()
}

fn blocking(config: &mut Config) {
    config.federation.blocked_hosts = vec!["mechant.localhost".to_owned()];
}

#[test]
fn a_host_that_the_configuration_blocks_is_cut_off_at_the_next_start() {
    for database in std::iter::once(Database::sqlite()).chain(Database::postgres()) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let clock = clock();
            let home = Home::new("noeud", database, &clock);
            let server = Foreign::start("a.mechant", &clock);
            let actor = server.actor("Group", "agenda");
            let node = home.start().await;
            node.centre("agenda").await;
            node.follow(&actor.id).await;
            node.deliver().await;
            let follow = server.received(&node).await.pop().expect("a Follow");
            assert_eq!(actor.tell(&node, "Accept", follow).await, 202);
            let event = server.event(&actor, "un", "Un atelier");
            assert_eq!(actor.tell(&node, "Create", event).await, 202);
            assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
            home.stop(node).await;

            let node = home.start_with(blocking).await;
            assert!(node.titles().await.is_empty());
            assert!(node.follow_states().await.is_empty());
            let left = node.node.store.read(|conn| followers::list_all(conn, None, 9)).await;
            assert!(left.expect("a look").is_empty());
            home.stop(node).await;
            let node = home.start().await;
            node.follow(&actor.id).await;
            node.deliver().await;
            home.stop(node).await;
        });
    }
}

#[tokio::test]
async fn who_is_followed_and_blocked_no_more_is_read_again_at_the_next_start() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let server = Foreign::start("mechant", &clock);
    let actor = server.actor("Group", "agenda");
    let node = home.start().await;
    node.follow(&actor.id).await;
    node.deliver().await;
    let follow = server.received(&node).await.pop().expect("a Follow");
    assert_eq!(actor.tell(&node, "Accept", follow).await, 202);
    // As an earlier version left it, which only stopped to read.
    let stop = node.node.store.write(|conn| {
        maillage::store::settings::set(conn, "blocked_hosts", "mechant.localhost")?;
        let peer = maillage::store::follows::peers_read(conn)?.pop().expect("a peer");
        pulls::stop(conn, peer.id)
    });
    stop.await.expect("stopped");
    assert_eq!(standing(&node).await, "muted");
    home.stop(node).await;
    let node = home.start().await;
    assert_eq!(standing(&node).await, "followed");
    clock.advance(TimeDelta::minutes(1));
    node.pull().await;
    assert_eq!(server.asked_for("/agenda/outbox"), 1);
}

#[tokio::test]
async fn an_account_that_was_never_met_is_blocked_by_its_name() {
    let clock = clock();
    let node = Home::new("noeud", Database::sqlite(), &clock).start().await;
    let server = Foreign::start("mechant", &clock);
    let actor = server.actor("Person", "aline");
    let host = maillage::federation::urls::host(&server.base);
    let answer = json!({ "subject": format!("acct:aline@{host}"), "links": [
        { "rel": "self", "type": "application/activity+json", "href": actor.id },
    ] });
    let path = format!("/.well-known/webfinger?resource=acct:aline@{host}");
    server.serve_as(&path, 200, "application/jrd+json", &answer.to_string());
    let account = format!("@aline@{host}");
    let target = moderation::target(&node.node, &account).await.expect("an actor");
    assert_eq!(target, Target::Actor(actor.id.clone()));
    moderation::block(&node.node, target, Severity::Block, "")
        .await
        .expect("blocked");
    assert!(following::follow(&node.node, &actor.id, None).await.is_err());
    let nobody = moderation::target(&node.node, &format!("@personne@{host}")).await;
    assert!(nobody.is_err());
}

/// Some software gives each actor an inbox of its own, and nothing else.
#[tokio::test]
async fn what_waits_for_an_actor_that_is_blocked_is_not_sent() {
    let clock = clock();
    let home = Home::new("noeud", Database::sqlite(), &clock);
    let node = home.start().await;
    let centre = node.centre("agenda").await;
    let server = Foreign::start("ailleurs", &clock);
    let (blocked, other) = (server.actor("Person", "seule"), server.actor("Person", "autre"));
    for name in ["seule", "autre"] {
        let mut document = server.document(&format!("/{name}"));
        document.as_object_mut().expect("an actor").remove("endpoints");
        server.serve(&format!("/{name}"), &document);
    }
    for actor in [&blocked, &other] {
        assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
    }
    node.deliver().await;
    events::publish(&node.node, centre.id, workshop("Un atelier", 3))
        .await
        .expect("published");
    let target = Target::Actor(blocked.id.clone());
    moderation::block(&node.node, target, Severity::Block, "")
        .await
        .expect("blocked");
    let before = server.requests();
    node.deliver().await;
    let waiting = node.node.store.read(deliveries::waiting).await.expect("a count");
    assert_eq!(
        (server.requests() - before, waiting),
        (1, 0),
        "the other one alone hears of it"
    );
    home.stop(node).await;
}
