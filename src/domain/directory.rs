//! The directory « qui fait quoi »: what each structure does, gathered from what it really has announced.
//!
//! Nothing in it is typed in twice: an offer is the sum of the coming events of a structure, and what nobody announced is
//! not known.

use std::collections::HashMap;
use std::hash::Hash;

use super::calendar::Source;
use super::event::{EventFacts, Format, Level, Price, RegistrationMode, Session};
use super::place::Place;
use super::time::Instant;

/// An event or a series that is still to come.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Its facts.
    pub facts: EventFacts,
    /// Its next session.
    pub next: Session,
    /// How many sessions of it are ahead.
    pub sessions: u32,
    /// When it was last changed.
    pub updated: Instant,
}

/// A structure of the network with what it offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// Who it is.
    pub source: Source,
    /// Code of the typologies vocabulary.
    pub typology: Option<String>,
    /// A few sentences of its own; may be empty.
    pub description: String,
    /// Where it is, as it says itself.
    pub place: Option<Place>,
    /// Telephone (E.164), as it says itself.
    pub phone: Option<String>,
    /// E-mail, as it says itself.
    pub email: Option<String>,
    /// Its web site.
    pub website: Option<String>,
    /// What it does.
    pub offer: Offer,
    /// Since when what is said here is known to hold.
    pub verified: Instant,
}

impl Structure {
    /// The place to show: its own, or the one where all that it announces happens.
    pub fn known_place(&self) -> Option<&Place> {
        self.place.as_ref().or(self.offer.place.as_ref())
    }

    /// The number to call: its own, or the one that its events name most often.
    pub fn known_phone(&self) -> Option<&str> {
        self.phone.as_deref().or(self.offer.phone.as_deref())
    }

    /// The address to write to.
    pub fn known_email(&self) -> Option<&str> {
        self.email.as_deref().or(self.offer.email.as_deref())
    }
}

/// What a structure does, each list with the most frequent first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Offer {
    /// Codes of event types.
    pub types: Vec<String>,
    /// Codes of themes.
    pub themes: Vec<String>,
    /// Codes of services.
    pub services: Vec<String>,
    /// Codes of special support.
    pub special_support: Vec<String>,
    /// From the lowest to the highest level that is welcome somewhere.
    pub levels: Option<(Level, Level)>,
    /// Codes of audiences.
    pub audiences: Vec<String>,
    /// Codes of languages.
    pub languages: Vec<String>,
    /// Codes of accessibility.
    pub accessibility: Vec<String>,
    /// Formats.
    pub formats: Vec<Format>,
    /// Prices.
    pub prices: Vec<Price>,
    /// How to register.
    pub registration: Vec<RegistrationMode>,
    /// Codes of ways in.
    pub access: Vec<String>,
    /// Whether something of it travels.
    pub itinerant: bool,
    /// Towns where it happens.
    pub towns: Vec<String>,
    /// The one place where all of it happens; absent when there are several.
    pub place: Option<Place>,
    /// Telephone that is named most often.
    pub phone: Option<String>,
    /// E-mail that is named most often.
    pub email: Option<String>,
    /// Sessions ahead.
    pub sessions: u32,
    /// The next one, with the facts of its event.
    pub next: Option<(Session, EventFacts)>,
    /// The newest change of any of it.
    pub updated: Option<Instant>,
}

impl Offer {
    /// The sum of these works.
    pub fn of(works: &[Work]) -> Self {
        let list = |codes: fn(&EventFacts) -> &[String]| tally(works, |facts| codes(facts).to_vec());
        let first = works
            .iter()
            .min_by_key(|work| (work.next.occurrence.start, work.next.id));
        let contact = |known: fn(&EventFacts) -> Option<String>| {
            tally(works, |facts| known(facts).into_iter().collect())
                .into_iter()
                .next()
        };
        Self {
            types: tally(works, |facts| facts.event_type.clone().into_iter().collect()),
            themes: list(|facts| &facts.themes),
            services: list(|facts| &facts.services),
            special_support: list(|facts| &facts.special_support),
            levels: levels(works),
            audiences: list(|facts| &facts.audiences),
            languages: list(|facts| &facts.languages),
            accessibility: tally(works, |facts| {
                facts.accessibility.codes().into_iter().map(str::to_owned).collect()
            }),
            formats: tally(works, |facts| facts.format.into_iter().collect()),
            prices: tally(works, |facts| facts.price.into_iter().collect()),
            registration: tally(works, |facts| facts.registration.iter().map(|way| way.mode).collect()),
            access: tally(works, |facts| {
                facts.registration.iter().flat_map(|way| way.access.clone()).collect()
            }),
            itinerant: places(works).any(|place| place.itinerant),
            towns: tally(works, |facts| {
                let towns = facts.place.iter().map(|place| place.city.clone());
                towns.filter(|town| !town.is_empty()).collect()
            }),
            place: only_place(works),
            phone: contact(|facts| facts.phone().map(str::to_owned)),
            email: contact(|facts| facts.contact.email.clone()),
            sessions: works.iter().map(|work| work.sessions).sum(),
            next: first.map(|work| (work.next, work.facts.clone())),
            updated: works.iter().map(|work| work.updated).max(),
        }
    }
}

