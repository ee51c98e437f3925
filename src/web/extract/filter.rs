//! The parameters of the calendar's addresses, read into a [`Filter`]: the same for the page, the feeds and the API.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::domain::calendar::{Filter, Near};
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::domain::time::{Instant, instant_of};
use crate::domain::vocabulary::{
    ACCESSIBILITY, AUDIENCES, EVENT_TYPES, FORMATS, LANGUAGES, LEVELS, PRICES, THEMES, Vocabulary,
};
use crate::store::Cursor;

/// Every parameter of a filter, as outside tools know them, and `when`, the shortcut of people.
pub const PARAMETERS: [&str; 19] = [
    "q",
    "near",
    "radius_km",
    "from",
    "to",
    "when",
    "city",
    "postcode",
    "theme",
    "type",
    "level",
    "audience",
    "language",
    "accessibility",
    "format",
    "mode",
    "price",
    "centre",
    "network",
];

/// Longest text of a parameter, in characters.
const MAX_TEXT: usize = 120;
/// Longest list of a parameter.
const MAX_CODES: usize = 40;
/// Furthest radius, in kilometres.
const MAX_RADIUS_KM: i64 = 500;

/// What an address asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The filter.
    pub filter: Filter,
    /// The page to go on from.
    pub cursor: Option<Cursor>,
    /// How many sessions at most.
    pub limit: Option<u16>,
    /// The parameters of the filter that say something, in the order of [`PARAMETERS`].
    pub given: Vec<(String, String)>,
    /// The first day that was asked for.
    pub since: Option<NaiveDate>,
}

impl Asked {
    /// Reads a query string. `now` and `zone` decide what « this week » and a date without a zone mean.
    ///
    /// # Errors
    /// One entry for each parameter that cannot be read. Parameters of others are left alone.
    pub fn read(query: &str, now: Instant, zone: Tz) -> Result<Self, Refusal> {
        let pairs = Pairs::read(query);
        let mut found = Vec::new();
        let (from, to) = period(&pairs, now, zone, &mut found);
        let filter = Filter {
            from,
            to,
            q: pairs.text("q", &mut found),
            city: pairs.text("city", &mut found),
            postcode: postcode(&pairs, &mut found),
            near: near(&pairs, &mut found),
            radius_km: radius(&pairs, &mut found),
            themes: pairs.codes("theme", &THEMES, &mut found),
            types: pairs.codes("type", &EVENT_TYPES, &mut found),
            levels: parsed(pairs.codes("level", &LEVELS, &mut found)),
            audiences: pairs.codes("audience", &AUDIENCES, &mut found),
            languages: pairs.codes("language", &LANGUAGES, &mut found),
            accessibility: pairs.codes("accessibility", &ACCESSIBILITY, &mut found),
            formats: parsed(pairs.codes("format", &FORMATS, &mut found)),
            modes: modes(&pairs, &mut found),
            prices: parsed(pairs.codes("price", &PRICES, &mut found)),
            centre: pairs.text("centre", &mut found),
            network: pairs.text("network", &mut found),
        };
        let cursor = cursor(&pairs, &mut found);
        let limit = limit(&pairs, &mut found);
        if !found.is_empty() {
            return Err(Refusal(found));
        }
        let since = pairs
            .one("from")
            .and(from)
            .map(|from| from.with_timezone(&zone).date_naive());
        Ok(Self {
            filter,
            cursor,
            limit,
            given: pairs.given(),
            since,
        })
    }

    /// The query string of the same filter, with other parameters after it: for links to pages and feeds.
    pub fn query(&self, more: &[(&str, &str)]) -> String {
        let given = self.given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(given.chain(more.iter().copied()));
        query.finish()
    }
}

/// The decoded pairs of a query string.
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn read(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    fn given(&self) -> Vec<(String, String)> {
        let of = |name: &'static str| self.0.iter().filter(move |(other, _)| other == name).cloned();
        PARAMETERS.into_iter().flat_map(of).collect()
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    fn text(&self, name: &str, found: &mut Vec<Invalid>) -> Option<String> {
        let text = self.one(name)?;
        let length = text.chars().count();
        if length > MAX_TEXT {
            found.push(Invalid::new(name, Reason::TooLong { max: MAX_TEXT, length }));
        } else if text.chars().any(char::is_control) {
            found.push(Invalid::new(name, Reason::ControlCharacter));
        }
        Some(text.to_owned())
    }

    /// Codes given by repeating the parameter or by commas.
    fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(other, _)| other == name);
        values
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|code| !code.is_empty())
            .collect()
    }

    fn codes(&self, name: &str, vocabulary: &'static Vocabulary, found: &mut Vec<Invalid>) -> Vec<String> {
        let codes = self.all(name);
        if codes.len() > MAX_CODES {
            found.push(Invalid::new(name, Reason::TooMany { max: MAX_CODES }));
        }
        for code in codes.iter().filter(|code| vocabulary.term(code).is_none()) {
            found.push(unknown(name, code, vocabulary.name));
        }
        codes.into_iter().map(str::to_owned).collect()
    }
}

fn unknown(name: &str, code: &str, list: &str) -> Invalid {
    Invalid::new(
        name,
        Reason::UnknownCode {
            code: crate::domain::text::shorten(code, 40),
            list: list.to_owned(),
        },
    )
}

/// Codes of a vocabulary that the domain has as an enumeration; an unknown one was already refused.
fn parsed<T: std::str::FromStr>(codes: Vec<String>) -> Vec<T> {
    codes.iter().filter_map(|code| code.parse().ok()).collect()
}

