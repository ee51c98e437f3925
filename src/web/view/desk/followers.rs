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
    /// Later ones.
    pub next_requests: Option<String>,
    /// Calendars, networks and servers.
    pub agendas: Vec<FollowerLine>,
    /// Older ones.
    pub next: Option<String>,
    /// How many people.
    pub count: String,
    /// A page of them.
    pub people: Vec<FollowerLine>,
    /// Older ones.
    pub next_people: Option<String>,
    /// Whether somebody is leafing through them.
    pub people_open: bool,
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
