//! The practical facts of an event in few words: when, where, how much, how to register, which level, which number.
//!
//! Pages, feeds, text messages and what Mastodon shows all say them with these words.

use super::{Locale, capitalise, phone};
use crate::domain::event::{EventFacts, Level, Mode, Price, Status};
use crate::domain::place::Place;
use crate::domain::recurrence::Occurrence;
use crate::domain::vocabulary::{LANGUAGES, LEVELS, PRICES};

/// The facts on which a person decides to come, each as a short sentence part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Practical {
    /// « Mardi 24 novembre, de 9 h à 12 h ».
    pub when: String,
    /// « Centre social L’Escale du canal, 80 rue de l’Alma, 59100 Roubaix », or « en ligne ».
    pub place: Option<String>,
    /// « Gratuit ».
    pub price: Option<String>,
    /// « sans inscription ».
    pub registration: Option<String>,
    /// « des premiers pas à avancé ».
    pub level: Option<String>,
    /// « 03 53 01 01 01 ».
    pub phone: Option<String>,
}

impl Practical {
    /// « Gratuit, sans inscription, tous niveaux ».
    pub fn conditions(&self) -> Option<String> {
        let known: Vec<&str> = [&self.price, &self.registration, &self.level]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
        (!known.is_empty()).then(|| capitalise(&known.join(", ")))
    }

