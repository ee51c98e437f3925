//! A server of people who follow, without events of its own: it answers for its one actor and keeps what its inbox got.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use maillage::domain::time::Instant;
use maillage::federation::keys::PrivateKey;
use maillage::federation::signature::{Outgoing, Scheme, Signer, sha256, sign};
use serde_json::{Value, json};
use url::Url;

use super::network::{Parcel, Reply, SOCIAL};

const ACTOR: &str = "https://social.example/users/zoe";
const KIND: &str = "application/activity+json";

/// The server.
pub struct Social {
    signer: Signer,
    count: RefCell<u32>,
    /// The ids of the Creates that came, by the id of their object.
    pub creates: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// The boost of an object that stands, by who boosts and the object.
    boosts: RefCell<BTreeMap<(String, String), String>>,
    /// What was boosted again while it stood.
    pub boosted_twice: RefCell<Vec<String>>,
}

impl Social {
    pub fn new(key: PrivateKey) -> Self {
        let key_id = format!("{ACTOR}#main-key");
        Self {
            signer: Signer { key_id, key },
            count: RefCell::new(0),
            creates: RefCell::default(),
            boosts: RefCell::default(),
            boosted_twice: RefCell::default(),
        }
    }

    /// What it answers.
    pub fn answer(&self, parcel: &Parcel) -> Reply {
        if parcel.method == Method::POST {
            let activity: Value = serde_json::from_slice(&parcel.body).unwrap_or_default();
            self.take(&activity);
            return Reply::status(202);
        }
        if parcel.url.path() != "/users/zoe" {
            return Reply::status(404);
        }
        Reply::json(&json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": ACTOR,
            "type": "Person",
            "preferredUsername": "zoe",
            "inbox": format!("{ACTOR}/inbox"),
            "endpoints": { "sharedInbox": "https://social.example/inbox" },
            "publicKey": {
                "id": self.signer.key_id,
                "owner": ACTOR,
                "publicKeyPem": self.signer.key.public_pem().expect("a PEM"),
            },
        }))
    }

    fn take(&self, activity: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&activity["id"]);
        match activity["type"].as_str() {
            Some("Create") => {
                let mut creates = self.creates.borrow_mut();
                creates.entry(text(&activity["object"]["id"])).or_default().insert(id);
            }
            Some("Announce") => {
                let boost = (text(&activity["actor"]), text(&activity["object"]));
                let before = self.boosts.borrow_mut().insert(boost.clone(), id.clone());
                if before.is_some_and(|before| before != id) {
                    let (by, object) = boost;
                    let words = format!("{by} boosted {object} again while it stood");
                    self.boosted_twice.borrow_mut().push(words);
                }
            }
            Some("Undo") => {
                let undone = text(&activity["object"]["id"]);
                self.boosts.borrow_mut().retain(|_, id| *id != undone);
            }
            _ => {}
        }
    }

    /// A signed Follow of `group`.
    pub fn follow(&self, group: &str, now: Instant) -> Parcel {
        let number = self.count.replace_with(|count| *count + 1);
        let body = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{ACTOR}/follows/{number}"),
            "type": "Follow",
            "actor": ACTOR,
            "object": group,
        });
        let (body, url) = (
            body.to_string().into_bytes(),
            Url::parse(&format!("{group}/inbox")).expect("a URL"),
        );
        let outgoing = Outgoing {
            method: "POST",
            url: &url,
            content_type: Some(KIND),
            digest: Some(sha256(&body)),
            now,
        };
        let signed = sign(Scheme::Cavage, &outgoing, &self.signer).expect("a signature");
        let mut headers = vec![("content-type".to_owned(), KIND.as_bytes().to_vec())];
        headers.extend(
            signed
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into_bytes())),
        );
        Parcel {
            from: SOCIAL,
            method: Method::POST,
            url,
            headers,
            body,
        }
    }
}
