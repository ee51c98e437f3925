//! schema.org JSON-LD, for search engines and agendas that read pages.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::domain::calendar::Entry;
use crate::domain::event::{EventFacts, Mode, Price, Status};
use crate::domain::time::Instant;
use crate::domain::vocabulary::EVENT_TYPES;

/// The session as a text that is safe inside `<script type="application/ld+json">`.
pub fn script(entry: &Entry) -> String {
    in_script(&event(entry))
}

/// `<`, `>` and `&` as escapes: no text of a peer can close the element or open a comment.
fn in_script(value: &Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// The session as a schema.org Event.
pub fn event(entry: &Entry) -> Value {
    let (facts, occurrence) = (&entry.event.facts, &entry.session.occurrence);
    let local = |instant: Instant| {
        instant
            .with_timezone(&facts.schedule.zone)
            .to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let mut event = json!({
        "@context": "https://schema.org",
        "@type": kind(facts),
        "@id": entry.uri,
        "url": entry.url,
        "name": facts.title,
        "startDate": local(occurrence.start),
        "eventStatus": format!("https://schema.org/{}", status(facts.status)),
        "eventAttendanceMode": format!("https://schema.org/{}", attendance(facts.mode)),
        "location": location(facts),
        "organizer": { "@type": "Organization", "name": entry.publisher.name, "url": entry.publisher.url },
        "offers": offers(entry),
    });
    let optional = [
        (
            "endDate",
            facts.schedule.end_known.then(|| json!(local(occurrence.end))),
        ),
        ("description", said(&facts.summary).or_else(|| said(&facts.description))),
        ("isAccessibleForFree", free(facts.price)),
        (
            "inLanguage",
            (!facts.languages.is_empty()).then(|| json!(facts.languages)),
        ),
        ("educationalLevel", facts.level_min.map(|level| json!(level.as_str()))),
        (
            "maximumAttendeeCapacity",
            facts
                .registration
                .as_ref()
                .and_then(|way| way.capacity)
                .map(|seats| json!(seats)),
        ),
        (
            "typicalAgeRange",
            facts.age.map(|age| json!(format!("{}-{}", age.min, age.max))),
        ),
        ("image", facts.image.as_ref().map(|image| json!(image.url))),
    ];
    for (name, value) in optional
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
    {
        event[name] = value;
    }
    event
}

fn said(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!(text))
}

fn kind(facts: &EventFacts) -> &str {
    let term = facts.event_type.as_deref().and_then(|code| EVENT_TYPES.term(code));
    term.and_then(|term| term.schema_org.as_deref()).unwrap_or("Event")
}

/// schema.org has no word for « complet »: that is an offer sold out.
fn status(status: Status) -> &'static str {
    match status {
        Status::Scheduled | Status::Full => "EventScheduled",
        Status::Rescheduled => "EventRescheduled",
        Status::MovedOnline => "EventMovedOnline",
        Status::Postponed => "EventPostponed",
        Status::Cancelled => "EventCancelled",
    }
}

fn attendance(mode: Mode) -> &'static str {
    match mode {
        Mode::Offline => "OfflineEventAttendanceMode",
        Mode::Online => "OnlineEventAttendanceMode",
        Mode::Mixed => "MixedEventAttendanceMode",
    }
}

fn location(facts: &EventFacts) -> Value {
    let online = facts
        .online_url
        .as_ref()
        .map(|url| json!({ "@type": "VirtualLocation", "url": url }));
    let place = facts.place.as_ref().map(|place| {
        let mut location = json!({
            "@type": "Place",
            "name": place.name,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": place.address,
                "postalCode": place.postcode,
                "addressLocality": place.city,
                "addressCountry": "FR",
            },
        });
        if let (Some(latitude), Some(longitude)) = (place.latitude, place.longitude) {
            location["geo"] = json!({ "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude });
        }
        location
    });
    match (facts.mode, place, online) {
        (Mode::Online, _, Some(online)) => online,
        (Mode::Mixed, Some(place), Some(online)) => json!([place, online]),
        (_, Some(place), _) => place,
        (_, None, online) => online.unwrap_or(Value::Null),
    }
}

fn free(price: Option<Price>) -> Option<Value> {
    match price? {
        Price::Gratuit => Some(json!(true)),
        Price::Payant => Some(json!(false)),
        Price::GratuitSousCondition => None,
    }
}

fn offers(entry: &Entry) -> Value {
    let facts = &entry.event.facts;
    let sold_out = matches!(facts.status, Status::Full | Status::Cancelled);
    let mut offer = json!({
        "@type": "Offer",
        "url": facts.registration.as_ref().and_then(|way| way.url.as_deref()).unwrap_or(&entry.url),
        "availability": format!("https://schema.org/{}", if sold_out { "SoldOut" } else { "InStock" }),
    });
    if facts.price == Some(Price::Gratuit) {
        offer["price"] = json!("0");
        offer["priceCurrency"] = json!("EUR");
    }
    offer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sample::entry;

    #[test]
    fn a_session_is_an_event_of_its_type() {
        let event = event(&entry());
        assert_eq!(event["@type"], "EducationEvent");
        assert_eq!(event["startDate"], "2026-11-24T09:00:00+01:00");
        assert_eq!(event["eventStatus"], "https://schema.org/EventScheduled");
        assert_eq!(event["location"]["address"]["addressLocality"], "Roubaix");
        assert_eq!(event["offers"]["price"], "0");
        assert_eq!(event["isAccessibleForFree"], true);
    }

    #[test]
    fn a_full_session_is_sold_out_and_a_cancelled_one_cancelled() {
        let mut entry = entry();
        entry.event.facts.status = Status::Full;
        assert_eq!(event(&entry)["offers"]["availability"], "https://schema.org/SoldOut");
        entry.event.facts.status = Status::Cancelled;
        assert_eq!(event(&entry)["eventStatus"], "https://schema.org/EventCancelled");
    }

    #[test]
    fn no_title_leaves_its_script() {
        let mut entry = entry();
        entry.event.facts.title = "</script><!--<script>&".into();
        let script = script(&entry);
        assert!(!script.contains(['<', '>', '&']), "{script}");
        let read: Value = serde_json::from_str(&script).expect("still JSON");
        assert_eq!(read["name"], "</script><!--<script>&");
    }
}
