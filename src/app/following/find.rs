//! From what a person types to whom they may follow: an actor, or an agenda that does not federate.

use url::Url;

use crate::app::{Error, Node};
use crate::domain::invalid::{Reason, Refusal};
use crate::federation::discover::{Discovered, discover, node_info};
use crate::federation::fetch::FetchError;
use crate::federation::guard::Blocked;
use crate::federation::source;

/// Whom a target means.
pub(super) enum Found {
    /// An actor, and the software of its host where that is told.
    Actor(Discovered, Option<String>),
    /// An agenda.
    Agenda(source::Found),
}

/// Finds whom `target` means.
///
/// # Errors
/// A refusal of `target` when nobody is found there, or it is ours.
pub(super) async fn find(node: &Node, target: &str) -> Result<Found, Error> {
    if let Some(address) = agenda_address(target) {
        return agenda(node, target, &address).await;
    }
    let found = match discover(&node.federation.fetcher, target).await {
        Ok(found) => found,
        Err(error) => return instead_of_an_actor(node, target, &error).await,
    };
    if node.federation.urls.is_ours(&found.actor) {
        return Err(Error::refused("target", Reason::OwnActor));
    }
    let software = software(node, &found.actor).await;
    Ok(Found::Actor(found, software))
}

async fn agenda(node: &Node, target: &str, address: &Url) -> Result<Found, Error> {
    if node.federation.urls.is_ours(address) {
        return Err(Error::refused("target", Reason::OwnActor));
    }
    let found = source::find(&node.federation, address).await;
    found.map(Found::Agenda).map_err(|error| match error {
        FetchError::Document("no_agenda" | "a_feed") => {
            let target = target.chars().take(120).collect();
            Error::refused("target", Reason::NoAgenda { target })
        }
        error => unreachable_peer(target, &error),
    })
}

/// The address of an agenda, where `target` says that it is one.
fn agenda_address(target: &str) -> Option<Url> {
    let target = target.trim();
    let told = target
        .strip_prefix("webcal://")
        .or_else(|| target.strip_prefix("webcals://"));
    if let Some(rest) = told {
        return Url::parse(&format!("https://{rest}")).ok();
    }
    let url = Url::parse(target)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.path().to_ascii_lowercase().ends_with(".ics").then_some(url)
}

/// Where no actor is found, the page may be an agenda, or name one.
async fn instead_of_an_actor(node: &Node, target: &str, error: &FetchError) -> Result<Found, Error> {
    let text = target.trim();
    let page = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
        _ if text.contains('@') => None,
        _ => Url::parse(&format!("https://{text}/")).ok(),
    };
    match page.filter(|_| says_no_actor(error)) {
        Some(page) => match agenda(node, target, &page).await {
            // What was said of the account tells more than that its page could not be had either.
            Err(Error::Refused(refusal)) if names_nobody(&refusal) => Err(unreachable_peer(target, error)),
            other => other,
        },
        None => Err(unreachable_peer(target, error)),
    }
}

/// Whether there is no actor, rather than a server that does not answer for now: else a busy node would be taken for the
/// agenda that its page offers to read.
fn says_no_actor(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::ContentType
            | FetchError::Json
            | FetchError::Document(_)
            // To another host, where no actor of this one is; a page may be there.
            | FetchError::Redirect
            | FetchError::Status(400 | 404 | 405 | 406 | 410)
    )
}

fn names_nobody(refusal: &Refusal) -> bool {
    refusal
        .0
        .iter()
        .any(|invalid| matches!(invalid.reason, Reason::NobodyThere { .. }))
}

/// What the peer's host runs; a host that does not say is no reason to stop.
async fn software(node: &Node, actor: &Url) -> Option<String> {
    node_info(&node.federation.fetcher, actor).await.ok()?.software
}

fn unreachable_peer(target: &str, error: &FetchError) -> Error {
    if *error == FetchError::Blocked(Blocked::Operator) {
        return Error::refused("target", Reason::BlockedHost);
    }
    let (target, detail) = (target.chars().take(120).collect(), error.to_string());
    Error::refused("target", Reason::NobodyThere { target, detail })
}
