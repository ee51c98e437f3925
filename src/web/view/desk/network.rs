//! Whom this site follows, as the staff sees it.

use askama::Template;

use super::CentreLink;
use super::form::Choice;
use crate::web::view::page::Page;

/// Whom it follows.
#[derive(Template)]
#[template(path = "desk/network.html")]
pub struct NetworkPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was just done.
    pub done: Option<String>,
    /// Whether they may follow.
    pub may_administer: bool,
    /// What was typed.
    pub target: String,
    /// Why nobody was found.
    pub error: Option<String>,
    /// The networks of this site, to their settings.
    pub networks: Vec<CentreLink>,
    /// The follows.
    pub ties: Vec<TieLine>,
    /// The others.
    pub next: Option<String>,
}

/// One follow.
pub struct TieLine {
    /// Of whom.
    pub who: Who,
    /// « Ce site », or the name of a centre.
    pub by: String,
    /// « Suivi, à jour le 23 novembre 2026 ».
    pub state: String,
    /// Whether nobody has to look after it.
    pub calm: bool,
    /// What the last reading met, in sentences.
    pub problems: Vec<String>,
    /// Its address under `/desk/network/`.
    pub path: String,
}

/// Somebody elsewhere.
pub struct Who {
    /// Its name.
    pub name: String,
    /// `@name@host`.
    pub account: String,
    /// Its page.
    pub href: Option<String>,
    /// What it is, and what else is known.
    pub lines: Vec<String>,
}

/// Who is there, before following.
#[derive(Template)]
#[template(path = "desk/preview.html")]
pub struct PreviewPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was typed.
    pub target: String,
    /// Who is there.
    pub who: Who,
    /// What they say of themselves.
    pub summary: String,
    /// Who follows them already.
    pub followed: Vec<String>,
    /// As whom to follow; none where all do.
    pub choices: Vec<Choice>,
}

/// Before it stops following.
#[derive(Template)]
#[template(path = "desk/unfollow.html")]
pub struct UnfollowPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// Whom.
    pub who: Who,
}
