//! Events: what a change does to their sessions, and what is kept of a peer's.

use chrono::Duration;
use maillage::domain::centre::CentreKind;
use maillage::domain::event::{Event, Origin, Session, Status};
use maillage::domain::id::{EventId, PeerId, SessionId};
use maillage::domain::recurrence::{Occurrence, Recurrence};
use maillage::store::announces::Announce;
use maillage::store::events::Upserted;
use maillage::store::peers::Edition;
use maillage::store::sessions::Reconciled;
use maillage::store::{Conn, StoreError, announces, changes, events, inbox, sessions, tombstones};

use super::samples::{
    RANDOM, at, centre, date, event_of, facts, local, now, occurrence, peer, remote, remote_of, series,
};
use crate::support::database::both_conn;

fn update(conn: &mut Conn, event: &Event) -> Reconciled {
    let occurrences = event.facts.schedule.sessions().expect("a schedule");
    events::update_local(conn, event, &occurrences, None, now(), &*RANDOM).expect("an update")
}

fn dates(sessions: &[Session]) -> Vec<String> {
    sessions
        .iter()
        .map(|session| session.occurrence.date.to_string())
        .collect()
}

#[test]
fn an_event_comes_back_as_it_went_in() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let event = local(conn, one.id, facts("Café numérique", "2026-12-02T09:00:00Z"));
        assert_eq!(events::by_id(conn, event.id).unwrap(), Some(event.clone()));
        assert_eq!(events::by_uri(conn, &event.uri).unwrap(), Some(event.clone()));
        let session = sessions::of_event(conn, event.id).unwrap().remove(0);
        assert_eq!(session.id, SessionId(event.id.0));
        assert_eq!(
            events::of_session(conn, session.id).unwrap(),
            Some((event.clone(), session))
        );
        let again = Event {
            id: EventId::new(now(), &*RANDOM),
            ..event.clone()
        };
        assert!(matches!(
            events::insert_local(conn, &again, &[], None),
            Err(StoreError::AlreadyExists)
        ));
    });
}

#[test]
fn a_centre_finds_an_event_by_its_own_name_for_it() {
    both_conn(|conn| {
        let (one, two) = (
            centre(conn, "escale", CentreKind::Centre),
            centre(conn, "bobine", CentreKind::Centre),
        );
        let named = |title: &str| {
            let mut facts = facts(title, "2026-12-02T09:00:00Z");
            facts.external_id = Some("mardis-1".to_owned());
            facts
        };
        let (ours, theirs) = (
            local(conn, one.id, named("À nous")),
            local(conn, two.id, named("À eux")),
        );
        let there = peer(conn, "agenda", "there.example");
        remote(conn, &there, named("Ailleurs"));
        assert_eq!(events::by_external_id(conn, one.id, "mardis-1").unwrap(), Some(ours));
        assert_eq!(events::by_external_id(conn, two.id, "mardis-1").unwrap(), Some(theirs));
        assert_eq!(events::by_external_id(conn, one.id, "mardis-2").unwrap(), None);
        let twice = events::insert_local(conn, &event_of(one.id, named("Encore")), &[], None);
        assert!(matches!(twice, Err(StoreError::AlreadyExists)));
    });
}

#[test]
fn a_series_keeps_the_sessions_that_stay() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (mut event, before) = series(conn, one.id, "Les mardis", "2026-12-08T09:00:00Z", 4);
        sessions::mark_announced(conn, before[0].id, now()).unwrap();
        event.facts.schedule.recurrence = Some(Recurrence {
            rule: "FREQ=WEEKLY;COUNT=6".to_owned(),
            exceptions: vec![date("2026-12-22")],
        });
        let done = update(conn, &event);
        assert_eq!(dates(&done.removed), ["2026-12-22"]);
        assert_eq!(dates(&done.added), ["2027-01-05", "2027-01-12"]);
        assert_eq!(done.changed, []);
        assert_eq!(dates(&done.kept), ["2026-12-08", "2026-12-15", "2026-12-29"]);
        let after = sessions::of_event(conn, event.id).unwrap();
        assert_eq!(
            dates(&after),
            ["2026-12-08", "2026-12-15", "2026-12-29", "2027-01-05", "2027-01-12"]
        );
        assert_eq!(after[0].id, before[0].id);
        let announced = sessions::posted_of_event(conn, event.id).unwrap();
        assert_eq!(
            announced.iter().map(|(session, _)| *session).collect::<Vec<_>>(),
            [before[0]]
        );
    });
}

