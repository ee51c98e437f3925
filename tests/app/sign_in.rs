//! Signing in, staying signed in, and being signed out.

use std::time::Instant as Stopwatch;

use chrono::Duration;
use maillage::app::{jobs, sign_in};
use maillage::domain::member::Role;

use crate::support::node::{PASSWORD, on_both};

#[test]
fn the_right_password_signs_in_and_nothing_else_does() {
    on_both(async |test| {
        let member = test.member(Role::Editor).await;
        let started = sign_in::begin(&test.node, " Editor@Centre.example ", PASSWORD)
            .await
            .expect("answer");
        let started = started.expect("signed in");
        assert_eq!(started.member, member);
        assert_eq!(
            sign_in::current(&test.node, &started.token).await.expect("answer"),
            Some(member)
        );
        for (email, password) in [
            ("editor@centre.example", "trois canards sur le cana"),
            ("nobody@centre.example", PASSWORD),
            ("", ""),
        ] {
            assert!(
                sign_in::begin(&test.node, email, password)
                    .await
                    .expect("answer")
                    .is_none(),
                "{email}"
            );
        }
        let text = test.node.metrics.text(Default::default()).expect("text");
        assert!(text.contains("maillage_sign_in_failures_total 3"), "{text}");
    });
}

#[test]
fn two_sign_ins_are_two_tokens_and_only_one_ends() {
    on_both(async |test| {
        test.member(Role::Admin).await;
        let begin = async || {
            let started = sign_in::begin(&test.node, "admin@centre.example", PASSWORD)
                .await
                .expect("answer");
            started.expect("signed in").token
        };
        let (first, second) = (begin().await, begin().await);
        assert_ne!(first, second);
        assert!(first.len() >= 43, "{} characters are too few", first.len());
        sign_in::end(&test.node, &first).await.expect("ended");
        assert!(sign_in::current(&test.node, &first).await.expect("answer").is_none());
        assert!(sign_in::current(&test.node, &second).await.expect("answer").is_some());
    });
}

#[test]
fn a_sign_in_ends_two_weeks_after_the_last_visit() {
    on_both(async |test| {
        test.member(Role::Editor).await;
        let started = sign_in::begin(&test.node, "editor@centre.example", PASSWORD)
            .await
            .expect("answer");
        let token = started.expect("signed in").token;
        for _ in 0..3 {
            test.advance(Duration::days(13));
            assert!(
                sign_in::current(&test.node, &token).await.expect("answer").is_some(),
                "a visit prolongs"
            );
        }
        test.advance(Duration::days(14));
        assert!(sign_in::current(&test.node, &token).await.expect("answer").is_none());
        assert_eq!(jobs::purge(&test.node).await.expect("purged"), 1);
        assert_eq!(jobs::purge(&test.node).await.expect("purged"), 0);
    });
}

#[test]
fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    on_both(async |test| {
        test.member(Role::Editor).await;
        let time = async |email: &str| {
            let start = Stopwatch::now();
            sign_in::begin(&test.node, email, "pas le bon mot")
                .await
                .expect("answer");
            start.elapsed()
        };
        // The first hash of a process pays for fresh memory.
        time("editor@centre.example").await;
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            known.push(time("editor@centre.example").await);
            unknown.push(time("nobody@centre.example").await);
        }
        let (known, unknown) = (
            known.into_iter().min().expect("times"),
            unknown.into_iter().min().expect("times"),
        );
        // Without the dummy hash the second would be about nothing.
        assert!(
            unknown * 3 > known,
            "unknown address: {unknown:?}, wrong password: {known:?}"
        );
    });
}
