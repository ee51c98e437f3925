//! Agendas that are short as files and long as calendars, or hold what no calendar can: what is taken of them is bounded, and one
//! event costs no other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use maillage::domain::time::DEFAULT_ZONE;
use maillage::federation::source::calendar::{Calendar, MAX_BYTES, calendar};

use super::file;
use crate::support::node::morning;

fn read(events: &[&str]) -> Calendar {
    let window = (morning(), morning() + TimeDelta::days(550));
    calendar(&file(events), DEFAULT_ZONE, window)
}

fn titles(calendar: &Calendar) -> Vec<&str> {
    let sessions = calendar.sessions.iter();
    sessions.map(|dated| dated.facts.title.as_str()).collect()
}

#[test]
fn what_a_rule_repeats_is_read_once_and_bounded_as_often_as_it_is_written() {
    let description = format!("<br>{}", "&".repeat(64_000));
    let daily = |number: usize| {
        format!("UID:{number}\nSUMMARY:Atelier\nDTSTART:20261201T090000\nRRULE:FREQ=DAILY\nDESCRIPTION:{description}")
    };
    let all: Vec<String> = (0..18).map(daily).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let clock = Instant::now();
    let read = read(&all);
    assert!(clock.elapsed() < Duration::from_secs(30), "{:?}", clock.elapsed());
    let facts = read.sessions.iter().map(|dated| &dated.facts);
    let written: usize = facts
        .map(|facts| facts.description.len() + facts.description_html.as_ref().map_or(0, String::len))
        .sum();
    assert!((MAX_BYTES / 2..MAX_BYTES).contains(&written), "{written}");
    let [first, second, ..] = read.sessions.as_slice() else {
        panic!("two sessions at least")
    };
    assert!(Arc::ptr_eq(&first.facts, &second.facts));
    assert_ne!(first.schedule, second.schedule);
    assert_eq!(read.left_out.to_string(), "too_many_items");
    assert!(!read.whole, "nothing that it lists is taken for gone");
}

#[test]
fn an_event_that_ends_after_all_time_costs_no_other() {
    let endless = "SUMMARY:Sans fin\nDTSTART:20261201T090000\nDURATION:P9999999W9999999W";
    let (single, series) = (
        format!("UID:1\n{endless}"),
        format!("UID:2\n{endless}\nRRULE:FREQ=DAILY"),
    );
    let read = read(&[
        &single,
        &series,
        "UID:3\nSUMMARY:Longtemps\nDTSTART:20261201T090000\nDURATION:P9999999W",
        "UID:4\nSUMMARY:Bon\nDTSTART:20261202T090000\nDURATION:PT2H",
    ]);
    assert_eq!(titles(&read), ["Longtemps", "Bon"]);
    assert_eq!(read.left_out.to_string(), "unreadable_event: 2");
    assert!(read.whole);
}