#[test]
fn another_hour_changes_the_sessions_and_keeps_their_ids() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (mut event, before) = series(conn, one.id, "Les mardis", "2026-12-08T09:00:00Z", 3);
        event.facts.schedule.start += Duration::hours(1);
        event.facts.schedule.end += Duration::hours(1);
        let done = update(conn, &event);
        assert_eq!(
            (
                done.added.len(),
                done.changed.len(),
                done.removed.len(),
                done.kept.len()
            ),
            (0, 3, 0, 0)
        );
        let after = sessions::of_event(conn, event.id).unwrap();
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old.id, new.id);
            assert_eq!(new.occurrence.start, old.occurrence.start + Duration::hours(1));
        }
    });
}

#[test]
fn a_single_event_that_moves_keeps_its_only_session() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut event = local(conn, one.id, facts("Une fois", "2026-12-02T09:00:00Z"));
        event.facts.schedule = facts("Une fois", "2026-12-09T13:00:00Z").schedule;
        let done = update(conn, &event);
        assert_eq!((done.added.len(), done.removed.len()), (0, 0));
        assert_eq!(done.changed, sessions::of_event(conn, event.id).unwrap());
        assert_eq!(done.changed[0].id, SessionId(event.id.0));
        assert_eq!(done.changed[0].occurrence, occurrence("2026-12-09T13:00:00Z"));
    });
}

#[test]
fn a_single_event_becomes_a_series_and_one_again() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let mut event = local(conn, one.id, facts("Une fois", "2026-12-02T09:00:00Z"));
        let first = SessionId(event.id.0);
        event.facts.schedule = facts("Trois fois", "2026-12-03T09:00:00Z").schedule;
        event.facts.schedule.recurrence = Some(Recurrence {
            rule: "FREQ=WEEKLY;COUNT=3".to_owned(),
            exceptions: Vec::new(),
        });
        let done = update(conn, &event);
        assert_eq!((done.added.len(), done.changed.len(), done.removed.len()), (2, 1, 0));
        assert_eq!(
            (done.changed[0].id, done.changed[0].occurrence.date),
            (first, date("2026-12-03"))
        );
        event.facts.schedule = facts("Une fois", "2026-12-17T09:00:00Z").schedule;
        let done = update(conn, &event);
        assert_eq!((done.added.len(), done.changed.len(), done.removed.len()), (0, 1, 2));
        assert_eq!(
            (done.changed[0].id, done.changed[0].occurrence.date),
            (first, date("2026-12-17"))
        );
        assert_eq!(sessions::of_event(conn, event.id).unwrap(), done.changed);
    });
}

#[test]
fn what_is_over_stays_in_a_series() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (mut event, _) = series(conn, one.id, "Les mardis", "2026-11-17T09:00:00Z", 5);
        event.facts.schedule.start = at("2026-12-10T09:00:00Z");
        event.facts.schedule.end = at("2026-12-10T11:00:00Z");
        let done = update(conn, &event);
        assert_eq!(dates(&done.kept), ["2026-11-17", "2026-11-24"]);
        assert_eq!(dates(&done.removed), ["2026-12-01", "2026-12-08", "2026-12-15"]);
        assert_eq!(done.added.len(), 5);
    });
}

#[test]
fn a_removed_event_leaves_tombstones() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (event, all) = series(conn, one.id, "Les mardis", "2026-12-08T09:00:00Z", 2);
        let uris: Vec<String> = all
            .iter()
            .map(|session| format!("https://here.example/events/{}", session.id))
            .collect();
        let stamp = changes::stamp(conn).unwrap();
        events::remove(conn, &event, &uris, now()).unwrap();
        assert!(changes::stamp(conn).unwrap() > stamp);
        assert_eq!(events::by_id(conn, event.id).unwrap(), None);
        assert_eq!(sessions::by_id(conn, all[0].id).unwrap(), None);
        for uri in uris.iter().chain([&event.uri]) {
            assert_eq!(tombstones::find(conn, uri).unwrap(), Some(now()), "{uri}");
        }
        assert_eq!(
            tombstones::find(conn, "https://here.example/events/other").unwrap(),
            None
        );
    });
}

