//! (c) What a node takes in: signed, distinct, new; committed before it is answered. And what a refusal costs.

use std::time::Duration;

use anyhow::ensure;
use maillage::store::events;

use super::child::{Child, free_port};
use super::crypto;
use super::load::{self, Request};
use super::node::{Home, runtime};
use super::options::Options;
use super::peers::{Peers, spoilt};
use super::report::{Measured, Report, Sum, names};
use super::rows;
use super::sink::Sink;

/// Actors and hosts that send.
pub const SENDERS: (usize, usize) = (40, 20);
/// Between parts of the Creates, verification alone is measured.
pub const ROUNDS: usize = 5;
/// Longest time for one kind of request.
const LIMIT: Duration = Duration::from_secs(15);

/// Measures on SQLite, and on PostgreSQL where one was named.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    on(report, options, None)?;
    match &options.postgres {
        Some(url) => on(report, options, Some(url)),
        None => Ok(()),
    }
}

fn on(report: &mut Report, options: &Options, postgres: Option<&str>) -> anyhow::Result<()> {
    let port = free_port()?;
    let peers = Peers::new(super::sink::Address(port), SENDERS.0, SENDERS.1)?;
    let _sink = Sink::start(port, peers.documents()?)?;
    // Only now: the port of the sink is taken, and cannot be its own.
    let home = Home::new(postgres)?;
    let requests = peers.creates(home.port, options.count(20_000, 400))?;
    drop(runtime()?.block_on(home.open())?);
    peers.be_followed(&mut home.conn()?)?;
    let before = events::counts(&mut home.conn()?)?.remote;
    let child = home.serve(report.processors)?;

    let (warm, rest) = requests.split_at(requests.len() / 20);
    let warmed = load::drive(home.port, warm, LIMIT)?.expect_all(202)?;
    let name = if postgres.is_some() {
        "inbox, Create of an event, PostgreSQL"
    } else {
        names::INBOX
    };
    let (mut taken, mut verified) = (Sum::default(), Sum::default());
    for some in rest.chunks(rest.len().div_ceil(ROUNDS)) {
        verified.add(crypto::verifying_beside(report.processors.measured)?);
        taken.add(round(&child, &home, some, 202)?);
    }
    report.add('c', taken.figure(name));
    if postgres.is_none() {
        report.add('c', verified.figure(names::VERIFY_BESIDE));
    }
    let stored = events::counts(&mut home.conn()?)?.remote - before;
    ensure!(
        u64::try_from(stored)? == warmed + taken.count(),
        "{} were answered 202, {stored} are stored",
        warmed + taken.count()
    );
    report.remark(format!(
        "{name}: {stored} events answered 202, {stored} found in the database."
    ));
    if postgres.is_none() {
        let again = &requests[..options.count(5_000, 200).min(usize::try_from(stored)?)];
        driven(report, &child, &home, "inbox, the same again", again, 202)?;
        // What was taken in is known by its content before its signature is looked at: these are new.
        let others = peers.creates(home.port, options.count(5_000, 200))?;
        let bad: Vec<Request> = others.iter().map(spoilt).collect();
        driven(report, &child, &home, "inbox, wrong signature", &bad, 401)?;
        let farewells = peers.farewells(home.port, options.count(4_000, 200))?;
        driven(
            report,
            &child,
            &home,
            "inbox, Delete of an unknown actor",
            &farewells,
            202,
        )?;
    }
    child.stop()?;
    match postgres {
        None => rows::measure(report, &home),
        Some(_) => Ok(()),
    }
}

/// Sends all of `requests`, which must be answered with `status`, and reports what they cost.
fn driven(
    report: &mut Report,
    child: &Child,
    home: &Home,
    name: &str,
    requests: &[Request],
    status: u16,
) -> anyhow::Result<()> {
    let mut sum = Sum::default();
    sum.add(round(child, home, requests, status)?);
    report.add('c', sum.figure(name));
    Ok(())
}

fn round(child: &Child, home: &Home, requests: &[Request], status: u16) -> anyhow::Result<Measured> {
    let cpu = child.cpu()?;
    let driven = load::drive(home.port, requests, LIMIT)?;
    let cpu = child.cpu()? - cpu;
    Ok((driven.expect_all(status)?, cpu, driven.elapsed))
}
