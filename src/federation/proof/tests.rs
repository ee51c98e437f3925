//! Proofs against those that others published, and against whoever changes a word.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::federation::keys::PrivateKey;

/// [`super::proof_of`] a document that is made here.
fn proof_of(document: &Value, now: Instant) -> Result<Option<Proof>, ProofError> {
    super::proof_of(&document.clone().into(), || now)
}

/// The key pair of the test vectors of W3C vc-di-eddsa (TestVectors/keyPair.json) and of FEP-8b32.
const SECRET: &str = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq";
const PUBLIC: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

fn now() -> Instant {
    date("2023-02-24T23:36:38Z").unwrap()
}

/// The secret key as PKCS#8 (RFC 8410 §7), which is what the store holds.
fn signer(key_id: &str) -> Signer {
    use base64::Engine as _;
    let seed = bs58::decode(&SECRET[1..]).into_vec().unwrap();
    let der = [
        &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..],
        &seed[2..],
    ]
    .concat();
    let key = PrivateKey::from_pkcs8(&base64::engine::general_purpose::STANDARD.encode(der)).unwrap();
    assert_eq!(key.public_multibase().unwrap(), PUBLIC);
    let key_id = key_id.to_owned();
    Signer { key_id, key }
}

fn verifies(document: &Value) -> Result<bool, ProofError> {
    let key = PublicKey::from_multibase(PUBLIC).unwrap();
    Ok(proof_of(document, now())?.is_some_and(|proof| proof.verifies(&key)))
}

/// fep-8b32.feature of codeberg.org/fediverse/fep.
fn of_the_fep() -> Value {
    let context = json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v2"
    ]);
    json!({
        "@context": context,
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": "https://server.example/users/alice",
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": "https://server.example/users/alice",
            "content": "Hello world",
            "location": { "type": "Place", "longitude": -71.184902, "latitude": 25.273962 },
        },
        "proof": {
            "@context": context,
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": "https://server.example/users/alice#ed25519-key",
            "proofPurpose": "assertionMethod",
            "proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
            "created": "2023-02-24T23:36:38Z",
        },
    })
}

#[test]
fn the_vector_of_fep_8b32_is_made_and_verified() {
    let signed = of_the_fep();
    assert_eq!(verifies(&signed), Ok(true));
    let mut ours = signed.clone();
    ours.as_object_mut().unwrap().remove("proof");
    attach(
        &mut ours,
        &signer("https://server.example/users/alice#ed25519-key"),
        now(),
    )
    .unwrap();
    assert_eq!(ours, signed);
}

/// TestVectors/eddsa-jcs-2022 of github.com/w3c/vc-di-eddsa: signedJCS.json, docHashJCS.txt.
#[test]
fn the_vector_of_the_w3c_is_made_and_verified() {
    let context = json!([
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2"
    ]);
    let key_id = "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    let signed = json!({
        "@context": context,
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": { "id": "did:example:abcdefgh", "alumniOf": "The School of Examples" },
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": "2023-02-24T23:36:38Z",
            "verificationMethod": key_id,
            "proofPurpose": "assertionMethod",
            "@context": context,
            "proofValue": "z63t83Y53KfzJ5ZosfKTnqfMcKB2dmTrfjSaQjeNNjAD5srBowQfmWqeRb8rRjmeEuCBEsddF9LsVogtuTsijJKh4",
        },
    });
    assert_eq!(verifies(&signed), Ok(true));
    let proof = proof_of(&signed, now()).unwrap().unwrap();
    let hex: String = proof.signed[0].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex[64..],
        *"59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
    );
    let mut ours = signed.clone();
    attach(&mut ours, &signer(key_id), now()).unwrap();
    assert_eq!(ours, signed);
}

