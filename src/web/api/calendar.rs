//! `/api/v1/calendar`: dated sessions of the whole network as seen from here.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::list::{self, USUAL};
use super::open;
use crate::app::Node;
use crate::domain::invalid::Refusal;
use crate::feed;
use crate::store::calendar;
use crate::web::Error;
use crate::web::extract::filter::Asked;

/// A page of the calendar, with the filters of the public page.
///
/// # Errors
/// A refusal of the parameters that cannot be read.
pub async fn list(node: Data<Node>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let now = node.now();
    let asked = Asked::read(request.query_string(), now, node.config.node.timezone)?;
    let limit = match asked.limit {
        Some(limit) => list::read_limit(&limit.to_string()).map_err(Refusal::from)?,
        None => USUAL,
    };
    let addresses = node.federation.urls.clone();
    let rows = i64::try_from(limit).unwrap_or(i64::MAX);
    let page = node
        .store
        .read(move |conn| calendar::page(conn, &asked.filter, now, rows, asked.cursor.as_ref(), &addresses))
        .await?;
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(open(&feed::json::list(&page.items, next.as_deref())))
}
