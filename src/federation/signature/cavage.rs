//! draft-cavage-http-signatures-12, what the whole fediverse speaks.
//!
//! `http-signature-normalization` builds the signing string of what we send. Its parser is not fed with what senders write:
//! it loses parameters after a blank, lets the last of two equal ones win and panics on a far `created`. What they signed is
//! put together here, since it happens for every request, without the crate's maps; a test compares the two.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use http_signature_normalization::verify::ParsedHeader;

use super::headers::Headers;
use super::{Incoming, Outgoing, Scheme, Sha256, Signature, SignatureError, Signer, check_host, digest, window};
use crate::federation::keys::{KeyError, KeyKind};

/// More components than this are an attempt to make us work.
const MAX_COVERED: usize = 32;
/// Longer than any validity that the crate could find expired: the window is ours to judge (`window`).
const NEVER: Duration = Duration::from_secs(1 << 40);

/// Reads a request and makes all the checks that need no key.
pub(super) fn parse(request: &Incoming<'_>, header: &str) -> Result<Signature, SignatureError> {
    let parameters = Parameters::read(header)?;
    check_algorithm(parameters.algorithm)?;
    let covered = Covered::read(parameters.headers.unwrap_or("(created)"))?;
    covered.check_required(request.needs_digest())?;
    let headers = Headers(request.headers);
    check_host(request, &headers)?;
    let signed_at = check_time(&parameters, &covered, &headers, request)?;
    let digest = check_body(request, &headers)?;
    let signed = |target| signed_string(request.method, target, &parameters, &covered, &headers);
    let without_query = request.target_without_query().map(signed).transpose()?;
    let whole = signed(request.target)?;
    Ok(Signature {
        key_id: parameters.key_id.to_owned(),
        scheme: Scheme::Cavage,
        stated: None,
        bytes: BASE64
            .decode(parameters.signature)
            .map_err(|_| SignatureError::Malformed("the signature is not base64"))?,
        signed_at,
        digest,
        bases: std::iter::once(whole).chain(without_query).collect(),
    })
}

