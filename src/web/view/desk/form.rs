//! The form of an event as a page: sections of controls, each with its label, hint and error.

use askama::Template;

use super::Wrong;
use crate::locale::Locale;
use crate::web::view::Page;

/// The form of a new or known event.
#[derive(Template)]
#[template(path = "desk/form.html")]
pub struct FormPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What is wrong, for the summary on top.
    pub wrong: Vec<Wrong>,
    /// What everyone fills in.
    pub first: Vec<Control>,
    /// The rest, folded.
    pub more: Vec<Section>,
    /// What the button says.
    pub button: String,
    /// What happens then.
    pub consequence: String,
}

/// Folded controls.
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Whether it is open, because something in it is wrong.
    pub open: bool,
    /// The controls.
    pub controls: Vec<Control>,
}

/// One control with its words.
pub struct Control {
    /// Name and id: the field of the interface.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// What to write.
    pub hint: Option<String>,
    /// What is wrong.
    pub error: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// `half`, `third` of the width, or all of it.
    pub width: &'static str,
    /// What it is.
    pub input: Input,
}

/// What a control is.
pub enum Input {
    /// One line: type, value, autocomplete.
    Line(&'static str, String, &'static str),
    /// Several lines: value, height.
    Area(String, u8),
    /// One of several.
    Select(Vec<Choice>),
    /// Any of several.
    Boxes(Vec<Choice>),
    /// Yes or no.
    Tick(bool),
}

/// One choice.
pub struct Choice {
    /// Its code.
    pub value: String,
    /// Its word.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Control {
    /// A control whose words are in the catalogue under its name.
    pub fn new(t: Locale, name: &'static str, input: Input) -> Self {
        let key = name.replace(['.', '_'], "-");
        let hint_key = format!("desk-hint-{key}");
        let hint = t.text(&hint_key);
        Self {
            name,
            label: t.text(&format!("desk-field-{key}")),
            hint: (hint != hint_key).then_some(hint),
            error: None,
            required: false,
            width: "",
            input,
        }
    }

    /// It must be filled in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It takes a part of the width.
    pub fn width(mut self, width: &'static str) -> Self {
        self.width = width;
        self
    }

    /// For `aria-describedby`.
    pub fn described(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        [hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
