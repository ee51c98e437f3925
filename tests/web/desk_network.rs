//! The desk's pages of the network: follows, followers, blocks, and what a network of this site announces.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::TimeDelta;
use diesel::prelude::*;
use maillage::app::{centres, events, networks};
use maillage::config::Config;
use maillage::domain::admission::Mode;
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::id::{FollowerId, PeerId};
use maillage::domain::member::Role;
use maillage::domain::peer::{FollowState, Follower, Peer};
use maillage::domain::place::Place;
use maillage::store::schema::peers;
use maillage::store::{Conn, StoreError, blocks, follow_requests, followers, follows};
use maillage::web::{Shared, app};

use super::desk::{signed_in, visit};
use super::header_of;
use crate::store::samples;
use crate::support::database::both;
use crate::support::node::{TestNode, morning, on_both};

async fn network(test: &TestNode) -> Centre {
    let profile = CentreProfile {
        name: "RLIN du canal".into(),
        ..CentreProfile::default()
    };
    centres::add(&test.node, CentreKind::Network, "rlin", profile)
        .await
        .expect("a network")
}

/// A peer known here, of this type and software.
fn peer(conn: &mut Conn, name: &str, host: &str, kind: &str, software: &str) -> Result<Peer, StoreError> {
    let peer = samples::peer(conn, name, host);
    diesel::update(peers::table.find(peer.id.to_string()))
        .set((peers::kind.eq(kind), peers::software.eq(Some(software))))
        .execute(conn)?;
    Ok(peer)
}

fn follower(peer: PeerId, number: u128) -> Follower {
    Follower {
        id: FollowerId(uuid::Uuid::from_u128(number)),
        followed: None,
        peer,
        activity_uri: format!("https://x.example/{number}"),
        since: morning(),
    }
}

#[test]
fn each_follow_says_how_it_stands() {
    on_both(async |test| {
        let network = network(&test).await;
        let old = (morning() - TimeDelta::days(9)).timestamp_millis();
        let store = move |conn: &mut Conn| {
            for (name, state, heard, gone) in [
                ("suivi", FollowState::Accepted, Some(morning().timestamp_millis()), None),
                ("muet", FollowState::Accepted, Some(old), None),
                ("parti", FollowState::Accepted, Some(old), Some(old)),
                ("demande", FollowState::Asked, None, None),
                ("refus", FollowState::Refused, None, None),
            ] {
                let known = peer(conn, name, &format!("{name}.example"), "Group", "gancio")?;
                samples::follow(conn, Some(network.id), known.id, state);
                diesel::update(peers::table.find(known.id.to_string()))
                    .set((
                        peers::heard_at.eq(heard),
                        peers::gone_at.eq(gone),
                        peers::pull_error.eq(Some("too_many_items")),
                    ))
                    .execute(conn)?;
            }
            Ok::<_, StoreError>(())
        };
        test.node.store.write(store).await.expect("stored");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = signed_in(&test, Role::Admin).await;
        let (status, _, page) = visit!(service, admin, "/desk/network", "");
        assert_eq!(status, StatusCode::OK);
        let plain = page.replace('\u{a0}', " ");
        for words in [
            "Suivi. À jour le ",
            "Sans nouvelles depuis le ",
            "Disparu le ",
            "pas encore de réponse",
            "Refusé le ",
            "Agenda · Gancio",
            "Son programme est trop long : la fin n’en est pas lue.",
            "RLIN du canal",
            "href=\"/desk/networks/rlin\"",
        ] {
            assert!(plain.contains(words), "{words}: {page}");
        }
        let reception = signed_in(&test, Role::Reception).await;
        let (status, _, page) = visit!(service, reception, "/desk/network", "");
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("<form class=\"desk-form"), "reception cannot follow");
        for (path, form) in [
            ("/desk/network/preview", "target=x"),
            ("/desk/network/follow", "target=x"),
            ("/desk/followers/mode", "mode=open"),
            ("/desk/blocks", "target=x.example"),
            ("/desk/networks/rlin/rule", "postcodes=59"),
            ("/desk/networks/rlin/members", "member=x"),
            ("/desk/networks/rlin/decisions", "subject=x&decision=approved"),
        ] {
            let (status, ..) = visit!(service, reception, path, form);
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        }
    });
}

