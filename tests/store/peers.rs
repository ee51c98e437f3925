//! Peers, follows both ways, and the leases of pulls.

use chrono::Duration;
use maillage::domain::centre::CentreKind;
use maillage::domain::event::Origin;
use maillage::domain::id::{ActivityId, CentreId};
use maillage::domain::peer::{FollowState, PeerKey};
use maillage::store::activities::Activity;
use maillage::store::announces::{self, Announce};
use maillage::store::pulls::{Last, Pulled};
use maillage::store::{
    Conn, StoreError, activities, changes, deliveries, events, followers, follows, hosts, peers, pulls, tombstones,
};

use super::samples::{RANDOM, centre, facts, follow, follower, now, peer, peer_of, remote};
use crate::support::database::both_conn;

#[test]
fn a_peer_fetched_again_keeps_its_id_and_loses_old_keys() {
    both_conn(|conn| {
        let first = peer(conn, "agenda", "there.example");
        let mut again = peer_of("agenda", "there.example");
        again.name = "Nouveau nom".to_owned();
        again.shared_inbox = None;
        again.keys = vec![PeerKey {
            id: "https://there.example/k2".to_owned(),
            public_key: "PEM".to_owned(),
        }];
        let stamp = changes::stamp(conn).unwrap();
        assert_eq!(peers::upsert(conn, &again).unwrap(), first.id);
        assert!(changes::stamp(conn).unwrap() > stamp, "its name stands in the calendar");
        again.id = first.id;
        assert_eq!(peers::by_uri(conn, &first.uri).unwrap(), Some(again.clone()));
        assert_eq!(
            peers::by_key_id(conn, "https://there.example/k2").unwrap(),
            Some(again.clone())
        );
        assert_eq!(peers::by_key_id(conn, &first.keys[0].id).unwrap(), None);
        assert_eq!(peers::by_account(conn, "agenda", "there.example").unwrap(), Some(again));
        assert_eq!(peers::by_account(conn, "agenda", "elsewhere.example").unwrap(), None);
    });
}

#[test]
fn a_key_id_stays_with_the_actor_that_had_it_first() {
    both_conn(|conn| {
        let first = peer(conn, "agenda", "there.example");
        let mut thief = peer_of("thief", "there.example");
        thief.keys = first.keys.clone();
        peers::upsert(conn, &thief).unwrap();
        let owner = peers::by_key_id(conn, &first.keys[0].id).unwrap().expect("an owner");
        assert_eq!(owner.id, first.id);
    });
}

#[test]
fn a_follow_goes_through_its_states() {
    both_conn(|conn| {
        let network = centre(conn, "rlin", CentreKind::Network);
        let there = peer(conn, "agenda", "there.example");
        let ours = follow(conn, Some(network.id), there.id, FollowState::Asked);
        let relays = follow(conn, None, there.id, FollowState::Asked);
        assert_eq!(
            follows::by_activity_uri(conn, &ours.activity_uri).unwrap(),
            Some(ours.clone())
        );
        assert_eq!(
            follows::of(conn, Some(network.id), there.id).unwrap(),
            Some(ours.clone())
        );
        assert_eq!(follows::of(conn, None, there.id).unwrap(), Some(relays.clone()));
        assert!(matches!(follows::insert(conn, &ours), Err(StoreError::AlreadyExists)));
        assert_eq!(follows::accepted_of_peer(conn, there.id).unwrap(), []);
        let later = now() + Duration::minutes(1);
        follows::set_state(conn, ours.id, FollowState::Accepted, later).unwrap();
        let accepted = follows::by_id(conn, ours.id).unwrap().expect("the follow");
        assert_eq!(
            (accepted.state, accepted.changed, accepted.asked),
            (FollowState::Accepted, later, now())
        );
        assert_eq!(follows::accepted_of_peer(conn, there.id).unwrap(), [Some(network.id)]);
        follows::ask_again(conn, ours.id, "https://here.example/activities/2", later).unwrap();
        let asked = follows::by_activity_uri(conn, "https://here.example/activities/2")
            .unwrap()
            .expect("the follow");
        assert_eq!((asked.state, asked.asked), (FollowState::Asked, later));
        follows::remove(conn, ours.id).unwrap();
        assert_eq!(follows::of(conn, Some(network.id), there.id).unwrap(), None);
        assert_eq!(follows::list(conn, None, 10).unwrap(), [(relays, there)]);
    });
}

