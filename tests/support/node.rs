//! A node on a fresh database, with a clock that the test moves.

use std::sync::Arc;

use chrono::Duration;
use maillage::app::{Node, members, tokens};
use maillage::config::{Config, Secret};
use maillage::domain::member::{Member, Role};
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::{FixedClock, Instant};
use url::Url;

use super::database::{Database, both};
use super::keys;

/// A password that the rule accepts.
pub const PASSWORD: &str = "trois canards sur le canal";

/// A node and the clock it reads.
pub struct TestNode {
    pub node: Node,
    pub clock: Arc<FixedClock>,
}

impl TestNode {
    /// A node known as `http://un.test:8080`, on the morning before the demo programme begins.
    pub async fn open(database: &Database) -> Self {
        let base = Url::parse("http://un.test:8080").expect("a URL");
        Self::open_with(database, Config::new(base, database.folder())).await
    }

    /// A node with a configuration of one's own, on this database all the same.
    pub async fn open_with(database: &Database, mut config: Config) -> Self {
        config.database.url = Some(Secret::new(database.url()));
        let clock = Arc::new(FixedClock::new(morning()));
        let node = Node::open_over(None, keys::pairs, config, clock.clone(), Arc::new(SystemRandomness))
            .await
            .expect("the node opens");
        Self { node, clock }
    }

    /// A member of the staff with [`PASSWORD`].
    pub async fn member(&self, role: Role) -> Member {
        let email = format!("{}@centre.example", role.as_str());
        members::add(&self.node, &email, role, PASSWORD)
            .await
            .expect("an account")
    }

    /// A bearer token of a new member.
    pub async fn token(&self, role: Role) -> String {
        let member = self.member(role).await;
        tokens::create(&self.node, &member, "test").await.expect("a token")
    }

    pub fn advance(&self, step: Duration) {
        self.clock.advance(step);
    }
}

/// Monday 23 November 2026, 8 o'clock in Paris.
pub fn morning() -> Instant {
    "2026-11-23T07:00:00Z".parse().expect("an instant")
}

/// Runs an asynchronous test with a node on each kind of database.
pub fn on_both<F: Future<Output = ()>>(test: impl Fn(TestNode) -> F) {
    both(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async { test(TestNode::open(database).await).await });
    });
}
