//! Recurrence (RFC 5545 RRULE and EXDATE): rules are read on the wall clock of the event's zone.
//!
//! The rule is expanded in local time and each date is then placed in the zone, never from a fixed offset: nine o'clock
//! stays nine o'clock across a change of clocks. At most one session a day, so a session is named by its local date.

use std::str::FromStr;

use chrono::{Datelike, Duration, Months, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};
use serde::{Deserialize, Serialize};

use super::invalid::Reason;
use super::time::{Instant, instant_of, local_of};

/// OpenAgenda's limit of timings in one event.
pub const MAX_SESSIONS: usize = 800;

/// How an event repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The value of RRULE, as received.
    pub rule: String,
    /// Local dates without a session (EXDATE), in order.
    pub exceptions: Vec<NaiveDate>,
}

/// One session of a series or of a single event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The local date on which it starts: its name within the series.
    pub date: NaiveDate,
    /// Start.
    pub start: Instant,
    /// End.
    pub end: Instant,
}

/// All sessions of an event that first runs from `start` to `end`.
///
/// # Errors
/// The reason why the rule is refused: unreadable, finer than daily, endless, more than [`MAX_SESSIONS`] or empty.
pub fn expand(
    start: Instant,
    end: Instant,
    zone: Tz,
    recurrence: Option<&Recurrence>,
) -> Result<Vec<Occurrence>, Reason> {
    let first = local_of(start, zone);
    let Some(recurrence) = recurrence else {
        return Ok(vec![Occurrence {
            date: first.date(),
            start,
            end,
        }]);
    };
    let rule = read_rule(&recurrence.rule, zone)?;
    let length = local_of(end, zone) - first;
    let dates = local_dates(first, &rule, recurrence)?;
    let sessions: Vec<_> = dates.into_iter().map(|local| place(local, length, zone)).collect();
    match sessions.len() {
        0 => Err(Reason::NoSession),
        count if count > MAX_SESSIONS => Err(Reason::TooManySessions { max: MAX_SESSIONS }),
        _ => Ok(sessions),
    }
}

/// Steps of a rule that are taken: more than any that counts its sessions may have, or a day has in a window.
const MAX_STEPS: usize = 5_000;

/// The sessions of another's rule that start between `from` and `until`. The rule may be endless and may have begun years
/// ago, as in calendars of other software.
///
/// # Errors
/// As [`expand`], but an endless rule is read up to `until`, and none within is no error.
pub fn expand_within(
    start: Instant,
    end: Instant,
    zone: Tz,
    recurrence: &Recurrence,
    (from, until): (Instant, Instant),
) -> Result<Vec<Occurrence>, Reason> {
    let (first, length) = (local_of(start, zone), local_of(end, zone) - local_of(start, zone));
    let (from, until) = (local_of(from, zone), local_of(until, zone));
    if first > until {
        return Ok(Vec::new());
    }
    let upper = recurrence.rule.to_ascii_uppercase();
    let rule = if upper.contains("UNTIL=") || upper.contains("COUNT=") {
        recurrence.rule.clone()
    } else {
        format!("{};UNTIL={}", recurrence.rule, until.format("%Y%m%dT%H%M%S"))
    };
    let rule = read_rule(&rule, zone)?;
    let last = rule.get_until().map_or(until, |last| last.naive_utc());
    if last < from {
        return Ok(Vec::new());
    }
    let floating = rrule::Tz::UTC.from_utc_datetime(&near(first, &rule, from));
    let rule = rule.validate(floating).map_err(unreadable)?;
    // Limited: a rule that never comes to a day is not searched up to the end of time.
    let sessions: Vec<_> = RRuleSet::new(floating)
        .rrule(rule)
        .limit()
        .into_iter()
        .take(MAX_STEPS)
        .map(|date| date.naive_utc())
        .skip_while(|local| *local < from)
        .take_while(|local| *local <= until)
        .filter(|local| recurrence.exceptions.binary_search(&local.date()).is_err())
        .take(MAX_SESSIONS + 1)
        .map(|local| place(local, length, zone))
        .collect();
    if sessions.len() > MAX_SESSIONS {
        return Err(Reason::TooManySessions { max: MAX_SESSIONS });
    }
    Ok(sessions)
}

/// Where a rule that began at `first` may as well have begun for who looks at it from `from` on: whole intervals later, so that
/// it keeps its step. One that counts its sessions has to be counted from its beginning.
fn near(first: NaiveDateTime, rule: &RRule<Unvalidated>, from: NaiveDateTime) -> NaiveDateTime {
    let step = i64::from(rule.get_interval().max(1));
    if rule.get_count().is_some() || from <= first {
        return first;
    }
    let days = |unit: i64| {
        let whole = (from - first).num_days() / (unit * step);
        first + Duration::days(whole * unit * step)
    };
    match rule.get_freq() {
        Frequency::Weekly => days(7),
        Frequency::Monthly => months_later(first, step, from),
        Frequency::Yearly => months_later(first, step * 12, from),
        _ => days(1),
    }
}

