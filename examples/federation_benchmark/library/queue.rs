//! The library's sending: `queue_activity`, and `SendActivityTask` with 64 at a time as a queue of one's own has them.

use std::fmt::Debug;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use activitypub_federation::activity_queue::queue_activity;
use activitypub_federation::activity_sending::SendActivityTask;
use activitypub_federation::config::{Data, FederationConfig};
use activitypub_federation::http_signatures::{Keypair, generate_actor_keypair};
use activitypub_federation::protocol::context::WithContext;
use activitypub_federation::traits::{Activity, Actor, Object};
use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::Failure;
use crate::child::{Child, free_port};
use crate::load::CONNECTIONS;
use crate::options::Options;
use crate::processors::process_cpu;
use crate::report::{Figure, Report};
use crate::sink::{Address, Sink};

const SINK: &str = "FEDERATION_BENCHMARK_SINK";
const COUNT: &str = "FEDERATION_BENCHMARK_COUNT";
const RESULT: &str = "FEDERATION_BENCHMARK_RESULT";
/// Hosts behind the inboxes.
const HOSTS: usize = 100;

/// Every name leads here.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: Name) -> Resolving {
        let here: Addrs = Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        Box::pin(std::future::ready(Ok(here)))
    }
}

/// Who sends.
#[derive(Debug)]
struct Sender {
    id: Url,
    keys: Arc<Keypair>,
}

#[async_trait]
impl Object for Sender {
    type DataType = ();
    type Kind = Value;
    type Error = Failure;

    fn id(&self) -> &Url {
        &self.id
    }

    async fn read_from_id(_: Url, _: &Data<()>) -> Result<Option<Self>, Failure> {
        Ok(None)
    }

    async fn into_json(self, _: &Data<()>) -> Result<Value, Failure> {
        Ok(Value::Null)
    }

    async fn verify(_: &Value, _: &Url, _: &Data<()>) -> Result<(), Failure> {
        Ok(())
    }

    async fn from_json(_: Value, _: &Data<()>) -> Result<Self, Failure> {
        Err(anyhow::anyhow!("nothing is fetched").into())
    }
}

impl Actor for Sender {
    fn public_key_pem(&self) -> &str {
        &self.keys.public_key
    }

    fn private_key_pem(&self) -> Option<String> {
        Some(self.keys.private_key.clone())
    }

    fn inbox(&self) -> Url {
        self.id.clone()
    }
}

/// What is sent.
#[derive(Debug, Clone, Serialize)]
struct Create {
    id: Url,
    actor: Url,
    #[serde(rename = "type")]
    kind: &'static str,
    object: Value,
}

#[async_trait]
impl Activity for Create {
    type DataType = ();
    type Error = Failure;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, _: &Data<()>) -> Result<(), Failure> {
        Ok(())
    }

    async fn receive(self, _: &Data<()>) -> Result<(), Failure> {
        Ok(())
    }
}

fn create(sender: &Sender) -> anyhow::Result<WithContext<Create>> {
    let event = Url::parse("http://sender.test/events/1")?;
    Ok(WithContext::new_default(Create {
        id: Url::parse("http://sender.test/activities/1")?,
        actor: sender.id.clone(),
        kind: "Create",
        object: json!({ "id": event, "type": "Event", "name": "Atelier numérique", "content": "x".repeat(1_200) }),
    }))
}

async fn config() -> anyhow::Result<FederationConfig<()>> {
    let client = reqwest::Client::builder()
        .dns_resolver(Loopback)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("benchmark")
        .build()?;
    let config = FederationConfig::builder()
        .domain("sender.test")
        .app_data(())
        .client(reqwest_middleware::ClientWithMiddleware::from(client))
        .debug(true)
        .http_signature_compat(true)
        .build()
        .await?;
    Ok(config)
}

/// The role of the measured process: sends twice to `COUNT` inboxes, and writes what that took to the file `RESULT`.
pub fn send() -> anyhow::Result<()> {
    let (sink, count): (u16, usize) = (std::env::var(SINK)?.parse()?, std::env::var(COUNT)?.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let config = config().await?;
        let data = config.to_request_data();
        let sender = Sender {
            id: Url::parse("http://sender.test/actor")?,
            keys: Arc::new(generate_actor_keypair()?),
        };
        let activity = create(&sender)?;
        let inboxes = (0..count).map(|one| format!("http://{}/actors/{one}/inbox", Address(sink).host(one % HOSTS)));
        let inboxes: Vec<Url> = inboxes.map(|inbox| inbox.parse()).collect::<Result<_, _>>()?;
        // Opens the connections and reads the key.
        side_by_side(&activity, &sender, inboxes.iter().take(200).cloned().collect(), &data).await?;
        let (cpu, start) = (process_cpu(), Instant::now());
        side_by_side(&activity, &sender, inboxes.clone(), &data).await?;
        let tasks = (process_cpu() - cpu, start.elapsed());
        let (cpu, start) = (process_cpu(), Instant::now());
        queue_activity(&activity, &sender, inboxes, &data).await?;
        let queue = (process_cpu() - cpu, start.elapsed());
        let micros = [tasks.0, tasks.1, queue.0, queue.1].map(|time| time.as_micros());
        std::fs::write(std::env::var(RESULT)?, serde_json::to_vec(&micros)?)?;
        Ok(())
    })
}

async fn side_by_side<A>(activity: &A, sender: &Sender, inboxes: Vec<Url>, data: &Data<()>) -> anyhow::Result<()>
where
    A: Activity + Serialize + Debug,
{
    let tasks = SendActivityTask::prepare(activity, sender, inboxes, data).await?;
    let sent = stream::iter(tasks).map(|task| {
        let data = data.reset_request_count();
        async move { task.sign_and_send(&data).await }
    });
    let outcomes: Vec<_> = sent.buffer_unordered(CONNECTIONS).collect().await;
    outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(())
}

/// Starts it and reads what it says; the sink must have got everything.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let sink = Sink::start(free_port()?, std::collections::HashMap::new())?;
    let folder = tempfile::tempdir()?;
    let result = folder.path().join("result");
    let count = options.count(1_500, 100);
    let variables = [
        (SINK, sink.address.0.to_string()),
        (COUNT, count.to_string()),
        (RESULT, result.display().to_string()),
    ];
    let mut child = Child::start(
        report.processors,
        "library-queue",
        &[],
        &variables,
        &folder.path().join("log"),
    )?;
    child.wait()?;
    let micros: [u64; 4] = serde_json::from_slice(&std::fs::read(&result).context("the result")?)?;
    let [tasks_cpu, tasks_wall, queue_cpu, queue_wall] = micros.map(Duration::from_micros);
    let expected = 2 * count + count.min(200);
    ensure!(
        sink.taken() == expected as u64,
        "{} of {expected} arrived",
        sink.taken()
    );
    let count = count as u64;
    report.add(
        'e',
        Figure::new("SendActivityTask, 64 at a time, RSA", count, tasks_cpu, tasks_wall),
    );
    report.add(
        'e',
        Figure::new("queue_activity, debug mode, RSA", count, queue_cpu, queue_wall),
    );
    Ok(())
}
