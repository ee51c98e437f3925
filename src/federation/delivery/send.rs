//! One attempt: signs with the sender's key and posts.

use std::time::Duration;

use url::Url;

use crate::federation::context::Federation;
use crate::federation::error::FederationError;
use crate::federation::fetch::{FetchError, PostOutcome};
use crate::federation::signature::Scheme;
use crate::store::deliveries::Delivery;
use crate::store::hosts::Host;

/// What peers expect of a POST to an inbox.
pub const CONTENT_TYPE: &str = "application/activity+json";

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Taken in.
    Delivered,
    /// The inbox is gone for good.
    Gone,
    /// Refused in a way that another attempt does not change.
    Refused(String),
    /// Worth another attempt.
    Failed {
        /// Why, in a few words.
        error: String,
        /// What the host asked for.
        retry_after: Option<Duration>,
    },
}

/// Attempts that a host gets which answers 401. It may not have been able to fetch our key, or its clock was wrong; but
/// one that never believes us must not hold up all that waits for it.
const MAX_KNOCKS: i64 = 5;

/// Whether a 401 is worth another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knocks(bool);

impl Knocks {
    /// By how the host has been.
    pub fn left(host: &Host) -> Self {
        let unbelieving = host.last_error.as_deref().is_some_and(|error| error.starts_with("401"));
        Self(!unbelieving || host.failures < MAX_KNOCKS)
    }
}

/// Attempts `delivery`.
pub async fn send(federation: &Federation, delivery: &Delivery, knocks: Knocks) -> Sent {
    match attempt(federation, delivery).await {
        Ok(outcome) => judge(&outcome, knocks),
        Err(FederationError::Fetch(error)) => judge_error(&error),
        // A key or the database fails us, not the peer: the delivery waits.
        Err(error) => Sent::Failed {
            error: error.to_string(),
            retry_after: None,
        },
    }
}

async fn attempt(federation: &Federation, delivery: &Delivery) -> Result<PostOutcome, FederationError> {
    let inbox = Url::parse(&delivery.inbox).map_err(|_| FetchError::Document("inbox"))?;
    let signers = federation.keys.of(&federation.store, delivery.activity.sender).await?;
    let body = signers.renew(&delivery.activity.body)?;
    Ok(federation
        .fetcher
        .post(&inbox, body.as_bytes(), CONTENT_TYPE, &signers.rsa, Scheme::Cavage)
        .await?)
}

fn judge(outcome: &PostOutcome, knocks: Knocks) -> Sent {
    let said = || format!("{} {}", outcome.status, outcome.excerpt).trim_end().to_owned();
    if outcome.is_success() {
        Sent::Delivered
    } else if outcome.is_gone() {
        Sent::Gone
    } else if outcome.is_permanent() && !(outcome.status == 401 && knocks.0) {
        Sent::Refused(said())
    } else {
        Sent::Failed {
            error: said(),
            retry_after: outcome.retry_after,
        }
    }
}

fn judge_error(error: &FetchError) -> Sent {
    match error {
        FetchError::Blocked(_) | FetchError::Document(_) => Sent::Refused(error.to_string()),
        other => Sent::Failed {
            error: other.to_string(),
            retry_after: None,
        },
    }
}
