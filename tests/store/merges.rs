//! Sessions that are one workshop: settled whenever one of them is written or goes, undone by staff for good.

use maillage::domain::calendar::{Entry, Filter};
use maillage::domain::centre::CentreKind;
use maillage::domain::event::{CoOrganiser, Event, EventFacts, Series, Status};
use maillage::domain::id::SessionId;
use maillage::domain::peer::Peer;
use maillage::domain::place::Place;
use maillage::store::schema::sessions;
use maillage::store::{Conn, calendar, events, merges};

use diesel::prelude::*;

use super::samples::{Here, RANDOM, at, centre, facts, now, peer, remote, series};
use crate::support::database::both_conn;

const START: &str = "2026-12-03T13:00:00Z";

fn cafe(title: &str, start: &str) -> EventFacts {
    let mut facts = facts(title, start);
    facts.place = Some(Place {
        name: "L’Escale".to_owned(),
        address: "80 rue de l’Alma".to_owned(),
        postcode: "59100".to_owned(),
        city: "Roubaix".to_owned(),
        ..Place::default()
    });
    facts
}

/// The same, as another publisher writes it.
fn written_otherwise() -> EventFacts {
    let mut facts = cafe("Cafés NUMÉRIQUES !", START);
    facts.place = Some(Place {
        name: "Centre social".to_owned(),
        address: "80, r. de l'Alma".to_owned(),
        postcode: "59059".to_owned(),
        city: "Roubaix Cedex 1".to_owned(),
        ..Place::default()
    });
    facts
}

fn id(event: &Event) -> SessionId {
    SessionId(event.id.0)
}

/// The session that is shown in the place of this one.
fn shown_for(conn: &mut Conn, session: SessionId) -> Option<SessionId> {
    let shown: Option<String> = sessions::table
        .find(session.to_string())
        .select(sessions::merged_into)
        .first(conn)
        .expect("a session");
    shown.map(|id| id.parse().expect("an id"))
}

fn again(conn: &mut Conn, event: &Event, change: impl FnOnce(&mut EventFacts)) {
    let mut changed = event.clone();
    change(&mut changed.facts);
    changed.updated += chrono::Duration::hours(1);
    let occurrence = changed.facts.schedule.sessions().expect("a schedule")[0];
    events::upsert_remote(conn, &changed, occurrence).expect("an update");
}

/// Two peers with the same workshop; the smaller uri is shown.
fn two(conn: &mut Conn) -> (Peer, Event, Event) {
    let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
    let other = remote(conn, &zoe, written_otherwise());
    let shown = remote(conn, &ada, cafe("Café numérique", START));
    assert_eq!(shown_for(conn, id(&other)), Some(id(&shown)));
    assert_eq!(shown_for(conn, id(&shown)), None);
    (ada, shown, other)
}

#[test]
fn the_same_workshop_of_two_peers_is_one_whoever_came_first() {
    both_conn(|conn| {
        two(conn);
    });
    both_conn(|conn| {
        let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
        let shown = remote(conn, &ada, cafe("Café numérique", START));
        let other = remote(conn, &zoe, written_otherwise());
        assert_eq!(shown_for(conn, id(&other)), Some(id(&shown)));
    });
}

#[test]
fn another_hour_place_or_title_is_another_workshop() {
    both_conn(|conn| {
        let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
        remote(conn, &ada, cafe("Café numérique", START));
        let mut elsewhere = cafe("Café numérique", START);
        elsewhere.place.as_mut().expect("a place").address = "2 place Neuve".to_owned();
        for other in [
            cafe("Café numérique", "2026-12-03T13:30:00Z"),
            cafe("Atelier couture", START),
            elsewhere,
        ] {
            let other = remote(conn, &zoe, other);
            assert_eq!(shown_for(conn, id(&other)), None, "{:?}", other.facts);
        }
    });
}

