//! Many worlds, several at a time; and of one that ends badly, the shortest that still does.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::options::{Faults, Options};
use super::site::Costs;
use super::world::{self, Outcome};

/// Lines of the trace before the end that are printed.
const LAST_LINES: usize = 80;

/// What many worlds came to.
#[derive(Default)]
pub struct Summary {
    /// What was wrong, by seed.
    pub failed: BTreeMap<u64, Vec<String>>,
    /// Of all nodes of all worlds.
    pub costs: Costs,
    /// Node days of virtual time.
    pub days: f64,
    pub worlds: u64,
}

/// Runs the worlds from `first` on, as many at a time as there are `jobs`.
pub fn run(first: u64, count: u64, jobs: usize, options: Options) -> Summary {
    let (next, summary) = (AtomicU64::new(first), Mutex::new(Summary::default()));
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    let outcome = run_one(seed, options);
                    summary.lock().expect("the summary").add(seed, outcome, options.nodes);
                }
            });
        }
    });
    summary.into_inner().expect("the summary")
}

/// A panic of the node is as wrong as a wrong calendar.
fn run_one(seed: u64, options: Options) -> Outcome {
    thread::spawn(move || world::run(seed, options))
        .join()
        .unwrap_or_else(|_| Outcome::panicked())
}

impl Summary {
    fn add(&mut self, seed: u64, outcome: Outcome, nodes: usize) {
        self.worlds += 1;
        #[allow(clippy::cast_precision_loss)]
        let nodes = nodes as f64;
        self.days += outcome.days * nodes;
        for costs in &outcome.costs {
            self.costs += *costs;
        }
        if !outcome.wrong.is_empty() {
            eprintln!("seed {seed}: {}", outcome.wrong[0]);
            self.failed.insert(seed, outcome.wrong);
        }
    }
}

/// Fewer steps and fewer kinds of faults with which `seed` still ends badly.
pub fn shrink(seed: u64, mut options: Options) -> Options {
    let fails = |options: Options| !run_one(seed, options).wrong.is_empty();
    let mut cut = options.steps / 2;
    while cut > 0 {
        let shorter = Options {
            steps: options.steps - cut,
            ..options
        };
        if fails(shorter) {
            options = shorter;
        } else {
            cut /= 2;
        }
        cut = cut.min(options.steps / 2);
    }
    for number in 0..Faults::COUNT {
        let calmer = Options {
            faults: options.faults.without(number),
            ..options
        };
        if fails(calmer) {
            options = calmer;
        }
    }
    options
}

/// All that somebody needs who looks for the reason: what is wrong, the world, its last lines, how to run it again.
pub fn explain(seed: u64, options: Options) -> String {
    let shortest = shrink(seed, options);
    let outcome = run_one(seed, shortest);
    let quiet = outcome.trace.iter().position(|line| line.ends_with("quiet returns"));
    let end = quiet.unwrap_or(outcome.trace.len());
    let trace = &outcome.trace[end.saturating_sub(LAST_LINES)..end];
    format!(
        "seed {seed} ends badly; the shortest world that does: {shortest:?}\n{}\n… before quiet returned:\n{}\n\
         again: cargo run --release --example simulation -- --seed {seed} --nodes {} --steps {} --hours {} --trace\n",
        outcome.wrong.join("\n"),
        trace.join("\n"),
        shortest.nodes,
        options.steps,
        options.hours,
    )
}
