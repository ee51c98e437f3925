//! What other softwares demand of an Event, each demand coded once: a document that breaks one is lost there.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

/// Mobilizon's thirty categories; anything else is read as a meeting there.
const CATEGORIES: &str = "ARTS BOOK_CLUBS BUSINESS CAUSES COMEDY CRAFTS FOOD_DRINK HEALTH MUSIC AUTO_BOAT_AIR COMMUNITY \
    FAMILY_EDUCATION FASHION_BEAUTY FILM_MEDIA GAMES LANGUAGE_CULTURE LEARNING LGBTQ MOVEMENTS_POLITICS NETWORKING PARTY \
    PERFORMING_VISUAL_ARTS PETS PHOTOGRAPHY OUTDOORS_ADVENTURE SPIRITUALITY_RELIGION_BELIEFS SCIENCE_TECH SPORTS THEATRE \
    MEETING";

fn time(object: &Value, key: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(object[key].as_str()?).ok()
}

fn host(text: &Value) -> Option<String> {
    url::Url::parse(text.as_str()?).ok()?.host_str().map(str::to_owned)
}

fn one_of(object: &Value, key: &str, allowed: &[&str]) -> bool {
    match object.get(key) {
        None => true,
        Some(value) => value.as_str().is_some_and(|word| allowed.contains(&word)),
    }
}

fn list_or_absent(object: &Value, key: &str) -> bool {
    object.get(key).is_none_or(Value::is_array)
}

/// Names each demand of Mobilizon 5.1.3 that `object` breaks.
pub fn broken_for_mobilizon(object: &Value) -> Vec<&'static str> {
    let name = object["name"].as_str().unwrap_or_default().chars().count();
    let start = time(object, "startTime");
    let demands = [
        ("id is an address", host(&object["id"]).is_some()),
        ("type is the text Event", object["type"] == "Event"),
        ("name has 3 to 200 characters", (3..=200).contains(&name)),
        ("startTime can be read", start.is_some()),
        (
            "to is on the object",
            object["to"].as_array().is_some_and(|to| !to.is_empty()),
        ),
        ("attributedTo is one text", object["attributedTo"].is_string()),
        (
            "id and author are of one host",
            host(&object["id"]) == host(&object["attributedTo"]),
        ),
        ("location is one object", location(object)),
        ("coordinates are written as decimals", coordinates(object)),
        ("attachment is a list of objects", attachment(object)),
        ("image is one Image or absent", image(object)),
        (
            "joinMode is one it knows",
            one_of(object, "joinMode", &["free", "restricted", "invite", "external"]),
        ),
        (
            "external has its page",
            object["joinMode"] != "external" || host(&object["externalParticipationUrl"]).is_some(),
        ),
        (
            "status is one it knows",
            one_of(object, "status", &["TENTATIVE", "CONFIRMED", "CANCELLED"]),
        ),
        (
            "ical:status is one it knows",
            one_of(object, "ical:status", &["TENTATIVE", "CONFIRMED", "CANCELLED"]),
        ),
        (
            "repliesModerationOption is one it knows",
            one_of(object, "repliesModerationOption", &["allow_all", "moderated", "closed"]),
        ),
        (
            "uuid is one or absent",
            object
                .get("uuid")
                .is_none_or(|uuid| uuid.as_str().is_some_and(|text| uuid::Uuid::try_parse(text).is_ok())),
        ),
        ("contacts is a list or absent", list_or_absent(object, "contacts")),
        (
            "category is one it knows",
            object["category"]
                .as_str()
                .is_some_and(|category| CATEGORIES.split_whitespace().any(|one| one == category)),
        ),
        (
            "endTime is not before startTime",
            object.get("endTime").is_none() || time(object, "endTime") >= start,
        ),
        (
            "timezone is IANA's",
            object["timezone"]
                .as_str()
                .is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_ok()),
        ),
        ("tags have at most 40 characters", tags(object)),
    ];
    demands
        .into_iter()
        .filter(|(_, kept)| !kept)
        .map(|(demand, _)| demand)
        .collect()
}

fn location(object: &Value) -> bool {
    let address_is_no_text = |place: &Value| place.get("address").is_none_or(Value::is_object);
    object
        .get("location")
        .is_none_or(|place| place.is_object() && address_is_no_text(place))
}

fn coordinates(object: &Value) -> bool {
    ["latitude", "longitude"].into_iter().all(|key| {
        object["location"]
            .get(key)
            .is_none_or(|number| number.is_f64() && number.to_string().contains('.'))
    })
}

fn attachment(object: &Value) -> bool {
    object["attachment"]
        .as_array()
        .is_some_and(|items| items.iter().all(Value::is_object))
}

fn image(object: &Value) -> bool {
    object
        .get("image")
        .is_none_or(|image| image.is_object() && (image["type"] == "Image" || image["type"] == "Document"))
}

