//! Input that is meant to hurt: whatever arrives is refused or made harmless, and nothing panics.

use maillage::domain::id::PeerId;
use maillage::federation::convert::event_in::{EventRefusal, Received, event_of};
use maillage::federation::convert::html::paragraphs;
use maillage::federation::convert::json;
use maillage::federation::convert::read::Audience;
use maillage::federation::wire::context::FACTS;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{activity, actor, event, fixture};

fn object(path: &str) -> Value {
    fixture(path)["object"].clone()
}

fn with(key: &str, value: Value) -> Received {
    let mut object = object("gancio/create.json");
    object[key] = value;
    event(&object).unwrap()
}

/// Texts that want to be code.
const CODE: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<style>*{display:none}</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u{202e}txt.exe\u{0}\u{7}",
];

#[test]
fn markup_never_reaches_html_and_hidden_characters_reach_nothing() {
    for code in CODE {
        let read = with("content", json!(format!("<p>avant {code} après</p>")));
        let facts = &read.facts;
        let html = facts.description_html.clone();
        let html = html.unwrap_or_else(|| paragraphs(&facts.description));
        assert!(html.contains("avant"), "{code} -> {html}");
        let live = ["<script", "<img", "<svg", "<style", "href=\"javascript", "href=\"data"];
        assert!(live.iter().all(|bad| !html.contains(bad)), "{code} -> {html}");
        let attachment =
            json!([{ "type": "Image", "mediaType": "image/png", "url": "https://a.example/a", "name": code }]);
        let place = json!({ "type": "Place", "name": code, "address": code });
        let texts = [
            with("name", json!(format!("x{code}"))).facts.title,
            with("attachment", attachment).facts.image.unwrap().alt,
            with("location", place)
                .facts
                .place
                .map(|place| place.name + &place.address)
                .unwrap_or_default(),
            with("tag", json!([{ "type": "Hashtag", "name": format!("#{code}") }]))
                .facts
                .tags
                .concat(),
            read.facts.description,
        ];
        for text in texts {
            assert!(!text.contains(['\u{202e}', '\u{0}', '\u{7}']), "{text:?}");
        }
    }
}

#[test]
fn addresses_that_are_no_pages_are_dropped() {
    for bad in [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://u:p@a.example/",
        "file:///etc/passwd",
    ] {
        assert_eq!(
            with("url", json!(bad)).url.as_str(),
            "https://gancio.example/federation/m/42"
        );
        assert_eq!(
            with("attachment", json!([{ "type": "Image", "url": bad }])).facts.image,
            None
        );
        let online = with("location", json!({ "type": "VirtualLocation", "url": bad }));
        assert_eq!(online.facts.online_url, None);
        let registration = with("externalParticipationUrl", json!(bad)).facts.registration;
        assert_eq!(registration, None);
    }
    let spoofed = with("url", json!("https://bank.example/"));
    assert_eq!(spoofed.url.as_str(), "https://gancio.example/federation/m/42");
}

#[test]
fn lists_and_texts_are_bounded() {
    let many = |item: Value| Value::Array(vec![item; 100_000]);
    let read = with("tag", many(json!({ "type": "Hashtag", "name": "#a" })));
    assert!(read.facts.tags.len() <= 40);
    let read = with("name", json!("é".repeat(1_000_000)));
    assert_eq!(read.facts.title.chars().count(), 200);
    let read = with("content", json!("<p>mot </p>".repeat(100_000)));
    assert!(read.facts.description.chars().count() <= 10_000);
    assert!(read.facts.description_html.unwrap().len() <= 128 * 1024);
    let read = with("to", many(json!("https://a.example/u")));
    assert_eq!(read.audience, Audience::Some);
    let read = with(
        "organizers",
        json!({ "items": many(json!({ "type": "Organization", "name": "x" })) }),
    );
    assert!(read.facts.co_organisers.len() <= 20);
}

