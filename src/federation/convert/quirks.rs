//! What single peer softwares write in their own way: one function a matter, each naming whom it is for.

use chrono::{DateTime, NaiveDateTime};
use chrono_tz::Tz;

use super::html::{clean_text, to_text};
use super::json::Value;
use super::read;
use crate::domain::event::Status;
use crate::domain::place::Place;
use crate::domain::time::{DEFAULT_ZONE, Instant, instant_of, to_millisecond};

/// The title. Older Hubzilla has none but the first line of `summary`.
pub(super) fn title(object: &Value, max: usize) -> Option<String> {
    read::line(object, "name", max).or_else(|| {
        let summary = to_text(read::words(object, "summary")?, max);
        summary.lines().next().map(str::to_owned)
    })
}

/// The zone of the wall clock. WordPress may write `+02:00`; Mobilizon writes `Etc/UTC` for an address whose zone it did not
/// find. Neither is a place's zone, so the usual one stands in; the instant is right in any case.
pub(super) fn zone(object: &Value) -> Tz {
    let told = object.get("timezone").and_then(Value::as_str);
    told.and_then(|name| name.parse::<Tz>().ok())
        .filter(|zone| {
            !matches!(
                zone.name(),
                "UTC" | "Etc/UTC" | "Etc/GMT" | "GMT" | "Zulu" | "Universal" | "UCT"
            )
        })
        .unwrap_or(DEFAULT_ZONE)
}

/// A moment. Seconds may be left out (ActivityStreams core §2.3). Hubzilla ends « whatever the zone » with `-00:00`,
/// Friendica says it by `dfrn:adjust` false; a time without offset is one on the wall too.
pub(super) fn moment(object: &Value, key: &str, zone: Tz) -> Option<Instant> {
    let text = object.get(key)?.as_str().filter(|text| text.len() <= 40)?.trim();
    let adjusted = object.get("dfrn:adjust").or_else(|| object.get("adjust"));
    let floats = text.ends_with("-00:00")
        || adjusted.is_some_and(|adjust| adjust.as_bool() == Some(false) || adjust.as_i64() == Some(0));
    let exact = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"))
        .or_else(|_| DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z"));
    let instant = match exact {
        Ok(exact) if floats => instant_of(exact.naive_local(), zone),
        Ok(exact) => exact.to_utc(),
        Err(_) => instant_of(wall_clock(text)?, zone),
    };
    Some(to_millisecond(instant))
}

fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// Where it stands, by `eventStatus` (FEP-8a8e; a word or an address that ends with it) or by iCalendar's `status`.
pub(super) fn status(object: &Value) -> Status {
    let told = read::field(object, "eventStatus").and_then(|value| {
        let text = value.as_str().or_else(|| value.get("id")?.as_str())?;
        match text.rsplit(['/', '#', ':']).next()? {
            "EventCancelled" => Some(Status::Cancelled),
            "EventPostponed" => Some(Status::Postponed),
            "EventRescheduled" => Some(Status::Rescheduled),
            "EventMovedOnline" => Some(Status::MovedOnline),
            "EventScheduled" => Some(Status::Scheduled),
            _ => None,
        }
    });
    told.unwrap_or_else(|| {
        let ical = object.get("status").or_else(|| object.get("ical:status"));
        match ical.and_then(Value::as_str) {
            Some(word) if word.eq_ignore_ascii_case("cancelled") => Status::Cancelled,
            _ => Status::Scheduled,
        }
    })
}

/// A place: an object with a postal address (Mobilizon, WordPress) or an address as text (Gancio), with a name only
/// (Friendica), with `content` in place of a name (Hubzilla), or a bare text. `None` when it says nothing.
pub(in crate::federation) fn place(location: &Value) -> Option<Place> {
    if let Value::String(text) = location {
        let name = clean_text(text, 140);
        let says_something = !name.is_empty() && read::web_url(text).is_none();
        return says_something.then(|| split_address(&name));
    }
    let name = read::line(location, "name", 140).or_else(|| read::line(location, "content", 140));
    let mut place = match location.get("address") {
        Some(Value::String(text)) => split_address(&clean_text(text, 255)),
        Some(address) => postal_address(address),
        None => Place::default(),
    };
    if let Some(name) = name {
        place.name = name;
    }
    if let Some((latitude, longitude)) = coordinates(location) {
        (place.latitude, place.longitude) = (Some(latitude), Some(longitude));
    }
    if place.name.is_empty() {
        place.name = [&place.address, &place.city]
            .into_iter()
            .find(|part| !part.is_empty())
            .map_or_else(String::new, |part| clean_text(part, 140));
    }
    (!place.name.is_empty() || place.latitude.is_some()).then_some(place)
}

fn postal_address(address: &Value) -> Place {
    let part = |key, max| read::line(address, key, max).unwrap_or_default();
    Place {
        address: part("streetAddress", 255),
        postcode: part("postalCode", 20),
        city: part("addressLocality", 140),
        ..Place::default()
    }
}

/// « 80 rue de l’Alma, 59100 Roubaix, France »: the five digits part the street from the town. Without them all of it is
/// the street. The first part is the name until a better one is known.
fn split_address(text: &str) -> Place {
    let first = text.split(',').next().unwrap_or(text).trim();
    let mut place = Place {
        name: clean_text(first, 140),
        address: text.to_owned(),
        ..Place::default()
    };
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let bytes = text.as_bytes();
    let postcode = (0..bytes.len().saturating_sub(4)).rev().find(|at| {
        let (before, after) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + 5));
        bytes[*at..at + 5].iter().all(u8::is_ascii_digit) && is_edge(before) && is_edge(after)
    });
    if let Some(at) = postcode {
        place.postcode = text[at..at + 5].to_owned();
        place.address = text[..at].trim().trim_end_matches(',').trim_end().to_owned();
        let town = text[at + 5..].trim_start_matches([' ', ',', '\u{a0}']);
        place.city = clean_text(town.split(',').next().unwrap_or_default(), 140);
    }
    place
}

/// Latitude and longitude, as numbers or (WordPress) as texts; 0, 0 is what software writes that does not know.
fn coordinates(location: &Value) -> Option<(f64, f64)> {
    let number = |key: &str, bound: f64| {
        let value = location.get(key)?;
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        (number.is_finite() && number.abs() <= bound).then_some(number)
    };
    let found = (number("latitude", 90.0)?, number("longitude", 180.0)?);
    (found != (0.0, 0.0)).then_some(found)
}

/// Whether an attachment is a picture: an Image, or a Document of such a type (some leave the type out).
pub(super) fn is_picture(item: &Value) -> bool {
    let kind = item.get("mediaType").and_then(Value::as_str);
    match kind {
        Some(kind) => kind.starts_with("image/") && kind != "image/svg+xml",
        None => read::is_a(item, "Image"),
    }
}

/// The address of a `mailto:`: FEP-8a8e allows one as the way to take part.
pub(super) fn mailto(text: &str) -> Option<String> {
    let address = text.strip_prefix("mailto:")?.split('?').next()?;
    let plain = address.len() <= 254
        && address.matches('@').count() == 1
        && address
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"@.-_+".contains(&byte));
    plain.then(|| address.to_owned())
}
