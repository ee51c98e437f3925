//! What waits for each host, and what a person may do about it.

use chrono::Duration;
use diesel::prelude::*;
use maillage::store::schema::deliveries as rows;
use maillage::store::{Conn, backlog, deliveries, hosts};

use super::samples::now;
use crate::support::database::both_conn;
use crate::support::outbox::{fail, record};

fn counts(conn: &mut Conn, after: Option<&str>, limit: i64) -> Vec<(String, i64)> {
    let page = backlog::page(conn, after, limit).expect("a page");
    page.into_iter().map(|one| (one.host.host, one.waiting)).collect()
}

fn name(host: &str, waiting: i64) -> (String, i64) {
    (host.to_owned(), waiting)
}

#[test]
fn hosts_come_by_name_in_pages_with_how_much_waits_since_when() {
    both_conn(|conn| {
        let before = now() - Duration::hours(3);
        record(conn, "b.test:8081", 1, before);
        record(conn, "b.test:8081", 2, now());
        record(conn, "a.test", 1, now());
        record(conn, "c.test", 1, now());
        fail(conn, "b.test:8081", "503 busy", now(), now() + Duration::hours(1));
        assert_eq!(counts(conn, None, 2), [name("a.test", 1), name("b.test:8081", 3)]);
        assert_eq!(counts(conn, Some("b.test:8081"), 2), [name("c.test", 1)]);
        let one = backlog::of(conn, "b.test:8081").expect("an answer").expect("known");
        assert_eq!((one.waiting, one.oldest), (3, Some(before)));
        assert_eq!(one.host.last_error.as_deref(), Some("503 busy"));
        assert_eq!(one, backlog::page(conn, Some("a.test"), 1).expect("a page").remove(0));
        let total = backlog::total(conn).expect("a sum");
        assert_eq!((total.waiting, total.hosts), (5, 3));
        assert_eq!(backlog::of(conn, "nobody.test").expect("an answer"), None);
    });
}

#[test]
fn a_retry_makes_one_host_or_all_due() {
    both_conn(|conn| {
        for host in ["a.test", "b.test", "c.test"] {
            record(conn, host, 1, now());
            fail(conn, host, "timed out", now(), now() + Duration::hours(9));
        }
        backlog::retry(conn, "b.test", now()).expect("a retry");
        let due = |conn: &mut Conn, host: &str| {
            let known = hosts::by_name(conn, host).expect("an answer").expect("known");
            known.next_attempt == Some(now())
        };
        assert_eq!([due(conn, "a.test"), due(conn, "b.test")], [false, true]);
        assert_eq!(backlog::retry_all(conn, now()).expect("a retry"), 2);
        assert!(due(conn, "a.test") && due(conn, "c.test"));
        let known = hosts::by_name(conn, "a.test").expect("an answer").expect("known");
        assert_eq!(known.failures, 1, "the schedule goes on where it was");
    });
}

#[test]
fn giving_up_closes_what_waited_and_nothing_newer() {
    both_conn(|conn| {
        record(conn, "a.test", 5, now());
        record(conn, "b.test", 1, now());
        fail(conn, "a.test", "timed out", now(), now() + Duration::hours(9));
        let newest = backlog::newest(conn, "a.test").expect("an answer").expect("something");
        record(conn, "a.test", 1, now());
        let give_up = |conn: &mut Conn| backlog::give_up(conn, "a.test", newest, 3, now()).expect("given up");
        assert_eq!([give_up(conn), give_up(conn), give_up(conn)], [3, 2, 0]);
        assert_eq!(counts(conn, None, 9), [name("a.test", 1), name("b.test", 1)]);
        let planned = hosts::by_name(conn, "a.test").expect("an answer").expect("known");
        assert!(planned.next_attempt.is_some(), "the newer one is still to be sent");
        let closed: Vec<(Option<String>, Option<String>)> = rows::table
            .filter(rows::settled_at.is_not_null())
            .select((rows::outcome, rows::error))
            .load(conn)
            .expect("rows");
        let ended = (Some("expired".to_owned()), Some("given up by a person".to_owned()));
        assert_eq!(closed, vec![ended; 5]);

        let newest = backlog::newest(conn, "a.test").expect("an answer").expect("something");
        assert_eq!(backlog::give_up(conn, "a.test", newest, 3, now()).expect("given up"), 1);
        let idle = hosts::by_name(conn, "a.test").expect("an answer").expect("known");
        assert_eq!(idle.next_attempt, None, "nothing waits for it");
        record(conn, "a.test", 1, now() + Duration::hours(1));
        let next = deliveries::next(conn, "a.test", 9).expect("deliveries");
        assert_eq!(next.len(), 1, "what is published later is sent");
        let awake = hosts::by_name(conn, "a.test").expect("an answer").expect("known");
        assert_eq!(awake.next_attempt, Some(now() + Duration::hours(1)));
    });
}
