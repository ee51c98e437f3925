//! The command line of the benchmark.

use anyhow::bail;

/// One of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Signing and verifying.
    Crypto,
    /// A handler that only reads and answers.
    Bare,
    /// What a node takes in.
    Inbox,
    /// What a node sends.
    Outbox,
    /// The same two by the means of the library.
    Library,
    /// Memory under a long queue.
    Memory,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Crypto,
        Self::Bare,
        Self::Inbox,
        Self::Outbox,
        Self::Library,
        Self::Memory,
    ];

    /// Its name on the command line.
    pub fn letter(self) -> char {
        match self {
            Self::Crypto => 'a',
            Self::Bare => 'b',
            Self::Inbox => 'c',
            Self::Outbox => 'd',
            Self::Library => 'e',
            Self::Memory => 'f',
        }
    }

    /// What it is about.
    pub fn title(self) -> &'static str {
        match self {
            Self::Crypto => "cryptography",
            Self::Bare => "bare handler",
            Self::Inbox => "inbox",
            Self::Outbox => "outbox",
            Self::Library => "inbox and queue of activitypub_federation",
            Self::Memory => "memory",
        }
    }
}

/// What is measured, and how much of it.
#[derive(Debug)]
pub struct Options {
    /// In order.
    pub parts: Vec<Part>,
    /// A smoke run: everything happens, the figures mean little.
    pub quick: bool,
    /// A PostgreSQL server on which the inbox is measured as well; its tables are made in a schema of their own.
    pub postgres: Option<String>,
}

const USAGE: &str = "usage: federation_benchmark [--only a,b,c,d,e,f] [--quick] [--postgres URL]";

impl Options {
    /// Reads the arguments.
    pub fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self {
            parts: Part::ALL.to_vec(),
            quick: false,
            postgres: None,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--only" => options.parts = parts(&arguments.next().unwrap_or_default())?,
                "--postgres" => options.postgres = Some(arguments.next().unwrap_or_default()),
                _ => bail!("{USAGE}"),
            }
        }
        Ok(options)
    }

    /// `whole`, or the part of it that a smoke run does.
    pub fn count(&self, whole: usize, quick: usize) -> usize {
        if self.quick { quick } else { whole }
    }
}

fn parts(letters: &str) -> anyhow::Result<Vec<Part>> {
    let wanted = letters.split(',').map(str::trim);
    wanted
        .map(|letter| {
            let known = Part::ALL.into_iter().find(|part| letter == part.letter().to_string());
            known.ok_or_else(|| anyhow::anyhow!("{letter:?} is no part\n{USAGE}"))
        })
        .collect()
}
