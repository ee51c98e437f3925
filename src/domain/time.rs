//! Instants, the clock as a parameter, and wall-clock time in a zone with its two odd hours a year.

use std::sync::Mutex;

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// A moment in UTC. The store keeps it to the millisecond.
pub type Instant = DateTime<Utc>;

/// Where a new event takes place in time when nobody says otherwise.
pub const DEFAULT_ZONE: Tz = chrono_tz::Europe::Paris;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment, truncated to the millisecond.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Instant {
        // A machine whose clock was never set shows the year 1970, and nothing before it.
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
    }
}

/// A clock that stands still until it is moved: for tests, and for a demo on another day.
#[derive(Debug)]
pub struct FixedClock(Mutex<Instant>);

impl FixedClock {
    /// A clock that shows `instant`.
    pub fn new(instant: Instant) -> Self {
        Self(Mutex::new(to_millisecond(instant)))
    }

    /// Moves the clock by `step`.
    pub fn advance(&self, step: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += step;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Drops what is finer than a millisecond, as the store does.
pub fn to_millisecond(instant: Instant) -> Instant {
    DateTime::from_timestamp_millis(instant.timestamp_millis()).unwrap_or(instant)
}

/// The instant at which `zone` shows `local` (RFC 5545 §3.3.5): an hour that happens twice is the first one; an hour
/// that is skipped in spring is read with the offset before the gap, so that 2:30 becomes 3:30. Anybody may write a date at
/// the end of what can be counted, where the offset leads outside: it is read as UTC, and refused for its year in any case.
pub fn instant_of(local: NaiveDateTime, zone: Tz) -> Instant {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.with_timezone(&Utc),
        LocalResult::None => {
            let day_before = local.checked_sub_signed(Duration::days(1)).unwrap_or(local);
            let before = zone.offset_from_utc_datetime(&day_before).fix();
            Utc.from_utc_datetime(&local.checked_sub_offset(before).unwrap_or(local))
        }
    }
}

/// What a clock on the wall in `zone` shows at `instant`; at the end of what can be counted, what one in UTC shows.
pub fn local_of(instant: Instant, zone: Tz) -> NaiveDateTime {
    let utc = instant.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_skipped_hour_moves_on_by_the_gap() {
        let instant = instant_of(local("2027-03-28T02:30:00"), DEFAULT_ZONE);
        assert_eq!(instant.to_rfc3339(), "2027-03-28T01:30:00+00:00");
        assert_eq!(local_of(instant, DEFAULT_ZONE), local("2027-03-28T03:30:00"));
    }

    #[test]
    fn an_hour_that_happens_twice_is_the_first_one() {
        let instant = instant_of(local("2027-10-31T02:30:00"), DEFAULT_ZONE);
        assert_eq!(instant.to_rfc3339(), "2027-10-31T00:30:00+00:00");
    }

    #[test]
    fn nine_o_clock_stays_nine_o_clock_across_the_change() {
        let winter = instant_of(local("2027-03-23T09:00:00"), DEFAULT_ZONE);
        let summer = instant_of(local("2027-03-30T09:00:00"), DEFAULT_ZONE);
        assert_eq!((summer - winter).num_hours(), 7 * 24 - 1);
    }

    #[test]
    fn at_the_end_of_time_nothing_is_out_of_reach() {
        for zone in chrono_tz::TZ_VARIANTS {
            for step in [Duration::zero(), Duration::hours(1), Duration::hours(30)] {
                for wall in [NaiveDateTime::MIN + step, NaiveDateTime::MAX - step] {
                    let instant = instant_of(wall, zone);
                    let off = (local_of(instant, zone) - wall).abs();
                    assert!(off <= Duration::days(1), "{zone} {wall}");
                }
                let (first, last) = (Instant::MIN_UTC + step, Instant::MAX_UTC - step);
                assert!(local_of(first, zone) < local_of(last, zone), "{zone}");
            }
        }
    }
}