/// The codes of all works, those of the most sessions first, then in the order of their coming.
fn tally<T: Clone + Eq + Hash>(works: &[Work], codes: impl Fn(&EventFacts) -> Vec<T>) -> Vec<T> {
    let mut order: Vec<T> = Vec::new();
    let mut weights: HashMap<T, u32> = HashMap::new();
    for work in works {
        for code in codes(&work.facts) {
            let weight = weights.entry(code.clone()).or_insert_with(|| {
                order.push(code);
                0
            });
            *weight += work.sessions;
        }
    }
    order.sort_by_key(|code| std::cmp::Reverse(weights.get(code).copied().unwrap_or(0)));
    order
}

fn levels(works: &[Work]) -> Option<(Level, Level)> {
    let ranges = || {
        works
            .iter()
            .filter_map(|work| work.facts.level_min.zip(work.facts.level_max))
    };
    Some((ranges().map(|it| it.0).min()?, ranges().map(|it| it.1).max()?))
}

fn places(works: &[Work]) -> impl Iterator<Item = &Place> {
    works.iter().filter_map(|work| work.facts.place.as_ref())
}

fn only_place(works: &[Work]) -> Option<Place> {
    let first = places(works).next()?;
    let same = |place: &Place| place.address == first.address && place.city == first.city;
    (!first.address.is_empty() && places(works).all(same)).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Schedule;
    use crate::domain::id::{EventId, SessionId};

    fn work(title: &str, start: &str, sessions: u32) -> Work {
        let start: Instant = start.parse().expect("an instant");
        let schedule = Schedule::once(
            crate::domain::time::DEFAULT_ZONE,
            start,
            start + chrono::TimeDelta::hours(1),
        );
        let occurrence = schedule.sessions().expect("a schedule")[0];
        let id = uuid::Uuid::from_u128(u128::from(sessions));
        Work {
            facts: EventFacts::new(title, schedule),
            next: Session {
                id: SessionId(id),
                event: EventId(id),
                occurrence,
            },
            sessions,
            updated: start,
        }
    }

    #[test]
    fn an_offer_is_the_sum_of_what_is_announced() {
        let mut often = work("Permanence", "2026-12-02T09:00:00Z", 20);
        often.facts.themes = vec!["demarches".into(), "email".into()];
        (often.facts.level_min, often.facts.level_max) = (Some(Level::Debutant), Some(Level::Intermediaire));
        often.facts.contact.phone = Some("+33353010102".into());
        let mut once = work("Café", "2026-12-01T09:00:00Z", 1);
        once.facts.themes = vec!["email".into(), "securite".into()];
        once.facts.level_min = Some(Level::Eloigne);
        once.facts.level_max = Some(Level::Eloigne);
        once.facts.contact.phone = Some("+33353010101".into());
        let offer = Offer::of(&[once, often]);
        assert_eq!(offer.themes, ["email", "demarches", "securite"]);
        assert_eq!(offer.levels, Some((Level::Eloigne, Level::Intermediaire)));
        assert_eq!(offer.phone.as_deref(), Some("+33353010102"));
        assert_eq!(offer.sessions, 21);
        assert_eq!(offer.next.expect("a session").1.title, "Café");
        // Nobody said a price, an audience or a place: none is made up.
        assert!(offer.prices.is_empty() && offer.audiences.is_empty() && offer.place.is_none());
    }

    #[test]
    fn a_place_is_that_of_the_structure_only_when_there_is_no_other() {
        let at = |address: &str| {
            let mut work = work("Café", "2026-12-01T09:00:00Z", 1);
            work.facts.place = Some(Place {
                address: address.into(),
                city: "Roubaix".into(),
                ..Place::default()
            });
            work
        };
        assert!(Offer::of(&[at("1 rue Neuve"), at("1 rue Neuve")]).place.is_some());
        assert!(Offer::of(&[at("1 rue Neuve"), at("2 rue Neuve")]).place.is_none());
        assert!(Offer::of(&[at("")]).place.is_none());
        assert_eq!(Offer::of(&[]), Offer::default());
    }
}