/// Where no zone has an answer any more.
#[test]
fn dates_at_the_end_of_time_are_refused_or_left_out() {
    for date in [
        "-262143-01-01T00:00:00",
        "-262143-01-01T00:00",
        "-262143-01-01T00:00-00:00",
        "+262142-12-31T23:59:59",
        "+262142-12-31T23:59:59.999",
        "+262142-12-31T23:59-00:00",
        "+262142-12-31 23:59:59",
        "0000-01-01T00:00:00",
        "+10000-01-01T00:00:00",
    ] {
        for zone in ["Europe/Paris", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"] {
            let mut whole = object("gancio/create.json");
            whole["timezone"] = json!(zone);
            whole["endTime"] = json!(date);
            let schedule = event(&whole).unwrap().facts.schedule;
            assert!(!schedule.end_known && schedule.end > schedule.start, "{date} {zone}");
            for key in ["startTime", "previousStartTime"] {
                whole["startTime"] = json!(null);
                whole[key] = json!(date);
                let refused = event(&whole);
                let is_refused = matches!(refused, Err(EventRefusal::OutOfTime | EventRefusal::NoStart));
                assert!(is_refused, "{key} {date} {zone}: {refused:?}");
            }
        }
    }
}

#[test]
fn people_among_the_organisers_are_not_kept() {
    let read = with(
        "organizers",
        json!({ "items": [{ "type": "sc:Person", "name": "Alice" }, { "type": "sc:Organization", "name": "Fil rouge" }] }),
    );
    let names: Vec<String> = read.facts.co_organisers.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Fil rouge"]);
}

/// The facts of a Maillage peer pass the rules of our own interface: what these refuse is dropped, the rest stays.
#[test]
fn told_facts_are_checked_field_by_field() {
    let told = json!({
        "title": "Atelier",
        "themes": ["email", "unknown-theme", "navigation_sur_internet", 3],
        "type": "unknown-type",
        "level_min": "debutant",
        "colour": "red",
        "age": { "min": 16, "max": 900 },
        "registration": { "mode": "sur-rendez-vous", "phone": "call me", "url": "javascript:alert(1)" },
        "image": { "url": "https://a.example/a.png" },
        "co_organisers": [{ "name": "x", "uri": "javascript:1" }, "La Bobine", { "name": "" }],
        "place": { "name": "L’Escale\u{202e}", "postcode": "59100", "city": "Roubaix", "latitude": 900 },
        "start": "1970-01-01T00:00:00Z",
        "external_id": "x",
        "series": { "uri": "https://victim.example/" },
        "description_html": "<script>alert(1)</script>",
    });
    let facts = with(FACTS, told).facts;
    assert_eq!(facts.themes, ["email", "navigation_sur_internet"]);
    assert_eq!((facts.event_type.as_deref(), facts.price), (None, None));
    let registration = facts.registration.unwrap();
    assert_eq!((registration.phone, registration.url), (None, None));
    assert_eq!(facts.image, None, "a picture without words");
    let names: Vec<&str> = facts.co_organisers.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["x", "La Bobine"]);
    let place = facts.place.unwrap();
    assert_eq!((place.name.as_str(), place.latitude), ("L’Escale", None));
    assert_eq!(facts.schedule.start.to_rfc3339(), "2026-11-28T13:30:00+00:00");
    assert_eq!(
        (facts.external_id, facts.series, facts.description_html),
        (None, None, None)
    );
}

#[test]
fn told_facts_that_are_none_leave_what_the_event_says() {
    for told in [json!("x"), json!([]), json!(3), json!(null)] {
        let facts = with(FACTS, told).facts;
        assert_eq!(facts.place.unwrap().name, "L’Atelier");
    }
    let hostile = json!({ "themes": vec!["x"; 100_000], "title": { "a": [1] }, "place": [], "age": [] });
    assert_eq!(with(FACTS, hostile).facts.title, "Atelier logiciels libres");
}

#[test]
fn deep_nesting_is_refused_before_it_is_built() {
    let bytes = format!("{}1{}", "{\"object\":".repeat(10_000), "}".repeat(10_000));
    assert!(json::parse(bytes.as_bytes()).is_err());
}