/// `first`, as many times `step` months later as it takes to be at most a few steps before `from`, on a day that there is.
fn months_later(first: NaiveDateTime, step: i64, from: NaiveDateTime) -> NaiveDateTime {
    let between = i64::from(from.year() - first.year()) * 12 + i64::from(from.month()) - i64::from(first.month());
    let most = (between / step - 1).max(0);
    let mut later = (0..=most).rev().filter_map(|steps| {
        let months = u32::try_from(steps * step).ok()?;
        first.checked_add_months(Months::new(months))
    });
    later.find(|later| later.day() == first.day()).unwrap_or(first)
}

/// One session on the wall clock, placed in its zone. Its end keeps its hour too, unless a change of clocks would put
/// it before the start; then it keeps its length.
fn place(local: NaiveDateTime, length: Duration, zone: Tz) -> Occurrence {
    let start = instant_of(local, zone);
    let end = instant_of(local + length, zone);
    Occurrence {
        date: local.date(),
        start,
        end: if end > start { end } else { start + length },
    }
}

fn local_dates(
    first: NaiveDateTime,
    rule: &RRule<Unvalidated>,
    recurrence: &Recurrence,
) -> Result<Vec<NaiveDateTime>, Reason> {
    let floating = rrule::Tz::UTC.from_utc_datetime(&first);
    let validated = rule.clone().validate(floating).map_err(unreadable)?;
    let set = RRuleSet::new(floating).rrule(validated);
    // One more than is allowed, over the exceptions, tells a rule that is too long.
    let limit = MAX_SESSIONS + recurrence.exceptions.len() + 1;
    let found = set.into_iter().take(limit).map(|date| date.naive_utc());
    Ok(found
        .filter(|local| recurrence.exceptions.binary_search(&local.date()).is_err())
        .collect())
}

/// Reads the rule and turns its UNTIL, which RFC 5545 gives in UTC, into the wall clock of `zone`.
fn read_rule(text: &str, zone: Tz) -> Result<RRule<Unvalidated>, Reason> {
    if text.len() > 512 {
        return Err(Reason::NotARule {
            detail: "> 512".to_owned(),
        });
    }
    // A rule is ASCII (RFC 5545, 3.3.10); the parser cuts its values between bytes.
    if let Some(letter) = text.chars().find(|letter| !letter.is_ascii()) {
        return Err(Reason::NotARule {
            detail: letter.to_string(),
        });
    }
    let text = text.strip_prefix("RRULE:").unwrap_or(text);
    let rule = RRule::from_str(&local_until(text, zone)?).map_err(unreadable)?;
    let finer = matches!(
        rule.get_freq(),
        Frequency::Hourly | Frequency::Minutely | Frequency::Secondly
    );
    if finer || !rule.get_by_hour().is_empty() || !rule.get_by_minute().is_empty() || !rule.get_by_second().is_empty() {
        return Err(Reason::TooFine);
    }
    if rule.get_until().is_none() && rule.get_count().is_none() {
        return Err(Reason::EndlessRule);
    }
    if rule.get_count().is_some_and(|count| count as usize > 4 * MAX_SESSIONS) {
        return Err(Reason::TooManySessions { max: MAX_SESSIONS });
    }
    Ok(rule)
}

fn local_until(text: &str, zone: Tz) -> Result<String, Reason> {
    let parts: Result<Vec<String>, Reason> = text
        .split(';')
        .map(|part| match part.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("UNTIL") => Ok(format!("UNTIL={}", until(value, zone)?)),
            _ => Ok(part.to_owned()),
        })
        .collect();
    Ok(parts?.join(";"))
}

/// UNTIL as `20270629T070000Z` (UTC), `20270629T090000` (local) or `20270629` (that whole day).
fn until(value: &str, zone: Tz) -> Result<String, Reason> {
    let unreadable = || Reason::NotARule {
        detail: format!("UNTIL={value}"),
    };
    let local = if let Some(utc) = value.strip_suffix('Z') {
        let utc = NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").map_err(|_| unreadable())?;
        local_of(Utc.from_utc_datetime(&utc), zone)
    } else if value.contains('T') {
        NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S").map_err(|_| unreadable())?
    } else {
        let day = NaiveDate::parse_from_str(value, "%Y%m%d").map_err(|_| unreadable())?;
        day.and_hms_opt(23, 59, 59).ok_or_else(unreadable)?
    };
    Ok(local.format("%Y%m%dT%H%M%SZ").to_string())
}

