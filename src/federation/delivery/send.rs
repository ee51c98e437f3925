//! One attempt: signs with the sender's key as the host wants it, posts, and judges the answer.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::federation::context::Federation;
use crate::federation::error::FederationError;
use crate::federation::fetch::{Content, FetchError, PostOutcome};
use crate::federation::guard::Blocked;
use crate::federation::keyring::ActorSigners;
use crate::federation::signature::Dialect;
use crate::store::StoreError;
use crate::store::activities::Activity;
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
    Failed(Failure),
}

impl Sent {
    /// Whether the host stumbled over what it was sent.
    pub fn stumbled(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.stumbled)
    }

    /// Whether the host failed whatever it was sent: it is away or busy.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Failed(failure) if !failure.stumbled)
    }

    /// No more attempts at what a host stumbles over.
    pub fn final_if_stumbled(self) -> Self {
        match self {
            Self::Failed(failure) if failure.stumbled => Self::Refused(failure.error),
            other => other,
        }
    }
}

/// Why an attempt is to be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In a few words, on one line.
    pub error: String,
    /// What the host asked for.
    pub retry_after: Option<Duration>,
    /// Whether the host may have stumbled over what it was sent rather than being away or busy: it answered, but did not
    /// ask for time.
    pub stumbled: bool,
}

/// How we stand with a host while its lane is driven.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// The dialect that worked last, or was announced.
    dialect: Option<Dialect>,
    /// Whether that was found out just now.
    learnt: bool,
    /// Whether it ever took something in.
    has_taken: bool,
}

impl Manner {
    /// By how the host has been.
    pub fn with(host: &Host) -> Self {
        Self {
            dialect: host.dialect.as_deref().and_then(Dialect::read),
            learnt: false,
            has_taken: host.last_success.is_some(),
        }
    }

    /// What was found out since the last time this was asked.
    pub fn learnt(&mut self) -> Option<Dialect> {
        std::mem::take(&mut self.learnt).then_some(self.dialect).flatten()
    }

    fn worked(&mut self, dialect: Dialect) {
        self.learnt |= self.dialect != Some(dialect);
        self.dialect = Some(dialect);
        self.has_taken = true;
    }

    /// Whether an answer may mean « I do not read this signature »: 401, and of a host that never took anything yet 400 too.
    fn asks_for_another(&self, status: u16) -> bool {
        status == 401 || (status == 400 && !self.has_taken)
    }
}

/// What was sent last: a batch is mostly one activity to many inboxes.
#[derive(Debug, Default)]
pub struct Prepared(Option<(Arc<Activity>, Arc<ActorSigners>, Content)>);

impl Prepared {
    /// The body of `activity` with the proofs of today.
    fn content(&mut self, activity: &Arc<Activity>, signers: &Arc<ActorSigners>) -> Result<&Content, StoreError> {
        let fits = |(last, by, _): &(Arc<Activity>, Arc<ActorSigners>, Content)| {
            Arc::ptr_eq(last, activity) && Arc::ptr_eq(by, signers)
        };
        let prepared = match self.0.take().filter(fits) {
            Some(prepared) => prepared,
            None => {
                let body = signers.renew(&activity.body)?.into_owned();
                (Arc::clone(activity), Arc::clone(signers), Content::new(body))
            }
        };
        Ok(&self.0.insert(prepared).2)
    }
}

/// Attempts `delivery`. All its knocks together take no longer than one request may: the lease is reckoned by that.
pub async fn send(federation: &Federation, delivery: &Delivery, manner: &mut Manner, prepared: &mut Prepared) -> Sent {
    let longest = Duration::from_secs(federation.settings.timeout_seconds);
    let attempt = tokio::time::timeout(longest, attempt(federation, delivery, manner, prepared)).await;
    match attempt.unwrap_or(Err(FetchError::Timeout.into())) {
        Ok(outcome) => judge(&outcome),
        Err(FederationError::Fetch(error)) => judge_error(&error),
        // A key or the database fails us, not the peer: the delivery waits.
        Err(error) => failed(error.to_string()),
    }
}

