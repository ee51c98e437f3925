//! Import of a programme file.

mod plan;
mod programme;

pub use plan::{Fault, Plan, PlannedCentre, PlannedEvent, PlannedFollow, plan};

/// Why a file is not imported; then nothing of it is.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not JSON, or not the shape of a programme.
    #[error("{0}")]
    Unreadable(#[from] serde_json::Error),
    /// Something in it is refused.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Fault>),
}
