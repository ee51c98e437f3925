//! What the peers' softwares write, read to the facts that a person would read from it.

use maillage::domain::event::{EventFacts, Mode, RegistrationMode, Status};
use maillage::domain::id::PeerId;
use maillage::domain::peer::Peer;
use maillage::federation::convert::activity_in::Incoming;
use maillage::federation::convert::actor_in::ActorRefusal;
use maillage::federation::convert::event_in::{EventRefusal, Received, event_of};
use maillage::federation::convert::read::Audience;
use serde_json::{Value, json};

use super::{activity, actor, event, fixture};

fn incoming(path: &str) -> Incoming {
    activity(&fixture(path)).unwrap()
}

fn received(path: &str) -> Received {
    event_of(&incoming(path)).unwrap()
}

fn starts_and_ends(facts: &EventFacts) -> (String, String, bool) {
    let shown = |instant: chrono::DateTime<chrono::Utc>| {
        instant
            .with_timezone(&facts.schedule.zone)
            .format("%Y-%m-%d %H:%M")
            .to_string()
    };
    let schedule = &facts.schedule;
    (shown(schedule.start), shown(schedule.end), schedule.end_known)
}

fn when(start: &str, end: &str, known: bool) -> (String, String, bool) {
    (start.to_owned(), end.to_owned(), known)
}

/// The Event of a fixture with one value replaced.
fn changed(path: &str, key: &str, value: Value) -> Result<Received, EventRefusal> {
    let mut object = fixture(path)["object"].clone();
    object[key] = value;
    event(&object)
}

#[test]
fn mobilizon() {
    let read = received("mobilizon/create.json");
    let facts = &read.facts;
    assert_eq!(facts.title, "Café numérique du jeudi");
    assert_eq!(
        starts_and_ends(facts),
        when("2026-11-26 14:00", "2026-11-26 16:00", true)
    );
    let place = facts.place.as_ref().unwrap();
    assert_eq!(
        [&place.name, &place.address, &place.postcode, &place.city],
        ["Fil rouge", "12 rue des Lilas", "59100", "Roubaix"]
    );
    assert_eq!((place.latitude, place.longitude), (Some(50.6916), Some(3.1746)));
    assert_eq!(facts.lead(), "On apprend à scanner un document. Le site");
    let html = facts.description_html.as_deref().unwrap();
    assert!(
        html.contains("<strong>scanner un document</strong>") && !html.contains("target"),
        "{html}"
    );
    assert_eq!(facts.tags, ["numérique", "café"]);
    assert_eq!(facts.languages, ["fr"]);
    assert_eq!(
        facts.image.as_ref().unwrap().url,
        "https://mobilizon.example/media/affiche.jpg"
    );
    assert_eq!((facts.status, facts.mode), (Status::Scheduled, Mode::Offline));
    assert_eq!((&facts.registration, &facts.online_url), (&None, &None));
    assert_eq!(
        read.attributed_to.iter().map(|url| url.as_str()).collect::<Vec<_>>(),
        ["https://mobilizon.example/@fil_rouge", "https://mobilizon.example/@lea"]
    );
    assert!(read.audience.is_public());
    assert_eq!(read.updated.unwrap().to_rfc3339(), "2026-10-02T09:00:00+00:00");
}

#[test]
fn gancio() {
    let read = received("gancio/create.json");
    let facts = &read.facts;
    assert_eq!(
        starts_and_ends(facts),
        when("2026-11-28 14:30", "2026-11-28 16:30", false)
    );
    let place = facts.place.as_ref().unwrap();
    assert_eq!(
        [&place.name, &place.address, &place.postcode, &place.city],
        ["L’Atelier", "5 rue du Curoir", "59100", "Roubaix"]
    );
    assert_eq!(facts.mode, Mode::Mixed);
    assert_eq!(facts.online_url.as_deref(), Some("https://visio.example/atelier-libre"));
    assert_eq!(facts.image.as_ref().unwrap().alt, "Deux personnes devant un écran");
    assert_eq!(read.url.as_str(), "https://gancio.example/event/atelier-libre");
}

