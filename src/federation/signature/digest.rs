//! Digests of bodies: `Digest` (RFC 3230, with draft-cavage) and `Content-Digest` (RFC 9530, with RFC 9421). SHA-256 only.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Body, SignatureError};

/// A SHA-256.
pub type Sha256 = [u8; 32];

/// The SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

/// The value of `Digest` for a body of that SHA-256.
pub(super) fn digest_header(digest: &Sha256) -> String {
    format!("SHA-256={}", BASE64.encode(digest))
}

/// The value of `Content-Digest` for a body of that SHA-256.
pub(super) fn content_digest_header(digest: &Sha256) -> String {
    format!("sha-256=:{}:", BASE64.encode(digest))
}

/// Compares a `Digest` header with the body, if that is known yet, and returns what it states. Other algorithms beside SHA-256 are passed over, SHA-256 must be there once.
pub(super) fn check_digest(header: &str, body: &Body<'_>) -> Result<Sha256, SignatureError> {
    check(header, body, |value| Some(value))
}

/// Compares a `Content-Digest` header with the body.
pub(super) fn check_content_digest(header: &str, body: &Body<'_>) -> Result<Sha256, SignatureError> {
    check(header, body, |value| value.strip_prefix(':')?.strip_suffix(':'))
}

fn check(header: &str, body: &Body<'_>, unwrap: fn(&str) -> Option<&str>) -> Result<Sha256, SignatureError> {
    let mut stated = None;
    for part in header.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or(SignatureError::DigestMalformed)?;
        if !name.eq_ignore_ascii_case("sha-256") {
            continue;
        }
        let value = unwrap(value)
            .and_then(|text| BASE64.decode(text).ok())
            .ok_or(SignatureError::DigestMalformed)?;
        if stated.replace(value).is_some() {
            return Err(SignatureError::DigestMalformed);
        }
    }
    let stated = stated.ok_or(SignatureError::DigestUnsupported)?;
    let stated = Sha256::try_from(stated).map_err(|_| SignatureError::DigestWrong)?;
    match body.sha256() {
        Some(actual) if actual != stated => Err(SignatureError::DigestWrong),
        _ => Ok(stated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[test]
    fn the_digest_of_nothing_is_the_known_one() {
        assert_eq!(digest_header(&sha256(b"")), EMPTY);
        assert_eq!(check_digest(EMPTY, &Body::Absent), Ok(sha256(b"")));
        assert_eq!(
            check_digest(EMPTY, &Body::Bytes(b"x")),
            Err(SignatureError::DigestWrong)
        );
    }

    #[test]
    fn sha_256_is_found_among_others_in_any_case() {
        let several = format!("sha-512=AAAA, {}", EMPTY.replace("SHA", "sha"));
        assert_eq!(check_digest(&several, &Body::Bytes(b"")), Ok(sha256(b"")));
        assert_eq!(check_digest(&several, &Body::Later), Ok(sha256(b"")));
    }

    #[test]
    fn what_is_no_single_sha_256_is_refused() {
        let empty = Body::Absent;
        assert_eq!(
            check_digest("SHA-512=AAAA", &empty),
            Err(SignatureError::DigestUnsupported)
        );
        assert_eq!(
            check_digest(&format!("{EMPTY},{EMPTY}"), &empty),
            Err(SignatureError::DigestMalformed)
        );
        assert_eq!(
            check_digest("SHA-256=***", &empty),
            Err(SignatureError::DigestMalformed)
        );
        assert_eq!(check_digest("", &empty), Err(SignatureError::DigestMalformed));
        assert_eq!(
            check_content_digest(EMPTY, &empty),
            Err(SignatureError::DigestMalformed)
        );
    }

    #[test]
    fn content_digest_is_read_back() {
        assert_eq!(
            check_content_digest(&content_digest_header(&sha256(b"body")), &Body::Bytes(b"body")),
            Ok(sha256(b"body"))
        );
        assert_eq!(
            check_content_digest(&content_digest_header(&sha256(b"body")), &Body::Bytes(b"Body")),
            Err(SignatureError::DigestWrong)
        );
    }
}
