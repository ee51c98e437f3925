//! Why a command failed, in a line that names the thing and says what to do, and the exit code that goes with it.

use std::net::SocketAddr;
use std::process::ExitCode;

use crate::app::{self, OpenError};
use crate::config::ConfigError;

/// The end of a command that did not succeed. Exit code 2 is clap's, for arguments that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Exit code 3: the configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Exit code 4: the data folder or the database cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Exit code 5: nobody can listen at this address.
    #[error("cannot listen on {address}: {reason} (server.listen, MAILLAGE_SERVER__LISTEN)")]
    Listen {
        /// The configured address.
        address: SocketAddr,
        /// In words.
        reason: String,
    },
    /// Exit code 1: anything else.
    #[error("{0:#}")]
    Command(#[from] anyhow::Error),
}

impl Failure {
    /// For the shell and for the supervisor that started us.
    pub(super) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Command(_) => 1,
            Self::Config(_) => 3,
            Self::Open(_) => 4,
            Self::Listen { .. } => 5,
        })
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        Self::Command(anyhow::Error::new(error))
    }
}