#[test]
fn a_session_of_our_series_is_one_with_that_of_a_partner() {
    both_conn(|conn| {
        let here = centre(conn, "escale", CentreKind::Centre);
        let zoe = peer(conn, "zoe", "a.example");
        let mut theirs = cafe("Mardi", "2026-12-10T13:00:00Z");
        theirs.title = "Les jeudis numériques, avec l’Escale".to_owned();
        theirs.co_organisers.push(CoOrganiser {
            name: "centre Escale".to_owned(),
            uri: None,
        });
        let theirs = remote(conn, &zoe, theirs);
        let (event, dates) = series(conn, here.id, "Les jeudis numériques", START, 3);
        // The series has no place yet.
        assert_eq!(shown_for(conn, id(&theirs)), None);
        let mut placed = event.clone();
        placed.facts.place = cafe("", START).place;
        let occurrences = placed.facts.schedule.sessions().expect("a schedule");
        events::update_local(conn, &placed, &occurrences, None, now(), &*RANDOM).expect("an update");
        // Whoever is named as a partner is shown, though its uri is greater.
        assert_eq!(shown_for(conn, id(&theirs)), Some(dates[1].id));
        events::remove(conn, &placed, &[], now()).expect("removed");
        assert_eq!(shown_for(conn, id(&theirs)), None);
    });
}

#[test]
fn a_session_of_ours_that_moved_is_found_where_it_is_now() {
    both_conn(|conn| {
        let (here, zoe) = (
            centre(conn, "escale", CentreKind::Centre),
            peer(conn, "zoe", "z.example"),
        );
        let (event, dates) = series(conn, here.id, "Café numérique", START, 3);
        let mut placed = event.clone();
        placed.facts.place = cafe("", START).place;
        let occurrences = placed.facts.schedule.sessions().expect("a schedule");
        events::update_local(conn, &placed, &occurrences, None, now(), &*RANDOM).expect("an update");
        let theirs = remote(conn, &zoe, cafe("Café numérique", START));
        let (ours, other) = (shown_for(conn, dates[0].id), shown_for(conn, id(&theirs)));
        assert!(
            ours == Some(id(&theirs)) || other == Some(dates[0].id),
            "{ours:?} {other:?}"
        );
    });
}

#[test]
fn a_change_of_hour_splits_and_a_change_back_joins() {
    both_conn(|conn| {
        let (_, shown, other) = two(conn);
        again(conn, &shown, |facts| {
            *facts = cafe("Café numérique", "2026-12-03T14:00:00Z")
        });
        assert_eq!(shown_for(conn, id(&other)), None);
        assert_eq!(shown_for(conn, id(&shown)), None);
        let mut back = shown.clone();
        back.updated += chrono::Duration::hours(2);
        again(conn, &back, |_| {});
        assert_eq!(shown_for(conn, id(&other)), Some(id(&shown)));
    });
}

#[test]
fn what_is_called_off_or_deleted_leaves_the_other_shown() {
    both_conn(|conn| {
        let (_, shown, other) = two(conn);
        again(conn, &shown, |facts| facts.status = Status::Cancelled);
        assert_eq!(shown_for(conn, id(&other)), None);
        assert_eq!(shown_for(conn, id(&shown)), Some(id(&other)));
        events::remove(conn, &other, &[], now()).expect("removed");
        assert_eq!(shown_for(conn, id(&shown)), None);
    });
}

#[test]
fn when_the_shown_one_of_three_goes_the_others_stay_one() {
    let three = |conn: &mut Conn| {
        let (ada, shown, other) = two(conn);
        let mia = peer(conn, "mia", "m.example");
        let third = remote(conn, &mia, cafe("Café numérique", START));
        assert_eq!(shown_for(conn, id(&third)), Some(id(&shown)));
        (ada, shown, other, third)
    };
    both_conn(|conn| {
        let (_, shown, other, third) = three(conn);
        events::forget(conn, &[shown.id]).expect("forgotten");
        assert_eq!(shown_for(conn, id(&other)), Some(id(&third)));
        assert_eq!(shown_for(conn, id(&third)), None);
    });
    both_conn(|conn| {
        let (ada, _, other, third) = three(conn);
        maillage::store::peers::remove(conn, ada.id).expect("removed");
        assert_eq!(shown_for(conn, id(&other)), Some(id(&third)));
    });
}

