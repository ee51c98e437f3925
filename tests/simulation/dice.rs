//! Chance that a seed decides.

use maillage::domain::random::{Randomness, SeededRandomness};

/// A source of numbers.
pub struct Dice(SeededRandomness);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // SplitMix64 from neighbouring seeds: the first numbers are thrown away.
        let dice = Self(SeededRandomness::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        dice.number();
        dice
    }

    pub fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number under `bound`.
    pub fn below(&self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }

    /// A number from `low` to under `high`.
    pub fn between(&self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low).unwrap_or(1))).unwrap_or(0)
    }

    /// A place in something of `length`.
    pub fn place(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub fn chance(&self, thousandths: u64) -> bool {
        self.below(1_000) < thousandths
    }
}