#[test]
fn a_remote_event_is_kept_once() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let (event, when) = remote_of(&there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        assert_eq!(
            events::upsert_remote(conn, &event, when).unwrap(),
            Upserted::Created(event.id)
        );
        let stamp = changes::stamp(conn).unwrap();
        let again = Event {
            id: EventId::new(now(), &*RANDOM),
            ..event.clone()
        };
        assert_eq!(
            events::upsert_remote(conn, &again, when).unwrap(),
            Upserted::Unchanged(event.id)
        );
        assert_eq!(
            changes::stamp(conn).unwrap(),
            stamp,
            "nothing to see, nothing to reload"
        );
        assert_eq!(events::counts(conn).unwrap(), events::Counts { local: 0, remote: 1 });
        assert_eq!(sessions::of_event(conn, event.id).unwrap().len(), 1);
    });
}

#[test]
fn a_remote_event_bears_the_message_that_brought_it() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let (event, when) = remote_of(&there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        let (message, other) = ([7; 32], [8; 32]);
        let edition = Edition::of(&there).unwrap();
        let arrival = |conn: &mut Conn, digest| inbox::arrival(conn, there.id, &edition, &event.uri, digest).unwrap();
        let before = arrival(conn, &message).expect("a sender");
        assert!(before.sender.current && !before.sender.followed && !before.repeated && !before.trace.known);

        events::upsert_over(conn, None, &event, when, Some(&message)).unwrap();
        for (digest, repeated) in [(&message, true), (&other, false)] {
            let after = arrival(conn, digest).expect("a sender");
            assert!(after.trace.known && after.trace.deleted.is_none());
            assert_eq!(after.repeated, repeated);
        }
        let changed = Event {
            updated: now() + Duration::minutes(5),
            ..event.clone()
        };
        events::upsert_over(conn, Some(event.clone()), &changed, when, Some(&other)).unwrap();
        assert!(arrival(conn, &message).expect("a sender").repeated, "it still does");

        assert!(!inbox::seen(conn, &message, None).unwrap());
        events::forget(conn, &[event.id]).unwrap();
        assert!(inbox::seen(conn, &message, None).unwrap());
        assert!(arrival(conn, &message).expect("a sender").repeated);
        inbox::purge(conn, now() - Duration::hours(1)).unwrap();
        assert!(
            inbox::seen(conn, &message, None).unwrap(),
            "it came when the id was made"
        );
        inbox::purge(conn, now() + Duration::hours(1)).unwrap();
        assert!(!inbox::seen(conn, &message, None).unwrap());

        events::upsert_over(conn, None, &event, when, Some(&message)).unwrap();
        events::remove(conn, &event, &[], now()).unwrap();
        let after = arrival(conn, &message).expect("a sender");
        assert!(after.repeated && after.trace.deleted.is_some());
        assert_eq!(
            inbox::arrival(conn, PeerId::new(now(), &*RANDOM), &edition, "", &other).unwrap(),
            None
        );
    });
}

#[test]
fn the_newer_form_of_a_remote_event_wins_whatever_the_order() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let (first, when) = remote_of(&there, facts("Premier titre", "2026-12-02T09:00:00Z"));
        events::upsert_remote(conn, &first, when).unwrap();
        let moved = occurrence("2026-12-03T09:00:00Z");
        let mut second = Event {
            updated: now() + Duration::minutes(5),
            ..first.clone()
        };
        second.facts.title = "Second titre".to_owned();
        assert_eq!(
            events::upsert_remote(conn, &second, moved).unwrap(),
            Upserted::Updated(first.id)
        );
        assert_eq!(
            events::upsert_remote(conn, &first, when).unwrap(),
            Upserted::Unchanged(first.id)
        );
        assert_eq!(events::by_uri(conn, &first.uri).unwrap(), Some(second.clone()));
        assert_eq!(sessions::of_event(conn, first.id).unwrap()[0].occurrence, moved);
        second.facts.summary = "Même date de modification, autre contenu".to_owned();
        assert_eq!(
            events::upsert_remote(conn, &second, moved).unwrap(),
            Upserted::Updated(first.id)
        );
    });
}

