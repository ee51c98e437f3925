//! Forgeries of draft-cavage signatures, each refused for its own reason.

use super::*;

#[test]
fn the_key_of_somebody_else_does_not_fit() {
    let other = PrivateKey::generate_rsa().expect("a key").public_key().expect("public");
    assert_eq!(Sent::post().check(&other), Err(SignatureError::Wrong));
    let ed25519 = PrivateKey::from_pkcs8(ED25519)
        .expect("a key")
        .public_key()
        .expect("public");
    assert_eq!(Sent::post().check(&ed25519), Err(SignatureError::Wrong));
}

#[test]
fn anything_signed_and_changed_on_the_way_is_seen() {
    let mut path = Sent::post();
    path.target = "/groups/agenda/inbox".into();
    let mut method = Sent::post();
    method.method = "PUT";
    for changed in [
        path,
        method,
        Sent::post().with("content-type", "application/json"),
        Sent::post().with("date", "Sun, 22 Nov 2026 12:00:01 GMT"),
    ] {
        assert_eq!(changed.check(&rsa_key()), Err(SignatureError::Wrong));
    }
}

#[test]
fn an_unsigned_request_is_refused() {
    assert_eq!(Sent::post().without("signature").refused(), SignatureError::Missing);
    let in_authorization = Sent::post();
    let value = format!("Signature {}", in_authorization.get_header("signature"));
    assert_eq!(
        in_authorization
            .without("signature")
            .with("authorization", &value)
            .refused(),
        SignatureError::Missing
    );
}

#[test]
fn a_missing_wrong_or_other_digest_is_refused() {
    assert_eq!(
        Sent::post().without("digest").refused(),
        SignatureError::DigestMalformed
    );
    let mut changed = Sent::post();
    changed.body[2] ^= 1;
    assert_eq!(changed.refused(), SignatureError::DigestWrong);
    assert_eq!(
        Sent::post().with("digest", "SHA-512=AAAA").refused(),
        SignatureError::DigestUnsupported
    );
    assert_eq!(
        Sent::post().with("digest", "MD5=AAAA").refused(),
        SignatureError::DigestUnsupported
    );
}

