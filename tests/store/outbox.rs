//! The durable outbox: one delivery an inbox, in order, a host held by one worker at a time.

use std::collections::BTreeSet;
use std::sync::Mutex;

use chrono::Duration;
use maillage::domain::centre::CentreKind;
use maillage::domain::id::ActivityId;
use maillage::domain::time::Instant;
use maillage::store::activities::{Activity, Recipient};
use maillage::store::deliveries::Outcome;
use maillage::store::hosts::{Postponed, Room};
use maillage::store::{Conn, StoreError, activities, deliveries, hosts, inbox};

use super::samples::{RANDOM, centre, now};
use crate::support::database::{both, both_conn};

fn activity(text: &str) -> Activity {
    let id = ActivityId::new(now(), &*RANDOM);
    Activity {
        id,
        uri: format!("https://here.example/activities/{id}"),
        sender: None,
        object_uri: "https://here.example/events/1".to_owned(),
        public: true,
        body: format!("{{\"n\":\"{text}\"}}"),
        created: now(),
    }
}

fn to(inbox: &str) -> Recipient {
    let host = inbox
        .trim_start_matches("https://")
        .split('/')
        .next()
        .unwrap_or_default();
    Recipient {
        inbox: inbox.to_owned(),
        host: host.to_owned(),
    }
}

fn minutes(count: i64) -> Instant {
    now() + Duration::minutes(count)
}

fn claim(conn: &mut Conn, at: Instant, owner: &str) -> Vec<String> {
    let room = Room {
        healthy: 10,
        new: 10,
        failing: 10,
    };
    let claimed = hosts::claim(conn, at, at + Duration::minutes(5), room, owner).expect("a claim");
    claimed.into_iter().map(|host| host.host).collect()
}

fn until(until: Instant, error: &str) -> Postponed {
    Postponed {
        until,
        asked_until: None,
        error: error.to_owned(),
    }
}

fn waiting(conn: &mut Conn, host: &str) -> Vec<String> {
    let next = deliveries::next(conn, host, 10).expect("deliveries");
    next.iter().map(|delivery| delivery.activity.body.clone()).collect()
}

#[test]
fn one_delivery_for_each_inbox_in_the_order_of_the_changes() {
    both_conn(|conn| {
        let twice = [
            to("https://a.example/inbox"),
            to("https://b.example/inbox"),
            to("https://a.example/inbox"),
        ];
        let (one, two) = (activity("1"), activity("2"));
        assert_eq!(activities::record(conn, &one, &twice).unwrap(), 2);
        assert_eq!(activities::record(conn, &two, &twice[..1]).unwrap(), 1);
        assert_eq!(waiting(conn, "a.example"), [one.body.clone(), two.body.clone()]);
        assert_eq!(waiting(conn, "b.example"), std::slice::from_ref(&one.body));
        let delivery = deliveries::next(conn, "b.example", 1).unwrap().remove(0);
        assert_eq!(
            (delivery.inbox.as_str(), &*delivery.activity),
            ("https://b.example/inbox", &one)
        );
        assert_eq!(deliveries::waiting(conn).unwrap(), 3);
        assert!(matches!(
            activities::record(conn, &one, &[]),
            Err(StoreError::AlreadyExists)
        ));
    });
}

#[test]
fn a_host_is_claimed_sent_to_and_released() {
    both_conn(|conn| {
        activities::record(conn, &activity("1"), &[to("https://a.example/inbox")]).unwrap();
        assert_eq!(hosts::next_due(conn, now()).unwrap(), Some(now()));
        assert_eq!(claim(conn, now(), "w1"), ["a.example"]);
        assert_eq!(claim(conn, now(), "w2"), Vec::<String>::new(), "it is held");
        let next = hosts::next_due(conn, now()).unwrap();
        assert_eq!(next, Some(minutes(5)), "worth a look when the lease ends");
        let id = deliveries::next(conn, "a.example", 1).unwrap()[0].id;
        deliveries::settle(conn, id, Outcome::Delivered, None, now()).unwrap();
        hosts::succeeded(conn, "a.example", now()).unwrap();
        // Something new comes while it is held.
        activities::record(conn, &activity("2"), &[to("https://a.example/inbox")]).unwrap();
        hosts::release(conn, "a.example", "w1", minutes(1)).unwrap();
        assert_eq!(
            claim(conn, minutes(1), "w2"),
            ["a.example"],
            "the new one makes it due at once"
        );
        let id = deliveries::next(conn, "a.example", 1).unwrap()[0].id;
        deliveries::settle(conn, id, Outcome::Refused, Some("400"), now()).unwrap();
        hosts::release(conn, "a.example", "w2", minutes(2)).unwrap();
        assert_eq!(hosts::next_due(conn, now()).unwrap(), None);
        assert_eq!(claim(conn, minutes(60), "w1"), Vec::<String>::new());
        activities::record(conn, &activity("3"), &[to("https://a.example/inbox")]).unwrap();
        assert_eq!(claim(conn, minutes(60), "w1"), ["a.example"], "it wakes up again");
    });
}

