//! Query plans: the calendar and the workers go by index, whatever is asked.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use maillage::domain::calendar::{Filter, Near};
use maillage::domain::centre::CentreKind;
use maillage::domain::event::{Format, Level, Mode, Price};
use maillage::domain::id::{EventId, PeerId};
use maillage::domain::peer::FollowerKind;
use maillage::store::deliveries::Outcome;
use maillage::store::hosts::Room;
use maillage::store::{
    Conn, activities, backlog, calendar, changes, deliveries, directory, events, followers, hosts, inbox, merges,
    notices, peers, pulls, sessions,
};

use super::samples::{Here, RANDOM, at, centre, facts, local, now, peer, remote};
use crate::support::database::{Database, both};

/// Notes each statement that runs.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<String>>>);

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split(" -- binds:").next().unwrap_or(&text);
            self.0.lock().expect("the list").push(sql.to_owned());
        }
    }
}

/// The statements that `run` sends.
fn heard(conn: &mut Conn, run: impl FnOnce(&mut Conn)) -> Vec<String> {
    let listener = Listener::default();
    conn.set_instrumentation(listener.clone());
    run(conn);
    conn.set_instrumentation(None::<Box<dyn Instrumentation>>);
    let mut heard = listener.0.lock().expect("the list").clone();
    heard.retain(|sql| !sql.starts_with("BEGIN") && !sql.starts_with("COMMIT"));
    assert!(!heard.is_empty(), "nothing was heard");
    heard
}

#[derive(QueryableByName)]
struct SqlitePlan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresPlan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

fn plan(database: &Database, conn: &mut Conn, sql: &str) -> Vec<String> {
    if !database.is_postgres() {
        let lines: Vec<SqlitePlan> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
            .load(conn)
            .expect("a plan");
        return lines.into_iter().map(|line| line.detail).collect();
    }
    let parameters = (1..).take_while(|at| sql.contains(&format!("${at}"))).count();
    let nulls = vec!["NULL"; parameters].join(", ");
    let call = if parameters == 0 {
        "asked".to_owned()
    } else {
        format!("asked({nulls})")
    };
    conn.batch_execute(&format!("PREPARE asked AS {sql}"))
        .expect("a statement");
    let lines: Vec<PostgresPlan> = diesel::sql_query(format!("EXPLAIN EXECUTE {call}"))
        .load(conn)
        .expect("a plan");
    conn.batch_execute("DEALLOCATE asked").expect("forgotten");
    lines.into_iter().map(|line| line.line).collect()
}

/// Read from its newest end up to a limit, and holding our own events alone: a scan of it is no scan of the table.
const OURS: &str = "events_local";

/// Tables that grow with the network: reading them whole is never right.
const LARGE: [&str; 9] = [
    "sessions",
    "events",
    "event_tags",
    "announces",
    "peers",
    "hosts",
    "deliveries",
    "activities",
    "inbox_seen",
];

fn scans(plan: &[String]) -> Vec<String> {
    let whole = |line: &&String| {
        LARGE
            .iter()
            .any(|table| line.contains(&format!("SCAN {table}")) || line.contains(&format!("Seq Scan on {table}")))
    };
    plan.iter()
        .filter(whole)
        .filter(|line| !line.contains(OURS))
        .cloned()
        .collect()
}

/// Fails when a statement of `run` reads a large table whole; returns all plans.
fn by_index(database: &Database, conn: &mut Conn, what: &str, run: impl FnOnce(&mut Conn)) -> Vec<String> {
    let mut plans = Vec::new();
    for sql in heard(conn, run) {
        let plan = plan(database, conn, &sql);
        assert!(
            scans(&plan).is_empty(),
            "{what} reads a table whole:\n{sql}\n{}",
            plan.join("\n")
        );
        plans.extend(plan);
    }
    plans
}

