//! The calendar: each filter shown to include and to exclude, and pages that neither skip nor repeat.

use maillage::domain::calendar::{Filter, Near};
use maillage::domain::centre::CentreKind;
use maillage::domain::event::{Accessibility, EventFacts, Format, Level, Mode, Origin, Price};
use maillage::domain::peer::FollowState;
use maillage::domain::place::Place;
use maillage::domain::time::Instant;
use maillage::store::announces::Announce;
use maillage::store::{Conn, announces, calendar};

use super::samples::{Here, at, centre, facts, follow, local, now, peer, remote, series};
use crate::support::database::both_conn;

fn titles_at(conn: &mut Conn, filter: &Filter, now: Instant) -> Vec<String> {
    let page = calendar::page(conn, filter, now, 100, None, &Here).expect("a page");
    assert_eq!(page.next, None);
    page.items.into_iter().map(|entry| entry.event.facts.title).collect()
}

fn titles(conn: &mut Conn, filter: &Filter) -> Vec<String> {
    titles_at(conn, filter, now())
}

fn any() -> Filter {
    Filter::default()
}

/// Two events, told apart by `change`: « Oui » has it, « Non » does not. The filter must keep the first alone.
fn keeps(change: impl Fn(&mut EventFacts), filters: &[Filter]) {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut yes = facts("Oui", "2026-12-02T09:00:00Z");
        change(&mut yes);
        local(conn, one.id, yes);
        local(conn, one.id, facts("Non", "2026-12-02T09:00:00Z"));
        assert_eq!(titles(conn, &any()).len(), 2);
        for filter in filters {
            assert_eq!(titles(conn, filter), ["Oui"], "{filter:?}");
        }
    });
}

fn place(name: &str, postcode: &str, city: &str, point: Option<(f64, f64)>) -> Option<Place> {
    Some(Place {
        name: name.to_owned(),
        postcode: postcode.to_owned(),
        city: city.to_owned(),
        latitude: point.map(|(latitude, _)| latitude),
        longitude: point.map(|(_, longitude)| longitude),
        ..Place::default()
    })
}

const ROUBAIX: (f64, f64) = (50.6927, 3.1778);
const LILLE: (f64, f64) = (50.6292, 3.0573);

fn list(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

#[test]
fn themes() {
    keeps(
        |facts| facts.themes = list(&["email", "securite"]),
        &[
            Filter {
                themes: list(&["email"]),
                ..any()
            },
            Filter {
                themes: list(&["autre", "securite"]),
                ..any()
            },
        ],
    );
}

#[test]
fn types_formats_modes_and_prices() {
    keeps(
        |facts| {
            facts.event_type = Some("cafe-numerique".to_owned());
            facts.format = Some(Format::Collectif);
            facts.mode = Mode::Mixed;
            facts.price = Some(Price::Payant);
        },
        &[
            Filter {
                types: list(&["cafe-numerique", "conference"]),
                ..any()
            },
            Filter {
                formats: vec![Format::Collectif],
                ..any()
            },
            Filter {
                modes: vec![Mode::Online, Mode::Mixed],
                ..any()
            },
            Filter {
                prices: vec![Price::Payant],
                ..any()
            },
        ],
    );
}

#[test]
fn a_level_within_the_range() {
    let at_level = |level| Filter {
        levels: vec![level],
        ..any()
    };
    let range = |facts: &mut EventFacts| {
        facts.level_min = Some(Level::Debutant);
        facts.level_max = Some(Level::Avance);
    };
    keeps(
        range,
        &[
            at_level(Level::Debutant),
            at_level(Level::Intermediaire),
            at_level(Level::Avance),
        ],
    );
    keeps(
        range,
        &[Filter {
            levels: vec![Level::Eloigne, Level::Avance],
            ..any()
        }],
    );
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut narrow = facts("Intermédiaire", "2026-12-02T09:00:00Z");
        (narrow.level_min, narrow.level_max) = (Some(Level::Intermediaire), Some(Level::Intermediaire));
        local(conn, one.id, narrow);
        assert!(titles(conn, &at_level(Level::Debutant)).is_empty());
        assert!(titles(conn, &at_level(Level::Avance)).is_empty());
        // Below and above the range, and nothing in it.
        assert!(
            titles(
                conn,
                &Filter {
                    levels: vec![Level::Eloigne, Level::Autonome],
                    ..any()
                }
            )
            .is_empty()
        );
    });
}

#[test]
fn audiences_and_everyone() {
    let seniors = Filter {
        audiences: list(&["seniors"]),
        ..any()
    };
    keeps(
        |facts| facts.audiences = list(&["seniors"]),
        std::slice::from_ref(&seniors),
    );
    keeps(|facts| facts.audiences = list(&["tous-publics"]), &[seniors]);
}

