//! The library's inbox: `receive_activity` with actors from the database and one durable transaction an event, as who begins with
//! it writes it; and the same with commits that several events share, as in the node.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use activitypub_federation::actix_web::inbox::receive_activity;
use activitypub_federation::config::{Data, FederationConfig, FederationMiddleware};
use activitypub_federation::traits::{Activity, Actor, Object};
use actix_web::web::{Bytes, post};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::ensure;
use async_trait::async_trait;
use maillage::domain::event::{Event, EventFacts, Origin, Schedule};
use maillage::domain::id::EventId;
use maillage::domain::peer::Peer;
use maillage::domain::random::SystemRandomness;
use maillage::domain::recurrence::Occurrence;
use maillage::domain::time::{Clock as _, DEFAULT_ZONE, Instant, SystemClock, local_of};
use maillage::store::{Conn, Db, StoreError, Target, events, peers};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::Failure;
use crate::bare::PORT;
use crate::child::Child;
use crate::crypto;
use crate::inbox::{ROUNDS, SENDERS};
use crate::load;
use crate::node::{HOST, Home, runtime};
use crate::options::Options;
use crate::peers::Peers;
use crate::report::{Report, Sum, names};
use crate::sink::Address;

const DATABASE: &str = "FEDERATION_BENCHMARK_DATABASE";
/// `each`: a transaction of its own for each event. Otherwise they are shared.
const COMMITS: &str = "FEDERATION_BENCHMARK_COMMITS";

/// The tables, and how they are written.
#[derive(Clone)]
struct Store {
    db: Db,
    /// A connection of its own, for transactions that are not shared.
    alone: Option<Arc<Mutex<Conn>>>,
}

impl Store {
    fn open() -> anyhow::Result<Self> {
        let url = std::env::var(DATABASE)?;
        let is_alone = std::env::var(COMMITS).is_ok_and(|commits| commits == "each");
        let connect = || anyhow::Ok(Arc::new(Mutex::new(Target::parse(&url)?.connect_to_write()?)));
        Ok(Self {
            db: Db::open(&url, 4)?,
            alone: is_alone.then(connect).transpose()?,
        })
    }

    /// Runs `write` in a transaction.
    async fn write(
        &self,
        write: impl FnMut(&mut Conn) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Failure> {
        let Some(conn) = self.alone.clone() else {
            return Ok(self.db.try_write(write).await?);
        };
        let work = move || conn.lock().unwrap_or_else(PoisonError::into_inner).write_tx(write);
        Ok(tokio::task::spawn_blocking(work).await??)
    }
}

/// An actor as the library wants it.
#[derive(Debug)]
struct Known {
    id: Url,
    pem: String,
    peer: Peer,
}

#[async_trait]
impl Object for Known {
    type DataType = Store;
    type Kind = Value;
    type Error = Failure;

    fn id(&self) -> &Url {
        &self.id
    }

    fn last_refreshed_at(&self) -> Option<Instant> {
        Some(self.peer.fetched)
    }

    async fn read_from_id(id: Url, data: &Data<Store>) -> Result<Option<Self>, Failure> {
        let uri = id.to_string();
        let peer = data.db.read(move |conn| peers::by_uri(conn, &uri)).await?;
        Ok(peer.map(|peer| Self {
            id,
            pem: peer.keys.first().map(|key| key.public_key.clone()).unwrap_or_default(),
            peer,
        }))
    }

    async fn into_json(self, _: &Data<Store>) -> Result<Value, Failure> {
        Ok(Value::Null)
    }

    async fn verify(_: &Value, _: &Url, _: &Data<Store>) -> Result<(), Failure> {
        Ok(())
    }

    async fn from_json(_: Value, _: &Data<Store>) -> Result<Self, Failure> {
        Err(anyhow::anyhow!("all actors are known").into())
    }
}

impl Actor for Known {
    fn public_key_pem(&self) -> &str {
        &self.pem
    }

    fn private_key_pem(&self) -> Option<String> {
        None
    }

    fn inbox(&self) -> Url {
        self.id.clone()
    }
}

/// A Create with the least that makes an event.
#[derive(Debug, Deserialize)]
struct Create {
    id: Url,
    actor: Url,
    object: Told,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: Url,
    name: String,
    content: String,
    start_time: Instant,
    end_time: Instant,
    published: Instant,
    updated: Instant,
}

#[async_trait]
impl Activity for Create {
    type DataType = Store;
    type Error = Failure;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, _: &Data<Store>) -> Result<(), Failure> {
        activitypub_federation::protocol::verification::verify_domains_match(&self.actor, &self.object.id)?;
        Ok(())
    }

