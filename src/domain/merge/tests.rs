//! Likeness, by examples and by properties.

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::*;
use crate::domain::event::{CoOrganiser, Schedule};
use crate::domain::place::Place;
use crate::domain::time::DEFAULT_ZONE;

fn place(name: &str, address: &str, postcode: &str, city: &str, point: Option<(f64, f64)>) -> Place {
    Place {
        name: name.into(),
        address: address.into(),
        postcode: postcode.into(),
        city: city.into(),
        latitude: point.map(|it| it.0),
        longitude: point.map(|it| it.1),
        ..Place::default()
    }
}

fn escale() -> Place {
    place("Centre social L’Escale", "80 rue de l’Alma", "59100", "Roubaix", None)
}

fn session(publisher: &str, title: &str) -> Candidate {
    let start = "2026-12-01T13:00:00Z".parse().expect("an instant");
    let end = "2026-12-01T15:00:00Z".parse().expect("an instant");
    let mut facts = EventFacts::new(title, Schedule::once(DEFAULT_ZONE, start, end));
    facts.place = Some(escale());
    Candidate {
        uri: format!("https://{publisher}.example/events/1"),
        subject: format!("https://{publisher}.example/events/1"),
        publisher: publisher.into(),
        publisher_name: format!("Association {publisher}"),
        start,
        facts,
    }
}

fn titled(one: &str, other: &str) -> bool {
    alike(&session("ada", one), &session("zoe", other)).is_some()
}

fn at(one: Place, other: Place) -> bool {
    let (mut left, mut right) = (session("ada", "Café numérique"), session("zoe", "Café numérique"));
    (left.facts.place, right.facts.place) = (Some(one), Some(other));
    alike(&left, &right).is_some()
}

fn partner(name: &str) -> CoOrganiser {
    CoOrganiser {
        name: name.into(),
        uri: None,
    }
}

#[test]
fn titles_are_read_as_people_write_them() {
    for (one, other) in [
        ("Café numérique", "CAFE NUMERIQUE"),
        ("Les cafés numériques", "Café numérique !"),
        ("Café numérique", "Café numérique à Roubaix"),
        ("Café numérique — L’Escale", "Café numérique"),
        ("Atelier smartphone débutants", "Atelier smartphones pour débutants"),
        ("Protéger ses données personnelles", "Protéger ses données personelles"),
        ("Mes démarches en ligne", "Mes démarches en ligne : impôts"),
    ] {
        assert!(titled(one, other), "{one} / {other}");
    }
}

#[test]
fn what_tells_two_workshops_apart_is_heard() {
    for (one, other) in [
        ("Café numérique", "Atelier couture"),
        (
            "Initiation à l’informatique : débutants",
            "Initiation à l’informatique : avancés",
        ),
        ("Atelier 1", "Atelier 2"),
        ("Atelier", "Atelier couture"),
        ("Smartphone Android", "Smartphone iPhone"),
        ("Découvrir le traitement de texte", "Découvrir le tableur"),
        ("", ""),
    ] {
        assert!(!titled(one, other), "{one} / {other}");
    }
    let (mut low, mut high) = (session("ada", "Informatique"), session("zoe", "Informatique"));
    (low.facts.level_min, low.facts.level_max) = (Some(Level::Eloigne), Some(Level::Debutant));
    (high.facts.level_min, high.facts.level_max) = (Some(Level::Avance), Some(Level::Autonome));
    assert!(alike(&low, &high).is_none());
}

#[test]
fn places_are_known_by_address_or_by_point() {
    let there = (50.699, 3.17);
    for (one, other) in [
        (
            escale(),
            place(
                "L’Escale (salle 2)",
                "80, r. de l’Alma, 59100 Roubaix",
                "",
                "ROUBAIX",
                None,
            ),
        ),
        (
            escale(),
            place("Salle Alma", "80 rue de l'Alma", "59059", "Roubaix Cedex 1", None),
        ),
        (escale(), place("Centre social l’Escale", "", "59100", "", None)),
        (
            place("L’Escale", "", "", "", Some(there)),
            place("", "", "59100", "Roubaix", Some((50.6995, 3.1705))),
        ),
        (
            place("", "3 av. St-Exupéry", "33000", "Bordeaux", None),
            place("", "3 avenue Saint Exupéry", "33000", "Bordeaux", None),
        ),
    ] {
        assert!(at(one.clone(), other.clone()), "{one:?} / {other:?}");
        assert!(at(other, one));
    }
}

#[test]
fn other_places_stay_other_places() {
    let middle = Some((50.69, 3.18));
    for (one, other) in [
        (
            escale(),
            place("Centre social L’Escale", "12 rue de l’Alma", "59100", "Roubaix", None),
        ),
        (
            escale(),
            place("Centre social L’Escale", "80 rue de l’Alma", "75020", "Paris", None),
        ),
        (escale(), place("", "", "59100", "Roubaix", None)),
        (
            place("Médiathèque", "2 rue Neuve", "59100", "Roubaix", middle),
            place("Salle Watremez", "9 rue de l’Hospice", "59100", "Roubaix", middle),
        ),
        (
            place("Médiathèque", "", "59100", "Roubaix", Some((50.69, 3.18))),
            place("Médiathèque", "", "59100", "Roubaix", Some((50.72, 3.18))),
        ),
    ] {
        assert!(!at(one.clone(), other.clone()), "{one:?} / {other:?}");
    }
}

