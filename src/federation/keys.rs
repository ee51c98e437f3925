//! Keys of actors: made, stored, published, and read from other servers' documents.
//!
//! All cryptography is aws-lc's (docs/decisions.md). A key is parsed once and then used as often as wanted, from any
//! thread: parsing costs ten times a verification. Key generation takes its randomness from aws-lc itself.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize, PublicKey as RsaPublicKey};
use aws_lc_rs::signature::{
    ED25519, ED25519_PUBLIC_KEY_LEN, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Longest PEM text that is looked at: an 8192-bit key takes 1.5 kB.
const MAX_PEM: usize = 8 * 1024;
/// Longest multibase text that is looked at: an Ed25519 key takes 48 characters.
const MAX_MULTIBASE: usize = 128;
/// Sizes of RSA moduli that are accepted, in bits; 1024 bits can be factored by the wealthy.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Multicodec prefix of an Ed25519 public key (varint of 0xed).
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];
/// A SubjectPublicKeyInfo of Ed25519 is this and the 32 bytes of the key (RFC 8410 §4).
const SPKI_ED25519: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither `PUBLIC KEY` nor `RSA PUBLIC KEY`, or broken base64.
    #[error("the PEM text cannot be read")]
    Pem,
    /// The DER inside is no key of a kind we know.
    #[error("this is not an RSA or Ed25519 key")]
    Kind,
    /// An RSA key under 2048 or over 8192 bits.
    #[error("an RSA key must have 2048 to 8192 bits")]
    Size,
    /// The multibase text is no `z…` with an Ed25519 key inside.
    #[error("the Multikey cannot be read")]
    Multikey,
    /// A stored private key is damaged.
    #[error("the private key cannot be read")]
    Private,
    /// aws-lc refused to make a key or to sign: its random source failed.
    #[error("the cryptographic library refused the operation")]
    Library,
}

/// The two kinds of keys of the fediverse. The kind alone decides the signature algorithm, never what a sender says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

/// Somebody's public key, parsed.
#[derive(Debug, Clone)]
pub struct PublicKey {
    kind: KeyKind,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads `publicKeyPem`: SPKI (`PUBLIC KEY`, RSA or Ed25519) or PKCS#1 (`RSA PUBLIC KEY`, Mobilizon).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = der_of(pem).ok_or(KeyError::Pem)?;
        match der.strip_prefix(&SPKI_ED25519) {
            Some(raw) => Self::from_ed25519(raw),
            None => Self::from_rsa_der(&der),
        }
    }

    /// Reads `publicKeyMultibase` of a Multikey (FEP-521a): base58btc, multicodec Ed25519.
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        let encoded = text
            .strip_prefix('z')
            .filter(|_| text.len() <= MAX_MULTIBASE)
            .ok_or(KeyError::Multikey)?;
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| KeyError::Multikey)?;
        Self::from_ed25519(bytes.strip_prefix(&MULTICODEC_ED25519).ok_or(KeyError::Multikey)?)
    }

    fn from_ed25519(raw: &[u8]) -> Result<Self, KeyError> {
        if raw.len() != ED25519_PUBLIC_KEY_LEN {
            return Err(KeyError::Kind);
        }
        let parsed = ParsedPublicKey::new(&ED25519, raw).map_err(|_| KeyError::Kind)?;
        Ok(Self {
            kind: KeyKind::Ed25519,
            parsed,
        })
    }

    fn from_rsa_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPublicKey::from_der(der).map_err(|_| KeyError::Kind)?;
        let modulus = key.modulus().big_endian_without_leading_zero();
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(KeyError::Size);
        }
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref()).map_err(|_| KeyError::Kind)?;
        Ok(Self {
            kind: KeyKind::Rsa,
            parsed,
        })
    }

    /// RSA or Ed25519.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// A key of ours, with which we sign.
#[derive(Debug, Clone)]
pub struct PrivateKey(Pair);

#[derive(Debug, Clone)]
enum Pair {
    Rsa(RsaKeyPair),
    Ed25519(std::sync::Arc<Ed25519KeyPair>),
}

impl PrivateKey {
    /// A new RSA key of 2048 bits, what every server of the fediverse reads. Takes about 100 ms: call it on a blocking thread.
    pub fn generate_rsa() -> Result<Self, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Library)?;
        Ok(Self(Pair::Rsa(pair)))
    }

    /// A new Ed25519 key.
    pub fn generate_ed25519() -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Library)?;
        Ok(Self(Pair::Ed25519(pair.into())))
    }

    /// Reads what [`PrivateKey::to_pkcs8`] wrote.
    pub fn from_pkcs8(text: &str) -> Result<Self, KeyError> {
        let der = BASE64.decode(text.trim()).map_err(|_| KeyError::Private)?;
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            return Ok(Self(Pair::Ed25519(pair.into())));
        }
        RsaKeyPair::from_pkcs8(&der)
            .map(|pair| Self(Pair::Rsa(pair)))
            .map_err(|_| KeyError::Private)
    }

    /// The key as base64 of PKCS#8 (version 1, which the OpenSSL command line reads), for the store. A secret.
    pub fn to_pkcs8(&self) -> Result<String, KeyError> {
        let der = match &self.0 {
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Library)?;
                BASE64.encode(der.as_ref())
            }
            Pair::Ed25519(pair) => BASE64.encode(pair.to_pkcs8v1().map_err(|_| KeyError::Library)?),
        };
        Ok(der)
    }

    /// RSA or Ed25519.
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            Pair::Rsa(_) => KeyKind::Rsa,
            Pair::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The public half as SPKI PEM (`-----BEGIN PUBLIC KEY-----`), for `publicKeyPem`.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        let der: PublicKeyX509Der<'_> = match &self.0 {
            Pair::Rsa(pair) => pair.public_key().as_der(),
            Pair::Ed25519(pair) => pair.public_key().as_der(),
        }
        .map_err(|_| KeyError::Library)?;
        Ok(pem_of(der.as_ref()))
    }

    /// The public half as `publicKeyMultibase` (FEP-521a); `None` for RSA, which is published as PEM.
    pub fn public_multibase(&self) -> Option<String> {
        let Pair::Ed25519(pair) = &self.0 else { return None };
        let bytes = [&MULTICODEC_ED25519, pair.public_key().as_ref()].concat();
        Some(format!("z{}", bs58::encode(bytes).into_string()))
    }

    /// The public half, parsed.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        match &self.0 {
            Pair::Rsa(pair) => PublicKey::from_rsa_der(pair.public_key().as_ref()),
            Pair::Ed25519(pair) => PublicKey::from_ed25519(pair.public_key().as_ref()),
        }
    }

    /// Signs `message` with the algorithm of the key.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Library)?;
                Ok(signature)
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

/// The DER inside the first PEM block that is a public key.
fn der_of(pem: &str) -> Option<Vec<u8>> {
    if pem.len() > MAX_PEM {
        return None;
    }
    let (_, after) = pem.split_once("-----BEGIN ")?;
    let (label, after) = after.split_once("-----")?;
    if !matches!(label, "PUBLIC KEY" | "RSA PUBLIC KEY") {
        return None;
    }
    let (body, _) = after.split_once("-----END ")?;
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    BASE64.decode(body).ok()
}

fn pem_of(der: &[u8]) -> String {
    let body = BASE64.encode(der);
    let mut pem = String::with_capacity(body.len() + 80);
    pem.push_str("-----BEGIN PUBLIC KEY-----\n");
    for (at, letter) in body.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}