#[test]
fn each_required_component_is_required() {
    let full = "(request-target) host date digest content-type";
    for (covered, reason) in [
        ("host date digest", SignatureError::TargetUnsigned),
        ("(request-target) date digest", SignatureError::HostUnsigned),
        ("(request-target) host digest", SignatureError::DateUnsigned),
        ("(request-target) host date", SignatureError::DigestUnsigned),
        ("digest", SignatureError::TargetUnsigned),
        ("date", SignatureError::TargetUnsigned),
        ("", SignatureError::TargetUnsigned),
    ] {
        assert_eq!(
            Sent::post().edit("signature", full, covered).refused(),
            reason,
            "{covered}"
        );
    }
    let no_list = Sent::post().edit("signature", &format!(r#"headers="{full}","#), "");
    assert_eq!(no_list.refused(), SignatureError::TargetUnsigned);
    let host = Sent::get().edit("signature", "(request-target) host date", "(request-target) date");
    assert_eq!(host.refused(), SignatureError::HostUnsigned);
}

#[test]
fn a_delivery_to_another_server_cannot_be_replayed_here() {
    let elsewhere = Sent::signed(
        "POST",
        "https://other.example/inbox",
        Some(BODY),
        Scheme::Cavage,
        &signer(RSA),
    );
    assert_eq!(elsewhere.refused(), SignatureError::ForeignHost);
    assert_eq!(
        elsewhere.with("host", "agenda.example").check(&rsa_key()),
        Err(SignatureError::Wrong)
    );
    assert_eq!(
        Sent::post().with("host", "agenda.example.evil.example").refused(),
        SignatureError::ForeignHost
    );
    assert_eq!(Sent::post().without("host").refused(), SignatureError::AbsentHeader);
}

#[test]
fn the_clock_window_holds_on_both_sides() {
    for (shift, expected) in [
        (window::PAST, Ok(())),
        (window::PAST + TimeDelta::seconds(1), Err(SignatureError::TooOld)),
        (-window::AHEAD, Ok(())),
        (-window::AHEAD - TimeDelta::seconds(1), Err(SignatureError::Future)),
        (TimeDelta::hours(2), Err(SignatureError::TooOld)),
        (TimeDelta::hours(-2), Err(SignatureError::Future)),
        (TimeDelta::days(-3650), Err(SignatureError::Future)),
    ] {
        let mut sent = Sent::post();
        sent.now += shift;
        assert_eq!(sent.check(&rsa_key()), expected, "{shift}");
    }
}

#[test]
fn unreadable_dates_are_refused() {
    for date in [
        "",
        "yesterday",
        "2026-11-22T12:00:00Z",
        "Sun, 32 Nov 2026 12:00:00 GMT",
        "1795348800",
    ] {
        assert_eq!(
            Sent::post().with("date", date).refused(),
            SignatureError::DateMalformed,
            "{date}"
        );
    }
    assert_eq!(Sent::post().without("date").refused(), SignatureError::AbsentHeader);
}

#[test]
fn created_and_expires_games_are_refused() {
    let at = noon().timestamp();
    for (parameters, reason) in [
        (format!("expires={}", at - 1), SignatureError::Expired),
        (format!("created={at},expires={}", at - 1), SignatureError::Expired),
        (
            format!("created={},expires={}", at + 100, at + 50),
            SignatureError::Expired,
        ),
        ("expires=18446744073709551615".into(), SignatureError::DateMalformed),
        ("created=18446744073709551615".into(), SignatureError::DateMalformed),
        ("created=9223372036854775807".into(), SignatureError::Wrong),
        ("expires=9223372036854775807".into(), SignatureError::DateMalformed),
        ("created=-1".into(), SignatureError::DateMalformed),
        ("created=1.5".into(), SignatureError::DateMalformed),
        (r#"created="""#.into(), SignatureError::DateMalformed),
        ("expires=+5".into(), SignatureError::DateMalformed),
    ] {
        let sent = Sent::post().edit("signature", "keyId", &format!("{parameters},keyId"));
        match reason {
            // Not covered, so not read as a date: but it is read as a number without harm.
            SignatureError::Wrong => assert_eq!(sent.check(&rsa_key()), Ok(()), "{parameters}"),
            reason => assert_eq!(sent.refused(), reason, "{parameters}"),
        }
    }
    // `expires` does not lengthen the window.
    let mut late = Sent::post().edit("signature", "keyId", "expires=4102444800,keyId");
    late.now += TimeDelta::hours(3);
    assert_eq!(late.refused(), SignatureError::TooOld);
}

#[test]
fn an_unsigned_date_that_somebody_renews_is_refused() {
    let covered = "(request-target) host date digest content-type";
    let old = Sent::post().edit("signature", covered, "(request-target) host digest content-type");
    assert_eq!(old.with("date", DATE).refused(), SignatureError::DateUnsigned);
}

#[test]
fn duplicate_headers_and_parameters_are_refused() {
    let sent = Sent::post();
    for name in ["host", "date", "digest", "content-type", "signature"] {
        let twice = sent.clone().and(name, sent.get_header(name));
        assert_eq!(twice.refused(), SignatureError::DuplicateHeader(name.into()), "{name}");
        let upper = sent.clone().and(&name.to_uppercase(), "x");
        assert_eq!(upper.refused(), SignatureError::DuplicateHeader(name.into()), "{name}");
    }
    for parameter in [
        r#"keyId="https://evil.example/key""#,
        r#"signature="AAAA""#,
        r#"headers="date""#,
        r#"algorithm="hs2019""#,
    ] {
        let twice = sent.clone().edit("signature", "keyId", &format!("{parameter},keyId"));
        assert_eq!(twice.refused(), SignatureError::DuplicateParameter, "{parameter}");
    }
    let component = sent.edit("signature", "host date", "host date host");
    assert_eq!(component.refused(), SignatureError::DuplicateParameter);
}

#[test]
fn algorithms_that_sign_nothing_are_refused() {
    for label in [
        "none",
        "None",
        "hmac-sha256",
        "HMAC-SHA512",
        "rsa-sha1",
        "ecdsa-sha1",
        "rsa-md5",
    ] {
        let sent = Sent::post().edit("signature", "rsa-sha256", label);
        assert_eq!(sent.refused(), SignatureError::Algorithm, "{label}");
    }
}

#[test]
fn broken_signature_headers_are_refused_without_panic() {
    let sent = Sent::post();
    for value in [
        "",
        " ",
        ",",
        "=",
        "keyId",
        "keyId=",
        r#"keyId="a"#,
        r#"keyId="a""#,
        r#"signature="AAAA""#,
        "Signature keyId=a",
        r#"keyId="a"signature="AAAA",headers="date""#,
        r#"keyId="a\",signature="AAAA""#,
        r#"keyId="",signature="AAAA""#,
        r#"ke yId="a",signature="AAAA""#,
        "\u{feff}keyId=\"a\"",
    ] {
        assert!(
            matches!(
                sent.clone().with("signature", value).refused(),
                SignatureError::Malformed(_)
            ),
            "{value:?}"
        );
    }
    let no_base64 = sent.clone().edit("signature", "signature=\"", "signature=\"***");
    assert!(matches!(no_base64.refused(), SignatureError::Malformed(_)));
    let covered = "(request-target) host date digest content-type";
    let many: String = (0..40).map(|at| format!("x-{at} ")).collect();
    assert!(matches!(
        sent.clone().edit("signature", covered, &many).refused(),
        SignatureError::Malformed(_)
    ));
    let odd = sent.clone().edit("signature", covered, &format!("{covered} (evil)"));
    assert_eq!(odd.refused(), SignatureError::UnknownComponent);
    let absent = sent.clone().edit("signature", covered, &format!("{covered} x-absent"));
    assert_eq!(absent.refused(), SignatureError::AbsentHeader);
    let long = sent.edit(
        "signature",
        "https://lille.example",
        &format!("https://{}", "x".repeat(5000)),
    );
    assert!(matches!(long.refused(), SignatureError::Malformed(_)));
}
