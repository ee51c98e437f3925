//! Object integrity proofs (FEP-8b32, cryptosuite `eddsa-jcs-2022` of the W3C's vc-di-eddsa): an object that carries its
//! author's signature can be believed whoever hands it over.
//!
//! What is signed is SHA-256 of the canonical proof options followed by SHA-256 of the canonical document without its
//! `proof`. A document with a `@context` has the same in its proof; an embedded object of ours has neither, and is signed
//! as it stands. Linked Data signatures (`signature`) are neither made nor read, and no proof covers them.
//!
//! | what | when it is otherwise |
//! |---|---|
//! | one proof that is a `DataIntegrityProof` of `eddsa-jcs-2022`, with a `created` and a `verificationMethod` on the web | as if there were none |
//! | `proofPurpose` is `assertionMethod` | refused |
//! | `created` is a date, at most [`AHEAD`] in the future | refused |
//! | `expires`, where it is told, is not over | as if there were none |
//! | `proofValue` is 64 bytes in multibase base58btc | refused |
//! | `@context` of the document begins with that of the proof | refused |
//! | the key is one of the author's `assertionMethod`s (FEP-521a), of the object's origin | refused; as if there were none when it cannot be had, or is the author's no more |
//! | the author is followed, or was fetched within a day | it is fetched again |
//! | the signature holds | refused |
//! | `created` is at most [`FRESH`] old | authentic all the same, but the object is fetched: it may be gone since |

mod jcs;
mod owner;
#[cfg(test)]
mod tests;

use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use url::Url;

use super::convert::json::{Object, Value as Read};
use super::convert::read;
use super::keys::{KeyError, PublicKey};
use super::signature::window::AHEAD;
use super::signature::{Signer, sha256};
use crate::domain::time::Instant;

pub use jcs::canonical;
pub use owner::{Author, author, authors, check_activity};

/// How long a proof stands for a look at the object's own address: as long as a delivery may wait.
pub const FRESH: TimeDelta = TimeDelta::days(30);

const TYPE: &str = "DataIntegrityProof";
const SUITE: &str = "eddsa-jcs-2022";
const PURPOSE: &str = "assertionMethod";
/// Bytes of an Ed25519 signature.
const SIGNATURE: usize = 64;
/// Longest text of a signature that is looked at: 64 bytes take 89 characters.
const MAX_VALUE: usize = 128;

/// Members that stand apart from what is signed: a Linked Data signature is made after the proof (FEP-8b32, « backward
/// compatibility »), the context is looked at by itself.
const UNSIGNED: [&str; 3] = ["proof", "signature", "@context"];

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Several proofs that could be checked, or one that is no object.
    #[error("there must be one proof")]
    Several,
    /// Made for something else than to vouch for what is said.
    #[error("the proof is not for assertion")]
    Purpose,
    /// No date, or one to come.
    #[error("the date of the proof cannot be")]
    Created,
    /// Not 64 bytes in base58btc.
    #[error("the value of the proof cannot be read")]
    Value,
    /// Made for a document of another context.
    #[error("the proof has another context than the document")]
    Context,
}

impl ProofError {
    /// A stable word for logs and metrics.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Several => "proof_several",
            Self::Purpose => "proof_purpose",
            Self::Created => "proof_created",
            Self::Value => "proof_value",
            Self::Context => "proof_context",
        }
    }
}

