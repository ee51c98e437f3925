//! How people say that an event repeats, and the RRULE that says the same.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::domain::event::Schedule;
use crate::domain::recurrence::{Recurrence, expand};
use crate::domain::time::{instant_of, local_of};

/// What the form offers. `other` is a rule that was written elsewhere and stays as it is.
pub const REPEATS: [&str; 7] = [
    "once",
    "daily",
    "weekly",
    "fortnightly",
    "monthly",
    "monthly-last",
    "other",
];

/// The codes of RFC 5545, Monday first.
pub const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A recurrence in the words of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// One of [`REPEATS`].
    pub repeat: String,
    /// For weeks: codes of [`DAYS`].
    pub days: Vec<String>,
    /// The last day.
    pub until: Option<NaiveDate>,
}

/// The first day of the event and its rule; `None` for one that does not repeat. Without `until` the rule has no end,
/// which the domain refuses.
pub fn rule(words: &Words, date: NaiveDate, zone: Tz) -> (NaiveDate, Option<String>) {
    let own = DAYS[date.weekday().num_days_from_monday() as usize];
    let rank = (date.day0() / 7) + 1;
    let (date, body) = match words.repeat.as_str() {
        "daily" => (date, "FREQ=DAILY".to_owned()),
        "weekly" | "fortnightly" => {
            let days = if words.days.is_empty() {
                own.to_owned()
            } else {
                words.days.join(",")
            };
            let every = if words.repeat == "weekly" { "" } else { ";INTERVAL=2" };
            (first_on(date, &words.days), format!("FREQ=WEEKLY{every};BYDAY={days}"))
        }
        // A fifth Tuesday is not in every month: it is the last one.
        "monthly" if rank <= 4 => (date, format!("FREQ=MONTHLY;BYDAY={rank}{own}")),
        "monthly" | "monthly-last" => (date, format!("FREQ=MONTHLY;BYDAY=-1{own}")),
        _ => return (date, None),
    };
    let until = words.until.and_then(|until| end_of(until, zone));
    (date, Some(body + &until.unwrap_or_default()))
}

/// The first of `days` from `date` on, so that the series begins with a session.
fn first_on(date: NaiveDate, days: &[String]) -> NaiveDate {
    let fits = |day: &NaiveDate| days.iter().any(|code| code == code_of(day.weekday()));
    (0..7)
        .filter_map(|step| date.checked_add_days(Days::new(step)))
        .find(fits)
        .unwrap_or(date)
}

fn code_of(day: Weekday) -> &'static str {
    DAYS[day.num_days_from_monday() as usize]
}

/// RFC 5545 wants UNTIL in UTC where the event has a zone.
fn end_of(day: NaiveDate, zone: Tz) -> Option<String> {
    let last = day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?);
    let utc = instant_of(last, zone).with_timezone(&Utc);
    Some(format!(";UNTIL={}", utc.format("%Y%m%dT%H%M%SZ")))
}

/// The words of a schedule; `other` where the form has none for it.
pub fn words(schedule: &Schedule) -> Words {
    let Some(recurrence) = &schedule.recurrence else {
        return Words {
            repeat: "once".to_owned(),
            ..Words::default()
        };
    };
    let date = local_of(schedule.start, schedule.zone).date();
    let (repeat, days) = spoken(&recurrence.rule, date).unwrap_or(("other", Vec::new()));
    Words {
        repeat: repeat.to_owned(),
        days,
        until: last_day(schedule, recurrence),
    }
}

/// The last date of the rule, exceptions or not: a rule with COUNT ends there too.
fn last_day(schedule: &Schedule, recurrence: &Recurrence) -> Option<NaiveDate> {
    let whole = Recurrence {
        rule: recurrence.rule.clone(),
        exceptions: Vec::new(),
    };
    let dates = expand(schedule.start, schedule.end, schedule.zone, Some(&whole)).ok()?;
    dates.last().map(|session| session.date)
}

