//! How to subscribe, and the accessibility declaration.

use askama::Template;

use super::page::Page;
use super::parts::Phone;

/// `/sabonner`.
#[derive(Template)]
#[template(path = "subscribe.html")]
pub struct SubscribePage {
    /// The frame.
    pub page: Page,
    /// The feed as phones open it.
    pub webcal: String,
    /// The feed as people copy it.
    pub ics: String,
    /// The Atom feed.
    pub atom: String,
    /// Accounts to follow, networks first.
    pub accounts: Vec<Account>,
}

/// An account of this node.
pub struct Account {
    /// Its name.
    pub name: String,
    /// `@handle@host`.
    pub handle: String,
}

/// `/accessibilite`: what French law asks a site to declare (loi 2005-102, art. 47).
#[derive(Template)]
#[template(path = "accessibility.html")]
pub struct AccessibilityPage {
    /// The frame.
    pub page: Page,
    /// Who undertakes it.
    pub commitment: String,
    /// Whom to tell about a difficulty.
    pub contact: String,
    /// Their number.
    pub phone: Option<Phone>,
}
