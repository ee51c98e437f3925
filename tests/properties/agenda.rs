//! Agendas of others (iCalendar): whatever they hold, what is taken of them is bounded, dated, clean and named once.

use std::collections::HashSet;

use chrono::TimeDelta;
use maillage::domain::time::{DEFAULT_ZONE, Instant};
use maillage::federation::pull::MAX_ON_A_DAY;
use maillage::federation::source::calendar::{MAX_SESSIONS, calendar};
use maillage::federation::source::{markup, page};
use url::Url;

use super::html::is_harmless;

/// Reads an agenda, and a page that may name one.
pub fn holds(input: &[u8]) {
    let file = String::from_utf8_lossy(input);
    let now: Instant = "2026-11-23T07:00:00Z".parse().expect("an instant");
    let until = now + TimeDelta::days(550);
    let read = calendar(&file, DEFAULT_ZONE, (now, until));
    assert!(read.sessions.len() <= MAX_SESSIONS);
    let mut names = HashSet::new();
    for dated in &read.sessions {
        let occurrence = dated.occurrence;
        assert!(names.insert((&dated.uid, dated.planned)), "twice: {dated:?}");
        assert!(occurrence.end > now && occurrence.start <= until && occurrence.start < occurrence.end);
        let facts = &dated.facts;
        assert!(!facts.title.is_empty() && facts.title.chars().count() <= 200);
        assert!(facts.description.chars().count() <= 10_000);
        is_harmless(facts.description_html.as_deref().unwrap_or_default());
    }
    let a_day = |date| {
        read.sessions
            .iter()
            .filter(|dated| dated.occurrence.date == date)
            .count()
    };
    if let Some(dated) = read.sessions.last() {
        assert!(a_day(dated.occurrence.date) <= MAX_ON_A_DAY);
    }
    let address = Url::parse("https://mjc.example/").expect("a URL");
    if let Some(made) = markup::agenda(&file, &address) {
        let read = calendar(&made, DEFAULT_ZONE, (now, until));
        assert!(read.whole, "what we write ourselves is whole: {made}");
        let lines = made.lines().filter(|line| *line == "BEGIN:VEVENT").count();
        assert!(lines <= 2_000);
    }
    if let Some(named) = page::agenda(&file, &address) {
        assert!(matches!(named.scheme(), "http" | "https"));
    }
}