/// Every value of every fixture replaced by every wrong kind of value, one after the other.
#[test]
fn wrong_kinds_anywhere_are_refused_or_ignored() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([[["x"]]]),
        json!({ "id": {}, "type": [], "name": [], "@value": 3 }),
        json!(["https://a.example/", null, 3, {}]),
    ];
    for path in [
        "mobilizon/create.json",
        "gancio/create.json",
        "wordpress/create.json",
        "hubzilla/invite.json",
    ] {
        let whole = fixture(path);
        for pointer in pointers(&whole, String::new()) {
            for value in &wrong {
                let mut document = whole.clone();
                *document.pointer_mut(&pointer).unwrap() = value.clone();
                if let Ok(read) = activity(&document) {
                    let _ = event_of(&read).map(check);
                }
            }
        }
    }
}

fn pointers(value: &Value, at: String) -> Vec<String> {
    let mut found = vec![at.clone()];
    match value {
        Value::Object(object) => {
            for (key, inner) in object.iter().filter(|(key, _)| *key != "@context") {
                found.extend(pointers(
                    inner,
                    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                ));
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                found.extend(pointers(inner, format!("{at}/{index}")));
            }
        }
        _ => {}
    }
    found
}

/// What holds for every event that is taken, however it was written.
fn check(read: Received) {
    let facts = &read.facts;
    assert!(!facts.title.is_empty() && facts.title.chars().count() <= 200);
    assert!(facts.schedule.end > facts.schedule.start);
    assert!(facts.schedule.recurrence.is_none());
    assert!(facts.lead().chars().count() <= 200);
    assert!(!read.attributed_to.is_empty());
    assert!(read.attributed_to.iter().all(|author| author.host() == read.uri.host()));
    assert!(read.url.host() == read.uri.host());
    let written = serde_json::to_value(facts).unwrap();
    assert_eq!(
        serde_json::from_value::<maillage::domain::event::EventFacts>(written).unwrap(),
        *facts
    );
}

/// Any JSON, with keys and words that the readers look for, so that it gets far.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "id",
        "type",
        "actor",
        "object",
        "attributedTo",
        "to",
        "cc",
        "name",
        "nameMap",
        "summary",
        "content",
        "startTime",
        "endTime",
        "timezone",
        "location",
        "address",
        "latitude",
        "longitude",
        "attachment",
        "url",
        "href",
        "mediaType",
        "tag",
        "image",
        "organizers",
        "items",
        "status",
        "eventStatus",
        "publicKey",
        "owner",
        "publicKeyPem",
        "inbox",
        "endpoints",
        "sharedInbox",
        "assertionMethod",
        "maillage:facts",
        "maillage:series",
        "uri",
        "rrule",
        "themes",
        "registration",
        "place",
        "preferredUsername",
        "title",
        "co_organisers",
        "fr",
    ]);
    let word = prop::sample::select(vec![
        "Event",
        "Create",
        "Follow",
        "Group",
        "Person",
        "Place",
        "VirtualLocation",
        "Image",
        "Link",
        "Hashtag",
        "Multikey",
        "https://a.example/1",
        "https://a.example/u",
        "https://b.example/",
        "as:Public",
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:00:00-00:00",
        "Europe/Paris",
        "EventCancelled",
        "image/png",
        "59100 Roubaix",
        "<p>é</p>",
        "mailto:a@b.c",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 120, 16, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..16).prop_map(|pairs| {
                let object: Map<String, Value> =
                    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
                Value::Object(object)
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_makes_a_reader_panic(document in any_json()) {
        let from = "https://a.example/1".parse().unwrap();
        let now = "2026-10-01T00:00:00Z".parse().unwrap();
        let _ = actor(&document, &from, PeerId(uuid::Uuid::nil()), now);
        let _ = event(&document).map(check);
        if let Ok(read) = activity(&document) {
            let _ = event_of(&read).map(check);
        }
        let bytes = serde_json::to_vec(&document).unwrap();
        prop_assert_eq!(Value::from(&json::parse(&bytes).unwrap()), document);
    }

    #[test]
    fn no_change_of_a_real_event_makes_a_reader_panic(value in any_json(), at in any::<prop::sample::Index>()) {
        let mut document = object("mobilizon/create.json");
        let all = pointers(&document, String::new());
        *document.pointer_mut(&all[at.index(all.len())]).unwrap() = value;
        let _ = event(&document).map(check);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = json::parse(&bytes);
    }
}
