//! The JSON as it is on the wire: one struct a kind of document, nothing decided here. `convert` fills and reads them.

pub mod activity;
pub mod actor;
pub mod collection;
pub mod context;
pub mod event;
pub mod tombstone;

use chrono::SecondsFormat;
use chrono_tz::Tz;

use crate::domain::time::Instant;

/// RFC 3339 in UTC, to the millisecond where there are any: the form of `published`, `updated` and `deleted`.
pub fn utc(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// RFC 3339 with the offset of `zone`: the form of `startTime`. Gancio and FEP-8a8e show the wall clock from it.
pub fn in_zone(instant: Instant, zone: Tz) -> String {
    instant
        .with_timezone(&zone)
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