fn prepared(database: &Database) -> Conn {
    let mut conn = database.conn();
    if database.is_postgres() {
        // A test has few rows, which PostgreSQL rightly reads whole: it is asked what it would do with many.
        conn.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
            .expect("settings");
    }
    let one = centre(&mut conn, "escale", CentreKind::Centre);
    let there = peer(&mut conn, "agenda", "there.example");
    local(&mut conn, one.id, facts("Ici", "2026-12-02T09:00:00Z"));
    let mut far = facts("Là-bas", "2026-12-02T09:00:00Z");
    far.place = Some(maillage::domain::place::Place {
        city: "Roubaix".to_owned(),
        latitude: Some(50.7),
        longitude: Some(3.2),
        ..Default::default()
    });
    remote(&mut conn, &there, far);
    conn
}

fn filters() -> Vec<(&'static str, Filter)> {
    let any = Filter::default;
    let list = |code: &str| vec![code.to_owned()];
    let name = |text: &str| Some(text.to_owned());
    vec![
        ("nothing", any()),
        (
            "from",
            Filter {
                from: Some(now()),
                ..any()
            },
        ),
        (
            "to",
            Filter {
                to: Some(at("2027-01-01T00:00:00Z")),
                ..any()
            },
        ),
        (
            "q",
            Filter {
                q: name("cafe ecran"),
                ..any()
            },
        ),
        (
            "city",
            Filter {
                city: name("Roubaix"),
                ..any()
            },
        ),
        (
            "postcode",
            Filter {
                postcode: name("59"),
                ..any()
            },
        ),
        (
            "near a point",
            Filter {
                near: Some(Near::Point(50.7, 3.2)),
                ..any()
            },
        ),
        (
            "near a town",
            Filter {
                near: Some(Near::Town("Roubaix".to_owned())),
                ..any()
            },
        ),
        (
            "near nowhere",
            Filter {
                near: Some(Near::Town("Nulle-Part".to_owned())),
                ..any()
            },
        ),
        (
            "theme",
            Filter {
                themes: list("email"),
                ..any()
            },
        ),
        (
            "type",
            Filter {
                types: list("atelier"),
                ..any()
            },
        ),
        (
            "level",
            Filter {
                levels: vec![Level::Debutant, Level::Avance],
                ..any()
            },
        ),
        (
            "audience",
            Filter {
                audiences: list("seniors"),
                ..any()
            },
        ),
        (
            "language",
            Filter {
                languages: list("ar"),
                ..any()
            },
        ),
        (
            "accessibility",
            Filter {
                accessibility: vec!["mi".to_owned(), "hi".to_owned()],
                ..any()
            },
        ),
        (
            "format",
            Filter {
                formats: vec![Format::Collectif],
                ..any()
            },
        ),
        (
            "mode",
            Filter {
                modes: vec![Mode::Online],
                ..any()
            },
        ),
        (
            "price",
            Filter {
                prices: vec![Price::Gratuit],
                ..any()
            },
        ),
        (
            "our centre",
            Filter {
                centre: name("escale"),
                ..any()
            },
        ),
        (
            "a peer",
            Filter {
                centre: name("agenda@there.example"),
                ..any()
            },
        ),
        (
            "our network",
            Filter {
                network: name("escale"),
                ..any()
            },
        ),
        (
            "a network elsewhere",
            Filter {
                network: name("agenda@there.example"),
                ..any()
            },
        ),
    ]
}

#[test]
fn the_calendar_never_reads_a_table_whole() {
    both(|database| {
        let mut conn = prepared(database);
        let cursor = "1764000000000~0190-a".parse().expect("a cursor");
        for (what, filter) in filters() {
            for after in [None, Some(&cursor)] {
                by_index(database, &mut conn, what, |conn| {
                    calendar::page(conn, &filter, now(), 20, after, &Here).expect("a page");
                });
            }
            by_index(database, &mut conn, what, |conn| {
                calendar::days(conn, &filter, now(), &Here).expect("days");
            });
        }
    });
}