/// The headers that sign `request`: `date`, `digest` when there is a body, `signature`.
pub(super) fn sign(request: &Outgoing<'_>, signer: &Signer) -> Result<Vec<(&'static str, String)>, KeyError> {
    let mut headers = vec![("date", httpdate::fmt_http_date(request.now.into()))];
    headers.extend(request.digest.map(|digest| ("digest", digest::digest_header(&digest))));
    let mut signed = vec![("host", request.host())];
    signed.extend(headers.iter().cloned());
    signed.extend(request.content_type.map(|kind| ("content-type", kind.to_owned())));
    let covered = signed
        .iter()
        .fold("(request-target)".to_owned(), |list, (name, _)| list + " " + name);
    let values = signed
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let base = signing_string(request.method, &request.target(), &covered, values).map_err(|_| KeyError::Library)?;
    let signature = BASE64.encode(signer.key.sign(base.as_bytes())?);
    // RSA goes by the old label: every peer reads it, some never learnt `hs2019`.
    let algorithm = match signer.key.kind() {
        KeyKind::Rsa => "rsa-sha256",
        KeyKind::Ed25519 => "hs2019",
    };
    let key_id = &signer.key_id;
    // No blank after the commas: Mobilizon does not trim.
    let value = format!(r#"keyId="{key_id}",algorithm="{algorithm}",headers="{covered}",signature="{signature}""#);
    headers.push(("signature", value));
    Ok(headers)
}

/// The label cannot choose the algorithm, the key does. But who states a broken one is not served.
fn check_algorithm(label: Option<&str>) -> Result<(), SignatureError> {
    let label = label.unwrap_or("hs2019").to_ascii_lowercase();
    let refused = label == "none" || label.starts_with("hmac") || label.ends_with("sha1") || label.ends_with("md5");
    if refused {
        Err(SignatureError::Algorithm)
    } else {
        Ok(())
    }
}

/// When it was signed: by `created` where both are covered.
fn check_time(
    parameters: &Parameters<'_>,
    covered: &Covered<'_>,
    headers: &Headers<'_>,
    request: &Incoming<'_>,
) -> Result<DateTime<Utc>, SignatureError> {
    let mut signed_at = None;
    if covered.has("date") {
        let date = headers.one("date")?.ok_or(SignatureError::AbsentHeader)?;
        signed_at = Some(window::check_date(date, request.now)?);
    }
    if covered.has("(created)") {
        let created = parameters.created.ok_or(SignatureError::AbsentHeader)?;
        signed_at = Some(window::check_created(created, request.now)?);
    }
    if let Some(expires) = parameters.expires {
        window::check_expires(expires, parameters.created, request.now)?;
    }
    signed_at.ok_or(SignatureError::DateUnsigned)
}

/// A digest that is there must be right, covered or not.
fn check_body(request: &Incoming<'_>, headers: &Headers<'_>) -> Result<Option<Sha256>, SignatureError> {
    match headers.one("digest")? {
        Some(stated) => digest::check_digest(stated, &request.body).map(Some),
        None if request.needs_digest() => Err(SignatureError::DigestMalformed),
        None => Ok(None),
    }
}

/// What the sender signed: the covered components in their order, one a line.
fn signed_string(
    method: &str,
    target: &str,
    parameters: &Parameters<'_>,
    covered: &Covered<'_>,
    headers: &Headers<'_>,
) -> Result<String, SignatureError> {
    let mut signed = String::with_capacity(512);
    for name in covered.names() {
        if !signed.is_empty() {
            signed.push('\n');
        }
        signed.push_str(name);
        signed.push_str(": ");
        match name {
            "(request-target)" => {
                signed.extend(method.chars().map(|letter| letter.to_ascii_lowercase()));
                signed.push(' ');
                signed.push_str(target);
            }
            "(created)" => push_seconds(&mut signed, parameters.created)?,
            "(expires)" => push_seconds(&mut signed, parameters.expires)?,
            pseudo if pseudo.starts_with('(') => return Err(SignatureError::UnknownComponent),
            header => signed.push_str(headers.one(header)?.ok_or(SignatureError::AbsentHeader)?),
        }
    }
    Ok(signed)
}

fn push_seconds(signed: &mut String, seconds: Option<i64>) -> Result<(), SignatureError> {
    let seconds = seconds.ok_or(SignatureError::AbsentHeader)?;
    let _ = write!(signed, "{seconds}");
    Ok(())
}

/// What we sign, built by the crate.
fn signing_string(
    method: &str,
    target: &str,
    covered: &str,
    mut values: BTreeMap<String, String>,
) -> Result<String, SignatureError> {
    let mut header = String::with_capacity(covered.len() + 40);
    let _ = write!(header, r#"keyId="",headers="{covered}",signature="""#);
    let unreadable = |_| SignatureError::Malformed("the list of components");
    let parsed: ParsedHeader = header.parse().map_err(unreadable)?;
    let unvalidated = parsed
        .into_unvalidated(method, target, &mut values, HashSet::new())
        .map_err(|_| SignatureError::AbsentHeader)?;
    let unverified = unvalidated.validate(NEVER).map_err(|_| SignatureError::TooOld)?;
    Ok(unverified.signing_string().to_owned())
}

/// The covered components, lower case, none twice.
struct Covered<'a>(Vec<Cow<'a, str>>);

impl<'a> Covered<'a> {
    /// Reads a list that is separated by blanks.
    fn read(list: &'a str) -> Result<Self, SignatureError> {
        let mut names = Vec::with_capacity(8);
        for name in list.split_ascii_whitespace() {
            if names.len() == MAX_COVERED {
                return Err(SignatureError::Malformed("too many components"));
            }
            let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'(' | b')');
            if !name.bytes().all(known) {
                return Err(SignatureError::UnknownComponent);
            }
            let name = match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                true => Cow::Owned(name.to_ascii_lowercase()),
                false => Cow::Borrowed(name),
            };
            if names.contains(&name) {
                return Err(SignatureError::DuplicateParameter);
            }
            names.push(name);
        }
        Ok(Self(names))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    fn has(&self, name: &str) -> bool {
        self.names().any(|covered| covered == name)
    }

    fn check_required(&self, needs_digest: bool) -> Result<(), SignatureError> {
        if !self.has("(request-target)") {
            Err(SignatureError::TargetUnsigned)
        } else if !self.has("host") {
            Err(SignatureError::HostUnsigned)
        } else if !self.has("date") && !self.has("(created)") {
            Err(SignatureError::DateUnsigned)
        } else if needs_digest && !self.has("digest") {
            Err(SignatureError::DigestUnsigned)
        } else {
            Ok(())
        }
    }
}

