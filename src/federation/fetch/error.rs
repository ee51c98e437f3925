//! Why something could not be fetched or delivered, and whether it is worth trying again.

use crate::federation::guard::{Blocked, Unresolved};

/// Why a fetch or a delivery failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// We do not connect there.
    #[error("refused: {0}")]
    Blocked(#[from] Blocked),
    /// The name does not resolve.
    #[error("the name of the host could not be resolved")]
    Dns,
    /// No connection, no TLS, or it broke.
    #[error("the connection failed")]
    Connect,
    /// Not finished before the deadline.
    #[error("the other server took too long")]
    Timeout,
    /// More bytes than we read.
    #[error("the answer is too large")]
    TooLarge,
    /// Another type of content than asked for.
    #[error("the answer is of another type than asked for")]
    ContentType,
    /// No JSON, or nested too deeply.
    #[error("the answer is not readable JSON")]
    Json,
    /// Readable, but not what the protocol says: the reason in a word.
    #[error("the answer is not what it should be: {0}")]
    Document(&'static str),
    /// An HTTP status that is no success.
    #[error("the other server answered {0}")]
    Status(u16),
    /// A redirect to another origin, to nowhere, or one too many.
    #[error("the redirect is not followed")]
    Redirect,
    /// Our key could not sign the request.
    #[error("the request could not be signed")]
    Sign,
}

impl FetchError {
    /// Whether trying again later is pointless. Misconfigured servers get better, so a wrong type or bad JSON is not final;
    /// and a 401 says that a server cannot check who asks: it could not fetch our key, or one of the clocks is wrong.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Blocked(Blocked::Address) | Self::Status(401) => false,
            Self::Blocked(_) | Self::TooLarge | Self::Redirect | Self::Document(_) => true,
            Self::Status(status) => is_final(*status),
            Self::Dns | Self::Connect | Self::Timeout | Self::ContentType | Self::Json | Self::Sign => false,
        }
    }

    /// 410: it existed, and will not come back.
    pub fn is_gone(&self) -> bool {
        *self == Self::Status(410)
    }

    /// 404 or 410: there is nothing at that address.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Status(404 | 410))
    }

    /// The word for logs and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Blocked(blocked) => blocked.reason(),
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::TooLarge => "answer_too_large",
            Self::ContentType => "answer_type",
            Self::Json => "answer_json",
            Self::Document(_) => "document",
            Self::Status(404) => "not_found",
            Self::Status(410) => "gone",
            Self::Status(400..=499) => "status_4xx",
            Self::Status(_) => "status_5xx",
            Self::Redirect => "redirect",
            Self::Sign => "sign",
        }
    }
}

/// Whether an HTTP status says that the same request will never succeed: 4xx but "later" ones, and 501. What a 401 means is
/// left to who asked.
pub(super) fn is_final(status: u16) -> bool {
    match status {
        408 | 425 | 429 => false,
        400..=499 | 501 => true,
        _ => false,
    }
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(&error);
        while let Some(inner) = cause {
            if let Some(blocked) = inner.downcast_ref::<Blocked>() {
                return Self::Blocked(*blocked);
            }
            if inner.is::<Unresolved>() {
                return Self::Dns;
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Connect
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::guard::{Guard, Policy};

    #[tokio::test]
    async fn an_address_refused_when_connecting_is_told_as_such() {
        // `localhost` comes from /etc/hosts: a name that leads inside, whatever its text.
        let guarded = reqwest::Client::builder()
            .dns_resolver(Guard::new(Policy::default()))
            .no_proxy()
            .build();
        let error = guarded
            .expect("a client")
            .get("http://localhost:9/")
            .send()
            .await
            .expect_err("refused");
        assert_eq!(FetchError::from(error), FetchError::Blocked(Blocked::Address));
    }
}