/// Puts a proof of `signer` (an Ed25519 key) into `document`, in place of any other.
///
/// # Errors
/// [`KeyError::Library`] when the cryptographic library refuses.
pub fn attach(document: &mut Value, signer: &Signer, created: Instant) -> Result<(), KeyError> {
    let Some(members) = document.as_object_mut() else {
        return Ok(());
    };
    members.remove("proof");
    let mut proof = json!({
        "type": TYPE,
        "cryptosuite": SUITE,
        "verificationMethod": signer.key_id,
        "proofPurpose": PURPOSE,
        // Whole seconds: some verifiers write the date anew before they hash it.
        "created": created.to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    if let Some(context) = members.get("@context") {
        proof["@context"] = context.clone();
    }
    let signature = signer.key.sign(&hashes(
        &canonical(&proof),
        &jcs::members(members.iter().map(|(key, value)| (key.as_str(), value))),
    ))?;
    proof["proofValue"] = json!(format!("z{}", bs58::encode(signature).into_string()));
    members.insert("proof".to_owned(), proof);
    Ok(())
}

/// When a proof was made, as it says itself.
pub fn made_at(proof: &Value) -> Option<Instant> {
    proof["created"].as_str().and_then(date)
}

/// A proof that passed every check but the ones that need the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The id of the key.
    pub key_id: Url,
    /// When it was made.
    pub created: Instant,
    signature: Vec<u8>,
    /// What may have been signed.
    signed: Vec<[u8; 64]>,
}

impl Proof {
    /// Whether `key` made it over this document.
    pub fn verifies(&self, key: &PublicKey) -> bool {
        self.signed.iter().any(|signed| key.verifies(signed, &self.signature))
    }

    /// Whether it stands for a look at the object's own address.
    pub fn is_fresh(&self, now: Instant) -> bool {
        now - self.created <= FRESH
    }
}

/// Reads the proof of `document`; `None` when it has none that can be checked here.
///
/// # Errors
/// Why the proof cannot be right, whoever made it.
pub fn proof_of(document: &Read, now: impl FnOnce() -> Instant) -> Result<Option<Proof>, ProofError> {
    let Some(members) = document.as_object() else {
        return Ok(None);
    };
    let mut known = read::items(document, "proof").filter(|proof| is_known(proof));
    let Some(proof) = known.next().and_then(Read::as_object) else {
        return Ok(None);
    };
    if known.next().is_some() {
        return Err(ProofError::Several);
    }
    let text = |key: &str| proof.get(key).and_then(Read::as_str);
    let (Some(key_id), Some(created)) = (text("verificationMethod").and_then(read::web_url), text("created")) else {
        return Ok(None);
    };
    if text("proofPurpose") != Some(PURPOSE) {
        return Err(ProofError::Purpose);
    }
    let now = now();
    let created = date(created)
        .filter(|created| *created <= now + AHEAD)
        .ok_or(ProofError::Created)?;
    if let Some(expires) = proof.get("expires")
        && expires.as_str().and_then(date).is_none_or(|expires| expires < now)
    {
        return Ok(None);
    }
    Ok(Some(Proof {
        key_id,
        created,
        signature: value(text("proofValue").unwrap_or_default()).ok_or(ProofError::Value)?,
        signed: signed(members, proof)?,
    }))
}

fn is_known(proof: &Read) -> bool {
    proof["type"] == TYPE && proof["cryptosuite"] == SUITE
}

fn date(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text).ok().map(|date| date.to_utc())
}

fn value(text: &str) -> Option<Vec<u8>> {
    let encoded = text.strip_prefix('z').filter(|_| text.len() <= MAX_VALUE)?;
    let bytes = bs58::decode(encoded).into_vec().ok()?;
    (bytes.len() == SIGNATURE).then_some(bytes)
}

/// What the author signed: options, then document. Where the proof tells no context and the document has one, it may have
/// been hashed with the options (drafts before 2024, Fedify) or not.
fn signed(members: &Object, proof: &Object) -> Result<Vec<[u8; 64]>, ProofError> {
    let options = |context: Option<&Read>| {
        let others = proof.iter().filter(|(key, _)| *key != "proofValue");
        let others = others.filter(|(key, _)| context.is_none() || *key != "@context");
        jcs::members(others.chain(context.map(|context| ("@context", context))))
    };
    let unsecured = |context: Option<&Read>| {
        let others = members.iter().filter(|(key, _)| !UNSIGNED.contains(key));
        jcs::members(others.chain(context.map(|context| ("@context", context))))
    };
    let own = members.get("@context");
    let Some(told) = proof.get("@context") else {
        let document = unsecured(own);
        let mut signed = vec![hashes(&options(None), &document)];
        if own.is_some() {
            signed.push(hashes(&options(own), &document));
        }
        return Ok(signed);
    };
    if !own.is_some_and(|own| begins_with(own, told)) {
        return Err(ProofError::Context);
    }
    Ok(vec![hashes(&options(None), &unsecured(Some(told)))])
}

/// Whether the list (or one value) `all` begins with the list (or one value) `start`.
fn begins_with(all: &Read, start: &Read) -> bool {
    list(all).starts_with(list(start))
}

/// The items of a list, or the one value itself.
fn list(value: &Read) -> &[Read] {
    match value {
        Read::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn hashes(options: &[u8], document: &[u8]) -> [u8; 64] {
    let mut both = [0; 64];
    let (first, second) = both.split_at_mut(32);
    first.copy_from_slice(&sha256(options));
    second.copy_from_slice(&sha256(document));
    both
}
