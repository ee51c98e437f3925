//! Signatures: what OpenSSL and the standards sign is read, and every known forgery is refused for its own reason.

use chrono::{DateTime, TimeDelta, Utc};
use maillage::federation::keys::{KeyError, KeyKind, PrivateKey, PublicKey};
use maillage::federation::signature::{
    Audience, Body, Incoming, Outgoing, Scheme, Signature, SignatureError, Signer, sign, window,
};
use url::Url;

const KEY_ID: &str = "https://lille.example/actor#main-key";
const INBOX: &str = "https://agenda.example/inbox";
const KIND: &str = "application/activity+json";
const BODY: &[u8] = include_bytes!("../fixtures/signature/body.json");
const RSA: &str = include_str!("../fixtures/signature/rsa.pkcs8.txt");
const ED25519: &str = include_str!("../fixtures/signature/ed25519.pkcs8.txt");
const SPKI: &str = include_str!("../fixtures/signature/rsa.spki.pem");

fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

fn signer(pkcs8: &str) -> Signer {
    Signer {
        key_id: KEY_ID.into(),
        key: PrivateKey::from_pkcs8(pkcs8).expect("the test key"),
    }
}

fn rsa_key() -> PublicKey {
    PublicKey::from_pem(SPKI).expect("the test key")
}

/// A request on its way, to be tampered with.
#[derive(Clone)]
struct Sent {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    now: DateTime<Utc>,
}

