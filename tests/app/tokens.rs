//! Bearer tokens.

use maillage::app::{Error, tokens};
use maillage::domain::member::Role;

use crate::support::node::on_both;

#[test]
fn a_token_acts_for_its_member_and_is_kept_as_a_hash() {
    on_both(async |test| {
        let member = test.member(Role::Editor).await;
        let secret = tokens::create(&test.node, &member, " site de la ville ")
            .await
            .expect("a token");
        assert_eq!(
            tokens::member(&test.node, &secret).await.expect("answer"),
            Some(member.clone())
        );
        assert_eq!(tokens::member(&test.node, &secret[1..]).await.expect("answer"), None);
        let id = member.id;
        let kept = test
            .node
            .store
            .read(move |conn| maillage::store::tokens::of_member(conn, id))
            .await
            .expect("answer");
        assert_eq!(kept[0].name, "site de la ville");
        assert_eq!(kept[0].last_used, Some(test.node.now()));
        assert!(!format!("{kept:?}").contains(&secret));
    });
}

#[test]
fn a_token_needs_a_name() {
    on_both(async |test| {
        let member = test.member(Role::Editor).await;
        for name in ["  ", &"n".repeat(81)] {
            let refused = tokens::create(&test.node, &member, name).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "{name}");
        }
    });
}
