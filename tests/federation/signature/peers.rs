//! What peers do in their own way and must be accepted.

use super::*;

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
            digest: None,
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
