//! `/api/v1/deliveries`: what waits for other servers, for the staff alone.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::list::Asked;
use super::{may_administer, may_publish, private};
use crate::app::{Node, deliveries};
use crate::web::Error;
use crate::web::extract::Bearer;

/// A page of the servers that something waits for, by name.
///
/// # Errors
/// A refusal of `limit`.
pub async fn list(_: Bearer, node: Data<Node>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let asked: Asked<String> = Asked::read(request.query_string())?;
    let found = deliveries::list(&node, asked.after.clone(), asked.rows()).await?;
    let page = asked.page(found, |waiting| waiting.host.clone(), |waiting| json!(waiting));
    Ok(private(&page))
}

/// Makes what waits for a server due at once.
///
/// # Errors
/// [`Error::NotFound`] for a server that nothing was ever sent to.
pub async fn retry(bearer: Bearer, node: Data<Node>, host: Path<String>) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let waiting = deliveries::retry(&node, &host).await?;
    Ok(private(&json!(waiting)))
}

/// Closes what waits for a server.
///
/// # Errors
/// [`Error::NotFound`] for a server that nothing was ever sent to.
pub async fn give_up(bearer: Bearer, node: Data<Node>, host: Path<String>) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let (host, given_up) = deliveries::give_up(&node, &host).await?;
    Ok(private(&json!({ "host": host, "given_up": given_up })))
}