    async fn receive(self, data: &Data<Store>) -> Result<(), Failure> {
        let told = self.object;
        let schedule = Schedule::once(DEFAULT_ZONE, told.start_time, told.end_time);
        let occurrence = Occurrence {
            date: local_of(told.start_time, DEFAULT_ZONE).date(),
            start: told.start_time,
            end: told.end_time,
        };
        let mut facts = EventFacts::new(told.name, schedule);
        facts.description = told.content;
        let actor = self.actor.to_string();
        data.write(move |conn| {
            let Some(peer) = peers::by_uri(conn, &actor)? else {
                return Ok(());
            };
            let event = Event {
                id: EventId::new(SystemClock.now(), &SystemRandomness),
                uri: told.id.to_string(),
                url: told.id.to_string(),
                origin: Origin::Remote(peer.id),
                facts: facts.clone(),
                published: told.published,
                updated: told.updated,
            };
            events::upsert_remote(conn, &event, occurrence)?;
            Ok(())
        })
        .await
    }
}

async fn receive(request: HttpRequest, body: Bytes, data: Data<Store>) -> Result<HttpResponse, Failure> {
    receive_activity::<Create, Known, Store>(request, body, &data).await
}

/// The role of the measured process.
pub fn serve() -> anyhow::Result<()> {
    let port: u16 = std::env::var(PORT)?.parse()?;
    let store = Store::open()?;
    actix_web::rt::System::new().block_on(async move {
        let config = FederationConfig::builder()
            .domain(format!("{HOST}:{port}"))
            .app_data(store)
            .debug(true)
            .http_signature_compat(true)
            .build()
            .await?;
        let app = move || {
            App::new()
                .wrap(FederationMiddleware::new(config.clone()))
                .route("/inbox", post().to(receive))
        };
        anyhow::Ok(HttpServer::new(app).workers(1).bind(("127.0.0.1", port))?.run().await?)
    })
}

/// Sends it what the inbox of a node gets, in both ways.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let each = (names::LIBRARY_INBOX, names::LIBRARY_VERIFY_BESIDE);
    measure_one(report, options, each, "each")?;
    let shared = (names::LIBRARY_INBOX_SHARED, names::LIBRARY_SHARED_VERIFY_BESIDE);
    measure_one(report, options, shared, "shared")
}

fn measure_one(
    report: &mut Report,
    options: &Options,
    (name, beside): (&str, &str),
    commits: &str,
) -> anyhow::Result<()> {
    let home = Home::new(None)?;
    drop(runtime()?.block_on(home.open())?);
    let peers = Peers::new(Address(home.port), SENDERS.0, SENDERS.1)?;
    peers.be_followed(&mut home.conn()?)?;
    let requests = peers.creates(home.port, options.count(6_000, 200))?;
    let variables = [
        (PORT, home.port.to_string()),
        (DATABASE, home.database().to_owned()),
        (COMMITS, commits.to_owned()),
    ];
    let log = home.folder().join("log");
    let mut child = Child::start(report.processors, "library-inbox", &[], &variables, &log)?;
    child.wait_for(home.port)?;
    let (warm, rest) = requests.split_at(requests.len() / 20);
    let warmed = load::drive(home.port, warm, Duration::from_secs(5))?.expect_all(200)?;
    let (mut taken, mut verified) = (Sum::default(), Sum::default());
    for some in rest.chunks(rest.len().div_ceil(ROUNDS)) {
        verified.add(crypto::verifying_beside(report.processors.measured)?);
        let cpu = child.cpu()?;
        let driven = load::drive(home.port, some, Duration::from_secs(10))?;
        let cpu = child.cpu()? - cpu;
        taken.add((driven.expect_all(200)?, cpu, driven.elapsed));
    }
    let stored = u64::try_from(events::counts(&mut home.conn()?)?.remote)?;
    ensure!(
        stored == warmed + taken.count(),
        "{} were answered 200, {stored} are stored",
        warmed + taken.count()
    );
    report.add('e', taken.figure(name));
    report.add('e', verified.figure(beside));
    child.stop()
}
