//! What a network of this site announces, as the staff sees it.

use askama::Template;

use super::Wrong;
use super::form::{Choice, Control, Input};
use super::network::Who;
use crate::web::view::page::Page;

/// The rule, the members, what waits and what was decided.
#[derive(Template)]
#[template(path = "desk/announcing.html")]
pub struct AnnouncingPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was just done.
    pub done: Option<String>,
    /// Whether they may approve.
    pub may_publish: bool,
    /// Whether they may change rule and members.
    pub may_administer: bool,
    /// Its address.
    pub path: String,
    /// What is wrong in the rule, for the summary on top.
    pub wrong: Vec<Wrong>,
    /// The controls of the rule.
    pub rule: Vec<Control>,
    /// Whether anything has to be approved.
    pub asks: bool,
    /// What waits.
    pub waiting: Vec<SubjectLine>,
    /// What was decided.
    pub decided: Vec<SubjectLine>,
    /// That these are only the last decisions.
    pub last: Option<String>,
    /// Who belongs to it.
    pub members: Vec<MemberLine>,
    /// Centres of this site that do not.
    pub outside: Vec<Choice>,
}

/// An event or a series that waits, or on which was decided.
pub struct SubjectLine {
    /// By what a decision names it.
    pub uri: String,
    /// Its title.
    pub title: String,
    /// Its page here.
    pub href: String,
    /// When.
    pub when: String,
    /// Who publishes it.
    pub publisher: String,
    /// Whether it was decided that it is announced.
    pub approved: bool,
    /// Since which day it waits, or when it was decided.
    pub since: String,
}

/// A member.
pub struct MemberLine {
    /// Who.
    pub who: Who,
    /// By what it is named.
    pub key: String,
    /// Whether it is a centre of this site.
    pub local: bool,
    /// Whether nothing of it has to be approved.
    pub trusted: bool,
}