#[test]
fn a_common_tag_goes_by_index_too() {
    both(|database| {
        let mut conn = prepared(database);
        let ours = centre(&mut conn, "bobine", CentreKind::Centre);
        conn.write_tx(|conn| -> Result<(), maillage::store::StoreError> {
            for _ in 0..510 {
                let mut facts = facts("Ici", "2026-12-02T09:00:00Z");
                facts.languages = vec!["fr".to_owned()];
                local(conn, ours.id, facts);
            }
            Ok(())
        })
        .expect("many events");
        let french = Filter {
            languages: vec!["fr".to_owned()],
            ..Filter::default()
        };
        let plans = by_index(database, &mut conn, "a common language", |conn| {
            calendar::page(conn, &french, now(), 20, None, &Here).expect("a page");
        });
        // PostgreSQL knows how many events have the tag and decides by itself; SQLite goes by time as it is told.
        let by_time = plans.iter().any(|line| line.contains("sessions_by_time"));
        assert!(by_time || database.is_postgres(), "in order of time: {plans:?}");
    });
}

#[test]
fn the_plain_calendar_is_read_in_the_order_of_its_index() {
    both(|database| {
        let mut conn = prepared(database);
        let plans = by_index(database, &mut conn, "the calendar", |conn| {
            calendar::page(conn, &Filter::default(), now(), 20, None, &Here).expect("a page");
        });
        let text = plans.join("\n");
        assert!(text.contains("sessions_by_time"), "{text}");
        // The announcements of the page's events are sorted; the sessions themselves come sorted.
        let sorting = plans
            .iter()
            .position(|line| line.contains("TEMP B-TREE") || line.contains("Sort Key: sessions"));
        let sessions = plans
            .iter()
            .position(|line| line.contains("sessions_by_time"))
            .expect("the index");
        assert!(sorting.is_none_or(|at| at > sessions + 1), "{text}");
    });
}

const ROOM: Room = Room {
    healthy: 8,
    new: 8,
    failing: 8,
};

#[test]
fn workers_and_lists_go_by_index() {
    both(|database| {
        let mut conn = prepared(database);
        let there = PeerId::new(now(), &*RANDOM);
        let event = EventId::new(now(), &*RANDOM);
        by_index(database, &mut conn, "the workers", |conn| {
            hosts::claim(conn, now(), now(), ROOM, "w").expect("a claim");
            hosts::next_due(conn, now()).expect("the next");
            hosts::heard_from(conn, "there.example", now()).expect("heard");
            deliveries::next(conn, "there.example", 8).expect("deliveries");
            let about = ["https://here.example/1".to_owned()];
            deliveries::next_about_another(conn, "there.example", &about, &[None]).expect("a delivery");
            deliveries::settle_inbox(
                conn,
                "there.example",
                "https://there.example/inbox",
                Outcome::Gone,
                now(),
            )
            .expect("nothing");
            followers::remove_inbox(conn, "there.example", "https://there.example/inbox").expect("nobody");
            hosts::call_back(conn, now()).expect("none");
            activities::purge(conn, now(), 8).expect("a purge");
            deliveries::expire(conn, "there.example", now(), 8, now()).expect("nothing");
            deliveries::purge(conn, now(), 8).expect("a purge");
            pulls::claim(conn, now(), now(), pulls::Last::Whole, 8).expect("a claim");
            pulls::claim(conn, now(), now(), pulls::Last::Troubled, 8).expect("a claim");
            inbox::purge(conn, now()).expect("a purge");
            inbox::seen(conn, &[7; 32], None).expect("a look");
            let known = peer(conn, "autre", "other.example");
            let edition = peers::Edition::of(&known).expect("an edition");
            inbox::arrival(conn, known.id, &edition, "https://other.example/1", &[7; 32]).expect("a look");
            sessions::to_announce(conn, now(), now(), 8).expect("the drip");
            sessions::to_tell(conn, now(), now(), 8).expect("the drip of calendars");
            notices::changes_due(conn, now(), 8).expect("changes");
            notices::without_reminder(conn, (now(), now()), now(), 8).expect("reminders");
            followers::claim_hosts(conn, now(), now(), 8).expect("hosts");
            followers::any_of(conn, None, FollowerKind::CALENDARS).expect("a look");
            followers::instances(conn, None).expect("servers");
            followers::set_kind(conn, "there.example", Some("mobilizon"), now()).expect("known");
            events::short_of_horizon(conn, now(), 8).expect("the horizon");
        });
        // Prepared by hand, PostgreSQL cannot tell the types of what is selected here.
        if !database.is_postgres() {
            let post = crate::support::outbox::activity(now());
            let plans = by_index(database, &mut conn, "a post to calendars", |conn| {
                activities::record_for_kinds(conn, &post, FollowerKind::CALENDARS).expect("recorded");
            });
            let plans = plans.join("\n");
            assert!(plans.contains("followers_by_kind"), "{plans}");
        }
        crate::support::outbox::record(&mut conn, "there.example", 3, now());
        crate::support::outbox::record(&mut conn, "where.example", 1, now());
        by_index(database, &mut conn, "what waits", |conn| {
            backlog::page(conn, None, 8).expect("a page");
            backlog::page(conn, Some("other.example"), 8).expect("a page");
            backlog::of(conn, "there.example").expect("a host");
            backlog::total(conn).expect("a sum");
            backlog::retry(conn, "there.example", now()).expect("a retry");
            backlog::retry_all(conn, now()).expect("a retry");
            backlog::newest(conn, "there.example").expect("the newest");
            backlog::give_up(conn, "there.example", 2, 8, now()).expect("given up");
        });
        by_index(database, &mut conn, "the lists", |conn| {
            events::list_local(conn, None, None, 8).expect("a list");
            events::list_local(conn, None, Some(event), 8).expect("a list");
            events::upcoming_of_peer(conn, there, now()).expect("a list");
            sessions::next_of_event(conn, event, now(), 8).expect("a list");
            changes::stamp(conn).expect("a stamp");
        });
    });
}

