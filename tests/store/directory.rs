//! The directory of a large network: five hundred structures are found at once, by theme and by town too.
//! `--no-capture` tells the times.

use chrono::Duration;
use maillage::domain::calendar::Filter;
use maillage::domain::event::Series;
use maillage::domain::place::Place;
use maillage::store::{StoreError, directory};

use super::samples::{Here, at, facts, now, peer, remote};
use crate::support::database::Database;

/// Of each structure; a hundred is a year of a busy one, and takes minutes to store.
const SESSIONS: i64 = 4;

#[test]
fn five_hundred_structures_are_listed_at_once() {
    let database = Database::sqlite();
    let db = database.db();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let begun = std::time::Instant::now();
    for structure in 0..500 {
        let stored = db.write(move |conn| {
            let peer = peer(conn, &format!("centre{structure}"), &format!("c{structure}.example"));
            for session in 0..SESSIONS {
                let start = at("2026-12-02T09:00:00Z") + Duration::days(session / 4) + Duration::hours(session % 4 * 2);
                let mut facts = facts(&format!("Atelier {}", session % 4), &start.to_rfc3339());
                facts.themes = vec!["email".to_owned(), "sante".to_owned()];
                facts.audiences = vec!["seniors".to_owned()];
                facts.description = "Un atelier pour apprendre ensemble, à son rythme. ".repeat(20);
                facts.place = Some(Place {
                    address: format!("{structure} rue Neuve"),
                    postcode: format!("59{:03}", structure % 100),
                    city: format!("Bourg{}", structure % 100),
                    ..Place::default()
                });
                facts.series = Some(Series {
                    uri: format!("https://c{structure}.example/events/{}", session % 4),
                    rule: None,
                });
                remote(conn, &peer, facts);
            }
            Ok::<_, StoreError>(())
        });
        runtime.block_on(stored).expect("a structure");
    }
    println!("{} sessions stored in {:?}", 500 * SESSIONS, begun.elapsed());
    for (what, filter) in [
        ("all", Filter::default()),
        (
            "a theme",
            Filter {
                themes: vec!["email".to_owned()],
                ..Filter::default()
            },
        ),
        (
            "a town",
            Filter {
                city: Some("Bourg7".to_owned()),
                ..Filter::default()
            },
        ),
    ] {
        let begun = std::time::Instant::now();
        let found = directory::structures(&mut database.conn(), &filter, now(), &Here).expect("a directory");
        println!("{what}: {} structures in {:?}", found.len(), begun.elapsed());
        assert!(!found.is_empty() && begun.elapsed().as_secs() < 5);
    }
}
