//! One attempt: signs with the sender's key and posts.

use std::time::Duration;

use url::Url;

use crate::federation::context::Federation;
use crate::federation::error::FederationError;
use crate::federation::fetch::{FetchError, PostOutcome};
use crate::federation::signature::Scheme;
use crate::store::deliveries::Delivery;

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

/// Attempts `delivery`.
pub async fn send(federation: &Federation, delivery: &Delivery) -> Sent {
    match attempt(federation, delivery).await {
        Ok(outcome) => judge(&outcome),
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
    if federation.is_blocked(&inbox) {
        return Err(FetchError::Document("blocked_host").into());
    }
    let signers = federation.keys.of(&federation.store, delivery.activity.sender).await?;
    let body = delivery.activity.body.as_bytes();
    Ok(federation
        .fetcher
        .post(&inbox, body, CONTENT_TYPE, &signers.rsa, Scheme::Cavage)
        .await?)
}

fn judge(outcome: &PostOutcome) -> Sent {
    let said = || format!("{} {}", outcome.status, outcome.excerpt).trim_end().to_owned();
    if outcome.is_success() {
        Sent::Delivered
    } else if outcome.is_gone() {
        Sent::Gone
    } else if outcome.is_permanent() {
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
