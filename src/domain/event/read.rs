//! From JSON (the interface, the staff form, a file) to facts: the one place of every rule of an event.
//!
//! Limits are OpenAgenda's. All refusals of one submission are told at once.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde_json::Value;

use super::facts::{
    Accessibility, Ages, CoOrganiser, Contact, Course, CourseRegistration, Equipment, EventFacts, Format, Image,
    MAX_SUMMARY, Mode, Price, Registration, RegistrationMode, Status,
};
use super::fields::{Fields, web_address};
use super::schedule::Schedule;
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::domain::place::Place;
use crate::domain::recurrence::Recurrence;
use crate::domain::time::{DEFAULT_ZONE, Instant, instant_of, local_of};
use crate::domain::vocabulary as lists;

/// Fields that answers carry and that a submission may therefore hold; they are not read.
pub const READ_ONLY: &[&str] = &[
    "id",
    "uri",
    "url",
    "published",
    "updated",
    "origin",
    "centre",
    "sessions",
    "end_known",
];

/// Reads an event.
///
/// # Errors
/// Every field that is refused, with its reason.
pub fn read(value: &Value) -> Result<EventFacts, Refusal> {
    let Some(object) = value.as_object() else {
        return Err(Invalid::new("", Reason::NotAnObject).into());
    };
    let mut fields = Fields::new(object, "");
    let facts = read_facts(&mut fields);
    let problems = fields.finish(READ_ONLY);
    if problems.is_empty() {
        Ok(facts)
    } else {
        Err(Refusal(problems))
    }
}

fn read_facts(fields: &mut Fields<'_>) -> EventFacts {
    let title = fields.required("title", 140);
    if !title.is_empty() && title.chars().count() < 3 {
        fields.refuse("title", Reason::TooShort { min: 3 });
    }
    let mut facts = EventFacts::new(title.replace('\n', " "), read_schedule(fields));
    facts.external_id = fields.text("external_id", 255);
    facts.summary = fields.text("summary", MAX_SUMMARY).unwrap_or_default();
    facts.description = fields.text("description", 10_000).unwrap_or_default();
    read_kind(fields, &mut facts);
    read_people(fields, &mut facts);
    read_where(fields, &mut facts);
    read_terms_of_access(fields, &mut facts);
    read_standing(fields, &mut facts);
    facts
}

fn read_kind(fields: &mut Fields<'_>, facts: &mut EventFacts) {
    let event_type = fields
        .term("type", &lists::EVENT_TYPES)
        .unwrap_or_else(|| "atelier".to_owned());
    let usual = lists::EVENT_TYPES
        .term(&event_type)
        .and_then(|term| term.format.as_deref()?.parse().ok());
    facts.format = fields.code::<Format>("format", &lists::FORMATS).or(usual);
    facts.event_type = Some(event_type);
    facts.themes = fields.terms("themes", &lists::THEMES);
    facts.services = fields.terms("services", &lists::SERVICES);
    facts.course = fields.object("course", |course| Course {
        sessions: course
            .whole("sessions", 1, 800)
            .and_then(|count| count.try_into().ok())
            .unwrap_or(1),
        registration: course
            .code("registration", &lists::REGISTRATION_MODES)
            .unwrap_or(CourseRegistration::EachSession),
    });
    facts.tags = fields.texts("tags", 40, 40);
    if facts.tags.iter().map(|tag| tag.chars().count()).sum::<usize>() > 255 {
        let length = facts.tags.iter().map(|tag| tag.chars().count()).sum();
        fields.refuse("tags", Reason::TooLong { max: 255, length });
    }
}

fn read_people(fields: &mut Fields<'_>, facts: &mut EventFacts) {
    facts.level_min = fields.code("level_min", &lists::LEVELS);
    facts.level_max = fields.code("level_max", &lists::LEVELS);
    match (facts.level_min, facts.level_max) {
        (Some(min), Some(max)) if max < min => fields.refuse("level_max", Reason::MaxBelowMin),
        (Some(_), None) => facts.level_max = Some(super::Level::Autonome),
        (None, Some(_)) => facts.level_min = Some(super::Level::Eloigne),
        _ => {}
    }
    facts.audiences = fields.terms("audiences", &lists::AUDIENCES);
    facts.age = fields.object("age", read_ages);
    facts.special_support = fields.terms("special_support", &lists::SPECIAL_SUPPORT);
    facts.languages = fields.terms("languages", &lists::LANGUAGES);
    if facts.languages.is_empty() {
        facts.languages.push("fr".to_owned());
    }
    facts.accessibility = fields
        .object("accessibility", |codes| Accessibility {
            ii: codes.flag("ii"),
            hi: codes.flag("hi"),
            vi: codes.flag("vi"),
            pi: codes.flag("pi"),
            mi: codes.flag("mi"),
        })
        .unwrap_or_default();
    facts.accommodations = fields.texts("accommodations", 20, 140);
    facts.equipment = fields
        .object("equipment", |equipment| Equipment {
            provided: equipment.flag("provided"),
            types: equipment.terms("types", &lists::EQUIPMENT),
            bring_own: equipment.flag("bring_own"),
        })
        .unwrap_or_default();
}