#[test]
fn wordpress_event_bridge() {
    let read = received("wordpress/create.json");
    let facts = &read.facts;
    assert_eq!(facts.title, "L’heure du clic & du dé-clic");
    assert_eq!(
        starts_and_ends(facts),
        when("2027-05-12 10:00", "2027-05-12 11:30", true)
    );
    assert_eq!(facts.schedule.zone.name(), "Europe/Paris");
    let place = facts.place.as_ref().unwrap();
    assert_eq!((place.latitude, place.longitude), (Some(50.9513), Some(1.8587)));
    let registration = facts.registration.as_ref().unwrap();
    assert_eq!(registration.mode, RegistrationMode::InscriptionConseillee);
    assert_eq!(
        registration.url.as_deref(),
        Some("https://mediatheque.example/agenda/heure-du-clic/")
    );
    assert_eq!(facts.image.as_ref().unwrap().alt, "Une souris d’ordinateur");
    let html = facts.description_html.as_deref().unwrap();
    assert_eq!(html, "<p>Au programme</p>\n<p>Ranger ses photos.</p>");
}

#[test]
fn friendica() {
    let read = received("friendica/create.json");
    assert_eq!(
        starts_and_ends(&read.facts),
        when("2026-12-02 14:00", "2026-12-02 17:00", true)
    );
    assert_eq!(read.facts.place.as_ref().unwrap().name, "Maison de quartier");
    assert_eq!(read.facts.description, "On vous aide pour vos démarches.");
    let floating = changed("friendica/create.json", "dfrn:adjust", json!(false)).unwrap();
    assert_eq!(
        starts_and_ends(&floating.facts),
        when("2026-12-02 13:00", "2026-12-02 16:00", true)
    );
}

#[test]
fn hubzilla_invites() {
    let invite = incoming("hubzilla/invite.json");
    assert_eq!(invite.kind, "Invite");
    let read = event_of(&invite).unwrap();
    assert_eq!(
        starts_and_ends(&read.facts),
        when("2026-12-05 10:00", "2026-12-05 12:00", true)
    );
    assert_eq!(read.facts.place.as_ref().unwrap().name, "La Bobine 8 rue du Fort");
    assert!(read.audience.is_public(), "the Invite is addressed, the Event is not");
    assert_eq!(
        read.attributed_to[0].as_str(),
        "https://hubzilla.example/channel/bobine"
    );
}

#[test]
fn rebased() {
    let read = received("pleroma/create.json");
    assert_eq!(
        starts_and_ends(&read.facts),
        when("2026-12-10 10:00", "2026-12-10 12:00", false)
    );
    assert_eq!(
        read.facts.registration.unwrap().mode,
        RegistrationMode::InscriptionObligatoire
    );
    assert_eq!(
        read.facts.description_html.as_deref(),
        Some("<p>Régler son <strong>téléphone</strong>.</p>")
    );
    assert_eq!(read.published.unwrap().timestamp_subsec_micros(), 123_000);
}

#[test]
fn statuses_in_both_vocabularies() {
    for (key, word, expected) in [
        ("status", json!("CANCELLED"), Status::Cancelled),
        ("status", json!("TENTATIVE"), Status::Scheduled),
        ("ical:status", json!("x"), Status::Scheduled),
        ("eventStatus", json!("EventCancelled"), Status::Cancelled),
        (
            "eventStatus",
            json!("https://schema.org/EventPostponed"),
            Status::Postponed,
        ),
        (
            "eventStatus",
            json!({ "id": "https://w3id.org/fep/8a8e/EventMovedOnline" }),
            Status::MovedOnline,
        ),
        ("eventStatus", json!("sc:EventRescheduled"), Status::Rescheduled),
        ("eventStatus", json!(["EventCancelled"]), Status::Scheduled),
    ] {
        let read = changed("mobilizon/create.json", key, word.clone()).unwrap();
        assert_eq!(read.facts.status, expected, "{key}: {word}");
    }
    let mut full = fixture("mobilizon/create.json")["object"].clone();
    full["maximumAttendeeCapacity"] = json!(12);
    full["remainingAttendeeCapacity"] = json!(0);
    let facts = event(&full).unwrap().facts;
    assert_eq!(facts.status, Status::Full);
    assert_eq!(facts.registration.unwrap().capacity, Some(12));
}