#[test]
fn a_changed_word_anywhere_is_noticed() {
    for (pointer, value) in [
        ("/object/content", json!("Hello World")),
        ("/object/location/latitude", json!(25.273963)),
        ("/actor", json!("https://server.example/users/bob")),
        ("/proof/created", json!("2023-02-24T23:36:39Z")),
        (
            "/proof/verificationMethod",
            json!("https://server.example/users/bob#ed25519-key"),
        ),
        ("/proof/@context", json!(["https://www.w3.org/ns/activitystreams"])),
    ] {
        let mut changed = of_the_fep();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert_eq!(verifies(&changed), Ok(false), "{pointer}");
    }
    let mut more = of_the_fep();
    more["object"]["summary"] = json!("");
    assert_eq!(verifies(&more), Ok(false));
    let mut more = of_the_fep();
    more["proof"]["domain"] = json!("server.example");
    assert_eq!(verifies(&more), Ok(false));
}

#[test]
fn a_linked_data_signature_beside_it_is_neither_covered_nor_read() {
    let mut document = of_the_fep();
    document["signature"] = json!({ "type": "RsaSignature2017", "signatureValue": "AAAA" });
    assert_eq!(verifies(&document), Ok(true));
    document["object"]["signature"] = document["signature"].clone();
    assert_eq!(verifies(&document), Ok(false), "one inside is a word like any other");
    document.as_object_mut().unwrap().remove("proof");
    assert_eq!(proof_of(&document, now()), Ok(None), "it counts for nothing by itself");
}

#[test]
fn contexts_may_be_added_but_not_swapped() {
    let mut added = of_the_fep();
    added["@context"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "x": "https://x.example/" }));
    assert_eq!(verifies(&added), Ok(true));
    for context in [
        json!([
            "https://w3id.org/security/data-integrity/v2",
            "https://www.w3.org/ns/activitystreams"
        ]),
        json!(["https://evil.example/context"]),
        json!(null),
    ] {
        let mut swapped = of_the_fep();
        swapped["@context"] = context;
        assert_eq!(proof_of(&swapped, now()), Err(ProofError::Context));
    }
    let mut without = of_the_fep();
    without.as_object_mut().unwrap().remove("@context");
    assert_eq!(proof_of(&without, now()), Err(ProofError::Context));
}

#[test]
fn a_context_that_only_the_document_tells_was_hashed_with_the_options() {
    let mut draft = of_the_fep();
    draft["proof"].as_object_mut().unwrap().remove("@context");
    assert_eq!(verifies(&draft), Ok(true));
    draft["@context"] = json!("https://www.w3.org/ns/activitystreams");
    assert_eq!(verifies(&draft), Ok(false));
}

#[test]
fn an_embedded_object_without_context_is_signed_as_it_stands() {
    let mut object = of_the_fep()["object"].take();
    attach(
        &mut object,
        &signer("https://server.example/users/alice#ed25519-key"),
        now(),
    )
    .unwrap();
    assert_eq!(object["proof"].get("@context"), None);
    assert_eq!(verifies(&object), Ok(true));
    object["@context"] = json!("https://www.w3.org/ns/activitystreams");
    assert_eq!(verifies(&object), Ok(false));
}

