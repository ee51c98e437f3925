//! `/api/v1/merges`: workshops that two partners publish, for the staff alone.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::list::Asked;
use super::{may_publish, private};
use crate::app::Node;
use crate::app::merges::{self, Twins};
use crate::domain::calendar::Entry;
use crate::domain::id::SessionId;
use crate::feed::json::source;
use crate::store::Cursor;
use crate::web::Error;
use crate::web::extract::Bearer;

/// Most pairs that were told apart in an answer.
const APART: usize = 500;

/// A page of what is shown as one; the last ends with what was told apart.
///
/// # Errors
/// A refusal of `limit` or `cursor`.
pub async fn list(_: Bearer, node: Data<Node>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let asked: Asked<Cursor> = Asked::read(request.query_string())?;
    let page = merges::list(&node, None, asked.limit, asked.after).await?;
    let mut items: Vec<Value> = page.items.iter().map(|twins| pair(twins, "merged")).collect();
    if page.next.is_none() {
        let apart = merges::told_apart(&node, APART).await?;
        items.extend(apart.iter().map(|twins| pair(twins, "separated")));
    }
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(private(&json!({ "items": items, "next": next })))
}

/// Tells the workshops of two sessions apart.
///
/// # Errors
/// [`Error::NotFound`] unless both are there.
pub async fn separate(bearer: Bearer, node: Data<Node>, pair: Path<(String, String)>) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let (one, other) = ids(&pair)?;
    merges::separate(&node, one, other).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets them be one again.
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
        "dates": twins.dates,
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
