//! Our own documents: what every peer demands of them, and that a Maillage peer gets every fact back.

use chrono::Duration;
use maillage::app::import::plan;
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::event::{Event, EventFacts, Mode, Origin, Schedule, Series, Session, Status, read};
use maillage::domain::id::{CentreId, EventId, PeerId, SessionId};
use maillage::domain::text::Handle;
use maillage::domain::time::Instant;
use maillage::federation::convert::actor_out::{PublicKeys, centre_actor, node_actor};
use maillage::federation::convert::event_out::{Posting, event_object};
use maillage::federation::convert::note_out::{Why, note};
use maillage::federation::convert::read::Audience;
use maillage::federation::urls::{OurActor, Urls};
use maillage::federation::wire::activity::Activity;
use maillage::federation::wire::collection::{OrderedCollection, OrderedCollectionPage};
use maillage::federation::wire::context::with_context;
use maillage::federation::wire::tombstone::Tombstone;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::contracts::{broken_for_fep_8a8e, broken_for_mobilizon, gancio_accepts, mastodon_accepts};
use super::{activity, actor};

fn urls() -> Urls {
    Urls::new("https://centre.example".parse().unwrap())
}

fn handle() -> Handle {
    "agenda".parse().unwrap()
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// An event that tells everything an event can tell.
fn rich() -> Value {
    json!({
        "title": "Les mardis <HTML> & CSS",
        "summary": "On apprend ensemble : « clic », l’été & <b>plus</b>.",
        "description": "Un même lieu.\n\nChacun avance\nà son rythme.",
        "type": "atelier", "format": "mixte",
        "themes": ["navigation_sur_internet", "email"],
        "level_min": "eloigne", "level_max": "intermediaire",
        "audiences": ["adultes"], "age": { "min": 16, "max": 99 },
        "languages": ["fr", "ar"],
        "accessibility": { "mi": true },
        "accommodations": ["salle de plain-pied"],
        "equipment": { "provided": true, "types": ["ordinateur"], "bring_own": true },
        "place": {
            "name": "L’Escale", "address": "80 rue de l’Alma", "complement": "1er étage", "postcode": "59100",
            "city": "Roubaix", "insee": "59512", "latitude": 50.0, "longitude": 3.17
        },
        "online_url": "https://visio.example/mardis",
        "price": "gratuit-sous-condition", "price_detail": "adhésion à 2 €",
        "registration": {
            "mode": "inscription-obligatoire", "phone": "03 53 01 01 01", "email": "numerique@centre.example",
            "url": "https://centre.example/e/mardis", "capacity": 12, "waiting_list": true
        },
        "contact": { "phone": "03 53 01 01 02" },
        "co_organisers": ["La Bobine", { "name": "Fil rouge", "uri": "https://fil-rouge.example/actor" }],
        "status_detail": "salle indisponible <2>",
        "course": { "sessions": 6, "registration": "une-fois-pour-toutes" },
        "open_to_prescription": true,
        "image": { "url": "https://centre.example/media/a.png", "alt": "Deux personnes devant un écran" },
        "tags": ["mardis numériques", "café"],
        "external_id": "mardis-1",
        "start": "2026-11-24T09:00", "end": "2026-11-24T12:00", "timezone": "Europe/Paris",
        "rrule": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270629T070000Z", "exdates": ["2026-12-22"]
    })
}

fn event(facts: EventFacts) -> Event {
    Event {
        id: EventId(Uuid::from_u128(1)),
        uri: urls().event(EventId(Uuid::from_u128(1))).into(),
        url: urls().event_page(Uuid::from_u128(1)).into(),
        origin: Origin::Local(CentreId(Uuid::from_u128(2))),
        facts,
        published: instant("2026-10-01T08:00:00Z"),
        updated: instant("2026-10-01T08:00:00Z"),
    }
}

fn posted(facts: EventFacts, at: usize) -> (Value, Session) {
    let event = event(facts);
    let session = Session {
        id: SessionId(Uuid::from_u128(10 + at as u128)),
        event: event.id,
        occurrence: event.facts.schedule.sessions().unwrap()[at],
    };
    let posting = Posting {
        event: &event,
        session: &session,
        centre: &handle(),
        published: event.published,
        updated: event.updated + Duration::days(1),
        previous_start: Some(instant("2026-11-23T08:00:00Z")),
    };
    (event_object(&posting, &urls()), session)
}

/// Every status in every mode, with everything and with next to nothing.
fn programme() -> Vec<EventFacts> {
    let mut all = Vec::new();
    for status in Status::ALL {
        for mode in Mode::ALL {
            let mut told = rich();
            told["status"] = json!(status);
            told["mode"] = json!(mode);
            all.push(read(&told).unwrap());
        }
    }
    let place = json!({ "name": "Ici", "postcode": "59100", "city": "Roubaix" });
    for small in [
        json!({ "title": "Abc", "place": place, "start": "2026-11-24T09:00", "end": "2026-11-24T10:00" }),
        json!({ "title": "Abc", "mode": 2, "start": "2026-11-24T23:00", "end": "2026-11-25T01:00" }),
    ] {
        all.push(read(&small).unwrap());
    }
    let schedule = Schedule::once(
        chrono_tz::Indian::Reunion,
        instant("2026-11-24T08:00:00Z"),
        instant("2026-11-24T09:00:00Z"),
    );
    let mut bare = EventFacts::new("Presque rien", schedule);
    bare.schedule.end_known = false;
    all.push(bare);
    all
}

#[test]
fn every_peer_takes_every_event() {
    for facts in programme() {
        let (object, _) = posted(facts, 0);
        assert_eq!(broken_for_mobilizon(&object), [""; 0], "{object:#}");
        assert_eq!(broken_for_fep_8a8e(&object), [""; 0], "{object:#}");
        assert!(gancio_accepts(&object), "{object:#}");
        assert!(mastodon_accepts(&object), "{object:#}");
    }
}

#[test]
fn a_maillage_peer_gets_every_fact_back() {
    for (at, facts) in programme().into_iter().enumerate() {
        let at = if facts.schedule.recurrence.is_some() { at % 3 } else { 0 };
        let (object, session) = posted(facts.clone(), at);
        let received = super::event(&with_context(object)).unwrap();
        let series = facts.schedule.recurrence.as_ref().map(|recurrence| Series {
            uri: "https://centre.example/events/00000000-0000-0000-0000-000000000001".into(),
            rule: Some(recurrence.rule.clone()),
        });
        let expected = EventFacts {
            external_id: None,
            series,
            schedule: Schedule {
                start: session.occurrence.start,
                end: session.occurrence.end,
                recurrence: None,
                // A guessed end is told as two hours, whatever it was.
                ..facts.schedule.clone()
            },
            ..facts.clone()
        };
        assert_eq!(received.facts.title, expected.title);
        assert_eq!(received.facts.schedule.start, expected.schedule.start);
        assert_eq!(received.facts.schedule.end_known, expected.schedule.end_known);
        let mut read = received.facts;
        if !read.schedule.end_known {
            read.schedule.end = expected.schedule.end;
        }
        assert_eq!(read, expected);
        assert!(received.audience.is_public());
        assert_eq!(received.uri, urls().session(session.id));
        assert_eq!(received.attributed_to, [urls().group(&handle())]);
    }
}

#[test]
fn what_is_ours_only_stays_here() {
    let (object, _) = posted(read(&rich()).unwrap(), 0);
    assert!(!object.to_string().contains("mardis-1"));
    assert_eq!(object["maillage:facts"]["rrule"], Value::Null);
    assert_eq!(object["maillage:facts"]["start"], Value::Null);
}

/// Mastodon shows title, summary and link; some others show content only.
#[test]
fn summary_and_content_tell_what_one_needs_to_come() {
    let (object, _) = posted(read(&rich()).unwrap(), 1);
    for key in ["summary", "content"] {
        let html = object[key].as_str().unwrap().replace('\u{a0}', " ");
        for part in [
            "Mardi 1er décembre",
            "de 9 h à 12 h",
            "tous les mardis",
            "L’Escale, 80 rue de l’Alma, 59100 Roubaix",
            "Gratuit sous condition",
            "des premiers pas à intermédiaire",
            "03 53 01 01 01",
            "l’été &amp; &lt;b&gt;plus&lt;/b&gt;",
            "#MardisNumériques",
        ] {
            assert!(html.contains(part), "{key} lacks {part}: {html}");
        }
        assert!(html.starts_with("<p>") && !html.contains("<h"), "{html}");
    }
    let content = object["content"].as_str().unwrap();
    assert!(content.starts_with("<p><strong>Les mardis &lt;HTML&gt; &amp; CSS</strong></p>"));
    assert!(content.contains("<p>Chacun avance<br>à son rythme.</p>"));
    assert_eq!(object["name"], "Les mardis <HTML> & CSS", "a name is plain text");
}

#[test]
fn a_change_is_the_first_thing_one_reads() {
    for (status, word, ical, fep) in [
        ("cancelled", "Annulé", "CANCELLED", "EventCancelled"),
        ("postponed", "Reporté", "TENTATIVE", "EventPostponed"),
        ("rescheduled", "Nouvelle date", "CONFIRMED", "EventRescheduled"),
        ("moved-online", "en ligne", "CONFIRMED", "EventMovedOnline"),
        ("full", "Complet", "CONFIRMED", "EventScheduled"),
    ] {
        let mut told = rich();
        told["status"] = json!(status);
        let (object, _) = posted(read(&told).unwrap(), 0);
        let first = object["summary"].as_str().unwrap().split("</p>").next().unwrap();
        assert!(
            first.contains(word) && first.contains("salle indisponible &lt;2&gt;"),
            "{first}"
        );
        assert_eq!((&object["status"], &object["eventStatus"]), (&json!(ical), &json!(fep)));
        assert_eq!(object["ical:status"], object["status"]);
    }
}

#[test]
fn times_places_and_pictures_have_the_forms_that_peers_read() {
    let (object, _) = posted(read(&rich()).unwrap(), 0);
    assert_eq!(object["startTime"], "2026-11-24T09:00:00+01:00");
    assert_eq!(object["previousStartTime"], "2026-11-23T09:00:00+01:00");
    assert_eq!(object["published"], "2026-10-01T08:00:00Z");
    assert!(object["location"].to_string().contains("\"latitude\":50.0"));
    assert_eq!(
        object["location"]["address"]["streetAddress"],
        "80 rue de l’Alma, 1er étage"
    );
    let banner = &object["attachment"][0];
    assert_eq!(
        [
            &banner["type"],
            &banner["name"],
            &banner["summary"],
            &banner["mediaType"]
        ],
        ["Document", "Banner", "Deux personnes devant un écran", "image/png"]
    );
    assert_eq!(object["externalParticipationUrl"], "https://centre.example/e/mardis");
    assert_eq!(object["organizers"]["totalItems"], 3);
    assert_eq!(object["maximumAttendeeCapacity"], 12);
}

#[test]
fn a_note_says_what_changed_and_hangs_on_its_event() {
    let mut told = rich();
    told["status"] = json!("cancelled");
    let event = event(read(&told).unwrap());
    let session = Session {
        id: SessionId(Uuid::from_u128(10)),
        event: event.id,
        occurrence: event.facts.schedule.sessions().unwrap()[0],
    };
    let posting = Posting {
        event: &event,
        session: &session,
        centre: &handle(),
        published: event.published,
        updated: event.updated,
        previous_start: None,
    };
    let id = "https://centre.example/notes/1".parse().unwrap();
    let (uri, page) = (urls().session(session.id), urls().event_page(session.id.0));
    let about = (uri.as_str(), page.as_str());
    let note = note(
        &posting,
        about,
        Why::CalledOff,
        &id,
        instant("2026-11-20T08:00:00Z"),
        &urls(),
    );
    assert_eq!(note["inReplyTo"], urls().session(session.id).as_str());
    assert_eq!(note["attributedTo"], urls().group(&handle()).as_str());
    assert_eq!(note["published"], "2026-11-20T08:00:00Z");
    let html = note["content"].as_str().unwrap();
    assert!(html.contains("Annulé") && html.contains("salle indisponible"), "{html}");
    assert!(
        html.contains("Mardi 24\u{a0}novembre") && html.contains("&lt;HTML&gt;"),
        "{html}"
    );
    assert!(note.get("name").is_none(), "a name would make it a poll's answer");
}

/// All 54 events of the demo programme, their first and their last session.
#[test]
fn the_demo_programme_arrives_whole() {
    let text = include_str!("../../../src/cli/demo/programme.json");
    let planned = plan(text).unwrap().events;
    assert_eq!(planned.len(), 54);
    for planned in planned {
        let facts = planned.facts;
        let last = facts.schedule.sessions().unwrap().len() - 1;
        for at in [0, last] {
            let (object, session) = posted(facts.clone(), at);
            assert_eq!(broken_for_mobilizon(&object), [""; 0], "{}", facts.title);
            assert_eq!(broken_for_fep_8a8e(&object), [""; 0], "{}", facts.title);
            assert!(gancio_accepts(&object) && mastodon_accepts(&object), "{}", facts.title);
            let read = super::event(&with_context(object)).unwrap().facts;
            let expected = EventFacts {
                external_id: None,
                series: read.series.clone(),
                schedule: Schedule::once(facts.schedule.zone, session.occurrence.start, session.occurrence.end),
                ..facts.clone()
            };
            assert_eq!(read, expected);
            assert_eq!(read.series.is_some(), facts.schedule.recurrence.is_some());
        }
    }
}

fn keys() -> PublicKeys {
    PublicKeys {
        rsa_pem: "-----BEGIN PUBLIC KEY-----\nMIIBfictional\n-----END PUBLIC KEY-----\n".into(),
        ed25519_multibase: Some("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2".into()),
    }
}

fn centre() -> Centre {
    Centre {
        id: CentreId(Uuid::from_u128(2)),
        handle: handle(),
        kind: CentreKind::Centre,
        profile: CentreProfile {
            name: "L’Escale <du canal>".into(),
            description: "Un lieu & des gens.".into(),
            place: read(&rich()).unwrap().place,
            phone: Some("+33353010101".into()),
            website: Some("https://escale.example/".into()),
            ..CentreProfile::default()
        },
        created: instant("2026-01-01T00:00:00Z"),
        updated: instant("2026-02-01T00:00:00Z"),
    }
}

#[test]
fn our_actors_can_be_read_by_ourselves() {
    let urls = urls();
    for (document, kind, account) in [
        (
            centre_actor(&centre(), &keys(), &urls).document(),
            "Group",
            "@agenda@centre.example",
        ),
        (
            node_actor("Centre", instant("2026-01-01T00:00:00Z"), &keys(), &urls).document(),
            "Application",
            "@relay@centre.example",
        ),
    ] {
        let id: Url = document["id"].as_str().unwrap().parse().unwrap();
        let now = instant("2026-10-01T00:00:00Z");
        let peer = actor(&document, &id, PeerId(Uuid::nil()), now).unwrap();
        assert_eq!((peer.kind.as_str(), peer.account().as_str()), (kind, account));
        assert_eq!(peer.delivery_inbox(), "https://centre.example/inbox");
        assert_eq!(peer.keys.len(), 2);
        assert!(peer.upcoming.is_some() && peer.outbox.is_some() && peer.followers.is_some());
        assert_eq!(document["webfinger"], account[1..]);
        assert_eq!(document["manuallyApprovesFollowers"], false);
        assert_eq!(document["publicKey"]["id"], format!("{id}#main-key"));
        assert!(document.get("icon").is_none());
    }
    let document = centre_actor(&centre(), &keys(), &urls).document();
    assert_eq!(document["attachment"][0]["value"], "03\u{a0}53\u{a0}01\u{a0}01\u{a0}01");
    assert_eq!(document["summary"], "<p>Un lieu &amp; des gens.</p>");
    assert_eq!(document["location"]["latitude"], 50.0);
}

#[test]
fn where_a_structure_is_found_and_called_arrives_and_of_a_person_nothing() {
    let mut document = centre_actor(&centre(), &keys(), &urls()).document();
    let id: Url = document["id"].as_str().unwrap().parse().unwrap();
    let read = |document: &Value| {
        let now = instant("2026-10-01T00:00:00Z");
        actor(document, &id, PeerId(Uuid::nil()), now).unwrap().contact
    };
    let (contact, place) = (read(&document).unwrap(), centre().profile.place.unwrap());
    assert_eq!(contact.phone.as_deref(), Some("+33353010101"));
    let theirs = contact.place.unwrap();
    assert_eq!(
        (theirs.name, theirs.postcode, theirs.city, theirs.latitude),
        (place.name, place.postcode, place.city, place.latitude)
    );
    document["type"] = json!("Person");
    assert_eq!(read(&document), None);
}

#[test]
fn our_activities_can_be_read_by_ourselves() {
    let urls = urls();
    let us = urls.actor(&OurActor::Centre(handle()));
    let followers = urls.followers(&OurActor::Centre(handle()));
    let id: Url = "https://centre.example/activities/1".parse().unwrap();
    let (peer, theirs): (Url, Url) = (
        "https://peer.example/u".parse().unwrap(),
        "https://peer.example/1".parse().unwrap(),
    );
    let (object, _) = posted(read(&rich()).unwrap(), 0);
    let event_id = object["id"].as_str().unwrap().to_owned();
    let tombstone = Tombstone::of_event(event_id.parse().unwrap(), instant("2026-12-01T00:00:00Z"));
    let (id, us) = (|| id.clone(), || us.clone());
    for (kind, made, about, public) in [
        ("Follow", Activity::follow(id(), us(), &peer), peer.as_str(), false),
        (
            "Accept",
            Activity::accept(id(), us(), &theirs, &peer),
            theirs.as_str(),
            false,
        ),
        (
            "Reject",
            Activity::reject(id(), us(), &theirs, &peer),
            theirs.as_str(),
            false,
        ),
        (
            "Undo",
            Activity::undo_follow(id(), us(), &theirs, &peer),
            theirs.as_str(),
            false,
        ),
        (
            "Ignore",
            Activity::ignore(id(), us(), &theirs, &peer),
            theirs.as_str(),
            false,
        ),
        (
            "Create",
            Activity::create(id(), us(), object.clone(), &followers),
            &event_id,
            true,
        ),
        (
            "Update",
            Activity::update(id(), us(), object.clone(), &followers),
            &event_id,
            true,
        ),
        (
            "Delete",
            Activity::delete(id(), us(), tombstone.object(), &followers),
            &event_id,
            true,
        ),
        (
            "Announce",
            Activity::announce(id(), us(), &event_id, &followers),
            &event_id,
            true,
        ),
    ] {
        let document = made.published(instant("2026-10-01T08:00:00Z")).document();
        let read = activity(&document).unwrap();
        assert_eq!(read.kind, kind);
        assert_eq!(read.object.id().unwrap().as_str(), about, "{kind}");
        assert_eq!(read.audience.is_public(), public, "{kind}");
        assert_eq!(document["published"], "2026-10-01T08:00:00Z");
        assert_ne!(read.audience, Audience::Unsaid);
    }
    assert!(
        Activity::follow(id(), us(), &peer).document()["object"].is_string(),
        "Gancio"
    );
    let delete = tombstone.document();
    assert_eq!(
        (&delete["formerType"], &delete["type"]),
        (&json!("Event"), &json!("Tombstone"))
    );
}

#[test]
fn collections_tell_their_number_and_lead_on() {
    let id: Url = "https://centre.example/groups/agenda/outbox".parse().unwrap();
    let first: Url = format!("{id}?page=1").parse().unwrap();
    let counted = OrderedCollection::counted(id.clone(), 3).document();
    assert_eq!(counted["totalItems"], 3);
    assert!(counted.get("first").is_none() && counted.get("orderedItems").is_none());
    assert_eq!(
        OrderedCollection::paged(id.clone(), 3, first.clone()).document()["first"],
        first.as_str()
    );
    let page = OrderedCollectionPage::new(first, id.clone(), vec![json!("x")], None).document();
    assert_eq!((&page["partOf"], &page["orderedItems"]), (&json!(id), &json!(["x"])));
    assert!(page.get("next").is_none());
}

/// Terms of ActivityStreams and of security/v1 that we use; a key that is neither here nor in our context means nothing to
/// a reader of JSON-LD.
const STANDARD: &str = "@context id type actor object to cc name nameMap summary summaryMap content contentMap mediaType url \
    published updated startTime endTime attributedTo location attachment tag href latitude longitude items totalItems \
    preferredUsername inbox outbox followers following endpoints sharedInbox publicKey owner publicKeyPem generator";

#[test]
fn every_term_that_we_use_has_a_meaning() {
    let urls = urls();
    let (object, _) = posted(read(&rich()).unwrap(), 0);
    let documents = [with_context(object), centre_actor(&centre(), &keys(), &urls).document()];
    for document in documents {
        let terms = document["@context"][2].clone();
        let mut unknown = Vec::new();
        unknown_terms(&document, &terms, &mut unknown);
        assert_eq!(unknown, [""; 0]);
    }
}

fn unknown_terms(value: &Value, terms: &Value, unknown: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| unknown_terms(item, terms, unknown)),
        Value::Object(object) => {
            for (key, inner) in object {
                let prefix = key.split_once(':').map(|(prefix, _)| prefix);
                let known = STANDARD.split_whitespace().any(|term| term == key)
                    || terms.get(key).is_some()
                    || prefix.is_some_and(|prefix| terms.get(prefix).is_some());
                if !known {
                    unknown.push(key.clone());
                }
                let is_a_map_of_its_own = key == "@context" || key.ends_with("Map") || prefix.is_some();
                if !is_a_map_of_its_own {
                    unknown_terms(inner, terms, unknown);
                }
            }
        }
        _ => {}
    }
}
