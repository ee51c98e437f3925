//! `maillage serve`: the port first, so that a wrong start says so before it touches anything; then the node; then
//! work until a signal, and an end that loses nothing.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::{Failure, open};
use crate::app::jobs;
use crate::config::Config;
use crate::web;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(anyhow::Error::new)?;
    let listener = listen(config.server.listen)?;
    let node = open(config).await?;
    let patience = Duration::from_secs(node.config.server.shutdown_seconds);
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit for 285,000 years"
    )]
    node.metrics.started(node.now().timestamp_millis() as f64 / 1_000.0);
    let serving = web::serve(node.clone(), listener).map_err(anyhow::Error::new)?;
    tracing::info!(address = %serving.address, base_url = node.base(), version = env!("CARGO_PKG_VERSION"), "serving");
    let (stop, stopped) = watch::channel(false);
    let work = tokio::spawn(jobs::run(node, stopped));
    let server = tokio::spawn(serving.server);

    let signal = signals.next().await;
    tracing::info!(signal, "stopping: running requests and deliveries may finish");
    stop.send_replace(true);
    let finish = async {
        serving.handle.stop(true).await;
        // Errors here are those of tasks that were cancelled, which is what we want.
        drop(tokio::join!(server, work));
    };
    tokio::select! {
        done = tokio::time::timeout(patience, finish) => match done {
            Ok(()) => tracing::info!("stopped"),
            Err(_) => tracing::warn!(seconds = patience.as_secs(), "stopped without waiting any longer"),
        },
        _ = signals.next() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

/// Listens, or says who may be in the way.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let attempt = || {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    };
    attempt().map_err(|error: std::io::Error| {
        let reason = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program uses this port; stop it or choose another one".into(),
            std::io::ErrorKind::PermissionDenied => "this port needs more rights; choose one above 1023".into(),
            std::io::ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
            _ => error.to_string(),
        };
        Failure::Listen { address, reason }
    })
}

/// What tells a program to stop: Ctrl-C in a terminal, SIGTERM from a supervisor. Listened to from the first moment on,
/// so that a stop during a slow start is not lost.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The name of the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