#[test]
fn partners_who_name_each_other_need_less_of_a_title() {
    let (mut one, other) = (
        session("ada", "Café numérique : vos démarches"),
        session("zoe", "Café numérique des habitants"),
    );
    assert!(alike(&one, &other).is_none());
    one.facts.co_organisers = vec![partner("association ZOE")];
    assert_eq!(alike(&one, &other), Some(Likeness { named: true }));
    assert_eq!(alike(&other, &one), Some(Likeness { named: true }));
    // But not less of a place or of an hour.
    let mut later = other.clone();
    later.start += chrono::TimeDelta::minutes(30);
    assert!(alike(&one, &later).is_none());
    let couture = session("zoe", "Atelier couture");
    assert!(alike(&one, &couture).is_none());
}

#[test]
fn one_publisher_means_two_things_unless_they_are_one_series() {
    let (mut one, mut other) = (session("ada", "Café"), session("ada", "Café"));
    other.uri.push('2');
    assert!(alike(&one, &other).is_none());
    let series = crate::domain::event::Series {
        uri: "https://ada.example/events/9".into(),
        rule: None,
    };
    (one.facts.series, other.facts.series) = (Some(series.clone()), Some(series));
    assert!(alike(&one, &other).is_some());
}

#[test]
fn whoever_is_named_is_shown_then_the_smaller_uri_and_never_what_is_off() {
    let shown = |sessions: &[Candidate]| {
        let groups = groups(sessions, &HashSet::new());
        assert_eq!(groups.len(), 1, "{groups:?}");
        sessions[groups[0].shown].publisher.clone()
    };
    let (mut ada, mut zoe) = (session("ada", "Café"), session("zoe", "Café"));
    assert_eq!(shown(&[zoe.clone(), ada.clone()]), "ada");
    ada.facts.co_organisers = vec![partner("Association zoe")];
    assert_eq!(shown(&[ada.clone(), zoe.clone()]), "zoe");
    zoe.facts.status = Status::Cancelled;
    assert_eq!(shown(&[ada, zoe]), "ada");
}

#[test]
fn those_told_apart_stay_apart_and_a_third_joins_one_of_them() {
    let all = [session("ada", "Café"), session("bea", "Café"), session("zoe", "Café")];
    let told = HashSet::from([apart(&all[1], &all[0])]);
    let groups = groups(&all, &told);
    assert_eq!(groups.len(), 2);
    assert_eq!((groups[0].shown, groups[0].behind.clone()), (0, vec![2]));
    assert_eq!((groups[1].shown, groups[1].behind.clone()), (1, vec![]));
}

fn any_session() -> impl Strategy<Value = Candidate> {
    let titles = prop::sample::select(vec![
        "Café numérique",
        "Cafe numeriques",
        "Café numérique débutants",
        "Café numérique avancés",
        "Atelier couture",
    ]);
    let publishers = prop::sample::select(vec!["ada", "bea", "cle", "zoe"]);
    let partners = prop::option::of(prop::sample::select(vec!["Association ada", "Association zoe"]));
    (titles, publishers, partners, any::<bool>(), any::<bool>(), 0..40u8).prop_map(
        |(title, publisher, named, off, late, number)| {
            let mut one = session(publisher, title);
            one.uri = format!("https://{publisher}.example/events/{number}");
            one.subject.clone_from(&one.uri);
            one.facts.co_organisers = named.into_iter().map(partner).collect();
            if off {
                one.facts.status = Status::Cancelled;
            }
            if late {
                one.start += chrono::TimeDelta::hours(1);
            }
            one
        },
    )
}

/// The groups by uri, in no order.
fn by_uri(sessions: &[Candidate]) -> BTreeSet<(String, BTreeSet<String>)> {
    let uri = |at: &usize| sessions[*at].uri.clone();
    groups(sessions, &HashSet::new())
        .iter()
        .map(|group| (uri(&group.shown), group.behind.iter().map(uri).collect()))
        .collect()
}

proptest! {
    /// Every node shows the same one, in whatever order the sessions came.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        sessions in prop::collection::vec(any_session(), 0..9)
            .prop_map(|mut all| { all.sort_by_key(|one| one.uri.clone()); all.dedup_by_key(|one| one.uri.clone()); all })
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(by_uri(&sessions.0), by_uri(&sessions.1));
    }

    /// Each session stands in one group; nobody is behind what it is not like, nor what is off before what is on, nor with
    /// another of its publisher.
    #[test]
    fn nothing_is_lost_behind_another(sessions in prop::collection::vec(any_session(), 0..9)) {
        let groups = groups(&sessions, &HashSet::new());
        let mut seen: Vec<usize> = groups.iter().flat_map(|group| group.members().collect::<Vec<_>>()).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..sessions.len()).collect::<Vec<_>>());
        for group in &groups {
            let publishers: BTreeSet<_> = group.members().map(|at| &sessions[at].publisher).collect();
            prop_assert_eq!(publishers.len(), group.behind.len() + 1);
            for behind in &group.behind {
                prop_assert!(alike(&sessions[group.shown], &sessions[*behind]).is_some());
                prop_assert!(!sessions[group.shown].is_off() || sessions[*behind].is_off());
            }
        }
    }

    /// Likeness goes both ways, and neither capitals, accents nor punctuation count.
    #[test]
    fn likeness_goes_both_ways(one in any_session(), other in any_session(), words in "[a-zé ]{0,30}") {
        prop_assert_eq!(alike(&one, &other), alike(&other, &one));
        let (plain, mut loud) = (session("ada", &words), session("zoe", &words.to_uppercase()));
        loud.facts.title.push_str(" !");
        prop_assert_eq!(alike(&plain, &loud).is_some(), !super::title::words(&words).is_empty());
    }
}
