//! Our actors: the instance actor (`Application`) and the centres and networks (`Group`).

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::context::with_context;
use super::event::Place;

/// An actor document. Empty lists and absent values are left out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Its address and identity.
    pub id: Url,
    /// `Application` or `Group`: what Mobilizon follows.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The part before the `@`.
    pub preferred_username: String,
    /// `handle@host` (FEP-2c59).
    pub webfinger: String,
    /// Name for people.
    pub name: String,
    /// A few sentences, HTML.
    pub summary: String,
    /// Page for people.
    pub url: Url,
    /// Where activities for it go.
    pub inbox: Url,
    /// What it did.
    pub outbox: Url,
    /// A count.
    pub followers: Url,
    /// A count.
    pub following: Url,
    /// Sessions to come (FEP-8a8e).
    pub upcoming_events: Url,
    /// The inbox of the whole node.
    pub endpoints: Endpoints,
    /// The key that every peer verifies.
    pub public_key: PublicKey,
    /// Further keys (FEP-521a).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assertion_method: Vec<Multikey>,
    /// What the node behind it understands (FEP-844e).
    pub generator: Generator,
    /// Whether a follow may wait for the staff; else it is granted at once.
    pub manually_approves_followers: bool,
    /// May be suggested to people (Mastodon).
    pub discoverable: bool,
    /// May be found by full-text search (FEP-5feb).
    pub indexable: bool,
    /// Since when (RFC 3339).
    pub published: String,
    /// Last change.
    pub updated: String,
    /// Telephone, address, web site, as Mastodon shows them in a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachment: Vec<PropertyValue>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
}

impl Actor {
    /// The document to serve.
    pub fn document(&self) -> Value {
        with_context(json!(self))
    }
}

/// Endpoints of an actor.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// The inbox of the whole node.
    pub shared_inbox: Url,
}

/// The node, as the software behind an actor.
#[derive(Debug, Clone, Serialize)]
pub struct Generator {
    /// `Application`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The instance actor.
    pub id: Url,
    /// What it implements that others cannot see otherwise.
    pub implements: [Capability; 2],
}

/// Something that a peer may rely on (FEP-844e).
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Capability {
    /// Where it is defined: its identity.
    pub href: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// HTTP Message Signatures, with RSA.
pub const RFC_9421: Capability = Capability {
    href: "https://datatracker.ietf.org/doc/html/rfc9421",
    name: "RFC-9421: HTTP Message Signatures",
};

/// The same with Ed25519.
pub const RFC_9421_ED25519: Capability = Capability {
    href: "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25",
    name: "RFC-9421 signatures using the Ed25519 algorithm",
};

/// The RSA key.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    /// keyId: the actor's id with a fragment, so that nobody needs a further request.
    pub id: Url,
    /// The actor.
    pub owner: Url,
    /// SubjectPublicKeyInfo in PEM.
    pub public_key_pem: String,
}

/// The Ed25519 key.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Multikey {
    /// The actor's id with a fragment.
    pub id: Url,
    /// `Multikey`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The actor.
    pub controller: Url,
    /// base58btc of the multicodec key.
    pub public_key_multibase: String,
}

/// A line of the profile.
#[derive(Debug, Clone, Serialize)]
pub struct PropertyValue {
    /// `PropertyValue`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it is.
    pub name: String,
    /// HTML.
    pub value: String,
}

impl PropertyValue {
    /// `name`: `value`, the latter HTML.
    pub fn new(name: &str, value: String) -> Self {
        Self {
            kind: "PropertyValue",
            name: name.to_owned(),
            value,
        }
    }
}
