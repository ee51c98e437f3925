//! The national vocabularies, with their sources, as the files in `vocabulary/` hold them.
//!
//! Codes are theirs, verbatim; labels are French, with English beside it where the interface needs it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::packed;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// French, the default.
    #[default]
    French,
    /// English.
    English,
}

/// One code with its words, and what it corresponds to elsewhere where that is known.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Term {
    /// The code, verbatim.
    pub code: String,
    fr: String,
    en: String,
    /// Event types: the schema.org type.
    pub schema_org: Option<String>,
    /// Event types: the FEP-8a8e category.
    pub category: Option<String>,
    /// Event types: the usual format.
    pub format: Option<String>,
    /// Levels: what a person would say, in the first person.
    pub sentence_fr: Option<String>,
    /// Languages: `ltr` or `rtl`.
    pub direction: Option<String>,
    /// Themes: the group of the theme.
    pub group: Option<String>,
    mednum: Option<Mednum>,
}

/// What a term is in the national schema of places (LaMednum), verbatim: a list, or several values joined by `|`.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
enum Mednum {
    List(Vec<String>),
    Joined(String),
}

impl Term {
    /// The values of the national schema of places (LaMednum) that this term stands for.
    pub fn mednum(&self) -> Vec<&str> {
        match &self.mednum {
            None => Vec::new(),
            Some(Mednum::List(values)) => values.iter().map(String::as_str).collect(),
            Some(Mednum::Joined(values)) => values.split('|').collect(),
        }
    }

    /// The word for people.
    pub fn label(&self, language: Language) -> &str {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }
}

/// A closed list of codes, in its own order.
#[derive(Debug)]
pub struct Vocabulary {
    /// What the list is, for refusals.
    pub name: &'static str,
    terms: Vec<Term>,
    positions: HashMap<String, usize>,
}

impl Vocabulary {
    /// The term of `code`.
    pub fn term(&self, code: &str) -> Option<&Term> {
        self.positions.get(code).map(|at| &self.terms[*at])
    }

    /// The term whose French label is `label`: census files write labels where codes are meant.
    pub fn term_labelled(&self, label: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.fr == label)
    }

    /// The label of `code`, or the code itself when it is not in the list (a peer's own word).
    pub fn label<'a>(&'a self, code: &'a str, language: Language) -> &'a str {
        self.term(code).map_or(code, |term| term.label(language))
    }

    /// All terms.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

#[derive(Deserialize)]
struct File {
    values: Vec<Term>,
}

/// The files are part of the program and a test reads each, so an empty list never reaches a user.
fn read(name: &'static str, packed: &[u8]) -> Vocabulary {
    let json = packed::text(packed).unwrap_or_default();
    let terms = serde_json::from_str::<File>(&json)
        .map(|file| file.values)
        .unwrap_or_default();
    let positions = terms
        .iter()
        .enumerate()
        .map(|(at, term)| (term.code.clone(), at))
        .collect();
    Vocabulary { name, terms, positions }
}

macro_rules! vocabularies {
    ($($(#[$doc:meta])* $constant:ident, $name:literal, $count:literal;)*) => {
        $($(#[$doc])*
        pub static $constant: LazyLock<Vocabulary> =
            LazyLock::new(|| read($name, include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".json.gz"))));)*

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn every_file_is_read_whole() {
                $(assert_eq!($constant.terms().len(), $count, $name);
                assert_eq!($constant.positions.len(), $count, "codes of {} are distinct", $name);)*
            }

            #[test]
            fn labels_follow_the_language() {
                assert_eq!(EVENT_TYPES.label("atelier", Language::French), "Atelier numérique");
                assert_eq!(EVENT_TYPES.label("atelier", Language::English), "Digital workshop");
                assert_eq!(EVENT_TYPES.label("MUSIC", Language::French), "MUSIC");
            }
        }
    };
}

vocabularies! {
    /// The 22 types of event.
    EVENT_TYPES, "event_types", 22;
    /// The 30 themes.
    THEMES, "themes", 30;
    /// The five levels.
    LEVELS, "levels", 5;
    /// Audiences.
    AUDIENCES, "audiences", 18;
    /// Accessibility (OpenAgenda).
    ACCESSIBILITY, "accessibility", 5;
    /// Languages.
    LANGUAGES, "languages", 15;
    /// Ways in.
    ACCESS_MODES, "access_modes", 6;
    /// Registration modes.
    REGISTRATION_MODES, "registration_modes", 6;
    /// Formats.
    FORMATS, "formats", 5;
    /// Equipment.
    EQUIPMENT, "equipment", 5;
    /// Prices.
    PRICES, "prices", 3;
    /// Services of a place.
    SERVICES, "services", 9;
    /// Special support.
    SPECIAL_SUPPORT, "special_support", 7;
    /// Kinds of structure.
    TYPOLOGIES, "typologies", 92;
}