#[test]
fn follows_are_listed_in_pages() {
    both_conn(|conn| {
        let mut all = Vec::new();
        for at in 0..5 {
            let there = peer(conn, "agenda", &format!("h{at}.example"));
            all.push(follow(conn, None, there.id, FollowState::Accepted).id);
        }
        all.sort();
        let mut read = Vec::new();
        let mut after = None;
        loop {
            let page = follows::list(conn, after, 2).unwrap();
            let Some((last, _)) = page.last() else { break };
            after = Some(last.id);
            read.extend(page.into_iter().map(|(follow, _)| follow.id));
        }
        assert_eq!(read, all);
    });
}

#[test]
fn a_follower_counts_once() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let there = peer(conn, "agenda", "there.example");
        let first = follower(Some(one.id), there.id);
        assert!(followers::insert(conn, &first).unwrap());
        let again = follower(Some(one.id), there.id);
        assert!(!followers::insert(conn, &again).unwrap());
        assert_eq!(followers::count(conn, Some(one.id)).unwrap(), 1);
        assert_eq!(followers::count(conn, None).unwrap(), 0);
        let (kept, _) = followers::list(conn, Some(one.id), None, 10).unwrap().remove(0);
        assert_eq!(
            (kept.id, kept.activity_uri),
            (first.id, again.activity_uri),
            "an Undo names the newer Follow"
        );
        assert!(followers::remove(conn, Some(one.id), there.id).unwrap());
        assert!(!followers::remove(conn, Some(one.id), there.id).unwrap());
        assert_eq!(followers::count(conn, Some(one.id)).unwrap(), 0);
    });
}

#[test]
fn followers_of_one_host_share_an_inbox() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut unshared = peer_of("solo", "solo.example");
        unshared.shared_inbox = None;
        unshared.software = None;
        peers::upsert(conn, &unshared).unwrap();
        let (a, b) = (peer(conn, "a", "big.example"), peer(conn, "b", "big.example"));
        let (gone, other) = (peer(conn, "gone", "gone.example"), peer(conn, "other", "other.example"));
        for (followed, peer) in [
            (Some(one.id), &a),
            (Some(one.id), &b),
            (Some(one.id), &unshared),
            (Some(one.id), &gone),
        ] {
            followers::insert(conn, &follower(followed, peer.id)).unwrap();
        }
        followers::insert(conn, &follower(None, other.id)).unwrap();
        peers::mark_gone(conn, gone.id, now()).unwrap();
        let inboxes = |conn: &mut Conn, sender| {
            let activity = activity(sender);
            activities::record_for_followers(conn, &activity).unwrap();
            let rows = ["big.example", "solo.example", "gone.example", "other.example"]
                .map(|host| deliveries::next(conn, host, 10).unwrap());
            for delivery in rows.iter().flatten() {
                deliveries::settle_delivered(conn, &[delivery.id], now()).unwrap();
            }
            rows.concat()
                .into_iter()
                .map(|delivery| delivery.inbox)
                .collect::<Vec<_>>()
        };
        let of_centre = ["https://big.example/inbox".to_owned(), unshared.inbox.clone()];
        assert_eq!(inboxes(conn, Some(one.id)), of_centre);
        assert_eq!(inboxes(conn, None), ["https://other.example/inbox"]);
        assert_eq!(inboxes(conn, Some(one.id)), of_centre, "a second time");
        assert_eq!(hosts::next_due(conn, now()).unwrap(), Some(now()), "the hosts are due");
    });
}

fn activity(sender: Option<CentreId>) -> Activity {
    let id = ActivityId::new(now(), &*RANDOM);
    Activity {
        id,
        uri: format!("https://here.example/activities/{id}"),
        sender,
        object_uri: "https://here.example/events/1".to_owned(),
        public: true,
        body: "{}".to_owned(),
        created: now(),
    }
}

