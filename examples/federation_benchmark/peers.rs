//! The other servers: actors on several hosts with keys of their own, and what they send.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use maillage::domain::id::{FollowId, PeerId};
use maillage::domain::peer::{Follow, FollowState, Peer, PeerKey};
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::{Clock as _, Instant, SystemClock};
use maillage::federation::keys::PrivateKey;
use maillage::federation::signature::{Outgoing, Scheme, Signer, sha256, sign};
use maillage::store::{Conn, follows, peers};
use serde_json::{Value, json};
use url::Url;

use super::load::Request;
use super::node::HOST;
use super::sink::Address;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const ACTIVITY: &str = "application/activity+json";
/// Text that brings a Create to about 1.6 KB, as those of other software have.
const TEXT: &str = "<p>Prendre en main son ordinateur, sa tablette ou son téléphone, poser ses questions et avancer à son \
    rythme, avec un conseiller numérique. Sans inscription, dans la limite des places disponibles ; venez avec votre \
    appareil si vous en avez un.</p>";

/// An actor of another server.
pub struct Actor {
    /// Its ActivityPub id.
    pub id: String,
    host: String,
    signer: Signer,
}

/// All of them.
pub struct Peers(Vec<Actor>);

impl Peers {
    /// `count` actors, spread over `hosts`.
    pub fn new(sink: Address, count: usize, hosts: usize) -> anyhow::Result<Self> {
        let actors = (0..count).map(|number| {
            let host = sink.host(number % hosts);
            let id = format!("http://{host}/actors/{number}");
            let signer = Signer {
                key_id: format!("{id}#main-key"),
                key: PrivateKey::generate_rsa()?,
            };
            Ok(Actor { id, host, signer })
        });
        Ok(Self(actors.collect::<anyhow::Result<_>>()?))
    }

    /// Their documents, by address, for the sink.
    pub fn documents(&self) -> anyhow::Result<HashMap<String, String>> {
        let address = |actor: &Actor| actor.id.trim_start_matches("http://").to_owned();
        let documents = self
            .0
            .iter()
            .map(|actor| Ok((address(actor), actor.document()?.to_string())));
        documents.collect()
    }

    /// Writes into the database of a node that its instance actor follows all of them.
    pub fn be_followed(&self, conn: &mut Conn) -> anyhow::Result<()> {
        for actor in &self.0 {
            let (now, random) = (SystemClock.now(), SystemRandomness);
            let peer = peers::upsert(conn, &actor.peer(now)?)?;
            let follow = Follow {
                id: FollowId::new(now, &random),
                follower: None,
                peer,
                activity_uri: format!("http://{HOST}/activities/{peer}"),
                state: FollowState::Accepted,
                asked: now,
                changed: now,
            };
            follows::insert(conn, &follow)?;
        }
        Ok(())
    }

    /// `count` signed Creates of distinct events, for the node on `port`; the actors take turns.
    pub fn creates(&self, port: u16, count: usize) -> anyhow::Result<Vec<Request>> {
        let now = SystemClock.now();
        let turns = self.0.iter().cycle().take(count).enumerate();
        turns
            .map(|(number, actor)| actor.letter(port, &actor.create(number, now), now))
            .collect()
    }

    /// `count` Deletes by actors that nobody knows, signed with keys that nobody can fetch.
    pub fn farewells(&self, port: u16, count: usize) -> anyhow::Result<Vec<Request>> {
        let now = SystemClock.now();
        let turns = self.0.iter().cycle().take(count).enumerate();
        turns
            .map(|(number, actor)| {
                let id = format!("http://{}/strangers/{number}", actor.host);
                let signer = Signer {
                    key_id: format!("{id}#main-key"),
                    key: actor.signer.key.clone(),
                };
                let stranger = Actor {
                    id: id.clone(),
                    host: actor.host.clone(),
                    signer,
                };
                let delete = json!({
                    "@context": "https://www.w3.org/ns/activitystreams",
                    "id": format!("{id}#delete"),
                    "type": "Delete",
                    "actor": id,
                    "to": [PUBLIC],
                    "object": id,
                });
                stranger.letter(port, &delete, now)
            })
            .collect()
    }
}

