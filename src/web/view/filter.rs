//! The form that filters the calendar, and the choice it holds said in words.

use crate::domain::event::{Format, Mode};
use crate::domain::vocabulary::{
    ACCESSIBILITY, AUDIENCES, EVENT_TYPES, LANGUAGES, LEVELS, Language, PRICES, THEMES, Term, Vocabulary,
};
use crate::locale::{Locale, capitalise};

/// What the form shows.
pub struct FilterForm {
    /// Where it leads.
    pub action: String,
    /// The present choice in words.
    pub chosen: String,
    /// Whether anything is chosen.
    pub any: bool,
    /// Words looked for.
    pub q: String,
    /// Town or postcode.
    pub near: String,
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// The choices most people need.
    pub first: Vec<Choice>,
    /// The others, folded.
    pub more: Vec<Choice>,
    /// Whether one of the others is chosen.
    pub more_open: bool,
    /// Parameters of the address that have no field here.
    pub kept: Vec<(String, String)>,
}

/// One list to choose from.
pub struct Choice {
    /// Name of the parameter.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// What no choice is called.
    pub any: String,
    /// Its options.
    pub groups: Vec<Group>,
}

/// Options under a common label, or without one.
pub struct Group {
    /// The label.
    pub label: Option<String>,
    /// The options.
    pub options: Vec<Opt>,
}

/// One option.
pub struct Opt {
    /// Its code.
    pub value: String,
    /// Its word.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    fn chosen(&self) -> impl Iterator<Item = &Opt> {
        self.groups
            .iter()
            .flat_map(|group| &group.options)
            .filter(|option| option.selected)
    }
}

/// The parameters of an address, by name; a name may come more than once.
pub type Given = [(String, String)];

/// Values of `when`, the shortcuts of people.
pub const WHEN: [&str; 4] = ["today", "week", "weekend", "month"];

const FIELDS: [&str; 13] = [
    "q",
    "near",
    "from",
    "theme",
    "level",
    "when",
    "type",
    "audience",
    "language",
    "accessibility",
    "price",
    "format",
    "mode",
];

impl FilterForm {
    /// The form on the page at `action`, with the parameters `given`. `since` is the chosen first day in words.
    pub fn new(t: Locale, action: &str, given: &Given, since: Option<String>) -> Self {
        let first = vec![themes(t, given), levels(t, given), when(t, given)];
        let more = more(t, given);
        let value = |name: &str| value(given, name).unwrap_or_default().to_owned();
        let kept = given
            .iter()
            .filter(|(name, _)| !FIELDS.contains(&name.as_str()))
            .cloned()
            .collect();
        let chosen = chosen(t, given, first.iter().chain(&more), since);
        Self {
            action: action.to_owned(),
            any: chosen.is_some(),
            chosen: chosen.unwrap_or_else(|| t.text("filter-everything")),
            q: value("q"),
            near: value("near"),
            from: value("from"),
            more_open: more.iter().any(|choice| choice.chosen().next().is_some()),
            first,
            more,
            kept,
        }
    }
}

fn value<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    given
        .iter()
        .find(|(other, value)| other == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

fn is_given(given: &Given, name: &str, code: &str) -> bool {
    given
        .iter()
        .any(|(other, value)| other == name && value.split(',').any(|one| one == code))
}

/// « Près de Roubaix, cette semaine, débutant ».
fn chosen<'a>(
    t: Locale,
    given: &Given,
    choices: impl Iterator<Item = &'a Choice>,
    since: Option<String>,
) -> Option<String> {
    let near = value(given, "near")
        .or(value(given, "city"))
        .or(value(given, "postcode"));
    let mut parts: Vec<String> = near
        .map(|place| t.text_with("filter-near", &[("place", place.into())]))
        .into_iter()
        .collect();
    for choice in choices {
        parts.extend(choice.chosen().map(|option| match choice.name {
            "level" => t.text_with(
                "filter-level-short",
                &[("level", t.label(&LEVELS, &option.value).into())],
            ),
            _ => option.label.clone(),
        }));
    }
    parts.extend(since.map(|day| t.text_with("filter-since", &[("day", day.into())])));
    parts.extend(value(given, "q").map(|word| t.text_with("filter-word", &[("word", word.into())])));
    let publisher = value(given, "centre").or(value(given, "network"));
    parts.extend(publisher.map(|name| t.text_with("filter-centre", &[("name", name.into())])));
    (!parts.is_empty()).then(|| capitalise(&parts.join(", ")))
}