#[test]
fn a_failing_host_waits_and_its_deliveries_keep_their_order() {
    both_conn(|conn| {
        let inbox = [to("https://a.example/inbox")];
        activities::record(conn, &activity("1"), &inbox).unwrap();
        claim(conn, now(), "w1");
        hosts::postpone(conn, "a.example", "w1", &until(minutes(10), "timed out"), now()).unwrap();
        activities::record(conn, &activity("2"), &inbox).unwrap();
        assert_eq!(
            claim(conn, minutes(9), "w1"),
            Vec::<String>::new(),
            "a new activity does not hurry it"
        );
        assert_eq!(claim(conn, minutes(10), "w1"), ["a.example"]);
        hosts::postpone(conn, "a.example", "w1", &until(minutes(30), "503"), minutes(10)).unwrap();
        let host = hosts::by_name(conn, "a.example").unwrap().expect("the host");
        assert_eq!((host.failures, host.first_failure), (2, Some(now())));
        assert_eq!(host.last_error.as_deref(), Some("503"));
        assert_eq!(waiting(conn, "a.example"), ["{\"n\":\"1\"}", "{\"n\":\"2\"}"]);
        claim(conn, minutes(30), "w1");
        hosts::succeeded(conn, "a.example", minutes(31)).unwrap();
        let host = hosts::by_name(conn, "a.example").unwrap().expect("the host");
        assert_eq!(
            (host.failures, host.first_failure, host.last_success),
            (0, None, Some(minutes(31)))
        );
    });
}

#[test]
fn failing_hosts_leave_room_for_the_others() {
    both_conn(|conn| {
        let hosts: Vec<Recipient> = (0..6).map(|at| to(&format!("https://h{at}.example/inbox"))).collect();
        activities::record(conn, &activity("1"), &hosts).unwrap();
        claim(conn, now(), "w1");
        for host in &hosts[..4] {
            hosts::postpone(conn, &host.host, "w1", &until(minutes(1), "timed out"), now()).unwrap();
        }
        for host in &hosts[4..] {
            hosts::succeeded(conn, &host.host, minutes(1)).unwrap();
            hosts::release(conn, &host.host, "w1", minutes(1)).unwrap();
        }
        activities::record(conn, &activity("2"), &[to("https://new.example/inbox")]).unwrap();
        let room = Room {
            healthy: 2,
            new: 1,
            failing: 1,
        };
        let claimed = hosts::claim(conn, minutes(2), minutes(7), room, "w1").unwrap();
        let mut failures: Vec<i64> = claimed.iter().map(|host| host.failures).collect();
        failures.sort_unstable();
        assert_eq!(failures, [0, 0, 0, 1]);
        assert!(
            claimed.iter().any(|host| host.host == "new.example"),
            "a new host waits for nobody"
        );
    });
}

#[test]
fn how_a_host_wants_its_signatures_is_remembered_and_forgotten() {
    both_conn(|conn| {
        hosts::learn(conn, "new.example", "rfc9421-ed25519", now()).unwrap();
        activities::record(conn, &activity("1"), &[to("https://a.example/inbox")]).unwrap();
        hosts::learn(conn, "a.example", "cavage", now()).unwrap();
        hosts::learn(conn, "a.example", "rfc9421-rsa", now()).unwrap();
        let dialect = |conn: &mut Conn, host| hosts::by_name(conn, host).unwrap().and_then(|host| host.dialect);
        assert_eq!(dialect(conn, "new.example").as_deref(), Some("rfc9421-ed25519"));
        assert_eq!(dialect(conn, "a.example").as_deref(), Some("rfc9421-rsa"));
        assert_eq!(hosts::purge(conn, now()).unwrap(), 0, "learnt just now");
        assert_eq!(
            hosts::purge(conn, minutes(1)).unwrap(),
            1,
            "something waits for the other"
        );
        assert_eq!(dialect(conn, "new.example"), None);
        assert_eq!(waiting(conn, "a.example").len(), 1);
    });
}

