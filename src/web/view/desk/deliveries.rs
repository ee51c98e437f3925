//! What waits for other servers.

use askama::Template;

use crate::web::view::page::Page;

/// The servers that something waits for.
#[derive(Template)]
#[template(path = "desk/deliveries.html")]
pub struct DeliveriesPage {
    /// The frame.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// What was just done.
    pub done: Option<String>,
    /// Those that fail first.
    pub servers: Vec<Server>,
    /// The next page.
    pub more: Option<String>,
    /// Whether they may have it tried again.
    pub may_retry: bool,
    /// Whether they may give it up.
    pub may_give_up: bool,
}

/// A server and what waits for it.
pub struct Server {
    /// Its name, with its port where it has one.
    pub host: String,
    /// Its address under `/desk/deliveries/`.
    pub path: String,
    /// « 3 envois en attente ».
    pub waiting: String,
    /// « Aujourd’hui, à 9 h 30 »: when the first of them was recorded.
    pub since: Option<String>,
    /// When it last took something in.
    pub success: String,
    /// What is wrong, in plain words, and as it was said.
    pub trouble: Option<(String, String)>,
    /// When it is tried next.
    pub next: Option<String>,
}

/// Before what waits for a server is given up.
#[derive(Template)]
#[template(path = "desk/give_up.html")]
pub struct GiveUpPage {
    /// The frame; its title is the question.
    pub page: Page,
    /// Who is signed in.
    pub email: String,
    /// The server.
    pub server: Server,
}
