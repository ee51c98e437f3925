//! The server: sockets, threads, timeouts, and an end that lets running requests finish.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};

use super::{Shared, app};
use crate::app::Node;

/// Time for a client to send its headers.
const HEADERS: Duration = Duration::from_secs(5);
/// How long a silent connection is kept: longer than a reverse proxy keeps its own (nginx: 60 s).
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Connections at once on each thread; a flood waits in the system's queue.
const CONNECTIONS: usize = 4_096;
/// Blocking threads of each server thread: database calls and password hashes.
const BLOCKING: usize = 8;

/// A server that listens.
pub struct Serving {
    /// Resolves when the server has ended.
    pub server: Server,
    /// Ends it: `handle.stop(true)` lets running requests finish.
    pub handle: ServerHandle,
    /// Where it listens: the chosen port where the configuration says 0.
    pub address: SocketAddr,
}

/// Starts serving on `listener`. Signals are the caller's.
///
/// # Errors
/// When the socket cannot be used.
pub fn serve(node: Node, listener: TcpListener) -> io::Result<Serving> {
    let address = listener.local_addr()?;
    let config = node.config.server.clone();
    let shared = Shared::new(node);
    let server = HttpServer::new(move || app(shared.clone()))
        .workers(config.workers)
        .worker_max_blocking_threads(BLOCKING)
        .max_connections(CONNECTIONS)
        .client_request_timeout(HEADERS)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(config.shutdown_seconds)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    Ok(Serving {
        server,
        handle,
        address,
    })
}
