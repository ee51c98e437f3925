//! Which controls the form of an event has, in which order: what everyone needs first, the rest folded by subject.

use chrono_tz::Tz;

use super::form::Form;
use super::reason;
use super::recurrence::{DAYS, REPEATS};
use crate::domain::centre::Centre;
use crate::domain::event::{CourseRegistration, Mode, Status};
use crate::domain::invalid::Invalid;
use crate::domain::time::DEFAULT_ZONE;
use crate::domain::vocabulary::{
    ACCESS_MODES, ACCESSIBILITY, AUDIENCES, EQUIPMENT, EVENT_TYPES, FORMATS, LANGUAGES, LEVELS, PRICES,
    REGISTRATION_MODES, SERVICES, SPECIAL_SUPPORT, THEMES, Vocabulary,
};
use crate::locale::{Locale, capitalise};
use crate::web::view::desk::form::{Choice, Control, Input, Section};

/// The zones of France, most people first.
const ZONES: [Tz; 12] = [
    DEFAULT_ZONE,
    Tz::Indian__Reunion,
    Tz::America__Guadeloupe,
    Tz::America__Martinique,
    Tz::America__Cayenne,
    Tz::Indian__Mayotte,
    Tz::Pacific__Noumea,
    Tz::Pacific__Tahiti,
    Tz::America__Miquelon,
    Tz::Pacific__Wallis,
    Tz::America__St_Barthelemy,
    Tz::America__Marigot,
];

/// Makes controls out of what a form holds.
pub struct Controls<'a> {
    /// The words.
    pub t: Locale,
    /// What they hold.
    pub form: &'a Form,
    /// What is wrong, by control.
    pub problems: &'a [Invalid],
    /// Centres to choose from.
    pub centres: &'a [Centre],
}