#[test]
fn the_next_delivery_about_another_object_or_of_another_sender_is_found() {
    both_conn(|conn| {
        let inbox = [to("https://a.example/inbox")];
        let one = centre(conn, "escale", CentreKind::Centre);
        let about = |number: u8, sender| Activity {
            object_uri: format!("https://here.example/events/{number}"),
            sender,
            ..activity("n")
        };
        let objects = |numbers: &[u8]| -> Vec<String> {
            let uri = |number: &u8| format!("https://here.example/events/{number}");
            numbers.iter().map(uri).collect()
        };
        let next = |conn: &mut Conn, tried: &[u8], senders: &[Option<_>]| {
            let found = deliveries::next_about_another(conn, "a.example", &objects(tried), senders).unwrap();
            found.map(|found| found.activity.object_uri.clone())
        };
        activities::record(conn, &about(1, None), &inbox).unwrap();
        assert_eq!(next(conn, &[1], &[]), None);
        for activity in [about(2, None), about(1, None), about(3, Some(one.id))] {
            activities::record(conn, &activity, &inbox).unwrap();
        }
        assert_eq!(next(conn, &[1], &[]), objects(&[2]).pop());
        assert_eq!(next(conn, &[1, 2], &[]), objects(&[3]).pop());
        assert_eq!(next(conn, &[1], &[None]), objects(&[3]).pop());
        assert_eq!(next(conn, &[1, 3], &[None]), None);
        assert_eq!(next(conn, &[1, 2, 3], &[]), None);
    });
}

#[test]
fn what_was_planned_while_the_clock_was_ahead_holds_no_host_back() {
    both_conn(|conn| {
        activities::record(conn, &activity("1"), &[to("https://a.example/inbox")]).unwrap();
        let ahead = minutes(60 * 24 * 10);
        claim(conn, ahead, "w1");
        let busy = Postponed {
            asked_until: Some(ahead + Duration::minutes(60)),
            ..until(ahead + Duration::minutes(60), "429")
        };
        hosts::postpone(conn, "a.example", "w1", &busy, ahead).unwrap();
        assert!(hosts::heard_from(conn, "a.example", now()).unwrap());
        assert_eq!(claim(conn, now(), "w1"), ["a.example"], "who writes to us is up");

        hosts::postpone(conn, "a.example", "w1", &busy, now()).unwrap();
        assert_eq!(claim(conn, minutes(60), "w1"), Vec::<String>::new());
        assert_eq!(hosts::call_back(conn, minutes(60)).unwrap(), 1);
        assert_eq!(
            claim(conn, minutes(60), "w1"),
            ["a.example"],
            "and who does not is tried"
        );
        // No wait that is really planned is that long.
        hosts::postpone(conn, "a.example", "w1", &until(minutes(60 * 25), "503"), minutes(60)).unwrap();
        assert_eq!(hosts::call_back(conn, minutes(60)).unwrap(), 0);
    });
}

#[test]
fn what_stands_in_no_outbox_goes_once_it_is_old_and_delivered() {
    both_conn(|conn| {
        let inbox = [to("https://a.example/inbox")];
        let aside = || Activity {
            public: false,
            ..activity("aside")
        };
        let (first, second, waits, said) = (aside(), aside(), aside(), activity("said"));
        for activity in [&first, &second, &said] {
            activities::record(conn, activity, &[]).unwrap();
        }
        activities::record(conn, &waits, &inbox).unwrap();
        assert_eq!(activities::purge(conn, now(), 10).unwrap(), 0, "not that old");
        assert_eq!(activities::purge(conn, minutes(1), 1).unwrap(), 1, "so many at a time");
        assert_eq!(activities::purge(conn, minutes(1), 10).unwrap(), 1);
        assert!(activities::by_id(conn, waits.id).unwrap().is_some());
        assert!(activities::by_id(conn, said.id).unwrap().is_some(), "it is the outbox");
        deliveries::settle_inbox(conn, "a.example", &inbox[0].inbox, Outcome::Delivered, now()).unwrap();
        assert_eq!(
            activities::purge(conn, minutes(1), 10).unwrap(),
            0,
            "its delivery is kept"
        );
        assert_eq!(deliveries::purge(conn, minutes(1), 10).unwrap(), 1);
        assert_eq!(activities::purge(conn, minutes(1), 10).unwrap(), 1);
    });
}

