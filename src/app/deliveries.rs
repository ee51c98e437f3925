//! What waits for other servers, as the staff and whoever runs the node see it, and what they may do about it.

use serde::Serialize;

use super::{Error, Node};
use crate::domain::time::Instant;
use crate::federation::outbox;
use crate::store::backlog::{self, Backlog};

/// Deliveries closed in one transaction: a few milliseconds each, so that the node beside goes on.
const BATCH: i64 = 2_000;
/// Characters of an error that are shown.
const LONGEST_ERROR: usize = 160;

/// A server and what waits for it. Its JSON is that of the HTTP interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Name, with its port where it has one.
    pub host: String,
    /// Deliveries that wait.
    pub waiting: i64,
    /// When the first of them was recorded.
    pub oldest: Option<Instant>,
    /// The last time the server took something in.
    pub last_success: Option<Instant>,
    /// Why it failed last: one line, without addresses of people. None after a success.
    pub last_error: Option<String>,
    /// Failures in a row.
    pub failures: i64,
    /// Since when it fails.
    pub failing_since: Option<Instant>,
    /// When it is tried next; none when nothing waits.
    pub next_attempt: Option<Instant>,
}

impl From<Backlog> for Waiting {
    fn from(backlog: Backlog) -> Self {
        let host = backlog.host;
        Self {
            host: host.host,
            waiting: backlog.waiting,
            oldest: backlog.oldest,
            last_success: host.last_success,
            last_error: host.last_error.as_deref().map(fit_to_show),
            failures: host.failures,
            failing_since: host.first_failure,
            next_attempt: host.next_attempt,
        }
    }
}

/// The servers that something waits for, by name, after the one named `after`.
///
/// # Errors
/// Only what the database refuses.
pub async fn list(node: &Node, after: Option<String>, limit: i64) -> Result<Vec<Waiting>, Error> {
    let page = node
        .store
        .read(move |conn| backlog::page(conn, after.as_deref(), limit))
        .await?;
    Ok(page.into_iter().map(Waiting::from).collect())
}

/// One server.
///
/// # Errors
/// [`Error::NotFound`] when nothing was ever sent to a server of that name.
pub async fn of(node: &Node, host: &str) -> Result<Waiting, Error> {
    let host = spelt(host);
    let found = node.store.read(move |conn| backlog::of(conn, &host)).await?;
    found.map(Waiting::from).ok_or(Error::NotFound)
}

/// Makes what waits for a server due at once, and tells how it stands then.
///
/// # Errors
/// [`Error::NotFound`] when nothing was ever sent to a server of that name.
pub async fn retry(node: &Node, host: &str) -> Result<Waiting, Error> {
    let (host, now) = (spelt(host), node.now());
    let found = node
        .store
        .write(move |conn| {
            backlog::retry(conn, &host, now)?;
            backlog::of(conn, &host)
        })
        .await?;
    outbox::wake(&node.federation);
    found.map(Waiting::from).ok_or(Error::NotFound)
}

/// Makes all that waits due at once; returns how many servers it was not due for.
///
/// # Errors
/// Only what the database refuses.
pub async fn retry_all(node: &Node) -> Result<usize, Error> {
    let now = node.now();
    let hurried = node.store.write(move |conn| backlog::retry_all(conn, now)).await?;
    outbox::wake(&node.federation);
    Ok(hurried)
}

/// Closes what waits for a server, and returns its name with how many deliveries that were. What is recorded meanwhile is sent; so
/// may be what is on its way at this moment.
///
/// # Errors
/// [`Error::NotFound`] when nothing was ever sent to a server of that name. What was closed before another error stays
/// closed.
pub async fn give_up(node: &Node, host: &str) -> Result<(String, usize), Error> {
    let host = of(node, host).await?.host;
    let name = host.clone();
    let Some(newest) = node.store.read(move |conn| backlog::newest(conn, &name)).await? else {
        return Ok((host, 0));
    };
    let mut closed = 0;
    loop {
        let (name, now) = (host.clone(), node.now());
        let batch = node
            .store
            .write(move |conn| backlog::give_up(conn, &name, newest, BATCH, now))
            .await?;
        closed += batch;
        if batch < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok((host, closed));
        }
    }
}

/// As host names are written in the database.
fn spelt(host: &str) -> String {
    host.trim().to_lowercase()
}

/// One short line: other servers write into it whatever they like, and the address of a person is nobody's business.
fn fit_to_show(error: &str) -> String {
    let shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let words = error
        .split_whitespace()
        .map(|word| {
            if word.contains('@') {
                "…".to_owned()
            } else {
                word.chars().filter(shown).collect()
            }
        })
        .filter(|word: &String| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_ERROR {
        return line;
    }
    let mut start: String = line.chars().take(LONGEST_ERROR - 1).collect();
    start.push('…');
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_short_line_without_people() {
        let hostile = "403 no\u{202e} entry\r\n for anne@centre.example,\tsorry\u{1b}[31m";
        assert_eq!(fit_to_show(hostile), "403 no entry for … sorry[31m");
        let long = fit_to_show(&"é".repeat(500));
        assert_eq!(long.chars().count(), LONGEST_ERROR);
        assert!(long.ends_with('…'));
    }
}
