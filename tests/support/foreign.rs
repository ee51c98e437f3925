//! A server of other software, scripted: actors with keys of their own, documents that the test writes, an inbox that
//! keeps what arrived. It plays Mastodon, Mobilizon, Gancio, or somebody who means harm.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use maillage::domain::time::{Clock, FixedClock, Instant};
use maillage::federation::keys::{PrivateKey, PublicKey};
use maillage::federation::proof;
use maillage::federation::signature::{Audience, Body, Incoming, Outgoing, Scheme, Signature, Signer, sha256, sign};
use maillage::federation::urls;
use serde_json::{Value, json};
use url::Url;

use super::keys;
use super::network::Running;
use super::server::{Reply, Request, Server};

/// `as:Public`.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
/// The type of ActivityPub documents.
pub const ACTIVITY: &str = "application/activity+json";

/// RSA keys take a moment to make: the first actor of each server has the one of the fixtures.
const FIRST_KEY: &str = include_str!("../fixtures/signature/rsa.pkcs8.txt");

#[derive(Default)]
struct State {
    /// What is served: status, type, body by path and query.
    pages: HashMap<String, (u16, String, String)>,
    /// The header by which each path tells its version, and the version.
    versions: HashMap<String, (&'static str, String)>,
    /// The next answers of the inbox; 202 when there are none.
    answers: VecDeque<u16>,
}

/// The server.
pub struct Foreign {
    pub base: Url,
    pub clock: Arc<FixedClock>,
    server: Server,
    state: Arc<Mutex<State>>,
    count: AtomicUsize,
}

/// An actor of that server.
pub struct Actor {
    pub id: String,
    pub signer: Signer,
    /// Its Ed25519 key (FEP-521a), for proofs.
    pub multikey: Signer,
    clock: Arc<FixedClock>,
    count: AtomicUsize,
}

impl Foreign {
    /// A server known as `http://NAME.localhost:PORT`.
    pub fn start(name: &str, clock: &Arc<FixedClock>) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let told = Arc::clone(&state);
        let server = Server::start(move |request| answer(&mut told.lock().expect("the script"), request));
        Self {
            base: server.url_at(&format!("{name}.localhost"), "/"),
            clock: Arc::clone(clock),
            server,
            state,
            count: AtomicUsize::new(0),
        }
    }

    pub fn url(&self, path: &str) -> String {
        self.base.join(path).expect("a URL").to_string()
    }

    /// An actor at `/NAME` with a key that no other actor of this server has.
    pub fn actor(&self, kind: &str, name: &str) -> Actor {
        let id = self.url(&format!("/{name}"));
        let key = match self.count.fetch_add(1, Ordering::Relaxed) {
            0 => PrivateKey::from_pkcs8(FIRST_KEY),
            _ => keys::rsa(),
        };
        let key = key.expect("a key");
        let key_id = format!("{id}#main-key");
        let multikey = multikey(&id);
        self.serve(
            &format!("/{name}"),
            &json!({
                "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
                "id": id,
                "type": kind,
                "preferredUsername": name,
                "name": name,
                "inbox": format!("{id}/inbox"),
                "outbox": format!("{id}/outbox"),
                "followers": format!("{id}/followers"),
                "endpoints": { "sharedInbox": self.url("/inbox") },
                "publicKey": {
                    "id": key_id,
                    "owner": id,
                    "publicKeyPem": key.public_pem().expect("a PEM"),
                },
                "assertionMethod": [{
                    "id": multikey.key_id,
                    "type": "Multikey",
                    "controller": id,
                    "publicKeyMultibase": multikey.key.public_multibase(),
                }],
            }),
        );
        self.serve(
            &format!("/{name}/outbox"),
            &json!({ "id": format!("{id}/outbox"), "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] }),
        );
        Actor {
            id,
            signer: Signer { key_id, key },
            multikey,
            clock: Arc::clone(&self.clock),
            count: AtomicUsize::new(0),
        }
    }

    /// Serves a document at `path` from now on.
    pub fn serve(&self, path: &str, document: &Value) {
        self.serve_as(path, 200, ACTIVITY, &document.to_string());
    }

    /// What is served at `path`.
    pub fn document(&self, path: &str) -> Value {
        let (_, _, body) = &self.state.lock().expect("the script").pages[path];
        serde_json::from_str(body).expect("JSON")
    }

    /// Serves any answer at `path` from now on.
    pub fn serve_as(&self, path: &str, status: u16, kind: &str, body: &str) {
        let page = (status, kind.to_owned(), body.to_owned());
        self.state
            .lock()
            .expect("the script")
            .pages
            .insert(path.to_owned(), page);
    }

    /// Lets `path` tell its version from now on, by `etag` or `last-modified`: who asks with it hears 304.
    pub fn tag(&self, path: &str, header: &'static str, version: &str) {
        let mut state = self.state.lock().expect("the script");
        state.versions.insert(path.to_owned(), (header, version.to_owned()));
    }

    /// Keeps who asks for `path` waiting from now on, longer than anybody does.
    pub fn never_answer(&self, path: &str) {
        self.serve_as(path, 0, "", "");
    }

    /// Answers the next requests to an inbox with these.
    pub fn answer_with(&self, statuses: &[u16]) {
        self.state.lock().expect("the script").answers.extend(statuses);
    }

    /// An event of `actor` at `/events/NAME`, served there too.
    pub fn event(&self, actor: &Actor, name: &str, title: &str) -> Value {
        let path = format!("/events/{name}");
        let event = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.url(&path),
            "type": "Event",
            "name": title,
            "content": format!("<p>{title}</p>"),
            "startTime": "2026-12-01T14:00:00+01:00",
            "endTime": "2026-12-01T16:00:00+01:00",
            "published": "2026-11-20T10:00:00Z",
            "updated": "2026-11-20T10:00:00Z",
            "attributedTo": actor.id,
            "to": [PUBLIC],
            "cc": [format!("{}/followers", actor.id)],
        });
        self.serve(&path, &event);
        event
    }