fn tags(object: &Value) -> bool {
    object["tag"].as_array().is_none_or(|tags| {
        tags.iter()
            .all(|tag| tag["name"].as_str().is_some_and(|name| name.chars().count() <= 41))
    })
}

/// Gancio: every attachment has its type, or the event is lost; name, start and id are there.
pub fn gancio_accepts(object: &Value) -> bool {
    let typed = |item: &Value| item["mediaType"].is_string();
    object["attachment"]
        .as_array()
        .is_some_and(|items| items.iter().all(typed))
        && ["id", "name", "startTime"]
            .into_iter()
            .all(|key| object[key].is_string())
}

/// GoToSocial and Mastodon: a moment of publication, a newer one of the change, a language, somebody addressed, a page.
pub fn mastodon_accepts(object: &Value) -> bool {
    let published = time(object, "published");
    published.is_some()
        && time(object, "updated") >= published
        && object["nameMap"]["fr"] == object["name"]
        && object["summaryMap"]["fr"] == object["summary"]
        && object["contentMap"]["fr"] == object["content"]
        && host(&object["url"]).is_some()
        && object["to"][0] == "https://www.w3.org/ns/activitystreams#Public"
}

/// FEP-8a8e: the properties that a sender must or should tell, in its forms.
pub fn broken_for_fep_8a8e(object: &Value) -> Vec<&'static str> {
    let word = |key: &str| object[key].as_str().unwrap_or_default();
    let demands = [
        (
            "endTime is after startTime",
            time(object, "endTime") > time(object, "startTime"),
        ),
        (
            "organizers is null or a collection",
            object["organizers"].is_null() || object["organizers"]["items"].is_array(),
        ),
        ("displayEndTime is told", object["displayEndTime"].is_boolean()),
        (
            "eventStatus is one of its words",
            [
                "EventScheduled",
                "EventCancelled",
                "EventPostponed",
                "EventRescheduled",
                "EventMovedOnline",
                "EventTentative",
            ]
            .contains(&word("eventStatus")),
        ),
        (
            "location is a Place or VirtualLocation",
            object.get("location").is_none_or(|location| {
                location["type"] == "Place" || (location["type"] == "VirtualLocation" && location["name"].is_string())
            }),
        ),
        ("name is plain and not empty", !word("name").trim().is_empty()),
    ];
    demands
        .into_iter()
        .filter(|(_, kept)| !kept)
        .map(|(demand, _)| demand)
        .collect()
}

#[test]
fn each_demand_of_mobilizon_is_noticed_when_broken() {
    use serde_json::json;
    let whole = super::fixture("mobilizon/create.json")["object"].clone();
    let strip = |mut object: Value| {
        object.as_object_mut().unwrap().remove("externalParticipationUrl");
        object
    };
    assert_eq!(broken_for_mobilizon(&strip(whole.clone())), [""; 0]);
    for (key, value, demand) in [
        ("id", json!(3), "id is an address"),
        ("type", json!(["Event"]), "type is the text Event"),
        ("name", json!("ab"), "name has 3 to 200 characters"),
        ("startTime", json!(null), "startTime can be read"),
        ("to", json!(null), "to is on the object"),
        (
            "attributedTo",
            json!(["https://mobilizon.example/@a"]),
            "attributedTo is one text",
        ),
        (
            "attributedTo",
            json!("https://other.example/@a"),
            "id and author are of one host",
        ),
        ("location", json!([{}]), "location is one object"),
        ("location", json!({ "address": "ici" }), "location is one object"),
        (
            "location",
            json!({ "latitude": 48, "longitude": 2.0 }),
            "coordinates are written as decimals",
        ),
        ("attachment", json!(null), "attachment is a list of objects"),
        ("attachment", json!(["x"]), "attachment is a list of objects"),
        ("image", json!(null), "image is one Image or absent"),
        ("joinMode", json!("none"), "joinMode is one it knows"),
        ("joinMode", json!("external"), "external has its page"),
        ("status", json!(null), "status is one it knows"),
        (
            "repliesModerationOption",
            json!("none"),
            "repliesModerationOption is one it knows",
        ),
        ("uuid", json!("x"), "uuid is one or absent"),
        ("contacts", json!("x"), "contacts is a list or absent"),
        ("category", json!("WORKSHOPS_SKILL_SHARING"), "category is one it knows"),
        (
            "endTime",
            json!("2026-11-26T13:00:00+01:00"),
            "endTime is not before startTime",
        ),
        ("timezone", json!("+01:00"), "timezone is IANA's"),
        (
            "tag",
            json!([{ "name": format!("#{}", "x".repeat(41)) }]),
            "tags have at most 40 characters",
        ),
    ] {
        let mut object = whole.clone();
        object[key] = value.clone();
        assert!(broken_for_mobilizon(&object).contains(&demand), "{key}: {value}");
    }
}