#[test]
fn an_event_of_ours_is_never_written_over_from_outside() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let ours = local(conn, one.id, facts("À nous", "2026-12-02T09:00:00Z"));
        let there = peer(conn, "agenda", "there.example");
        let forged = Event {
            origin: Origin::Remote(there.id),
            facts: facts("Volé", "2026-12-02T09:00:00Z"),
            updated: now() + Duration::days(1),
            ..ours.clone()
        };
        let done = events::upsert_remote(conn, &forged, occurrence("2026-12-02T09:00:00Z")).unwrap();
        assert_eq!(done, Upserted::Unchanged(ours.id));
        assert_eq!(events::by_id(conn, ours.id).unwrap(), Some(ours));
    });
}

#[test]
fn a_pull_sees_what_a_peer_still_has_to_come() {
    both_conn(|conn| {
        let (there, other) = (
            peer(conn, "agenda", "there.example"),
            peer(conn, "agenda", "other.example"),
        );
        remote(conn, &there, facts("Passé", "2026-11-02T09:00:00Z"));
        let next = remote(conn, &there, facts("À venir", "2026-12-02T09:00:00Z"));
        remote(conn, &other, facts("D’un autre", "2026-12-02T09:00:00Z"));
        let known = events::upcoming_of_peer(conn, there.id, now()).unwrap();
        let expected = events::RemoteEvent {
            id: next.id,
            uri: next.uri.clone(),
            updated: next.updated,
        };
        assert_eq!(known, [expected]);
    });
}

#[test]
fn a_tombstone_goes_when_its_event_is_back() {
    both_conn(|conn| {
        let there = peer(conn, "agenda", "there.example");
        let event = remote(conn, &there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        events::remove(conn, &event, &[], now()).unwrap();
        assert!(tombstones::find(conn, &event.uri).unwrap().is_some());
        let back = events::upsert_remote(conn, &event, occurrence("2026-12-02T09:00:00Z")).unwrap();
        assert_eq!(back, Upserted::Created(event.id));
        assert_eq!(tombstones::find(conn, &event.uri).unwrap(), None);
    });
}

#[test]
fn our_events_are_listed_newest_first() {
    both_conn(|conn| {
        let (one, two) = (
            centre(conn, "escale", CentreKind::Centre),
            centre(conn, "bobine", CentreKind::Centre),
        );
        let there = peer(conn, "agenda", "there.example");
        remote(conn, &there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        let mut ids: Vec<EventId> = (0..5)
            .map(|at| local(conn, [one.id, two.id][at % 2], facts("Ici", "2026-12-02T09:00:00Z")).id)
            .collect();
        ids.sort();
        ids.reverse();
        let list = |conn: &mut Conn, centre, before| -> Vec<EventId> {
            events::list_local(conn, centre, before, 3)
                .unwrap()
                .into_iter()
                .map(|event| event.id)
                .collect()
        };
        assert_eq!(list(conn, None, None), ids[..3]);
        assert_eq!(list(conn, None, Some(ids[2])), ids[3..]);
        assert_eq!(list(conn, Some(two.id), None).len(), 2);
        assert_eq!(events::counts(conn).unwrap(), events::Counts { local: 5, remote: 1 });
    });
}

#[test]
fn a_long_series_is_extended_when_its_horizon_comes_near() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (complete, _) = series(conn, one.id, "Courte", "2026-12-08T09:00:00Z", 2);
        let mut facts = facts("Longue", "2026-12-08T09:00:00Z");
        facts.schedule.recurrence = Some(Recurrence {
            rule: "FREQ=MONTHLY;COUNT=60".to_owned(),
            exceptions: Vec::new(),
        });
        let event = event_of(one.id, facts);
        let all: Vec<Occurrence> = event.facts.schedule.sessions().unwrap();
        let session = |occurrence| Session {
            id: SessionId::new(now(), &*RANDOM),
            event: event.id,
            occurrence,
        };
        let first: Vec<Session> = all[..18].iter().copied().map(session).collect();
        let horizon = all[17].start;
        events::insert_local(conn, &event, &first, Some(horizon)).unwrap();
        assert_eq!(events::short_of_horizon(conn, horizon, 10).unwrap(), []);
        let later = horizon + Duration::days(40);
        assert_eq!(
            events::short_of_horizon(conn, later, 10).unwrap(),
            std::slice::from_ref(&event)
        );
        events::extend(conn, event.id, &[session(all[18])], Some(all[18].start)).unwrap();
        assert_eq!(sessions::of_event(conn, event.id).unwrap().len(), 19);
        assert_eq!(events::short_of_horizon(conn, all[18].start, 10).unwrap(), []);
        events::extend(conn, event.id, &[session(all[19])], None).unwrap();
        assert_eq!(
            events::short_of_horizon(conn, later + Duration::days(999), 10).unwrap(),
            []
        );
        assert_ne!(complete.id, event.id);
    });
}

