//! The words of the interface: a Fluent catalogue in each language, the choice of the language, and (in `dates`,
//! `facts`) days, hours and practical facts said in plain words. Knows nothing of HTTP or HTML.

mod dates;
mod facts;
mod recurrence;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::domain::vocabulary::Vocabulary;
use crate::packed;

pub use dates::{capitalise, phone};
pub use facts::{Practical, place_line};
pub use fluent_bundle::FluentValue;

pub use crate::domain::vocabulary::Language;

/// A no-break space: holds « 9 h » or « 03 53 » on one line.
pub const NO_BREAK: char = '\u{a0}';

/// The texts of one language. Cheap to copy: the catalogues are built once for the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Locale {
    language: Language,
}

impl Locale {
    /// Every language the interface is translated into, the default first.
    pub const ALL: [Locale; 2] = [Locale::new(Language::French), Locale::new(Language::English)];

    /// The texts of `language`.
    pub const fn new(language: Language) -> Self {
        Self { language }
    }

    /// French, the default of the node.
    pub const fn french() -> Self {
        Self::new(Language::French)
    }

    /// Reads `fr`, `fr-FR`, `EN`… by the primary subtag (BCP 47).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }

    /// The language of these texts.
    pub fn language(self) -> Language {
        self.language
    }

    /// The BCP 47 tag of the language, as `lang` attributes and `?lang=` write it.
    pub fn tag(self) -> &'static str {
        match self.language {
            Language::French => "fr",
            Language::English => "en",
        }
    }

    /// The language's name in itself, for the link that chooses it.
    pub fn own_name(self) -> &'static str {
        match self.language {
            Language::French => "Français",
            Language::English => "English",
        }
    }

    /// The word of a code of a national vocabulary, or the code itself when it is a peer's own word.
    pub fn label(self, vocabulary: &'static Vocabulary, code: &str) -> String {
        self.spaced(vocabulary.label(code, self.language))
    }

    /// French wants no-break spaces before its double marks; the vocabularies are written with plain ones.
    fn spaced(self, text: &str) -> String {
        let mut text = text.to_owned();
        if self.language == Language::French {
            for mark in [':', ';', '!', '?'] {
                text = text.replace(&format!(" {mark}"), &format!("{NO_BREAK}{mark}"));
            }
        }
        text
    }

    /// The text of `key`. An unknown key gives the key itself; a test holds that none is.
    pub fn text(self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// The text of `key` with its variables filled, for instance `[("count", 3.into())]`.
    pub fn text_with(self, key: &str, variables: &[(&str, FluentValue<'_>)]) -> String {
        self.find(key, variables).unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key`, or `None` when this language has none.
    fn find(self, key: &str, variables: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let bundle = bundle(self.language);
        let pattern = bundle.get_message(key)?.value()?;
        let arguments: FluentArgs = variables.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        Some(
            bundle
                .format_pattern(pattern, Some(&arguments), &mut errors)
                .into_owned(),
        )
    }
}

type Bundle = FluentBundle<FluentResource>;

/// `fr.ftl`, as `build.rs` compresses it.
const FRENCH: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/fr.ftl.gz"));
/// `en.ftl`, the same.
const ENGLISH: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/en.ftl.gz"));

fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [build("fr", FRENCH), build("en", ENGLISH)]);
    match language {
        Language::French => &BUNDLES[0],
        Language::English => &BUNDLES[1],
    }
}

/// A malformed entry is left out here and fails the tests, which look at the parser's own list of errors.
fn build(tag: &str, packed: &[u8]) -> Bundle {
    let source = packed::text(packed).unwrap_or_default();
    let resource = FluentResource::try_new(source).unwrap_or_else(|(readable, _)| readable);
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Isolation marks (U+2068…) would end up in feeds, text messages and copied addresses.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests;
