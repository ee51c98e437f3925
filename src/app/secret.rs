//! Tokens that a person or a program carries: unpredictable, and known to the node only by their hash.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::random::Randomness;

/// 32 unpredictable bytes as 43 characters that fit in a cookie, a header and an address.
pub(super) fn new(random: &dyn Randomness) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a token. Without salt: there is nothing to guess in 256 random bits.
pub(super) fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}