fn read_ages(ages: &mut Fields<'_>) -> Ages {
    let min = ages
        .whole("min", 0, 120)
        .and_then(|age| age.try_into().ok())
        .unwrap_or(0);
    let max = ages
        .whole("max", 0, 120)
        .and_then(|age| age.try_into().ok())
        .unwrap_or(120);
    if max < min {
        ages.refuse("max", Reason::MaxBelowMin);
    }
    Ages { min, max }
}

fn read_where(fields: &mut Fields<'_>, facts: &mut EventFacts) {
    facts.mode = read_mode(fields);
    facts.online_url = fields.web_address("online_url");
    facts.place = fields.object("place", place);
    if facts.mode != Mode::Online && fields.value("place").is_none() {
        fields.refuse("place", Reason::Required);
    }
}

/// `mode` as a word, or as OpenAgenda's number.
fn read_mode(fields: &mut Fields<'_>) -> Mode {
    let number = fields.value("mode").and_then(Value::as_i64);
    match number {
        Some(1) => Mode::Offline,
        Some(2) => Mode::Online,
        Some(3) => Mode::Mixed,
        Some(_) => {
            fields.refuse("mode", Reason::OutOfRange { min: 1, max: 3 });
            Mode::Offline
        }
        None => word(fields, "mode", "offline, online, mixed").unwrap_or(Mode::Offline),
    }
}

fn word<T: std::str::FromStr>(fields: &mut Fields<'_>, key: &'static str, list: &str) -> Option<T> {
    let text = fields.text(key, 80)?;
    let found = text.parse().ok();
    if found.is_none() {
        fields.refuse(
            key,
            Reason::UnknownCode {
                code: text,
                list: list.to_owned(),
            },
        );
    }
    found
}

/// Reads a place alone, such as the address of a centre: the same rules.
///
/// # Errors
/// Every field that is refused, with its reason.
pub fn read_place(value: &Value) -> Result<Place, Refusal> {
    let Some(object) = value.as_object() else {
        return Err(Invalid::new("", Reason::NotAnObject).into());
    };
    let mut fields = Fields::new(object, "");
    let place = place(&mut fields);
    let problems = fields.finish(&[]);
    if problems.is_empty() {
        Ok(place)
    } else {
        Err(Refusal(problems))
    }
}

fn place(fields: &mut Fields<'_>) -> Place {
    let read = Place {
        name: fields.required("name", 140),
        address: fields.text("address", 255).unwrap_or_default(),
        complement: fields.text("complement", 255),
        postcode: fields
            .parsed("postcode", postcode, Reason::NotAPostcode)
            .unwrap_or_default(),
        city: fields.required("city", 140),
        insee: fields.parsed("insee", insee, Reason::NotAnInseeCode),
        latitude: fields.degrees("latitude", 90),
        longitude: fields.degrees("longitude", 180),
        itinerant: fields.flag("itinerant"),
    };
    if fields.value("postcode").is_none() {
        fields.refuse("postcode", Reason::Required);
    }
    for (one, other) in [("latitude", "longitude"), ("longitude", "latitude")] {
        if fields.value(one).is_some() && fields.value(other).is_none() {
            fields.refuse(other, Reason::LoneCoordinate);
        }
    }
    read
}

fn postcode(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn insee(text: &str) -> Option<String> {
    let fits = text.len() == 5
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| byte.is_ascii_digit() || (at == 1 && matches!(byte, b'A' | b'B')));
    fits.then(|| text.to_owned())
}

fn read_terms_of_access(fields: &mut Fields<'_>, facts: &mut EventFacts) {
    facts.price = Some(fields.code("price", &lists::PRICES).unwrap_or(Price::Gratuit));
    facts.price_detail = fields.text("price_detail", 255);
    let read = fields.object("registration", |registration| Registration {
        mode: registration
            .code("mode", &lists::REGISTRATION_MODES)
            .unwrap_or(RegistrationMode::SansInscription),
        access: registration.terms("access", &lists::ACCESS_MODES),
        phone: registration.phone("phone"),
        email: registration.email("email"),
        url: registration.web_address("url"),
        capacity: registration
            .whole("capacity", 1, 100_000)
            .and_then(|places| places.try_into().ok()),
        waiting_list: registration.flag("waiting_list"),
    });
    facts.registration = Some(read.unwrap_or(Registration {
        mode: RegistrationMode::SansInscription,
        access: Vec::new(),
        phone: None,
        email: None,
        url: None,
        capacity: None,
        waiting_list: false,
    }));
    facts.contact = fields
        .object("contact", |contact| Contact {
            phone: contact.phone("phone"),
            email: contact.email("email"),
        })
        .unwrap_or_default();
    facts.open_to_prescription = fields.flag("open_to_prescription");
}

