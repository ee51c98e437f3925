//! Mutes, blocks and whose follow is accepted, as other servers meet them.

use std::sync::Arc;
use std::time::Duration;

use maillage::app::{events, following, moderation};
use maillage::domain::admission::{Admission, Mode};
use maillage::domain::block::{Severity, Target};
use maillage::domain::time::FixedClock;
use maillage::federation::heard;
use maillage::store::{blocks, follow_requests, followers, pulls};
use reqwest::StatusCode;

use super::hostile::Scene;
use crate::support::database::Database;
use crate::support::foreign::{ACTIVITY, Actor, Foreign, Letter};
use crate::support::network::{Home, Running, clock, workshop};

fn domain(name: &str) -> Target {
    Target::parse(name).expect("a domain")
}

/// A node with a centre, on each database there is.
fn on_each<F: Future<Output = ()>>(test: impl Fn(Home, Arc<FixedClock>) -> F) {
    for database in std::iter::once(Database::sqlite()).chain(Database::postgres()) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let clock = clock();
        runtime.block_on(test(Home::new("noeud", database, &clock), clock));
    }
}

async fn follower_count(node: &Running) -> i64 {
    let count = node
        .node
        .store
        .read(|conn| Ok(followers::list_all(conn, None, 50)?.len()));
    i64::try_from(count.await.expect("a count")).expect("a small count")
}

/// A follow of `actor`, accepted, with one event of it in the calendar.
async fn followed(node: &Running, server: &Foreign, actor: &Actor) {
    node.follow(&actor.id).await;
    node.deliver().await;
    let asked = server.received(node).await.pop().expect("a Follow");
    assert_eq!(actor.tell(node, "Accept", asked).await, 202);
    let event = server.event(actor, "un", "Un atelier");
    assert_eq!(actor.tell(node, "Create", event).await, 202);
    assert_eq!(node.titles().await, ["Un atelier"]);
}

#[test]
fn a_block_ends_everything_both_ways_at_once_and_for_subdomains() {
    on_each(async |home, clock| {
        let node = home.start().await;
        let centre = node.centre("agenda").await;
        let (server, honest) = (
            Foreign::start("a.mechant", &clock),
            Foreign::start("pasmechant", &clock),
        );
        let (actor, other) = (server.actor("Group", "agenda"), honest.actor("Group", "agenda"));
        followed(&node, &server, &actor).await;
        node.follow(&other.id).await;
        node.deliver().await;
        let asked = honest.received(&node).await.pop().expect("a Follow");
        assert_eq!(other.tell(&node, "Accept", asked).await, 202);
        assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
        assert_eq!(other.tell(&node, "Follow", node.group("agenda")).await, 202);
        node.deliver().await;
        server.received(&node).await;
        assert_eq!(follower_count(&node).await, 2);

        moderation::block(&node.node, domain("mechant.localhost"), Severity::Block, "")
            .await
            .expect("blocked");
        let before = server.requests();
        assert!(node.titles().await.is_empty());
        assert_eq!(node.follow_states().await, ["accepted"], "that of the other one");
        assert_eq!(follower_count(&node).await, 1);
        let event = server.event(&actor, "deux", "Autre atelier");
        assert_eq!(actor.tell(&node, "Create", event.clone()).await, 403);
        assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 403);
        assert_eq!(other.tell(&node, "Announce", event["id"].clone()).await, 403);
        assert!(following::follow(&node.node, &actor.id, None).await.is_err());
        events::publish(&node.node, centre.id, workshop("Le nôtre", 30))
            .await
            .expect("published");
        node.deliver().await;
        assert_eq!(server.requests(), before, "nothing is asked or sent there");

        moderation::unblock(&node.node, domain("mechant.localhost"))
            .await
            .expect("unblocked");
        assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
        home.stop(node).await;
    });
}

#[tokio::test]
async fn who_is_blocked_reads_nothing_with_its_name() {
    let scene = Scene::set().await;
    let signed = async |key: &str, header: &str| {
        let request = scene
            .node
            .client
            .get(scene.node.address("/groups/agenda"))
            .header("accept", ACTIVITY);
        let value = if header == "signature" {
            format!("keyId=\"{key}#main-key\",headers=\"(request-target)\",signature=\"eA==\"")
        } else {
            format!("sig1=(\"@method\");created=1;keyid=\"{key}#main-key\"")
        };
        request.header(header, value).send().await.expect("an answer").status()
    };
    moderation::block(
        &scene.node.node,
        Target::Actor(scene.mallory.id.clone()),
        Severity::Block,
        "",
    )
    .await
    .expect("blocked");
    for header in ["signature", "signature-input"] {
        assert_eq!(
            signed(&scene.mallory.id, header).await,
            StatusCode::FORBIDDEN,
            "{header}"
        );
        assert_eq!(signed(&scene.agenda.id, header).await, StatusCode::OK, "{header}");
    }
    let now = maillage::domain::time::Clock::now(scene.node.clock.as_ref());
    let rubbish = Letter::signed(&scene.mallory.signer, &scene.node.base, b"{".to_vec(), now);
    assert_eq!(
        rubbish.send(&scene.node).await,
        403,
        "before its body or signature is looked at"
    );
    scene.unharmed().await;
}