impl Controls<'_> {
    /// What everyone fills in.
    pub fn first(&self) -> Vec<Control> {
        let mut controls = Vec::new();
        if self.centres.len() > 1 {
            controls.push(self.centre());
        }
        controls.extend([
            self.line("title", "text").required(),
            self.select("type", self.codes("type", &EVENT_TYPES, Some("atelier")))
                .required(),
            self.line("date", "date").required().width("third"),
            self.line("start_time", "time").required().width("third"),
            self.line("end_time", "time").required().width("third"),
            self.line("place.name", "text").required().width("half"),
            self.line("place.address", "text").width("half"),
            self.line("place.postcode", "text").required().width("third"),
            self.line("place.city", "text").required().width("third"),
            self.select("level_min", self.levels("level_min")).width("half"),
            self.select("level_max", self.levels("level_max")).width("half"),
            self.select(
                "registration.mode",
                self.codes("registration.mode", &REGISTRATION_MODES, Some("sans-inscription")),
            )
            .required()
            .width("half"),
            self.line("contact.phone", "tel").width("half"),
        ]);
        controls
    }

    /// The rest, folded by subject.
    pub fn more(&self, standing: bool) -> Vec<Section> {
        let mut sections = vec![
            self.section("repeat", self.repetition()),
            self.section("words", self.words()),
            self.section("people", self.people()),
            self.section("means", self.means()),
            self.section("terms", self.terms()),
            self.section("others", self.others()),
        ];
        if standing {
            sections.push(self.section("standing", self.standing()));
        }
        sections
    }

    fn repetition(&self) -> Vec<Control> {
        let days: Vec<(String, String)> = DAYS
            .iter()
            .enumerate()
            .map(|(at, code)| {
                (
                    (*code).to_owned(),
                    capitalise(&self.t.text(&format!("weekday-{}", at + 1))),
                )
            })
            .collect();
        vec![
            self.select("repeat", self.repeats()).width("half"),
            self.line("until", "date").width("half"),
            self.control("days", Input::Boxes(self.choices("days", days))),
            self.area("except", 3),
        ]
    }

    fn words(&self) -> Vec<Control> {
        vec![
            self.area("summary", 3),
            self.area("description", 8),
            self.boxes("themes", &THEMES),
            self.line("image.url", "url").width("half"),
            self.line("image.alt", "text").width("half"),
            self.area("tags", 2),
        ]
    }

    fn people(&self) -> Vec<Control> {
        vec![
            self.boxes("audiences", &AUDIENCES),
            self.line("age.min", "text").width("third"),
            self.line("age.max", "text").width("third"),
            self.boxes("languages", &LANGUAGES),
            self.boxes("accessibility", &ACCESSIBILITY),
            self.area("accommodations", 3),
            self.boxes("special_support", &SPECIAL_SUPPORT),
        ]
    }

    fn means(&self) -> Vec<Control> {
        vec![
            self.select("format", self.codes("format", &FORMATS, None))
                .width("half"),
            self.select("mode", self.modes()).width("half"),
            self.line("online_url", "url"),
            self.tick("equipment.provided"),
            self.boxes("equipment.types", &EQUIPMENT),
            self.tick("equipment.bring_own"),
            self.boxes("services", &SERVICES),
        ]
    }

    fn terms(&self) -> Vec<Control> {
        vec![
            self.select("price", self.codes("price", &PRICES, Some("gratuit")))
                .width("half"),
            self.line("price_detail", "text").width("half"),
            self.line("registration.capacity", "text").width("third"),
            self.tick("registration.waiting_list"),
            self.line("registration.phone", "tel").width("half"),
            self.line("registration.email", "email").width("half"),
            self.line("registration.url", "url"),
            self.boxes("registration.access", &ACCESS_MODES),
            self.line("contact.email", "email").width("half"),
            self.tick("open_to_prescription"),
        ]
    }

    fn others(&self) -> Vec<Control> {
        vec![
            self.line("place.complement", "text"),
            self.tick("place.itinerant"),
            self.area("co_organisers", 3),
            self.line("course.sessions", "text").width("half"),
            self.select("course.registration", self.course()).width("half"),
            self.select("timezone", self.zones()).width("half"),
        ]
    }

    fn standing(&self) -> Vec<Control> {
        let statuses = Status::ALL.iter().map(|status| {
            let word = self.t.status(*status).unwrap_or_else(|| self.t.text("desk-as-planned"));
            (status.as_str().to_owned(), word)
        });
        vec![
            self.select("status", self.choices("status", statuses.collect()))
                .width("half"),
            self.line("status_detail", "text").width("half"),
        ]
    }

    fn section(&self, word: &str, controls: Vec<Control>) -> Section {
        Section {
            title: self.t.text(&format!("desk-section-{word}")),
            open: controls.iter().any(|control| control.error.is_some()),
            controls,
        }
    }

    fn control(&self, name: &'static str, input: Input) -> Control {
        let mut control = Control::new(self.t, name, input);
        let problem = self.problems.iter().find(|problem| problem.field == name);
        control.error = problem.map(|problem| reason(self.t, problem));
        control
    }

    fn line(&self, name: &'static str, kind: &'static str) -> Control {
        self.control(name, Input::Line(kind, self.form.value(name).to_owned(), "off"))
    }

    fn area(&self, name: &'static str, rows: u8) -> Control {
        self.control(name, Input::Area(self.form.value(name).to_owned(), rows))
    }

    fn tick(&self, name: &'static str) -> Control {
        self.control(name, Input::Tick(!self.form.value(name).is_empty()))
    }

    fn select(&self, name: &'static str, choices: Vec<Choice>) -> Control {
        self.control(name, Input::Select(choices))
    }

    fn boxes(&self, name: &'static str, list: &'static Vocabulary) -> Control {
        self.control(
            name,
            Input::Boxes(self.codes(name, list, None).into_iter().skip(1).collect()),
        )
    }

    /// The terms of a list; before them nothing, unless `usual` is what nothing means.
    fn codes(&self, name: &str, list: &'static Vocabulary, usual: Option<&str>) -> Vec<Choice> {
        let terms = list
            .terms()
            .iter()
            .map(|term| (term.code.clone(), self.t.label(list, &term.code)));
        let mut all: Vec<(String, String)> = Vec::new();
        if usual.is_none() {
            all.push((String::new(), self.t.text("desk-unsaid")));
        }
        all.extend(terms);
        let mut choices = self.choices(name, all);
        if self.form.value(name).is_empty() {
            for choice in &mut choices {
                choice.chosen |= Some(choice.value.as_str()) == usual;
            }
        }
        choices
    }

    fn choices(&self, name: &str, all: Vec<(String, String)>) -> Vec<Choice> {
        all.into_iter()
            .map(|(value, label)| Choice {
                chosen: self.form.has(name, &value),
                value,
                label,
            })
            .collect()
    }

    fn centre(&self) -> Control {
        let all = self.centres.iter();
        let all = all.map(|centre| (centre.handle.to_string(), centre.profile.name.clone()));
        self.select("centre", self.choices("centre", all.collect())).required()
    }

    /// « Premiers pas » for the lowest level: nobody is labelled.
    fn levels(&self, name: &str) -> Vec<Choice> {
        let mut choices = self.codes(name, &LEVELS, None);
        for choice in &mut choices {
            match choice.value.as_str() {
                "" => choice.label = capitalise(&self.t.text("level-all")),
                "eloigne" => choice.label = self.t.text("desk-first-steps"),
                _ => {}
            }
        }
        choices
    }

    fn repeats(&self) -> Vec<Choice> {
        // A rule the form has no words for can be kept, not chosen.
        let offered = REPEATS
            .iter()
            .filter(|repeat| **repeat != "other" || self.form.has("repeat", "other"));
        let words = offered.map(|repeat| ((*repeat).to_owned(), self.t.text(&format!("desk-repeat-{repeat}"))));
        self.choices("repeat", words.collect())
    }

    fn modes(&self) -> Vec<Choice> {
        let all = Mode::ALL.iter();
        let all = all.map(|mode| (mode.as_str().to_owned(), self.t.text(&format!("mode-{mode}"))));
        self.choices("mode", all.collect())
    }

    fn course(&self) -> Vec<Choice> {
        let all = CourseRegistration::ALL.iter().map(|way| {
            let word = match way {
                CourseRegistration::Once => "desk-course-once",
                CourseRegistration::EachSession => "desk-course-each",
            };
            (way.as_str().to_owned(), self.t.text(word))
        });
        let none = (String::new(), self.t.text("desk-unsaid"));
        self.choices("course.registration", std::iter::once(none).chain(all).collect())
    }

    fn zones(&self) -> Vec<Choice> {
        let mut names: Vec<String> = ZONES.iter().map(|zone| zone.name().to_owned()).collect();
        let own = self.form.value("timezone");
        if !own.is_empty() && names.iter().all(|name| name != own) {
            names.push(own.to_owned());
        }
        self.choices("timezone", names.into_iter().map(|name| (name.clone(), name)).collect())
    }
}