#[test]
fn the_drip_takes_what_is_near_and_not_announced() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let (_, all) = series(conn, one.id, "Les mardis", "2026-11-24T09:00:00Z", 4);
        let there = peer(conn, "agenda", "there.example");
        remote(conn, &there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        let week = now() + Duration::days(7);
        let due = sessions::to_announce(conn, now(), week, 10).unwrap();
        assert_eq!(due, [all[1]], "not what is over, not what is far, not what is a peer's");
        sessions::mark_announced(conn, all[1].id, now()).unwrap();
        assert_eq!(sessions::to_announce(conn, now(), week, 10).unwrap(), []);
        let next = sessions::to_announce(conn, now(), week + Duration::days(7), 10).unwrap();
        assert_eq!(next, [all[2]]);
    });
}

#[test]
fn what_is_called_off_is_not_announced_later() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        for (status, expected) in [(Status::Cancelled, 0), (Status::Postponed, 0), (Status::Full, 1)] {
            let mut off = facts("Un mardi", "2026-12-02T09:00:00Z");
            off.status = status;
            local(conn, one.id, off);
            let due = sessions::to_announce(conn, now(), now() + Duration::days(7), 10).unwrap();
            assert_eq!(due.len(), expected, "{status:?}");
        }
    });
}

#[test]
fn the_sessions_of_a_centre_come_in_pages() {
    both_conn(|conn| {
        let (one, two) = (
            centre(conn, "escale", CentreKind::Centre),
            centre(conn, "bobine", CentreKind::Centre),
        );
        series(conn, one.id, "Les mardis", "2026-11-24T09:00:00Z", 4);
        let (event, _) = series(conn, one.id, "Aussi", "2026-12-08T09:00:00Z", 3);
        local(conn, two.id, facts("Ailleurs", "2026-12-08T09:00:00Z"));
        let mut read = Vec::new();
        let mut after = None;
        loop {
            let page = sessions::upcoming_of_centre(conn, one.id, now(), 2, after.as_ref()).unwrap();
            read.extend(page.items.iter().map(|(session, _)| *session));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            dates(&read),
            [
                "2026-12-01",
                "2026-12-08",
                "2026-12-08",
                "2026-12-15",
                "2026-12-15",
                "2026-12-22"
            ]
        );
        assert_eq!(sessions::count_of_centre(conn, one.id, now()).unwrap(), 6);
        assert_eq!(
            dates(&sessions::next_of_event(conn, event.id, now(), 2).unwrap()),
            ["2026-12-08", "2026-12-15"]
        );
    });
}

#[test]
fn each_actor_announces_an_event_once() {
    both_conn(|conn| {
        let network = centre(conn, "rlin", CentreKind::Network);
        let there = peer(conn, "agenda", "there.example");
        let event = remote(conn, &there, facts("Ailleurs", "2026-12-02T09:00:00Z"));
        let announce = |by, uri: &str| Announce {
            event: event.id,
            by,
            activity_uri: uri.to_owned(),
            at: now(),
            via: Vec::new(),
        };
        let ours = announce(Origin::Local(network.id), "https://here.example/activities/1");
        assert!(announces::insert(conn, &ours).unwrap());
        assert!(
            !announces::insert(
                conn,
                &announce(Origin::Local(network.id), "https://here.example/activities/2")
            )
            .unwrap()
        );
        assert!(announces::insert(conn, &announce(Origin::Remote(there.id), "https://there.example/a/1")).unwrap());
        assert_eq!(announces::of_event(conn, event.id).unwrap().len(), 2);
        assert_eq!(
            announces::by_activity_uri(conn, &ours.activity_uri).unwrap(),
            Some(ours)
        );
        assert!(announces::remove(conn, event.id, Origin::Local(network.id)).unwrap());
        assert!(!announces::remove(conn, event.id, Origin::Local(network.id)).unwrap());
        events::remove(conn, &event, &[], now()).unwrap();
        assert_eq!(announces::of_event(conn, event.id).unwrap(), []);
    });
}