#[test]
fn times_as_they_come() {
    let start = |value: Value| {
        let mut object = fixture("friendica/create.json")["object"].clone();
        object["startTime"] = value;
        object["endTime"] = json!(null);
        event(&object).map(|read| starts_and_ends(&read.facts).0)
    };
    for (text, expected) in [
        ("2026-11-24T09:00:00+01:00", "2026-11-24 09:00"),
        ("2026-11-24T09:00+01:00", "2026-11-24 09:00"),
        ("2026-11-24T08:00Z", "2026-11-24 09:00"),
        ("2026-11-24T08:00:00.5Z", "2026-11-24 09:00"),
        ("2026-11-24T09:00:00", "2026-11-24 09:00"),
        ("2026-07-14T09:00:00-00:00", "2026-07-14 09:00"),
    ] {
        assert_eq!(start(json!(text)), Ok(expected.to_owned()), "{text}");
    }
    for text in ["1999-12-31T09:00:00Z", "2200-01-01T09:00:00Z"] {
        assert_eq!(start(json!(text)), Err(EventRefusal::OutOfTime), "{text}");
    }
    for value in [json!("demain"), json!(3), json!(null), json!("+999999-01-01T00:00:00Z")] {
        assert_eq!(start(value.clone()), Err(EventRefusal::NoStart), "{value}");
    }
}

#[test]
fn an_end_that_cannot_be_is_not_shown() {
    for (key, value) in [
        ("endTime", json!("2026-11-26T14:00:00+01:00")),
        ("endTime", json!("2026-11-26T13:00:00+01:00")),
        ("endTime", json!("2029-11-26T13:00:00+01:00")),
        ("endTime", json!(null)),
        ("displayEndTime", json!(false)),
    ] {
        let facts = changed("mobilizon/create.json", key, value.clone()).unwrap().facts;
        assert_eq!(
            starts_and_ends(&facts),
            when("2026-11-26 14:00", "2026-11-26 16:00", false),
            "{key}: {value}"
        );
    }
}

#[test]
fn a_postponed_event_keeps_its_old_date() {
    let mut object = fixture("mobilizon/create.json")["object"].clone();
    let start = object["startTime"].take();
    object["previousStartTime"] = start;
    object["endTime"] = json!(null);
    object["eventStatus"] = json!("EventPostponed");
    let facts = event(&object).unwrap().facts;
    assert_eq!(facts.status, Status::Postponed);
    assert_eq!(starts_and_ends(&facts).0, "2026-11-26 14:00");
}

#[test]
fn places_in_every_spelling() {
    let place = |value: Value| {
        let facts = changed("mobilizon/create.json", "location", value).unwrap().facts;
        facts
            .place
            .map(|place| (place.name, place.address, place.postcode, place.city))
    };
    let expect = |name: &str, address: &str, postcode: &str, city: &str| {
        Some((
            name.to_owned(),
            address.to_owned(),
            postcode.to_owned(),
            city.to_owned(),
        ))
    };
    assert_eq!(
        place(json!("La Bobine, 8 rue du Fort, 59100 Roubaix, France")),
        expect("La Bobine", "La Bobine, 8 rue du Fort", "59100", "Roubaix")
    );
    assert_eq!(
        place(json!([{ "type": ["Place"], "name": "Ici", "address": "là-bas" }])),
        expect("Ici", "là-bas", "", "")
    );
    assert_eq!(
        place(json!({ "type": "Place", "address": { "addressLocality": "Hem" } })),
        expect("Hem", "", "", "Hem")
    );
    for nothing in [
        json!(null),
        json!([]),
        json!({}),
        json!("https://a.example/place/1"),
        json!(3),
        json!(""),
    ] {
        assert_eq!(place(nothing.clone()), None, "{nothing}");
    }
    let online = changed(
        "mobilizon/create.json",
        "location",
        json!({ "type": "VirtualLocation", "url": "https://visio.example/x" }),
    );
    let facts = online.unwrap().facts;
    assert_eq!((facts.mode, facts.place), (Mode::Online, None));
    assert_eq!(facts.online_url.as_deref(), Some("https://visio.example/x"));
}

#[test]
fn what_is_no_event_of_its_origin_is_refused() {
    use EventRefusal as No;
    for (key, value, reason) in [
        ("type", json!("Note"), No::NotAnEvent),
        ("type", json!(null), No::NotAnEvent),
        ("id", json!(null), No::NoId),
        ("id", json!(["https://mobilizon.example/1"]), No::NoId),
        ("id", json!("https://victim.example/events/1"), No::ForeignAuthor),
        ("id", json!("http://mobilizon.example/events/1"), No::ForeignAuthor),
        ("id", json!("https://mobilizon.example:444/events/1"), No::ForeignAuthor),
    ] {
        assert_eq!(
            changed("mobilizon/create.json", key, value.clone()),
            Err(reason),
            "{key}: {value}"
        );
    }
    let friendica = |key, value| changed("friendica/create.json", key, value).map(|_| ());
    assert_eq!(friendica("attributedTo", json!(null)), Err(No::NoAuthor));
    assert_eq!(
        friendica("attributedTo", json!("https://victim.example/u")),
        Err(No::ForeignAuthor)
    );
    assert_eq!(friendica("name", json!("  ")), Err(No::NoTitle));
    for spelling in [
        json!(["https://friendica.example/u"]),
        json!([{ "id": "https://friendica.example/u" }]),
    ] {
        assert_eq!(friendica("attributedTo", spelling), Ok(()));
    }
}