    /// All the facts, a line each: day, place, conditions, telephone.
    pub fn lines(&self, locale: Locale) -> Vec<String> {
        let phone = self
            .phone
            .as_ref()
            .map(|number| locale.text_with("fact-phone", &[("phone", number.as_str().into())]));
        [Some(self.when.clone()), self.place.clone(), self.conditions(), phone]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Locale {
    /// The practical facts of one session.
    pub fn practical(self, facts: &EventFacts, occurrence: &Occurrence) -> Practical {
        let start = occurrence.start.with_timezone(&facts.schedule.zone);
        let end = facts
            .schedule
            .end_known
            .then(|| occurrence.end.with_timezone(&facts.schedule.zone));
        Practical {
            when: capitalise(&format!("{}, {}", self.day(start.date_naive()), self.span(start, end))),
            place: self.whereabouts(facts),
            price: facts
                .price
                .map(|price| self.price(price, facts.price_detail.as_deref())),
            registration: facts
                .registration
                .as_ref()
                .map(|registration| self.text(&format!("registration-{}", registration.mode.as_str()))),
            level: self.level(facts),
            phone: facts.phone().map(phone),
        }
    }

    /// « Centre social, 80 rue de l’Alma, 59100 Roubaix », « en ligne », or both.
    fn whereabouts(self, facts: &EventFacts) -> Option<String> {
        let place = facts.place.as_ref().map(place_line).filter(|line| !line.is_empty());
        match (facts.mode, place) {
            (Mode::Online, _) => Some(capitalise(&self.text("fact-online"))),
            (Mode::Mixed, Some(place)) => Some(format!("{place} ({})", self.text("fact-online-too"))),
            (_, place) => place,
        }
    }

    /// « Gratuit », or the detail itself where a price must be paid: « 5 € » says more than « Payant ».
    pub fn price(self, price: Price, detail: Option<&str>) -> String {
        match detail {
            Some(detail) if price == Price::Payant && detail.chars().count() <= 20 => detail.to_owned(),
            _ => self.label(&PRICES, price.as_str()),
        }
    }

    /// « des premiers pas à avancé », « débutant », « tous niveaux »; `None` when nobody said.
    pub fn level(self, facts: &EventFacts) -> Option<String> {
        Some(self.levels(facts.level_min?, facts.level_max?))
    }

    /// [`Locale::level`] of a range.
    pub fn levels(self, min: Level, max: Level) -> String {
        match (min, max) {
            (Level::Eloigne, Level::Autonome) => self.text("level-all"),
            (min, max) if min == max => self.label(&LEVELS, min.as_str()),
            (min, max) => self.text_with(
                "level-range",
                &[
                    ("from", self.text(&format!("level-from-{}", min.as_str())).into()),
                    ("to", self.text(&format!("level-to-{}", max.as_str())).into()),
                ],
            ),
        }
    }

    /// « aussi en arabe, anglais »: the languages besides French, which goes without saying.
    pub fn other_languages(self, facts: &EventFacts) -> Option<String> {
        let others: Vec<String> = facts
            .languages
            .iter()
            .filter(|code| *code != "fr")
            .map(|code| self.label(&LANGUAGES, code))
            .collect();
        let languages = (!others.is_empty()).then(|| self.list(others))?;
        Some(self.text_with("fact-languages", &[("languages", languages.into())]))
    }

    /// « Annulé », « Complet »…; `None` when the session is as planned.
    pub fn status(self, status: Status) -> Option<String> {
        (status != Status::Scheduled).then(|| self.text(&format!("status-{}", status.as_str())))
    }
}

/// The parts of an address that are known, with commas; the name is not said twice.
pub fn place_line(place: &Place) -> String {
    let town = format!("{} {}", place.postcode, place.city);
    let mut parts: Vec<&str> = vec![place.name.trim()];
    for part in [place.address.trim(), town.trim()] {
        if !part.is_empty() && !parts.iter().any(|said| said.contains(part)) {
            parts.push(part);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Schedule;
    use crate::domain::time::DEFAULT_ZONE;

    fn facts() -> EventFacts {
        let start = "2026-11-24T08:00:00Z".parse().expect("an instant");
        let end = "2026-11-24T11:00:00Z".parse().expect("an instant");
        let mut facts = EventFacts::new("Les mardis numériques", Schedule::once(DEFAULT_ZONE, start, end));
        facts.place = Some(Place {
            name: "L’Escale, 80 rue de l’Alma".into(),
            address: "80 rue de l’Alma".into(),
            postcode: "59100".into(),
            city: "Roubaix".into(),
            ..Place::default()
        });
        facts.contact.phone = Some("+33353010101".into());
        facts
    }

    #[test]
    fn the_facts_of_a_session_fit_in_a_text_message() {
        let mut facts = facts();
        facts.price = Some(Price::Gratuit);
        (facts.level_min, facts.level_max) = (Some(Level::Eloigne), Some(Level::Intermediaire));
        let occurrence = facts.schedule.sessions().expect("a session")[0];
        let lines = Locale::french().practical(&facts, &occurrence).lines(Locale::french());
        let expected = [
            "Mardi 24\u{a0}novembre, de 9\u{a0}h à 12\u{a0}h",
            "L’Escale, 80 rue de l’Alma, 59100 Roubaix",
            "Gratuit, des premiers pas à intermédiaire",
            "Téléphone\u{a0}: 03\u{a0}53\u{a0}01\u{a0}01\u{a0}01",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_a_peer_does_not_tell_is_left_out() {
        let mut facts = facts();
        (facts.place, facts.contact.phone, facts.schedule.end_known) = (None, None, false);
        let occurrence = facts.schedule.sessions().expect("a session")[0];
        let lines = Locale::french().practical(&facts, &occurrence).lines(Locale::french());
        assert_eq!(lines, ["Mardi 24\u{a0}novembre, à 9\u{a0}h"]);
    }

    #[test]
    fn every_level_and_status_has_words() {
        let mut facts = facts();
        for locale in Locale::ALL {
            for min in Level::ALL {
                for max in Level::ALL.iter().filter(|max| *max >= min) {
                    (facts.level_min, facts.level_max) = (Some(*min), Some(*max));
                    let words = locale.level(&facts).expect("words");
                    assert!(!words.contains("level-"), "{words}");
                }
            }
            for status in Status::ALL.iter().filter(|status| **status != Status::Scheduled) {
                assert!(!locale.status(*status).expect("a word").contains("status-"));
            }
        }
    }
}
