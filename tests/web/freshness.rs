//! How fresh what is shown of a peer is: said on its event, in lists, in the network, the directory and feeds.

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::TimeDelta;
use diesel::prelude::*;
use maillage::app::{following, jobs, moderation};
use maillage::domain::block::{Severity, Target};
use maillage::domain::centre::CentreKind;
use maillage::domain::event::{Event, Origin};
use maillage::domain::member::Role;
use maillage::domain::peer::FollowState;
use maillage::domain::time::Instant;
use maillage::store::announces::{self, Announce};
use maillage::store::schema::{events as rows, peers};
use maillage::store::{self, Conn, StoreError, events, tombstones};
use maillage::web::{Shared, app};
use serde_json::Value;

use super::desk::{signed_in, visit};
use super::header_of;
use crate::store::samples;
use crate::support::node::{TestNode, morning, on_both};

/// A followed peer with one event, whose programme was last read at `heard`.
async fn peer_heard(test: &TestNode, heard: Option<Instant>) -> Event {
    let stored = test.node.store.write(move |conn: &mut Conn| {
        let peer = samples::peer(conn, "bobine", "b.example");
        samples::follow(conn, None, peer.id, FollowState::Accepted);
        diesel::update(peers::table)
            .set(peers::pulled_at.eq(heard.map(|heard| heard.timestamp_millis())))
            .execute(conn)?;
        Ok::<_, StoreError>(samples::remote(
            conn,
            &peer,
            samples::facts("Café", "2026-12-04T09:00:00Z"),
        ))
    });
    stored.await.expect("a peer")
}

/// The pages and feeds that show the event, without no-break spaces and folds.
async fn shown(test: &TestNode, event: &Event) -> Vec<(String, String)> {
    let service = init_service(app(Shared::new(test.node.clone()))).await;
    let mut all = Vec::new();
    let one = format!("/events/{}", event.id);
    for path in [
        "/",
        &one,
        "/network",
        "/network/directory",
        "/calendar.ics",
        "/calendar.atom",
    ] {
        let page = visit!(service, "", path, "")
            .2
            .replace("\r\n ", "")
            .replace('\u{a0}', " ");
        all.push((path.to_owned(), page));
    }
    let json = visit!(service, "", "/calendar.json", "").2;
    let list: Value = serde_json::from_str(&json).expect("JSON");
    all.push(("heard".to_owned(), list["items"][0]["origin"]["heard"].to_string()));
    all
}

#[test]
fn a_silent_node_is_said_to_be_and_its_events_age() {
    on_both(async |test| {
        let event = peer_heard(&test, Some(morning() - TimeDelta::days(11))).await;
        for (path, page) in shown(&test, &event).await {
            let said = match path.as_str() {
                "/network" | "/network/directory" => "Sans nouvelles depuis le 12 novembre 2026.",
                "heard" => "\"2026-11-12T07:00:00Z\"",
                _ => "Sans nouvelles de Pair bobine depuis le 12 novembre 2026 : appelez avant de venir.",
            };
            assert!(page.contains(said), "{path}: {page}");
            assert!(!page.contains("À jour le"), "{path}");
        }
    });
}

#[test]
fn who_was_never_heard_from_is_nowhere_said_to_be_up_to_date() {
    on_both(async |test| {
        let event = peer_heard(&test, None).await;
        for (path, page) in shown(&test, &event).await {
            assert!(!page.contains("À jour le"), "{path}: {page}");
            if path.starts_with("/network") {
                assert!(page.contains("Suivi, pas encore lu."), "{path}: {page}");
            }
        }
    });
}

#[test]
fn who_cannot_be_read_but_sends_is_up_to_date() {
    on_both(async |test| {
        let event = peer_heard(&test, Some(morning() - TimeDelta::days(11))).await;
        let sent = (morning() - TimeDelta::hours(3)).timestamp_millis();
        let heard = test.node.store.write(move |conn: &mut Conn| {
            diesel::update(peers::table)
                .set(peers::heard_at.eq(sent))
                .execute(conn)?;
            Ok::<_, StoreError>(())
        });
        heard.await.expect("a change");
        for (path, page) in shown(&test, &event).await {
            assert!(!page.contains("Sans nouvelles"), "{path}: {page}");
        }
    });
}