#[test]
fn languages() {
    keeps(
        |facts| facts.languages = list(&["fr", "ar"]),
        &[Filter {
            languages: list(&["ar"]),
            ..any()
        }],
    );
}

#[test]
fn accessibility_wants_all_of_them() {
    let both_codes = Filter {
        accessibility: list(&["mi", "hi"]),
        ..any()
    };
    keeps(
        |facts| {
            facts.accessibility = Accessibility {
                mi: true,
                hi: true,
                ..Accessibility::default()
            }
        },
        &[
            Filter {
                accessibility: list(&["mi"]),
                ..any()
            },
            both_codes.clone(),
        ],
    );
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut half = facts("À moitié", "2026-12-02T09:00:00Z");
        half.accessibility.mi = true;
        local(conn, one.id, half);
        assert!(titles(conn, &both_codes).is_empty());
    });
}

#[test]
fn words_without_accents_all_of_them() {
    keeps(
        |facts| {
            facts.title = "Oui".to_owned();
            facts.description = "Apprivoiser l’ÉCRAN, à l’École du Cœur".to_owned();
            facts.place = place("Médiathèque", "59100", "Roubaix", None);
        },
        &[
            Filter {
                q: Some("ecran ecole".to_owned()),
                ..any()
            },
            Filter {
                q: Some("COEUR".to_owned()),
                ..any()
            },
            Filter {
                q: Some("médiatheque roubaix".to_owned()),
                ..any()
            },
        ],
    );
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        local(conn, one.id, facts("Atelier 100 % pratique", "2026-12-02T09:00:00Z"));
        let search = |q: &str| Filter {
            q: Some(q.to_owned()),
            ..any()
        };
        assert_eq!(titles(conn, &search("atelier pratique")).len(), 1);
        assert!(titles(conn, &search("atelier théorique")).is_empty());
        assert_eq!(titles(conn, &search("  ")).len(), 1, "no words, no filter");
    });
}

#[test]
fn themes_are_found_by_their_words() {
    keeps(
        |facts| facts.themes = list(&["prendre_en_main_du_materiel"]),
        &[Filter {
            q: Some("matériel".to_owned()),
            ..any()
        }],
    );
}

#[test]
fn a_town_by_its_name() {
    keeps(
        |facts| facts.place = place("Salle", "59650", "Villeneuve-d’Ascq", None),
        &[
            Filter {
                city: Some("villeneuve d'ascq".to_owned()),
                ..any()
            },
            Filter {
                city: Some("Villeneuve".to_owned()),
                ..any()
            },
            Filter {
                postcode: Some("59650".to_owned()),
                ..any()
            },
            Filter {
                postcode: Some("59".to_owned()),
                ..any()
            },
            Filter {
                near: Some(Near::Town("VILLENEUVE-D’ASCQ".to_owned())),
                ..any()
            },
            Filter {
                near: Some(Near::Town("59650".to_owned())),
                ..any()
            },
        ],
    );
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut there = facts("Lillebonne", "2026-12-02T09:00:00Z");
        there.place = place("Salle", "76170", "Lillebonne", None);
        local(conn, one.id, there);
        assert!(
            titles(
                conn,
                &Filter {
                    city: Some("Lille".to_owned()),
                    ..any()
                }
            )
            .is_empty()
        );
        assert!(
            titles(
                conn,
                &Filter {
                    postcode: Some("7_1".to_owned()),
                    ..any()
                }
            )
            .is_empty()
        );
        assert!(
            titles(
                conn,
                &Filter {
                    postcode: Some("59".to_owned()),
                    ..any()
                }
            )
            .is_empty()
        );
    });
}

#[test]
fn near_a_point_or_a_known_town() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        for (title, city, point) in [
            ("Roubaix", "Roubaix", ROUBAIX),
            ("Lille", "Lille", LILLE),
            ("Pau", "Pau", (43.3, -0.37)),
        ] {
            let mut facts = facts(title, "2026-12-02T09:00:00Z");
            facts.place = place("Salle", "", city, Some(point));
            local(conn, one.id, facts);
        }
        local(conn, one.id, facts("En ligne", "2026-12-02T09:00:00Z"));
        let near = |near, radius_km| Filter {
            near: Some(near),
            radius_km,
            ..any()
        };
        let point = Near::Point(ROUBAIX.0, ROUBAIX.1);
        assert_eq!(titles(conn, &near(point.clone(), None)), ["Roubaix"], "ten kilometres");
        // Lille is 11.03 km away: inside the box of 10.9 km, outside its circle.
        assert_eq!(titles(conn, &near(point.clone(), Some(10.9))), ["Roubaix"]);
        assert_eq!(titles(conn, &near(point.clone(), Some(11.5))).len(), 2);
        assert_eq!(
            titles(conn, &near(Near::Town("lille".to_owned()), Some(5.0))),
            ["Lille"]
        );
        assert_eq!(
            titles(conn, &near(Near::Town("Nulle-Part".to_owned()), Some(500.0))),
            Vec::<String>::new()
        );
        assert_eq!(
            titles(conn, &near(point, Some(21_000.0))).len(),
            3,
            "the whole Earth, but not what has no place"
        );
    });
}

