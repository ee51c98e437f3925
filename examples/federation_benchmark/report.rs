//! The table of what was measured, and the ratios made of it.

use std::fmt;
use std::time::Duration;

use super::processors::Processors;

/// How many operations, in which CPU time of the measured process, while which time went by.
pub type Measured = (u64, Duration, Duration);

/// What several rounds come to.
#[derive(Default)]
pub struct Sum {
    count: u64,
    cpu: Duration,
    wall: Duration,
}

impl Sum {
    /// Adds a round.
    pub fn add(&mut self, (count, cpu, wall): Measured) {
        self.count += count;
        self.cpu += cpu;
        self.wall += wall;
    }

    /// Operations so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All of them as one measurement.
    pub fn figure(&self, name: &str) -> Figure {
        Figure::new(name, self.count, self.cpu, self.wall)
    }
}

/// One measurement.
#[derive(Debug, Clone)]
pub struct Figure {
    name: String,
    count: u64,
    cpu: Duration,
    wall: Duration,
}

impl Figure {
    /// `count` operations in `cpu` of the measured process, while `wall` went by.
    pub fn new(name: impl Into<String>, count: u64, cpu: Duration, wall: Duration) -> Self {
        Self {
            name: name.into(),
            count,
            cpu,
            wall,
        }
    }

    /// Operations in a second of one processor.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    fn rate(&self) -> f64 {
        self.count as f64 / self.cpu.as_secs_f64().max(1e-9)
    }

    /// Microseconds of CPU each.
    fn each(&self) -> f64 {
        1e6 / self.rate()
    }
}

/// What the project wants of a ratio or a figure.
#[derive(Debug, Clone, Copy)]
enum Aim {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Aim {
    /// What a value is by it.
    fn word(self, value: f64) -> &'static str {
        let is_met = match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
            Self::None => return "",
        };
        if is_met { "met" } else { "short" }
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least}"),
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::None => f.write_str("–"),
        }
    }
}

/// Names of the figures that ratios are made of.
pub mod names {
    pub const INBOX: &str = "inbox, Create of an event, SQLite";
    pub const HANDLER: &str = "bare handler";
    pub const ROWS: &str = "the rows of these Creates, bare statements";
    pub const VERIFY_BESIDE: &str = "RSA-2048 verify, between these Creates";
    pub const SIGN_BESIDE: &str = "RSA-2048 sign, between these deliveries";
    pub const OUTBOX_RSA: &str = "outbox, RSA";
    pub const OUTBOX_ED25519: &str = "outbox, Ed25519";
    pub const LIBRARY_INBOX: &str = "receive_activity, Create of an event, SQLite, a transaction each";
    pub const LIBRARY_VERIFY_BESIDE: &str = "RSA-2048 verify, between these of the library";
    pub const LIBRARY_INBOX_SHARED: &str = "receive_activity, the same, commits shared as in the node";
    pub const LIBRARY_SHARED_VERIFY_BESIDE: &str = "RSA-2048 verify, between these with shared commits";
    pub const MEMORY: &str = "memory, highest while the queue is made and drained";
}

/// All that was measured in one run.
pub struct Report {
    /// Where it ran.
    pub processors: Processors,
    quick: bool,
    figures: Vec<(char, Figure)>,
    sizes: Vec<(char, String, f64)>,
    remarks: Vec<String>,
}

