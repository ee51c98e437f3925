//! HTTP signatures: every request that we send is signed, and what an inbox believes rests on the sender's signature.
//!
//! Two schemes: draft-cavage-12 (`cavage`), which everybody speaks, and RFC 9421 (`rfc9421`), which newer servers speak
//! too. A request with `Signature-Input` is read as RFC 9421, any other as draft-cavage. Checking has two steps, so
//! that an inbox refuses cheaply: [`Signature::parse`] makes every check that needs no key (some microseconds), then
//! [`Signature::verify`] the one that does. The caller fetches the key between the two, and makes sure that the key's
//! owner is the activity's actor.
//!
//! # What is required
//!
//! | what | draft-cavage | RFC 9421 | when it is missing or wrong |
//! |---|---|---|---|
//! | key | `keyId`, with or without a fragment | `keyid` | refused |
//! | algorithm | decided by the key (RSA: PKCS#1 v1.5 with SHA-256; Ed25519); the label is not read, but `none`, `hmac…`, `…sha1`, `…md5` are refused | the same; `alg` may be absent, must be the key's when it is there | refused |
//! | method and path | `(request-target)` covered | `@method`, and `@target-uri`, or `@request-target`, or `@path` with (if the URL has a query) `@query` | refused |
//! | query | a GET signed without its query is accepted (Mobilizon, Gancio): the signature then opens any query of that path, to be read only | always signed | |
//! | host | `host` covered, and one of our names, with our port or without any (Gancio) | `@target-uri` or `@authority` or `host`; the `Host` header is one of our names | refused: else a delivery to another server could be replayed to us |
//! | time | `date` or `(created)` covered; all that are covered are checked | `created` | refused: a request without a date would be valid for ever, and an unsigned date can be renewed by anybody |
//! | clock | at most [`window::PAST`] old, at most [`window::AHEAD`] in the future | the same | refused |
//! | expiry | `expires` if given is in the future and not before `created`; it never lengthens the window | the same | refused |
//! | body (any method but GET and HEAD, or a body that is not empty) | `digest` covered, with a right SHA-256 (others beside it are passed over) | `content-digest`, the same | refused, SHA-512 alone too |
//! | digest on GET | need not be there; must be right if it is | the same | refused if wrong |
//! | other covered headers | each is there exactly once | the same; derived components without parameters only | refused |
//! | duplicates | no header that counts, no parameter, no component twice; one signature | the same | refused |

mod cavage;
mod dialect;
mod digest;
mod error;
mod headers;
mod rfc9421;
pub mod window;

use chrono::{DateTime, Utc};
use url::Url;

pub use dialect::Dialect;
pub use digest::{Sha256, sha256};
pub use error::SignatureError;

use super::keys::{KeyError, KeyKind, PrivateKey, PublicKey};
use headers::Headers;

/// Longest keyId that is looked at.
const MAX_KEY_ID: usize = 2048;

/// A key of ours with the name it is published under. Cheap to share behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The `id` of the key, such as `https://host/actor#main-key`.
    pub key_id: String,
    /// The key.
    pub key: PrivateKey,
}

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// draft-cavage-http-signatures-12: the first knock at a server we do not know.
    #[default]
    Cavage,
    /// RFC 9421, with `Content-Digest`.
    Rfc9421,
}

/// A request that we are about to send.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Where it goes.
    pub url: &'a Url,
    /// The value of the `Content-Type` header, signed when given.
    pub content_type: Option<&'a str>,
    /// The SHA-256 of the body; `None` for GET.
    pub digest: Option<Sha256>,
    /// The time of the signature.
    pub now: DateTime<Utc>,
}

impl Outgoing<'_> {
    /// The value of the `Host` header as an HTTP client writes it: with the port when it is not the scheme's own.
    fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Path and query.
    fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

/// The headers (lower-case names) to add to `request`; `Host`, which the HTTP client writes, is signed too.
pub fn sign(scheme: Scheme, request: &Outgoing<'_>, signer: &Signer) -> Result<Vec<(&'static str, String)>, KeyError> {
    match scheme {
        Scheme::Cavage => cavage::sign(request, signer),
        Scheme::Rfc9421 => rfc9421::sign(request, signer),
    }
}

/// The names that this node answers to: a request signed for any other host is refused.
#[derive(Debug, Clone)]
pub struct Audience {
    scheme: String,
    hosts: Vec<String>,
}

