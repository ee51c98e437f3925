//! The load: requests made beforehand, sent over connections that stay open, each as soon as the one before is answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Connections at the same time.
pub const CONNECTIONS: usize = 64;

/// A whole request, head and body.
pub type Request = std::sync::Arc<[u8]>;

/// What came back.
#[derive(Debug)]
pub struct Driven {
    /// How often each status was answered.
    pub statuses: BTreeMap<u16, u64>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Driven {
    /// How many answers there were, all of which must have been `status`.
    pub fn expect_all(&self, status: u16) -> anyhow::Result<u64> {
        match self.statuses.iter().next() {
            Some((only, count)) if *only == status && self.statuses.len() == 1 => Ok(*count),
            _ => bail!("expected {status} only, got {:?}", self.statuses),
        }
    }
}

/// Sends the requests in order over [`CONNECTIONS`], until all are answered or `limit` has gone by.
pub fn drive(port: u16, requests: &[Request], limit: Duration) -> anyhow::Result<Driven> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let next = AtomicUsize::new(0);
        let lanes = (0..CONNECTIONS).map(|_| lane(port, requests, &next, start + limit));
        let mut statuses = BTreeMap::new();
        for (status, count) in try_join_all(lanes).await?.into_iter().flatten() {
            *statuses.entry(status).or_default() += count;
        }
        Ok(Driven {
            statuses,
            elapsed: start.elapsed(),
        })
    })
}

async fn lane(port: u16, requests: &[Request], next: &AtomicUsize, end: Instant) -> anyhow::Result<BTreeMap<u16, u64>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .context("the server is gone")?;
    stream.set_nodelay(true)?;
    let (mut statuses, mut buffer) = (BTreeMap::new(), Vec::with_capacity(4096));
    while Instant::now() < end {
        let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else {
            break;
        };
        stream.write_all(request).await?;
        *statuses.entry(answer(&mut stream, &mut buffer).await?).or_default() += 1;
    }
    Ok(statuses)
}

/// Reads one answer to its end; its status.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<u16> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed a connection");
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&buffer[..end]).context("a head that is no text")?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok());
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse::<usize>().ok())?
        });
        let status = status.context("an answer without status")?;
        let whole = end + 4 + length.unwrap_or(0);
        while buffer.len() < whole {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the server broke off an answer");
            }
        }
        return Ok(status);
    }
}
