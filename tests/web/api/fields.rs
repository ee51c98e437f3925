//! Every field of `POST /api/v1/events` is refused in turn, with its name and its reason, and nothing is stored.

use super::*;

/// A value that is wrong, the field that is named, and the reason's word.
fn wrong() -> Vec<(Value, &'static str, &'static str)> {
    let long = |count: usize| json!("a".repeat(count));
    let place = |key: &str, value: Value| {
        let mut event = smallest();
        event["place"][key] = value;
        event
    };
    let inner = |field: &str, key: &str, value: Value| with(field, json!({ key: value }));
    vec![
        (with("external_id", long(256)), "external_id", "too-long"),
        (with("title", Value::Null), "title", "required"),
        (with("title", json!("  ")), "title", "required"),
        (with("title", json!("ab")), "title", "too-short"),
        (with("title", long(141)), "title", "too-long"),
        (with("title", json!(7)), "title", "not-text"),
        (with("title", json!("a\u{7}bc")), "title", "control-character"),
        (with("summary", long(201)), "summary", "too-long"),
        (with("description", long(10_001)), "description", "too-long"),
        (with("start", Value::Null), "start", "required"),
        (with("start", json!("demain")), "start", "not-a-date"),
        (with("end", Value::Null), "end", "required"),
        (with("end", json!("2026-13-24T12:00")), "end", "not-a-date"),
        (with("end", json!("2026-11-24T08:59")), "end", "end-before-start"),
        (with("end", json!("2026-11-25T09:01")), "end", "session-too-long"),
        (with("timezone", json!("Europe/Roubaix")), "timezone", "not-a-zone"),
        (with("rrule", json!("chaque mardi")), "rrule", "not-a-rule"),
        (with("rrule", json!("FREQ=HOURLY;COUNT=2")), "rrule", "too-fine"),
        (with("rrule", json!("FREQ=WEEKLY")), "rrule", "endless-rule"),
        (
            with("rrule", json!("FREQ=DAILY;COUNT=801")),
            "rrule",
            "too-many-sessions",
        ),
        (
            with("exdates", json!(["2026-11-24"])),
            "exdates",
            "exceptions-without-rule",
        ),
        (with("exdates", json!("2026-11-24")), "exdates", "not-a-list"),
        (
            with("exdates", json!(["2026-11-24", "mardi"])),
            "exdates[1]",
            "not-a-date",
        ),
        (with("type", json!("atelier-couture")), "type", "unknown-code"),
        (with("format", json!("debout")), "format", "unknown-code"),
        (with("themes", json!(["email", "tricot"])), "themes[1]", "unknown-code"),
        (with("themes", json!("email")), "themes", "not-a-list"),
        (with("services", json!(["menage"])), "services[0]", "unknown-code"),
        (with("level_min", json!("expert")), "level_min", "unknown-code"),
        (with("level_max", json!("expert")), "level_max", "unknown-code"),
        (
            {
                let mut event = with("level_min", json!("avance"));
                event["level_max"] = json!("debutant");
                event
            },
            "level_max",
            "max-below-min",
        ),
        (with("audiences", json!(["martiens"])), "audiences[0]", "unknown-code"),
        (with("age", json!("enfants")), "age", "not-an-object"),
        (inner("age", "min", json!(-1)), "age.min", "out-of-range"),
        (inner("age", "max", json!(121)), "age.max", "out-of-range"),
        (with("age", json!({"min": 12, "max": 8})), "age.max", "max-below-min"),
        (
            with("special_support", json!(["x"])),
            "special_support[0]",
            "unknown-code",
        ),
        (with("languages", json!(["klingon"])), "languages[0]", "unknown-code"),
        (with("accessibility", json!(["mi"])), "accessibility", "not-an-object"),
        (
            inner("accessibility", "ii", json!("oui")),
            "accessibility.ii",
            "not-a-boolean",
        ),
        (
            inner("accessibility", "hi", json!(1)),
            "accessibility.hi",
            "not-a-boolean",
        ),
        (
            inner("accessibility", "vi", json!("oui")),
            "accessibility.vi",
            "not-a-boolean",
        ),
        (
            inner("accessibility", "pi", json!("oui")),
            "accessibility.pi",
            "not-a-boolean",
        ),
        (
            inner("accessibility", "mi", json!("oui")),
            "accessibility.mi",
            "not-a-boolean",
        ),
        (
            with("accommodations", json!([long(141)])),
            "accommodations[0]",
            "too-long",
        ),
        (
            inner("equipment", "provided", json!("oui")),
            "equipment.provided",
            "not-a-boolean",
        ),
        (
            inner("equipment", "types", json!(["charrue"])),
            "equipment.types[0]",
            "unknown-code",
        ),
        (
            inner("equipment", "bring_own", json!("oui")),
            "equipment.bring_own",
            "not-a-boolean",
        ),
        (with("mode", json!("telepathie")), "mode", "unknown-code"),
        (with("mode", json!(4)), "mode", "out-of-range"),
        (
            with("online_url", json!("javascript:alert(1)")),
            "online_url",
            "not-a-url",
        ),
        (with("place", Value::Null), "place", "required"),
        (with("place", json!("Roubaix")), "place", "not-an-object"),
        (place("name", Value::Null), "place.name", "required"),
        (place("address", long(256)), "place.address", "too-long"),
        (place("complement", long(256)), "place.complement", "too-long"),
        (place("postcode", json!("5910")), "place.postcode", "not-a-postcode"),
        (place("postcode", Value::Null), "place.postcode", "required"),
        (place("city", Value::Null), "place.city", "required"),
        (place("insee", json!("ABCDE")), "place.insee", "not-an-insee-code"),
        (place("latitude", json!(91)), "place.latitude", "out-of-range"),
        (place("latitude", json!(50.7)), "place.longitude", "lone-coordinate"),
        (place("longitude", json!("est")), "place.longitude", "not-a-number"),
        (place("itinerant", json!("oui")), "place.itinerant", "not-a-boolean"),
        (place("colour", json!("red")), "place.colour", "unknown-field"),
        (with("price", json!("cher")), "price", "unknown-code"),
        (with("price_detail", long(256)), "price_detail", "too-long"),
        (
            inner("registration", "mode", json!("au-hasard")),
            "registration.mode",
            "unknown-code",
        ),
        (
            inner("registration", "access", json!(["par-la-fenetre"])),
            "registration.access[0]",
            "unknown-code",
        ),
        (
            inner("registration", "phone", json!("appelez")),
            "registration.phone",
            "not-a-phone",
        ),
        (
            inner("registration", "email", json!("a@b")),
            "registration.email",
            "not-an-email",
        ),
        (
            inner("registration", "url", json!("rdv.example")),
            "registration.url",
            "not-a-url",
        ),
        (
            inner("registration", "capacity", json!(0)),
            "registration.capacity",
            "out-of-range",
        ),
        (
            inner("registration", "capacity", json!("12")),
            "registration.capacity",
            "not-a-number",
        ),
        (
            inner("registration", "waiting_list", json!("oui")),
            "registration.waiting_list",
            "not-a-boolean",
        ),
        (
            inner("contact", "phone", json!("accueil")),
            "contact.phone",
            "not-a-phone",
        ),
        (
            inner("contact", "email", json!("accueil")),
            "contact.email",
            "not-an-email",
        ),
        (
            with("open_to_prescription", json!("oui")),
            "open_to_prescription",
            "not-a-boolean",
        ),
        (with("co_organisers", json!("La Bobine")), "co_organisers", "not-a-list"),
        (
            with("co_organisers", json!([{"name": ""}])),
            "co_organisers[0]",
            "required",
        ),
        (
            with("co_organisers", json!([{"name": "B", "uri": "b"}])),
            "co_organisers[0].uri",
            "not-a-url",
        ),
        (with("status", json!("peut-etre")), "status", "unknown-code"),
        (with("status", json!(7)), "status", "out-of-range"),
        (with("status_detail", long(256)), "status_detail", "too-long"),
        (
            with("course", json!({"sessions": 0})),
            "course.sessions",
            "out-of-range",
        ),
        (
            inner("course", "registration", json!("jamais")),
            "course.registration",
            "unknown-code",
        ),
        (
            with("image", json!({"url": "https://centre.example/a.jpg"})),
            "image.alt",
            "required",
        ),
        (with("image", json!({"alt": "Une salle"})), "image.url", "required"),
        (
            with("image", json!({"url": "a.jpg", "alt": "Une salle"})),
            "image.url",
            "not-a-url",
        ),
        (with("tags", json!([long(41)])), "tags[0]", "too-long"),
        (with("colour", json!("red")), "colour", "unknown-field"),
    ]
}

