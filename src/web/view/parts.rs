//! The small pieces that a session shows wherever it stands: notice, type, level, price, telephone.

use super::page::Link;
use crate::domain::event::{EventFacts, Level, Price, Status};
use crate::domain::text::fold;
use crate::domain::vocabulary::EVENT_TYPES;
use crate::locale::{Locale, phone};

/// « Annulé — animatrice absente », with the class of its colour.
pub struct Notice {
    /// `cancelled`, `full` or `moved`.
    pub class: &'static str,
    /// The word and its reason.
    pub words: String,
}

impl Notice {
    /// What a person must know before anything else; `None` when all is as planned.
    pub fn new(t: Locale, facts: &EventFacts) -> Option<Self> {
        let class = match facts.status {
            Status::Scheduled => return None,
            Status::Cancelled => "cancelled",
            Status::Full => "full",
            Status::Rescheduled | Status::MovedOnline | Status::Postponed => "moved",
        };
        let word = t.text(&format!("notice-{}", facts.status.as_str()));
        let short = t.status(facts.status).unwrap_or_default();
        let words = match facts.status_detail.as_deref().filter(|detail| !detail.is_empty()) {
            None => word,
            // Many write « Annulé : animatrice absente »: the word is not said twice.
            Some(detail) if fold(detail).starts_with(&fold(&short)) => detail.to_owned(),
            Some(detail) => t.text_with(
                "notice-with-detail",
                &[("word", word.into()), ("detail", detail.into())],
            ),
        };
        Some(Self { class, words })
    }
}

/// The type of a session: its pictogram only repeats the word.
pub struct Kind {
    /// A symbol of `icons.svg`.
    pub pictogram: &'static str,
    /// « Atelier numérique ».
    pub words: String,
}

impl Kind {
    /// `None` when a peer does not tell a type we know.
    pub fn new(t: Locale, facts: &EventFacts) -> Option<Self> {
        let code = facts.event_type.as_deref()?;
        EVENT_TYPES.term(code)?;
        Some(Self {
            pictogram: pictogram(code),
            words: t.label(&EVENT_TYPES, code),
        })
    }
}

/// The ten families of pictograms.
fn pictogram(code: &str) -> &'static str {
    match code {
        "cafe-numerique" | "cafe-ia" | "portes-ouvertes" => "cafe",
        "permanence" | "diagnostic" => "aide",
        "cafe-reparation" | "fab-lab" | "vente-solidaire" => "repare",
        "itinerance" | "stand" => "route",
        "acces-libre" | "club" => "libre",
        "reseau-pro" | "formation-pro" => "pro",
        "jeu" | "stage-vacances" => "jeu",
        "debat" | "spectacle" => "debat",
        "parcours" | "visite" => "parcours",
        _ => "atelier",
    }
}

/// Five marks and the words they repeat.
pub struct Marks {
    /// Which of the five levels are meant.
    pub marks: [bool; 5],
    /// « des premiers pas à avancé ».
    pub words: String,
}

impl Marks {
    /// A centre of ours that names no level means all of them; a peer that names none has not told.
    pub fn new(t: Locale, facts: &EventFacts, local: bool) -> Option<Self> {
        let (min, max) = match (facts.level_min, facts.level_max) {
            (Some(min), Some(max)) => (min, max),
            _ if local => (Level::Eloigne, Level::Autonome),
            _ => return None,
        };
        let words = t.level(facts).unwrap_or_else(|| t.text("level-all"));
        let mut marks = [false; 5];
        for (mark, level) in marks.iter_mut().zip(Level::ALL) {
            *mark = (min..=max).contains(level);
        }
        Some(Self { marks, words })
    }
}

/// A price; free stands on the weld ground.
pub struct PriceTag {
    /// Whether nothing at all is to be paid.
    pub free: bool,
    /// « Gratuit », « 5 € ».
    pub words: String,
}

impl PriceTag {
    /// `None` when nobody said.
    pub fn new(t: Locale, facts: &EventFacts) -> Option<Self> {
        let price = facts.price?;
        Some(Self {
            free: price == Price::Gratuit,
            words: t.price(price, facts.price_detail.as_deref()),
        })
    }
}

/// A number to call.
pub struct Phone {
    /// For `tel:`.
    pub number: String,
    /// « 03 53 01 01 01 ».
    pub words: String,
}

impl Phone {
    /// From E.164 or the digits of a short number.
    pub fn new(number: &str) -> Self {
        let dialled: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Self {
            number: dialled,
            words: phone(number),
        }
    }
}

/// The address when it is one a browser may be sent to: `http` or `https`, never `javascript:`.
pub fn safe_link(address: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// A link that names its host: « S’inscrire sur agenda.example ».
pub fn host_link(t: Locale, key: &str, address: &str) -> Option<Link> {
    let href = safe_link(address)?;
    let host = url::Url::parse(&href)
        .ok()?
        .host_str()?
        .trim_start_matches("www.")
        .to_owned();
    Some(Link {
        href,
        words: t.text_with(key, &[("host", host.into())]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Schedule;

    fn facts() -> EventFacts {
        EventFacts::new("Titre", Schedule::default())
    }

    #[test]
    fn a_notice_says_its_word_once() {
        let mut facts = facts();
        assert!(Notice::new(Locale::french(), &facts).is_none());
        facts.status = Status::Cancelled;
        facts.status_detail = Some("Annulé : animatrice absente.".into());
        let notice = Notice::new(Locale::french(), &facts).expect("a notice");
        assert_eq!(
            (notice.class, notice.words.as_str()),
            ("cancelled", "Annulé : animatrice absente.")
        );
        facts.status = Status::MovedOnline;
        facts.status_detail = Some("Prévu sur place.".into());
        let notice = Notice::new(Locale::french(), &facts).expect("a notice");
        assert_eq!(notice.words, "Cette séance se passe en ligne — Prévu sur place.");
    }

    #[test]
    fn levels_are_marks_and_words() {
        let mut facts = facts();
        (facts.level_min, facts.level_max) = (Some(Level::Debutant), Some(Level::Avance));
        let marks = Marks::new(Locale::french(), &facts, false).expect("marks");
        assert_eq!(
            (marks.marks, marks.words.as_str()),
            ([false, true, true, true, false], "de débutant à avancé")
        );
        (facts.level_min, facts.level_max) = (None, None);
        assert_eq!(
            Marks::new(Locale::french(), &facts, true).expect("marks").words,
            "tous niveaux"
        );
        assert!(Marks::new(Locale::french(), &facts, false).is_none());
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(safe_link("https://a.example/x").is_some());
        for address in [
            "javascript:alert(1)",
            " data:text/html,x",
            "//a.example",
            "mailto:a@b",
            "",
        ] {
            assert!(safe_link(address).is_none(), "{address}");
        }
    }

    #[test]
    fn every_type_has_a_pictogram_that_exists() {
        let icons = include_str!("assets/icons.svg");
        for term in EVENT_TYPES.terms() {
            assert!(
                icons.contains(&format!("id=\"{}\"", pictogram(&term.code))),
                "{}",
                term.code
            );
        }
    }
}
