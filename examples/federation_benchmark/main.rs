//! What federation costs: `cargo run --release --example federation_benchmark`.
//!
//! One run measures, in CPU time of the measured process alone, how many operations one processor does in a second:
//! (a) the bare cryptography, (b) a bare handler, (c) the inbox of a node, (d) its outbox, (e) the same two by the means
//! of `activitypub_federation`, (f) the memory of a node while 100,000 deliveries wait. Loopback and temporary folders
//! only; it ends by itself. The measured side runs in a process of its own on one processor, what loads it on another.
//! `docs/performance.md` says what the figures mean.

mod bare;
mod child;
mod crypto;
mod inbox;
mod library;
mod load;
mod memory;
mod node;
mod options;
mod outbox;
mod peers;
mod processors;
mod report;
mod rows;
mod sink;

use std::process::ExitCode;

use options::{Options, Part};
use processors::Processors;
use report::Report;

/// The variable that makes this program one of the measured processes.
const ROLE: &str = "FEDERATION_BENCHMARK_ROLE";
/// The variable that names the processor of the measured process.
const PROCESSOR: &str = "FEDERATION_BENCHMARK_PROCESSOR";

fn main() -> ExitCode {
    let role = std::env::var(ROLE).unwrap_or_default();
    let outcome = match role.as_str() {
        "" => run(),
        // The program itself, as `maillage serve` runs it.
        "node" => return processors::pin_child().map_or_else(failed, |()| maillage::cli::main()),
        "bare" => processors::pin_child().and_then(|()| bare::serve()),
        "library-inbox" => processors::pin_child().and_then(|()| library::inbox::serve()),
        "library-queue" => processors::pin_child().and_then(|()| library::queue::send()),
        other => Err(anyhow::anyhow!("unknown role {other}")),
    };
    outcome.map_or_else(failed, |()| ExitCode::SUCCESS)
}

#[expect(clippy::needless_pass_by_value, reason = "the end of an error")]
fn failed(error: anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

fn run() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let processors = Processors::choose()?;
    let mut report = Report::new(processors, options.quick);
    for part in &options.parts {
        eprintln!("({}) {}", part.letter(), part.title());
        match part {
            Part::Crypto => crypto::measure(&mut report, &options)?,
            Part::Bare => bare::measure(&mut report, &options)?,
            Part::Inbox => inbox::measure(&mut report, &options)?,
            Part::Outbox => outbox::measure(&mut report, &options)?,
            Part::Library => library::measure(&mut report, &options)?,
            Part::Memory => memory::measure(&mut report, &options)?,
        }
    }
    print!("{report}");
    Ok(())
}
