//! Forgeries of RFC 9421 signatures, each refused for its own reason.

use super::*;

#[test]
fn rfc_9421_for_another_host_or_path_is_refused() {
    let elsewhere = Sent::signed(
        "POST",
        "https://other.example/inbox",
        Some(BODY),
        Scheme::Rfc9421,
        &signer(RSA),
    );
    assert_eq!(elsewhere.refused(), SignatureError::ForeignHost);
    assert_eq!(
        elsewhere.with("host", "agenda.example").check(&rsa_key()),
        Err(SignatureError::Wrong)
    );
    let mut path = Sent::post_9421(RSA);
    path.target = "/groups/agenda/inbox".into();
    assert_eq!(path.check(&rsa_key()), Err(SignatureError::Wrong));
}

#[test]
fn rfc_9421_needs_its_content_digest_right_and_covered() {
    let sent = Sent::post_9421(RSA);
    assert_eq!(
        sent.clone().without("content-digest").refused(),
        SignatureError::DigestMalformed
    );
    let mut changed = sent.clone();
    changed.body[2] ^= 1;
    assert_eq!(changed.refused(), SignatureError::DigestWrong);
    assert_eq!(
        sent.clone().with("content-digest", "sha-512=:AAAA:").refused(),
        SignatureError::DigestUnsupported
    );
    let uncovered = sent.edit("signature-input", r#" "content-digest""#, "");
    assert_eq!(uncovered.refused(), SignatureError::DigestUnsigned);
}

#[test]
fn rfc_9421_required_components_are_required() {
    let sent = Sent::post_9421(RSA);
    for (from, to, reason) in [
        (r#""@method" "#, "", SignatureError::TargetUnsigned),
        (r#""@target-uri" "#, "", SignatureError::TargetUnsigned),
        (r#""@target-uri""#, r#""@path""#, SignatureError::HostUnsigned),
        (";created=1795348800", "", SignatureError::DateUnsigned),
        (";created=1795348800", ";created=0", SignatureError::TooOld),
        (";created=1795348800", ";created=1795359600", SignatureError::Future),
        (
            ";created=1795348800",
            ";created=1795348800;expires=1795348799",
            SignatureError::Expired,
        ),
        (
            r#""@target-uri""#,
            r#""@target-uri" "@query-param""#,
            SignatureError::UnknownComponent,
        ),
        (
            r#""@target-uri""#,
            r#""@target-uri" "@status""#,
            SignatureError::UnknownComponent,
        ),
        (
            r#""@target-uri""#,
            r#""@target-uri";req"#,
            SignatureError::UnknownComponent,
        ),
        (
            r#""@target-uri""#,
            r#""@target-uri" "@target-uri""#,
            SignatureError::DuplicateParameter,
        ),
        (
            r#""@target-uri""#,
            r#""@target-uri" "x-absent""#,
            SignatureError::AbsentHeader,
        ),
        (";created", ";created=1;created", SignatureError::DuplicateParameter),
        ("rsa-v1_5-sha256", "hmac-sha256", SignatureError::Algorithm),
        ("rsa-v1_5-sha256", "rsa-pss-sha512", SignatureError::Algorithm),
    ] {
        assert_eq!(
            sent.clone().edit("signature-input", from, to).refused(),
            reason,
            "{from} -> {to}"
        );
    }
}

#[test]
fn two_rfc_9421_signatures_are_refused() {
    let sent = Sent::post_9421(RSA);
    let input = format!(
        "{0}, {1}",
        sent.get_header("signature-input"),
        r#"sig2=("@method");created=1;keyid="x""#
    );
    assert_eq!(
        sent.clone().with("signature-input", &input).refused(),
        SignatureError::Several
    );
    let value = format!("{}, sig2=:AAAA:", sent.get_header("signature"));
    assert_eq!(
        sent.clone().with("signature", &value).refused(),
        SignatureError::Several
    );
    assert!(matches!(
        sent.edit("signature", "sig1", "sig2").refused(),
        SignatureError::Malformed(_)
    ));
}

#[test]
fn rfc_9421_alg_must_be_that_of_the_key() {
    let sent = Sent::post_9421(RSA).edit("signature-input", "rsa-v1_5-sha256", "ed25519");
    assert_eq!(sent.check(&rsa_key()), Err(SignatureError::KeyMismatch));
    assert_eq!(
        Sent::post_9421(ED25519).check(&rsa_key()),
        Err(SignatureError::KeyMismatch)
    );
}

#[test]
fn broken_rfc_9421_headers_are_refused_without_panic() {
    let sent = Sent::post_9421(RSA);
    for value in [
        "",
        "sig1",
        "sig1=",
        "sig1=(",
        "sig1=()",
        r#"sig1=("@method"#,
        r#"sig1=("@method""@path")"#,
        "sig1=x;created=1",
        r#"sig1=("@method")created=1"#,
        r#"sig1=("@method");="#,
        "é=(",
        r#"sig1=("é")"#,
    ] {
        sent.clone().with("signature-input", value).refused();
    }
    assert!(matches!(
        sent.clone().with("signature", "sig1=AAAA").refused(),
        SignatureError::Malformed(_)
    ));
    assert!(matches!(
        sent.edit("signature-input", "keyid=", "key=").refused(),
        SignatureError::Malformed(_)
    ));
}

#[test]
fn reasons_are_stable_words_for_logs() {
    let reasons = [
        Sent::post().without("signature").refused(),
        Sent::post().with("digest", "SHA-512=AAAA").refused(),
    ];
    assert_eq!(
        reasons.map(|error| error.reason()),
        ["signature_missing", "digest_unsupported"]
    );
}
