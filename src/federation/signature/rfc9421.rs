//! RFC 9421 HTTP message signatures, as the fediverse uses them: one signature, no component parameters.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::headers::Headers;
use super::{Incoming, Outgoing, Scheme, Signature, SignatureError, Signer, check_host, digest, window};
use crate::federation::keys::{KeyError, KeyKind};

/// More components than this are an attempt to make us work.
const MAX_COVERED: usize = 32;
const RSA: &str = "rsa-v1_5-sha256";
const ED25519: &str = "ed25519";

/// Reads a request and makes all the checks that need no key.
pub(super) fn parse(request: &Incoming<'_>, input: &str, value: &str) -> Result<Signature, SignatureError> {
    let input = Input::read(input)?;
    input.check_required(request)?;
    let stated = stated_kind(input.algorithm)?;
    let headers = Headers(request.headers);
    check_host(request, &headers)?;
    let created = input.created.ok_or(SignatureError::DateUnsigned)?;
    let signed_at = window::check_created(created, request.now)?;
    if input.has("date") {
        window::check_date(headers.one("date")?.ok_or(SignatureError::AbsentHeader)?, request.now)?;
    }
    if let Some(expires) = input.expires {
        window::check_expires(expires, Some(created), request.now)?;
    }
    let digest = match headers.one("content-digest")? {
        Some(stated) => Some(digest::check_content_digest(stated, &request.body)?),
        None if request.needs_digest() => return Err(SignatureError::DigestMalformed),
        None => None,
    };
    Ok(Signature {
        key_id: input
            .key_id
            .filter(|id| !id.is_empty())
            .ok_or(SignatureError::Malformed("no keyid"))?
            .to_owned(),
        scheme: Scheme::Rfc9421,
        stated,
        bytes: signature_bytes(value, input.label)?,
        signed_at,
        digest,
        bases: vec![base(&input, request, &headers)?],
    })
}

