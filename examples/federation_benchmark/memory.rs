//! (f) Memory of a node that is asked for one event to 100,000 inboxes: while the rows are made, and while they drain.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono::TimeDelta;
use maillage::app::{members, tokens};
use maillage::domain::member::Role;
use maillage::domain::time::{Clock as _, SystemClock};
use maillage::store::deliveries;
use serde_json::json;

use super::child::{Child, free_port};
use super::node::{Home, runtime};
use super::options::Options;
use super::outbox::{add_followers, centre};
use super::report::{Report, names};
use super::sink::Sink;

/// Hosts behind the inboxes.
const HOSTS: usize = 200;
/// Longest drain that is watched.
const LIMIT: Duration = Duration::from_secs(60);

/// Samples the resident memory until all is delivered, or the time is over.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let sink = Sink::start(free_port()?, std::collections::HashMap::new())?;
    let home = Home::new(None)?;
    let token = runtime()?.block_on(async {
        let node = home.open().await?;
        let centre = centre(&node).await?;
        let inboxes = options.count(100_000, 2_000);
        add_followers(&mut home.conn()?, sink.address, centre.id, inboxes, HOSTS)?;
        let member = members::add(&node, "agent@centre.example", Role::Admin, "trois canards sur le canal").await?;
        anyhow::Ok(tokens::create(&node, &member, "benchmark").await?)
    })?;
    let child = home.serve(report.processors)?;
    report.add_size('f', "memory, at rest", child.resident()?);
    let asked = {
        let (port, body) = (home.port, event());
        std::thread::spawn(move || post(port, &token, &body))
    };
    let samples = watch(&child, &home, || asked.is_finished())?;
    let answer = asked.join().map_err(|_| anyhow::anyhow!("the request stopped"))??;
    ensure!(answer.starts_with("HTTP/1.1 201"), "publishing was answered {answer}");
    let highest = samples.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0);
    let late = &samples[samples.len() / 2..];
    let (least, most) = late.iter().fold((u64::MAX, 0), |(least, most), (_, bytes)| {
        (least.min(*bytes), most.max(*bytes))
    });
    report.add_size('f', names::MEMORY, highest);
    report.add_size('f', "memory, second half of the drain, least", least);
    report.add_size('f', "memory, second half of the drain, most", most);
    let waiting = deliveries::waiting(&mut home.conn()?)?;
    let took = samples.last().map(|(at, _)| at.as_secs_f64()).unwrap_or_default();
    report.remark(format!(
        "memory: {} of {} deliveries drained in {took:.1} s.",
        sink.taken(),
        sink.taken() + u64::try_from(waiting)?
    ));
    child.stop()
}

/// The memory every 20 ms, until the rows are made and gone, or the time is over.
fn watch(child: &Child, home: &Home, made: impl Fn() -> bool) -> anyhow::Result<Vec<(Duration, u64)>> {
    let (start, mut conn, mut samples) = (Instant::now(), home.conn()?, Vec::new());
    loop {
        let made = made();
        samples.push((start.elapsed(), child.resident()?));
        let over = samples.len() % 25 == 0 && made && deliveries::waiting(&mut conn)? == 0;
        if over || start.elapsed() > LIMIT {
            return Ok(samples);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn event() -> String {
    let start = SystemClock.now() + TimeDelta::days(7);
    json!({
        "title": "Atelier numérique",
        "start": start.to_rfc3339(),
        "end": (start + TimeDelta::hours(2)).to_rfc3339(),
        "centre": "agenda",
        "place": {
            "name": "Médiathèque",
            "address": "3 rue des Trois-Ponts",
            "postcode": "37000",
            "city": "Tours",
        },
    })
    .to_string()
}

/// Publishes through the HTTP interface; the whole answer.
fn post(port: u16, token: &str, body: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).context("the node is gone")?;
    write!(
        stream,
        "POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