fn modes<T: std::str::FromStr>(pairs: &Pairs, found: &mut Vec<Invalid>) -> Vec<T> {
    let codes = pairs.all("mode");
    let read = codes.iter().filter_map(|code| match code.parse() {
        Ok(mode) => Some(mode),
        Err(_) => {
            found.push(unknown("mode", code, "offline, online, mixed"));
            None
        }
    });
    read.collect()
}

fn postcode(pairs: &Pairs, found: &mut Vec<Invalid>) -> Option<String> {
    let postcode = pairs.one("postcode")?;
    if postcode.len() > 5 || !postcode.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        found.push(Invalid::new("postcode", Reason::NotAPostcode));
    }
    Some(postcode.to_owned())
}

/// `50.69,3.17`, or a town or postcode.
fn near(pairs: &Pairs, found: &mut Vec<Invalid>) -> Option<Near> {
    let text = pairs.text("near", found)?;
    let Some((latitude, longitude)) = text.split_once(',') else {
        return Some(Near::Town(text));
    };
    let (Ok(latitude), Ok(longitude)) = (latitude.trim().parse::<f64>(), longitude.trim().parse::<f64>()) else {
        return Some(Near::Town(text));
    };
    if !(-90.0..=90.0).contains(&latitude) {
        found.push(Invalid::new("near", Reason::OutOfRange { min: -90, max: 90 }));
    } else if !(-180.0..=180.0).contains(&longitude) {
        found.push(Invalid::new("near", Reason::OutOfRange { min: -180, max: 180 }));
    }
    Some(Near::Point(latitude, longitude))
}

fn radius(pairs: &Pairs, found: &mut Vec<Invalid>) -> Option<f64> {
    let text = pairs.one("radius_km")?;
    match text.replace(',', ".").parse::<f64>() {
        Ok(radius) if radius > 0.0 && radius <= MAX_RADIUS_KM as f64 => Some(radius),
        Ok(_) => {
            found.push(Invalid::new(
                "radius_km",
                Reason::OutOfRange {
                    min: 0,
                    max: MAX_RADIUS_KM,
                },
            ));
            None
        }
        Err(_) => {
            found.push(Invalid::new("radius_km", Reason::NotANumber));
            None
        }
    }
}

fn cursor(pairs: &Pairs, found: &mut Vec<Invalid>) -> Option<Cursor> {
    let text = pairs.one("cursor")?;
    let cursor = text.parse().ok();
    if cursor.is_none() {
        found.push(unknown("cursor", text, "cursor"));
    }
    cursor
}

fn limit(pairs: &Pairs, found: &mut Vec<Invalid>) -> Option<u16> {
    let text = pairs.one("limit")?;
    let limit = text.parse::<u16>().ok().filter(|limit| (1..=500).contains(limit));
    if limit.is_none() {
        found.push(Invalid::new("limit", Reason::OutOfRange { min: 1, max: 500 }));
    }
    limit
}

/// `when` where it is given, else `from` and `to`; a `to` that is a day includes it.
fn period(pairs: &Pairs, now: Instant, zone: Tz, found: &mut Vec<Invalid>) -> (Option<Instant>, Option<Instant>) {
    let from = pairs
        .one("from")
        .and_then(|text| bound("from", text, zone, false, found));
    let to = pairs.one("to").and_then(|text| bound("to", text, zone, true, found));
    let Some(when) = pairs.one("when") else {
        return (from, to);
    };
    let Some((first, after)) = shortcut(when, now.with_timezone(&zone).date_naive()) else {
        found.push(unknown("when", when, "today, week, weekend, month"));
        return (from, to);
    };
    let start = midnight(first, zone);
    // A day that has begun starts now: what is over is over.
    (
        Some(from.unwrap_or(start).max(start).max(now)),
        Some(midnight(after, zone)),
    )
}

/// The first day, and the one after the last.
fn shortcut(when: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let monday = today.week(Weekday::Mon).last_day().succ_opt()?;
    match when {
        "today" => Some((today, today.succ_opt()?)),
        "week" => Some((today, monday)),
        "weekend" => Some((today.max(monday.checked_sub_days(Days::new(2))?), monday)),
        "month" => {
            let (year, month) = if today.month() == 12 {
                (today.year() + 1, 1)
            } else {
                (today.year(), today.month() + 1)
            };
            Some((today, NaiveDate::from_ymd_opt(year, month, 1)?))
        }
        _ => None,
    }
}

fn midnight(date: NaiveDate, zone: Tz) -> Instant {
    instant_of(date.and_time(NaiveTime::MIN), zone)
}

/// A day, a local date and time, or RFC 3339.
fn bound(name: &str, text: &str, zone: Tz, whole_day: bool, found: &mut Vec<Invalid>) -> Option<Instant> {
    let day = text
        .parse::<NaiveDate>()
        .ok()
        .and_then(|day| if whole_day { day.succ_opt() } else { Some(day) });
    let local = || {
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
        formats
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    };
    let read = day
        .map(|day| midnight(day, zone))
        .or_else(|| local().map(|local| instant_of(local, zone)))
        // A plus sign in an address is a space once decoded.
        .or_else(|| text.replace(' ', "+").parse::<Instant>().ok());
    // Years that the store's milliseconds and the calendar's arithmetic hold with ease.
    let read = read.filter(|instant| (1970..=2200).contains(&instant.year()));
    if read.is_none() {
        found.push(Invalid::new(name, Reason::NotADate));
    }
    read
}

#[cfg(test)]
mod tests;
