//! Keys: both encodings, Multikey, and those that must be refused.

use super::*;

#[test]
fn keys_are_read_in_both_encodings_and_written_back() {
    let pkcs1 = PublicKey::from_pem(include_str!("../../fixtures/signature/rsa.pkcs1.pem")).expect("PKCS#1");
    assert_eq!(Sent::post().check(&pkcs1), Ok(()));
    let windows = SPKI.replace('\n', "\r\n");
    assert_eq!(
        Sent::post().check(&PublicKey::from_pem(&windows).expect("CRLF")),
        Ok(())
    );
    for (text, pem) in [
        (RSA, SPKI),
        (ED25519, include_str!("../../fixtures/signature/ed25519.spki.pem")),
    ] {
        let key = PrivateKey::from_pkcs8(text).expect("a key");
        assert_eq!(key.public_pem().expect("PEM"), pem);
        assert_eq!(key.to_pkcs8().expect("PKCS#8"), text);
    }
}

#[test]
fn a_multikey_is_read_back() {
    let key = PrivateKey::from_pkcs8(ED25519).expect("a key");
    let multibase = key.public_multibase().expect("multibase");
    assert!(multibase.starts_with("z6Mk"));
    let public = PublicKey::from_multibase(&multibase).expect("a key");
    assert_eq!(public.kind(), KeyKind::Ed25519);
    assert_eq!(Sent::post_9421(ED25519).check(&public), Ok(()));
    for broken in [
        "",
        "z",
        "6Mk",
        &multibase[1..],
        &multibase[..40],
        "z6MkOOOO",
        &"z".repeat(4000),
    ] {
        assert_eq!(
            PublicKey::from_multibase(broken).expect_err("refused"),
            KeyError::Multikey,
            "{broken}"
        );
    }
}

#[test]
fn weak_foreign_and_broken_keys_are_refused() {
    let weak = include_str!("../../fixtures/signature/weak.spki.pem");
    let curve = include_str!("../../fixtures/signature/ec.spki.pem");
    assert_eq!(PublicKey::from_pem(weak).expect_err("1024 bits"), KeyError::Size);
    assert_eq!(PublicKey::from_pem(curve).expect_err("P-256"), KeyError::Kind);
    for broken in [
        "",
        "x",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n***\n-----END PUBLIC KEY-----",
        &SPKI.replace("PUBLIC", "PRIVATE"),
        &"A".repeat(100_000),
    ] {
        assert_eq!(PublicKey::from_pem(broken).expect_err("refused"), KeyError::Pem);
    }
    assert_eq!(
        PublicKey::from_pem(&SPKI.replacen("MIIB", "MIIC", 1)).expect_err("damaged"),
        KeyError::Kind
    );
    assert_eq!(PrivateKey::from_pkcs8("AAAA").expect_err("damaged"), KeyError::Private);
}

#[test]
fn new_keys_sign_and_survive_the_store() {
    for key in [
        PrivateKey::generate_rsa().expect("RSA"),
        PrivateKey::generate_ed25519().expect("Ed25519"),
    ] {
        let stored = PrivateKey::from_pkcs8(&key.to_pkcs8().expect("PKCS#8")).expect("read back");
        let signature = stored.sign(b"message").expect("signed");
        assert!(key.public_key().expect("public").verifies(b"message", &signature));
        assert!(!key.public_key().expect("public").verifies(b"Message", &signature));
    }
}
