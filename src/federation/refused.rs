//! How an incoming activity ends when it has no effect: passed over politely, or refused. `FEDERATION.md` lists the words
//! and the status that each is answered with; a test compares.

use std::time::Duration;

use super::error::FederationError;
use super::fetch::FetchError;
use super::signature::SignatureError;
use crate::store::{Clash, Contention, StoreError};

/// Why an activity was not taken in. `reason` is a stable word for logs and metrics.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Understood, and of no use to us: the sender is told that all is well.
    #[error("ignored: {0}")]
    Ignored(&'static str),
    /// It is not meant for everybody: no calendar may show it.
    #[error("not public")]
    NotPublic,
    /// Taken in before.
    #[error("taken in before")]
    Duplicate,
    /// Unreadable.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// Unsigned, or the signature does not hold.
    #[error("not authenticated: {0}")]
    Unauthenticated(&'static str),
    /// Authentic, and nothing the sender may do.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// It is for nobody here.
    #[error("unknown: {0}")]
    Unknown(&'static str),
    /// It was for somebody who is no more.
    #[error("gone: {0}")]
    Gone(&'static str),
    /// Longer than anything is read.
    #[error("the body is too large")]
    TooLarge,
    /// No type that is read here.
    #[error("not readable here: {0}")]
    UnsupportedType(&'static str),
    /// More than the sender may send just now; the same will be taken after the time given.
    #[error("too many requests: {0}")]
    TooMany(&'static str, Duration),
    /// Authentic, readable, and the content cannot be.
    #[error("unprocessable: {0}")]
    Unprocessable(&'static str),
    /// The sender's server did not answer when it had to; worth another try.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// A failure of ours; worth another try.
    #[error(transparent)]
    Failed(FederationError),
}

impl NotTaken {
    /// The stable word.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Ignored(reason)
            | Self::Malformed(reason)
            | Self::Unauthenticated(reason)
            | Self::Forbidden(reason)
            | Self::Unknown(reason)
            | Self::Gone(reason)
            | Self::UnsupportedType(reason)
            | Self::TooMany(reason, _)
            | Self::Unprocessable(reason)
            | Self::Unavailable(reason) => reason,
            Self::Duplicate => "duplicate",
            Self::NotPublic => "not_public",
            Self::TooLarge => "too_large",
            Self::Failed(_) => "failure",
        }
    }

    /// Whether the sender is to blame for it, as far as is known: what makes an address suspicious.
    pub fn is_rubbish(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::Unauthenticated(_))
    }

    /// What became of a document that we had to fetch: `what` is gone or wrong for good, or may come back.
    pub fn of_fetch(error: &FetchError) -> Self {
        if error.is_permanent() || error.is_gone() {
            Self::Forbidden("unverifiable")
        } else {
            Self::Unavailable(error.reason())
        }
    }
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<diesel::result::Error> for NotTaken {
    fn from(error: diesel::result::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<FederationError> for NotTaken {
    fn from(error: FederationError) -> Self {
        match error {
            FederationError::Fetch(error) => Self::of_fetch(&error),
            // What stands at the address of an actor: no failure of ours, and no better at the next try.
            FederationError::NotAnActor(_) => Self::Forbidden("unverifiable"),
            other => Self::Failed(other),
        }
    }
}

impl From<SignatureError> for NotTaken {
    fn from(error: SignatureError) -> Self {
        Self::Unauthenticated(error.reason())
    }
}

impl Contention for NotTaken {
    fn clash(&self) -> Clash {
        match self {
            Self::Failed(FederationError::Store(error)) => error.clash(),
            _ => Clash::None,
        }
    }
}
