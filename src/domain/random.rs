//! Randomness as a parameter, so that tests decide it.

use std::cell::RefCell;
use std::sync::Mutex;

/// A source of unpredictable bytes.
pub trait Randomness: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator. Each thread fetches some bytes ahead: a request needs a few of them twice, and a system
/// call costs as much as reading its head.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        let ahead = AHEAD.try_with(|ahead| ahead.try_borrow_mut().is_ok_and(|mut ahead| ahead.give(bytes)));
        // Long ones, and those of a thread that ends.
        if !ahead.unwrap_or(false) {
            fetch(bytes);
        }
    }
}

thread_local! {
    static AHEAD: RefCell<Ahead> = const { RefCell::new(Ahead { bytes: [0; AT_A_TIME], given: AT_A_TIME }) };
}

/// Bytes that are fetched at a time.
const AT_A_TIME: usize = 256;
/// The longest that is given out of them: a token has 32.
const SHORT: usize = 32;

/// Random bytes of which the first `given` were given out, and are not kept.
struct Ahead {
    bytes: [u8; AT_A_TIME],
    given: usize,
}

impl Ahead {
    /// Fills `bytes`, if they are short.
    fn give(&mut self, bytes: &mut [u8]) -> bool {
        if bytes.len() > SHORT {
            return false;
        }
        if self.given + bytes.len() > AT_A_TIME {
            fetch(&mut self.bytes);
            self.given = 0;
        }
        let given = &mut self.bytes[self.given..self.given + bytes.len()];
        bytes.copy_from_slice(given);
        given.fill(0);
        self.given += bytes.len();
        true
    }
}

#[allow(clippy::disallowed_methods, clippy::panic)]
fn fetch(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // Going on without entropy would hand out guessable tokens: stopping is the only safe answer.
        panic!("the operating system gives no random bytes: {error}");
    }
}

/// A repeatable sequence (SplitMix64), for tests and samples only: it is not secret.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<u64>);

impl SeededRandomness {
    /// The sequence that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_bytes_are_given_twice() {
        let mut seen = HashSet::new();
        for length in (8..=SHORT + 8).cycle().take(2_000) {
            let mut bytes = vec![0; length];
            SystemRandomness.fill(&mut bytes);
            assert!(seen.insert(bytes[..8].to_vec()), "{length} bytes begin as others did");
        }
    }

    #[test]
    fn what_was_given_out_is_not_kept() {
        let mut ahead = Ahead {
            bytes: [0; AT_A_TIME],
            given: AT_A_TIME,
        };
        let mut token = [0; SHORT];
        assert!(ahead.give(&mut token));
        assert!(
            !ahead
                .bytes
                .windows(8)
                .any(|eight| token.windows(8).any(|given| given == eight))
        );
    }

    #[test]
    fn bytes_differ_between_threads() {
        let of_a_thread = || {
            let mut bytes = [0; 16];
            SystemRandomness.fill(&mut bytes);
            bytes
        };
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(of_a_thread)).collect();
        let distinct: HashSet<_> = threads.into_iter().map(|one| one.join().expect("a thread")).collect();
        assert_eq!(distinct.len(), 8);
    }
}
