//! What an iCalendar file says of the dates of a series: RDATE, EXDATE, RECURRENCE-ID; and files that are as they were.

use chrono::TimeDelta;
use maillage::app::{members, tokens};
use maillage::domain::member::Role;
use maillage::domain::time::{DEFAULT_ZONE, local_of};
use maillage::federation::source::calendar::calendar;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::Foreign;
use crate::support::network::{Home, Running, clock};
use crate::support::node::{PASSWORD, morning};

fn file(events: &[&str]) -> String {
    let events: String = events
        .iter()
        .map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n"))
        .collect();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n").replace('\n', "\r\n")
}

/// Date that it was planned for, local start, hours and title of each session.
fn dates(events: &[&str]) -> Vec<String> {
    let window = (morning(), morning() + TimeDelta::days(550));
    let read = calendar(&file(events), DEFAULT_ZONE, window);
    assert!(read.left_out.is_empty(), "{}", read.left_out);
    let mut all: Vec<String> = read
        .sessions
        .iter()
        .map(|dated| {
            let start = local_of(dated.occurrence.start, DEFAULT_ZONE).format("%m-%d %H:%M");
            let hours = (dated.occurrence.end - dated.occurrence.start).num_hours();
            format!("{start} {hours} {}", dated.facts.title)
        })
        .collect();
    all.sort();
    all
}

const START: &str = "UID:1\nSUMMARY:Café\nDTSTART;TZID=Europe/Paris:20261201T140000\nDURATION:PT2H";

#[test]
fn single_dates_are_added_and_taken_out_with_and_without_a_rule() {
    let listed = format!("{START}\nRDATE;TZID=Europe/Paris:20261203T100000,20261204T100000,20261207T100000");
    assert_eq!(
        dates(&[&listed]),
        [
            "12-01 14:00 2 Café",
            "12-03 10:00 2 Café",
            "12-04 10:00 2 Café",
            "12-07 10:00 2 Café"
        ]
    );
    let without = format!("{listed}\nEXDATE;TZID=Europe/Paris:20261204T100000\nEXDATE;VALUE=DATE:20261201");
    assert_eq!(dates(&[&without]), ["12-03 10:00 2 Café", "12-07 10:00 2 Café"]);
    let with_rule = format!("{without}\nRRULE:FREQ=WEEKLY;COUNT=3");
    assert_eq!(
        dates(&[&with_rule]),
        [
            "12-03 10:00 2 Café",
            "12-07 10:00 2 Café",
            "12-08 14:00 2 Café",
            "12-15 14:00 2 Café"
        ]
    );
}

#[test]
fn of_several_versions_of_a_date_the_newest_counts() {
    let series = format!("{START}\nRRULE:FREQ=WEEKLY;COUNT=2");
    let moved = |sequence: u32, hour: u32| {
        format!(
            "UID:1\nSUMMARY:Café\nSEQUENCE:{sequence}\nRECURRENCE-ID;TZID=Europe/Paris:20261208T140000\n\
             DTSTART;TZID=Europe/Paris:20261208T{hour}0000"
        )
    };
    let (newest, older) = (moved(10, 17), moved(9, 16));
    for versions in [[&newest, &older], [&older, &newest]] {
        let read = dates(&[versions[0], &series, versions[1]]);
        assert_eq!(read, ["12-01 14:00 2 Café", "12-08 17:00 2 Café"]);
    }
}

#[test]
fn a_change_from_a_date_on_holds_for_the_later_ones_too() {
    let series = format!("{START}\nRRULE:FREQ=WEEKLY;COUNT=5");
    let later = "UID:1\nSUMMARY:Thé\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261208T140000\n\
                 DTSTART;TZID=Europe/Paris:20261209T100000\nDURATION:PT3H";
    let once = "UID:1\nSUMMARY:Fête\nRECURRENCE-ID;TZID=Europe/Paris:20261222T140000\n\
                DTSTART;TZID=Europe/Paris:20261222T180000";
    assert_eq!(
        dates(&[&series, later, once]),
        [
            "12-01 14:00 2 Café",
            "12-09 10:00 3 Thé",
            "12-16 10:00 3 Thé",
            "12-22 18:00 2 Fête",
            "12-30 10:00 3 Thé"
        ]
    );
}

#[test]
fn several_single_dates_of_one_uid_are_all_kept() {
    let one = |start: &str| format!("UID:1\nSUMMARY:Café\nDTSTART;TZID=Europe/Paris:{start}");
    let all = ["20261201T140000", "20261201T180000", "20261203T140000"].map(one);
    let listed: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(
        dates(&listed),
        ["12-01 14:00 2 Café", "12-01 18:00 2 Café", "12-03 14:00 2 Café"]
    );
    let names: std::collections::HashSet<_> = calendar(
        &file(&listed),
        DEFAULT_ZONE,
        (morning(), morning() + TimeDelta::days(30)),
    )
    .sessions
    .into_iter()
    .map(|dated| (dated.uid, dated.planned))
    .collect();
    assert_eq!(names.len(), 3, "each with a name of its own");
    let versions = [
        format!("{}\nSEQUENCE:1", one("20261201T140000")),
        format!("{}\nSEQUENCE:2", one("20261203T140000")),
    ];
    assert_eq!(dates(&[&versions[0], &versions[1]]), ["12-03 14:00 2 Café"], "moved");
}

async fn with_agenda() -> (Running, Foreign) {
    let clock = clock();
    let node = Home::new("noeud", Database::sqlite(), &clock).start().await;
    let other = Foreign::start("mjc", &clock);
    other.serve_as("/agenda.ics", 200, "text/calendar", &file(&[START]));
    (node, other)
}

#[tokio::test]
async fn an_agenda_that_is_as_it_was_is_not_read_again() {
    for (header, version) in [("etag", "\"1\""), ("last-modified", "Mon, 23 Nov 2026 07:00:00 GMT")] {
        let (node, other) = with_agenda().await;
        other.tag("/agenda.ics", header, version);
        node.follow(&other.url("/agenda.ics")).await;
        node.pull().await;
        assert_eq!(node.titles().await, ["Café"], "{header}");
        let changed = file(&[&START.replace("Café", "Thé")]);
        other.serve_as("/agenda.ics", 200, "text/calendar", &changed);
        node.clock.advance(TimeDelta::hours(25));
        node.pull().await;
        assert_eq!(node.titles().await, ["Café"], "{header}: 304");
        other.tag("/agenda.ics", header, "Tue, 24 Nov 2026 07:00:00 GMT");
        node.clock.advance(TimeDelta::hours(25));
        node.pull().await;
        assert_eq!(node.titles().await, ["Thé"], "{header}");
    }
}

#[tokio::test]
async fn a_follow_that_stands_at_once_says_so_in_the_answer() {
    let (node, other) = with_agenda().await;
    let member = members::add(&node.node, "a@centre.example", Role::Admin, PASSWORD)
        .await
        .expect("an account");
    let token = tokens::create(&node.node, &member, "test").await.expect("a token");
    for _ in 0..2 {
        let asked = json!({ "target": other.url("/agenda.ics") }).to_string();
        let request = node.client.post(node.address("/api/v1/follows")).bearer_auth(&token);
        let answer = request
            .header("content-type", "application/json")
            .body(asked)
            .send()
            .await;
        let text = answer.expect("an answer").text().await.expect("a body");
        let follow: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(follow["standing"], "followed", "{follow}");
    }
}
