//! The catalogues are complete, their typography is French where it must be, and dates read as people say them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime, TimeZone, Weekday};
use fluent_bundle::FluentResource;

use super::*;

const FRENCH: &str = include_str!("fr.ftl");
const ENGLISH: &str = include_str!("en.ftl");

fn keys(source: &str) -> BTreeSet<String> {
    let resource = FluentResource::try_new(source.to_owned()).expect("a catalogue without syntax errors");
    assert!(resource.entries().count() > 50);
    source
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
        .collect()
}

#[test]
fn both_languages_have_the_same_keys() {
    assert_eq!(keys(FRENCH), keys(ENGLISH));
}

#[test]
fn no_key_is_written_twice() {
    for source in [FRENCH, ENGLISH] {
        let lines = source
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(" ="));
        assert_eq!(lines.count(), keys(source).len());
    }
}

/// `text("key"` and `text_with("key"` in the sources and the templates; a key built with `format!` names its prefix.
#[test]
fn every_key_used_exists_and_every_key_is_used() {
    let known = keys(FRENCH);
    let mut used = BTreeSet::new();
    let mut everything = String::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).expect("readable source");
        for call in [
            "text(\"",
            "text_with(\"",
            "text_with(\n            \"",
            "text_with(\n                \"",
        ] {
            used.extend(
                text.split(call)
                    .skip(1)
                    .filter_map(|after| after.split_once('"'))
                    .map(|(key, _)| key.to_owned()),
            );
        }
        everything.push_str(&text);
    }
    let missing: Vec<_> = used
        .iter()
        .filter(|key| key.contains('-') && !known.contains(*key))
        .collect();
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
    let built = [
        "weekday-",
        "month-",
        "rank-",
        "level-",
        "registration-",
        "come-",
        "status-",
        "notice-",
        "mode-",
        "centre-kind-",
        "format-",
        "desk-announcing-done-",
        "desk-blocks-",
        "desk-confirm-",
        "desk-done-",
        "desk-field-",
        "desk-followers-",
        "desk-form-",
        "desk-hint-",
        "desk-network-done-",
        "desk-repeat-",
        "desk-section-",
        "desk-standing-",
        "filter-when-",
        "error-",
    ];
    let unused: Vec<_> = known
        .iter()
        .filter(|key| {
            !built.iter().any(|prefix| key.starts_with(prefix)) && !everything.contains(&format!("\"{key}\""))
        })
        .collect();
    assert!(unused.is_empty(), "in the catalogue, used nowhere: {unused:?}");
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("readable directory") {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "html")
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn french_has_no_break_spaces_and_typographic_apostrophes() {
    for (number, line) in FRENCH.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let text = line.split_once(" = ").map_or(line, |(_, text)| text);
        for wrong in [" :", " ;", " !", " ?", "« ", " »", "'"] {
            assert!(!text.contains(wrong), "fr.ftl line {}: {wrong:?} in {text}", number + 1);
        }
    }
}

#[test]
fn a_language_is_known_by_its_first_subtag() {
    assert_eq!(Locale::from_tag("EN-us"), Some(Locale::new(Language::English)));
    assert_eq!(Locale::from_tag("../en"), None);
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn time(text: &str) -> NaiveTime {
    text.parse().expect("a time")
}

#[test]
fn days_and_hours_read_as_people_say_them() {
    let fr = Locale::french();
    assert_eq!(fr.day(date("2026-11-24")), "mardi 24\u{a0}novembre");
    assert_eq!(fr.day(date("2026-12-01")), "mardi 1er\u{a0}décembre");
    assert_eq!(
        fr.day_seen_from(date("2027-11-03"), date("2026-11-24")),
        "mercredi 3\u{a0}novembre 2027"
    );
    assert_eq!(
        fr.near_day(date("2026-11-25"), date("2026-11-24")).as_deref(),
        Some("Demain")
    );
    assert_eq!(fr.hour(time("09:05:00")), "9\u{a0}h\u{a0}05");
    assert_eq!(
        fr.hours(time("09:00:00"), Some(time("12:30:00"))),
        "de 9\u{a0}h à 12\u{a0}h\u{a0}30"
    );
    let en = Locale::new(Language::English);
    assert_eq!(en.day(date("2026-11-24")), "Tuesday 24\u{a0}November");
    assert_eq!(en.hours(time("09:00:00"), Some(time("12:30:00"))), "from 9:00 to 12:30");
}

#[test]
fn a_long_span_names_its_last_day_and_a_night_does_not() {
    let paris = chrono_tz::Europe::Paris;
    let at = |day: u32, hour: u32| {
        paris
            .with_ymd_and_hms(2026, 11, day, hour, 0, 0)
            .single()
            .expect("a moment")
    };
    let fr = Locale::french();
    assert_eq!(fr.span(at(24, 20), Some(at(25, 1))), "de 20\u{a0}h à 1\u{a0}h");
    assert_eq!(
        fr.span(at(24, 9), Some(at(25, 17))),
        "de 9\u{a0}h au mercredi 25\u{a0}novembre, 17\u{a0}h"
    );
    assert_eq!(fr.span(at(24, 9), None), "à 9\u{a0}h");
}

#[test]
fn recurrence_rules_have_plain_words() {
    let words = |rule: &str| Locale::french().recurrence(rule, Weekday::Tue);
    for (rule, expected) in [
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20270629T070000Z", "tous les mardis"),
        ("FREQ=WEEKLY;COUNT=6", "tous les mardis"),
        ("FREQ=WEEKLY;BYDAY=TU,WE,TH", "tous les mardis, mercredis et jeudis"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "un vendredi sur deux"),
        (
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=FR",
            "les vendredis, toutes les 3\u{a0}semaines",
        ),
        ("FREQ=MONTHLY;BYDAY=1SA", "le premier samedi du mois"),
        ("FREQ=MONTHLY;BYDAY=-1SA", "le dernier samedi du mois"),
        (
            "FREQ=MONTHLY;BYDAY=2SA,4SA",
            "les deuxième et quatrième samedis du mois",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "le 15 de chaque mois"),
        ("FREQ=DAILY;COUNT=5", "tous les jours"),
    ] {
        assert_eq!(words(rule).as_deref(), Some(expected), "{rule}");
    }
    for rule in [
        "FREQ=YEARLY",
        "FREQ=WEEKLY;BYDAY=é",
        "FREQ=WEEKLY;BYDAY=U",
        "FREQ=MONTHLY;BYDAY=1SA,2SU",
        "nonsense",
        "",
    ] {
        assert_eq!(words(rule), None, "{rule}");
    }
    let english = Locale::new(Language::English).recurrence("FREQ=WEEKLY;BYDAY=TU", Weekday::Tue);
    assert_eq!(english.as_deref(), Some("every Tuesday"));
}

#[test]
fn phone_numbers_are_grouped_by_two() {
    assert_eq!(phone("+33353010101"), "03\u{a0}53\u{a0}01\u{a0}01\u{a0}01");
    assert_eq!(phone("03.53.01 01 01"), "03\u{a0}53\u{a0}01\u{a0}01\u{a0}01");
    assert_eq!(phone("3949"), "3949");
    assert_eq!(phone("+32 2 123"), "+32\u{a0}2\u{a0}123");
}