#[test]
fn a_mute_hides_what_is_there_and_takes_no_more_until_it_is_lifted() {
    on_each(async |home, clock| {
        let node = home.start().await;
        node.centre("agenda").await;
        let server = Foreign::start("bavard", &clock);
        let actor = server.actor("Group", "agenda");
        followed(&node, &server, &actor).await;
        moderation::block(&node.node, Target::Actor(actor.id.clone()), Severity::Mute, "")
            .await
            .expect("muted");
        assert!(node.titles().await.is_empty());
        assert_eq!(node.follow_states().await, ["accepted"]);
        let event = server.event(&actor, "un", "Un atelier");
        assert_eq!(actor.tell(&node, "Create", event.clone()).await, 202);
        assert!(node.titles().await.is_empty());
        assert_eq!(
            actor.tell(&node, "Follow", node.group("agenda")).await,
            202,
            "it may still read us"
        );

        moderation::unblock(&node.node, Target::Actor(actor.id.clone()))
            .await
            .expect("heard again");
        clock.advance(chrono::TimeDelta::minutes(1));
        assert_eq!(actor.tell(&node, "Create", event).await, 202);
        assert_eq!(node.titles().await, ["Un atelier"]);
        home.stop(node).await;
    });
}

#[test]
fn a_decision_of_another_process_holds_here_within_a_second() {
    on_each(async |home, clock| {
        let mut node = home.start().await;
        node.centre("agenda").await;
        let actor = Foreign::start("mechant", &clock);
        let actor = actor.actor("Group", "agenda");
        node.work();
        let decided = maillage::domain::block::Block {
            target: domain("mechant.localhost"),
            severity: Severity::Block,
            note: String::new(),
            since: maillage::domain::time::Clock::now(clock.as_ref()),
        };
        // As `maillage blocks add` does beside the running node.
        let put = node.node.store.write(move |conn| blocks::put(conn, &decided));
        put.await.expect("kept");
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 403);
        home.stop(node).await;
    });
}

