//! (d) What a node sends: one published event to 2,000 inboxes, from the recorded rows to the settled ones.

use std::time::{Duration, Instant};

use anyhow::ensure;
use chrono::TimeDelta;
use maillage::app::{Node, centres, events};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::{EventFacts, Schedule};
use maillage::domain::id::{CentreId, FollowerId};
use maillage::domain::peer::Follower;
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::{Clock as _, DEFAULT_ZONE, SystemClock};
use maillage::federation::signature::Dialect;
use maillage::store::{Conn, deliveries, followers, hosts, peers};

use super::child::{Child, free_port};
use super::crypto;
use super::node::{Home, runtime};
use super::options::Options;
use super::peers::stranger;
use super::report::{Measured, Report, Sum, names};
use super::sink::{Address, Reads, Sink};

/// Hosts behind the inboxes.
const HOSTS: usize = 100;
/// Events that are published, one after another.
const ROUNDS: usize = 5;
/// Longest time for one event.
const LIMIT: Duration = Duration::from_secs(20);

/// Measures the delivery worker with both kinds of keys.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    to(report, options, Reads::Everything, names::OUTBOX_RSA)?;
    to(report, options, Reads::Ed25519, names::OUTBOX_ED25519)
}

fn to(report: &mut Report, options: &Options, reads: Reads, name: &str) -> anyhow::Result<()> {
    let sink = Sink::reading(reads, free_port()?, std::collections::HashMap::new())?;
    let home = Home::new(None)?;
    let runtime = runtime()?;
    let node = runtime.block_on(home.open())?;
    let centre = runtime.block_on(centre(&node))?;
    let inboxes = options.count(2_000, 100);
    add_followers(&mut home.conn()?, sink.address, centre.id, inboxes, HOSTS)?;
    if reads == Reads::Ed25519 {
        // As the node learns it of a host that signs so itself, or announces that it reads it.
        let mut conn = home.conn()?;
        (0..HOSTS).try_for_each(|host| {
            let host = sink.address.host(host);
            hosts::learn(&mut conn, &host, Dialect::Rfc9421Ed25519.as_str(), SystemClock.now())
        })?;
    }
    let child = home.serve(report.processors)?;
    // The first event opens the connections.
    runtime.block_on(publish(&node, &centre))?;
    settled(&home, LIMIT)?;
    let (mut sent, mut alone) = (Sum::default(), Sum::default());
    for _ in 0..options.count(ROUNDS, 1) {
        alone.add(crypto::signing_beside(report.processors.measured)?);
        sent.add(round(&runtime, (&node, &centre), &home, &child, &sink)?);
    }
    report.add('d', sent.figure(name));
    if reads == Reads::Everything {
        report.add('d', alone.figure(names::SIGN_BESIDE));
    }
    child.stop()
}

/// Publishes one event: deliveries, CPU time, time since the first.
fn round(
    runtime: &tokio::runtime::Runtime,
    (node, centre): (&Node, &Centre),
    home: &Home,
    child: &Child,
    sink: &Sink,
) -> anyhow::Result<Measured> {
    let (cpu, before) = (child.cpu()?, sink.taken());
    // Recorded by this process: the measured one finds the rows and does the rest.
    runtime.block_on(publish(node, centre))?;
    let expected = u64::try_from(deliveries::waiting(&mut home.conn()?)?)?;
    let wall = sink.wait_for(before, before + expected, LIMIT);
    settled(home, LIMIT)?;
    let cpu = child.cpu()? - cpu;
    let taken = sink.taken() - before;
    ensure!(
        taken == expected,
        "{expected} deliveries were recorded, {taken} arrived"
    );
    Ok((taken, cpu, wall))
}

/// A centre that publishes.
pub async fn centre(node: &Node) -> anyhow::Result<Centre> {
    let profile = CentreProfile {
        name: "Centre social des Trois-Ponts".into(),
        ..CentreProfile::default()
    };
    Ok(centres::add(node, CentreKind::Centre, "agenda", profile).await?)
}

/// One event of next week.
pub async fn publish(node: &Node, centre: &Centre) -> anyhow::Result<()> {
    let start = node.now() + TimeDelta::days(7);
    let schedule = Schedule::once(DEFAULT_ZONE, start, start + TimeDelta::hours(2));
    events::publish(node, centre.id, EventFacts::new("Atelier numérique", schedule)).await?;
    Ok(())
}

/// Writes `count` followers of a centre, each with an inbox of its own, spread over `hosts`.
pub fn add_followers(
    conn: &mut Conn,
    sink: Address,
    centre: CentreId,
    count: usize,
    hosts: usize,
) -> anyhow::Result<()> {
    let (now, random) = (SystemClock.now(), SystemRandomness);
    conn.write_tx(|conn| {
        for number in 0..count {
            let host = sink.host(number % hosts);
            let peer = stranger(format!("http://{host}/actors/{number}"), host, now);
            let peer = peers::upsert(conn, &peer)?;
            let follower = Follower {
                id: FollowerId::new(now, &random),
                followed: Some(centre),
                peer,
                activity_uri: format!("http://h.test/follows/{number}"),
                since: now,
            };
            followers::insert(conn, &follower)?;
        }
        Ok::<_, maillage::store::StoreError>(())
    })?;
    Ok(())
}

/// Waits until no delivery waits; how many still do when `limit` has gone by.
pub fn settled(home: &Home, limit: Duration) -> anyhow::Result<i64> {
    let (start, mut conn) = (Instant::now(), home.conn()?);
    loop {
        let waiting = deliveries::waiting(&mut conn)?;
        if waiting == 0 || start.elapsed() > limit {
            return Ok(waiting);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
