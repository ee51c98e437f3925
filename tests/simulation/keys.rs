//! Keys made once for all worlds of this process: an RSA key takes a tenth of a second.

use std::sync::{Mutex, PoisonError};

use maillage::domain::id::CentreId;
use maillage::domain::time::Instant;
use maillage::federation::keys::PrivateKey;
use maillage::store::keys::ActorKey;

/// Keys beside those of the nodes and their centres: four to change to, one of people, one of other software.
pub const SPARE: usize = 6;

/// PKCS#8 and public form of an RSA and of an Ed25519 key.
type Pairs = [(String, String); 2];

static MADE: Mutex<Vec<Pairs>> = Mutex::new(Vec::new());

/// The pair of each kind with this number, as the database keeps them.
pub fn pairs(number: usize, owner: Option<CentreId>, created: Instant) -> Vec<ActorKey> {
    let stored = |algorithm: &str, (private, public): (String, String)| ActorKey {
        owner,
        algorithm: algorithm.into(),
        private,
        public,
        created,
    };
    let [rsa, ed25519] = made(number);
    vec![stored("rsa", rsa), stored("ed25519", ed25519)]
}

/// The RSA key with this number.
pub fn rsa(number: usize) -> PrivateKey {
    PrivateKey::from_pkcs8(&made(number)[0].0).expect("a key")
}

fn made(number: usize) -> Pairs {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    while made.len() <= number {
        let rsa = PrivateKey::generate_rsa().expect("a key");
        let ed25519 = PrivateKey::generate_ed25519().expect("a key");
        let texts = |key: &PrivateKey, public: String| (key.to_pkcs8().expect("a text"), public);
        made.push([
            texts(&rsa, rsa.public_pem().expect("a PEM")),
            texts(&ed25519, ed25519.public_multibase().expect("a multibase")),
        ]);
    }
    made[number].clone()
}