#[test]
fn a_pull_is_leased_and_comes_again() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let (soon, lease) = (now() + Duration::minutes(1), now() + Duration::minutes(6));
        assert_eq!(
            pulls::claim(conn, soon, lease, Last::Whole, 10).unwrap(),
            [],
            "nothing is due before it is asked for"
        );
        pulls::schedule(conn, there.id, soon).unwrap();
        pulls::schedule(conn, there.id, lease).unwrap();
        assert_eq!(pulls::claim(conn, now(), lease, Last::Whole, 10).unwrap(), []);
        let claimed = pulls::claim(conn, soon, lease, Last::Whole, 10).unwrap();
        assert_eq!(claimed.len(), 1, "the sooner of two wishes stands");
        assert_eq!((&claimed[0].peer.id, &claimed[0].etag), (&there.id, &None));
        assert_eq!(
            pulls::claim(conn, soon, lease, Last::Whole, 10).unwrap(),
            [],
            "it is leased"
        );
        let claimed = pulls::claim(conn, lease, lease + Duration::minutes(5), Last::Whole, 10).unwrap();
        assert_eq!(claimed.len(), 1, "after a crash");
        let next = now() + Duration::hours(6);
        pulls::settle(conn, &claimed[0], Pulled::Done(Some("\"v1\"")), soon, next).unwrap();
        let claimed = pulls::claim(conn, next, next + Duration::minutes(5), Last::Whole, 10).unwrap();
        assert_eq!(
            (claimed[0].etag.as_deref(), claimed[0].pulled),
            (Some("\"v1\""), Some(soon))
        );
        let later = next + Duration::hours(1);
        pulls::settle(conn, &claimed[0], Pulled::Failed("timed out"), next, later).unwrap();
        let state = pulls::state(conn, there.id).unwrap().expect("a state");
        assert_eq!((state.error.as_deref(), state.pulled), (Some("timed out"), Some(soon)));
        pulls::stop(conn, there.id).unwrap();
        assert_eq!(
            pulls::claim(
                conn,
                next + Duration::days(9),
                next + Duration::days(9),
                Last::Troubled,
                10
            )
            .unwrap(),
            []
        );
    });
}

#[test]
fn a_wish_for_a_pull_outlives_the_pull_under_way() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let (lease, next) = (now() + Duration::minutes(5), now() + Duration::hours(6));
        let due = |conn: &mut Conn| pulls::state(conn, there.id).unwrap().expect("a state").due;
        pulls::schedule(conn, there.id, now()).unwrap();
        let pull = pulls::claim(conn, now(), lease, Last::Whole, 10).unwrap().remove(0);
        let asked = now() + Duration::seconds(1);
        pulls::schedule(conn, there.id, asked).unwrap();
        pulls::settle(conn, &pull, Pulled::Done(None), asked, next).unwrap();
        assert_eq!(due(conn), Some(asked), "it was asked for after the page was read");

        let pull = pulls::claim(conn, asked, lease, Last::Whole, 10).unwrap().remove(0);
        pulls::stop(conn, there.id).unwrap();
        pulls::settle(conn, &pull, Pulled::Done(None), asked, next).unwrap();
        assert_eq!(due(conn), None, "it was stopped");
    });
}

#[test]
fn events_stay_while_somebody_we_follow_stands_for_them() {
    both_conn(|conn| {
        let [one, two, relay] = ["un", "deux", "relais"].map(|name| peer(conn, name, "there.example"));
        for followed in [&one, &relay] {
            follow(conn, None, followed.id, FollowState::Accepted);
        }
        let own = remote(conn, &one, facts("De un", "2026-12-02T09:00:00Z"));
        let [relayed, both] =
            ["Relayé", "Des deux"].map(|title| remote(conn, &two, facts(title, "2026-12-02T09:00:00Z")));
        for (event, by) in [(&relayed, &relay), (&both, &relay), (&both, &one)] {
            let row = Announce {
                event: event.id,
                by: Origin::Remote(by.id),
                activity_uri: format!("{}/announces/{}", by.uri, event.id),
                at: now(),
                via: Vec::new(),
            };
            announces::insert(conn, &row).unwrap();
        }
        let there = |conn: &mut Conn| [&own, &relayed, &both].map(|one| events::by_id(conn, one.id).unwrap().is_some());
        events::forget_unvouched(conn, &[own.id, relayed.id, both.id]).unwrap();
        assert_eq!(there(conn), [true, true, true]);
        let stamp = changes::stamp(conn).unwrap();
        events::forget_of_peer(conn, relay.id).unwrap();
        assert_eq!(there(conn), [true, false, true]);
        assert!(changes::stamp(conn).unwrap() > stamp, "it is seen in the calendar");
        assert_eq!(tombstones::find(conn, &relayed.uri).unwrap(), None, "it may come back");
        events::forget_of_peer(conn, one.id).unwrap();
        assert_eq!(there(conn), [false, false, false]);
    });
}

#[test]
fn a_removed_peer_takes_its_events_along() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let event = remote(conn, &there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        follow(conn, None, there.id, FollowState::Accepted);
        peers::remove(conn, there.id).unwrap();
        assert_eq!(events::by_id(conn, event.id).unwrap(), None);
        assert_eq!(follows::list(conn, None, 10).unwrap(), []);
    });
}
