//! Chance that can be repeated.

use std::time::Duration;

use maillage::domain::random::{Randomness, SeededRandomness, SystemRandomness};

/// A source of numbers that a seed decides.
pub struct Dice(SeededRandomness);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededRandomness::new(seed))
    }

    /// A number under `bound`.
    pub fn below(&self, bound: u64) -> u64 {
        number(&self.0) % bound
    }

    /// A span of time between two, in milliseconds.
    pub fn pause(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}

/// The seed of this run, said aloud so that it can be repeated.
pub fn seed() -> u64 {
    let seed = variable("MAILLAGE_FAULT_SEED").unwrap_or_else(|| number(&SystemRandomness));
    eprintln!("MAILLAGE_FAULT_SEED={seed}");
    seed
}

/// How many rounds are asked for.
pub fn rounds(usual: u64) -> u64 {
    variable("MAILLAGE_FAULT_ROUNDS").unwrap_or(usual)
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn number(source: &dyn Randomness) -> u64 {
    let mut bytes = [0; 8];
    source.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