impl Actor {
    fn document(&self) -> anyhow::Result<Value> {
        let id = &self.id;
        Ok(json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": "Group",
            "preferredUsername": "agenda",
            "name": "Agenda",
            "inbox": format!("{id}/inbox"),
            "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"),
            "publicKey": {
                "id": self.signer.key_id,
                "owner": id,
                "publicKeyPem": self.signer.key.public_pem()?,
            },
        }))
    }

    fn peer(&self, now: Instant) -> anyhow::Result<Peer> {
        let id = &self.id;
        Ok(Peer {
            keys: vec![PeerKey {
                id: self.signer.key_id.clone(),
                public_key: self.signer.key.public_pem()?,
            }],
            outbox: Some(format!("{id}/outbox")),
            followers: Some(format!("{id}/followers")),
            ..stranger(id.clone(), self.host.clone(), now)
        })
    }

    /// A Create of an event as the node of a centre sends it.
    fn create(&self, number: usize, now: Instant) -> Value {
        let (id, start) = (&self.id, now + TimeDelta::hours(24 + number as i64 % 1_000));
        let event = format!("http://{}/events/{number}-{}", self.host, now.timestamp_millis());
        let (published, followers) = (now.to_rfc3339(), format!("{id}/followers"));
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": format!("{event}/activity"),
            "type": "Create",
            "actor": id,
            "published": published,
            "to": [PUBLIC],
            "cc": [followers],
            "object": {
                "id": event,
                "type": "Event",
                "url": event,
                "name": format!("Atelier numérique {number}"),
                "summary": "<p>Mardi de 14 h à 16 h, à la médiathèque, gratuit, sans inscription.</p>",
                "content": TEXT,
                "startTime": start.to_rfc3339(),
                "endTime": (start + TimeDelta::hours(2)).to_rfc3339(),
                "timezone": "Europe/Paris",
                "published": published,
                "updated": published,
                "attributedTo": id,
                "to": [PUBLIC],
                "cc": [followers],
                "location": {
                    "type": "Place",
                    "name": "Médiathèque des Trois-Ponts",
                    "latitude": 47.39,
                    "longitude": 0.69,
                    "address": {
                        "type": "PostalAddress",
                        "streetAddress": "3 rue des Trois-Ponts",
                        "postalCode": "37000",
                        "addressLocality": "Tours",
                    },
                },
                "tag": [{ "type": "Hashtag", "name": "#numerique", "href": "http://h0.test/tags/numerique" }],
            },
        })
    }

    /// `activity`, signed for the shared inbox of the node on `port`, as bytes.
    fn letter(&self, port: u16, activity: &Value, now: Instant) -> anyhow::Result<Request> {
        let body = activity.to_string().into_bytes();
        let inbox = Url::parse(&format!("http://{HOST}:{port}/inbox"))?;
        let signed = Outgoing {
            method: "POST",
            url: &inbox,
            content_type: Some(ACTIVITY),
            digest: Some(sha256(&body)),
            now,
        };
        let mut head = format!(
            "POST /inbox HTTP/1.1\r\nhost: {HOST}:{port}\r\nuser-agent: benchmark\r\naccept: */*\r\n\
             content-type: {ACTIVITY}\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in sign(Scheme::Cavage, &signed, &self.signer)? {
            head.extend([name, ": ", &value, "\r\n"]);
        }
        head.push_str("\r\n");
        Ok(Arc::from([head.as_bytes(), &body].concat()))
    }
}

/// An actor without a key, to whom things are sent.
pub fn stranger(id: String, host: String, now: Instant) -> Peer {
    Peer {
        id: PeerId::new(now, &SystemRandomness),
        inbox: format!("{id}/inbox"),
        uri: id,
        kind: "Group".into(),
        handle: "agenda".into(),
        host,
        name: "Agenda".into(),
        summary: String::new(),
        url: None,
        shared_inbox: None,
        outbox: None,
        upcoming: None,
        followers: None,
        keys: Vec::new(),
        software: None,
        contact: None,
        fetched: now,
    }
}

/// The same request with its signature spoilt: everything else holds.
pub fn spoilt(request: &Request) -> Request {
    let mut bytes = request.to_vec();
    let mark = b"signature=\"";
    if let Some(at) = bytes.windows(mark.len()).position(|window| window == mark) {
        let letter = &mut bytes[at + mark.len() + 20];
        *letter = if *letter == b'A' { b'B' } else { b'A' };
    }
    Arc::from(bytes)
}
