//! What OpenSSL signs is what we sign, and what we read.

use super::*;

#[test]
fn our_draft_cavage_signatures_are_those_of_openssl() {
    // RSA with PKCS#1 v1.5 has one signature for a text, so the same text signed by OpenSSL gives the same bytes.
    for (sent, openssl) in [
        (Sent::post(), include_str!("../../fixtures/signature/cavage-post.sig")),
        (Sent::get(), include_str!("../../fixtures/signature/cavage-get.sig")),
    ] {
        assert!(
            sent.get_header("signature")
                .contains(&format!(r#"signature="{openssl}""#))
        );
        assert_eq!(sent.check(&rsa_key()), Ok(()));
    }
}

#[test]
fn our_rfc_9421_signatures_are_those_of_openssl() {
    for (key, pem, openssl) in [
        (
            RSA,
            SPKI,
            include_str!("../../fixtures/signature/rfc9421-rsa-v1_5-sha256.sig"),
        ),
        (
            ED25519,
            include_str!("../../fixtures/signature/ed25519.spki.pem"),
            include_str!("../../fixtures/signature/rfc9421-ed25519.sig"),
        ),
    ] {
        let sent = Sent::post_9421(key);
        assert_eq!(sent.get_header("signature"), format!("sig1=:{openssl}:"));
        assert_eq!(sent.check(&PublicKey::from_pem(pem).expect("a key")), Ok(()));
    }
}

#[test]
fn our_signature_header_has_no_blank_after_commas() {
    // Mobilizon splits on commas without trimming.
    assert!(!Sent::post().get_header("signature").contains(", "));
    assert!(
        Sent::post()
            .get_header("signature")
            .contains(r#"algorithm="rsa-sha256""#)
    );
}
