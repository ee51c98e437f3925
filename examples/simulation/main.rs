//! Many worlds of nodes that break, from seeds: `cargo run --release --example simulation -- --seeds 1000 --nodes 8`.

#[path = "../../tests/simulation/mod.rs"]
mod simulation;

use simulation::options::Options;
use simulation::world;

fn main() {
    let mut args = std::env::args().skip(1);
    let first: u64 = args.next().map_or(1, |text| text.parse().expect("a number"));
    let count: u64 = args.next().map_or(1, |text| text.parse().expect("a number"));
    for seed in first..first + count {
        let clock = std::time::Instant::now();
        let outcome = world::run(seed, Options::usual(8));
        println!("seed {seed}: {:016x} {} lines {:.1} days {:?}", outcome.hash, outcome.trace.len(), outcome.days, clock.elapsed());
        for wrong in &outcome.wrong { println!("  {wrong}"); }
        if !outcome.wrong.is_empty() && count == 1 { for line in &outcome.trace { println!("{line}"); } }
    }
}
