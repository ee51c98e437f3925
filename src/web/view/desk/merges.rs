//! Workshops that two partners publish, as the staff sees them.

use askama::Template;

use crate::web::view::page::Page;

/// What is shown as one, and what was told apart.
#[derive(Template)]
#[template(path = "desk/merges.html")]
pub struct MergesPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was just done.
    pub done: Option<String>,
    /// Shown as one.
    pub merged: Vec<PairLine>,
    /// To all of them, where only some are shown.
    pub all: Option<String>,
    /// Further ones.
    pub next: Option<String>,
    /// Told apart by the staff.
    pub apart: Vec<PairLine>,
    /// Whether they may change that.
    pub may_publish: bool,
}

/// Two workshops.
pub struct PairLine {
    /// « Jeudi 3 décembre, de 14 h à 16 h ».
    pub when: String,
    /// Where.
    pub place: Option<String>,
    /// The one that is shown and the one behind it, or simply two.
    pub sides: [Side; 2],
    /// Why they are one.
    pub why: Option<String>,
    /// « Et 12 autres dates ».
    pub others: Option<String>,
    /// Its address under `/desk/merges/`.
    pub path: String,
}

/// One session of a pair.
pub struct Side {
    /// Its title.
    pub title: String,
    /// Its page here.
    pub href: String,
    /// Who publishes it.
    pub by: String,
    /// « Annulé ».
    pub status: Option<String>,
}

/// The words of the button that posts to `verb`.
fn button(verb: &str) -> &'static str {
    if verb == "join" {
        "desk-merges-join"
    } else {
        "desk-merges-separate"
    }
}
