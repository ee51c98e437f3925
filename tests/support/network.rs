//! Real nodes on loopback, each with its own database and an address that outlives it, so that a node can be stopped,
//! killed and started again while others go on.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use chrono::TimeDelta;
use maillage::app::{Node, centres, following, jobs};
use maillage::config::{Config, Secret};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::{EventFacts, Schedule};
use maillage::domain::random::SystemRandomness;
use maillage::domain::recurrence::Recurrence;
use maillage::domain::time::{DEFAULT_ZONE, FixedClock, Instant};
use maillage::federation::delivery::Worker;
use maillage::federation::{networks, pull};
use maillage::web;
use reqwest::header::{ACCEPT, IF_NONE_MATCH};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::database::Database;
use super::keys;
use super::node::morning;

/// What the project promises: a change is seen on a following node within two seconds.
const PROMISED: Duration = Duration::from_secs(2);

/// A clock for all sides of a test.
pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::new(morning()))
}

/// Waits until something holds; fails after the promised two seconds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(PROMISED, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "not within two seconds: {what}");
}

/// What stays when a node is stopped: its database, its address, its clock.
pub struct Home {
    pub base: Url,
    pub clock: Arc<FixedClock>,
    database: Database,
    listener: TcpListener,
    /// Closes every connection while no node runs, as a machine does that is up without its program.
    silence: Mutex<Option<JoinHandle<()>>>,
}

impl Home {
    /// The home of a node known as `http://NAME.localhost:PORT`.
    pub fn new(name: &str, database: Database, clock: &Arc<FixedClock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        Self {
            base: Url::parse(&format!("http://{name}.localhost:{port}")).expect("a URL"),
            clock: Arc::clone(clock),
            database,
            listener,
            silence: Mutex::new(None),
        }
    }

    /// Starts the node and its server; nothing is delivered or pulled before [`Running::work`] or a step.
    pub async fn start(&self) -> Running {
        self.start_with(|_| {}).await
    }

    /// [`start`](Self::start) with a configuration of one's own.
    pub async fn start_with(&self, configure: impl FnOnce(&mut Config)) -> Running {
        self.hush(None);
        let mut config = Config::new(self.base.clone(), self.database.folder());
        config.database.url = Some(Secret::new(self.database.url()));
        config.server.workers = 1;
        configure(&mut config);
        let node = Node::open_over(
            None,
            keys::pairs,
            config,
            self.clock.clone(),
            Arc::new(SystemRandomness),
        )
        .await
        .expect("the node opens");
        let listener = self.listener.try_clone().expect("the socket");
        let serving = web::serve(node.clone(), listener).expect("the server starts");
        Running {
            worker: Worker::new((*node.federation).clone()),
            client: client(),
            base: self.base.clone(),
            clock: self.clock.clone(),
            server: serving.handle,
            stop: watch::channel(false).0,
            tasks: vec![tokio::spawn(async move { drop(serving.server.await) })],
            node,
        }
    }

    /// Stops a node of this home in good order: what its workers have in hand is settled first.
    pub async fn stop(&self, running: Running) {
        running.stop.send_replace(true);
        running.server.stop(false).await;
        for task in running.tasks {
            task.await.expect("a task ends");
        }
        self.fall_silent();
    }

    /// Ends a node as `kill -9` does: nothing is settled, leases stay behind.
    pub async fn kill(&self, running: Running) {
        for task in running.tasks.iter().skip(1) {
            task.abort();
        }
        running.server.stop(false).await;
        self.fall_silent();
    }

    /// Whether the database is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.database.is_postgres()
    }

    fn fall_silent(&self) {
        let listener = self.listener.try_clone().expect("the socket");
        listener.set_nonblocking(true).expect("a socket without waiting");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        self.hush(Some(tokio::spawn(async move {
            loop {
                drop(listener.accept().await);
            }
        })));
    }

    fn hush(&self, silence: Option<JoinHandle<()>>) {
        let before = std::mem::replace(&mut *self.silence.lock().expect("the silence"), silence);
        if let Some(before) = before {
            before.abort();
        }
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// A node that serves.
pub struct Running {
    pub node: Node,
    pub base: Url,
    pub clock: Arc<FixedClock>,
    pub client: reqwest::Client,
    worker: Worker,
    server: ServerHandle,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// A dated session as the calendar of a node shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub start: String,
    pub title: String,
    pub status: String,
    pub uri: String,
}

/// An answer of a node.
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub etag: String,
    pub cache: String,
    pub vary: String,
    /// Redirects are not followed.
    pub location: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is no JSON: {}", self.kind, self.text))
    }
}