#[test]
fn near_a_town_is_by_its_whole_name_or_its_postcode() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        for (city, postcode, point) in [
            ("Saint-Étienne", "42000", (45.44, 4.39)),
            ("Saint-Denis", "93200", (48.94, 2.36)),
            ("Paris 12", "75012", (48.84, 2.39)),
            ("Namur", "B 5000", (50.47, 4.87)),
        ] {
            let mut facts = facts(city, "2026-12-02T09:00:00Z");
            facts.place = place("Salle", postcode, city, Some(point));
            local(conn, one.id, facts);
        }
        let near = |town: &str| Filter {
            near: Some(Near::Town(town.to_owned())),
            radius_km: Some(5.0),
            ..any()
        };
        for (asked, found) in [
            ("SAINT ETIENNE", "Saint-Étienne"),
            ("saint-denis", "Saint-Denis"),
            (" 93200 ", "Saint-Denis"),
            ("paris 12", "Paris 12"),
            ("B 5000", "Namur"),
        ] {
            assert_eq!(titles(conn, &near(asked)), [found], "{asked}");
        }
        assert_eq!(
            titles(conn, &near("Saint")),
            Vec::<String>::new(),
            "no town of that name"
        );
        // In the archive too, where all that is known of a town is long over.
        for (city, hour, point) in [("Pau", 9, (43.30, -0.37)), ("Bizanos", 10, (43.31, -0.36))] {
            let mut past = facts(city, &format!("2026-02-02T{hour:02}:00:00Z"));
            past.place = place("Salle", "", city, Some(point));
            local(conn, one.id, past);
        }
        let archive = Filter {
            from: Some(at("2026-01-01T00:00:00Z")),
            ..near("Pau")
        };
        assert_eq!(titles(conn, &archive), ["Pau", "Bizanos"]);
    });
}

#[test]
fn the_box_across_the_date_line_loses_nobody() {
    both_conn(|conn| {
        let one = centre(conn, "fidji", CentreKind::Centre);
        let mut east = facts("Taveuni", "2026-12-02T09:00:00Z");
        east.place = place("Salle", "", "Taveuni", Some((-16.8, -179.98)));
        local(conn, one.id, east);
        let filter = Filter {
            near: Some(Near::Point(-16.8, 179.98)),
            ..any()
        };
        assert_eq!(titles(conn, &filter), ["Taveuni"]);
    });
}

#[test]
fn a_page_around_a_point_fills_up_past_the_corners() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut add = |title: &str, day: u32, point| {
            let mut facts = facts(title, &format!("2026-12-{day:02}T09:00:00Z"));
            facts.place = place("Salle", "", "", Some(point));
            local(conn, one.id, facts);
        };
        // In the corner of the box, just outside the circle: fetched, then left out.
        for day in 2..22 {
            add("Coin", day, (50.0 + 0.085, 3.0 + 0.13));
        }
        add("Près", 23, (50.0, 3.0));
        add("Aussi", 24, (50.0, 3.0));
        let filter = Filter {
            near: Some(Near::Point(50.0, 3.0)),
            ..any()
        };
        let page = calendar::page(conn, &filter, now(), 4, None, &Here).unwrap();
        let read: Vec<_> = page
            .items
            .iter()
            .map(|entry| entry.event.facts.title.as_str())
            .collect();
        assert_eq!((read, page.next), (vec!["Près", "Aussi"], None));
        let page = calendar::page(conn, &filter, now(), 1, None, &Here).unwrap();
        let next = page.next.expect("there is more, or it cannot know yet");
        let rest = calendar::page(conn, &filter, now(), 9, Some(&next), &Here).unwrap();
        let read: usize = page.items.len() + rest.items.len();
        assert_eq!(read, 2);
        assert_eq!(calendar::days(conn, &filter, now(), &Here).unwrap().len(), 2);
    });
}