#[test]
fn what_staff_told_apart_stays_apart_when_it_changes_until_they_allow_it() {
    both_conn(|conn| {
        let (_, shown, other) = two(conn);
        let pairs = merges::list(conn, now(), None, 10, None).expect("a list").items;
        assert_eq!(pairs.len(), 1);
        assert_eq!((pairs[0].shown, pairs[0].behind), (id(&shown), id(&other)));
        assert!(pairs[0].likeness.is_some_and(|likeness| !likeness.named));
        assert!(merges::tell_apart(conn, id(&other), id(&shown), now()).expect("told"));
        assert_eq!(shown_for(conn, id(&other)), None);
        again(conn, &shown, |facts| facts.summary = "Autrement".to_owned());
        assert_eq!(shown_for(conn, id(&other)), None);
        // Forgotten and received anew, it has another id, and the same uri.
        events::forget(conn, &[other.id]).expect("forgotten");
        let mut anew = other.clone();
        anew.id = maillage::domain::id::EventId::new(at("2026-12-01T08:00:01Z"), &*RANDOM);
        again(conn, &anew, |_| {});
        assert_eq!(shown_for(conn, id(&anew)), None);
        assert!(merges::allow(conn, id(&shown), id(&anew), now()).expect("allowed"));
        assert_eq!(shown_for(conn, id(&anew)), Some(id(&shown)));
        assert!(!merges::tell_apart(conn, id(&shown), id(&other), now()).expect("asked"));
    });
}

