//! Attacks: each must be refused with the right status, and change nothing. Named after the attack.

mod content;
mod forged;
mod network;
mod owners;

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::{Actor, Foreign};
use crate::support::network::{Home, Running, clock};

/// A node that follows an honest actor, of whom it has one event; and a server that means harm.
pub struct Scene {
    pub node: Running,
    pub honest: Foreign,
    pub agenda: Actor,
    pub event: Value,
    pub evil: Foreign,
    pub mallory: Actor,
}

impl Scene {
    pub async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    pub async fn set_with(configure: impl FnOnce(&mut maillage::config::Config)) -> Self {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        let node = home.start_with(configure).await;
        node.centre("agenda").await;
        let (honest, evil) = (Foreign::start("honnete", &clock), Foreign::start("mechant", &clock));
        let (agenda, mallory) = (honest.actor("Group", "agenda"), evil.actor("Person", "mallory"));
        let event = honest.event(&agenda, "atelier", "Atelier");
        let scene = Self {
            node,
            honest,
            agenda,
            event,
            evil,
            mallory,
        };
        scene.follow(&scene.honest, &scene.agenda).await;
        assert_eq!(scene.agenda.tell(&scene.node, "Create", scene.event.clone()).await, 202);
        scene.unharmed().await;
        scene
    }

    pub async fn follow(&self, server: &Foreign, actor: &Actor) {
        self.node.follow(&actor.id).await;
        self.node.deliver().await;
        let asked = server.received(&self.node).await.pop().expect("a Follow");
        assert_eq!(actor.tell(&self.node, "Accept", asked).await, 202);
    }

    /// The one event is as it was, and nothing else is there.
    pub async fn unharmed(&self) {
        assert_eq!(self.node.titles().await, ["Atelier"]);
    }

    /// The event with another title and a newer date.
    pub fn rewritten(&self) -> Value {
        rewritten(&self.event)
    }
}

/// The same event with another title and a newer date.
pub fn rewritten(event: &Value) -> Value {
    let mut event = event.clone();
    event["name"] = json!("Détourné");
    event["updated"] = json!("2026-11-22T12:00:00Z");
    event
}
