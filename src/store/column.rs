//! How domain values are written in columns, and read back: instants as milliseconds, ids, codes and facts as text.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use crate::domain::id::CentreId;
use crate::domain::time::Instant;

/// The owner of keys, follows and activities that is no centre: the instance actor.
const RELAY: &str = "relay";

/// An instant as milliseconds since 1970.
pub(super) fn ms(instant: Instant) -> i64 {
    instant.timestamp_millis()
}

/// Milliseconds since 1970 as an instant.
pub(super) fn instant(ms: i64) -> Result<Instant, StoreError> {
    DateTime::from_timestamp_millis(ms).ok_or_else(|| StoreError::corrupt("instant", ms))
}

/// The same where there may be none.
pub(super) fn instant_opt(ms: Option<i64>) -> Result<Option<Instant>, StoreError> {
    ms.map(instant).transpose()
}

/// An id or a code.
pub(super) fn parse<T>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| StoreError::corrupt(what, error))
}

/// The same where there may be none.
pub(super) fn parse_opt<T>(what: &'static str, text: Option<&str>) -> Result<Option<T>, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.map(|text| parse(what, text)).transpose()
}

/// Who acts: a centre, or the instance actor.
pub(super) fn actor_text(centre: Option<CentreId>) -> String {
    centre.map_or_else(|| RELAY.to_owned(), |id| id.to_string())
}

/// The reverse of [`actor_text`].
pub(super) fn actor(text: &str) -> Result<Option<CentreId>, StoreError> {
    if text == RELAY {
        Ok(None)
    } else {
        parse("actor", text).map(Some)
    }
}

/// A local date, `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Result<NaiveDate, StoreError> {
    parse("date", text)
}

/// A value as JSON text.
pub(super) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    // The facts of most events fit.
    let mut text = Vec::with_capacity(1536);
    serde_json::to_writer(&mut text, value).map_err(|error| StoreError::corrupt(what, error))?;
    String::from_utf8(text).map_err(|error| StoreError::corrupt(what, error))
}

/// JSON text as a value.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::corrupt(what, error))
}
