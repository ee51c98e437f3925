//! Pages that say one thing and show a way out: errors, and what was deleted.

use askama::Template;

use super::page::Page;
use crate::domain::invalid::Refusal;
use crate::domain::vocabulary::Language;
use crate::locale::Locale;

/// A title, a few sentences, the way back.
#[derive(Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    /// The frame; its title is the message.
    pub page: Page,
    /// The sentences.
    pub lines: Vec<String>,
    /// What does not fit, field by field.
    pub problems: Vec<Problem>,
}

/// One refused field.
pub struct Problem {
    /// Its name in the address.
    pub field: String,
    /// Why.
    pub reason: String,
}

impl Problem {
    /// Every refused field.
    pub fn all(t: Locale, refusal: &Refusal) -> Vec<Self> {
        let reason = |invalid: &crate::domain::invalid::Invalid| match t.language() {
            Language::French => invalid.reason.french(),
            Language::English => invalid.reason.english(),
        };
        refusal
            .0
            .iter()
            .map(|invalid| Self {
                field: invalid.field.clone(),
                reason: reason(invalid),
            })
            .collect()
    }
}