#[test]
fn a_host_that_writes_to_us_is_tried_at_once() {
    both_conn(|conn| {
        activities::record(conn, &activity("1"), &[to("https://a.example/inbox")]).unwrap();
        claim(conn, now(), "w1");
        hosts::postpone(conn, "a.example", "w1", &until(minutes(600), "refused"), now()).unwrap();
        assert!(hosts::heard_from(conn, "a.example", now()).unwrap());
        let almost = minutes(1) - Duration::milliseconds(1);
        assert_eq!(claim(conn, almost, "w1"), Vec::<String>::new(), "at most once a minute");
        assert!(
            !hosts::heard_from(conn, "a.example", almost).unwrap(),
            "one word in that minute is enough"
        );
        assert_eq!(claim(conn, minutes(1), "w1"), ["a.example"]);
        hosts::postpone(conn, "a.example", "w1", &until(minutes(600), "refused"), minutes(1)).unwrap();
        assert!(hosts::heard_from(conn, "a.example", minutes(5)).unwrap());
        assert_eq!(claim(conn, minutes(5), "w1"), ["a.example"]);
        assert!(!hosts::heard_from(conn, "unknown.example", minutes(5)).unwrap());
    });
}

#[test]
fn a_host_that_asked_for_time_gets_it_though_it_writes_to_us() {
    both_conn(|conn| {
        activities::record(conn, &activity("1"), &[to("https://a.example/inbox")]).unwrap();
        claim(conn, now(), "w1");
        let busy = Postponed {
            asked_until: Some(minutes(60)),
            ..until(minutes(90), "429")
        };
        hosts::postpone(conn, "a.example", "w1", &busy, now()).unwrap();
        assert!(hosts::heard_from(conn, "a.example", minutes(30)).unwrap());
        let almost = minutes(60) - Duration::milliseconds(1);
        assert_eq!(claim(conn, almost, "w1"), Vec::<String>::new());
        assert_eq!(claim(conn, minutes(60), "w1"), ["a.example"], "and not for longer");
    });
}

#[test]
fn a_lease_runs_out_and_its_old_owner_cannot_give_it_back() {
    both_conn(|conn| {
        activities::record(conn, &activity("1"), &[to("https://a.example/inbox")]).unwrap();
        assert_eq!(claim(conn, now(), "dead"), ["a.example"]);
        assert_eq!(claim(conn, minutes(4), "w2"), Vec::<String>::new());
        assert_eq!(claim(conn, minutes(5), "w2"), ["a.example"], "after a crash");
        hosts::release(conn, "a.example", "dead", minutes(6)).unwrap();
        hosts::postpone(conn, "a.example", "dead", &until(minutes(6), "late"), minutes(6)).unwrap();
        assert_eq!(claim(conn, minutes(7), "w3"), Vec::<String>::new(), "w2 holds it still");
        assert!(!hosts::renew(conn, "a.example", "dead", minutes(90)).unwrap());
        assert!(hosts::renew(conn, "a.example", "w2", minutes(30)).unwrap());
        assert_eq!(claim(conn, minutes(20), "w3"), Vec::<String>::new());
        assert_eq!(claim(conn, minutes(30), "w3"), ["a.example"]);
    });
}

#[test]
fn what_is_gone_or_too_old_is_settled_together() {
    both_conn(|conn| {
        let (gone, here) = (to("https://a.example/users/gone/inbox"), to("https://a.example/inbox"));
        activities::record(conn, &activity("1"), &[gone.clone(), here.clone()]).unwrap();
        activities::record(conn, &activity("2"), std::slice::from_ref(&gone)).unwrap();
        assert_eq!(
            deliveries::settle_inbox(conn, "a.example", &gone.inbox, Outcome::Gone, now()).unwrap(),
            2
        );
        assert_eq!(waiting(conn, "a.example"), ["{\"n\":\"1\"}"]);
        assert_eq!(deliveries::expire(conn, "a.example", now(), 10, minutes(1)).unwrap(), 0);
        assert_eq!(
            deliveries::expire(conn, "a.example", minutes(1), 10, minutes(1)).unwrap(),
            1
        );
        assert_eq!(deliveries::waiting(conn).unwrap(), 0);
        assert_eq!(deliveries::purge(conn, minutes(1), 1).unwrap(), 1, "so many at a time");
        assert_eq!(
            deliveries::purge(conn, minutes(1), 10).unwrap(),
            1,
            "settled before then"
        );
        assert_eq!(deliveries::purge(conn, minutes(2), 10).unwrap(), 1);
    });
}

