//! What other software writes, word for word: each document of `tests/fixtures` is sent to a running node by a server that
//! plays its software, or served to it. `tests/fixtures/README.md` says where each shape is from.

mod friendica;
mod gancio;
mod hubzilla;
mod mastodon;
mod mobilizon;
mod wordpress;

use maillage::app::{events, following};
use maillage::federation::discover::{discover, node_info};
use serde_json::{Value, json};
use url::Url;

use super::fetch::fetcher;
use crate::support::database::Database;
use crate::support::foreign::{Actor, Foreign};
use crate::support::network::{Home, Running, clock, workshop};

/// A node with a centre `agenda` and one event, and a server of the software.
struct Scene {
    node: Running,
    other: Foreign,
    /// Folder of the fixtures.
    software: &'static str,
    /// Host in the fixtures.
    host: &'static str,
    /// Id of the node's own event.
    event: String,
}

impl Scene {
    async fn new(software: &'static str, host: &'static str) -> Self {
        let clock = clock();
        let node = Home::new("noeud", Database::sqlite(), &clock).start().await;
        let centre = node.centre("agenda").await;
        let own = events::publish(&node.node, centre.id, workshop("Café du centre", 400)).await;
        let event = own.expect("published").id.to_string();
        Self {
            node,
            other: Foreign::start(software, &clock),
            software,
            host,
            event,
        }
    }

