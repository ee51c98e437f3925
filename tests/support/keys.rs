//! Keys made beforehand: an RSA key takes a tenth of a second to make, and hundreds of tests need several.

use std::sync::atomic::{AtomicUsize, Ordering};

use maillage::app::keys::stored;
use maillage::domain::time::Instant;
use maillage::federation::keys::{KeyError, PrivateKey};
use maillage::store::keys;

use super::database::Database;

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

/// Gives the instance actor of a database keys, if it has none.
pub fn give_instance(database: &Database, created: Instant) {
    let mut conn = database.conn();
    if !keys::of_owner(&mut conn, None).expect("the keys").is_empty() {
        return;
    }
    let pairs = pairs().expect("keys");
    for key in stored(None, &pairs, created).expect("texts") {
        keys::insert(&mut conn, &key).expect("a key");
    }
}
