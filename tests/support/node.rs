//! A node on a fresh database, with a clock that the test moves.

use std::sync::Arc;

use chrono::Duration;
use maillage::app::{Node, members, tokens};
use maillage::config::{Config, Secret};
use maillage::domain::member::{Member, Role};
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::{FixedClock, Instant};
use maillage::federation::keys::PrivateKey;
use maillage::store::keys::{self, ActorKey};
use url::Url;

use super::database::{Database, both};

/// The RSA key of the instance actor.
const INSTANCE_KEY: &str = include_str!("../fixtures/signature/rsa.pkcs8.txt");
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
        give_keys(database);
        let node = Node::open(config, clock.clone(), Arc::new(SystemRandomness))
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

/// Keys for the instance actor: an RSA key takes a tenth of a second to make, and hundreds of tests open a node.
fn give_keys(database: &Database) {
    let mut conn = database.conn();
    if !keys::of_owner(&mut conn, None).expect("the keys").is_empty() {
        return;
    }
    let rsa = PrivateKey::from_pkcs8(INSTANCE_KEY).expect("a key");
    let ed25519 = PrivateKey::generate_ed25519().expect("a key");
    let publics = [
        rsa.public_pem().expect("a PEM"),
        ed25519.public_multibase().expect("a multibase"),
    ];
    for ((algorithm, pair), public) in [("rsa", rsa), ("ed25519", ed25519)].into_iter().zip(publics) {
        let key = ActorKey {
            owner: None,
            algorithm: algorithm.into(),
            private: pair.to_pkcs8().expect("a text"),
            public,
            created: morning(),
        };
        keys::insert(&mut conn, &key).expect("a key");
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