/// A date of a series of `peer`, this many weeks after [`START`].
fn dated(conn: &mut Conn, peer: &Peer, title: &str, week: i64) -> Event {
    let start = at(START) + chrono::Duration::weeks(week);
    let mut facts = cafe(title, &start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    facts.series = Some(Series {
        uri: format!("https://{}/events/serie", peer.host),
        rule: Some("FREQ=WEEKLY".to_owned()),
    });
    remote(conn, peer, facts)
}

#[test]
fn two_series_are_told_apart_once_with_the_dates_that_are_not_there_yet() {
    both_conn(|conn| {
        let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
        let mine: Vec<Event> = (0..6).map(|week| dated(conn, &ada, "Café numérique", week)).collect();
        let theirs: Vec<Event> = (0..5).map(|week| dated(conn, &zoe, "Cafés numériques", week)).collect();
        let alone = remote(conn, &zoe, cafe("Dictée", "2026-12-04T13:00:00Z"));
        let twin = remote(conn, &ada, cafe("Dictée", "2026-12-04T13:00:00Z"));
        let merged = |conn: &mut Conn| merges::list(conn, now(), None, 10, None).expect("a list").items;
        let all = merged(conn);
        assert_eq!(all.iter().map(|pair| pair.dates).collect::<Vec<_>>(), [5, 1]);
        assert_eq!((all[0].shown, all[0].behind), (id(&mine[0]), id(&theirs[0])));

        assert!(merges::tell_apart(conn, all[0].behind, all[0].shown, now()).expect("told"));
        let late = dated(conn, &zoe, "Cafés numériques", 5);
        for one in theirs.iter().chain([&late]) {
            assert_eq!(shown_for(conn, id(one)), None);
        }
        assert_eq!(
            shown_for(conn, id(&alone)),
            Some(id(&twin)),
            "what has nothing to do with them"
        );
        assert_eq!(merged(conn).len(), 1);
        let apart = merges::told_apart(conn, now(), 10).expect("a list");
        assert_eq!(apart.len(), 1);
        let sides = [apart[0].shown, apart[0].behind];
        assert!(sides.contains(&id(&mine[0])) && sides.contains(&id(&theirs[0])));

        // As long as they go on it holds, however old it is.
        let later = now() + chrono::Duration::days(20);
        assert_eq!(merges::purge_vetoes(conn, later, later).expect("a purge"), 0);
        assert!(merges::allow(conn, apart[0].behind, apart[0].shown, now()).expect("allowed"));
        assert_eq!(merged(conn)[0].dates, 6, "and all of them are one again");
        assert!(merges::tell_apart(conn, id(&mine[3]), id(&theirs[3]), now()).expect("told"));
        let over = now() + chrono::Duration::days(90);
        assert_eq!(merges::purge_vetoes(conn, now(), over).expect("a purge"), 0, "not old");
        assert_eq!(merges::purge_vetoes(conn, over, over).expect("a purge"), 1);
    });
}

#[test]
fn two_dates_of_one_series_are_told_apart_without_the_others() {
    both_conn(|conn| {
        let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
        let twice = [dated(conn, &ada, "Café", 0), dated(conn, &ada, "Café", 0)];
        dated(conn, &ada, "Café", 1);
        dated(conn, &zoe, "Café", 1);
        let pairs = merges::list(conn, now(), None, 10, None).expect("a list").items;
        assert_eq!(pairs.len(), 2);
        assert!(merges::tell_apart(conn, id(&twice[0]), id(&twice[1]), now()).expect("told"));
        let left = merges::list(conn, now(), None, 10, None).expect("a list").items;
        assert_eq!(left, pairs[1..], "the partner's date is still one with ours");
        assert_eq!(merges::told_apart(conn, now(), 10).expect("a list").len(), 1);
        assert!(merges::allow(conn, id(&twice[1]), id(&twice[0]), now()).expect("allowed"));
        assert_eq!(merges::list(conn, now(), None, 10, None).expect("a list").items, pairs);
    });
}

#[test]
fn pairs_come_in_pages_and_for_one_session() {
    both_conn(|conn| {
        let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
        let mut all = Vec::new();
        for day in 4..9 {
            let start = format!("2026-12-{day:02}T13:00:00Z");
            let shown = remote(conn, &ada, cafe("Dictée", &start));
            all.push((id(&shown), id(&remote(conn, &zoe, cafe("Dictée", &start)))));
        }
        let (mut seen, mut after) = (Vec::new(), None);
        for length in [2, 2, 1] {
            let page = merges::list(conn, now(), None, 2, after.as_ref()).expect("a page");
            assert_eq!(page.items.len(), length);
            seen.extend(page.items.into_iter().map(|pair| (pair.shown, pair.behind)));
            after = page.next;
        }
        assert_eq!((seen, after), (all.clone(), None));
        for side in [all[3].0, all[3].1] {
            let of = merges::list(conn, now(), Some(side), 2, None).expect("a page").items;
            assert_eq!(of.iter().map(|pair| pair.shown).collect::<Vec<_>>(), [all[3].0]);
        }
    });
}

#[test]
fn merges_need_no_more_than_a_few_looks() {
    both_conn(|conn| {
        let zoe = peer(conn, "zoe", "z.example");
        for minute in 0..40 {
            remote(
                conn,
                &zoe,
                cafe("Café numérique", &format!("2026-12-03T13:{minute:02}:00Z")),
            );
        }
        let ada = peer(conn, "ada", "a.example");
        let one = remote(conn, &ada, cafe("Café numérique", START));
        let merged: i64 = sessions::table
            .filter(sessions::merged_into.is_not_null())
            .count()
            .get_result(conn)
            .expect("a count");
        assert_eq!(merged, 1);
        assert_eq!(shown_for(conn, id(&one)), None);
    });
}

fn found(conn: &mut Conn, filter: &Filter) -> Vec<Entry> {
    calendar::page(conn, filter, now(), 100, None, &Here)
        .expect("a page")
        .items
}

#[test]
fn readers_see_one_with_both_names_and_find_it_by_what_either_tells() {
    both_conn(|conn| {
        let (ada, shown, other) = two(conn);
        again(conn, &other, |facts| facts.themes = vec!["email".to_owned()]);
        let all = found(conn, &Filter::default());
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].publishers(), ["Pair ada", "Pair zoe"]);
        assert_eq!(
            (all[0].uri.as_str(), all[0].twins[0].uri.as_str()),
            (shown.uri.as_str(), other.uri.as_str())
        );
        let days = calendar::days(conn, &Filter::default(), now(), &Here).expect("days");
        assert_eq!(days.values().sum::<u32>(), 1);
        // Only the other has the theme, and only the other is the other's.
        for filter in [
            Filter {
                themes: vec!["email".to_owned()],
                ..Filter::default()
            },
            Filter {
                centre: Some("zoe@z.example".to_owned()),
                ..Filter::default()
            },
        ] {
            let found = found(conn, &filter);
            assert_eq!(found.len(), 1, "{filter:?}");
            assert_eq!(found[0].publishers(), ["Pair zoe", "Pair ada"]);
            assert_eq!(calendar::days(conn, &filter, now(), &Here).expect("days").len(), 1);
        }
        let of_ada = Filter {
            centre: Some(format!("{}@{}", ada.handle, ada.host)),
            ..Filter::default()
        };
        assert_eq!(found(conn, &of_ada)[0].uri, shown.uri);
        // Both addresses keep their page.
        for event in [&shown, &other] {
            let entry = calendar::entry(conn, id(event), &Here)
                .expect("a page")
                .expect("an entry");
            assert_eq!((entry.uri.as_str(), entry.twins.len()), (event.uri.as_str(), 1));
        }
    });
}

