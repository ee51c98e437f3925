//! The facts of an event as the HTTP interface shows them: every member, also of what nobody said anything.

use serde_json::{Map, Value, json};

use super::facts::{Accessibility, Contact, Equipment, EventFacts};
use super::{Event, Origin};

impl EventFacts {
    /// All members, in the order in which they are documented.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut all = unsaid();
        // Facts always serialise to an object.
        if let Ok(Value::Object(said)) = serde_json::to_value(self) {
            all.extend(said);
        }
        all
    }
}

impl Event {
    /// Its facts as the interface shows them. Those of a peer, whose own summary repeats date and place in most software, have
    /// the beginning of the description in its place.
    pub fn facts_to_json(&self) -> Map<String, Value> {
        let mut all = self.facts.to_json();
        if let Origin::Remote(_) = self.origin {
            all.insert("summary".to_owned(), json!(self.facts.lead()));
        }
        all
    }
}

/// The members of facts that say nothing. `external_id`, `description_html`, `end_known` and `series` are there only with a
/// value.
fn unsaid() -> Map<String, Value> {
    let text = || json!("");
    let list = || json!([]);
    let members = [
        ("title", text()),
        ("summary", text()),
        ("description", text()),
        ("type", Value::Null),
        ("format", Value::Null),
        ("themes", list()),
        ("services", list()),
        ("level_min", Value::Null),
        ("level_max", Value::Null),
        ("audiences", list()),
        ("age", Value::Null),
        ("special_support", list()),
        ("languages", list()),
        ("accessibility", json!(Accessibility::default())),
        ("accommodations", list()),
        ("equipment", json!(Equipment::default())),
        ("mode", Value::Null),
        ("online_url", Value::Null),
        ("place", Value::Null),
        ("price", Value::Null),
        ("price_detail", Value::Null),
        ("registration", Value::Null),
        ("contact", json!(Contact::default())),
        ("co_organisers", list()),
        ("status", Value::Null),
        ("status_detail", Value::Null),
        ("start", Value::Null),
        ("end", Value::Null),
        ("timezone", Value::Null),
        ("rrule", Value::Null),
        ("exdates", list()),
        ("course", Value::Null),
        ("open_to_prescription", json!(false)),
        ("image", Value::Null),
        ("tags", list()),
    ];
    members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::event::{
        Ages, CoOrganiser, Course, CourseRegistration, Format, Image, Level, Mode, Price, Registration,
        RegistrationMode, Schedule, Series, Status,
    };
    use crate::domain::id::{CentreId, EventId, PeerId};
    use crate::domain::place::Place;
    use crate::domain::random::SystemRandomness;
    use crate::domain::recurrence::Recurrence;
    use crate::domain::time::Instant;

    /// Members that are there only with a value.
    const SAID_ONLY: [&str; 4] = ["external_id", "description_html", "end_known", "series"];

    fn names(object: &Map<String, Value>) -> BTreeSet<&str> {
        object.keys().map(String::as_str).collect()
    }

    #[test]
    fn what_says_nothing_is_not_kept_but_shown() {
        let facts = EventFacts::new("Café numérique", Schedule::default());
        let kept = serde_json::to_value(&facts).unwrap();
        let kept = kept.as_object().unwrap();
        let said = ["title", "mode", "status", "start", "end", "timezone"];
        assert_eq!(names(kept), said.into_iter().collect());
        let shown = facts.to_json();
        assert_eq!(shown.len(), unsaid().len());
        assert_eq!((&shown["themes"], &shown["price"]), (&json!([]), &Value::Null));
        for json in [kept.clone(), shown] {
            assert_eq!(serde_json::from_value::<EventFacts>(json.into()).unwrap(), facts);
        }
    }

    #[test]
    fn of_a_peer_the_beginning_of_the_description_stands_for_a_summary() {
        let mut event = Event {
            id: EventId::new(Instant::default(), &SystemRandomness),
            uri: "https://a.example/1".to_owned(),
            url: "https://a.example/1".to_owned(),
            origin: Origin::Remote(PeerId::new(Instant::default(), &SystemRandomness)),
            facts: EventFacts::new("Café numérique", Schedule::default()),
            published: Instant::default(),
            updated: Instant::default(),
        };
        event.facts.description = format!("Un\ncafé.\n\n{}", "é ".repeat(300));
        let lead = event.facts_to_json()["summary"].as_str().unwrap().to_owned();
        assert!(lead.starts_with("Un café. é é") && lead.ends_with("é…"), "{lead}");
        assert!((190..=200).contains(&lead.chars().count()), "{lead}");
        event.facts.summary = "Un mot".to_owned();
        assert_eq!(event.facts_to_json()["summary"], "Un mot");
        event.origin = Origin::Local(CentreId::new(Instant::default(), &SystemRandomness));
        event.facts.summary.clear();
        assert_eq!(event.facts_to_json()["summary"], "", "of ours as it was said");
    }

    /// Something for each member: the compiler asks for those that are added.
    fn full() -> EventFacts {
        let text = || "x".to_owned();
        let list = || vec![text()];
        let recurrence = Recurrence {
            rule: "FREQ=WEEKLY;COUNT=3".to_owned(),
            exceptions: vec![chrono::NaiveDate::default()],
        };
        EventFacts {
            external_id: Some(text()),
            title: text(),
            summary: text(),
            description: text(),
            description_html: Some(text()),
            event_type: Some(text()),
            format: Some(Format::Mixte),
            themes: list(),
            services: list(),
            level_min: Some(Level::Debutant),
            level_max: Some(Level::Avance),
            audiences: list(),
            age: Some(Ages { min: 1, max: 2 }),
            special_support: list(),
            languages: list(),
            accessibility: Accessibility {
                mi: true,
                ..Accessibility::default()
            },
            accommodations: list(),
            equipment: Equipment {
                provided: true,
                ..Equipment::default()
            },
            mode: Mode::Mixed,
            online_url: Some(text()),
            place: Some(Place::default()),
            price: Some(Price::Gratuit),
            price_detail: Some(text()),
            registration: Some(Registration {
                mode: RegistrationMode::SansInscription,
                access: list(),
                phone: Some(text()),
                email: Some(text()),
                url: Some(text()),
                capacity: Some(1),
                waiting_list: true,
            }),
            contact: Contact {
                phone: Some(text()),
                email: None,
            },
            co_organisers: vec![CoOrganiser {
                name: text(),
                uri: None,
            }],
            status: Status::Full,
            status_detail: Some(text()),
            schedule: Schedule {
                end_known: false,
                recurrence: Some(recurrence),
                ..Schedule::default()
            },
            course: Some(Course {
                sessions: 3,
                registration: CourseRegistration::Once,
            }),
            open_to_prescription: true,
            image: Some(Image {
                url: text(),
                alt: text(),
            }),
            tags: list(),
            series: Some(Series {
                uri: text(),
                rule: None,
            }),
        }
    }

    #[test]
    fn every_member_is_shown() {
        let full = full();
        let kept = serde_json::to_value(&full).unwrap();
        let mut said = names(kept.as_object().unwrap());
        let unsaid = unsaid();
        assert!(SAID_ONLY.iter().all(|name| said.remove(name)), "{said:?}");
        assert_eq!(said, names(&unsaid));
        assert_eq!(
            serde_json::from_value::<EventFacts>(full.to_json().into()).unwrap(),
            full
        );
    }
}