#[test]
fn a_follow_ends_after_a_question() {
    on_both(async |test| {
        let store = |conn: &mut Conn| {
            let known = peer(conn, "bobine", "b.example", "Group", "maillage")?;
            samples::follow(conn, None, known.id, FollowState::Accepted);
            let all = follows::of_peer(conn, known.id)?;
            Ok::<_, StoreError>(all[0].id)
        };
        let id = test.node.store.write(store).await.expect("stored");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = signed_in(&test, Role::Admin).await;
        let path = format!("/desk/network/{id}/unfollow");
        assert!(visit!(service, admin, &path, "").2.contains("@bobine@b.example"));
        let (status, location, _) = visit!(service, admin, &path, "sure=yes");
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/network?done=unfollow")
        );
        assert!(!visit!(service, admin, &location, "").2.contains("b.example"));
        assert_eq!(visit!(service, admin, &path, "").0, StatusCode::NOT_FOUND);
        let (status, _, page) = visit!(
            service,
            admin,
            "/desk/network/preview",
            "target=%40nobody%40127.0.0.1%3A1"
        );
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("value=\"@nobody@127.0.0.1:1\"") && page.contains("id=\"target-error\""));
    });
}

#[test]
fn people_and_calendars_are_told_apart_and_requests_are_answered() {
    on_both(async |test| {
        let store = |conn: &mut Conn| {
            let person = peer(conn, "aline", "social.example", "Person", "mastodon")?;
            let calendar = peer(conn, "ville", "mobilizon.example", "Group", "mobilizon")?;
            let waits = peer(conn, "attente", "attente.example", "Person", "mastodon")?;
            followers::insert(conn, &follower(person.id, 1))?;
            followers::insert(conn, &follower(calendar.id, 2))?;
            follow_requests::insert(conn, &follower(waits.id, 3))
        };
        test.node.store.write(store).await.expect("stored");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = signed_in(&test, Role::Admin).await;
        let page = visit!(service, admin, "/desk/followers", "").2;
        let (waiting, rest) = page.split_once("Agendas et réseaux").expect("calendars");
        let (calendars, people) = rest.split_once("<h2>Personnes</h2>").expect("people");
        assert!(waiting.contains("@attente@attente.example"));
        assert!(calendars.contains("@ville@mobilizon.example") && !calendars.contains("aline"));
        assert!(
            people.contains("@aline@social.example") && people.contains("1\u{a0}personne")
                || people.contains("1 personne")
        );
        let request = FollowerId(uuid::Uuid::from_u128(3));
        let path = format!("/desk/followers/requests/{request}/accept");
        assert_eq!(visit!(service, admin, &path, "x=").1, "/desk/followers?done=accept");
        assert_eq!(visit!(service, admin, &path, "x=").0, StatusCode::NOT_FOUND);
        let path = format!("/desk/followers/{}/remove", FollowerId(uuid::Uuid::from_u128(1)));
        assert_eq!(visit!(service, admin, &path, "x=").1, "/desk/followers?done=remove");
        let page = visit!(service, admin, "/desk/followers", "").2;
        assert!(page.contains("@attente@attente.example") && !page.contains("@aline@social.example"));

        let wrong = "mode=approval&allowed=mairie.example%0Apas+un+domaine";
        let (status, _, page) = visit!(service, admin, "/desk/followers/mode", wrong);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("pas un domaine</textarea>") && page.contains("id=\"allowed-error\""));
        let right = "mode=approval&allowed=mairie.example%0A%0Amairie.example";
        assert_eq!(
            visit!(service, admin, "/desk/followers/mode", right).0,
            StatusCode::SEE_OTHER
        );
        let kept = test.node.store.read(blocks::admission).await.expect("a rule");
        assert_eq!((kept.mode, kept.allowed.len()), (Mode::Approval, 1));
    });
}