#[test]
fn what_readers_are_shown_goes_by_index() {
    both(|database| {
        let mut conn = prepared(database);
        let there = peer(&mut conn, "agenda", "there.example");
        let other = peer(&mut conn, "autre", "other.example");
        let plans = by_index(
            database,
            &mut conn,
            "an event that is stored, changed and forgotten",
            |conn| {
                let mut placed = facts("Là-bas", "2026-12-02T09:00:00Z");
                placed.place = Some(maillage::domain::place::Place {
                    city: "Roubaix".to_owned(),
                    postcode: "59100".to_owned(),
                    latitude: Some(50.7),
                    longitude: Some(3.2),
                    ..Default::default()
                });
                let mut stored = remote(conn, &other, placed);
                stored.updated += chrono::Duration::hours(1);
                let occurrence = stored.facts.schedule.sessions().expect("a schedule")[0];
                events::upsert_remote(conn, &stored, occurrence).expect("an update");
                merges::list(conn, now(), None, 8, None).expect("a list");
                merges::told_apart(conn, now(), 8).expect("a list");
                calendar::page(conn, &Filter::default(), now(), 20, None, &Here).expect("a page");
                events::forget(conn, &[stored.id]).expect("forgotten");
            },
        );
        // What may be the same workshop is found in the index alone; of PostgreSQL it depends on when a table was last vacuumed.
        let in_index = plans
            .iter()
            .any(|line| line.contains("USING COVERING INDEX sessions_by_time (starts_at=?"));
        assert!(in_index || database.is_postgres(), "{plans:?}");
        by_index(database, &mut conn, "the directory and what is past", |conn| {
            directory::structures(conn, &Filter::default(), now(), &Here).expect("a directory");
            sessions::next_of_series(conn, there.id, "https://there.example/s", now(), 8).expect("a series");
            events::forget_past(conn, now() - chrono::Duration::days(90), 8).expect("a purge");
        });
    });
}

#[test]
fn a_table_read_whole_would_be_seen() {
    both(|database| {
        let mut conn = prepared(database);
        for sql in [
            "SELECT id FROM events WHERE search_text LIKE '%a%'",
            "SELECT id FROM activities WHERE body = 'x'",
        ] {
            let plan = plan(database, &mut conn, sql);
            assert!(!scans(&plan).is_empty(), "{plan:?}");
        }
    });
}