fn spoken(rule: &str, date: NaiveDate) -> Option<(&'static str, Vec<String>)> {
    let rule = rule.strip_prefix("RRULE:").unwrap_or(rule);
    let mut parts: HashMap<&str, &str> = rule.split(';').filter_map(|part| part.split_once('=')).collect();
    parts.remove("UNTIL");
    parts.remove("COUNT");
    let (frequency, by_day) = (parts.remove("FREQ")?, parts.remove("BYDAY"));
    let interval = parts.remove("INTERVAL").unwrap_or("1");
    if !parts.is_empty() {
        return None;
    }
    match (frequency, interval, by_day) {
        ("DAILY", "1", None) => Some(("daily", Vec::new())),
        ("WEEKLY", "1" | "2", days) => {
            let days: Vec<String> = match days {
                Some(days) => days.split(',').map(str::to_owned).collect(),
                None => vec![code_of(date.weekday()).to_owned()],
            };
            let known = days.iter().all(|day| DAYS.contains(&day.as_str()));
            let repeat = if interval == "1" { "weekly" } else { "fortnightly" };
            known.then_some((repeat, days))
        }
        ("MONTHLY", "1", Some(day)) => {
            let own = code_of(date.weekday());
            let rank = date.day0() / 7 + 1;
            if day == format!("-1{own}") {
                Some(("monthly-last", Vec::new()))
            } else if day == format!("{rank}{own}") {
                Some(("monthly", Vec::new()))
            } else {
                None
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::import::plan;
    use crate::domain::time::DEFAULT_ZONE;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule_of(repeat: &str, days: &[&str], from: &str) -> (String, String) {
        let words = Words {
            repeat: repeat.to_owned(),
            days: days.iter().map(ToString::to_string).collect(),
            until: Some(date("2027-06-29")),
        };
        let (first, rule) = rule(&words, date(from), DEFAULT_ZONE);
        (first.to_string(), rule.unwrap_or_default())
    }

    #[test]
    fn words_become_rules() {
        let end = ";UNTIL=20270629T215959Z";
        let (first, weekly) = rule_of("weekly", &["TU", "TH"], "2026-11-23");
        assert_eq!(first, "2026-11-24", "a series begins with a session");
        assert_eq!(weekly, format!("FREQ=WEEKLY;BYDAY=TU,TH{end}"));
        assert_eq!(
            rule_of("weekly", &[], "2026-11-24").1,
            format!("FREQ=WEEKLY;BYDAY=TU{end}")
        );
        assert_eq!(
            rule_of("fortnightly", &[], "2026-11-24").1,
            format!("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU{end}")
        );
        assert_eq!(
            rule_of("monthly", &[], "2026-12-05").1,
            format!("FREQ=MONTHLY;BYDAY=1SA{end}")
        );
        assert_eq!(
            rule_of("monthly", &[], "2026-11-30").1,
            format!("FREQ=MONTHLY;BYDAY=-1MO{end}")
        );
        assert_eq!(rule_of("once", &[], "2026-11-24").1, "");
    }

    /// Whatever the form shows of a series, saving it unchanged keeps every date.
    #[test]
    fn the_demo_programme_survives_the_form() {
        let plan = plan(include_str!("../../cli/demo/programme.json")).unwrap();
        let mut spoken = 0;
        for event in &plan.events {
            let schedule = &event.facts.schedule;
            let words = words(schedule);
            let Some(recurrence) = schedule.recurrence.as_ref().filter(|_| words.repeat != "other") else {
                continue;
            };
            spoken += 1;
            let start = local_of(schedule.start, schedule.zone).date();
            let (first, rule) = rule(&words, start, schedule.zone);
            let again = Schedule {
                recurrence: rule.map(|rule| Recurrence {
                    rule,
                    exceptions: recurrence.exceptions.clone(),
                }),
                ..schedule.clone()
            };
            assert_eq!(first, start);
            assert_eq!(again.sessions(), schedule.sessions(), "{}", event.facts.title);
        }
        assert!(spoken >= 20, "only {spoken} series have words");
    }
}
