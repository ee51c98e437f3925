//! Days, hours and phone numbers as people say them: « mardi 24 novembre », « de 9 h à 12 h 30 », « 03 53 01 01 01 ».

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Timelike};
use chrono_tz::Tz;

use super::{Language, Locale, NO_BREAK};

impl Locale {
    /// « mardi 24 novembre ».
    pub fn day(self, date: NaiveDate) -> String {
        self.text_with(
            "date-day",
            &[
                ("weekday", self.weekday(date.weekday()).into()),
                ("number", self.day_number(date).into()),
                ("month", self.month(date).into()),
            ],
        )
    }

    /// « mardi 24 novembre », with the year when it is not this one.
    pub fn day_seen_from(self, date: NaiveDate, today: NaiveDate) -> String {
        if date.year() == today.year() || (date - today).num_days().abs() < 300 {
            self.day(date)
        } else {
            format!("{} {}", self.day(date), date.year())
        }
    }

    /// « 20 novembre 2026 »: a date far from now, such as the one of a change.
    pub fn date(self, date: NaiveDate) -> String {
        format!(
            "{}{NO_BREAK}{} {}",
            self.day_number(date),
            self.month(date),
            date.year()
        )
    }

    /// « Aujourd’hui », « Demain », for the days near enough to have a word.
    pub fn near_day(self, date: NaiveDate, today: NaiveDate) -> Option<String> {
        match (date - today).num_days() {
            0 => Some(self.text("date-today")),
            1 => Some(self.text("date-tomorrow")),
            _ => None,
        }
    }

    /// « 9 h », « 9 h 30 » in French, « 9:30 » in English.
    pub fn hour(self, time: NaiveTime) -> String {
        match self.language() {
            Language::French if time.minute() == 0 => format!("{}{NO_BREAK}h", time.hour()),
            Language::French => format!("{}{NO_BREAK}h{NO_BREAK}{:02}", time.hour(), time.minute()),
            Language::English => format!("{}:{:02}", time.hour(), time.minute()),
        }
    }

    /// « de 9 h à 12 h », « à 14 h » when the end is not known.
    pub fn hours(self, start: NaiveTime, end: Option<NaiveTime>) -> String {
        let from = self.hour(start);
        match end {
            Some(end) => self.text_with("date-hours", &[("start", from.into()), ("end", self.hour(end).into())]),
            None => self.text_with("date-at", &[("start", from.into())]),
        }
    }

    /// The hours of a session, naming the last day when it is not the first: « de 9 h au mercredi 25 novembre, 12 h ».
    pub fn span(self, start: DateTime<Tz>, end: Option<DateTime<Tz>>) -> String {
        match end {
            // A session that ends at midnight or in the small hours still belongs to its evening.
            Some(end) if end.date_naive() != start.date_naive() && end - start > Duration::hours(12) => self.text_with(
                "date-span",
                &[
                    ("start", self.hour(start.time()).into()),
                    ("day", self.day(end.date_naive()).into()),
                    ("end", self.hour(end.time()).into()),
                ],
            ),
            _ => self.hours(start.time(), end.map(|end| end.time())),
        }
    }

    /// « novembre ».
    fn month(self, date: NaiveDate) -> String {
        self.text(&format!("month-{}", date.month()))
    }

    /// « mardi ».
    pub(super) fn weekday(self, day: chrono::Weekday) -> String {
        self.text(&format!("weekday-{}", day.number_from_monday()))
    }

    /// French says « 1er » for the first day of a month and a plain number for the others.
    fn day_number(self, date: NaiveDate) -> String {
        match (self.language(), date.day()) {
            (Language::French, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        }
    }
}

/// The text with its first letter a capital: « Mardi 24 novembre ».
pub fn capitalise(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A French number grouped by two with no-break spaces, whether it came as `0353010101` or `+33353010101`; any other
/// number is left as it was written, its spaces made no-break.
pub fn phone(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let national = match (number.trim().starts_with('+'), digits.strip_prefix("33"), digits.len()) {
        (true, Some(rest), 11) => format!("0{rest}"),
        (false, _, 10) if digits.starts_with('0') => digits,
        _ => return number.trim().replace(' ', &NO_BREAK.to_string()),
    };
    let pairs: Vec<&str> = (0..national.len()).step_by(2).map(|at| &national[at..at + 2]).collect();
    pairs.join(&NO_BREAK.to_string())
}
