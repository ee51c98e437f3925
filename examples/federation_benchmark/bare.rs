//! (b) A handler that reads the body and answers 202: what the web framework costs by itself.

use std::time::Duration;

use actix_web::web::{Bytes, post};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context as _;

use super::child::{Child, free_port};
use super::options::Options;
use super::peers::Peers;
use super::report::{Figure, Report, names};
use super::{load, sink};

/// The variable with the port of a role that serves.
pub const PORT: &str = "FEDERATION_BENCHMARK_PORT";

/// The role of the measured process.
pub fn serve() -> anyhow::Result<()> {
    let port: u16 = std::env::var(PORT)?.parse()?;
    let app = || {
        App::new().route(
            "/inbox",
            post().to(|_: Bytes| async { HttpResponse::Accepted().finish() }),
        )
    };
    actix_web::rt::System::new()
        .block_on(HttpServer::new(app).workers(1).bind(("127.0.0.1", port))?.run())
        .context("the bare server")
}

/// Sends it what an inbox gets.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let port = free_port()?;
    let mut child = Child::start(
        report.processors,
        "bare",
        &[],
        &[(PORT, port.to_string())],
        &folder.path().join("log"),
    )?;
    child.wait_for(port)?;
    let peers = Peers::new(sink::Address(free_port()?), 1, 1)?;
    // The same requests again and again: nobody looks at them.
    let few = peers.creates(port, options.count(1_000, 100))?;
    let requests: Vec<_> = few.iter().cycle().take(options.count(60_000, 1_000)).cloned().collect();
    let (warm, rest) = requests.split_at(requests.len() / 20);
    load::drive(port, warm, Duration::from_secs(5))?;
    let cpu = child.cpu()?;
    let driven = load::drive(port, rest, Duration::from_secs(10))?;
    let cpu = child.cpu()? - cpu;
    report.add(
        'b',
        Figure::new(names::HANDLER, driven.expect_all(202)?, cpu, driven.elapsed),
    );
    child.stop()
}