#[test]
fn long_lists_go_on_on_further_pages_the_newest_followers_first() {
    on_both(async |test| {
        let store = |conn: &mut Conn| {
            for number in 1..=350_u128 {
                if number <= 202 {
                    let waiting = peer(
                        conn,
                        &format!("w{number}"),
                        &format!("w{number}.example"),
                        "Person",
                        "mastodon",
                    )?;
                    follow_requests::insert(conn, &follower(waiting.id, number))?;
                }
                let (kind, software) = if number <= 205 {
                    ("Group", "mobilizon")
                } else {
                    ("Person", "mastodon")
                };
                let peer = peer(
                    conn,
                    &format!("p{number}"),
                    &format!("h{number}.example"),
                    kind,
                    software,
                )?;
                followers::insert(conn, &follower(peer.id, number))?;
                if number <= 103 {
                    samples::follow(conn, None, peer.id, FollowState::Accepted);
                }
            }
            Ok::<_, StoreError>(())
        };
        test.node.store.write(store).await.expect("stored");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = signed_in(&test, Role::Admin).await;
        let page = visit!(service, admin, "/desk/followers", "").2.replace('\u{a0}', " ");
        assert!(page.contains("145 personnes"));
        assert!(page.contains("@p350@h350.example") && !page.contains("@p250@h250.example"));
        assert!(page.contains("@p205@h205.example") && !page.contains("@p5@h5.example"));
        let next = page.split("?before=").nth(1).and_then(|rest| rest.split('"').next());
        let path = format!("/desk/followers?before={}", next.expect("a further page"));
        let page = visit!(service, admin, &path, "").2;
        assert!(
            page.contains("@p5@h5.example") && !page.contains("@p6@h6.example"),
            "{path} {page}"
        );
        assert!(!page.contains("rel=\"next\" href=\"/desk/followers?before="));
        let first = visit!(service, admin, "/desk/followers", "").2;
        for (parameter, shown, missing) in [
            ("people", "@p250@h250.example", "@p251@h251.example"),
            ("requests", "@w202@w202.example", "@w200@w200.example"),
        ] {
            let next = first.split(&format!("?{parameter}=")).nth(1);
            let next = next.and_then(|rest| rest.split('"').next()).expect("a further page");
            let page = visit!(service, admin, &format!("/desk/followers?{parameter}={next}"), "").2;
            assert!(page.contains(shown) && !page.contains(missing), "{parameter}: {page}");
            let next = format!("rel=\"next\" href=\"/desk/followers?{parameter}=");
            assert!(!page.contains(&next), "{parameter}: the last one");
        }

        let page = visit!(service, admin, "/desk/network", "").2;
        assert_eq!(page.matches("/unfollow\"").count(), 100);
        let next = page.split("?after=").nth(1).and_then(|rest| rest.split('"').next());
        let path = format!("/desk/network?after={}", next.expect("a further page"));
        let page = visit!(service, admin, &path, "").2;
        assert_eq!(page.matches("/unfollow\"").count(), 3);
        assert!(!page.contains("rel=\"next\""));
        let page = visit!(service, "", "/network", "").2;
        assert_eq!(page.matches("@h").count(), 103, "the public page shows all");
    });
}

#[test]
fn hosts_that_the_configuration_blocks_are_shown_and_not_lifted_here() {
    both(|database| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let base = url::Url::parse("http://un.test:8080").expect("a URL");
            let mut config = Config::new(base, database.folder());
            config.federation.blocked_hosts = vec!["mechant.example".to_owned()];
            let test = TestNode::open_with(database, config).await;
            let service = init_service(app(Shared::new(test.node.clone()))).await;
            let admin = signed_in(&test, Role::Admin).await;
            let page = visit!(service, admin, "/desk/blocks", "").2;
            assert!(page.contains("mechant.example") && page.contains("Fixé dans la configuration"));
            assert!(
                !page.contains("/desk/blocks/lift") && !page.contains("Personne."),
                "{page}"
            );
        });
    });
}

#[test]
fn a_block_is_set_lifted_taken_out_and_taken_over() {
    on_both(async |test| {
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = signed_in(&test, Role::Admin).await;
        let form = "target=mechant.example&severity=mute&note=Publicit%C3%A9";
        assert_eq!(visit!(service, admin, "/desk/blocks", form).1, "/desk/blocks?done=add");
        let page = visit!(service, admin, "/desk/blocks", "").2;
        assert!(page.contains("mechant.example") && page.contains("Masqué") && page.contains("Publicité"));
        let (status, _, csv) = visit!(service, admin, "/desk/blocks.csv", "");
        assert_eq!(status, StatusCode::OK);
        assert!(csv.contains("\"mechant.example\",silence"), "{csv}");
        let (status, _, page) = visit!(service, admin, "/desk/blocks", "target=pas+un+domaine");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("value=\"pas un domaine\"") && page.contains("id=\"target-error\""));
        let lifted = visit!(service, admin, "/desk/blocks/lift", "target=mechant.example");
        assert_eq!(lifted.1, "/desk/blocks?done=lift");
        let list = "list=a.example%2Csuspend%0A%3F%3F%3F%0Ab.example";
        let page = visit!(service, admin, "/desk/blocks/import", list)
            .2
            .replace('\u{a0}', " ");
        assert!(page.contains("2 lignes reprises. Lignes non comprises : 2."), "{page}");
        let all = test.node.store.read(blocks::list).await.expect("a list");
        assert_eq!(all.len(), 2);
    });
}

