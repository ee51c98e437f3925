//! A fetched actor document → a peer. What is of another origin than the actor's id is dropped or refused (FEP-fe34).

use url::Url;

use super::html::to_text;
use super::json::Value;
use super::{quirks, read};
use crate::domain::id::PeerId;
use crate::domain::peer::{Peer, PeerContact, PeerKey};
use crate::domain::text::{fold, telephone};
use crate::domain::time::Instant;
use crate::federation::guard::same_origin;
use crate::federation::signature::Dialect;
use crate::federation::urls;
use crate::federation::wire::actor::{Capability, RFC_9421, RFC_9421_ED25519};

/// Types of actors (ActivityStreams vocabulary §3.2).
const KINDS: [&str; 5] = ["Application", "Group", "Organization", "Service", "Person"];
/// Longest key text that is kept, in bytes.
const MAX_KEY: usize = 8 * 1024;
/// Most keys of one actor that are kept.
const MAX_KEYS: usize = 4;

/// Why a document is no actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActorRefusal {
    /// Not one of the five types.
    #[error("this is not an actor")]
    NotAnActor,
    /// No id.
    #[error("the actor has no id")]
    NoId,
    /// Another id than the address it was fetched from.
    #[error("the actor has another id than the address it was fetched from")]
    OtherId,
    /// No inbox on its own origin: nothing can be sent to it.
    #[error("the actor has no inbox on its own origin")]
    NoInbox,
}

/// The best signature that the software behind an actor announces to verify (FEP-844e), if it says anything.
pub fn announced_dialect(document: &Value) -> Option<Dialect> {
    let implements = |of: &Value, capability: Capability| {
        read::items(of, "implements").any(|one| one["href"].as_str().or(one.as_str()) == Some(capability.href))
    };
    let announces = |capability| implements(document, capability) || implements(&document["generator"], capability);
    if announces(RFC_9421_ED25519) {
        Some(Dialect::Rfc9421Ed25519)
    } else {
        announces(RFC_9421).then_some(Dialect::Rfc9421Rsa)
    }
}

/// Reads the document that was fetched from `fetched_from`, as the peer that is known here as `id`.
///
/// # Errors
/// Why it is no actor, or not that one.
pub fn actor(document: &Value, fetched_from: &Url, id: PeerId, now: Instant) -> Result<Peer, ActorRefusal> {
    let kind = read::types(document)
        .find(|one| KINDS.contains(one))
        .ok_or(ActorRefusal::NotAnActor)?;
    let uri = read::id(document).ok_or(ActorRefusal::NoId)?;
    if uri != *fetched_from {
        return Err(ActorRefusal::OtherId);
    }
    let own = |key: &str| own(document, key, &uri);
    let inbox = own("inbox").ok_or(ActorRefusal::NoInbox)?;
    let handle = read::line(document, "preferredUsername", 128).unwrap_or_default();
    Ok(Peer {
        id,
        kind: kind.to_owned(),
        host: urls::host(&uri),
        name: read::line(document, "name", 140).unwrap_or_else(|| handle.clone()),
        handle,
        summary: read::words(document, "summary").map_or_else(String::new, |html| to_text(html, 2000)),
        url: read::page(document, &uri).map(Into::into),
        inbox,
        shared_inbox: document
            .get("endpoints")
            .and_then(|endpoints| self::own(endpoints, "sharedInbox", &uri)),
        outbox: own("outbox"),
        upcoming: own("upcomingEvents"),
        followers: own("followers"),
        keys: keys(document, &uri),
        software: None,
        contact: contact(document, kind),
        fetched: now,
        uri: uri.into(),
    })
}

/// Where a structure is found and called: its `location`, and the telephone among its lines, by whatever name Maillage,
/// Mobilizon and people give it.
fn contact(document: &Value, kind: &str) -> Option<PeerContact> {
    if kind == "Person" {
        return None;
    }
    let lines = read::items(document, "attachment").filter(|line| read::is_a(line, "PropertyValue"));
    let phone = lines
        .filter(|line| read::line(line, "name", 40).is_some_and(|name| is_phone(&name)))
        .find_map(|line| telephone(&to_text(line.get("value")?.as_str()?, 60)));
    let contact = PeerContact {
        place: document.get("location").and_then(quirks::place),
        phone,
    };
    Some(contact).filter(|contact| *contact != PeerContact::default())
}

fn is_phone(name: &str) -> bool {
    let name = fold(name);
    name.starts_with("tel") || name.starts_with("phone")
}

/// An address of the actor's own origin.
fn own(object: &Value, key: &str, uri: &Url) -> Option<String> {
    read::first_reference(object, key)
        .filter(|url| same_origin(url, uri))
        .map(Into::into)
}

/// Its keys; one that names another owner or another origin is nobody's and is passed over.
fn keys(document: &Value, uri: &Url) -> Vec<PeerKey> {
    let rsa = read::items(document, "publicKey").map(|key| (key, "owner", "publicKeyPem"));
    let others = read::items(document, "assertionMethod")
        .filter(|key| read::is_a(key, "Multikey"))
        .map(|key| (key, "controller", "publicKeyMultibase"));
    rsa.chain(others)
        .filter(|(key, owner, _)| read::first_reference(key, owner).as_ref() == Some(uri))
        .filter_map(|(key, _, text)| {
            let id = read::id(key).filter(|id| same_origin(id, uri))?;
            let public_key = key.get(text)?.as_str().filter(|text| text.len() <= MAX_KEY)?;
            Some(PeerKey {
                id: id.into(),
                public_key: public_key.to_owned(),
            })
        })
        .take(MAX_KEYS)
        .collect()
}