#[test]
fn a_follow_waits_for_the_staff_is_accepted_refused_and_removed() {
    on_each(async |home, clock| {
        let node = home.start().await;
        node.centre("agenda").await;
        let server = Foreign::start("pair", &clock);
        let (one, two) = (server.actor("Group", "un"), server.actor("Person", "deux"));
        let admission = |mode, allowed: &[&str]| Admission {
            mode,
            allowed: allowed.iter().map(|text| domain(text)).collect(),
        };
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        // All that were received so far.
        let answers = async || {
            node.deliver().await;
            let received = server.received(&node).await;
            received
                .iter()
                .map(|one| one["type"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        let waiting = async || {
            node.node
                .store
                .read(|conn| follow_requests::list(conn, None, 9))
                .await
                .expect("a list")
        };

        let approves = async || {
            let address = node.group("agenda");
            let path = &address[address.find("/groups").expect("a path")..];
            node.get(path, ACTIVITY).await.json()["manuallyApprovesFollowers"].clone()
        };
        assert_eq!(approves().await, false);
        moderation::set_admission(&node.node, admission(Mode::Approval, &[]))
            .await
            .expect("set");
        assert_eq!(approves().await, true, "others are told that it may take a while");
        for actor in [&one, &two, &two] {
            assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
        }
        assert!(answers().await.is_empty(), "nobody is answered yet");
        let requests = waiting().await;
        assert_eq!((requests.len(), follower_count(&node).await), (2, 0));
        let of = |actor: &Actor| {
            requests
                .iter()
                .find(|(_, peer)| peer.uri == actor.id)
                .expect("a request")
                .0
                .id
        };
        moderation::answer(&node.node, of(&one), true).await.expect("accepted");
        moderation::answer(&node.node, of(&two), false).await.expect("refused");
        assert_eq!(answers().await, ["Accept", "Reject"]);
        assert_eq!(follower_count(&node).await, 1);
        assert!(
            moderation::answer(&node.node, of(&one), true).await.is_err(),
            "answered once"
        );

        let all = node
            .node
            .store
            .read(|conn| followers::list_all(conn, None, 9))
            .await
            .expect("a list");
        moderation::remove_follower(&node.node, all[0].0.id)
            .await
            .expect("removed");
        assert_eq!(
            (answers().await, follower_count(&node).await),
            (words("Accept Reject Reject"), 0)
        );

        moderation::set_admission(&node.node, admission(Mode::AllowList, &["ami.example"]))
            .await
            .expect("set");
        assert_eq!(one.tell(&node, "Follow", node.group("agenda")).await, 202);
        assert_eq!(
            (answers().await, follower_count(&node).await),
            (words("Accept Reject Reject Reject"), 0)
        );
        moderation::set_admission(&node.node, admission(Mode::AllowList, &["pair.localhost"]))
            .await
            .expect("set");
        assert_eq!(one.tell(&node, "Follow", node.group("agenda")).await, 202);
        assert_eq!(
            (answers().await, follower_count(&node).await),
            (words("Accept Reject Reject Reject Accept"), 1)
        );
        assert!(waiting().await.is_empty());
        home.stop(node).await;
    });
}

#[test]
fn what_a_followed_peer_signed_is_remembered_as_heard() {
    on_each(async |home, clock| {
        let node = home.start().await;
        let server = Foreign::start("pair", &clock);
        let actor = server.actor("Group", "agenda");
        followed(&node, &server, &actor).await;
        let peer = node
            .node
            .store
            .read(move |conn| maillage::store::peers::by_uri(conn, &actor.id));
        let id = peer.await.expect("read").expect("a peer").id;
        let heard_at = async || {
            node.node
                .store
                .read(move |conn| pulls::state(conn, id))
                .await
                .expect("read")
                .expect("a state")
                .heard
        };
        assert_eq!(heard_at().await, None, "no write for each activity");
        assert_eq!(heard::write_down(&node.node.federation).await.expect("written"), 1);
        assert_eq!(
            heard_at().await,
            Some(maillage::domain::time::Clock::now(clock.as_ref()))
        );
        assert_eq!(heard::write_down(&node.node.federation).await.expect("nothing new"), 0);
        home.stop(node).await;
    });
}

#[test]
fn who_is_listed_by_the_address_of_a_page_is_accepted() {
    on_each(async |home, clock| {
        let node = home.start().await;
        node.centre("agenda").await;
        let server = Foreign::start("bavard", &clock);
        let (listed, other) = (server.actor("Person", "alice"), server.actor("Person", "bob"));
        for (name, page) in [
            ("alice", server.url("/@alice")),
            ("bob", "https://ami.example/@alice".to_owned()),
        ] {
            let mut document = server.document(&format!("/{name}"));
            document["url"] = serde_json::json!(page);
            server.serve(&format!("/{name}"), &document);
        }
        let allowed = [server.url("/@alice"), "https://ami.example/@alice".to_owned()];
        let admission = Admission {
            mode: Mode::AllowList,
            allowed: allowed.iter().map(|page| domain(page)).collect(),
        };
        moderation::set_admission(&node.node, admission).await.expect("set");
        for (actor, followers) in [(&other, 0), (&listed, 1)] {
            assert_eq!(actor.tell(&node, "Follow", node.group("agenda")).await, 202);
            assert_eq!(follower_count(&node).await, followers, "a page of its own host only");
        }
        home.stop(node).await;
    });
}

#[test]
fn the_page_of_an_actor_means_the_actor() {
    on_each(async |home, clock| {
        let node = home.start().await;
        node.centre("agenda").await;
        let server = Foreign::start("bavard", &clock);
        let actor = server.actor("Group", "agenda");
        let mut document = server.document("/agenda");
        document["url"] = serde_json::json!(server.url("/@agenda"));
        server.serve("/agenda", &document);
        followed(&node, &server, &actor).await;
        let target = moderation::target(&node.node, &server.url("/@agenda"))
            .await
            .expect("known");
        assert_eq!(target, Target::Actor(actor.id.clone()));
        moderation::block(&node.node, target, Severity::Block, "")
            .await
            .expect("blocked");
        assert!(node.titles().await.is_empty());

        // One that was never met is asked for.
        let other = server.actor("Group", "autre");
        server.serve("/@autre", &server.document("/autre"));
        let target = moderation::target(&node.node, &server.url("/@autre"))
            .await
            .expect("found");
        assert_eq!(target, Target::Actor(other.id.clone()));
        moderation::target(&node.node, &server.url("/@personne"))
            .await
            .expect_err("there is nobody");
        home.stop(node).await;
    });
}

#[test]
fn a_list_of_others_softens_nothing_and_spares_ourselves() {
    on_each(async |home, _| {
        let node = home.start().await;
        moderation::block(&node.node, domain("dur.example"), Severity::Block, "Spam")
            .await
            .expect("blocked");
        moderation::block(&node.node, domain("doux.example"), Severity::Mute, "Bruit")
            .await
            .expect("muted");
        let own = node.base.host_str().expect("a host").to_owned();
        let text = format!("dur.example,silence\ndoux.example,suspend\nneuf.example\n{own}\n");
        let list = maillage::domain::block_list::read(&text, node.node.now());
        let expected = 2 + usize::from(own.contains('.'));
        assert!(list.blocks.len() > expected, "{list:?}");
        let count = moderation::import(&node.node, list.blocks).await.expect("imported");
        assert_eq!(count, 2, "one was harder, one new");
        let decided = node.node.store.read(blocks::list).await.expect("a list");
        let seen: Vec<_> = decided
            .iter()
            .map(|one| (one.target.as_str(), one.severity, one.note.as_str()))
            .collect();
        let expected = [
            ("doux.example", Severity::Block, "Bruit"),
            ("dur.example", Severity::Block, "Spam"),
            ("neuf.example", Severity::Block, ""),
        ];
        assert_eq!(seen, expected);
        home.stop(node).await;
    });
}

#[test]
fn what_others_relay_comes_back_when_a_mute_is_lifted() {
    on_each(async |home, clock| {
        let node = home.start().await;
        let (server, relay) = (Foreign::start("bavard", &clock), Foreign::start("relais", &clock));
        let (actor, group) = (server.actor("Group", "agenda"), relay.actor("Group", "reseau"));
        let event = server.event(&actor, "un", "Un atelier");
        let listed = group.says("Announce", event["id"].clone());
        relay.serve(
            "/reseau/outbox",
            &serde_json::json!({ "id": relay.url("/reseau/outbox"), "type": "OrderedCollection", "orderedItems": [listed] }),
        );
        let muted = Target::Actor(actor.id.clone());
        moderation::block(&node.node, muted.clone(), Severity::Mute, "")
            .await
            .expect("muted");
        node.follow(&group.id).await;
        node.deliver().await;
        let asked = relay.received(&node).await.pop().expect("a Follow");
        assert_eq!(group.tell(&node, "Accept", asked).await, 202);
        node.pull().await;
        assert!(node.titles().await.is_empty());
        moderation::unblock(&node.node, muted).await.expect("heard again");
        node.pull().await;
        assert_eq!(node.titles().await, ["Un atelier"], "at once");

        // Who is muted when it is followed is not read either, until it is heard again.
        let id = node
            .node
            .store
            .read(|conn| Ok(maillage::store::follows::list(conn, None, 9)?[0].0.id));
        following::unfollow(&node.node, id.await.expect("a follow"))
            .await
            .expect("unfollowed");
        let relay_muted = Target::Actor(group.id.clone());
        moderation::block(&node.node, relay_muted.clone(), Severity::Mute, "")
            .await
            .expect("muted");
        clock.advance(chrono::TimeDelta::minutes(1));
        node.follow(&group.id).await;
        node.deliver().await;
        let asked = relay.received(&node).await.pop().expect("a Follow");
        assert_eq!(group.tell(&node, "Accept", asked).await, 202);
        node.pull().await;
        assert!(node.titles().await.is_empty());
        moderation::unblock(&node.node, relay_muted).await.expect("heard again");
        node.pull().await;
        assert_eq!(node.titles().await, ["Un atelier"]);
        home.stop(node).await;
    });
}

#[test]
fn a_request_that_waits_is_taken_back_by_its_id_alone() {
    on_each(async |home, clock| {
        let node = home.start().await;
        node.centre("agenda").await;
        let server = Foreign::start("pair", &clock);
        let actor = server.actor("Group", "un");
        let admission = Admission {
            mode: Mode::Approval,
            allowed: Vec::new(),
        };
        moderation::set_admission(&node.node, admission).await.expect("set");
        let follow = actor.says("Follow", node.group("agenda"));
        assert_eq!(actor.send(&node, &follow).await, 202);
        let waiting = async || {
            let list = node.node.store.read(|conn| follow_requests::list(conn, None, 9)).await;
            list.expect("a list").len()
        };
        assert_eq!(waiting().await, 1);
        assert_eq!(actor.tell(&node, "Undo", follow["id"].clone()).await, 202);
        assert_eq!(waiting().await, 0);
        home.stop(node).await;
    });
}
