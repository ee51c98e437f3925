//! Networks of nodes that break, from seeds: `cargo run --release --example simulation -- --seeds 1000 --nodes 8`.
//!
//! | option | |
//! |---|---|
//! | `--seeds N` | how many worlds (100), from `--from SEED` (1) on |
//! | `--seed SEED` | one world; with `--trace` all that happened in it |
//! | `--nodes N` | nodes of each (8) |
//! | `--steps N` | what people do in each (two things a node) |
//! | `--hours N` | hours that pass at most between two of these (6) |
//! | `--jobs N` | worlds at the same time (2) |
//! | `--calm` | without faults |
//! | `--postgres URL` | every second node has its database on this server |
//! | `--report` | what a node cost |
//!
//! The last line is `N passed, N failed`.

#[path = "../../tests/simulation/mod.rs"]
mod simulation;

use std::process::ExitCode;
use std::time::Instant;

use simulation::batch::{self, Summary};
use simulation::options::{Faults, Options};
use simulation::world;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| args.iter().any(|arg| arg == name);
    let number = |name: &str, usual: u64| {
        let at = args.iter().position(|arg| arg == name);
        let value = at.and_then(|at| args.get(at + 1));
        value.map_or(usual, |text| {
            text.parse().unwrap_or_else(|_| panic!("{name}: a number"))
        })
    };
    let size = |name: &str, usual: usize| usize::try_from(number(name, usual as u64)).unwrap_or(usual);
    let mut options = Options::usual(size("--nodes", 8));
    options.steps = size("--steps", options.steps);
    options.hours = i64::try_from(number("--hours", 6)).unwrap_or(6);
    let server = args
        .iter()
        .position(|arg| arg == "--postgres")
        .and_then(|at| args.get(at + 1));
    options.postgres = server.map(|url| &*url.clone().leak());
    if given("--calm") {
        options.faults = (0..Faults::COUNT).fold(options.faults, Faults::without);
    }
    let (first, count) = match number("--seed", 0) {
        0 => (number("--from", 1), number("--seeds", 100)),
        seed => (seed, 1),
    };
    if given("--trace") {
        let outcome = world::run(first, options);
        outcome.trace.iter().for_each(|line| println!("{line}"));
        println!("trace {:016x}", outcome.hash);
    }
    let clock = Instant::now();
    let summary = batch::run(first, count, size("--jobs", 2), options);
    println!(
        "{} worlds of {} nodes in {:.1} s",
        summary.worlds,
        options.nodes,
        clock.elapsed().as_secs_f64()
    );
    if given("--report") {
        report(&summary);
    }
    if let Some(seed) = summary.failed.keys().next() {
        println!("{}", batch::explain(*seed, options));
    }
    let failed = summary.failed.len() as u64;
    println!("{} passed, {failed} failed", summary.worlds - failed);
    ExitCode::from(u8::from(failed > 0))
}

/// What a node cost in a day.
#[allow(clippy::cast_precision_loss)]
fn report(summary: &Summary) {
    let (costs, days) = (summary.costs, summary.days);
    println!("| of one node in one day | |\n|---|---:|");
    let row = |name: &str, value: u64| println!("| {name} | {:.1} |", value as f64 / days);
    row("requests made", costs.requests_out);
    row("… deliveries", costs.posts_out);
    row("… readings", costs.reads_out);
    row("… answered 304", costs.unchanged);
    row("requests answered", costs.requests_in);
    row("KB sent", costs.bytes_out / 1024);
    row("KB received", costs.bytes_in / 1024);
    row("starts", costs.restarts);
}
