//! `maillage health`: asks the node that runs beside us whether it is ready. One plain request without any client
//! library, so that a container can call it every few seconds.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

use super::Failure;
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(4);

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    let address = reachable(config.server.listen);
    let status = ask(address).with_context(|| format!("no answer from {address}"))?;
    if !status.contains(" 200 ") {
        return Err(anyhow::anyhow!("the node is not ready: {status}").into());
    }
    println!("ready");
    Ok(())
}

/// The first line of the answer.
fn ask(address: SocketAddr) -> Result<String, anyhow::Error> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream
        .write_all(format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    // The head is all that is wanted; a longer answer is cut.
    stream.take(4_096).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    match text.lines().next() {
        Some(line) if line.starts_with("HTTP/1.1 ") => Ok(format!("{line} ")),
        _ => bail!("it does not speak HTTP"),
    }
}

/// A server that listens on every address is asked on this machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
