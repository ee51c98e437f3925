//! Keys made beforehand: an RSA key takes a tenth of a second to make, and hundreds of tests need several.

use std::sync::atomic::{AtomicUsize, Ordering};

use maillage::federation::keys::{KeyError, PrivateKey};

/// PKCS#8, a key a line.
const MADE: &str = include_str!("../fixtures/signature/more-rsa.pkcs8.txt");

static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// An RSA key that nobody else in this process has: the next of those that were made, a new one when all are taken.
pub fn rsa() -> Result<PrivateKey, KeyError> {
    match MADE.lines().nth(TAKEN.fetch_add(1, Ordering::Relaxed)) {
        Some(key) => PrivateKey::from_pkcs8(key),
        None => PrivateKey::generate_rsa(),
    }
}

/// The same with an Ed25519 key: what an actor has.
pub fn pairs() -> Result<[PrivateKey; 2], KeyError> {
    Ok([rsa()?, PrivateKey::generate_ed25519()?])
}
