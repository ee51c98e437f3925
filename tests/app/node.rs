//! Opening a node.

use chrono::TimeDelta;
use maillage::app::{OpenError, jobs};
use maillage::config::Config;
use maillage::domain::peer::FollowState;
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::SystemClock;
use maillage::store::{keys, peers};
use std::sync::Arc;
use url::Url;

use crate::store::samples;
use crate::support::database::both;
use crate::support::node::{TestNode, on_both};

#[test]
fn the_instance_keys_are_made_once() {
    both(|database| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let instance_keys = || {
            runtime.block_on(async {
                let test = TestNode::open(database).await;
                test.node
                    .store
                    .read(|conn| keys::of_owner(conn, None))
                    .await
                    .expect("keys")
            })
        };
        let first = instance_keys();
        assert_eq!(first.len(), 2);
        assert!(first == instance_keys(), "another start made other keys");
    });
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("occupied");
    std::fs::write(&file, "").expect("written");
    let config = Config::new(Url::parse("http://un.test").expect("url"), file.join("data"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let opened = runtime.block_on(maillage::app::Node::open(
        config,
        Arc::new(SystemClock),
        Arc::new(SystemRandomness),
    ));
    match opened {
        Err(error @ OpenError::DataDir { .. }) => assert!(error.to_string().contains("occupied"), "{error}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the node opened"),
    }
}

#[test]
fn strangers_are_forgotten_and_nobody_else() {
    on_both(async |test| {
        test.node
            .store
            .write(|conn| {
                samples::peer(conn, "passant", "a.example");
                let followed = samples::peer(conn, "suivi", "a.example");
                samples::follow(conn, None, followed.id, FollowState::Accepted);
                let publisher = samples::peer(conn, "auteur", "a.example");
                samples::remote(conn, &publisher, samples::facts("Atelier", "2027-01-05T14:00:00Z"));
                Ok(())
            })
            .await
            .expect("peers");
        for (days, left) in [(0, 3), (30, 2), (30, 2)] {
            test.advance(TimeDelta::days(days));
            jobs::purge(&test.node).await.expect("a purge");
            let known = test.node.store.read(|conn| {
                let known = ["passant", "suivi", "auteur"].map(|name| peers::by_account(conn, name, "a.example"));
                Ok(known.into_iter().filter(|peer| matches!(peer, Ok(Some(_)))).count())
            });
            assert_eq!(known.await.expect("a read"), left, "after {days} days");
        }
    });
}