    /// A fixture whose hosts are those of this test.
    fn fixture(&self, name: &str) -> Value {
        let file = format!(
            "{}/tests/fixtures/{}/{name}.json",
            env!("CARGO_MANIFEST_DIR"),
            self.software
        );
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (ours, theirs) = (self.node.base.as_str(), self.other.base.as_str());
        let host = |base: &str| base.trim_end_matches('/').trim_start_matches("http://").to_owned();
        let text = text
            .replace("https://centre.example", ours.trim_end_matches('/'))
            .replace(&format!("https://{}", self.host), theirs.trim_end_matches('/'))
            .replace(self.host, &host(theirs))
            .replace("/events/EVENT", &format!("/events/{}", self.event));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The actor of a fixture with a key of this test in the place of its own, served at its id.
    fn actor(&self, name: &str) -> Actor {
        let mut document = self.fixture(name);
        let path = self.path(&document["id"]);
        let mut actor = self.other.actor("Person", path.trim_start_matches('/'));
        assert_eq!(document["id"], actor.id.as_str());
        let pem = actor.signer.key.public_pem().expect("a PEM");
        document["publicKey"]["publicKeyPem"] = json!(pem);
        actor.signer.key_id = document["publicKey"]["id"].as_str().expect("a key id").to_owned();
        self.other.serve(&path, &document);
        for collection in ["outbox", "followers"] {
            if let Some(id) = document[collection].as_str() {
                let empty = json!({ "id": id, "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] });
                self.other.serve(&self.path(&json!(id)), &empty);
            }
        }
        actor
    }

    /// Path and query of an address of the other server.
    fn path(&self, id: &Value) -> String {
        let url: Url = id.as_str().expect("an id").parse().expect("a URL");
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    }

    /// Serves the Event that a fixture carries at its own address.
    fn publish(&self, name: &str) -> Value {
        let event = self.fixture(name)["object"].clone();
        self.other.serve(&self.path(&event["id"]), &event);
        event
    }

    /// Follows an actor, who accepts in the words of `accept.json`.
    async fn follow(&self, actor: &Actor) {
        self.node.follow(&actor.id).await;
        self.node.deliver().await;
        let asked = self.received("Follow").await.pop().expect("a Follow");
        assert_eq!(asked["object"], actor.id.as_str(), "a text, as Gancio needs it");
        let mut accept = self.fixture("accept");
        accept["object"]["id"] = asked["id"].clone();
        accept["actor"] = json!(actor.id);
        accept["object"]["object"] = json!(actor.id);
        assert_eq!(actor.send(&self.node, &accept).await, 202);
        assert_eq!(self.node.follow_states().await, ["accepted"]);
    }

    /// How many events are to come of an actor, and whether there may be more, as one sees before following.
    async fn coming(&self, actor: &Actor) -> Option<(u64, bool)> {
        let found = following::preview(&self.node.node, &actor.id).await.expect("somebody");
        found.upcoming.map(|known| (known.count, known.or_more))
    }

    /// What the node sent of one type.
    async fn received(&self, kind: &str) -> Vec<Value> {
        let all = self.other.received(&self.node).await;
        all.into_iter().filter(|activity| activity["type"] == kind).collect()
    }

    /// What the calendar shows of the other server's events.
    async fn shown(&self) -> Vec<Value> {
        let calendar = self
            .node
            .get("/api/v1/calendar?limit=200", "application/json")
            .await
            .json();
        let items = calendar["items"].as_array().expect("items").iter();
        items
            .filter(|item| item["title"] != "Café du centre")
            .cloned()
            .collect()
    }

    /// The one event that is shown.
    async fn only(&self) -> Value {
        let mut shown = self.shown().await;
        assert_eq!(shown.len(), 1, "{shown:?}");
        shown.remove(0)
    }

    /// How many follow the centre.
    async fn followers(&self, handle: &str) -> Value {
        let path = format!("{handle}/followers");
        self.node.get(&path, "application/activity+json").await.json()["totalItems"].clone()
    }

    /// Sends a fixture; the status of the answer.
    async fn send(&self, actor: &Actor, name: &str) -> u16 {
        actor.send(&self.node, &self.fixture(name)).await
    }

    /// Each of these is answered 202, changes nothing here and makes the node say nothing.
    async fn passes_over(&self, actor: &Actor, names: &[&str]) {
        let (before, said) = (self.node.titles().await, self.other.posts().len());
        for name in names {
            assert_eq!(self.send(actor, name).await, 202, "{name}");
        }
        self.node.deliver().await;
        assert_eq!(self.node.titles().await, before);
        assert_eq!(self.other.posts().len(), said, "nothing is said in return");
    }

    /// Its WebFinger and NodeInfo lead to its actors, and its name is read.
    async fn is_discovered(&self, handle: &str, actor: &Actor, application: Option<&str>, software: &str) {
        let host = self
            .other
            .base
            .as_str()
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let account = handle.replace(self.host, host);
        let jrd = "application/jrd+json; charset=utf-8";
        let finger = format!("/.well-known/webfinger?resource=acct:{account}");
        let nodeinfo = self.fixture("nodeinfo");
        self.other
            .serve_as(&finger, 200, jrd, &self.fixture("webfinger").to_string());
        self.other
            .serve_as("/.well-known/nodeinfo", 200, "application/json", &nodeinfo.to_string());
        let best = nodeinfo["links"].as_array().expect("links").iter();
        for link in best.filter(|link| link["rel"].as_str().is_some_and(|rel| rel.contains("nodeinfo"))) {
            let document = self.fixture("nodeinfo-2").to_string();
            self.other
                .serve_as(&self.path(&link["href"]), 200, "application/json", &document);
        }
        let found = discover(&fetcher(), &format!("@{account}")).await.expect("found");
        assert_eq!(found.actor.as_str(), actor.id);
        let info = node_info(&fetcher(), &self.other.base).await.expect("a NodeInfo");
        assert_eq!(info.software.as_deref(), Some(software));
        let application = application.map(|path| self.other.url(path));
        assert_eq!(info.application.map(String::from), application);
    }
}

/// `2026-11-26T14:00 2026-11-26T16:00` of an item of the calendar.
fn when(item: &Value) -> String {
    let short = |key: &str| item[key].as_str().unwrap_or("-").get(..16).unwrap_or("-").to_owned();
    format!("{} {}", short("start"), short("end"))
}

/// Name, street, postcode, town of an item of the calendar.
fn place(item: &Value) -> [&str; 4] {
    ["name", "address", "postcode", "city"].map(|key| item["place"][key].as_str().unwrap_or_default())
}
