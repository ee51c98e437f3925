//! « Bon à savoir »: what an event says of itself beyond when, where and how to come.

use crate::domain::event::{Ages, Equipment, EventFacts};
use crate::domain::vocabulary::{ACCESSIBILITY, AUDIENCES, EQUIPMENT, LANGUAGES, SPECIAL_SUPPORT, THEMES, Vocabulary};
use crate::locale::{Locale, capitalise};

/// A word and what it is about.
pub struct Fact {
    /// « Langues ».
    pub label: String,
    /// « français, arabe ».
    pub words: String,
}

/// The facts that are known, in the order in which people ask for them.
pub fn about(t: Locale, facts: &EventFacts) -> Vec<Fact> {
    let format = facts.format.map(|format| t.text(&format!("format-{format}")));
    let organisers = facts.co_organisers.iter().map(|one| one.name.clone()).collect();
    let accessibility: Vec<String> = facts.accessibility.codes().into_iter().map(str::to_owned).collect();
    let all = [
        ("about-themes", codes(t, &THEMES, &facts.themes)),
        ("about-audiences", codes(t, &AUDIENCES, &facts.audiences)),
        ("about-ages", facts.age.and_then(|ages| age(t, ages))),
        ("about-format", format),
        ("about-languages", codes(t, &LANGUAGES, &facts.languages)),
        ("about-accessibility", codes(t, &ACCESSIBILITY, &accessibility)),
        ("about-accommodations", Some(facts.accommodations.join(", "))),
        ("about-support", codes(t, &SPECIAL_SUPPORT, &facts.special_support)),
        ("about-equipment", equipment(t, &facts.equipment)),
        ("about-organisers", Some(t.list(organisers))),
    ];
    all.into_iter()
        .filter_map(|(key, words)| Some((key, words.filter(|words| !words.is_empty())?)))
        .map(|(key, words)| Fact {
            label: t.text(key),
            words: capitalise(&words),
        })
        .collect()
}

fn codes(t: Locale, vocabulary: &'static Vocabulary, codes: &[String]) -> Option<String> {
    let words: Vec<String> = codes.iter().map(|code| t.label(vocabulary, code)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// « à partir de 60 ans »; nobody is told that they must be under 120.
fn age(t: Locale, ages: Ages) -> Option<String> {
    let (min, max) = (("min", ages.min.into()), ("max", ages.max.into()));
    match (ages.min, ages.max) {
        (0, 120..) => None,
        (_, 120..) => Some(t.text_with("about-ages-from", &[min])),
        (0, _) => Some(t.text_with("about-ages-to", &[max])),
        _ => Some(t.text_with("about-ages-range", &[min, max])),
    }
}

fn equipment(t: Locale, equipment: &Equipment) -> Option<String> {
    let things: Vec<String> = equipment
        .types
        .iter()
        .filter(|code| !matches!(code.as_str(), "aucun" | "autre"))
        .map(|code| t.label(&EQUIPMENT, code).to_lowercase())
        .collect();
    let provided = equipment.provided.then(|| match things.is_empty() {
        true => t.text("about-equipment-provided-any"),
        false => t.text_with("about-equipment-provided", &[("things", things.join(", ").into())]),
    });
    let own = equipment.bring_own.then(|| {
        t.text(if equipment.provided {
            "about-equipment-own"
        } else {
            "about-equipment-bring"
        })
    });
    let parts: Vec<String> = [provided, own].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" ; ").replace(" ;", "\u{a0};"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Schedule;

    #[test]
    fn what_is_unknown_is_not_said() {
        assert!(about(Locale::french(), &EventFacts::new("Titre", Schedule::default())).is_empty());
    }

    #[test]
    fn ages_and_equipment_read_as_sentences() {
        let t = Locale::french();
        assert_eq!(
            age(t, Ages { min: 60, max: 120 }).as_deref(),
            Some("à partir de 60\u{a0}ans")
        );
        assert_eq!(age(t, Ages { min: 8, max: 14 }).as_deref(), Some("de 8 à 14\u{a0}ans"));
        assert_eq!(age(t, Ages { min: 0, max: 120 }), None);
        let mut things = Equipment {
            provided: true,
            types: vec!["tablette".into(), "autre".into()],
            bring_own: true,
        };
        let said = "prêté sur place\u{a0}: tablette\u{a0}; vous pouvez apporter le vôtre";
        assert_eq!(equipment(t, &things).as_deref(), Some(said));
        things = Equipment {
            provided: false,
            types: vec!["aucun".into()],
            bring_own: false,
        };
        assert_eq!(equipment(t, &things), None);
    }
}
