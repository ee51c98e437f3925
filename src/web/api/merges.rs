//! `/api/v1/merges`: workshops that two partners publish, for the staff alone.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::{may_publish, private};
use crate::app::Node;
use crate::app::merges::{self, Twins};
use crate::domain::calendar::Entry;
use crate::domain::id::SessionId;
use crate::feed::json::source;
use crate::web::Error;
use crate::web::extract::Bearer;

/// Pairs of each kind in an answer.
const SHOWN: i64 = 500;

/// What is shown as one, and what was told apart.
///
/// # Errors
/// Only what the database refuses.
pub async fn list(_: Bearer, node: Data<Node>) -> Result<HttpResponse, Error> {
    let (merged, apart) = merges::list(&node, SHOWN).await?;
    let items: Vec<Value> = merged
        .iter()
        .map(|twins| pair(twins, "merged"))
        .chain(apart.iter().map(|twins| pair(twins, "separated")))
        .collect();
    Ok(private(&json!({ "items": items, "next": null })))
}

/// Tells two sessions apart.
///
/// # Errors
/// [`Error::NotFound`] unless both are there.
pub async fn separate(bearer: Bearer, node: Data<Node>, pair: Path<(String, String)>) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let (one, other) = ids(&pair)?;
    merges::separate(&node, one, other).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets two sessions be one again.
///
/// # Errors
/// [`Error::NotFound`] unless both are there.
pub async fn join(bearer: Bearer, node: Data<Node>, pair: Path<(String, String)>) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let (one, other) = ids(&pair)?;
    merges::join(&node, one, other).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn ids(pair: &(String, String)) -> Result<(SessionId, SessionId), Error> {
    let id = |text: &str| text.parse().map_err(|_| Error::NotFound);
    Ok((id(&pair.0)?, id(&pair.1)?))
}

fn pair(twins: &Twins, state: &str) -> Value {
    let mut reasons = vec!["place", "start", "title"];
    if twins.likeness.is_some_and(|likeness| likeness.named) {
        reasons.push("co_organiser");
    }
    json!({
        "state": state,
        "shown": side(&twins.shown),
        "behind": side(&twins.behind),
        "reasons": reasons,
    })
}

fn side(entry: &Entry) -> Value {
    json!({
        "id": entry.session.id,
        "uri": entry.uri,
        "url": entry.url,
        "title": entry.event.facts.title,
        "start": entry.session.occurrence.start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "status": entry.event.facts.status.as_str(),
        "origin": source(&entry.publisher),
    })
}
