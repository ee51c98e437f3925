//! `/api/v1/followers`: who follows our centres, for the staff alone; the public sees a number.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::follows::{handles, peer_fields};
use super::list::Asked;
use super::private;
use crate::app::Node;
use crate::domain::id::FollowerId;
use crate::store::followers;
use crate::web::Error;
use crate::web::extract::Bearer;

/// A page of the followers of all our actors.
///
/// # Errors
/// A refusal of `limit` or `cursor`.
pub async fn list(_: Bearer, node: Data<Node>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let asked: Asked<FollowerId> = Asked::read(request.query_string())?;
    let (after, rows) = (asked.after, asked.rows());
    let (found, handles) = node
        .store
        .read(move |conn| Ok((followers::list_all(conn, after, rows)?, handles(conn)?)))
        .await?;
    let page = asked.page(
        found,
        |(follower, _)| follower.id,
        |(follower, peer)| {
            let mut item = peer_fields(&peer);
            item.insert("id".to_owned(), json!(follower.id));
            let centre = follower.followed.and_then(|id| handles.get(&id).cloned());
            item.insert("centre".to_owned(), json!(centre));
            let since = follower.since.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            item.insert("since".to_owned(), json!(since));
            Value::Object(item)
        },
    );
    Ok(private(&page))
}