    /// How often `path` was asked for.
    pub fn asked_for(&self, path: &str) -> usize {
        let is_it = |request: &&Request| request.method == "GET" && request.target == path;
        self.server.seen().iter().filter(is_it).count()
    }

    /// How many requests came in all.
    pub fn requests(&self) -> usize {
        self.server.seen().len()
    }

    /// What came to the inboxes, in order, believed without a look at the signatures.
    pub fn posts(&self) -> Vec<Value> {
        let all = self.server.seen().into_iter();
        all.filter(|request| request.method == "POST")
            .map(|post| serde_json::from_slice(&post.body).expect("JSON"))
            .collect()
    }

    /// What came to the inboxes, each signed by the actor of `node` that it names; the test fails otherwise.
    pub async fn received(&self, node: &Running) -> Vec<Value> {
        self.received_after(node, 0).await
    }

    /// [`received`](Self::received) without the first few: what was signed by keys that are no more.
    pub async fn received_after(&self, node: &Running, first: usize) -> Vec<Value> {
        let posts = self
            .server
            .seen()
            .into_iter()
            .filter(|request| request.method == "POST")
            .skip(first);
        let mut activities = Vec::new();
        for post in posts {
            let activity: Value = serde_json::from_slice(&post.body).expect("JSON");
            let actor = activity["actor"].as_str().expect("an actor").to_owned();
            let document = node.get(&actor, ACTIVITY).await.json();
            assert_eq!(document["id"], actor.as_str());
            let pem = document["publicKey"]["publicKeyPem"].as_str().expect("a key");
            let signature = self.signature_of(&post);
            assert_eq!(
                signature.key_id(),
                document["publicKey"]["id"].as_str().expect("its name")
            );
            let key = PublicKey::from_pem(pem).expect("a readable key");
            signature.verify(&key).expect("the signature of its actor");
            assert_eq!(post.header("content-type"), ACTIVITY);
            activities.push(activity);
        }
        activities
    }

    /// Whether every GET of `path` was signed by the RSA key that the actor of `node` itself shows.
    pub async fn gets_are_signed_by(&self, node: &Running, path: &str) -> bool {
        let relay = node.get("/actor", ACTIVITY).await.json();
        let key = PublicKey::from_pem(relay["publicKey"]["publicKeyPem"].as_str().expect("a key")).expect("readable");
        let asked = self.server.seen();
        let mut asked = asked
            .iter()
            .filter(|request| request.method == "GET" && request.target == path);
        asked.all(|request| self.signature_of(request).verify(&key).is_ok())
    }

    fn signature_of(&self, post: &Request) -> Signature {
        let headers: Vec<(&str, &[u8])> = post
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        Signature::parse(&Incoming {
            method: &post.method,
            target: &post.target,
            headers: &headers,
            body: Body::Bytes(&post.body),
            audience: &Audience::of(&self.base),
            now: chrono::DateTime::parse_from_rfc2822(post.header("date"))
                .expect("a date")
                .to_utc(),
        })
        .expect("a whole signature")
    }
}

