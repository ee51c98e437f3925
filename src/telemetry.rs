//! What the node says about its own work: log lines and counters. No personal data goes in either: no mail address,
//! token, query string or address of a client.

mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, TelemetryConfig};

pub use metrics::{Delivery, InboxOutcome, Metrics, Pull, Queue};

/// Starts logging to standard error, so that what a command prints stays clean. Called once, by the program; a test
/// that has a subscriber already keeps it.
pub fn start(config: &TelemetryConfig) {
    // The server's own lines about its threads say nothing that ours do not; the configured filter may bring them back.
    let filter = format!("actix_server=warn,{}", config.filter);
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log on a full disk loses lines. To say so on standard error, which is that log, would end the request.
        .log_internal_errors(false);
    let started = match config.format {
        LogFormat::Text => lines
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started already");
    }
}
