//! A few worlds in the everyday loop; `scripts/test.sh simulation` runs hundreds.

use super::batch;
use super::options::Options;
use super::world;

/// Seeds of worlds that once ended badly, and of some that did not. `SIMULATION_SEEDS` asks for more.
const USUAL: u64 = 6;

fn variable(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn nodes_converge_after_faults() {
    let options = Options::usual(usize::try_from(variable("SIMULATION_NODES", 4)).expect("a number"));
    let summary = batch::run(1, variable("SIMULATION_SEEDS", USUAL), 2, options);
    if let Some(seed) = summary.failed.keys().next() {
        panic!(
            "{} of {} worlds\n{}",
            summary.failed.len(),
            summary.worlds,
            batch::explain(*seed, options)
        );
    }
}

#[test]
fn nodes_converge_where_every_second_one_is_on_postgresql() {
    let Some(server) = crate::support::database::postgres_server() else {
        return;
    };
    let options = Options {
        postgres: Some(server),
        ..Options::usual(4)
    };
    let summary = batch::run(1, variable("SIMULATION_POSTGRES_SEEDS", 2), 1, options);
    if let Some(seed) = summary.failed.keys().next() {
        panic!("{}", batch::explain(*seed, options));
    }
    assert!(summary.worlds >= 2);
}

#[test]
fn a_seed_gives_the_same_world_again() {
    let worlds = [1, 1, 2].map(|seed| world::run(seed, Options::usual(3)));
    let differs = worlds[0]
        .trace
        .iter()
        .zip(&worlds[1].trace)
        .find(|(one, other)| one != other);
    assert_eq!(differs, None);
    assert_eq!(worlds[0].hash, worlds[1].hash);
    assert_ne!(worlds[0].hash, worlds[2].hash);
}