#[test]
fn from_and_to_and_what_is_running() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        for start in [
            "2026-12-01T05:59:00Z",
            "2026-12-01T07:00:00Z",
            "2026-12-02T09:00:00Z",
            "2026-12-09T09:00:00Z",
        ] {
            local(conn, one.id, facts(start, start));
        }
        let mut month = facts("Un mois", "2026-11-15T09:00:00Z");
        month.schedule.end = at("2026-12-15T09:00:00Z");
        local(conn, one.id, month);
        let mut years = facts("Des années", "2020-11-15T09:00:00Z");
        years.schedule.end = at("2030-12-15T09:00:00Z");
        local(conn, one.id, years);
        let all = [
            "Un mois",
            "2026-12-01T07:00:00Z",
            "2026-12-02T09:00:00Z",
            "2026-12-09T09:00:00Z",
        ];
        assert_eq!(
            titles(conn, &any()),
            all,
            "what is over is not shown, what runs since ages neither"
        );
        let week = Filter {
            from: Some(at("2026-12-02T00:00:00Z")),
            to: Some(at("2026-12-09T09:00:00Z")),
            ..any()
        };
        assert_eq!(titles(conn, &week), ["Un mois", "2026-12-02T09:00:00Z"]);
        let past = Filter {
            from: Some(at("2026-12-01T00:00:00Z")),
            to: Some(now()),
            ..any()
        };
        assert_eq!(titles(conn, &past).len(), 3, "the past can be asked for");
        assert_eq!(
            titles_at(conn, &any(), at("2027-06-01T00:00:00Z")),
            Vec::<String>::new()
        );
    });
}

#[test]
fn the_programme_of_one_publisher() {
    both_conn(|conn| {
        let (one, two) = (
            centre(conn, "escale", CentreKind::Centre),
            centre(conn, "bobine", CentreKind::Centre),
        );
        let there = peer(conn, "agenda", "there.example:8443");
        local(conn, one.id, facts("Escale", "2026-12-02T09:00:00Z"));
        local(conn, two.id, facts("Bobine", "2026-12-02T09:00:00Z"));
        remote(conn, &there, facts("Là-bas", "2026-12-02T09:00:00Z"));
        let by = |name: &str| Filter {
            centre: Some(name.to_owned()),
            ..any()
        };
        for name in ["escale", "@escale@here.example", "https://here.example/groups/escale"] {
            assert_eq!(titles(conn, &by(name)), ["Escale"], "{name}");
        }
        for name in ["agenda@there.example:8443", "@agenda@there.example:8443", &there.uri] {
            assert_eq!(titles(conn, &by(name)), ["Là-bas"], "{name}");
        }
        for name in [
            "agenda",
            "escale@there.example",
            "https://there.example/groups/escale",
            "",
        ] {
            assert!(titles(conn, &by(name)).is_empty(), "{name}");
        }
    });
}

#[test]
fn what_a_network_gathers() {
    both_conn(|conn| {
        let network = centre(conn, "rlin", CentreKind::Network);
        let one = centre(conn, "escale", CentreKind::Centre);
        let followed = peer(conn, "agenda", "followed.example");
        let asked = peer(conn, "agenda", "asked.example");
        let far = peer(conn, "rlin", "far.example");
        follow(conn, Some(network.id), followed.id, FollowState::Accepted);
        follow(conn, Some(network.id), asked.id, FollowState::Asked);
        follow(conn, None, far.id, FollowState::Accepted);
        local(conn, network.id, facts("Du réseau", "2026-12-02T09:00:00Z"));
        let relayed = local(conn, one.id, facts("Relayé", "2026-12-03T09:00:00Z"));
        local(conn, one.id, facts("Pas relayé", "2026-12-03T09:00:00Z"));
        let both = remote(conn, &followed, facts("Suivi", "2026-12-04T09:00:00Z"));
        remote(conn, &asked, facts("Seulement demandé", "2026-12-05T09:00:00Z"));
        for (event, by, uri) in [
            (relayed.id, Origin::Local(network.id), "https://here.example/a/1"),
            (both.id, Origin::Local(network.id), "https://here.example/a/2"),
            (both.id, Origin::Remote(far.id), "https://far.example/a/1"),
        ] {
            announces::insert(
                conn,
                &Announce {
                    event,
                    by,
                    activity_uri: uri.to_owned(),
                    at: now(),
                    via: Vec::new(),
                },
            )
            .unwrap();
        }
        let by = |name: &str| Filter {
            network: Some(name.to_owned()),
            ..any()
        };
        assert_eq!(titles(conn, &by("rlin")), ["Du réseau", "Relayé", "Suivi"], "each once");
        assert_eq!(titles(conn, &by("rlin@far.example")), ["Suivi"]);
        assert!(titles(conn, &by("nobody")).is_empty());
        let page = calendar::page(conn, &by("rlin@far.example"), now(), 9, None, &Here).unwrap();
        let entry = &page.items[0];
        let relays: Vec<_> = entry.relayed_by.iter().map(|source| source.account.as_str()).collect();
        assert_eq!(relays.len(), 2);
        assert!(
            relays.contains(&"rlin@here.example") && relays.contains(&"rlin@far.example"),
            "{relays:?}"
        );
        assert_eq!(
            (entry.publisher.account.as_str(), entry.publisher.local),
            ("agenda@followed.example", false)
        );
        assert_eq!(
            (entry.uri.as_str(), entry.url.as_str()),
            (both.uri.as_str(), both.url.as_str())
        );
    });
}

