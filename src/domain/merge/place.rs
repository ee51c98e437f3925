//! Whether two events are at one place, however each writes its address.

use std::collections::BTreeSet;

use super::title::{same_name, words};
use crate::domain::event::{EventFacts, Mode};
use crate::domain::place::{Place, distance_km};

/// Two points this near are one building, in kilometres.
const NEAR_KM: f64 = 0.15;
/// Beyond this no address makes them one, in kilometres.
const FAR_KM: f64 = 1.0;

/// How streets are shortened.
const SHORT: [(&str, &str); 13] = [
    ("all", "allee"),
    ("av", "avenue"),
    ("bd", "boulevard"),
    ("bld", "boulevard"),
    ("ch", "chemin"),
    ("fg", "faubourg"),
    ("imp", "impasse"),
    ("pl", "place"),
    ("r", "rue"),
    ("rte", "route"),
    ("sq", "square"),
    ("st", "saint"),
    ("ste", "sainte"),
];

/// Whether two events happen at one place, or at one address of the network.
pub(super) fn same(one: &EventFacts, other: &EventFacts) -> bool {
    match (on_site(one), on_site(other)) {
        (Some(one), Some(other)) => same_place(one, other),
        (None, None) => one.online_url.is_some() && one.online_url == other.online_url,
        _ => false,
    }
}

fn on_site(facts: &EventFacts) -> Option<&Place> {
    facts.place.as_ref().filter(|_| facts.mode != Mode::Online)
}

fn same_place(one: &Place, other: &Place) -> bool {
    let address = same_address(one, other);
    let name = both(&one.name, &other.name).map(|(one, other)| same_name(one, other));
    if let (Some(one), Some(other)) = (point(one), point(other)) {
        let apart = distance_km(one, other);
        if apart > FAR_KM {
            return false;
        }
        if apart <= NEAR_KM {
            // A point may stand for the middle of a town: names that differ need the same address.
            return address == Some(true) || name != Some(false);
        }
    }
    let sure = match address {
        Some(same) => same,
        None => name == Some(true),
    };
    sure && same_town(one, other)
}

fn point(place: &Place) -> Option<(f64, f64)> {
    place.latitude.zip(place.longitude)
}

fn both<'a>(one: &'a str, other: &'a str) -> Option<(&'a str, &'a str)> {
    let (one, other) = (one.trim(), other.trim());
    (!one.is_empty() && !other.is_empty()).then_some((one, other))
}

/// A postcode or a name in common; « Cedex » has postcodes of its own.
fn same_town(one: &Place, other: &Place) -> bool {
    let postcode = both(&one.postcode, &other.postcode).is_some_and(|(one, other)| one == other);
    let city = both(&one.city, &other.city).is_some_and(|(one, other)| town(one) == town(other));
    postcode || city
}

fn town(name: &str) -> BTreeSet<String> {
    let mut town = written_out(name);
    // `words` takes the last letter of « cedex » for a plural.
    town.retain(|word| word != "cede" && !word.bytes().all(|byte| byte.is_ascii_digit()));
    town
}

fn written_out(text: &str) -> BTreeSet<String> {
    let long = |word: String| {
        SHORT
            .iter()
            .find(|(short, _)| *short == word)
            .map_or(word.clone(), |(_, long)| (*long).to_owned())
    };
    words(text).into_iter().map(long).collect()
}

/// Unknown unless both tell a street; the same when all words of one, its number among them, are in the other.
fn same_address(one: &Place, other: &Place) -> Option<bool> {
    let (street, other_street) = (street(one), street(other));
    if street.is_empty() || other_street.is_empty() {
        return None;
    }
    let number = |street: &BTreeSet<String>| {
        let numbers = street
            .iter()
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        numbers.cloned().collect::<Vec<String>>()
    };
    let within = street.is_subset(&other_street) || other_street.is_subset(&street);
    let shared = street.intersection(&other_street).count();
    Some(within && shared >= 2 && number(&street) == number(&other_street))
}

/// The words of the street: without the town, the postcode and the name that some write into it.
fn street(place: &Place) -> BTreeSet<String> {
    let mut street = written_out(&place.address);
    let town = written_out(&place.city);
    street.retain(|word| !town.contains(word) && !is_postcode(word) && word != "france");
    street
}

fn is_postcode(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit())
}
