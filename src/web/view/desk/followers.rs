//! Who follows the centres of this site, as the staff sees it.

use askama::Template;

use super::form::Choice;
use super::network::Who;
use crate::web::view::page::Page;

/// Who follows, who asks to, and whose follow is accepted.
#[derive(Template)]
#[template(path = "desk/followers.html")]
pub struct FollowersPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was just done.
    pub done: Option<String>,
    /// Whether they may answer requests.
    pub may_publish: bool,
    /// Whether they may remove followers and change the rule.
    pub may_administer: bool,
    /// Requests that wait.
    pub requests: Vec<FollowerLine>,
    /// Calendars, networks and servers.
    pub agendas: Vec<FollowerLine>,
    /// Older ones.
    pub next: Option<String>,
    /// How many people.
    pub count: String,
    /// The newest of them.
    pub people: Vec<FollowerLine>,
    /// That these are not all.
    pub more: Option<String>,
    /// The rules there are.
    pub modes: Vec<Choice>,
    /// Who is always accepted, one a line.
    pub allowed: String,
    /// What is wrong there.
    pub error: Option<String>,
}

/// One follower.
pub struct FollowerLine {
    /// Who.
    pub who: Who,
    /// Whom they follow.
    pub of: String,
    /// Since which day.
    pub since: String,
    /// Its address under `/desk/followers/`.
    pub path: String,
}