fn read_standing(fields: &mut Fields<'_>, facts: &mut EventFacts) {
    facts.status = read_status(fields);
    facts.status_detail = fields.text("status_detail", 255);
    facts.image = fields.object("image", |image| Image {
        url: required_address(image),
        alt: image.required("alt", 1500),
    });
    facts.co_organisers = read_co_organisers(fields);
}

fn required_address(image: &mut Fields<'_>) -> String {
    if image.value("url").is_none() {
        image.refuse("url", Reason::Required);
    }
    image.web_address("url").unwrap_or_default()
}

/// `status` as a word, or as OpenAgenda's number.
fn read_status(fields: &mut Fields<'_>) -> Status {
    if let Some(number) = fields.value("status").and_then(Value::as_i64) {
        let at = usize::try_from(number - 1).ok();
        return at.and_then(|at| Status::ALL.get(at).copied()).unwrap_or_else(|| {
            fields.refuse("status", Reason::OutOfRange { min: 1, max: 6 });
            Status::Scheduled
        });
    }
    let list = "scheduled, rescheduled, moved-online, postponed, full, cancelled";
    word(fields, "status", list).unwrap_or(Status::Scheduled)
}

/// Names, or objects with `name` and `uri`.
fn read_co_organisers(fields: &mut Fields<'_>) -> Vec<CoOrganiser> {
    let Some(value) = fields.value("co_organisers") else {
        return Vec::new();
    };
    let Some(items) = value.as_array().filter(|items| items.len() <= 20) else {
        let reason = if value.is_array() {
            Reason::TooMany { max: 20 }
        } else {
            Reason::NotAList
        };
        fields.refuse("co_organisers", reason);
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let name = item
            .get("name")
            .unwrap_or(item)
            .as_str()
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let uri = item.get("uri").and_then(Value::as_str);
        match name {
            Some(name) if name.chars().count() > 140 => {
                fields.refuse(
                    &format!("co_organisers[{at}]"),
                    Reason::TooLong {
                        max: 140,
                        length: name.chars().count(),
                    },
                );
            }
            Some(_) if uri.is_some_and(|uri| web_address(uri).is_none()) => {
                fields.refuse(&format!("co_organisers[{at}].uri"), Reason::NotAUrl);
            }
            Some(name) => found.push(CoOrganiser {
                name: name.to_owned(),
                uri: uri.map(str::to_owned),
            }),
            None => fields.refuse(&format!("co_organisers[{at}]"), Reason::Required),
        }
    }
    found
}

fn read_schedule(fields: &mut Fields<'_>) -> Schedule {
    let zone = fields
        .parsed("timezone", |text| text.parse::<Tz>().ok(), Reason::NotAZone)
        .unwrap_or(DEFAULT_ZONE);
    let start = read_instant(fields, "start", zone);
    let end = read_instant(fields, "end", zone);
    let recurrence = read_recurrence(fields, zone);
    let (Some(start), Some(end)) = (start, end) else {
        return Schedule::default();
    };
    if end <= start {
        fields.refuse("end", Reason::EndBeforeStart);
    } else if end - start > Duration::hours(24) {
        fields.refuse("end", Reason::SessionTooLong);
    } else {
        let schedule = Schedule {
            zone,
            start,
            end,
            end_known: true,
            recurrence,
        };
        match schedule.sessions() {
            Ok(_) => return schedule,
            Err(reason) => fields.refuse("rrule", reason),
        }
    }
    Schedule::default()
}

fn read_instant(fields: &mut Fields<'_>, key: &'static str, zone: Tz) -> Option<Instant> {
    if fields.value(key).is_none() {
        fields.refuse(key, Reason::Required);
        return None;
    }
    fields.parsed(key, |text| instant(text, zone), Reason::NotADate)
}

/// RFC 3339, or a local date and time; years 2000 to 2199, so that a slip of the keyboard is seen.
fn instant(text: &str, zone: Tz) -> Option<Instant> {
    let instant = match text.parse::<Instant>() {
        Ok(instant) => instant,
        Err(_) => instant_of(local(text)?, zone),
    };
    (2000..2200).contains(&instant.year()).then_some(instant)
}

fn local(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

fn read_recurrence(fields: &mut Fields<'_>, zone: Tz) -> Option<Recurrence> {
    let rule = fields.text("rrule", 512);
    let mut exceptions = Vec::new();
    for (at, text) in fields.texts("exdates", 800, 40).iter().enumerate() {
        match exception(text, zone) {
            Some(date) => exceptions.push(date),
            None => fields.refuse(&format!("exdates[{at}]"), Reason::NotADate),
        }
    }
    if rule.is_none() && !exceptions.is_empty() {
        fields.refuse("exdates", Reason::ExceptionsWithoutRule);
    }
    exceptions.sort_unstable();
    exceptions.dedup();
    rule.map(|rule| Recurrence { rule, exceptions })
}

/// A date, or a moment whose local date counts.
fn exception(text: &str, zone: Tz) -> Option<NaiveDate> {
    text.parse()
        .ok()
        .or_else(|| instant(text, zone).map(|instant| local_of(instant, zone).date()))
}

#[cfg(test)]
mod tests;
