//! A recurrence rule (RFC 5545 §3.3.10) in plain words: « tous les mardis », « un vendredi sur deux ». Only the shapes a
//! centre's programme has get words; another rule has none, and the page then lists the dates alone.

use chrono::Weekday;

use super::Locale;

/// The parts of a rule that change its words.
#[derive(Default)]
struct Parts {
    frequency: String,
    interval: u32,
    days: Vec<(i32, Weekday)>,
    month_days: Vec<i32>,
    plain: bool,
}

impl Locale {
    /// « tous les mardis » for `FREQ=WEEKLY;BYDAY=TU`; `first` is the weekday of the first session, for the rules that
    /// leave it unsaid. `None` when no plain words fit.
    pub fn recurrence(self, rule: &str, first: Weekday) -> Option<String> {
        let parts = read(rule)?;
        match parts.frequency.as_str() {
            "DAILY" => self.daily(&parts),
            "WEEKLY" => self.weekly(&parts, first),
            "MONTHLY" => self.monthly(&parts),
            _ => None,
        }
    }

    fn daily(self, parts: &Parts) -> Option<String> {
        match (parts.interval, parts.days.is_empty()) {
            (1, true) => Some(self.text("every-day")),
            (1, false) => self.weekly(parts, Weekday::Mon),
            _ => None,
        }
    }

    fn weekly(self, parts: &Parts, first: Weekday) -> Option<String> {
        if parts.days.iter().any(|(nth, _)| *nth != 0) || !parts.month_days.is_empty() {
            return None;
        }
        let days: Vec<Weekday> = if parts.days.is_empty() {
            vec![first]
        } else {
            parts.days.iter().map(|(_, day)| *day).collect()
        };
        let plural = self.list(days.iter().map(|day| self.weekdays(*day)).collect());
        let singles = self.list(days.iter().map(|day| self.weekday(*day)).collect());
        match (parts.interval, days.as_slice()) {
            (1, _) if days.len() == 7 => Some(self.text("every-day")),
            (1, _) => Some(self.text_with("every-week", &[("days", plural.into()), ("singles", singles.into())])),
            (2, [day]) => Some(self.text_with("every-other-week", &[("day", self.weekday(*day).into())])),
            (weeks, _) => Some(self.text_with("every-n-weeks", &[("days", plural.into()), ("weeks", weeks.into())])),
        }
    }

    fn monthly(self, parts: &Parts) -> Option<String> {
        if parts.interval != 1 {
            return None;
        }
        if let ([], [day @ 1..=31]) = (parts.days.as_slice(), parts.month_days.as_slice()) {
            return Some(self.text_with("every-month-day", &[("day", (*day).into())]));
        }
        let (_, day) = *parts.days.first()?;
        if !parts.month_days.is_empty() || parts.days.iter().any(|(nth, other)| *other != day || !named(*nth)) {
            return None;
        }
        let ranks = self.list(
            parts
                .days
                .iter()
                .map(|(nth, _)| self.text(&format!("rank-{nth}")))
                .collect(),
        );
        let (key, day) = match parts.days.len() {
            1 => ("every-month-rank", self.weekday(day)),
            _ => ("every-month-ranks", self.weekdays(day)),
        };
        Some(self.text_with(key, &[("ranks", ranks.into()), ("day", day.into())]))
    }

    /// « mardis »: every French weekday takes an s, as the English ones do.
    fn weekdays(self, day: Weekday) -> String {
        format!("{}s", self.weekday(day))
    }

    /// « lundi, mardi et jeudi ».
    pub fn list(self, mut words: Vec<String>) -> String {
        match words.pop() {
            None => String::new(),
            Some(last) if words.is_empty() => last,
            Some(last) => format!("{} {} {last}", words.join(", "), self.text("and")),
        }
    }
}

fn named(rank: i32) -> bool {
    matches!(rank, -1 | 1..=4)
}

fn read(rule: &str) -> Option<Parts> {
    let mut parts = Parts {
        interval: 1,
        plain: true,
        ..Parts::default()
    };
    for part in rule
        .trim_start_matches("RRULE:")
        .split(';')
        .filter(|part| !part.is_empty())
    {
        let (name, value) = part.split_once('=')?;
        match name {
            "FREQ" => parts.frequency = value.to_owned(),
            "INTERVAL" => parts.interval = value.parse().ok()?,
            "BYDAY" => parts.days = value.split(',').map(weekday).collect::<Option<_>>()?,
            "BYMONTHDAY" => parts.month_days = value.split(',').map(|day| day.parse().ok()).collect::<Option<_>>()?,
            "COUNT" | "UNTIL" | "WKST" => {}
            _ => parts.plain = false,
        }
    }
    parts.plain.then_some(parts)
}

/// `TU` is any Tuesday (rank 0), `1SA` the first Saturday, `-1SA` the last.
fn weekday(text: &str) -> Option<(i32, Weekday)> {
    let (rank, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let rank = if rank.is_empty() { 0 } else { rank.parse().ok()? };
    Some((rank, day))
}
