//! Delivery of one activity to one inbox. What to do with the answer is the queue's affair.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, Response};
use url::Url;

use super::error::is_final;
use super::{FetchError, Fetcher, Inner, header, request};
use crate::federation::signature::{self, Outgoing, Scheme, Sha256, Signer, sha256};

/// Longest wait that a `Retry-After` is taken for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Characters of an answer that are kept for the log.
const MAX_EXCERPT: usize = 200;
/// Bytes of an answer that are read, so that the connection can be used again.
const MAX_ANSWER: usize = 64 * 1024;

/// How long the rest of an answer is listened to once its status is known.
const MAX_LISTENING: Duration = Duration::from_secs(1);

/// What an inbox answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostOutcome {
    /// The HTTP status.
    pub status: u16,
    /// How long the inbox asks us to wait.
    pub retry_after: Option<Duration>,
    /// The start of the answer when it is a refusal, on one line, for the log.
    pub excerpt: String,
}

impl PostOutcome {
    /// Accepted.
    pub fn is_success(&self) -> bool {
        (200..=299).contains(&self.status)
    }

    /// The inbox is gone for good: its follower can be removed.
    pub fn is_gone(&self) -> bool {
        self.status == 410
    }

    /// Refused in a way that another attempt does not change. A lasting redirect counts: signed POSTs are not redirected.
    pub fn is_permanent(&self) -> bool {
        is_final(self.status) || (matches!(self.status, 300..=399) && !matches!(self.status, 302 | 303 | 307))
    }
}

/// What is posted. Its digest is made once, to however many inboxes it goes.
#[derive(Debug, Clone)]
pub struct Content {
    body: Vec<u8>,
    digest: Sha256,
}

impl Content {
    /// A body.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let digest = sha256(&body);
        Self { body, digest }
    }
}

impl Fetcher {
    /// Posts `content` to an inbox, signed by `signer` at this moment.
    pub async fn post(
        &self,
        url: &Url,
        content: &Content,
        content_type: &str,
        signer: &Signer,
        scheme: Scheme,
    ) -> Result<PostOutcome, FetchError> {
        let request = self.0.post(url, content, content_type, signer, scheme);
        tokio::time::timeout(self.0.limits.deadline, request)
            .await
            .unwrap_or(Err(FetchError::Timeout))
    }
}

impl Inner {
    async fn post(
        &self,
        url: &Url,
        content: &Content,
        content_type: &str,
        signer: &Signer,
        scheme: Scheme,
    ) -> Result<PostOutcome, FetchError> {
        self.check(url)?;
        let now = self.clock.now();
        let outgoing = Outgoing {
            method: "POST",
            url,
            content_type: Some(content_type),
            digest: Some(content.digest),
            now,
        };
        let headers = signature::sign(scheme, &outgoing, signer).map_err(|_| FetchError::Sign)?;
        let signature = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let own = std::iter::once((CONTENT_TYPE.as_str(), content_type));
        let mut request = request(Method::POST, url, own.chain(signature))?;
        *request.body_mut() = Some(content.body.clone().into());
        let response = self.transport.carry(request).await?;
        let status = response.status().as_u16();
        let retry_after = header(&response, RETRY_AFTER.as_str()).and_then(|text| wait(text, now));
        // The answer is known: a body that drips does not undo it.
        let answer = tokio::time::timeout(MAX_LISTENING, read_start(response))
            .await
            .unwrap_or_default();
        let excerpt = if status < 300 { String::new() } else { excerpt(&answer) };
        Ok(PostOutcome {
            status,
            retry_after,
            excerpt,
        })
    }
}

/// The start of an answer. The status was the answer: a body that breaks off changes nothing.
async fn read_start(mut response: Response) -> Vec<u8> {
    let mut answer = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        answer.extend_from_slice(&chunk);
        if answer.len() > MAX_ANSWER {
            break;
        }
    }
    answer
}

/// `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3).
fn wait(text: &str, now: chrono::DateTime<chrono::Utc>) -> Option<Duration> {
    let wait = match text.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until: chrono::DateTime<chrono::Utc> = httpdate::parse_http_date(text.trim()).ok()?.into();
            until.signed_duration_since(now).to_std().unwrap_or_default()
        }
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

/// The first characters, on one line: a peer must not write lines into our log.
fn excerpt(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(&answer[..answer.len().min(4 * MAX_EXCERPT)]);
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_EXCERPT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms_and_bounded() {
        let now = chrono::DateTime::UNIX_EPOCH;
        assert_eq!(wait("120", now), Some(Duration::from_secs(120)));
        assert_eq!(
            wait("Thu, 01 Jan 1970 00:01:00 GMT", now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(wait("99999999999", now), Some(MAX_RETRY_AFTER));
        assert_eq!(wait("soon", now), None);
        let later = now + chrono::TimeDelta::hours(1);
        assert_eq!(wait("Thu, 01 Jan 1970 00:01:00 GMT", later), Some(Duration::ZERO));
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(
            excerpt(b"no\r\n\tWARN forged \x1b[31mline\0"),
            "no WARN forged [31mline"
        );
        assert_eq!(excerpt("é".repeat(5000).as_bytes()).chars().count(), MAX_EXCERPT);
        assert_eq!(excerpt(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    }
}
