//! `maillage demo`: two nodes in a temporary folder, the centres of the demo programme on one, their networks on the
//! other. The networks really follow the centres over HTTP, so the calendar of the second node arrives by federation.

mod follows;
mod shift;
mod site;

use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;

use super::Failure;
use super::serve::{Signals, listen};
use crate::app::import::{self, Plan};
use crate::domain::centre::CentreKind;
use crate::domain::time::{Clock, SystemClock};
use crate::packed;
use crate::web::SIGN_IN;
use site::Site;

/// 20 fictitious centres with 54 events, and 7 networks: `programme.json`, as `build.rs` compresses it.
const PROGRAMME: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/programme.json.gz"));
/// The account on both nodes.
const EMAIL: &str = "staff@demo.example";
/// Longest wait for the calendars to be the same.
const PATIENCE: Duration = Duration::from_secs(120);

/// Time in which our own signal may come in after that of a node.
const AFTER: Duration = Duration::from_millis(300);

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Port of the centres' node; the networks' node has the next one.
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..65535))]
    port: u16,
    /// Move the programme by whole weeks so that it begins in the current one.
    #[arg(long)]
    today: bool,
}

pub(super) async fn run(demo: Demo) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(anyhow::Error::new)?;
    // Dropped on every way out, with everything in it.
    let folder = tempfile::Builder::new()
        .prefix("maillage-demo-")
        .tempdir()
        .context("no temporary folder")?;
    let centres = Site::new("Démonstration : les centres", demo.port, folder.path());
    let networks = Site::new("Démonstration : les réseaux", demo.port + 1, folder.path());
    for site in [&centres, &networks] {
        drop(listen(site.address())?);
    }
    let end = tokio::select! {
        biased;
        _ = signals.next() => Ok(()),
        end = live(&demo, centres, networks) => end,
    };
    // A Ctrl-C reaches the nodes too: one that ended by it is no failure.
    let stopped = end.is_err() && tokio::time::timeout(AFTER, signals.next()).await.is_ok();
    folder.close().context("the temporary folder cannot be removed")?;
    if stopped { Ok(()) } else { end }
}

/// Prepares both nodes, starts them, has one follow the other, and stays until one ends. Cancelled by a signal: the
/// nodes then end with their `Site`.
async fn live(demo: &Demo, mut centres: Site, mut networks: Site) -> Result<(), Failure> {
    eprintln!("Preparing two nodes in a temporary folder…");
    let programme = packed::text(PROGRAMME).context("the demo programme")?;
    let mut plan = import::plan(&programme).context("the demo programme")?;
    if demo.today {
        shift::to_week_of(&mut plan, SystemClock.now())?;
    }
    let (of_centres, of_networks) = split(&plan);
    let events = of_centres.events.len();
    let password = centres.new_password();
    tokio::try_join!(
        centres.prepare(of_centres, EMAIL, &password),
        networks.prepare(of_networks, EMAIL, &password)
    )?;
    centres.start()?;
    networks.start()?;
    centres.ready().await?;
    networks.ready().await?;
    eprintln!("The networks follow the centres…");
    follows::make(&centres, &networks, &plan.follows).await?;
    let sessions = tokio::time::timeout(PATIENCE, follows::arrived(&centres, &networks))
        .await
        .map_err(|_| anyhow!("the calendars are not the same after {} s", PATIENCE.as_secs()))??;
    println!(
        "\nMaillage demo is ready.\n\n  the centres   {}   {events} events, {sessions} sessions to come\n  \
         the networks  {}   the same {sessions}, arrived by federation\n\n  sign in       {}{SIGN_IN}\n  \
         mail          {EMAIL}\n  password      {password}\n\nCtrl-C ends both nodes and removes their data.",
        centres.base, networks.base, centres.base
    );
    if sessions == 0 {
        println!("The demo programme is over; `maillage demo --today` moves it to the current week.");
    }
    tokio::select! {
        ended = centres.ended() => Err(ended.into()),
        ended = networks.ended() => Err(ended.into()),
    }
}

/// What goes on the node of the centres, and what on the node of the networks.
fn split(plan: &Plan) -> (Plan, Plan) {
    let of = |kind| {
        plan.centres
            .iter()
            .filter(|centre| centre.kind == kind)
            .cloned()
            .collect()
    };
    let centres = Plan {
        centres: of(CentreKind::Centre),
        follows: Vec::new(),
        events: plan.events.clone(),
    };
    let networks = Plan {
        centres: of(CentreKind::Network),
        ..Plan::default()
    };
    (centres, networks)
}
