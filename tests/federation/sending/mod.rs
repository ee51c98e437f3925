//! The sending side against servers as they are: picky about signatures, slow, broken, or gone for a while.

mod faults;
mod schemes;
mod stumbles;
mod workers;

use std::time::Duration;

use chrono::TimeDelta;
use maillage::domain::id::ActivityId;
use maillage::federation::keys::PublicKey;
use maillage::federation::signature::{Audience, Body, Incoming, Scheme, Signature};
use maillage::federation::urls;
use maillage::store::activities::{self, Activity, Recipient};
use maillage::store::hosts::{self, Host};
use maillage::store::{Db, deliveries};
use serde_json::{Value, json};
use url::Url;

use crate::support::database::Database;
use crate::support::network::{Home, Running, clock};
use crate::support::server::{Request, Server};

/// Seconds that a request may take in these tests.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A node that gives up a request after [`TIMEOUT`].
async fn impatient() -> (Home, Running) {
    let home = Home::new("noeud", Database::sqlite(), &clock());
    let node = start(&home).await;
    (home, node)
}

async fn start(home: &Home) -> Running {
    home.start_with(|config| config.federation.timeout_seconds = TIMEOUT.as_secs())
        .await
}

/// Records activities of the node itself, numbered from `numbers`, each about an object of its own, for the inboxes.
pub async fn record(node: &Running, numbers: std::ops::RangeInclusive<u32>, inboxes: &[Url]) {
    let recipients: Vec<Recipient> = inboxes
        .iter()
        .map(|inbox| Recipient {
            inbox: inbox.to_string(),
            host: urls::host(inbox),
        })
        .collect();
    let actor = node.base.join("/actor").expect("a URL");
    let activities: Vec<Activity> = numbers
        .map(|number| {
            let id = ActivityId::new(node.clock_now(), &maillage::domain::random::SystemRandomness);
            let uri = format!("{}activities/{id}", node.base);
            let object = format!("{}objects/{number}", node.base);
            Activity {
                id,
                sender: None,
                public: false,
                body: json!({ "id": uri, "type": "Update", "actor": actor, "object": object, "number": number })
                    .to_string(),
                uri,
                object_uri: object,
                created: node.clock_now(),
            }
        })
        .collect();
    let recorded = node.node.store.write(move |conn| {
        activities
            .iter()
            .try_for_each(|activity| activities::record(conn, activity, &recipients).map(|_| ()))
    });
    recorded.await.expect("recorded");
    node.node.federation.outbox_bell.notify_one();
}

/// The numbers that came to `host`, in the order of their coming.
pub fn came(server: &Server, host: &str) -> Vec<u64> {
    let posts = server
        .seen()
        .into_iter()
        .filter(|request| request.method == "POST" && request.header("host").starts_with(host));
    posts.map(|request| number(&request)).collect()
}

fn number(request: &Request) -> u64 {
    let activity: Value = serde_json::from_slice(&request.body).expect("JSON");
    activity["number"].as_u64().expect("a number")
}

/// What is known of a host.
async fn host(store: &Db, inbox: &Url) -> Host {
    let name = urls::host(inbox);
    let known = store.read(move |conn| hosts::by_name(conn, &name)).await;
    known.expect("the store answers").expect("a host that was written to")
}

/// How many deliveries wait for a host.
async fn waiting(store: &Db, inbox: &Url) -> usize {
    let name = urls::host(inbox);
    let next = store.read(move |conn| deliveries::next(conn, &name, 1000)).await;
    next.expect("the store answers").len()
}

/// The signature of a request to `base`, if it is whole and by `key`.
fn signed_by(request: &Request, base: &Url, target: &str, key: &PublicKey) -> Option<Scheme> {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let date = chrono::DateTime::parse_from_rfc2822(request.header("date")).ok()?;
    let body = if request.body.is_empty() {
        Body::Absent
    } else {
        Body::Bytes(&request.body)
    };
    let signature = Signature::parse(&Incoming {
        method: &request.method,
        target,
        headers: &headers,
        body,
        audience: &Audience::of(base),
        now: date.to_utc(),
    })
    .ok()?;
    signature.verify(key).ok()?;
    Some(signature.scheme())
}

impl Running {
    fn clock_now(&self) -> maillage::domain::time::Instant {
        use maillage::domain::time::Clock as _;
        self.clock.now()
    }

    fn later(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}
