//! Things to put into the store.

use std::sync::LazyLock;

use chrono::{Duration, NaiveDate};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::{Event, EventFacts, Origin, Schedule, Session};
use maillage::domain::id::{CentreId, EventId, FollowId, FollowerId, PeerId, SessionId};
use maillage::domain::peer::{Follow, FollowState, Follower, Peer, PeerKey};
use maillage::domain::random::SeededRandomness;
use maillage::domain::recurrence::{Occurrence, Recurrence};
use maillage::domain::text::Handle;
use maillage::domain::time::{DEFAULT_ZONE, Instant};
use maillage::store::calendar::Addresses;
use maillage::store::{Conn, centres, events, follows, peers, pulls};

/// One sequence for all ids of a test process: repeatable in order, never the same twice.
pub static RANDOM: LazyLock<SeededRandomness> = LazyLock::new(|| SeededRandomness::new(7));

/// `2026-12-01T09:00:00Z`.
pub fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// The present of these tests: a Tuesday at 8 in the morning, UTC.
pub fn now() -> Instant {
    at("2026-12-01T08:00:00Z")
}

/// Our addresses in these tests.
pub struct Here;

impl Addresses for Here {
    fn host(&self) -> String {
        "here.example".to_owned()
    }
    fn session_uri(&self, id: SessionId) -> String {
        format!("https://here.example/events/{id}")
    }
    fn session_page(&self, id: SessionId) -> String {
        format!("https://here.example/events/{id}#page")
    }
    fn centre_uri(&self, handle: &Handle) -> String {
        format!("https://here.example/groups/{handle}")
    }
    fn centre_page(&self, handle: &Handle) -> String {
        format!("https://here.example/centres/{handle}")
    }
}

pub fn centre(conn: &mut Conn, handle: &str, kind: CentreKind) -> Centre {
    let centre = Centre {
        id: CentreId::new(now(), &*RANDOM),
        handle: handle.parse().expect("a handle"),
        kind,
        profile: CentreProfile {
            name: format!("Centre {handle}"),
            ..CentreProfile::default()
        },
        created: now(),
        updated: now(),
    };
    centres::insert(conn, &centre).expect("a new centre");
    centre
}

/// A peer `handle@host`, not stored.
pub fn peer_of(handle: &str, host: &str) -> Peer {
    let uri = format!("https://{host}/groups/{handle}");
    Peer {
        id: PeerId::new(now(), &*RANDOM),
        uri: uri.clone(),
        kind: "Group".to_owned(),
        handle: handle.to_owned(),
        host: host.to_owned(),
        name: format!("Pair {handle}"),
        summary: String::new(),
        url: None,
        inbox: format!("{uri}/inbox"),
        shared_inbox: Some(format!("https://{host}/inbox")),
        outbox: None,
        upcoming: Some(format!("{uri}/upcoming")),
        followers: None,
        keys: vec![PeerKey {
            id: format!("{uri}#main-key"),
            public_key: "PEM".to_owned(),
        }],
        software: Some("maillage".to_owned()),
        contact: None,
        fetched: now(),
    }
}

pub fn peer(conn: &mut Conn, handle: &str, host: &str) -> Peer {
    let peer = peer_of(handle, host);
    peers::upsert(conn, &peer).expect("a new peer");
    peer
}

pub fn follow(conn: &mut Conn, follower: Option<CentreId>, peer: PeerId, state: FollowState) -> Follow {
    let id = FollowId::new(now(), &*RANDOM);
    let activity_uri = format!("https://here.example/activities/{id}");
    let follow = Follow {
        id,
        follower,
        peer,
        activity_uri,
        state,
        asked: now(),
        changed: now(),
    };
    follows::insert(conn, &follow).expect("a new follow");
    if state == FollowState::Accepted {
        // As its Accept does.
        pulls::schedule(conn, peer, now()).expect("a reading to come");
    }
    follow
}

pub fn follower(followed: Option<CentreId>, peer: PeerId) -> Follower {
    let id = FollowerId::new(now(), &*RANDOM);
    Follower {
        id,
        followed,
        peer,
        activity_uri: format!("https://there.example/follows/{id}"),
        since: now(),
    }
}

/// A two-hour occurrence.
pub fn occurrence(start: &str) -> Occurrence {
    let start = at(start);
    Occurrence {
        date: start.with_timezone(&DEFAULT_ZONE).date_naive(),
        start,
        end: start + Duration::hours(2),
    }
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The facts of a single event that starts at `start`.
pub fn facts(title: &str, start: &str) -> EventFacts {
    let first = occurrence(start);
    EventFacts::new(title, Schedule::once(DEFAULT_ZONE, first.start, first.end))
}

/// An event of a centre of ours, not stored.
pub fn event_of(centre: CentreId, facts: EventFacts) -> Event {
    let id = EventId::new(now(), &*RANDOM);
    Event {
        id,
        uri: format!("https://here.example/events/{id}"),
        url: format!("https://here.example/events/{id}"),
        origin: Origin::Local(centre),
        facts,
        published: now(),
        updated: now(),
    }
}

/// Stores a single event of ours; its session has its id.
pub fn local(conn: &mut Conn, centre: CentreId, facts: EventFacts) -> Event {
    let event = event_of(centre, facts);
    let occurrence = event.facts.schedule.sessions().expect("a schedule")[0];
    let session = Session {
        id: SessionId(event.id.0),
        event: event.id,
        occurrence,
    };
    events::insert_local(conn, &event, &[session], None).expect("a new event");
    event
}

/// Stores a weekly series of `count` sessions.
pub fn series(conn: &mut Conn, centre: CentreId, title: &str, start: &str, count: usize) -> (Event, Vec<Session>) {
    let mut facts = facts(title, start);
    facts.schedule.recurrence = Some(Recurrence {
        rule: format!("FREQ=WEEKLY;COUNT={count}"),
        exceptions: Vec::new(),
    });
    let event = event_of(centre, facts);
    let sessions: Vec<Session> = event
        .facts
        .schedule
        .sessions()
        .expect("a schedule")
        .into_iter()
        .map(|occurrence| Session {
            id: SessionId::new(now(), &*RANDOM),
            event: event.id,
            occurrence,
        })
        .collect();
    events::insert_local(conn, &event, &sessions, None).expect("a new series");
    (event, sessions)
}

/// An event of a peer, not stored.
pub fn remote_of(peer: &Peer, facts: EventFacts) -> (Event, Occurrence) {
    let id = EventId::new(now(), &*RANDOM);
    let occurrence = facts.schedule.sessions().expect("a schedule")[0];
    let uri = format!("https://{}/events/{id}", peer.host);
    let event = Event {
        id,
        url: uri.clone(),
        uri,
        origin: Origin::Remote(peer.id),
        facts,
        published: now(),
        updated: now(),
    };
    (event, occurrence)
}

/// Stores an event of a peer.
pub fn remote(conn: &mut Conn, peer: &Peer, facts: EventFacts) -> Event {
    let (event, occurrence) = remote_of(peer, facts);
    events::upsert_remote(conn, &event, occurrence).expect("a new remote event");
    event
}