#[test]
fn eight_workers_share_the_hosts_without_meeting() {
    const HOSTS: usize = 200;
    const SEVEN: Room = Room {
        healthy: 0,
        new: 7,
        failing: 0,
    };
    both(|database| {
        let mut conn = database.conn();
        conn.write_tx(|conn| -> Result<(), StoreError> {
            let all: Vec<Recipient> = (0..HOSTS)
                .map(|at| to(&format!("https://h{at}.example/inbox")))
                .collect();
            activities::record(conn, &activity("1"), &all).map(drop)
        })
        .expect("recorded");
        let claimed = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for worker in 0..8 {
                let claimed = &claimed;
                scope.spawn(move || {
                    let mut conn = database.conn();
                    let owner = format!("w{worker}");
                    for _ in 0..HOSTS {
                        let hosts = conn
                            .write_tx(|conn| hosts::claim(conn, now(), minutes(5), SEVEN, &owner))
                            .expect("a claim");
                        if hosts.is_empty() {
                            break;
                        }
                        claimed
                            .lock()
                            .expect("the list")
                            .extend(hosts.into_iter().map(|host| host.host));
                    }
                });
            }
        });
        let claimed = claimed.into_inner().expect("the list");
        assert_eq!(claimed.len(), HOSTS, "none twice");
        assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), HOSTS);
    });
}

#[test]
fn the_outbox_lists_an_actors_activities_newest_first() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut all: Vec<Activity> = (0..3)
            .map(|at| Activity {
                sender: Some(one.id),
                ..activity(&at.to_string())
            })
            .collect();
        for one in &all {
            activities::record(conn, one, &[]).unwrap();
        }
        activities::record(conn, &activity("relay"), &[]).unwrap();
        all.sort_by_key(|one| std::cmp::Reverse(one.id));
        assert_eq!(
            activities::public_of_sender(conn, Some(one.id), None, 2).unwrap(),
            all[..2]
        );
        assert_eq!(
            activities::public_of_sender(conn, Some(one.id), Some(all[1].id), 2).unwrap(),
            all[2..]
        );
        assert_eq!(activities::count_public_of_sender(conn, Some(one.id)).unwrap(), 3);
        assert_eq!(activities::count_public_of_sender(conn, None).unwrap(), 1);
        assert_eq!(activities::by_id(conn, all[0].id).unwrap(), Some(all[0].clone()));
    });
}

#[test]
fn what_was_said_of_a_deleted_object_leaves_the_outbox_and_is_still_delivered() {
    both_conn(|conn| {
        let (kept, gone) = (activity("kept"), activity("gone"));
        let kept = Activity {
            object_uri: "https://here.example/events/2".to_owned(),
            ..kept
        };
        for one in [&kept, &gone] {
            activities::record(conn, one, &[to("https://a.example/inbox")]).unwrap();
        }
        activities::withdraw(conn, None, &gone.object_uri).unwrap();
        let shown = activities::public_of_sender(conn, None, None, 10).unwrap();
        assert_eq!((shown.len(), &shown[0].id), (1, &kept.id));
        assert_eq!(waiting(conn, "a.example"), [kept.body, gone.body]);
    });
}

#[test]
fn an_activity_is_taken_in_once_by_its_body() {
    both_conn(|conn| {
        let first = |conn: &mut Conn, digest: u8| inbox::first_time(conn, &[digest; 32], now()).unwrap();
        assert!(!inbox::seen(conn, &[1; 32], None).unwrap());
        assert!(first(conn, 1));
        assert!(inbox::seen(conn, &[1; 32], None).unwrap());
        assert!(!inbox::seen(conn, &[2; 32], None).unwrap());
        assert!(!first(conn, 1));
        assert!(first(conn, 2));
        assert_eq!(inbox::purge(conn, now()).unwrap(), 0);
        assert_eq!(inbox::purge(conn, minutes(1)).unwrap(), 2);
        assert!(first(conn, 1));
    });
}

#[test]
fn what_may_be_meant_anew_is_taken_in_again_when_it_was_signed_later() {
    both_conn(|conn| {
        let newest = |conn: &mut Conn, at: i64| inbox::newest(conn, &[1; 32], minutes(at)).unwrap();
        let seen = |conn: &mut Conn, at: i64| inbox::seen(conn, &[1; 32], Some(minutes(at))).unwrap();
        assert!(!seen(conn, 1));
        assert!(newest(conn, 2));
        assert!(!newest(conn, 2), "the same");
        assert!(!newest(conn, 1), "one that was under way for long");
        assert_eq!([1, 2, 3].map(|at| seen(conn, at)), [true, true, false]);
        assert!(newest(conn, 3));
        assert!(!newest(conn, 2));
    });
}