fn themes(t: Locale, given: &Given) -> Choice {
    let groups = [
        ("mediation_numerique", "filter-theme-skills"),
        ("demarche_administrative", "filter-theme-procedures"),
    ];
    let groups = groups.into_iter().map(|(group, key)| Group {
        label: Some(t.text(key)),
        options: THEMES
            .terms()
            .iter()
            .filter(|term| term.group.as_deref() == Some(group))
            .map(|term| option(t, given, "theme", &THEMES, term))
            .collect(),
    });
    Choice {
        name: "theme",
        label: t.text("filter-theme"),
        any: t.text("filter-theme-any"),
        groups: groups.collect(),
    }
}

/// In the first person, as a reader would say it: nobody has to name their own level.
fn levels(t: Locale, given: &Given) -> Choice {
    let options = LEVELS.terms().iter().map(|term| {
        let sentence = term.sentence_fr.as_deref().filter(|_| t.language() == Language::French);
        let label = sentence.map_or_else(
            || t.label(&LEVELS, &term.code),
            |said| said.trim_end_matches('.').to_owned(),
        );
        Opt {
            value: term.code.clone(),
            label: capitalise(&label),
            selected: is_given(given, "level", &term.code),
        }
    });
    let groups = vec![Group {
        label: None,
        options: options.collect(),
    }];
    Choice {
        name: "level",
        label: t.text("filter-level"),
        any: t.text("filter-level-any"),
        groups,
    }
}

fn when(t: Locale, given: &Given) -> Choice {
    let options = WHEN.into_iter().map(|code| Opt {
        value: code.to_owned(),
        label: t.text(&format!("filter-when-{code}")),
        selected: is_given(given, "when", code),
    });
    let groups = vec![Group {
        label: None,
        options: options.collect(),
    }];
    Choice {
        name: "when",
        label: t.text("filter-when"),
        any: t.text("filter-when-any"),
        groups,
    }
}

fn more(t: Locale, given: &Given) -> Vec<Choice> {
    let listed = |name, label: &str, any: &str, vocabulary: &'static Vocabulary| Choice {
        name,
        label: t.text(label),
        any: t.text(any),
        groups: vec![Group {
            label: None,
            options: vocabulary
                .terms()
                .iter()
                .map(|term| option(t, given, name, vocabulary, term))
                .collect(),
        }],
    };
    let worded = |name: &'static str, label: &str, any: &str, codes: Vec<&'static str>| Choice {
        name,
        label: t.text(label),
        any: t.text(any),
        groups: vec![Group {
            label: None,
            options: codes
                .into_iter()
                .map(|code| Opt {
                    value: code.to_owned(),
                    label: capitalise(&t.text(&format!("{name}-{code}"))),
                    selected: is_given(given, name, code),
                })
                .collect(),
        }],
    };
    let formats = Format::ALL.iter().map(|format| format.as_str()).collect();
    let modes = Mode::ALL.iter().map(|mode| mode.as_str()).collect();
    vec![
        listed("type", "filter-type", "filter-type-any", &EVENT_TYPES),
        listed("audience", "filter-audience", "filter-audience-any", &AUDIENCES),
        listed("language", "filter-language", "filter-language-any", &LANGUAGES),
        listed(
            "accessibility",
            "filter-accessibility",
            "filter-accessibility-any",
            &ACCESSIBILITY,
        ),
        listed("price", "filter-price", "filter-price-any", &PRICES),
        worded("format", "filter-format", "filter-format-any", formats),
        worded("mode", "filter-mode", "filter-mode-any", modes),
    ]
}

fn option(t: Locale, given: &Given, name: &str, vocabulary: &'static Vocabulary, term: &Term) -> Opt {
    Opt {
        value: term.code.clone(),
        label: capitalise(&t.label(vocabulary, &term.code)),
        selected: is_given(given, name, &term.code),
    }
}
