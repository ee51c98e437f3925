//! The pages of the staff.

pub mod announcing;
pub mod blocks;
pub mod deliveries;
pub mod followers;
pub mod form;
pub mod merges;
pub mod network;

use askama::Template;

use super::page::Page;
use super::parts::Notice;

/// One thing that is wrong on a form, with the control where it is put right.
pub struct Wrong {
    /// The `id` of the control; `None` when the form has none for it.
    pub control: Option<String>,
    /// « Titre ».
    pub label: String,
    /// « À remplir. ».
    pub reason: String,
}

/// Signing in.
#[derive(Template)]
#[template(path = "desk/sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub email: String,
    /// Where to go then.
    pub next: String,
    /// Why it did not work.
    pub error: Option<String>,
}

/// The events of a centre.
#[derive(Template)]
#[template(path = "desk/home.html")]
pub struct HomePage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// Whether they may publish.
    pub may_publish: bool,
    /// What was just done.
    pub done: Option<String>,
    /// Every centre, when there are several.
    pub centres: Vec<CentreLink>,
    /// The centre shown; `None` while there is none.
    pub centre: Option<CentreHead>,
    /// To come, soonest first.
    pub coming: Vec<EventLine>,
    /// Over, newest first.
    pub over: Vec<EventLine>,
}

/// A centre to choose.
pub struct CentreLink {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Whether it is shown.
    pub current: bool,
}

/// The centre that is shown.
pub struct CentreHead {
    /// Its name.
    pub name: String,
    /// Its public page.
    pub href: String,
    /// « 12 abonnés ».
    pub followers: String,
    /// The form for a new event of it.
    pub new: String,
}

/// An event in the list of the staff.
pub struct EventLine {
    /// Its address under `/desk/events/`.
    pub path: String,
    /// Its public page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// « Mardi 24 novembre, de 9 h à 12 h ».
    pub when: String,
    /// « tous les mardis ».
    pub repeats: Option<String>,
    /// Where it stands, unless as planned.
    pub notice: Option<Notice>,
    /// Whether it can still be cancelled.
    pub cancellable: bool,
}

/// Before something that followers are told of.
#[derive(Template)]
#[template(path = "desk/confirm.html")]
pub struct ConfirmPage {
    /// The frame; its title is the question.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// The event.
    pub title: String,
    /// When it is.
    pub when: String,
    /// What will happen.
    pub lines: Vec<String>,
    /// The label of the reason, where one may be given.
    pub reason: Option<String>,
    /// What was typed there.
    pub detail: String,
    /// Why that is refused.
    pub error: Option<String>,
    /// What the button says.
    pub button: String,
}
