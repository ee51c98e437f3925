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
fn server(software: &str, name: &str, clock: &Arc<FixedClock>) -> Foreign {
    let server = Foreign::start(name, clock);
    says(&server, software);
    server
}

fn says(server: &Foreign, software: &str) {
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