#[test]
fn a_network_gets_members_a_rule_and_decisions() {
    on_both(async |test| {
        let network = network(&test).await;
        let profile = CentreProfile {
            name: "Escale".into(),
            ..CentreProfile::default()
        };
        let centre = centres::add(&test.node, CentreKind::Centre, "escale", profile)
            .await
            .expect("a centre");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let admin = signed_in(&test, Role::Admin).await;
        let home = "/desk/networks/rlin";
        assert_eq!(
            visit!(service, admin, "/desk/networks/escale", "").0,
            StatusCode::NOT_FOUND
        );
        assert!(visit!(service, admin, home, "").2.contains("<option value=\"escale\">"));
        let path = format!("{home}/members");
        assert_eq!(
            visit!(service, admin, &path, "member=escale&step=add").1,
            format!("{home}?done=member")
        );
        let (status, _, page) = visit!(
            service,
            admin,
            &format!("{home}/rule"),
            "postcodes=59100%2C62&insee=xyz&themes=parentalite&approval=on"
        );
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("href=\"#insee\"") && page.contains("value=\"59100 62\"") && page.contains("xyz"));
        let rule = "postcodes=59100%2C62&approval=on";
        assert_eq!(
            visit!(service, admin, &format!("{home}/rule"), rule).1,
            format!("{home}?done=rule")
        );
        let set = networks::settings(&test.node, "rlin").await.expect("settings").rule;
        assert_eq!(
            (set.postcodes, set.online, set.approval),
            (vec!["59100".into(), "62".into()], false, true)
        );

        let mut facts = samples::facts("Café", "2026-12-04T09:00:00Z");
        facts.place = Some(Place {
            postcode: "62300".into(),
            ..Place::default()
        });
        let event = events::publish(&test.node, centre.id, facts).await.expect("published");
        maillage::federation::networks::step(&test.node.federation)
            .await
            .expect("looked at");
        let waiting = networks::settings(&test.node, "rlin").await.expect("settings").waiting;
        assert_eq!(waiting.len(), 1, "it waits");
        assert!(visit!(service, admin, home, "").2.contains("Café"));
        let subject = url::form_urlencoded::byte_serialize(event.uri.as_bytes()).collect::<String>();
        let form = format!("subject={subject}&decision=approved");
        let path = format!("{home}/decisions");
        assert_eq!(visit!(service, admin, &path, &form).1, format!("{home}?done=decision"));
        assert_eq!(
            visit!(
                service,
                admin,
                &path,
                "subject=https%3A%2F%2Fx.example&decision=approved"
            )
            .0,
            StatusCode::NOT_FOUND
        );
        maillage::federation::networks::step(&test.node.federation)
            .await
            .expect("looked at");
        let id = network.id;
        let announced = test
            .node
            .store
            .read(move |conn| maillage::store::networks::listing(conn, id, event.id))
            .await;
        assert!(announced.expect("an answer").is_some(), "announced");

        let page = visit!(service, admin, home, "").2;
        assert!(page.contains("Rien n’attend."), "{page}");
        let (_, decided) = page.split_once("Déjà décidé").expect("the decision can be found");
        assert!(decided.contains("Café") && decided.contains("<strong>Annoncé</strong>"));
        assert!(decided.contains("value=\"refused\"") && !decided.contains("value=\"approved\""));
        visit!(service, admin, &path, &format!("subject={subject}&decision=refused"));
        maillage::federation::networks::step(&test.node.federation)
            .await
            .expect("looked at");
        let taken_back = test
            .node
            .store
            .read(move |conn| maillage::store::networks::listing(conn, id, event.id));
        assert!(taken_back.await.expect("an answer").is_none(), "taken back");
        let page = visit!(service, admin, home, "").2;
        assert!(page.contains("<strong>Pas annoncé</strong>") && page.contains("value=\"approved\""));
        let settings = networks::settings(&test.node, "rlin").await.expect("settings");
        assert_eq!((settings.waiting.len(), settings.decided.len()), (0, 1));
        test.advance(TimeDelta::days(40));
        let settings = networks::settings(&test.node, "rlin").await.expect("settings");
        assert!(settings.decided.is_empty(), "what is past cannot be decided any more");
    });
}
