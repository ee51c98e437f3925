//! Signatures: what OpenSSL and the standards sign is read, and every known forgery is refused for its own reason.

mod cavage;
mod keys;
mod openssl;
mod peers;
mod rfc9421;
mod table;

use chrono::{DateTime, TimeDelta, Utc};
use maillage::federation::keys::{KeyError, KeyKind, PrivateKey, PublicKey};
use maillage::federation::signature::{
    Audience, Body, Incoming, Outgoing, Scheme, Signature, SignatureError, Signer, sha256, sign, window,
};
use url::Url;

const KEY_ID: &str = "https://lille.example/actor#main-key";
const INBOX: &str = "https://agenda.example/inbox";
const KIND: &str = "application/activity+json";
const BODY: &[u8] = include_bytes!("../../fixtures/signature/body.json");
const RSA: &str = include_str!("../../fixtures/signature/rsa.pkcs8.txt");
const ED25519: &str = include_str!("../../fixtures/signature/ed25519.pkcs8.txt");
const SPKI: &str = include_str!("../../fixtures/signature/rsa.spki.pem");

fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

fn signer(pkcs8: &str) -> Signer {
    Signer {
        key_id: KEY_ID.into(),
        key: PrivateKey::from_pkcs8(pkcs8).expect("the test key"),
    }
}

fn rsa_key() -> PublicKey {
    PublicKey::from_pem(SPKI).expect("the test key")
}

/// A request on its way, to be tampered with.
#[derive(Clone)]
struct Sent {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    now: DateTime<Utc>,
}

impl Sent {
    fn signed(method: &'static str, url: &str, body: Option<&[u8]>, scheme: Scheme, signer: &Signer) -> Self {
        let url = Url::parse(url).expect("a URL");
        let content_type = body.map(|_| KIND);
        let outgoing = Outgoing {
            method,
            url: &url,
            content_type,
            digest: body.map(sha256),
            now: noon(),
        };
        let mut headers = vec![("host".to_owned(), url.host_str().expect("a host").to_owned())];
        headers.extend(content_type.map(|kind| ("content-type".to_owned(), kind.to_owned())));
        let signed = sign(scheme, &outgoing, signer).expect("signed");
        headers.extend(signed.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", url.path());
        Self {
            method,
            target,
            headers,
            body: body.unwrap_or_default().to_vec(),
            now: noon(),
        }
    }

    fn post() -> Self {
        Self::signed("POST", INBOX, Some(BODY), Scheme::Cavage, &signer(RSA))
    }

    fn get() -> Self {
        Self::signed(
            "GET",
            "https://agenda.example/groups/agenda",
            None,
            Scheme::Cavage,
            &signer(RSA),
        )
    }

    fn post_9421(pkcs8: &str) -> Self {
        Self::signed("POST", INBOX, Some(BODY), Scheme::Rfc9421, &signer(pkcs8))
    }

    /// The request with a cavage signature by hand: any covered list, any parameters before the signature.
    fn by_hand(mut self, covered: &str, parameters: &str, base: &str) -> Self {
        let signature = base64_of(&signer(RSA).key.sign(base.as_bytes()).expect("signed"));
        self.set(
            "signature",
            &format!(r#"keyId="{KEY_ID}",{parameters}headers="{covered}",signature="{signature}""#),
        );
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    fn get_header(&self, name: &str) -> &str {
        &self
            .headers
            .iter()
            .find(|(other, _)| other == name)
            .expect("the header")
            .1
    }

    /// Replaces a part of the `Signature` (or another) header.
    fn edit(self, name: &str, from: &str, to: &str) -> Self {
        let value = self.get_header(name).replacen(from, to, 1);
        assert_ne!(value, self.get_header(name), "nothing to replace");
        self.with(name, &value)
    }

    fn parse(&self) -> Result<Signature, SignatureError> {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let base = Url::parse("https://agenda.example/").expect("a URL");
        Signature::parse(&Incoming {
            method: self.method,
            target: &self.target,
            headers: &headers,
            body: if self.method == "GET" {
                Body::Absent
            } else {
                Body::Bytes(&self.body)
            },
            audience: &Audience::of(&base),
            now: self.now,
        })
    }

    fn check(&self, key: &PublicKey) -> Result<(), SignatureError> {
        self.parse()?.verify(key)
    }

    /// The reason for which the request is refused before any key is looked at.
    fn refused(&self) -> SignatureError {
        self.parse().expect_err("must be refused without a key")
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

const DATE: &str = "Sun, 22 Nov 2026 12:00:00 GMT";
