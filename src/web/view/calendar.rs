//! The calendar page.

use askama::Template;

use super::filter::FilterForm;
use super::page::Page;
use super::parts::Phone;
use super::session::Day;

/// `/`: the coming sessions, day by day, with their filters.
#[derive(Template)]
#[template(path = "calendar.html")]
pub struct CalendarPage {
    /// The frame.
    pub page: Page,
    /// « Ateliers et cafés numériques, près de chez vous ».
    pub heading: String,
    /// One sentence under it.
    pub lead: String,
    /// What can be chosen, and what is.
    pub form: FilterForm,
    /// The sessions.
    pub days: Vec<Day>,
    /// What to say when there are none.
    pub empty: Empty,
    /// Back to the first page, when this is not it.
    pub first_page: Option<String>,
    /// The page after this one.
    pub next_page: Option<String>,
}

/// Never a blank page: what was looked for, what to try, whom to call.
pub struct Empty {
    /// « Aucune séance pour… ».
    pub heading: String,
    /// What to try.
    pub advice: String,
    /// Before the number.
    pub phone_words: String,
    /// Someone's number.
    pub phone: Option<Phone>,
}
