//! Staff accounts and their rules.

use maillage::app::{Error, members, sign_in};
use maillage::domain::member::Role;

use crate::support::node::{PASSWORD, on_both};

fn refused(result: Result<impl std::fmt::Debug, Error>) -> (String, &'static str) {
    match result {
        Err(Error::Refused(refusal)) => (refusal.0[0].field.clone(), refusal.0[0].reason.code()),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_bad_address_a_weak_password_and_a_second_account_are_refused() {
    on_both(async |test| {
        for email in [
            "",
            "accueil",
            "accueil@centre",
            "accueil@centre.example x",
            "a@b@c.example\n",
        ] {
            let result = members::add(&test.node, email, Role::Editor, PASSWORD).await;
            assert_eq!(refused(result), ("email".into(), "not-an-email"), "{email:?}");
        }
        let weak = members::add(&test.node, "a@centre.example", Role::Editor, "motdepasse1234").await;
        assert_eq!(refused(weak), ("password".into(), "weak-password"));
        members::add(&test.node, "a@centre.example", Role::Editor, PASSWORD)
            .await
            .expect("an account");
        let again = members::add(&test.node, "A@Centre.Example", Role::Admin, PASSWORD).await;
        assert_eq!(refused(again), ("email".into(), "taken"));
    });
}

#[test]
fn another_password_ends_every_sign_in() {
    on_both(async |test| {
        let member = test.member(Role::Reception).await;
        let begin = async |password| {
            sign_in::begin(&test.node, &member.email, password)
                .await
                .expect("answer")
        };
        let token = begin(PASSWORD).await.expect("signed in").token;
        members::set_password(&test.node, &member, "un autre canard, plus gros")
            .await
            .expect("changed");
        assert!(sign_in::current(&test.node, &token).await.expect("answer").is_none());
        assert!(begin(PASSWORD).await.is_none());
        assert!(begin("un autre canard, plus gros").await.is_some());
    });
}

#[test]
fn passwords_are_kept_as_argon2id_with_19_mib_and_two_passes() {
    on_both(async |test| {
        let member = test.member(Role::Admin).await;
        let email = member.email.clone();
        let found = test
            .node
            .store
            .read(move |conn| maillage::store::members::by_email(conn, &email))
            .await;
        let (_, hash) = found.expect("answer").expect("a member");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!hash.contains("canard"));
    });
}
