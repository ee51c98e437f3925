//! Every property on the corpus of its fuzz target, then on inputs that are almost like it, in bounded time.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

/// Inputs made from the corpus of one property.
const CASES: u32 = 400;
/// Longest input: what an inbox reads.
const MAX_INPUT: usize = 1024 * 1024;
/// Longest time for one input of that size in a test build. It is a thousand times faster in a release build.
const MAX_TIME: Duration = Duration::from_secs(20);

/// Texts that grammars care about.
const TOKENS: &[&str] = &[
    "\"",
    "\\",
    "\n",
    "\r\n",
    "\0",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    ";",
    "=",
    "<",
    ">",
    "&lt;",
    "<!--",
    "-->",
    "(created)",
    "keyId=\"",
    "sig1=(",
    "null",
    "1e400",
    "-0",
    "\\ud800",
    "\u{202e}",
    "é",
    "https://b.example/",
    "FREQ=SECONDLY",
    "\nEND:VEVENT\n",
    "<svg>",
    "<math>",
    "<style>",
    "javascript:",
    "Event",
    "OrderedCollectionPage",
];

macro_rules! replays {
    ($($name:ident),* $(,)?) => { $(
        mod $name {
            use super::super::$name::holds;

            #[test]
            fn holds_for_the_corpus_and_what_is_like_it() {
                super::replay(stringify!($name), holds);
            }

            #[test]
            fn takes_bounded_time_for_the_largest_input() {
                super::stretch(stringify!($name), holds);
            }
        }
    )* };
}

replays!(activity, agenda, collection, html, ics, signature, submission);

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("a seed")).collect();
    assert!(seeds.len() >= 3, "{} has {} seeds", folder.display(), seeds.len());
    seeds
}

fn replay(name: &str, holds: fn(&[u8])) {
    let seeds = corpus(name);
    seeds.iter().for_each(|seed| holds(seed));
    let edits = prop::collection::vec((any::<Index>(), any::<Index>(), edit()), 1..8);
    let inputs = (select(seeds.clone()), select(seeds), edits);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&inputs, |(mut input, other, edits)| {
        for (from, to, edit) in edits {
            input = edit.apply(input, &other, from, to);
        }
        holds(&input);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Repeats each seed, and some tokens, up to the largest size that is read.
fn stretch(name: &str, holds: fn(&[u8])) {
    let tokens = TOKENS.iter().step_by(4).map(|token| token.as_bytes().to_vec());
    for seed in corpus(name).into_iter().chain(tokens).filter(|seed| !seed.is_empty()) {
        let input: Vec<u8> = seed.iter().copied().cycle().take(MAX_INPUT).collect();
        let began = Instant::now();
        holds(&input);
        let took = began.elapsed();
        assert!(
            took < MAX_TIME,
            "{took:?} for {:?}…",
            String::from_utf8_lossy(&seed[..seed.len().min(40)])
        );
    }
}

/// A change of an input.
#[derive(Debug, Clone)]
enum Edit {
    Insert(Vec<u8>),
    Cut,
    Double,
    Splice,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        select(TOKENS).prop_map(|token| Edit::Insert(token.as_bytes().to_vec())),
        prop::collection::vec(any::<u8>(), 1..8).prop_map(Edit::Insert),
        Just(Edit::Cut),
        Just(Edit::Double),
        Just(Edit::Splice),
    ]
}

impl Edit {
    fn apply(self, mut input: Vec<u8>, other: &[u8], from: Index, to: Index) -> Vec<u8> {
        let (a, b) = (from.index(input.len() + 1), to.index(input.len() + 1));
        let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 4096));
        match self {
            Self::Insert(bytes) => {
                input.splice(start..start, bytes);
            }
            Self::Cut => {
                input.drain(start..end);
            }
            Self::Double => {
                let part = input[start..end].to_vec();
                input.splice(start..start, part);
            }
            Self::Splice => {
                input.truncate(start);
                input.extend_from_slice(&other[to.index(other.len() + 1)..]);
            }
        }
        input
    }
}