#[test]
fn each_field_is_refused_by_its_name_and_nothing_is_stored() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let token = test.token(Role::Editor).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        for (event, field, code) in wrong() {
            let (status, problem) = call!(service, "POST", "/api/v1/events", token, event);
            assert_eq!(status, 422, "{field} {code}: {problem}");
            let errors = problem["errors"].as_array().expect("errors");
            let told = errors.iter().find(|error| error["field"] == field);
            let told = told.unwrap_or_else(|| panic!("{field} {code} is not told: {problem}"));
            assert_eq!(told["code"], code, "{field}: {problem}");
            assert!(told["reason"].as_str().is_some_and(|words| !words.is_empty()), "{told}");
            assert!(
                told["reason_en"].as_str().is_some_and(|words| !words.is_empty()),
                "{told}"
            );
            let mut fields: Vec<_> = errors.iter().map(|error| error["field"].to_string()).collect();
            fields.sort();
            fields.dedup();
            assert_eq!(fields.len(), errors.len(), "one entry a field: {problem}");
        }
        let (_, list) = call!(service, "GET", "/api/v1/events", "", Value::Null);
        assert_eq!(list["items"], json!([]), "nothing was stored");
    });
}

#[test]
fn no_field_is_forgotten_here() {
    let refused: std::collections::BTreeSet<String> = wrong()
        .into_iter()
        .map(|(_, field, _)| field.split('[').next().unwrap_or(field).to_owned())
        .collect();
    for field in contract::writable_fields() {
        assert!(refused.contains(&field), "{field} is never refused in this table");
    }
}
