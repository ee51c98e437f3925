//! Whether two titles, or two names, say the same, whatever the accents, plurals, small words and slips of the pen.

use std::collections::BTreeSet;

use crate::domain::event::EventFacts;
use crate::domain::text::fold;

/// Words that carry nothing.
const SMALL: [&str; 33] = [
    "a", "au", "aux", "avec", "ce", "ces", "chez", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les",
    "mon", "nos", "notre", "ou", "par", "pour", "sa", "ses", "son", "sur", "un", "une", "vos", "votre", "y",
];

/// Words that tell one group from another: where each title has one that the other lacks, they are two workshops.
const TELLING: [&str; 22] = [
    "adulte",
    "ado",
    "avance",
    "confirme",
    "debutant",
    "decouverte",
    "enfant",
    "faux",
    "femme",
    "grand",
    "initiation",
    "intermediaire",
    "jeune",
    "autonome",
    "parent",
    "perfectionnement",
    "petit",
    "senior",
    "expert",
    "android",
    "iphone",
    "suite",
];

/// The words of a text that carry something, in the singular.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    fold(text)
        .split(' ')
        .filter(|word| !word.is_empty() && !SMALL.contains(word))
        .map(singular)
        .collect()
}

fn singular(word: &str) -> String {
    let long = word.chars().count() > 3;
    let cut = word.strip_suffix(['s', 'x']).filter(|_| long);
    cut.unwrap_or(word).to_owned()
}

/// Whether two titles are of one workshop. `named`: its publishers name each other, so less is asked for.
pub(super) fn alike(one: &EventFacts, other: &EventFacts, named: bool) -> bool {
    let (one, other) = (telling(one, other), telling(other, one));
    if one.is_empty() || other.is_empty() || numbers(&one) != numbers(&other) || contradict(&one, &other) {
        return false;
    }
    let (left, right) = (found(&one, &other), found(&other, &one));
    let whole = left == one.len() || right == other.len();
    // Twice what they share over all they have (Dice), in hundredths.
    let share = 100 * (left + right) / (one.len() + other.len());
    let equal = left == one.len() && right == other.len();
    let most = left.min(right);
    if named {
        return share >= 60 || (whole && most >= 1);
    }
    equal || (whole && most >= 2 && share >= 75)
}

/// The words of a title without those that only say where, unless nothing is left.
fn telling(facts: &EventFacts, other: &EventFacts) -> BTreeSet<String> {
    let all = words(&facts.title);
    let mut place = BTreeSet::new();
    for known in [&facts.place, &other.place].into_iter().flatten() {
        place.extend(words(&known.name));
        place.extend(words(&known.city));
    }
    let rest: BTreeSet<String> = all.difference(&place).cloned().collect();
    if rest.is_empty() { all } else { rest }
}

fn numbers(words: &BTreeSet<String>) -> Vec<&String> {
    words
        .iter()
        .filter(|word| word.chars().any(|letter| letter.is_ascii_digit()))
        .collect()
}

/// Whether each side has a telling word that the other lacks.
fn contradict(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let alone = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        one.difference(other).any(|word| TELLING.contains(&word.as_str()))
    };
    alone(one, other) && alone(other, one)
}

/// How many words of `one` are in `other`, but for a slip of the pen.
fn found(one: &BTreeSet<String>, other: &BTreeSet<String>) -> usize {
    one.iter()
        .filter(|word| other.iter().any(|it| same_word(word, it)))
        .count()
}

/// The same, or one letter wrong, missing or too much in a long word.
fn same_word(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().min(other.len()) < 6 || one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same = |(left, right): &(&char, &char)| left == right;
    let head = one.iter().zip(&other).take_while(same).count();
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(same).count();
    head + tail + 1 >= one.len().max(other.len())
}

/// Whether two names are of one body: the same words, or all of the shorter name's within the longer's.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let (left, right) = (found(&one, &other), found(&other, &one));
    let equal = left == one.len() && right == other.len() && left > 0;
    let within = left == one.len() || right == other.len();
    equal || (within && left.min(right) >= 2)
}