/// Knocks in the dialect that worked last, or the one that everybody speaks; when that is not believed, in the others. A 401
/// is no last word, and stands where another dialect is refused in another way: that one may not be read there.
async fn attempt(
    federation: &Federation,
    delivery: &Delivery,
    manner: &mut Manner,
    prepared: &mut Prepared,
) -> Result<PostOutcome, FederationError> {
    let first = manner.dialect.unwrap_or_default();
    let others = first.others().iter().filter(|other| **other != first);
    let mut told: Option<PostOutcome> = None;
    for dialect in std::iter::once(&first).chain(others) {
        let outcome = knock(federation, delivery, *dialect, prepared).await?;
        if outcome.is_success() {
            manner.worked(*dialect);
        }
        let goes_on = manner.asks_for_another(outcome.status);
        told = Some(match told {
            Some(told) if told.status == 401 && outcome.is_permanent() && !outcome.is_gone() => told,
            _ => outcome,
        });
        if !goes_on {
            break;
        }
    }
    told.ok_or_else(|| FetchError::Document("dialect").into())
}

async fn knock(
    federation: &Federation,
    delivery: &Delivery,
    dialect: Dialect,
    prepared: &mut Prepared,
) -> Result<PostOutcome, FederationError> {
    let inbox = Url::parse(&delivery.inbox).map_err(|_| FetchError::Document("inbox"))?;
    let signers = federation.keys.of(&federation.store, delivery.activity.sender).await?;
    let content = prepared.content(&delivery.activity, &signers)?;
    let signer = signers.of_kind(dialect.key());
    Ok(federation
        .fetcher
        .post(&inbox, content, CONTENT_TYPE, signer, dialect.scheme())
        .await?)
}

/// A 401 is no last word: the host could not fetch our key, or one of the two clocks is wrong.
fn judge(outcome: &PostOutcome) -> Sent {
    let said = || format!("{} {}", outcome.status, outcome.excerpt).trim_end().to_owned();
    if outcome.is_success() {
        Sent::Delivered
    } else if outcome.is_gone() {
        Sent::Gone
    } else if outcome.is_permanent() && outcome.status != 401 {
        Sent::Refused(said())
    } else {
        Sent::Failed(Failure {
            error: said(),
            retry_after: outcome.retry_after,
            stumbled: outcome.status == 401 || (matches!(outcome.status, 500..=599) && outcome.status != 503),
        })
    }
}

/// A name that leads to a private address may lead elsewhere tomorrow: resolvers fail so, too.
fn judge_error(error: &FetchError) -> Sent {
    match error {
        FetchError::Blocked(Blocked::Address) => failed(error.to_string()),
        FetchError::Blocked(_) | FetchError::Document(_) => Sent::Refused(error.to_string()),
        other => failed(other.to_string()),
    }
}

fn failed(error: String) -> Sent {
    Sent::Failed(Failure {
        error,
        retry_after: None,
        stumbled: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_otherwise_tomorrow_is_tried_again() {
        let answered = |status| {
            judge(&PostOutcome {
                status,
                retry_after: None,
                excerpt: String::new(),
            })
        };
        for status in [302, 303, 307, 401, 408, 425, 429, 500, 502, 503, 504] {
            assert!(matches!(answered(status), Sent::Failed(_)), "{status}");
        }
        for status in [301, 308, 400, 403, 404, 413, 422, 501] {
            assert!(matches!(answered(status), Sent::Refused(_)), "{status}");
        }
        assert!(matches!(answered(410), Sent::Gone));
        let blocked = |why| judge_error(&FetchError::Blocked(why));
        assert!(
            matches!(blocked(Blocked::Address), Sent::Failed(_)),
            "resolvers err for an hour"
        );
        assert!(matches!(blocked(Blocked::Operator), Sent::Refused(_)));
    }

    #[test]
    fn a_host_that_is_busy_or_away_did_not_stumble() {
        let stumbled = |status| {
            let outcome = PostOutcome {
                status,
                retry_after: None,
                excerpt: String::new(),
            };
            judge(&outcome).stumbled()
        };
        assert_eq!([401, 500, 502, 504].map(stumbled), [true; 4]);
        assert_eq!([429, 503, 307].map(stumbled), [false; 3]);
        assert!(!judge_error(&FetchError::Timeout).stumbled());
    }
}