impl Audience {
    /// The names of the node at `base`: its host with its port, and its host alone.
    pub fn of(base: &Url) -> Self {
        let host = base.host_str().unwrap_or_default().to_ascii_lowercase();
        let mut hosts = vec![host.clone()];
        if let Some(port) = base.port_or_known_default() {
            hosts.push(format!("{host}:{port}"));
        }
        Self {
            scheme: base.scheme().to_owned(),
            hosts,
        }
    }

    /// Whether a `Host` header names this node.
    fn answers_to(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

/// The body of a request, or what is known of it.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// There is none.
    Absent,
    /// The bytes as received.
    Bytes(&'a [u8]),
    /// It has not been read yet: [`Signature::check_body`] compares it when it has.
    Later,
}

impl Body<'_> {
    fn sha256(&self) -> Option<Sha256> {
        match self {
            Self::Absent => Some(sha256(b"")),
            Self::Bytes(bytes) => Some(sha256(bytes)),
            Self::Later => None,
        }
    }
}

/// A request as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// In upper case, as HTTP has it.
    pub method: &'a str,
    /// Path and query, byte for byte as received.
    pub target: &'a str,
    /// Every header as received, repeated ones repeated. With HTTP/2 the caller adds `host` from the authority.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body.
    pub body: Body<'a>,
    /// The names that we answer to.
    pub audience: &'a Audience,
    /// The time of arrival.
    pub now: DateTime<Utc>,
}

impl Incoming<'_> {
    fn only_reads(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// Whether the body must be covered.
    fn needs_digest(&self) -> bool {
        !self.only_reads()
            || match self.body {
                Body::Absent => false,
                Body::Bytes(bytes) => !bytes.is_empty(),
                Body::Later => true,
            }
    }

    /// The path, when the request may have been signed without its query.
    fn target_without_query(&self) -> Option<&str> {
        self.target
            .split_once('?')
            .map(|(path, _)| path)
            .filter(|_| self.only_reads())
    }
}

/// A signature that passed every check but the one that needs the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    key_id: String,
    scheme: Scheme,
    /// The kind of key that RFC 9421 `alg` states.
    stated: Option<KeyKind>,
    bytes: Vec<u8>,
    /// When it was made, by the clock of who made it.
    signed_at: DateTime<Utc>,
    /// The digest of the body that the request states.
    digest: Option<Sha256>,
    /// What may have been signed, likeliest first: the request, and a GET without its query.
    bases: Vec<String>,
}

impl Signature {
    /// Reads the signature of a request and makes every check of the table above that needs no key.
    pub fn parse(request: &Incoming<'_>) -> Result<Self, SignatureError> {
        let headers = Headers(request.headers);
        let input = headers.one("signature-input")?;
        let value = headers.one("signature")?.ok_or(SignatureError::Missing)?;
        let signature = match input {
            Some(input) => rfc9421::parse(request, input, value),
            None => cavage::parse(request, value),
        }?;
        if signature.key_id.len() > MAX_KEY_ID {
            return Err(SignatureError::Malformed("the keyId is too long"));
        }
        Ok(signature)
    }

    /// The URL of the key: an actor's with a fragment, or any other.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The scheme that the sender used: it reads that one as well.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// When it was made, to the second, by the clock of who made it.
    pub fn signed_at(&self) -> DateTime<Utc> {
        self.signed_at
    }

    /// What is signed and the signature itself, in short: two requests that share it are the same one.
    pub fn fingerprint(&self) -> Sha256 {
        let signed = self.bases.first().map_or("", String::as_str);
        sha256(&[self.key_id.as_bytes(), b"\n", signed.as_bytes(), b"\n", &self.bytes].concat())
    }

    /// Compares a body that was read after [`Body::Later`] with the digest that is signed; returns the digest.
    pub fn check_body(&self, body: &[u8]) -> Result<Sha256, SignatureError> {
        let actual = sha256(body);
        match self.digest {
            Some(stated) if stated == actual => Ok(actual),
            Some(_) => Err(SignatureError::DigestWrong),
            None => Err(SignatureError::DigestMalformed),
        }
    }

    /// Checks the signature against the key. The key decides the algorithm.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        if self.stated.is_some_and(|stated| stated != key.kind()) {
            return Err(SignatureError::KeyMismatch);
        }
        let fits = self.bases.iter().any(|base| key.verifies(base.as_bytes(), &self.bytes));
        if fits { Ok(()) } else { Err(SignatureError::Wrong) }
    }
}

fn check_host(request: &Incoming<'_>, headers: &Headers<'_>) -> Result<(), SignatureError> {
    let host = headers.one("host")?.ok_or(SignatureError::AbsentHeader)?;
    if request.audience.answers_to(host) {
        Ok(())
    } else {
        Err(SignatureError::ForeignHost)
    }
}