#[test]
fn what_peers_deleted_is_forgotten_in_time_and_ours_stays_gone() {
    on_both(async |test| {
        let ours = format!("{}/events/x", test.node.base().trim_end_matches('/'));
        let uris = [ours, "https://b.example/1".to_owned(), "https://b.example/2".to_owned()];
        let own = uris[0].clone();
        let stored = test.node.store.write(move |conn: &mut Conn| {
            for (uri, days) in uris.iter().zip([200, 200, 3]) {
                tombstones::insert(conn, uri, morning() - TimeDelta::days(days))?;
            }
            Ok::<_, StoreError>(())
        });
        stored.await.expect("stored");
        assert_eq!(jobs::purge(&test.node).await.expect("a purge"), 1);
        let left = test.node.store.read(move |conn: &mut Conn| {
            let there = |uri: &str, conn: &mut Conn| Ok::<_, StoreError>(tombstones::find(conn, uri)?.is_some());
            Ok([
                there(&own, conn)?,
                there("https://b.example/1", conn)?,
                there("https://b.example/2", conn)?,
            ])
        });
        assert_eq!(left.await.expect("a look"), [true, false, true]);
    });
}

#[test]
fn a_node_that_answered_lately_is_up_to_date() {
    on_both(async |test| {
        let event = peer_heard(&test, Some(morning() - TimeDelta::days(3))).await;
        for (path, page) in shown(&test, &event).await {
            assert!(!page.contains("Sans nouvelles"), "{path}: {page}");
            let says_so = page.contains("À jour le 20 novembre 2026.");
            let dated = path.starts_with("/events/") || path.starts_with("/network");
            assert_eq!(says_so, dated, "{path}: {page}");
        }
    });
}

#[test]
fn of_who_was_never_read_nothing_is_claimed() {
    on_both(async |test| {
        let event = peer_heard(&test, None).await;
        for (path, page) in shown(&test, &event).await {
            assert!(!page.contains("Sans nouvelles"), "{path}");
            assert!(path == "/network/directory" || !page.contains("À jour le"), "{path}");
        }
    });
}

