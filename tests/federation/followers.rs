//! What each kind of follower is posted over weeks: people, calendars, Maillage nodes.

use std::sync::Arc;

use chrono::TimeDelta;
use maillage::app::events;
use maillage::domain::centre::Centre;
use maillage::domain::event::EventFacts;
use maillage::domain::place::Place;
use maillage::domain::time::FixedClock;
use maillage::federation::newcomers;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::{Actor, Foreign};
use crate::support::network::{Home, Running, clock, weekly, workshop};

/// A database of each kind.
fn databases() -> impl Iterator<Item = Database> {
    [Some(Database::sqlite()), Database::postgres()].into_iter().flatten()
}

/// A server of other software that says what it is.
pub(super) fn server(software: &str, name: &str, clock: &Arc<FixedClock>) -> Foreign {
    let server = Foreign::start(name, clock);
    says(&server, software);
    server
}

pub(super) fn says(server: &Foreign, software: &str) {
    let schema = "http://nodeinfo.diaspora.software/ns/schema/2.0";
    let index = json!({ "links": [{ "rel": schema, "href": server.url("/nodeinfo") }] });
    let document = json!({ "version": "2.0", "software": { "name": software, "version": "1" } });
    server.serve_as("/.well-known/nodeinfo", 200, "application/json", &index.to_string());
    server.serve_as("/nodeinfo", 200, "application/json", &document.to_string());
}

/// A node of ours with a centre.
struct Scene {
    clock: Arc<FixedClock>,
    home: Home,
    node: Running,
    centre: Centre,
}

impl Scene {
    async fn on(database: Database) -> Self {
        let clock = clock();
        let home = Home::new("noeud", database, &clock);
        let node = home.start().await;
        let centre = node.centre("agenda").await;
        Self {
            clock,
            home,
            node,
            centre,
        }
    }

    async fn followed_by(&self, actor: &Actor, followed: &str) {
        let follow = actor.says("Follow", followed);
        assert_eq!(actor.send(&self.node, &follow).await, 202);
    }

    async fn round(&self) {
        newcomers::step(&self.node.node.federation).await.expect("asked");
        events::keep_up(&self.node.node).await.expect("kept up");
        self.node.deliver().await;
    }

    /// Two hours by two hours.
    async fn live(&self, hours: i64) {
        for _ in 0..hours / 2 {
            self.clock.advance(TimeDelta::hours(2));
            self.round().await;
        }
    }

    async fn publish(&self, facts: EventFacts) -> maillage::domain::event::Event {
        events::publish(&self.node.node, self.centre.id, facts)
            .await
            .expect("published")
    }

    fn relay(&self) -> String {
        format!("{}actor", self.node.base)
    }
}

