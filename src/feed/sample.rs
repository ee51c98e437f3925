//! Entries for the tests of feeds.

use uuid::Uuid;

use super::{Channel, Item};
use crate::domain::calendar::{Entry, Source};
use crate::domain::event::{
    Event, EventFacts, Level, Origin, Price, Registration, RegistrationMode, Schedule, Session,
};
use crate::domain::id::{CentreId, EventId, SessionId};
use crate::domain::place::Place;
use crate::domain::time::DEFAULT_ZONE;

pub fn entry() -> Entry {
    let instant = |text: &str| text.parse().expect("an instant");
    let schedule = Schedule::once(
        DEFAULT_ZONE,
        instant("2026-11-24T08:00:00Z"),
        instant("2026-11-24T11:00:00Z"),
    );
    let occurrence = schedule.sessions().expect("a session")[0];
    let mut facts = EventFacts::new("Les mardis numériques", schedule);
    facts.summary = "Chaque mardi matin, on apprend ensemble.".into();
    facts.event_type = Some("atelier".into());
    facts.themes = vec!["email".into()];
    (facts.level_min, facts.level_max) = (Some(Level::Eloigne), Some(Level::Intermediaire));
    facts.price = Some(Price::Gratuit);
    facts.registration = Some(Registration {
        mode: RegistrationMode::SansInscription,
        access: Vec::new(),
        phone: None,
        email: None,
        url: None,
        capacity: Some(12),
        waiting_list: false,
    });
    facts.contact.phone = Some("+33353010101".into());
    facts.place = Some(Place {
        name: "Centre social L’Escale du canal".into(),
        address: "80 rue de l’Alma".into(),
        postcode: "59100".into(),
        city: "Roubaix".into(),
        latitude: Some(50.699),
        longitude: Some(3.17),
        ..Place::default()
    });
    let id = Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0001);
    Entry {
        session: Session {
            id: SessionId(id),
            event: EventId(id),
            occurrence,
        },
        uri: format!("https://agenda.example/events/{id}"),
        url: format!("https://agenda.example/events/{id}"),
        event: Event {
            id: EventId(id),
            uri: format!("https://agenda.example/events/{id}"),
            url: format!("https://agenda.example/events/{id}"),
            origin: Origin::Local(CentreId(id)),
            facts,
            published: instant("2026-11-01T10:00:00Z"),
            updated: instant("2026-11-02T10:00:00Z"),
        },
        publisher: Source {
            name: "Centre social L’Escale du canal".into(),
            uri: "https://agenda.example/groups/escale".into(),
            account: "escale@agenda.example".into(),
            host: "agenda.example".into(),
            url: "https://agenda.example/centres/escale".into(),
            local: true,
            heard: None,
            read_only: false,
        },
        relayed_by: Vec::new(),
        twins: Vec::new(),
    }
}

pub fn item(entry: &Entry) -> Item<'_> {
    Item {
        entry,
        status: None,
        when: "Mardi 24 novembre, de 9 h à 12 h".into(),
        lines: vec!["Gratuit, sans inscription".into(), "Téléphone : 03 53 01 01 01".into()],
        categories: vec!["Atelier numérique".into(), "E-mail".into()],
    }
}

pub fn channel() -> Channel {
    Channel {
        name: "L’agenda ; « Roubaix »".into(),
        page: "https://agenda.example/?city=Roubaix&level=debutant".into(),
        address: "https://agenda.example/calendar.ics?city=Roubaix&level=debutant".into(),
        language: "fr",
        updated: "2026-11-02T10:00:00Z".parse().expect("an instant"),
    }
}