#[test]
fn the_past_of_peers_is_forgotten_in_time_and_ours_is_kept() {
    on_both(async |test| {
        let stored = test.node.store.write(|conn: &mut Conn| {
            let peer = samples::peer(conn, "bobine", "b.example");
            let here = samples::centre(conn, "escale", CentreKind::Centre);
            let at = |days: i64| (morning() - TimeDelta::days(days)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let kept = [
                samples::local(conn, here.id, samples::facts("Le nôtre", &at(400))).id,
                samples::remote(conn, &peer, samples::facts("Récent", &at(89))).id,
                samples::remote(conn, &peer, samples::facts("À venir", &at(-5))).id,
            ];
            let gone: Vec<_> = (91..96)
                .map(|days| samples::remote(conn, &peer, samples::facts("Vieux", &at(days))).id)
                .collect();
            // In batches, the oldest first.
            assert_eq!(events::forget_past(conn, morning() - TimeDelta::days(90), 2)?, 2);
            assert!(events::by_id(conn, gone[4])?.is_none() && events::by_id(conn, gone[3])?.is_none());
            assert!(events::by_id(conn, gone[2])?.is_some());
            Ok::<_, StoreError>((kept, gone))
        });
        let (kept, gone) = stored.await.expect("events");
        assert_eq!(jobs::purge(&test.node).await.expect("a purge"), 3);
        let left = test.node.store.read(move |conn: &mut Conn| {
            for id in gone {
                assert!(events::by_id(conn, id)?.is_none());
            }
            for id in kept {
                assert!(events::by_id(conn, id)?.is_some());
            }
            Ok::<_, StoreError>(())
        });
        left.await.expect("a look");
        assert_eq!(jobs::purge(&test.node).await.expect("a purge"), 0);
        test.advance(TimeDelta::days(2));
        assert_eq!(
            jobs::purge(&test.node).await.expect("a purge"),
            1,
            "what was recent grew old"
        );
    });
}

#[test]
fn what_is_only_relayed_is_as_new_as_what_relays_it() {
    on_both(async |test| {
        let (old, new) = (morning() - TimeDelta::days(11), morning() - TimeDelta::days(1));
        // Followed once, and read then; today it comes by a relay.
        for (publisher, relay, silent) in [(Some(old), new, false), (Some(new), old, true), (None, old, true)] {
            let stored = test.node.store.write(move |conn: &mut Conn| {
                diesel::delete(peers::table).execute(conn)?;
                let author = samples::peer(conn, "bobine", "b.example");
                let network = samples::peer(conn, "reseau", "r.example");
                samples::follow(conn, None, network.id, FollowState::Accepted);
                for (peer, heard) in [(&author, publisher), (&network, Some(relay))] {
                    diesel::update(peers::table.find(peer.id.to_string()))
                        .set(peers::pulled_at.eq(heard.map(|heard: Instant| heard.timestamp_millis())))
                        .execute(conn)?;
                }
                let event = samples::remote(conn, &author, samples::facts("Café", "2026-12-04T09:00:00Z"));
                let row = Announce {
                    event: event.id,
                    by: Origin::Remote(network.id),
                    activity_uri: "https://r.example/1".to_owned(),
                    at: morning(),
                    via: Vec::new(),
                };
                announces::insert(conn, &row)?;
                let old = (morning() - TimeDelta::days(40)).timestamp_millis();
                diesel::update(rows::table)
                    .set(rows::updated_at.eq(old))
                    .execute(conn)?;
                Ok::<_, StoreError>(event)
            });
            let event = stored.await.expect("an event");
            let service = init_service(app(Shared::new(test.node.clone()))).await;
            let day = if silent { "12 novembre" } else { "22 novembre" };
            for path in [format!("/events/{}", event.id), "/network/directory".to_owned()] {
                let page = visit!(service, "", &path, "").2.replace('\u{a0}', " ");
                assert_eq!(page.contains("Sans nouvelles"), silent, "{path} {publisher:?} {relay}");
                assert!(page.contains(day), "{path} {publisher:?} {relay}: {page}");
            }
            let table = visit!(service, "", "/network/directory.csv", "").2;
            let line = table.lines().find(|line| line.contains("/bobine,")).expect("its line");
            assert_eq!(line.contains(",2026-11-22,"), !silent, "{line}");
            assert_eq!(line.contains(",2026-11-12,"), silent, "{line}");
        }
    });
}

#[test]
fn who_is_muted_or_gone_is_not_said_to_be_silent() {
    on_both(async |test| {
        let stored = test.node.store.write(|conn: &mut Conn| {
            for name in ["bobine", "fuseau", "disparu"] {
                let peer = samples::peer(conn, name, &format!("{name}.example"));
                samples::follow(conn, None, peer.id, FollowState::Accepted);
                if name == "disparu" {
                    store::peers::mark_gone(conn, peer.id, morning())?;
                }
            }
            diesel::update(peers::table)
                .set(peers::pulled_at.eq(morning().timestamp_millis()))
                .execute(conn)?;
            Ok::<_, StoreError>(())
        });
        stored.await.expect("peers");
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let request = TestRequest::get().uri("/network").to_request();
        let before = header_of(&call_service(&service, request).await, "etag").to_owned();
        let target = Target::parse("bobine.example").expect("a target");
        moderation::block(&test.node, target, Severity::Mute, "")
            .await
            .expect("muted");
        let request = TestRequest::get().uri("/network").to_request();
        assert_ne!(header_of(&call_service(&service, request).await, "etag"), before);
        test.advance(TimeDelta::days(4));
        for path in ["/network", "/network/directory"] {
            let page = visit!(service, "", path, "").2;
            assert!(
                page.contains("Pair fuseau") && page.contains("Sans nouvelles"),
                "{path}"
            );
            assert!(!page.contains("bobine") && !page.contains("disparu"), "{path}");
        }
        let list = test.node.store.read(|conn| following::list(conn, None, 9)).await;
        let mut standings: Vec<String> = list
            .expect("follows")
            .iter()
            .map(|tie| format!("{} {}", tie.peer.handle, tie.standing(test.node.now())))
            .collect();
        standings.sort();
        assert_eq!(standings, ["bobine muted", "disparu gone", "fuseau silent"]);
        let admin = signed_in(&test, Role::Admin).await;
        let page = visit!(service, admin, "/desk/network", "").2;
        assert_eq!(page.matches("Sans nouvelles").count(), 1);
        assert_eq!(page.matches("Ignoré par une décision").count(), 1);
    });
}