/// What came, a line each, without the answer to the Follow: type, who did it, and the day of the Event or the first
/// words of the Note.
fn lines(server: &Foreign) -> Vec<String> {
    let posts = server.posts();
    let ours = posts.iter().filter(|post| post["type"] != "Accept");
    ours.map(|post| {
        let (kind, actor) = (text(&post["type"]), text(&post["actor"]));
        let by = if actor.ends_with("/actor") { " by relay" } else { "" };
        let object = &post["object"];
        let what = match text(&object["type"]) {
            "Event" => &text(&object["startTime"])[..10],
            "Note" => text(&object["content"])
                .trim_start_matches("<p>")
                .split('\u{a0}')
                .next()
                .unwrap_or_default(),
            _ => "",
        };
        format!("{kind}{by} {what}").trim_end().to_owned()
    })
    .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn of(lines: &[String], start: &str) -> Vec<String> {
    lines.iter().filter(|line| line.starts_with(start)).cloned().collect()
}

fn at(mut facts: EventFacts, name: &str) -> EventFacts {
    facts.place = Some(Place {
        name: name.to_owned(),
        city: "Roubaix".to_owned(),
        ..Place::default()
    });
    facts
}

#[tokio::test]
async fn a_person_on_mastodon_sees_each_session_once_and_a_note_where_it_matters() {
    for database in databases() {
        let scene = Scene::on(database).await;
        let mastodon = server("mastodon", "mastodon", &scene.clock);
        scene
            .followed_by(&mastodon.actor("Person", "lectrice"), &scene.node.group("agenda"))
            .await;
        scene.round().await;
        let series = scene.publish(at(weekly("Les mardis", 30, 6), "L’Escale")).await;
        scene.live(8 * 24).await;
        // Three corrections within minutes.
        for place in ["La Bobine", "La Bobin", "La Bobine"] {
            let facts = at(weekly("Les mardis", 30, 6), place);
            events::revise(&scene.node.node, series.id, facts)
                .await
                .expect("revised");
            scene.clock.advance(TimeDelta::minutes(1));
            scene.round().await;
        }
        scene.live(10).await;
        // A program that is stopped and started again repeats nothing.
        let Scene {
            clock,
            home,
            node,
            centre,
        } = scene;
        home.stop(node).await;
        let scene = Scene {
            node: home.start().await,
            clock,
            home,
            centre,
        };
        scene.live(8 * 24 - 10).await;
        events::cancel(&scene.node.node, series.id, None)
            .await
            .expect("cancelled");
        events::cancel(&scene.node.node, series.id, None)
            .await
            .expect("cancelled again");
        scene.live(14 * 24).await;
        assert_eq!(
            lines(&mastodon),
            [
                "Create 2026-11-24",
                "Create 2026-12-01",
                "Create C’est demain",
                "Update 2026-12-01",
                "Update 2026-12-01",
                "Update 2026-12-01",
                "Create Du nouveau",
                "Create 2026-12-08",
                "Create C’est demain",
                "Create 2026-12-15",
                "Update 2026-12-15",
                "Create Ne vous déplacez pas",
                "Update 2026-12-15",
            ]
        );
    }
}

/// A node, and one follower of each kind.
struct Company {
    scene: Scene,
    /// Its relay follows ours.
    mobilizon: Foreign,
    /// Its relay follows the centre.
    mobilizon_of_centre: Foreign,
    /// It trusts us by our address: it follows our relay.
    gancio: Foreign,
    maillage: Foreign,
}

impl Company {
    async fn on(database: Database) -> Self {
        let scene = Scene::on(database).await;
        let (relay, group) = (scene.relay(), scene.node.group("agenda"));
        let servers = [
            ("mobilizon", "mobilizon", "relay", &relay),
            ("mobilizon", "rencontres", "relay", &group),
            ("gancio", "gancio", "events", &relay),
            ("maillage", "voisin", "relay", &group),
        ];
        let mut there = Vec::new();
        for (software, name, actor, followed) in servers {
            let server = server(software, name, &scene.clock);
            scene.followed_by(&server.actor("Application", actor), followed).await;
            there.push(server);
        }
        scene.round().await;
        let [mobilizon, mobilizon_of_centre, gancio, maillage] =
            <[Foreign; 4]>::try_from(there).unwrap_or_else(|_| panic!("four servers"));
        Self {
            scene,
            mobilizon,
            mobilizon_of_centre,
            gancio,
            maillage,
        }
    }
}

#[tokio::test]
async fn calendars_get_sessions_weeks_ahead_and_nodes_one_sign_of_each_change() {
    for database in databases() {
        let company = Company::on(database).await;
        let scene = &company.scene;
        // The tenth session is nine weeks away.
        let series = scene.publish(at(weekly("Les mardis", 30, 10), "L’Escale")).await;
        scene.live(2).await;
        let dates = [
            "2026-11-24",
            "2026-12-01",
            "2026-12-08",
            "2026-12-15",
            "2026-12-22",
            "2026-12-29",
            "2027-01-05",
            "2027-01-12",
        ];
        let created = |by: &str| dates.map(|date| format!("Create{by} {date}")).to_vec();
        assert_eq!(lines(&company.gancio), created(" by relay"));
        assert_eq!(lines(&company.mobilizon), vec!["Announce by relay"; 8]);
        let of_centre = lines(&company.mobilizon_of_centre);
        assert_eq!(of(&of_centre, "Create"), created(""));
        assert_eq!(of(&of_centre, "Announce"), vec!["Announce"; 8]);
        assert_eq!(
            of_centre[..2],
            ["Create 2026-11-24", "Announce"],
            "what is announced is known"
        );
        assert_eq!(lines(&company.maillage), ["Create 2026-11-24"]);

        // Over a month each later session is posted once; no reminders.
        scene.live(13 * 24 + 22).await;
        assert_eq!(lines(&company.maillage), ["Create 2026-11-24"]);
        assert_eq!(lines(&company.gancio).len(), 10);
        assert_eq!(lines(&company.mobilizon).len(), 10);
        assert_eq!(lines(&company.mobilizon_of_centre).len(), 20);

        events::cancel(&scene.node.node, series.id, None)
            .await
            .expect("cancelled");
        scene.round().await;
        let left = [
            "2026-12-08",
            "2026-12-15",
            "2026-12-22",
            "2026-12-29",
            "2027-01-05",
            "2027-01-12",
            "2027-01-19",
            "2027-01-26",
        ];
        let updated = |by: &str| left.map(|date| format!("Update{by} {date}")).to_vec();
        assert_eq!(lines(&company.maillage)[1..], ["Update 2026-12-08"]);
        assert_eq!(lines(&company.gancio)[10..], updated(" by relay"));
        let relay = lines(&company.mobilizon)[10..].to_vec();
        assert_eq!(
            of(&relay, "Update"),
            updated(""),
            "signed by the centre, whose event it is"
        );
        assert_eq!(
            of(&relay, "Announce"),
            vec!["Announce by relay"; 8],
            "an Update that fails is read again"
        );

        events::delete(&scene.node.node, series.id).await.expect("deleted");
        scene.round().await;
        // What is over is withdrawn too.
        assert_eq!(of(&lines(&company.gancio), "Delete by relay").len(), 10);
        assert_eq!(of(&lines(&company.mobilizon), "Delete").len(), 10);
        assert_eq!(of(&lines(&company.maillage), "Delete").len(), 10);
        assert!(
            company
                .mobilizon_of_centre
                .posts()
                .iter()
                .all(|post| post["object"]["type"] != "Note")
        );
    }
}

#[tokio::test]
async fn what_servers_are_announced_is_for_no_timeline() {
    let company = Company::on(Database::sqlite()).await;
    let scene = &company.scene;
    let person = server("mastodon", "mastodon", &scene.clock);
    scene
        .followed_by(&person.actor("Person", "curieuse"), &scene.relay())
        .await;
    scene.round().await;
    scene.publish(workshop("Café numérique", 30)).await;
    scene.round().await;
    assert_eq!(
        lines(&person),
        [""; 0],
        "who follows the relay as a person sees nothing of it"
    );
    let received = company.mobilizon.received(&scene.node).await;
    let announce = received.last().expect("an Announce");
    assert_eq!(announce["to"], json!([format!("{}actor/followers", scene.node.base)]));
    assert!(announce.get("cc").is_none());
    let published = company.gancio.received(&scene.node).await;
    let create = published.last().expect("a Create");
    assert_eq!(create["actor"], scene.relay().as_str());
    assert_eq!(create["object"]["attributedTo"], scene.node.group("agenda").as_str());
}

#[tokio::test]
async fn a_calendar_that_comes_late_is_told_of_what_the_others_know() {
    for database in databases() {
        let scene = Scene::on(database).await;
        scene.publish(weekly("Les mardis", 30, 4)).await;
        scene.live(4).await;
        let group = scene.node.group("agenda");
        let late = Foreign::start("tard", &scene.clock);
        scene.followed_by(&late.actor("Group", "agenda"), &group).await;
        scene.round().await;
        // Its host does not say what it runs: a session that comes near now is posted to it.
        scene.live(32).await;
        assert_eq!(lines(&late), ["Create 2026-12-01",]);
        says(&late, "hubzilla");
        scene.live(8).await;
        assert_eq!(
            lines(&late),
            ["Create 2026-12-01", "Create 2026-12-08", "Create 2026-12-15"],
            "each session once"
        );
        scene.live(14 * 24).await;
        assert_eq!(lines(&late).len(), 3);
    }
}

#[tokio::test]
async fn two_processes_on_one_database_post_and_remind_once() {
    let Some(database) = Database::postgres() else { return };
    let scene = Scene::on(database).await;
    let mastodon = server("mastodon", "mastodon", &scene.clock);
    scene
        .followed_by(&mastodon.actor("Person", "lectrice"), &scene.node.group("agenda"))
        .await;
    let second = scene.home.start().await;
    scene.publish(weekly("Les mardis", 30, 3)).await;
    for _ in 0..15 * 12 {
        scene.clock.advance(TimeDelta::hours(2));
        let rounds = tokio::join!(events::keep_up(&scene.node.node), events::keep_up(&second.node));
        rounds.0.and(rounds.1).expect("kept up");
        tokio::join!(scene.node.deliver(), second.deliver());
    }
    assert_eq!(
        lines(&mastodon),
        [
            "Create 2026-11-24",
            "Create 2026-12-01",
            "Create C’est demain",
            "Create 2026-12-08",
            "Create C’est demain",
        ]
    );
}

#[tokio::test]
async fn a_change_that_is_taken_back_is_no_news() {
    let scene = Scene::on(Database::sqlite()).await;
    let mastodon = server("mastodon", "mastodon", &scene.clock);
    scene
        .followed_by(&mastodon.actor("Person", "lectrice"), &scene.node.group("agenda"))
        .await;
    let event = scene.publish(at(workshop("Café", 6 * 24), "L’Escale")).await;
    for place in ["La Bobine", "L’Escale"] {
        scene.clock.advance(TimeDelta::minutes(1));
        events::revise(&scene.node.node, event.id, at(workshop("Café", 6 * 24), place))
            .await
            .expect("revised");
    }
    scene.live(2).await;
    assert_eq!(
        lines(&mastodon),
        ["Create 2026-11-29", "Update 2026-11-29", "Update 2026-11-29"]
    );

    // Another hour: told in the Update, with the one it had, and in one note.
    events::revise(&scene.node.node, event.id, at(workshop("Café", 6 * 24 + 1), "L’Escale"))
        .await
        .expect("revised");
    scene.live(2).await;
    let posts = mastodon.posts();
    let [.., update, note] = &posts[..] else {
        panic!("an Update and a note")
    };
    assert_eq!(update["object"]["startTime"], "2026-11-29T09:00:00+01:00");
    assert_eq!(update["object"]["previousStartTime"], "2026-11-29T08:00:00+01:00");
    assert_eq!(note["object"]["inReplyTo"], update["object"]["id"]);
    let words = text(&note["object"]["content"]);
    assert!(words.contains("de 9\u{a0}h à 11\u{a0}h"), "{words}");
}

#[tokio::test]
async fn reminders_come_at_the_hour_that_is_set_or_never() {
    for (reminders, expected) in [(true, Some("2026-11-25T15:00:00Z")), (false, None)] {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        let set = |config: &mut maillage::config::Config| {
            config.federation.reminders = reminders;
            config.federation.reminder_hour = 16;
        };
        let node = home.start_with(set).await;
        let centre = node.centre("agenda").await;
        let mastodon = server("mastodon", "mastodon", &clock);
        let reader = mastodon.actor("Person", "lectrice");
        assert_eq!(reader.tell(&node, "Follow", node.group("agenda")).await, 202);
        let facts = workshop("Café", 3 * 24 + 2);
        events::publish(&node.node, centre.id, facts).await.expect("published");
        for _ in 0..80 {
            clock.advance(TimeDelta::hours(1));
            events::keep_up(&node.node).await.expect("kept up");
            node.deliver().await;
        }
        let posts = mastodon.posts();
        let notes: Vec<&str> = posts
            .iter()
            .filter(|post| post["object"]["type"] == "Note")
            .map(|post| text(&post["object"]["published"]))
            .collect();
        assert_eq!(notes, Vec::from_iter(expected));
    }
}

#[tokio::test]
async fn what_does_not_take_place_is_no_news_to_who_never_heard_of_it() {
    let company = Company::on(Database::sqlite()).await;
    let scene = &company.scene;
    let mastodon = server("mastodon", "mastodon", &scene.clock);
    scene
        .followed_by(&mastodon.actor("Person", "lectrice"), &scene.node.group("agenda"))
        .await;
    scene.round().await;
    let mut facts = workshop("Annulé d’avance", 30);
    facts.status = maillage::domain::event::Status::Cancelled;
    scene.publish(facts).await;
    scene.round().await;
    for heard in [
        &mastodon,
        &company.mobilizon,
        &company.mobilizon_of_centre,
        &company.gancio,
    ] {
        assert_eq!(lines(heard), [""; 0]);
    }
    assert_eq!(lines(&company.maillage).len(), 1, "nodes show it");

    // Of a series that is called off between two posts, the next date is none either.
    let series = scene.publish(weekly("Les mardis", 30, 3)).await;
    scene.live(24).await;
    assert_eq!(of(&lines(&mastodon), "Create").len(), 1);
    events::cancel(&scene.node.node, series.id, None)
        .await
        .expect("cancelled");
    scene.live(3 * 7 * 24).await;
    assert_eq!(of(&lines(&mastodon), "Create 2026").len(), 1, "{:?}", lines(&mastodon));
}