impl Sent {
    fn signed(method: &'static str, url: &str, body: Option<&[u8]>, scheme: Scheme, signer: &Signer) -> Self {
        let url = Url::parse(url).expect("a URL");
        let content_type = body.map(|_| KIND);
        let outgoing = Outgoing {
            method,
            url: &url,
            content_type,
            body,
            now: noon(),
        };
        let mut headers = vec![("host".to_owned(), url.host_str().expect("a host").to_owned())];
        headers.extend(content_type.map(|kind| ("content-type".to_owned(), kind.to_owned())));
        let signed = sign(scheme, &outgoing, signer).expect("signed");
        headers.extend(signed.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", url.path());
        Self {
            method,
            target,
            headers,
            body: body.unwrap_or_default().to_vec(),
            now: noon(),
        }
    }

    fn post() -> Self {
        Self::signed("POST", INBOX, Some(BODY), Scheme::Cavage, &signer(RSA))
    }

    fn get() -> Self {
        Self::signed(
            "GET",
            "https://agenda.example/groups/agenda",
            None,
            Scheme::Cavage,
            &signer(RSA),
        )
    }

    fn post_9421(pkcs8: &str) -> Self {
        Self::signed("POST", INBOX, Some(BODY), Scheme::Rfc9421, &signer(pkcs8))
    }

    /// The request with a cavage signature by hand: any covered list, any parameters before the signature.
    fn by_hand(mut self, covered: &str, parameters: &str, base: &str) -> Self {
        let signature = base64_of(&signer(RSA).key.sign(base.as_bytes()).expect("signed"));
        self.set(
            "signature",
            &format!(r#"keyId="{KEY_ID}",{parameters}headers="{covered}",signature="{signature}""#),
        );
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    fn get_header(&self, name: &str) -> &str {
        &self
            .headers
            .iter()
            .find(|(other, _)| other == name)
            .expect("the header")
            .1
    }

    /// Replaces a part of the `Signature` (or another) header.
    fn edit(self, name: &str, from: &str, to: &str) -> Self {
        let value = self.get_header(name).replacen(from, to, 1);
        assert_ne!(value, self.get_header(name), "nothing to replace");
        self.with(name, &value)
    }

    fn parse(&self) -> Result<Signature, SignatureError> {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let base = Url::parse("https://agenda.example/").expect("a URL");
        Signature::parse(&Incoming {
            method: self.method,
            target: &self.target,
            headers: &headers,
            body: if self.method == "GET" {
                Body::Absent
            } else {
                Body::Bytes(&self.body)
            },
            audience: &Audience::of(&base),
            now: self.now,
        })
    }

    fn check(&self, key: &PublicKey) -> Result<(), SignatureError> {
        self.parse()?.verify(key)
    }

    /// The reason for which the request is refused before any key is looked at.
    fn refused(&self) -> SignatureError {
        self.parse().expect_err("must be refused without a key")
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

const DATE: &str = "Sun, 22 Nov 2026 12:00:00 GMT";

// Against OpenSSL

#[test]
fn our_draft_cavage_signatures_are_those_of_openssl() {
    // RSA with PKCS#1 v1.5 has one signature for a text, so the same text signed by OpenSSL gives the same bytes.
    for (sent, openssl) in [
        (Sent::post(), include_str!("../fixtures/signature/cavage-post.sig")),
        (Sent::get(), include_str!("../fixtures/signature/cavage-get.sig")),
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
            include_str!("../fixtures/signature/rfc9421-rsa-v1_5-sha256.sig"),
        ),
        (
            ED25519,
            include_str!("../fixtures/signature/ed25519.spki.pem"),
            include_str!("../fixtures/signature/rfc9421-ed25519.sig"),
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

// Keys (peers.md 16)

#[test]
fn keys_are_read_in_both_encodings_and_written_back() {
    let pkcs1 = PublicKey::from_pem(include_str!("../fixtures/signature/rsa.pkcs1.pem")).expect("PKCS#1");
    assert_eq!(Sent::post().check(&pkcs1), Ok(()));
    let windows = SPKI.replace('\n', "\r\n");
    assert_eq!(
        Sent::post().check(&PublicKey::from_pem(&windows).expect("CRLF")),
        Ok(())
    );
    for (text, pem) in [
        (RSA, SPKI),
        (ED25519, include_str!("../fixtures/signature/ed25519.spki.pem")),
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
    let weak = include_str!("../fixtures/signature/weak.spki.pem");
    let curve = include_str!("../fixtures/signature/ec.spki.pem");
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

// What peers do and must be accepted (peers.md 1.7, 2.4, 8)

#[test]
fn key_ids_with_and_without_fragment_are_read() {
    assert_eq!(Sent::post().parse().expect("parsed").key_id(), KEY_ID);
    let sent = Sent::post().edit("signature", "/actor#main-key", "/actor/main-key");
    assert_eq!(
        sent.parse().expect("parsed").key_id(),
        "https://lille.example/actor/main-key"
    );
    assert_eq!(sent.check(&rsa_key()), Ok(()));
}

#[test]
fn blanks_after_commas_other_labels_and_unknown_parameters_are_read() {
    let sent = Sent::post();
    for edited in [
        sent.clone()
            .with("signature", &sent.get_header("signature").replace("\",", "\" , ")),
        sent.clone().edit("signature", "rsa-sha256", "hs2019"),
        sent.clone().edit("signature", r#"algorithm="rsa-sha256","#, ""),
        sent.clone().edit("signature", "keyId", r#"opaque="x",keyId"#),
        sent.clone().edit("signature", "keyId", "expires=1795348900,keyId"),
    ] {
        assert_eq!(edited.check(&rsa_key()), Ok(()), "{}", edited.get_header("signature"));
    }
}

#[test]
fn mobilizon_covers_its_headers_in_another_order_with_content_length() {
    let sent = Sent::post().and("content-length", "59");
    let digest = sent.get_header("digest").to_owned();
    let base = format!(
        "(request-target): post /inbox\ncontent-length: 59\ndate: {DATE}\ndigest: {digest}\nhost: agenda.example"
    );
    let sent = sent.by_hand(
        "(request-target) content-length date digest host",
        r#"algorithm="hs2019","#,
        &base,
    );
    assert_eq!(sent.check(&rsa_key()), Ok(()));
}

#[test]
fn a_get_signed_without_its_query_is_read_and_a_post_is_not() {
    let mut get = Sent::get();
    get.target.push_str("?page=2");
    assert_eq!(get.check(&rsa_key()), Ok(()));
    let mut post = Sent::post();
    post.target.push_str("?page=2");
    assert_eq!(post.check(&rsa_key()), Err(SignatureError::Wrong));
    let full = Sent::signed(
        "GET",
        "https://agenda.example/a?page=2",
        None,
        Scheme::Cavage,
        &signer(RSA),
    );
    assert_eq!(full.check(&rsa_key()), Ok(()));
}

#[test]
fn a_host_without_port_is_ours_and_another_port_is_not() {
    let base = Url::parse("http://lille.test:8112/").expect("a URL");
    let check = |host: &str| {
        let url = Url::parse(&format!("http://{host}/inbox")).expect("a URL");
        let outgoing = Outgoing {
            method: "GET",
            url: &url,
            content_type: None,
            body: None,
            now: noon(),
        };
        let signed = sign(Scheme::Cavage, &outgoing, &signer(RSA)).expect("signed");
        let mut headers: Vec<(&str, &[u8])> = vec![("Host", host.as_bytes())];
        headers.extend(signed.iter().map(|(name, value)| (*name, value.as_bytes())));
        let (audience, now) = (Audience::of(&base), noon());
        let body = Body::Absent;
        Signature::parse(&Incoming {
            method: "GET",
            target: "/inbox",
            headers: &headers,
            body,
            audience: &audience,
            now,
        })
        .and_then(|signature| signature.verify(&rsa_key()))
    };
    assert_eq!(check("lille.test:8112"), Ok(()));
    assert_eq!(check("lille.test"), Ok(()));
    assert_eq!(check("lille.test:8113"), Err(SignatureError::ForeignHost));
}

#[test]
fn a_get_with_the_digest_of_nothing_is_read_and_with_another_is_not() {
    let empty = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert_eq!(Sent::get().with("digest", empty).check(&rsa_key()), Ok(()));
    let other = Sent::post().get_header("digest").to_owned();
    assert_eq!(
        Sent::get().with("digest", &other).refused(),
        SignatureError::DigestWrong
    );
}

#[test]
fn created_may_stand_for_the_date() {
    let created = noon().timestamp();
    let digest = Sent::post().get_header("digest").to_owned();
    let base = |created: i64| {
        format!("(request-target): post /inbox\nhost: agenda.example\n(created): {created}\ndigest: {digest}")
    };
    let covered = "(request-target) host (created) digest";
    let sent = Sent::post().without("date");
    let fresh = sent
        .clone()
        .by_hand(covered, &format!("created={created},"), &base(created));
    assert_eq!(fresh.check(&rsa_key()), Ok(()));
    let quoted = sent
        .clone()
        .by_hand(covered, &format!(r#"created="{created}","#), &base(created));
    assert_eq!(quoted.check(&rsa_key()), Ok(()));
    let old = created - window::PAST.num_seconds() - 1;
    assert_eq!(
        sent.clone()
            .by_hand(covered, &format!("created={old},"), &base(old))
            .refused(),
        SignatureError::TooOld
    );
    let far = created + window::AHEAD.num_seconds() + 1;
    assert_eq!(
        sent.clone()
            .by_hand(covered, &format!("created={far},"), &base(far))
            .refused(),
        SignatureError::Future
    );
    assert_eq!(
        sent.by_hand(covered, "", &base(created)).refused(),
        SignatureError::AbsentHeader
    );
}

// Attacks on draft-cavage (peers.md 9, 21; federation-crate.md 2)

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

// Attacks on RFC 9421 (peers.md 22)

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