#[test]
fn announce_delete_follow_and_undo() {
    let announce = incoming("mobilizon/announce.json");
    assert_eq!(announce.kind, "Announce");
    let delete = incoming("mobilizon/delete.json");
    assert!(delete.object.is_a("Tombstone"));
    assert_eq!(delete.object.id(), announce.object.id());
    let follow = incoming("mastodon/follow.json");
    assert_eq!(
        follow.object.id().unwrap().as_str(),
        "https://centre.example/groups/agenda"
    );
    assert_eq!(incoming("gotosocial/follow.json").audience, Audience::Some);
    let undo = incoming("mastodon/undo.json");
    assert!(undo.object.is_a("Follow"));
    assert_eq!(undo.object.id(), follow.id.as_ref());
}

fn peer(document: &Value) -> Result<Peer, ActorRefusal> {
    let from = document["id"].as_str().unwrap().parse().unwrap();
    let id = PeerId(uuid::Uuid::nil());
    actor(document, &from, id, "2026-10-01T00:00:00Z".parse().unwrap())
}

#[test]
fn actors_of_every_software() {
    let mobilizon = peer(&fixture("mobilizon/actor.json")).unwrap();
    assert_eq!(mobilizon.account(), "@fil_rouge@mobilizon.example");
    assert_eq!(mobilizon.kind, "Group");
    assert_eq!(mobilizon.delivery_inbox(), "https://mobilizon.example/inbox");
    assert_eq!(mobilizon.summary, "Centre social.\nTéléphone : 03 53 01 02 03");
    assert!(mobilizon.keys[0].public_key.starts_with("-----BEGIN RSA PUBLIC KEY"));
    let mastodon = peer(&fixture("mastodon/actor.json")).unwrap();
    assert_eq!(mastodon.name, "nour", "an empty name is no name");
    assert_eq!(mastodon.keys.len(), 2);
    assert_eq!(mastodon.keys[1].id, "https://mastodon.example/users/nour#ed25519-key");
    let gotosocial = peer(&fixture("gotosocial/actor.json")).unwrap();
    assert_eq!(gotosocial.keys[0].id, "https://gts.example/users/malik/main-key");
    assert_eq!(gotosocial.shared_inbox, None);
    assert_eq!(peer(&fixture("gancio/actor.json")).unwrap().kind, "Application");
}

#[test]
fn an_actor_speaks_for_its_own_origin_only() {
    let with = |key: &str, value: Value| {
        let mut document = fixture("mastodon/actor.json");
        document[key] = value;
        peer(&document)
    };
    assert_eq!(with("type", json!("Note")), Err(ActorRefusal::NotAnActor));
    for inbox in [
        json!(null),
        json!("https://victim.example/inbox"),
        json!("http://127.0.0.1/inbox"),
    ] {
        assert_eq!(with("inbox", inbox), Err(ActorRefusal::NoInbox));
    }
    let elsewhere = with("endpoints", json!({ "sharedInbox": "https://victim.example/inbox" })).unwrap();
    assert_eq!(elsewhere.shared_inbox, None);
    assert_eq!(
        with("upcomingEvents", json!("https://victim.example/x"))
            .unwrap()
            .upcoming,
        None
    );
    assert_eq!(with("url", json!("https://victim.example/@nour")).unwrap().url, None);
    for (key, value) in [
        ("owner", json!("https://mastodon.example/users/other")),
        ("id", json!("https://victim.example/users/nour#main-key")),
    ] {
        let mut document = fixture("mastodon/actor.json");
        document["publicKey"][key] = value;
        let keys = peer(&document).unwrap().keys;
        assert_eq!(keys.len(), 1, "the RSA key is nobody's: {keys:?}");
    }
    let document = fixture("mastodon/actor.json");
    let other = "https://mastodon.example/users/other".parse().unwrap();
    let id = PeerId(uuid::Uuid::nil());
    let now = "2026-10-01T00:00:00Z".parse().unwrap();
    assert_eq!(actor(&document, &other, id, now), Err(ActorRefusal::OtherId));
}
