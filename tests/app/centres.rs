//! Centres and their keys.

use maillage::app::{Error, centres};
use maillage::domain::centre::{CentreKind, CentreProfile};
use maillage::store::keys;

use crate::support::node::on_both;

fn named(name: &str) -> CentreProfile {
    CentreProfile {
        name: name.into(),
        ..CentreProfile::default()
    }
}

#[test]
fn a_new_centre_can_sign_with_both_kinds_of_keys() {
    on_both(async |test| {
        let added = centres::add(&test.node, CentreKind::Centre, "agenda", named("L’Escale du canal")).await;
        let centre = added.expect("a centre");
        let found = centres::by_handle(&test.node, "agenda").await.expect("answer");
        assert_eq!(found.as_ref(), Some(&centre));
        let pairs = test
            .node
            .store
            .read(move |conn| keys::of_owner(conn, Some(centre.id)))
            .await
            .expect("answer");
        assert_eq!(
            pairs.iter().map(|pair| pair.algorithm.as_str()).collect::<Vec<_>>(),
            ["ed25519", "rsa"]
        );
        assert!(
            pairs[1].public.starts_with("-----BEGIN PUBLIC KEY-----"),
            "{}",
            pairs[1].public
        );
    });
}

#[test]
fn a_handle_is_well_formed_and_nobody_else_s() {
    on_both(async |test| {
        centres::add(&test.node, CentreKind::Centre, "agenda", named("Un"))
            .await
            .expect("a centre");
        let cases = [
            ("agenda", "Deux", "handle", "taken"),
            ("Agenda!", "Deux", "handle", "not-a-handle"),
            ("deux", " ", "name", "required"),
            ("deux", &"n".repeat(141), "name", "too-long"),
        ];
        for (handle, name, field, code) in cases {
            match centres::add(&test.node, CentreKind::Network, handle, named(name)).await {
                Err(Error::Refused(refusal)) => {
                    assert_eq!((refusal.0[0].field.as_str(), refusal.0[0].reason.code()), (field, code));
                }
                other => panic!("{handle}: {other:?}"),
            }
        }
        assert_eq!(centres::list(&test.node).await.expect("answer").len(), 1);
    });
}
