//! The library's inbox: `receive_activity` with actors from the database and one durable transaction an event.

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
use maillage::store::{Db, events, peers};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::Failure;
use crate::bare::PORT;
use crate::child::Child;
use crate::inbox::SENDERS;
use crate::load;
use crate::node::{HOST, Home, runtime};
use crate::options::Options;
use crate::peers::Peers;
use crate::report::{Figure, Report, names};
use crate::sink::Address;

const DATABASE: &str = "FEDERATION_BENCHMARK_DATABASE";

/// An actor as the library wants it.
#[derive(Debug)]
struct Known {
    id: Url,
    pem: String,
    peer: Peer,
}

#[async_trait]
impl Object for Known {
    type DataType = Db;
    type Kind = Value;
    type Error = Failure;

    fn id(&self) -> &Url {
        &self.id
    }

    fn last_refreshed_at(&self) -> Option<Instant> {
        Some(self.peer.fetched)
    }

    async fn read_from_id(id: Url, data: &Data<Db>) -> Result<Option<Self>, Failure> {
        let uri = id.to_string();
        let peer = data.read(move |conn| peers::by_uri(conn, &uri)).await?;
        Ok(peer.map(|peer| Self {
            id,
            pem: peer.keys.first().map(|key| key.public_key.clone()).unwrap_or_default(),
            peer,
        }))
    }

    async fn into_json(self, _: &Data<Db>) -> Result<Value, Failure> {
        Ok(Value::Null)
    }

    async fn verify(_: &Value, _: &Url, _: &Data<Db>) -> Result<(), Failure> {
        Ok(())
    }

    async fn from_json(_: Value, _: &Data<Db>) -> Result<Self, Failure> {
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
    type DataType = Db;
    type Error = Failure;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, _: &Data<Db>) -> Result<(), Failure> {
        activitypub_federation::protocol::verification::verify_domains_match(&self.actor, &self.object.id)?;
        Ok(())
    }

    async fn receive(self, data: &Data<Db>) -> Result<(), Failure> {
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
        data.try_write(move |conn| {
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
            Ok::<_, maillage::store::StoreError>(())
        })
        .await?;
        Ok(())
    }
}

async fn receive(request: HttpRequest, body: Bytes, data: Data<Db>) -> Result<HttpResponse, Failure> {
    receive_activity::<Create, Known, Db>(request, body, &data).await
}

/// The role of the measured process.
pub fn serve() -> anyhow::Result<()> {
    let port: u16 = std::env::var(PORT)?.parse()?;
    let db = Db::open(&std::env::var(DATABASE)?, 4)?;
    actix_web::rt::System::new().block_on(async move {
        let config = FederationConfig::builder()
            .domain(format!("{HOST}:{port}"))
            .app_data(db)
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

/// Sends it what the inbox of a node gets.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let home = Home::new(None)?;
    drop(runtime()?.block_on(home.open())?);
    let peers = Peers::new(Address(home.port), SENDERS.0, SENDERS.1)?;
    peers.be_followed(&mut home.conn()?)?;
    let requests = peers.creates(home.port, options.count(6_000, 200))?;
    let variables = [(PORT, home.port.to_string()), (DATABASE, home.database().to_owned())];
    let log = home.folder().join("log");
    let mut child = Child::start(report.processors, "library-inbox", &[], &variables, &log)?;
    child.wait_for(home.port)?;
    let (warm, rest) = requests.split_at(requests.len() / 20);
    let warmed = load::drive(home.port, warm, Duration::from_secs(5))?.expect_all(200)?;
    let cpu = child.cpu()?;
    let driven = load::drive(home.port, rest, Duration::from_secs(10))?;
    let cpu = child.cpu()? - cpu;
    let taken = driven.expect_all(200)?;
    let stored = u64::try_from(events::counts(&mut home.conn()?)?.remote)?;
    ensure!(
        stored == warmed + taken,
        "{} were answered 200, {stored} are stored",
        warmed + taken
    );
    report.add('e', Figure::new(names::LIBRARY_INBOX, taken, cpu, driven.elapsed));
    child.stop()
}