fn unreadable(error: impl std::fmt::Display) -> Reason {
    Reason::NotARule {
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::DEFAULT_ZONE;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn series(rule: &str, exceptions: &[&str]) -> Result<Vec<Occurrence>, Reason> {
        let exceptions = exceptions.iter().map(|date| date.parse().unwrap()).collect();
        let recurrence = Recurrence {
            rule: rule.to_owned(),
            exceptions,
        };
        expand(
            instant("2027-03-23T01:30:00Z"),
            instant("2027-03-23T02:30:00Z"),
            DEFAULT_ZONE,
            Some(&recurrence),
        )
    }

    #[test]
    fn a_single_event_is_one_session() {
        let once = expand(
            instant("2026-11-24T08:00:00Z"),
            instant("2026-11-24T11:00:00Z"),
            DEFAULT_ZONE,
            None,
        )
        .unwrap();
        assert_eq!(once.len(), 1);
        assert_eq!(once[0].date.to_string(), "2026-11-24");
    }

    #[test]
    fn a_rule_with_other_letters_is_refused() {
        let rule = series("FREQ=MONTHLY;BYDAY=-1FéR;COUNT=2", &[]);
        assert_eq!(
            rule,
            Err(Reason::NotARule {
                detail: "é".to_owned()
            })
        );
    }

    #[test]
    fn a_session_in_the_gap_of_spring_moves_on_and_keeps_a_length() {
        let days = series("FREQ=DAILY;COUNT=7", &[]).unwrap();
        let gap = days.iter().find(|day| day.date.to_string() == "2027-03-28").unwrap();
        assert_eq!(gap.start, instant("2027-03-28T01:30:00Z"));
        assert!(gap.end > gap.start);
        assert_eq!(days[6].start, instant("2027-03-29T00:30:00Z"));
    }

    #[test]
    fn until_is_read_in_utc_in_local_time_and_as_a_day() {
        for until in ["20270406T003000Z", "20270406T023000", "20270406"] {
            assert_eq!(
                series(&format!("FREQ=WEEKLY;UNTIL={until}"), &[]).unwrap().len(),
                3,
                "{until}"
            );
        }
        assert_eq!(series("FREQ=WEEKLY;UNTIL=20270406T002900Z", &[]).unwrap().len(), 2);
    }

    #[test]
    fn exceptions_leave_their_dates_out() {
        let dates = series("FREQ=WEEKLY;COUNT=3", &["2027-03-30"]).unwrap();
        assert_eq!(
            dates.iter().map(|one| one.date.to_string()).collect::<Vec<_>>(),
            ["2027-03-23", "2027-04-06"]
        );
    }

    fn within(first: &str, rule: &str, from: &str) -> Vec<String> {
        let recurrence = Recurrence {
            rule: rule.to_owned(),
            exceptions: Vec::new(),
        };
        let (start, from) = (instant(first), instant(from));
        let window = (from, from + Duration::days(90));
        let found = expand_within(start, start + Duration::hours(1), DEFAULT_ZONE, &recurrence, window);
        found.unwrap().iter().map(|one| one.date.to_string()).collect()
    }

    #[test]
    fn a_rule_that_began_long_ago_is_read_in_step() {
        let daily = within("1990-01-01T09:00:00Z", "FREQ=DAILY", "2026-11-01T00:00:00Z");
        assert_eq!((daily.len(), daily[0].as_str()), (90, "2026-11-01"));
        // The same as from a beginning that can be counted from.
        for (rule, first) in [
            ("FREQ=DAILY;INTERVAL=3", "2020-02-29T09:00:00Z"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA", "2020-02-29T09:00:00Z"),
            ("FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,MO", "2019-12-31T09:00:00Z"),
            ("FREQ=MONTHLY", "2020-01-31T09:00:00Z"),
            ("FREQ=MONTHLY;INTERVAL=5", "2020-01-30T09:00:00Z"),
            ("FREQ=MONTHLY;BYDAY=-1TU", "2020-01-31T09:00:00Z"),
            ("FREQ=YEARLY;BYMONTH=1,12;BYDAY=2FR", "2020-02-29T09:00:00Z"),
            ("FREQ=YEARLY;INTERVAL=4", "2020-02-29T09:00:00Z"),
        ] {
            for from in ["2026-11-23T08:00:00Z", "2027-12-02T08:00:00Z", "2028-01-31T23:00:00Z"] {
                let counted = within(first, &format!("{rule};COUNT=3000"), from);
                assert_eq!(within(first, rule, from), counted, "{rule} from {from}");
            }
        }
    }

    #[test]
    fn what_is_too_much_is_refused_with_its_reason() {
        assert_eq!(series("FREQ=HOURLY;COUNT=3", &[]), Err(Reason::TooFine));
        assert_eq!(series("FREQ=DAILY;BYHOUR=9,10;COUNT=3", &[]), Err(Reason::TooFine));
        assert_eq!(series("FREQ=WEEKLY", &[]), Err(Reason::EndlessRule));
        assert_eq!(
            series("FREQ=DAILY;COUNT=801", &[]),
            Err(Reason::TooManySessions { max: 800 })
        );
        assert_eq!(
            series("FREQ=DAILY;COUNT=4000000000", &[]),
            Err(Reason::TooManySessions { max: 800 })
        );
        assert_eq!(series("FREQ=DAILY;COUNT=800", &[]).map(|all| all.len()), Ok(800));
        assert_eq!(series("FREQ=WEEKLY;COUNT=1", &["2027-03-23"]), Err(Reason::NoSession));
        assert!(matches!(series("every tuesday", &[]), Err(Reason::NotARule { .. })));
    }
}