/// The headers that sign `request`: `content-digest` when there is a body, `signature-input`, `signature`. `Date` is
/// sent for those who ask for it, unsigned: `created` counts.
pub(super) fn sign(request: &Outgoing<'_>, signer: &Signer) -> Result<Vec<(&'static str, String)>, KeyError> {
    let mut headers = vec![("date", httpdate::fmt_http_date(request.now.into()))];
    let mut lines = format!(
        "\"@method\": {}\n\"@target-uri\": {}\n",
        request.method,
        target_uri(request)
    );
    let mut covered = r#""@method" "@target-uri""#.to_owned();
    if let Some(content_type) = request.content_type {
        covered.push_str(r#" "content-type""#);
        let _ = writeln!(lines, "\"content-type\": {content_type}");
    }
    if let Some(digest) = request.digest {
        let value = digest::content_digest_header(&digest);
        covered.push_str(r#" "content-digest""#);
        let _ = writeln!(lines, "\"content-digest\": {value}");
        headers.push(("content-digest", value));
    }
    let algorithm = match signer.key.kind() {
        KeyKind::Rsa => RSA,
        KeyKind::Ed25519 => ED25519,
    };
    let (created, key_id) = (request.now.timestamp(), &signer.key_id);
    let parameters = format!(r#"({covered});created={created};keyid="{key_id}";alg="{algorithm}""#);
    let _ = write!(lines, "\"@signature-params\": {parameters}");
    let signature = BASE64.encode(signer.key.sign(lines.as_bytes())?);
    headers.push(("signature-input", format!("sig1={parameters}")));
    headers.push(("signature", format!("sig1=:{signature}:")));
    Ok(headers)
}

/// The target URI: a fragment is never sent, an empty path is `/`.
fn target_uri(request: &Outgoing<'_>) -> String {
    format!("{}://{}{}", request.url.scheme(), request.host(), request.target())
}

fn stated_kind(algorithm: Option<&str>) -> Result<Option<KeyKind>, SignatureError> {
    match algorithm {
        None => Ok(None),
        Some(RSA) => Ok(Some(KeyKind::Rsa)),
        Some(ED25519) => Ok(Some(KeyKind::Ed25519)),
        Some(_) => Err(SignatureError::Algorithm),
    }
}

/// The bytes of the one signature, which must bear the label of the input.
fn signature_bytes(value: &str, label: &str) -> Result<Vec<u8>, SignatureError> {
    if value.contains(',') {
        return Err(SignatureError::Several);
    }
    let (found, bytes) = value.split_once('=').ok_or(SignatureError::Malformed("no label"))?;
    if found.trim() != label {
        return Err(SignatureError::Malformed("no signature under the label"));
    }
    let encoded = bytes.trim().strip_prefix(':').and_then(|bytes| bytes.strip_suffix(':'));
    encoded
        .and_then(|text| BASE64.decode(text).ok())
        .ok_or(SignatureError::Malformed("the signature is no byte sequence"))
}

/// The signature base (§2.5): a line a component, then the parameters as they were received.
fn base(input: &Input<'_>, request: &Incoming<'_>, headers: &Headers<'_>) -> Result<String, SignatureError> {
    let mut base = String::with_capacity(512);
    for name in &input.components {
        let _ = writeln!(base, "\"{name}\": {}", component(name, request, headers)?);
    }
    let _ = write!(base, "\"@signature-params\": {}", input.parameters);
    Ok(base)
}

fn component(name: &str, request: &Incoming<'_>, headers: &Headers<'_>) -> Result<String, SignatureError> {
    if !name.starts_with('@') {
        return headers
            .one(name)?
            .map(str::to_owned)
            .ok_or(SignatureError::AbsentHeader);
    }
    let scheme = &request.audience.scheme;
    let host = headers.one("host")?.unwrap_or_default().to_ascii_lowercase();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = host.strip_suffix(default_port).unwrap_or(&host);
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    match name {
        "@method" => Ok(request.method.to_owned()),
        "@target-uri" => Ok(format!("{scheme}://{authority}{}", request.target)),
        "@authority" => Ok(authority.to_owned()),
        "@scheme" => Ok(scheme.clone()),
        "@request-target" => Ok(request.target.to_owned()),
        "@path" => Ok(path.to_owned()),
        "@query" => Ok(format!("?{query}")),
        _ => Err(SignatureError::UnknownComponent),
    }
}

/// `Signature-Input`, read.
struct Input<'a> {
    label: &'a str,
    components: Vec<&'a str>,
    /// From the bracket on: the value of `@signature-params`.
    parameters: &'a str,
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    created: Option<i64>,
    expires: Option<i64>,
}

impl<'a> Input<'a> {
    fn read(header: &'a str) -> Result<Self, SignatureError> {
        let (label, parameters) = header.split_once('=').ok_or(SignatureError::Malformed("no label"))?;
        let list = parameters
            .strip_prefix('(')
            .ok_or(SignatureError::Malformed("no list of components"))?;
        let (components, rest) = components(list)?;
        let mut input = Self {
            label,
            components,
            parameters,
            key_id: None,
            algorithm: None,
            created: None,
            expires: None,
        };
        input.read_parameters(rest)?;
        Ok(input)
    }

    fn read_parameters(&mut self, mut rest: &'a str) -> Result<(), SignatureError> {
        let mut seen: Vec<&str> = Vec::with_capacity(6);
        while !rest.is_empty() {
            let Some(after) = rest.strip_prefix(';') else {
                let another = rest.trim_start().starts_with(',');
                return Err(if another {
                    SignatureError::Several
                } else {
                    SignatureError::Malformed("a parameter")
                });
            };
            let (name, value, after) = parameter(after)?;
            if seen.contains(&name) {
                return Err(SignatureError::DuplicateParameter);
            }
            seen.push(name);
            match name {
                "keyid" => self.key_id = Some(value),
                "alg" => self.algorithm = Some(value),
                "created" => self.created = Some(seconds(value)?),
                "expires" => self.expires = Some(seconds(value)?),
                _ => {}
            }
            rest = after;
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.components.contains(&name)
    }

    fn check_required(&self, request: &Incoming<'_>) -> Result<(), SignatureError> {
        let path_and_query = self.has("@path") && (self.has("@query") || !request.target.contains('?'));
        let target = self.has("@target-uri") || self.has("@request-target") || path_and_query;
        if !self.has("@method") || !target {
            Err(SignatureError::TargetUnsigned)
        } else if !(self.has("@target-uri") || self.has("@authority") || self.has("host")) {
            Err(SignatureError::HostUnsigned)
        } else if request.needs_digest() && !self.has("content-digest") {
            Err(SignatureError::DigestUnsigned)
        } else {
            Ok(())
        }
    }
}

/// The names of an inner list after its bracket, and what follows it.
fn components(list: &str) -> Result<(Vec<&str>, &str), SignatureError> {
    let mut names = Vec::with_capacity(6);
    let mut rest = list.trim_start_matches(' ');
    loop {
        if let Some(after) = rest.strip_prefix(')') {
            return Ok((names, after));
        }
        let quoted = rest
            .strip_prefix('"')
            .ok_or(SignatureError::Malformed("the list of components"))?;
        let (name, after) = quoted
            .split_once('"')
            .ok_or(SignatureError::Malformed("a quote is not closed"))?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"@-_".contains(&byte);
        if !name.bytes().all(plain) || after.starts_with(';') {
            return Err(SignatureError::UnknownComponent);
        }
        if names.contains(&name) {
            return Err(SignatureError::DuplicateParameter);
        }
        names.push(name);
        if names.len() > MAX_COVERED || !after.starts_with([' ', ')']) {
            return Err(SignatureError::Malformed("the list of components"));
        }
        rest = after.trim_start_matches(' ');
    }
}

/// `name="value"` or `name=value` or `name`, and what follows it.
fn parameter(text: &str) -> Result<(&str, &str, &str), SignatureError> {
    let text = text.trim_start_matches(' ');
    let end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let (value, after) = match rest.strip_prefix('=') {
        None => ("", rest),
        Some(rest) => match rest.strip_prefix('"') {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or(SignatureError::Malformed("a quote is not closed"))?,
            None => rest.split_at(rest.find([';', ',']).unwrap_or(rest.len())),
        },
    };
    if name.is_empty() || value.contains('\\') {
        return Err(SignatureError::Malformed("a parameter"));
    }
    Ok((name, value, after))
}

fn seconds(text: &str) -> Result<i64, SignatureError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or(SignatureError::DateMalformed)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::federation::keys::PublicKey;
    use crate::federation::signature::{Audience, Body};

    /// RFC 9421 appendix B.2.6, with the key of B.1.4.
    #[test]
    fn the_ed25519_example_of_the_standard_verifies() {
        let pem = "-----BEGIN PUBLIC KEY-----\n\
            MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n\
            -----END PUBLIC KEY-----";
        let input = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
            ;created=1618884473;keyid=\"test-key-ed25519\"";
        let value =
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
        let headers: [(&str, &[u8]); 4] = [
            ("Host", b"example.com"),
            ("Date", b"Tue, 20 Apr 2021 02:07:55 GMT"),
            ("Content-Type", b"application/json"),
            ("Content-Length", b"18"),
        ];
        let request = Incoming {
            method: "POST",
            target: "/foo?param=Value&Pet=dog",
            headers: &headers,
            body: Body::Bytes(br#"{"hello": "world"}"#),
            audience: &Audience::of(&Url::parse("https://example.com/").expect("a URL")),
            now: "2021-04-20T02:08:00Z".parse().expect("an instant"),
        };
        let input = Input::read(input).expect("readable");
        let base = base(&input, &request, &Headers(&headers)).expect("a base");
        let signature = signature_bytes(value, input.label).expect("a signature");
        assert!(
            PublicKey::from_pem(pem)
                .expect("a key")
                .verifies(base.as_bytes(), &signature)
        );
        // Yet it covers no digest and no query: not enough for an inbox.
        assert_eq!(
            parse(&request, "sig-b26=()", value).expect_err("refused"),
            SignatureError::TargetUnsigned
        );
    }
}
