//! Opening a node.

use maillage::app::OpenError;
use maillage::config::Config;
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::SystemClock;
use maillage::store::keys;
use std::sync::Arc;
use url::Url;

use crate::support::database::both;
use crate::support::node::TestNode;

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
