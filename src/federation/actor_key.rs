//! Keys of other servers' actors: found by keyId, believed only when key and owner name each other.
//!
//! A key counts when its `id` has the origin of its owner, the owner's own document (fetched from the owner's address)
//! lists it, and it names that actor as `owner` or `controller`. Three shapes are read: the key inside the actor at
//! `actor#fragment` (most servers), a `Key` or `Multikey` document at an address of its own, and GoToSocial's partial actor at
//! `…/main-key`; from the last two the owner is followed.

use std::sync::Arc;

use url::Url;

use super::convert::json::Value;
use super::fetch::{FetchError, Fetched, Fetcher};
use super::guard::same_origin;
use super::keys::PublicKey;

/// More keys than this in one document are not looked at.
const MAX_KEYS: usize = 8;

/// A key with its name and owner.
#[derive(Debug, Clone)]
pub struct PublishedKey {
    /// The `id` of the key. Read as an address, so that one name has one spelling.
    pub id: Url,
    /// The actor that it belongs to.
    pub owner: Url,
    /// The key.
    pub key: PublicKey,
}

/// A key as found on the network, with the actor document that vouches for it.
#[derive(Debug, Clone)]
pub struct ActorKey {
    /// The key and its owner.
    pub published: PublishedKey,
    /// The owner's document.
    pub actor: Arc<Fetched>,
}

/// The keys that an actor's document, fetched from `at`, may speak for. A key that does not hold is passed over.
pub fn published_keys(document: &Value, at: &Url) -> Vec<PublishedKey> {
    let Some(actor) = url_at(document, "id").filter(|id| id == at) else {
        return Vec::new();
    };
    let pem = one_or_many(&document["publicKey"]).iter().filter_map(|key| {
        let parsed = PublicKey::from_pem(key["publicKeyPem"].as_str()?).ok()?;
        claimed(key, "owner", &actor, parsed)
    });
    let multikeys = one_or_many(&document["assertionMethod"]).iter().filter_map(|key| {
        let parsed = PublicKey::from_multibase(key["publicKeyMultibase"].as_str()?).ok()?;
        claimed(key, "controller", &actor, parsed)
    });
    pem.chain(multikeys).collect()
}

/// Finds the key that a signature names. The fetches share flights and failures with those of actors.
pub async fn fetch_key(fetcher: &Fetcher, key_id: &str) -> Result<ActorKey, FetchError> {
    let key_id = Url::parse(key_id).map_err(|_| FetchError::Document("key_id"))?;
    let found = fetcher.get_named(&key_id).await?;
    let actor = match owner_to_ask(&found, &key_id)? {
        Some(owner) => fetcher.get_named(&owner).await?,
        None => found,
    };
    let published = key_named(&actor, &key_id)?;
    Ok(ActorKey { published, actor })
}

/// The owner whose own document is to be asked for, where the one found at the address of a key is only a pointer to it.
///
/// # Errors
/// `key_not_listed` where it is the owner's own document already, and says nothing of that key; otherwise why nobody is to be
/// asked.
pub fn owner_to_ask(found: &Fetched, key_id: &Url) -> Result<Option<Url>, FetchError> {
    if key_named(found, key_id).is_ok() {
        return Ok(None);
    }
    let owner = owner_of(&found.value).ok_or(FetchError::Document("key_without_owner"))?;
    if !same_origin(&owner, key_id) {
        return Err(FetchError::Document("key_of_foreign_owner"));
    }
    if owner == found.final_url {
        return Err(FetchError::Document("key_not_listed"));
    }
    Ok(Some(owner))
}

/// Whether it is what was found that makes a key nobody's. The addresses were there: no memory of failures has them.
pub fn is_nobodys(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Document("key_without_owner" | "key_of_foreign_owner" | "key_not_listed")
    )
}

/// The key of that name in an actor's document; a keyId that is the actor's own address means its first key.
pub fn key_named(actor: &Fetched, key_id: &Url) -> Result<PublishedKey, FetchError> {
    let mut keys = published_keys(&actor.value, &actor.final_url).into_iter();
    keys.find(|key| key.id == *key_id || key.owner == *key_id)
        .ok_or(FetchError::Document("key_not_listed"))
}

/// The key with its claims checked: the owner is the actor, the name has the actor's origin.
fn claimed(key: &Value, owner_field: &str, actor: &Url, parsed: PublicKey) -> Option<PublishedKey> {
    let id = url_at(key, "id").filter(|id| same_origin(id, actor))?;
    let owned = url_at(key, owner_field).as_ref() == Some(actor);
    owned.then(|| PublishedKey {
        id,
        owner: actor.clone(),
        key: parsed,
    })
}

/// The owner that a key document or a partial actor names: a Multikey names its `controller` (FEP-521a).
fn owner_of(document: &Value) -> Option<Url> {
    let keys = ["publicKey", "assertionMethod"].into_iter();
    let keys = keys.flat_map(|field| one_or_many(&document[field]));
    std::iter::once(document)
        .chain(keys)
        .find_map(|key| url_at(key, "owner").or_else(|| url_at(key, "controller")))
}

fn url_at(value: &Value, field: &str) -> Option<Url> {
    Url::parse(value.get(field)?.as_str()?).ok()
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => &values[..values.len().min(MAX_KEYS)],
        one => std::slice::from_ref(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::convert::json::document;
    use crate::federation::keys::{KeyKind, PrivateKey};

    fn actor(owner: &str, key_id: &str) -> Value {
        let rsa = PrivateKey::generate_rsa().expect("a key").public_pem().expect("a PEM");
        let ed = PrivateKey::generate_ed25519().expect("a key").public_multibase();
        document!({
            "id": "https://a.example/actor",
            "publicKey": {"id": key_id, "owner": owner, "publicKeyPem": rsa},
            "assertionMethod": [{"id": "https://a.example/actor#ed", "controller": owner, "publicKeyMultibase": ed}],
        })
    }

    fn at(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn both_kinds_of_keys_are_read() {
        let document = actor("https://a.example/actor", "https://a.example/actor#main-key");
        let keys = published_keys(&document, &at("https://a.example/actor"));
        let kinds: Vec<_> = keys.iter().map(|key| (key.id.as_str(), key.key.kind())).collect();
        let expected = [
            ("https://a.example/actor#main-key", KeyKind::Rsa),
            ("https://a.example/actor#ed", KeyKind::Ed25519),
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn a_key_of_another_owner_is_passed_over() {
        let document = actor("https://b.example/actor", "https://a.example/actor#main-key");
        assert!(published_keys(&document, &at("https://a.example/actor")).is_empty());
    }

    #[test]
    fn a_key_id_on_another_host_is_passed_over() {
        let document = actor("https://a.example/actor", "https://b.example/actor#main-key");
        let keys = published_keys(&document, &at("https://a.example/actor"));
        assert_eq!(
            keys.iter().map(|key| key.key.kind()).collect::<Vec<_>>(),
            [KeyKind::Ed25519]
        );
    }

    #[test]
    fn a_document_found_elsewhere_than_its_id_speaks_for_nobody() {
        let document = actor("https://a.example/actor", "https://a.example/actor#main-key");
        assert!(published_keys(&document, &at("https://a.example/upload.json")).is_empty());
    }
}
