//! `/api/v1/followers`: who follows our centres, who asks to, and whose follow is accepted, for the staff alone; the public
//! sees a number.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::follows::{handles, peer_fields};
use super::list::Asked;
use super::{body, fields, may_administer, may_publish, private, stamp};
use crate::app::{Node, moderation};
use crate::domain::admission::{Admission, Mode};
use crate::domain::id::FollowerId;
use crate::domain::peer::FollowerKind;
use crate::store::{blocks, follow_requests, followers};
use crate::web::Error;
use crate::web::extract::Bearer;

/// Requests in an answer.
const REQUESTS: i64 = 500;

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
            let reader = FollowerKind::of_software(peer.software.as_deref());
            item.insert("reader".to_owned(), json!(reader));
            item.insert("since".to_owned(), json!(stamp(follower.since)));
            Value::Object(item)
        },
    );
    Ok(private(&page))
}

/// Ends that somebody follows us; they are told.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(bearer: Bearer, node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    moderation::remove_follower(&node, id.parse().map_err(|_| Error::NotFound)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The requests that wait, oldest first.
///
/// # Errors
/// Only what the database refuses.
pub async fn requests(_: Bearer, node: Data<Node>) -> Result<HttpResponse, Error> {
    let (found, handles) = node
        .store
        .read(|conn| Ok((follow_requests::list(conn, None, REQUESTS)?, handles(conn)?)))
        .await?;
    let items = found.iter().map(|(request, peer)| {
        let mut item = peer_fields(peer);
        item.insert("id".to_owned(), json!(request.id));
        let centre = request.followed.and_then(|id| handles.get(&id));
        item.insert("centre".to_owned(), json!(centre));
        item.insert("since".to_owned(), json!(stamp(request.since)));
        Value::Object(item)
    });
    let items: Vec<Value> = items.collect();
    Ok(private(&json!({ "items": items, "next": null })))
}

/// Accepts a request.
///
/// # Errors
/// [`Error::NotFound`] when it does not wait any more.
pub async fn accept(bearer: Bearer, node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    answer(&bearer, &node, &id, true).await
}

/// Refuses a request.
///
/// # Errors
/// [`Error::NotFound`] when it does not wait any more.
pub async fn refuse(bearer: Bearer, node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    answer(&bearer, &node, &id, false).await
}

async fn answer(bearer: &Bearer, node: &Node, id: &str, granted: bool) -> Result<HttpResponse, Error> {
    may_publish(bearer)?;
    moderation::answer(node, id.parse().map_err(|_| Error::NotFound)?, granted).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whose follow is accepted.
///
/// # Errors
/// Only what the database refuses.
pub async fn admission(_: Bearer, node: Data<Node>) -> Result<HttpResponse, Error> {
    Ok(private(&shown(&node.store.read(blocks::admission).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    mode: Mode,
    #[serde(default)]
    allowed: Vec<String>,
}

/// Changes whose follow is accepted.
///
/// # Errors
/// A refusal of `allowed`.
pub async fn set_admission(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let wanted: Wanted = fields(body(&request, &bytes)?)?;
    let admission = Admission::read(wanted.mode, wanted.allowed.iter().map(String::as_str))?;
    moderation::set_admission(&node, admission.clone()).await?;
    Ok(private(&shown(&admission)))
}

fn shown(admission: &Admission) -> Value {
    let allowed: Vec<&str> = admission.allowed.iter().map(|target| target.as_str()).collect();
    json!({ "mode": admission.mode, "allowed": allowed })
}