fn answer(state: &mut State, request: &Request) -> Reply {
    if request.method == "POST" {
        return Reply::status(state.answers.pop_front().unwrap_or(202));
    }
    let version = state.versions.get(&request.target);
    if version.is_some_and(|(header, version)| request.header(asks_whether(header)) == version) {
        return Reply::status(304);
    }
    let version = version.map(|(header, version)| format!("{header}: {version}\r\n"));
    let version = version.unwrap_or_default();
    match state.pages.get(&request.target) {
        Some((0, ..)) => Reply::status(200).after(Duration::from_secs(20)),
        Some((status, kind, body)) => {
            Reply::new(*status, &format!("content-type: {kind}\r\n{version}"), body.as_bytes())
        }
        None => Reply::status(404),
    }
}

/// The header that asks for what changed, by that of the version.
fn asks_whether(header: &str) -> &'static str {
    match header {
        "etag" => "if-none-match",
        _ => "if-modified-since",
    }
}

impl Actor {
    /// An activity of this actor, with a new id.
    pub fn says(&self, kind: &str, object: impl Into<Value>) -> Value {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/activities/{number}", self.id),
            "type": kind,
            "actor": self.id,
            "to": [PUBLIC],
            "object": object.into(),
        })
    }

    /// The same actor, who names another key.
    pub fn naming(&self, key_id: &str) -> Self {
        Self {
            id: self.id.clone(),
            signer: Signer {
                key_id: key_id.to_owned(),
                key: self.signer.key.clone(),
            },
            multikey: self.multikey.clone(),
            clock: Arc::clone(&self.clock),
            count: AtomicUsize::new(1_000),
        }
    }

    /// The same object with a proof of this actor (FEP-8b32), made now.
    pub fn proven(&self, mut object: Value) -> Value {
        proof::attach(&mut object, &self.multikey, self.clock.now()).expect("a proof");
        object
    }

    /// Sends an activity to the shared inbox of `node`; the status of the answer.
    pub async fn send(&self, node: &Running, activity: &Value) -> u16 {
        self.letter(node, activity).send(node).await
    }

    /// Says and sends.
    pub async fn tell(&self, node: &Running, kind: &str, object: impl Into<Value>) -> u16 {
        self.send(node, &self.says(kind, object)).await
    }

    /// A signed activity on its way, which the test may spoil.
    pub fn letter(&self, node: &Running, activity: &Value) -> Letter {
        Letter::signed(
            &self.signer,
            &node.base,
            activity.to_string().into_bytes(),
            self.clock.now(),
        )
    }
}

/// A new Ed25519 key of the actor `id`.
pub fn multikey(id: &str) -> Signer {
    let key = PrivateKey::generate_ed25519().expect("a key");
    let key_id = format!("{id}#{}", key.public_multibase().expect("a multibase"));
    Signer { key_id, key }
}

/// A POST to an inbox.
#[derive(Clone)]
pub struct Letter {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Letter {
    /// Any bytes for the node at `base`, signed at `now`.
    pub fn signed(signer: &Signer, base: &Url, body: Vec<u8>, now: Instant) -> Self {
        Self::signed_for("/inbox", signer, base, body, now)
    }

    /// The same for another inbox than the shared one.
    pub fn signed_for(path: &str, signer: &Signer, base: &Url, body: Vec<u8>, now: Instant) -> Self {
        let inbox = base.join(path).expect("a URL");
        let signed = Outgoing {
            method: "POST",
            url: &inbox,
            content_type: Some(ACTIVITY),
            digest: Some(sha256(&body)),
            now,
        };
        let mut headers: Vec<(String, String)> = sign(Scheme::Cavage, &signed, signer)
            .expect("signed")
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        headers.push(("host".to_owned(), urls::host(base)));
        headers.push(("content-type".to_owned(), ACTIVITY.to_owned()));
        Self { headers, body }
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut without = self.without(name);
        without.headers.push((name.to_owned(), value.to_owned()));
        without
    }

    pub async fn send(&self, node: &Running) -> u16 {
        self.send_to("/inbox", node).await.status().as_u16()
    }

    /// Sends it to any path; the answer.
    pub async fn send_to(&self, path: &str, node: &Running) -> reqwest::Response {
        let request = node.client.post(node.address(path)).body(self.body.clone());
        let request = self
            .headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        request.send().await.expect("an answer")
    }
}
