//! When a signature counts: the clock window of the table in the module above.

use chrono::{DateTime, TimeDelta, Utc};

use super::SignatureError;

/// How old a signature may be: Mastodon's hour and five minutes. A sender's retry signs anew.
pub const PAST: TimeDelta = TimeDelta::minutes(65);
/// How far a sender's clock may be ahead of ours: Mastodon's hour. Small computers without a clock battery drift, and a
/// replay inside the window is known by its content.
pub const AHEAD: TimeDelta = TimeDelta::minutes(60);

/// Checks a `Date` header (IMF-fixdate; the obsolete forms of RFC 9110 §5.6.7 are read too).
pub(super) fn check_date(header: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, SignatureError> {
    let signed = httpdate::parse_http_date(header).map_err(|_| SignatureError::DateMalformed)?;
    check_instant(signed.into(), now)
}

/// Checks `created`, in seconds since 1970; returns it.
pub(super) fn check_created(created: i64, now: DateTime<Utc>) -> Result<DateTime<Utc>, SignatureError> {
    check_instant(instant(created)?, now)
}

/// Checks `expires`, in seconds since 1970. It can only shorten the window, never lengthen it.
pub(super) fn check_expires(expires: i64, created: Option<i64>, now: DateTime<Utc>) -> Result<(), SignatureError> {
    if created.is_some_and(|created| created > expires) {
        return Err(SignatureError::Expired);
    }
    if instant(expires)? < now {
        Err(SignatureError::Expired)
    } else {
        Ok(())
    }
}

fn check_instant(signed: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, SignatureError> {
    let age = now.signed_duration_since(signed);
    if age > PAST {
        Err(SignatureError::TooOld)
    } else if age < -AHEAD {
        Err(SignatureError::Future)
    } else {
        Ok(signed)
    }
}

fn instant(seconds: i64) -> Result<DateTime<Utc>, SignatureError> {
    DateTime::from_timestamp(seconds, 0).ok_or(SignatureError::DateMalformed)
}
