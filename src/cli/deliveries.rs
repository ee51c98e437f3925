//! `maillage deliveries …`: what waits for other servers. It reads and writes the database; the running node notices
//! within five seconds.

use anyhow::anyhow;
use chrono::SecondsFormat;
use clap::{Args, Subcommand};

use super::Failure;
use crate::app::deliveries::{self, Waiting};
use crate::app::{Error, Node};
use crate::domain::time::Instant;

/// Servers read at a time.
const PAGE: usize = 200;
const HEADINGS: [&str; 5] = ["HOST", "WAITING", "LAST SUCCESS", "NEXT ATTEMPT", "LAST ERROR"];

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Deliveries {
    /// Print JSON: an array with one object a server.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try again at once what waits for a server.
    Retry(Retry),
    /// Close what waits for a server: it will not be sent.
    GiveUp {
        /// The server, as `maillage deliveries` shows it.
        host: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Retry {
    /// The server, as `maillage deliveries` shows it.
    host: Option<String>,
    /// Every server.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(node: &Node, asked: Deliveries) -> Result<(), Failure> {
    match asked.command {
        None if asked.json => {
            let all = serde_json::to_string_pretty(&all(node).await?).map_err(anyhow::Error::new)?;
            println!("{all}");
        }
        None => print(&all(node).await?),
        Some(Command::Retry(Retry { host: Some(host), .. })) => {
            let found = deliveries::retry(node, &host)
                .await
                .map_err(|error| named(error, &host))?;
            match found.waiting {
                0 => println!("{}: nothing waits", found.host),
                waiting => println!("{}: {} due now", found.host, counted(waiting, "delivery", "deliveries")),
            }
        }
        Some(Command::Retry(Retry { host: None, .. })) => {
            let hurried = deliveries::retry_all(node).await?;
            println!("due now: {}", counted(hurried, "more server", "more servers"));
        }
        Some(Command::GiveUp { host }) => {
            let (host, closed) = deliveries::give_up(node, &host)
                .await
                .map_err(|error| named(error, &host))?;
            println!("{host}: {} given up", counted(closed, "delivery", "deliveries"));
        }
    }
    Ok(())
}

async fn all(node: &Node) -> Result<Vec<Waiting>, Error> {
    let mut all: Vec<Waiting> = Vec::new();
    loop {
        let after = all.last().map(|last| last.host.clone());
        let page = deliveries::list(node, after, i64::try_from(PAGE).unwrap_or(i64::MAX)).await?;
        let last = page.len() < PAGE;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// The error, with the server that is not known.
fn named(error: Error, host: &str) -> Failure {
    match error {
        Error::NotFound => anyhow!("nothing was ever sent to {host:?}; `maillage deliveries` lists the servers").into(),
        other => other.into(),
    }
}

fn counted(count: impl std::fmt::Display, one: &str, several: &str) -> String {
    match count.to_string().as_str() {
        "1" => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}

fn print(all: &[Waiting]) {
    if all.is_empty() {
        println!("nothing waits");
        return;
    }
    let rows: Vec<[String; 5]> = all.iter().map(row).collect();
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([HEADINGS[at].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    for row in std::iter::once(&HEADINGS.map(str::to_owned)).chain(&rows) {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells.map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("{}", line.join("  ").trim_end());
    }
}

fn row(one: &Waiting) -> [String; 5] {
    let at = |instant: Option<Instant>| {
        instant.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    [
        one.host.clone(),
        one.waiting.to_string(),
        at(one.last_success),
        at(one.next_attempt),
        one.last_error.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}