#[test]
fn filters_add_up() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        for (title, theme, language) in [("A", "email", "fr"), ("B", "email", "ar"), ("C", "securite", "ar")] {
            let mut facts = facts(title, "2026-12-02T09:00:00Z");
            (facts.themes, facts.languages) = (list(&[theme]), list(&[language]));
            local(conn, one.id, facts);
        }
        let filter = Filter {
            themes: list(&["email"]),
            languages: list(&["ar"]),
            centre: Some("escale".to_owned()),
            ..any()
        };
        assert_eq!(titles(conn, &filter), ["B"]);
    });
}

#[test]
fn a_tag_that_most_events_have_filters_all_the_same() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        for at in 0..510 {
            let mut facts = facts(if at % 100 == 0 { "Arabe" } else { "Français" }, "2026-12-02T09:00:00Z");
            facts.languages = list(if at % 100 == 0 { &["fr", "ar"] } else { &["fr"] });
            local(conn, one.id, facts);
        }
        local(conn, one.id, facts("Sans langue", "2026-12-02T09:00:00Z"));
        let spoken = |codes: &[&str]| Filter {
            languages: list(codes),
            ..any()
        };
        let count =
            |conn: &mut Conn, filter| -> u32 { calendar::days(conn, &filter, now(), &Here).unwrap().values().sum() };
        assert_eq!(count(conn, any()), 511);
        assert_eq!(count(conn, spoken(&["fr"])), 510);
        assert_eq!(count(conn, spoken(&["fr", "ar"])), 510, "each once");
        assert_eq!(count(conn, spoken(&["ar"])), 6);
        assert_eq!(count(conn, spoken(&["de"])), 0);
    });
}

#[test]
fn pages_neither_skip_nor_repeat() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut expected = Vec::new();
        for at in 0..4 {
            // All at the same hours: only the id tells them apart.
            expected.extend(series(conn, one.id, &format!("S{at}"), "2026-12-02T09:00:00Z", 5).1);
        }
        expected.sort_by_key(|session| (session.occurrence.start, session.id.to_string()));
        let mut read = Vec::new();
        let mut after = None;
        loop {
            let page = calendar::page(conn, &any(), now(), 3, after.as_ref(), &Here).unwrap();
            assert!(page.items.len() <= 3);
            read.extend(page.items.into_iter().map(|entry| entry.session));
            let Some(next) = page.next else { break };
            after = Some(next.to_string().parse().expect("a cursor survives the address bar"));
        }
        assert_eq!(read, expected);
        let exact = calendar::page(conn, &any(), now(), 20, None, &Here).unwrap();
        assert_eq!((exact.items.len(), exact.next), (20, None), "no empty page at the end");
        let days = calendar::days(conn, &any(), now(), &Here).unwrap();
        assert_eq!(days.values().copied().collect::<Vec<_>>(), [4, 4, 4, 4, 4]);
    });
}

#[test]
fn an_entry_of_ours_has_the_addresses_of_its_session() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (event, all) = series(conn, one.id, "Les mardis", "2026-12-08T09:00:00Z", 2);
        let entry = calendar::entry(conn, all[1].id, &Here).unwrap().expect("an entry");
        assert_eq!((entry.session, &entry.event), (all[1], &event));
        assert_eq!(entry.uri, format!("https://here.example/events/{}", all[1].id));
        assert_eq!(entry.url, format!("{}#page", entry.uri));
        let publisher = &entry.publisher;
        assert_eq!(
            (publisher.account.as_str(), publisher.local),
            ("escale@here.example", true)
        );
        assert_eq!(publisher.url, "https://here.example/centres/escale");
        assert_eq!(publisher.name, "Centre escale");
        assert_eq!(entry.relayed_by, []);
    });
}
