//! DATE, DATE-TIME and DURATION values (RFC 5545 §3.3.4–6), on the wall clock of their zone.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::lines::Line;
use crate::domain::time::{Instant, instant_of, local_of};

/// A moment as a calendar writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What the clock on the wall shows.
    pub local: NaiveDateTime,
    /// Where that wall is.
    pub zone: Tz,
    /// Whether it is a whole day.
    pub is_day: bool,
}

impl Moment {
    /// In UTC.
    pub fn instant(self) -> Instant {
        instant_of(self.local, self.zone)
    }

    /// The local date that this moment has in another zone: how an exception names a session.
    pub fn date_in(self, zone: Tz) -> NaiveDate {
        if self.is_day || self.zone == zone {
            self.local.date()
        } else {
            local_of(self.instant(), zone).date()
        }
    }
}

/// The moments of a line (EXDATE and RDATE have several). `zone_of` reads the parameter TZID; without one, a time is in
/// `floating`.
pub fn moments<'a>(
    line: &'a Line,
    floating: Tz,
    zone_of: &'a dyn Fn(&str) -> Option<Tz>,
) -> impl Iterator<Item = Moment> + 'a {
    let zone = line.parameter("TZID").and_then(zone_of).unwrap_or(floating);
    line.value
        .split(',')
        .filter_map(move |value| moment(value.trim(), zone))
}

fn moment(value: &str, zone: Tz) -> Option<Moment> {
    // RDATE may be a period: its start counts.
    let value = value.split('/').next()?;
    if !value.is_ascii() || value.len() > 16 {
        return None;
    }
    if let Some((date, time)) = value.split_once('T') {
        let (time, zone) = match time.strip_suffix('Z') {
            Some(time) => (time, Tz::UTC),
            None => (time, zone),
        };
        let date = day(date)?;
        let time = NaiveTime::parse_from_str(&format!("{time:0<6}"), "%H%M%S").ok()?;
        return Some(Moment {
            local: date.and_time(time),
            zone,
            is_day: false,
        });
    }
    Some(Moment {
        local: day(value)?.and_time(NaiveTime::MIN),
        zone,
        is_day: true,
    })
}

fn day(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
    (text.len() == 8 && (1970..2200).contains(&date.year())).then_some(date)
}

/// A duration: `PT1H30M`, `P1D`, `P2W`. One that is longer than can be counted is the longest that can.
pub fn duration(value: &str) -> Option<TimeDelta> {
    let text = value
        .trim()
        .strip_prefix('+')
        .unwrap_or(value.trim())
        .strip_prefix('P')?;
    let (mut total, mut number, mut in_time) = (0_i64, String::new(), false);
    for letter in text.chars() {
        let seconds = match (letter, in_time) {
            ('0'..='9', _) if number.len() < 7 => {
                number.push(letter);
                continue;
            }
            ('T', false) => {
                in_time = true;
                continue;
            }
            ('W', false) => 7 * 86_400,
            ('D', false) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        let amount = number.parse::<i64>().ok()?;
        total = total.saturating_add(amount.saturating_mul(seconds));
        number.clear();
    }
    let span = TimeDelta::try_seconds(total).unwrap_or(TimeDelta::MAX);
    (number.is_empty() && span > TimeDelta::zero()).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT1H30M"), Some(TimeDelta::minutes(90)));
        assert_eq!(duration("P1DT2H"), Some(TimeDelta::hours(26)));
        assert_eq!(duration("P2W"), Some(TimeDelta::weeks(2)));
        for wrong in ["", "P", "PT", "-PT1H", "PT1", "P1H", "PT99999999999S"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        let long = format!("P{}", "9999999W".repeat(8_000));
        assert_eq!(duration(&long), Some(TimeDelta::MAX));
    }

    #[test]
    fn moments_are_local_in_utc_or_days() {
        let paris = Tz::Europe__Paris;
        let read = moment("20261201T140000", paris).expect("local");
        assert_eq!(read.instant().to_rfc3339(), "2026-12-01T13:00:00+00:00");
        let read = moment("20261201T140000Z", paris).expect("UTC");
        assert_eq!(read.instant().to_rfc3339(), "2026-12-01T14:00:00+00:00");
        assert!(moment("20261201", paris).is_some_and(|day| day.is_day));
        for wrong in [
            "",
            "2026-12-01",
            "00000101T000000",
            "99991231",
            "20261301",
            "20261201T2560",
        ] {
            assert_eq!(moment(wrong, paris), None, "{wrong}");
        }
    }
}
