//! Whom this site mutes and blocks, as the staff sees it.

use askama::Template;

use super::form::Choice;
use crate::web::view::page::Page;

/// The list, and how it is changed.
#[derive(Template)]
#[template(path = "desk/blocks.html")]
pub struct BlocksPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was just done.
    pub done: Option<String>,
    /// Whether they may change it.
    pub may_administer: bool,
    /// What was typed.
    pub target: String,
    /// Why, as typed.
    pub note: String,
    /// What is wrong.
    pub error: Option<String>,
    /// What can be done.
    pub severities: Vec<Choice>,
    /// Hosts that the configuration blocks.
    pub configured: Vec<String>,
    /// What was decided.
    pub blocks: Vec<BlockLine>,
}

/// One decision.
pub struct BlockLine {
    /// A domain or the address of an actor.
    pub target: String,
    /// « Bloqué · 23 novembre 2026 ».
    pub what: String,
    /// Why.
    pub note: String,
}
