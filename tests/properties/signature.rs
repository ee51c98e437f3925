//! Signature headers: whatever they say, a signature that passes covers this request and no other.
//!
//! Input: the request line (`POST /inbox`), a header a line, an empty line, the body.

use chrono::{DateTime, TimeDelta, Utc};
use maillage::federation::keys::PublicKey;
use maillage::federation::signature::{Audience, Body, Incoming, Signature};
use url::Url;

/// The moment at which the requests of the corpus were signed.
const NOW: &str = "2026-11-22T12:00:00Z";

/// A request, taken apart.
struct Request<'a> {
    method: &'a str,
    target: &'a str,
    headers: Vec<(&'a str, &'a [u8])>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    fn of(input: &'a [u8]) -> Option<Self> {
        let (head, body) = match input.windows(2).position(|pair| pair == b"\n\n") {
            Some(at) => (&input[..at], &input[at + 2..]),
            None => (input, &[][..]),
        };
        let mut lines = head.split(|byte| *byte == b'\n');
        let (method, target) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
        let headers = lines.filter_map(|line| {
            let at = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(&line[..at]).ok()?;
            Some((name, line[at + 1..].trim_ascii()))
        });
        Some(Self {
            method,
            target,
            headers: headers.collect(),
            body,
        })
    }

    fn parse(&self, body: &[u8], host: &str, now: DateTime<Utc>) -> Option<Signature> {
        let audience = Audience::of(&Url::parse(host).expect("a URL"));
        let incoming = Incoming {
            method: self.method,
            target: self.target,
            headers: &self.headers,
            body: Body::Bytes(body),
            audience: &audience,
            now,
        };
        Signature::parse(&incoming).ok()
    }
}

/// Reads a request; what is accepted is bound to its body, its host and its time.
pub fn holds(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = PublicKey::from_pem(text);
        let _ = PublicKey::from_multibase(text);
    }
    let Some(request) = Request::of(input) else { return };
    let (ours, now) = ("https://agenda.example", NOW.parse().expect("an instant"));
    let Some(signature) = request.parse(request.body, ours, now) else {
        return;
    };
    assert!(signature.key_id().len() <= 2048);
    let other = [request.body, b" "].concat();
    assert!(request.parse(&other, ours, now).is_none(), "another body passes");
    assert!(
        request.parse(request.body, "https://other.example", now).is_none(),
        "another host passes"
    );
    for years in [-1, 1] {
        let then = now + TimeDelta::days(365 * years);
        assert!(request.parse(request.body, ours, then).is_none(), "another year passes");
    }
}