#[test]
fn of_two_that_stand_behind_one_that_is_not_looked_for_one_is_shown() {
    both_conn(|conn| {
        let (_, shown, other) = two(conn);
        let mia = peer(conn, "mia", "m.example");
        let third = remote(conn, &mia, cafe("Café numérique", START));
        for behind in [&other, &third] {
            again(conn, behind, |facts| facts.themes = vec!["email".to_owned()]);
            assert_eq!(shown_for(conn, id(behind)), Some(id(&shown)));
        }
        let filter = Filter {
            themes: vec!["email".to_owned()],
            ..Filter::default()
        };
        let first = calendar::page(conn, &filter, now(), 1, None, &Here).expect("a page");
        assert_eq!(first.items.len(), 1);
        assert_eq!(first.items[0].twins.len(), 2, "with the names of all");
        let rest = calendar::page(conn, &filter, now(), 1, first.next.as_ref(), &Here).expect("a page");
        assert!(first.next.is_none() || rest.items.is_empty());
        assert_eq!(found(conn, &filter).len(), 1);
        let days = calendar::days(conn, &filter, now(), &Here).expect("days");
        assert_eq!(days.values().sum::<u32>(), 1);
    });
}

#[test]
fn of_those_behind_one_that_is_not_looked_for_the_one_that_takes_place_is_shown() {
    both_conn(|conn| {
        let (_, _, other) = two(conn);
        let mia = peer(conn, "mia", "m.example");
        let third = remote(conn, &mia, cafe("Café numérique", START));
        for (off, on) in [(&other, &third), (&third, &other)] {
            again(conn, off, |facts| {
                facts.themes = vec!["email".to_owned()];
                facts.status = Status::Cancelled;
            });
            again(conn, on, |facts| facts.themes = vec!["email".to_owned()]);
            let filter = Filter {
                themes: vec!["email".to_owned()],
                ..Filter::default()
            };
            let page = calendar::page(conn, &filter, now(), 10, None, &Here).expect("a page");
            let shown: Vec<_> = page.items.iter().map(|entry| entry.event.id).collect();
            assert_eq!(shown, [on.id]);
        }
    });
}

#[test]
fn pages_of_one_neither_repeat_nor_lose_merged_sessions() {
    both_conn(|conn| {
        let (ada, zoe) = (peer(conn, "ada", "a.example"), peer(conn, "zoe", "z.example"));
        for day in 10..20 {
            let start = format!("2026-12-{day}T13:00:00Z");
            remote(conn, &zoe, cafe("Café numérique", &start));
            remote(conn, &ada, cafe("Café numérique", &start));
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = calendar::page(conn, &Filter::default(), now(), 1, cursor.as_ref(), &Here).expect("a page");
            seen.extend(page.items.into_iter().map(|entry| entry.session.occurrence.date));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let mut once = seen.clone();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (10, 10), "{seen:?}");
    });
}

#[test]
fn one_that_is_called_off_is_told_by_the_one_that_is_not() {
    both_conn(|conn| {
        let (_, _, other) = two(conn);
        again(conn, &other, |facts| facts.status = Status::Cancelled);
        let all = found(conn, &Filter::default());
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].called_off_by()[0].publisher.name, "Pair zoe");
    });
}
