//! The figures as lines of a table.

use std::time::Duration;

use super::measure::Outcome;
use super::shape::Shape;
use super::site::Site;

/// The head of the table.
pub const HEAD: &str = "| shape | what | p50 | p99 | most |\n|---|---|---|---|---|";

/// The lines of one shape.
pub fn rows(shape: Shape, sites: &[Site], outcome: &Outcome) -> String {
    let name = shape.name();
    let mut text = String::new();
    for (what, times) in [
        ("publishing answered", &outcome.accepted),
        ("visible in one other node", &outcome.visible),
        ("visible everywhere", &outcome.everywhere),
    ] {
        let [p50, p99, most] = [50, 99, 100].map(|part| milliseconds(percentile(times, part)));
        text += &format!("| {name} | {what} | {p50} | {p99} | {most} |\n");
    }
    let events = outcome.everywhere.len().max(1) as u64;
    let others = (sites.len() as u64).saturating_sub(1).max(1);
    let bytes = outcome.traffic.bytes.saturating_sub(outcome.rest.bytes);
    let packets = outcome.traffic.packets.saturating_sub(outcome.rest.packets);
    text += &format!(
        "| {name} | for one event on {} nodes: bytes on the wire, packets, CPU of all nodes | {} B | {} | {:.1} ms |\n",
        sites.len(),
        bytes / events,
        packets / events,
        outcome.cpu.as_secs_f64() * 1000.0 / events as f64,
    );
    text += &format!(
        "| {name} | for one event and receiving node: bytes on the wire | {} B | – | – |\n",
        bytes / events / others
    );
    let mut resident = outcome.resident.clone();
    resident.sort_unstable();
    let mb = |at: usize| resident.get(at).map_or(0.0, |bytes| *bytes as f64 / 1e6);
    text += &format!(
        "| {name} | memory of a node with {} events | {:.1} MB | – | {:.1} MB |\n",
        outcome.events,
        mb(resident.len() / 2),
        mb(resident.len().saturating_sub(1)),
    );
    text
}

/// The smallest value that is not under `part` percent of all.
fn percentile(times: &[Duration], part: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * part).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1000.0)
}