#[test]
fn what_cannot_be_checked_counts_as_no_proof() {
    for (key, value) in [
        ("type", json!("Ed25519Signature2020")),
        ("cryptosuite", json!("eddsa-rdfc-2022")),
        ("cryptosuite", json!(null)),
        (
            "verificationMethod",
            json!("did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        ),
        ("verificationMethod", json!({ "id": "https://server.example/k" })),
        ("created", json!(null)),
        ("expires", json!("2023-02-24T23:36:37Z")),
    ] {
        let mut document = of_the_fep();
        document["proof"][key] = value.clone();
        assert_eq!(proof_of(&document, now()), Ok(None), "{key}: {value}");
    }
    for proof in [json!(null), json!([]), json!("x"), json!([[]])] {
        let mut document = of_the_fep();
        document["proof"] = proof;
        assert_eq!(proof_of(&document, now()), Ok(None));
    }
}

#[test]
fn what_cannot_be_right_is_refused() {
    use ProofError as No;
    for (key, value, reason) in [
        ("proofPurpose", json!("authentication"), No::Purpose),
        ("proofPurpose", json!(null), No::Purpose),
        ("created", json!("yesterday"), No::Created),
        ("created", json!("2023-02-25T00:36:39Z"), No::Created),
        ("proofValue", json!(null), No::Value),
        ("proofValue", json!("u42ff"), No::Value),
        ("proofValue", json!("z42ff"), No::Value),
        ("proofValue", json!("z0OIl"), No::Value),
        ("proofValue", json!(format!("z{}", "1".repeat(1_000_000))), No::Value),
    ] {
        let mut document = of_the_fep();
        document["proof"][key] = value;
        assert_eq!(proof_of(&document, now()), Err(reason), "{key}");
    }
    let mut twice = of_the_fep();
    twice["proof"] = json!([twice["proof"], twice["proof"]]);
    assert_eq!(proof_of(&twice, now()), Err(No::Several));
    let mut beside = of_the_fep();
    beside["proof"] = json!([{ "type": "Other" }, beside["proof"]]);
    assert_eq!(verifies(&beside), Ok(true), "one that is not known here stands beside");
}

#[test]
fn a_proof_is_fresh_for_a_month() {
    let proof = proof_of(&of_the_fep(), now()).unwrap().unwrap();
    assert!(proof.is_fresh(now() + FRESH));
    assert!(!proof.is_fresh(now() + FRESH + TimeDelta::seconds(1)));
}

fn canon(text: &str) -> String {
    String::from_utf8(canonical(&serde_json::from_str::<Value>(text).unwrap())).unwrap()
}

/// RFC 8785 §3.2.2 and §3.2.3.
#[test]
fn the_examples_of_rfc_8785() {
    let input = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
    let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                    \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    assert_eq!(canon(input), expected);
    let input = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
        "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
    let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
                    \"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\
                    \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
    assert_eq!(canon(input), expected);
}

/// RFC 8785, appendix B.
#[test]
fn the_numbers_of_rfc_8785() {
    for (bits, text) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        // Not of the RFC: the other way round, as node.js 20 has it.
        (0x4314_3ff3_c1cb_095b, "1424953923781206.8"),
    ] {
        let number = f64::from_bits(bits);
        assert_eq!(canonical(&json!(number)), text.as_bytes(), "{bits:x}");
    }
    assert_eq!(canon("[48.0,-0,1e2,9007199254740993]"), "[48,0,100,9007199254740992]");
}

/// Any JSON, four levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn as_doubles(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().map(|double| double + 0.0)),
        Value::Array(items) => items.iter().map(as_doubles).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), as_doubles(value)))
            .collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn canonical_text_reads_back_as_the_same_and_is_its_own_canonical_text(value in any_json()) {
        let text = canonical(&value);
        let again: Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(as_doubles(&again), as_doubles(&value));
        prop_assert_eq!(canonical(&again), text);
    }

    #[test]
    fn what_was_signed_verifies_after_its_way_as_text(value in any_json(), name in any::<String>()) {
        let mut document = json!({ "@context": "https://www.w3.org/ns/activitystreams", name: value });
        attach(&mut document, &signer("https://a.example/#k"), now()).unwrap();
        let received = serde_json::from_str(&document.to_string()).unwrap();
        prop_assert_eq!(verifies(&received), Ok(true));
    }

    #[test]
    fn no_proof_makes_the_reader_panic(
        proof in any_json(), context in any_json(), key in "type|proofValue|created|expires|@context", other in any_json()
    ) {
        let mut document = of_the_fep();
        document["@context"] = context;
        document["proof"][key] = other;
        let _ = verifies(&document);
        document["proof"] = proof;
        let _ = verifies(&document);
    }
}
