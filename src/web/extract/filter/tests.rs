//! Addresses become filters, and what cannot be read is named.

use proptest::prelude::*;

use super::*;
use crate::domain::event::{Format, Level, Mode, Price};
use crate::domain::time::DEFAULT_ZONE;

/// A Tuesday, 10:00 in Paris.
fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn read(query: &str) -> Asked {
    Asked::read(query, now(), DEFAULT_ZONE).expect("a filter")
}

fn refused(query: &str) -> Vec<String> {
    let refusal = Asked::read(query, now(), DEFAULT_ZONE).expect_err(query);
    refusal.0.into_iter().map(|invalid| invalid.field).collect()
}

#[test]
fn every_parameter_is_read() {
    let asked = read(
        "q=caf%C3%A9&city=Roubaix&postcode=59&near=Lille&radius_km=2,5&theme=email,sante&theme=logement&type=atelier\
         &level=debutant&audience=seniors&language=ar&accessibility=mi,hi&format=collectif&mode=online&price=gratuit\
         &centre=escale&network=rlin%40host&from=2026-12-01&to=2026-12-31&utm_source=x&lang=fr",
    );
    let filter = &asked.filter;
    assert_eq!(filter.q.as_deref(), Some("café"));
    assert_eq!(
        (filter.city.as_deref(), filter.postcode.as_deref()),
        (Some("Roubaix"), Some("59"))
    );
    assert_eq!(
        (&filter.near, filter.radius_km),
        (&Some(Near::Town("Lille".into())), Some(2.5))
    );
    assert_eq!(filter.themes, ["email", "sante", "logement"]);
    assert_eq!(
        (filter.levels.as_slice(), filter.prices.as_slice()),
        (&[Level::Debutant][..], &[Price::Gratuit][..])
    );
    assert_eq!(
        (filter.formats.as_slice(), filter.modes.as_slice()),
        (&[Format::Collectif][..], &[Mode::Online][..])
    );
    assert_eq!(filter.accessibility, ["mi", "hi"]);
    assert_eq!(
        (filter.centre.as_deref(), filter.network.as_deref()),
        (Some("escale"), Some("rlin@host"))
    );
    assert_eq!(filter.from, Some(instant("2026-11-30T23:00:00Z")));
    assert_eq!(
        filter.to,
        Some(instant("2026-12-31T23:00:00Z")),
        "the last day is included"
    );
    assert_eq!(asked.since, Some("2026-12-01".parse().expect("a date")));
    assert!(
        asked
            .query(&[("cursor", "1~a")])
            .starts_with("q=caf%C3%A9&near=Lille&radius_km=2%2C5&from=2026-12-01")
    );
    assert!(!asked.query(&[]).contains("utm_source") && !asked.query(&[]).contains("lang="));
}

#[test]
fn nothing_asked_is_an_empty_filter() {
    assert_eq!(read("").filter, Filter::default());
    assert_eq!(read("q=&theme=&level=%20&from=").filter, Filter::default());
}

#[test]
fn shortcuts_start_now_and_end_with_their_last_day() {
    let period = |query: &str| {
        let filter = read(query).filter;
        (
            filter.from.expect("a start").to_rfc3339(),
            filter.to.expect("an end").to_rfc3339(),
        )
    };
    let expect = |from: &str, to: &str| (format!("{from}:00+00:00"), format!("{to}:00+00:00"));
    assert_eq!(period("when=today"), expect("2026-11-24T09:00", "2026-11-24T23:00"));
    assert_eq!(period("when=week"), expect("2026-11-24T09:00", "2026-11-29T23:00"));
    assert_eq!(period("when=weekend"), expect("2026-11-27T23:00", "2026-11-29T23:00"));
    assert_eq!(period("when=month"), expect("2026-11-24T09:00", "2026-11-30T23:00"));
}

#[test]
fn a_sunday_is_still_in_its_week_and_weekend() {
    let sunday = instant("2026-11-29T10:00:00Z");
    for when in ["week", "weekend"] {
        let asked = Asked::read(&format!("when={when}"), sunday, DEFAULT_ZONE).expect("a filter");
        assert_eq!(
            (asked.filter.from, asked.filter.to),
            (Some(sunday), Some(instant("2026-11-29T23:00:00Z")))
        );
    }
}

#[test]
fn dates_may_carry_an_offset_or_none() {
    assert_eq!(
        read("from=2026-11-24T09:00").filter.from,
        Some(instant("2026-11-24T08:00:00Z"))
    );
    assert_eq!(
        read("from=2026-11-24T09:00:00%2B02:00").filter.from,
        Some(instant("2026-11-24T07:00:00Z"))
    );
    assert_eq!(
        read("from=2026-11-24T09:00:00+02:00").filter.from,
        Some(instant("2026-11-24T07:00:00Z"))
    );
}

#[test]
fn points_and_towns_are_told_apart() {
    assert_eq!(read("near=50.69,%203.17").filter.near, Some(Near::Point(50.69, 3.17)));
    assert_eq!(
        read("near=Roubaix, Nord").filter.near,
        Some(Near::Town("Roubaix, Nord".into()))
    );
}

#[test]
fn each_wrong_parameter_is_named() {
    assert_eq!(
        refused("level=expert&theme=email,nope&type=MUSIC&mode=x"),
        ["theme", "type", "level", "mode"]
    );
    assert_eq!(refused("from=demain"), ["from"]);
    assert_eq!(refused("to=9999-12-31"), ["to"]);
    assert_eq!(refused("when=noon"), ["when"]);
    assert_eq!(refused("radius_km=-1"), ["radius_km"]);
    assert_eq!(refused("radius_km=NaN"), ["radius_km"]);
    assert_eq!(refused("near=91,0"), ["near"]);
    assert_eq!(refused("postcode=59%25"), ["postcode"]);
    assert_eq!(refused("cursor=%27"), ["cursor"]);
    assert_eq!(refused("limit=0"), ["limit"]);
    assert_eq!(refused("q=a%00b"), ["q"]);
    assert_eq!(refused(&format!("q={}", "é".repeat(121))), ["q"]);
}

proptest! {
    #[test]
    fn no_query_breaks_the_reader(query in "\\PC{0,200}", name in "from|to|when|near|radius_km|cursor|limit|level", value in "\\PC{0,40}") {
        let _ = Asked::read(&query, now(), DEFAULT_ZONE);
        let _ = Asked::read(&format!("{name}={value}"), now(), DEFAULT_ZONE);
    }
}