impl Report {
    /// An empty one.
    pub fn new(processors: Processors, quick: bool) -> Self {
        Self {
            processors,
            quick,
            figures: Vec::new(),
            sizes: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Adds a figure of a part.
    pub fn add(&mut self, part: char, figure: Figure) {
        eprintln!("    {}: {:.1} µs", figure.name, figure.each());
        self.figures.push((part, figure));
    }

    /// Adds an amount of memory, in bytes.
    #[expect(clippy::cast_precision_loss, reason = "memory far below 2^52 bytes")]
    pub fn add_size(&mut self, part: char, name: &str, bytes: u64) {
        self.sizes.push((part, name.into(), bytes as f64 / 1e6));
    }

    /// Adds a line of text below the tables.
    pub fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    fn named(&self, name: &str) -> Option<&Figure> {
        self.figures
            .iter()
            .map(|(_, figure)| figure)
            .find(|figure| figure.name == name)
    }

    fn ratio(&self, one: &str, other: &str) -> Option<f64> {
        Some(self.named(one)?.rate() / self.named(other)?.rate())
    }

    /// How many times as much as `other` the inbox takes in, each measured by the verification between its rounds: a minute lies
    /// between the two, in which a machine that others use too may become half as quick again.
    fn inbox_by(&self, other: &str, verify_beside_it: &str) -> Option<f64> {
        let ours = self.ratio(names::INBOX, names::VERIFY_BESIDE)?;
        Some(ours / self.ratio(other, verify_beside_it)?)
    }

    /// What no inbox on SQLite goes below, in microseconds: a request, a signature, and the rows.
    fn floor(&self) -> Option<f64> {
        let parts = [names::HANDLER, names::VERIFY_BESIDE, names::ROWS];
        parts.into_iter().map(|name| Some(self.named(name)?.each())).sum()
    }

    fn ratios(&self) -> Vec<(&'static str, Option<f64>, Aim)> {
        use names::{
            INBOX, LIBRARY_INBOX, LIBRARY_INBOX_SHARED, LIBRARY_SHARED_VERIFY_BESIDE, LIBRARY_VERIFY_BESIDE, MEMORY,
            OUTBOX_ED25519, OUTBOX_RSA, SIGN_BESIDE, VERIFY_BESIDE,
        };
        let memory = self.sizes.iter().find(|(_, name, _)| name == MEMORY);
        vec![
            (
                "inbox, µs of CPU each",
                self.named(INBOX).map(Figure::each),
                Aim::AtMost(90.0),
            ),
            (
                "inbox / RSA verify between",
                self.ratio(INBOX, VERIFY_BESIDE),
                Aim::AtLeast(0.18),
            ),
            (
                "inbox / receive_activity, a transaction each",
                self.inbox_by(LIBRARY_INBOX, LIBRARY_VERIFY_BESIDE),
                Aim::AtLeast(4.0),
            ),
            (
                "inbox / receive_activity, commits shared",
                self.inbox_by(LIBRARY_INBOX_SHARED, LIBRARY_SHARED_VERIFY_BESIDE),
                Aim::None,
            ),
            (
                "outbox with RSA / RSA sign between",
                self.ratio(OUTBOX_RSA, SIGN_BESIDE),
                Aim::AtLeast(0.75),
            ),
            (
                "outbox with Ed25519 / with RSA",
                self.ratio(OUTBOX_ED25519, OUTBOX_RSA),
                Aim::AtLeast(5.0),
            ),
            (
                "memory under 100,000 deliveries, MB",
                memory.map(|(_, _, size)| *size),
                Aim::AtMost(60.0),
            ),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| part | what | count | µs of CPU each | per second of one processor | per second of the run |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for (part, figure) in &self.figures {
            let run = figure.rate() * figure.cpu.as_secs_f64() / figure.wall.as_secs_f64().max(1e-9);
            let (name, count, each, rate) = (&figure.name, figure.count, figure.each(), figure.rate());
            writeln!(f, "| {part} | {name} | {count} | {each:.1} | {rate:.0} | {run:.0} |")?;
        }
        for (part, name, size) in &self.sizes {
            writeln!(f, "| {part} | {name} | {size:.1} MB | – | – | – |")?;
        }
        writeln!(f, "\n| ratio | measured | aim | |\n|---|---|---|---|")?;
        for (name, value, aim) in self.ratios() {
            let Some(value) = value else { continue };
            writeln!(f, "| {name} | {value:.3} | {aim} | {} |", aim.word(value))?;
        }
        writeln!(f)?;
        if let (Some(floor), Some(inbox)) = (self.floor(), self.named(names::INBOX)) {
            let times = inbox.each() / floor;
            writeln!(
                f,
                "Bare handler, verification and rows: {floor:.0} µs together. The inbox takes {times:.2} times that."
            )?;
        }
        self.remarks.iter().try_for_each(|remark| writeln!(f, "{remark}"))?;
        let Processors { measured, driver } = self.processors;
        if self.processors.shared() {
            writeln!(
                f,
                "One processor only: load and measured process took turns; CPU time is right, the rest is slow."
            )?;
        } else {
            writeln!(
                f,
                "Measured process on processor {measured}, load and sink on processor {driver}."
            )?;
        }
        if self.quick {
            writeln!(f, "A quick run: the figures mean little.")?;
        }
        Ok(())
    }
}
