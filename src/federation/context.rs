//! What every part of federation works with: the store, our URLs, our keys, the guarded client, the clock.
//!
//! It is the application data of `activitypub_federation`, whose `Data` the activities receive.

use std::sync::{Arc, Mutex};

use activitypub_federation::config::FederationConfig;
use chrono_tz::Tz;
use tokio::sync::Notify;
use url::Url;

use super::acquaintances::Acquaintances;
use super::error::FederationError;
use super::fetch::{Fetcher, GetSigner, Limits, Transport};
use super::guard::{BlockList, Policy};
use super::heard::Heard;
use super::inbox::Taken;
use super::key_name::KeyNames;
use super::keyring::KeyRing;
use super::limits;
use super::listed::PassedOver;
use super::shares::Shares;
use super::signature::Audience;
use super::urls::Urls;
use crate::config;
use crate::domain::random::Randomness;
use crate::domain::time::{Clock, Instant};
use crate::store::{Db, blocks};
use crate::telemetry::Metrics;

/// The federation of one node, shared by all its handlers and workers.
#[derive(Clone)]
pub struct Federation(Arc<Parts>);

/// The parts of [`Federation`].
pub struct Parts {
    /// The database.
    pub store: Db,
    /// Maker and reader of our URLs.
    pub urls: Urls,
    /// Private keys of our actors.
    pub keys: KeyRing,
    /// The guarded HTTP client.
    pub fetcher: Fetcher,
    /// With whom nothing, or less, is exchanged.
    pub blocked: BlockList,
    /// The stamp of the list that `blocked` has.
    pub(super) blocks_seen: Mutex<String>,
    /// When peers were last heard from, until it is written down.
    pub heard: Heard,
    /// The names of keys that were read lately.
    pub(super) key_names: KeyNames,
    /// Peers that wrote to us lately.
    pub acquaintances: Acquaintances,
    /// How many more events of each publisher are kept.
    pub shares: Arc<Shares>,
    /// What was taken in lately.
    pub taken: Taken,
    /// What programmes name in vain.
    pub(super) passed_over: PassedOver,
    /// How much of our time anybody gets at the inboxes.
    pub limits: limits::Limits,
    /// The host names that we answer to.
    pub audience: Audience,
    /// The section `[federation]` of the configuration.
    pub settings: config::FederationConfig,
    /// Zone of times that an agenda writes without one.
    pub zone: Tz,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Randomness>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Rung when a delivery was recorded.
    pub outbox_bell: Notify,
    /// Rung when an event may have changed that networks announce.
    pub network_bell: Notify,
    /// Rung when a peer is to be read.
    pub pull_bell: Notify,
}

impl std::ops::Deref for Federation {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What [`open`] needs.
pub struct Settings<'a> {
    /// The public address of the node.
    pub base: &'a Url,
    /// The section `[federation]`.
    pub federation: &'a config::FederationConfig,
    /// The node's zone.
    pub zone: Tz,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Randomness>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// What carries requests to other servers, where it is not connections.
    pub transport: Option<Arc<dyn Transport>>,
}

/// Makes the federation of a node, whose instance actor has keys.
///
/// # Errors
/// What the database or the TLS library refuses.
pub async fn open(store: Db, settings: Settings<'_>) -> Result<FederationConfig<Federation>, FederationError> {
    let urls = Urls::new(settings.base.clone());
    let keys = KeyRing::new(urls.clone(), Arc::clone(&settings.clock));
    // A node whose own keys cannot be read does not start.
    keys.of(&store, None).await?;
    let policy = Policy {
        allow_loopback: settings.federation.allow_loopback,
    };
    let limits = Limits {
        deadline: std::time::Duration::from_secs(settings.federation.timeout_seconds),
        ..Limits::default()
    };
    let blocked = BlockList::configured(settings.federation.blocked_hosts.clone());
    let (decided, blocks_seen) = store
        .read(|conn| Ok((blocks::all(conn)?, blocks::stamp(conn)?)))
        .await?;
    blocked.replace(decided);
    let (signer, clock) = (
        GetSigner::Ring(keys.clone(), store.clone()),
        Arc::clone(&settings.clock),
    );
    let fetcher = match settings.transport {
        Some(transport) => Fetcher::over(transport, blocked.clone(), policy, limits, Some(signer), clock),
        None => Fetcher::avoiding(blocked.clone(), settings.base, policy, limits, Some(signer), clock)
            .map_err(FederationError::Client)?,
    };
    let domain = urls.host();
    let federation = Federation(Arc::new(Parts {
        store,
        key_names: KeyNames::default(),
        acquaintances: Acquaintances::default(),
        shares: Arc::default(),
        taken: Taken::default(),
        passed_over: PassedOver::default(),
        limits: limits::Limits::new(settings.federation, Arc::clone(&settings.clock)),
        audience: Audience::of(settings.base),
        urls,
        keys,
        fetcher,
        blocked,
        blocks_seen: Mutex::new(blocks_seen),
        heard: Heard::default(),
        settings: settings.federation.clone(),
        zone: settings.zone,
        clock: settings.clock,
        random: settings.random,
        metrics: settings.metrics,
        outbox_bell: Notify::new(),
        network_bell: Notify::new(),
        pull_bell: Notify::new(),
    }));
    FederationConfig::builder()
        .domain(domain)
        .app_data(federation)
        .client(unused_client()?.into())
        .build()
        .await
        .map_err(|error| FederationError::Library(error.to_string()))
}

/// The library wants a client of its own, by which nothing of ours goes out: one that reaches nobody. The one that it makes
/// otherwise reads the certificate authorities of the system a second time, some 5 ms of each start.
fn unused_client() -> Result<reqwest::Client, FederationError> {
    reqwest::Client::builder()
        .https_only(true)
        .tls_certs_only([])
        .build()
        .map_err(FederationError::Client)
}

impl Federation {
    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}