impl Running {
    /// Delivers, pulls and keeps up in the background from now on, as `maillage serve` does.
    pub fn work(&mut self) {
        let work = jobs::run(self.node.clone(), self.stop.subscribe());
        self.tasks.push(tokio::spawn(work));
    }

    /// Delivers all that is due.
    pub async fn deliver(&self) {
        while self.worker.step().await.expect("deliveries are claimed") > 0 {}
    }

    /// Reads every followed programme that is due.
    pub async fn pull(&self) {
        while pull::step(&self.node.federation).await.expect("readings are claimed") > 0 {}
    }

    /// Lets the networks look at all that changed.
    pub async fn announce(&self) {
        while networks::step(&self.node.federation)
            .await
            .expect("changes are looked at")
            > 0
        {}
    }

    /// A centre of this node.
    pub async fn centre(&self, handle: &str) -> Centre {
        let profile = CentreProfile {
            name: format!("Centre {handle}"),
            ..CentreProfile::default()
        };
        centres::add(&self.node, CentreKind::Centre, handle, profile)
            .await
            .expect("a centre")
    }

    /// Follows an actor by its address, as the node itself.
    pub async fn follow(&self, target: &str) {
        following::follow(&self.node, target, None)
            .await
            .unwrap_or_else(|error| panic!("{target} cannot be followed: {error}"));
    }

    /// Where our follows stand, in the words of the API, sorted.
    pub async fn follow_states(&self) -> Vec<String> {
        let follows = self.get("/api/v1/follows", "application/json").await.json();
        let items = follows["items"].as_array().expect("items").clone();
        let states = items
            .iter()
            .map(|item| item["state"].as_str().unwrap_or_default().to_owned());
        let mut states: Vec<String> = states.collect();
        states.sort();
        states
    }

    /// The address of an actor of this node.
    pub fn group(&self, handle: &str) -> String {
        format!("{}groups/{handle}", self.base)
    }

    /// The whole calendar, in order.
    pub async fn calendar(&self) -> Vec<Shown> {
        let (mut shown, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/calendar?limit=200{cursor}");
            let page = self.get(&path, "application/json").await.json();
            let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
            shown.extend(page["items"].as_array().expect("items").iter().map(|item| Shown {
                start: text(item, "start"),
                title: text(item, "title"),
                status: text(item, "status"),
                uri: text(item, "uri"),
            }));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return shown,
            }
        }
    }

    /// The titles in the calendar, in order.
    pub async fn titles(&self) -> Vec<String> {
        self.calendar().await.into_iter().map(|shown| shown.title).collect()
    }

    /// Asks this node for a document.
    pub async fn get(&self, path: &str, accept: &str) -> Answer {
        self.get_if_none_match(path, accept, "").await
    }

    /// Asks with `If-None-Match` unless `etag` is empty.
    pub async fn get_if_none_match(&self, path: &str, accept: &str, etag: &str) -> Answer {
        let mut request = self.client.get(self.address(path)).header(ACCEPT, accept);
        if !etag.is_empty() {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = request.send().await.expect("an answer");
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        Answer {
            status: response.status().as_u16(),
            kind: header("content-type"),
            etag: header("etag"),
            cache: header("cache-control"),
            vary: header("vary").to_ascii_lowercase(),
            location: header("location"),
            text: response.text().await.expect("a body"),
        }
    }

    /// Where the node really listens.
    pub fn address(&self, path: &str) -> String {
        let path = path
            .strip_prefix(self.base.as_str().trim_end_matches('/'))
            .unwrap_or(path);
        format!("http://127.0.0.1:{}{path}", self.base.port().unwrap_or(80))
    }
}

/// Facts of one session that starts `hours` from the morning of the tests and takes two hours.
pub fn workshop(title: &str, hours: i64) -> EventFacts {
    let start: Instant = morning() + TimeDelta::hours(hours);
    EventFacts::new(title, Schedule::once(DEFAULT_ZONE, start, start + TimeDelta::hours(2)))
}

/// The same, every week, `count` times.
/// A series of which a date comes once a month.
pub fn monthly(title: &str, hours: i64, count: usize) -> EventFacts {
    let mut facts = weekly(title, hours, count);
    facts.schedule.recurrence = Some(Recurrence {
        rule: format!("FREQ=MONTHLY;COUNT={count}"),
        exceptions: Vec::new(),
    });
    facts
}

pub fn weekly(title: &str, hours: i64, count: usize) -> EventFacts {
    let mut facts = workshop(title, hours);
    facts.schedule.recurrence = Some(Recurrence {
        rule: format!("FREQ=WEEKLY;COUNT={count}"),
        exceptions: Vec::new(),
    });
    facts
}
