//! The command line of the benchmark.

use anyhow::{Context as _, bail};

use super::shape::Shape;

/// What is measured, and how much of it.
#[derive(Debug)]
pub struct Options {
    /// How the nodes follow each other, one after the other.
    pub shapes: Vec<Shape>,
    /// Processes.
    pub nodes: usize,
    /// Events that are watched on their way, and again as many whose bytes are counted.
    pub events: usize,
}

impl Options {
    /// Reads `[--shape mesh|tree] [--nodes N] [--events N]`.
    ///
    /// # Errors
    /// A word that is not known, or a number that cannot be.
    pub fn read(words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self {
            shapes: vec![Shape::Mesh, Shape::Tree],
            nodes: 30,
            events: 100,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--shape" => options.shapes = vec![Shape::read(&value()?)?],
                "--nodes" => options.nodes = value()?.parse().context("--nodes")?,
                "--events" => options.events = value()?.parse().context("--events")?,
                _ => bail!("unknown argument {word}; known are --shape mesh|tree, --nodes N, --events N"),
            }
        }
        if !(8..=100).contains(&options.nodes) || !(1..=10_000).contains(&options.events) {
            bail!("--nodes takes 8 to 100, --events 1 to 10000");
        }
        Ok(options)
    }
}
