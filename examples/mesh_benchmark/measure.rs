//! Events on their way, and what they cost.

use std::time::{Duration, Instant};

use anyhow::ensure;
use maillage::store::Conn;

use super::options::Options;
use super::site::{self, Site};
use super::traffic::Traffic;

/// How often the databases are looked at.
const GLANCE: Duration = Duration::from_millis(2);
/// Longest wait for an event to be everywhere.
const PATIENCE: Duration = Duration::from_secs(60);
/// Events published at once when the bytes are counted: nobody waits for the one before.
const QUIET: Duration = Duration::from_secs(3);

/// What was seen.
#[derive(Debug, Default)]
pub struct Outcome {
    /// From the request that publishes to its answer.
    pub accepted: Vec<Duration>,
    /// From the request to the event being in one other node; one for each event and node.
    pub visible: Vec<Duration>,
    /// From the request to the event being in the last node.
    pub everywhere: Vec<Duration>,
    /// What crossed the interface for the events that nobody watched.
    pub traffic: Traffic,
    /// What crossed it in the same time without any.
    pub rest: Traffic,
    /// CPU time of all nodes for these.
    pub cpu: Duration,
    /// Resident memory of the nodes at the end, in bytes.
    pub resident: Vec<u64>,
    /// Events published, watched and not.
    pub events: usize,
}

/// Publishes, watches, counts, and makes sure that every reader is shown all of it, once.
///
/// # Errors
/// An event that does not arrive, or that a calendar does not show exactly once.
pub async fn run(sites: &[Site], options: &Options) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut databases = sites.iter().map(Site::database).collect::<Result<Vec<_>, _>>()?;
    let publishers: Vec<usize> = (0..sites.len()).filter(|&at| !sites[at].network).collect();
    for number in 0..options.events {
        let at = publishers[number % publishers.len()];
        watch(sites, at, &mut databases, &format!("Atelier {number}"), &mut outcome).await?;
    }
    count(sites, &publishers, &mut databases, options.events, &mut outcome).await?;
    outcome.events = 2 * options.events;
    for site in sites {
        let shown = site.shown().await?;
        ensure!(
            shown == outcome.events,
            "a calendar shows {shown} sessions of {}",
            outcome.events
        );
        outcome.resident.push(site.resident()?);
    }
    Ok(outcome)
}

/// Publishes one event and watches it arrive.
async fn watch(
    sites: &[Site],
    by: usize,
    databases: &mut [Conn],
    title: &str,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let start = Instant::now();
    let uri = sites[by].publish(title).await?;
    outcome.accepted.push(start.elapsed());
    let mut waiting: Vec<usize> = (0..databases.len()).filter(|&at| at != by).collect();
    let mut last = start.elapsed();
    while !waiting.is_empty() {
        let mut still = Vec::new();
        for at in waiting {
            if site::has(&mut databases[at], &uri)? {
                last = start.elapsed();
                outcome.visible.push(last);
            } else {
                still.push(at);
            }
        }
        ensure!(
            start.elapsed() < PATIENCE,
            "{title} did not reach {} nodes",
            still.len()
        );
        waiting = still;
        tokio::time::sleep(GLANCE).await;
    }
    outcome.everywhere.push(last);
    Ok(())
}

/// Publishes with nobody watching, and counts bytes and CPU time.
async fn count(
    sites: &[Site],
    publishers: &[usize],
    databases: &mut [Conn],
    events: usize,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    tokio::time::sleep(QUIET).await;
    let (start, before, cpu) = (Instant::now(), Traffic::now()?, cpu(sites)?);
    let mut uris = Vec::new();
    for number in 0..events {
        let at = publishers[number % publishers.len()];
        uris.push(sites[at].publish(&format!("Rendez-vous {number}")).await?);
    }
    for uri in &uris {
        for database in databases.iter_mut() {
            while !site::has(database, uri)? {
                ensure!(start.elapsed() < PATIENCE * 4, "an event did not arrive");
                tokio::time::sleep(GLANCE).await;
            }
        }
    }
    tokio::time::sleep(QUIET).await;
    outcome.traffic = Traffic::now()?.since(before);
    outcome.cpu = self::cpu(sites)?.saturating_sub(cpu);
    let (length, before) = (start.elapsed(), Traffic::now()?);
    tokio::time::sleep(length).await;
    outcome.rest = Traffic::now()?.since(before);
    Ok(())
}

fn cpu(sites: &[Site]) -> anyhow::Result<Duration> {
    sites.iter().map(Site::cpu).sum()
}