/// The parameters of a `Signature` header.
#[derive(Default)]
struct Parameters<'a> {
    key_id: &'a str,
    signature: &'a str,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    created: Option<i64>,
    expires: Option<i64>,
}

impl<'a> Parameters<'a> {
    fn read(header: &'a str) -> Result<Self, SignatureError> {
        let mut found = Self::default();
        let mut seen: Vec<&str> = Vec::with_capacity(6);
        let mut rest = header.trim();
        loop {
            let (name, value, after) = next_parameter(rest)?;
            if seen.contains(&name) {
                return Err(SignatureError::DuplicateParameter);
            }
            seen.push(name);
            match name {
                "keyId" => found.key_id = value,
                "signature" => found.signature = value,
                "algorithm" => found.algorithm = Some(value),
                "headers" => found.headers = Some(value),
                "created" => found.created = Some(seconds(value)?),
                "expires" => found.expires = Some(seconds(value)?),
                _ => {}
            }
            if after.is_empty() {
                break;
            }
            rest = after
                .strip_prefix(',')
                .ok_or(SignatureError::Malformed("no comma between parameters"))?
                .trim_start();
        }
        if found.key_id.is_empty() {
            return Err(SignatureError::Malformed("no keyId"));
        }
        if found.signature.is_empty() {
            return Err(SignatureError::Malformed("no signature"));
        }
        Ok(found)
    }
}

/// `name="value"` or `name=value`, and what follows it. Quoted values have no escapes: nothing legitimate needs one.
fn next_parameter(text: &str) -> Result<(&str, &str, &str), SignatureError> {
    let (name, rest) = text
        .split_once('=')
        .ok_or(SignatureError::Malformed("a parameter without a value"))?;
    let (name, rest) = (name.trim_end(), rest.trim_start());
    if name.is_empty()
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    {
        return Err(SignatureError::Malformed("the name of a parameter"));
    }
    let (value, after) = match rest.strip_prefix('"') {
        Some(quoted) => quoted
            .split_once('"')
            .ok_or(SignatureError::Malformed("a quote is not closed"))?,
        None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
    };
    if value.contains('\\') {
        return Err(SignatureError::Malformed("an escape"));
    }
    Ok((name, value.trim(), after.trim_start()))
}

fn seconds(text: &str) -> Result<i64, SignatureError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or(SignatureError::DateMalformed)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use url::Url;

    use super::super::{Audience, Body, Incoming};
    use super::*;

    proptest! {
        /// The crate is the reference for what is signed.
        #[test]
        fn what_is_signed_is_what_the_reference_puts_together(
            names in prop::sample::subsequence(vec!["date", "(created)", "(expires)", "content-type", "x-odd"], 0..=5),
            method in prop::sample::select(vec!["GET", "POST"]),
            path in "/[a-z0-9/?=&%~.-]{0,40}",
            odd in "[!-~][ -~]{0,30}",
            at in 0..4_000_000_000_i64,
        ) {
            let names: Vec<&str> = ["(request-target)", "host"].into_iter().chain(names).collect();
            let list = names.join(" ");
            let headers = [
                ("host", "Node.example".as_bytes()),
                ("date", b"Sun, 22 Nov 2026 10:00:00 GMT"),
                ("content-type", b"application/activity+json"),
                ("x-odd", odd.trim_end().as_bytes()),
            ];
            let audience = Audience::of(&Url::parse("https://node.example/").expect("a URL"));
            let request = Incoming {
                method,
                target: &path,
                headers: &headers,
                body: Body::Absent,
                audience: &audience,
                now: DateTime::UNIX_EPOCH,
            };
            let parameters = Parameters { created: Some(at), expires: Some(at + 1), ..Parameters::default() };
            let covered = Covered::read(&list).expect("a list");
            let own = signed_string(method, &path, &parameters, &covered, &Headers(request.headers)).expect("signed");
            let values = names.iter().filter(|name| **name != "(request-target)").map(|name| {
                let value = match *name {
                    "(created)" => at.to_string(),
                    "(expires)" => (at + 1).to_string(),
                    header => Headers(&headers).one(header).expect("one").expect("there").to_owned(),
                };
                ((*name).to_owned(), value)
            });
            let reference = signing_string(method, &path, &list, values.collect());
            prop_assert_eq!(Some(own), reference.ok());
        }
    }
}
