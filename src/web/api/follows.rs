//! `/api/v1/follows`: the peers that the node and its centres follow.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::list::Asked;
use super::{body, may_administer, open, private, stamp};
use crate::app::following::{self, Preview, Tie};
use crate::app::{Node, centres};
use crate::domain::id::{CentreId, FollowId};
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::pulls::PullState;
use crate::store::{self, Conn, StoreError};
use crate::web::Error;
use crate::web::extract::Bearer;

/// Longest target that is looked up.
const LONGEST_TARGET: usize = 2_000;

/// A page of the follows, oldest first.
///
/// # Errors
/// A refusal of `limit` or `cursor`.
pub async fn list(node: Data<Node>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let asked: Asked<FollowId> = Asked::read(request.query_string())?;
    let (after, rows) = (asked.after, asked.rows());
    let (found, handles) = node
        .store
        .read(move |conn| Ok((following::list(conn, after, rows)?, handles(conn)?)))
        .await?;
    let now = node.now();
    let page = asked.page(found, |tie| tie.follow.id, |tie| shown(&tie, &handles, now));
    Ok(open(&page))
}

/// One follow.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    let id: FollowId = id.parse().map_err(|_| Error::NotFound)?;
    let (found, handles) = node
        .store
        .read(move |conn| Ok((following::by_id(conn, id)?, handles(conn)?)))
        .await?;
    Ok(open(&shown(&found.ok_or(Error::NotFound)?, &handles, node.now())))
}

/// Who is there, before following.
///
/// # Errors
/// A refusal of `target`.
pub async fn preview(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let asked = body(&request, &bytes)?;
    let (target, _) = read(&asked)?;
    let Preview {
        peer,
        town,
        upcoming,
        since,
        follows,
    } = following::preview(&node, &target).await?;
    let mut item = peer_fields(&peer);
    let fields = [
        ("summary", json!(peer.summary)),
        ("town", json!(town)),
        ("upcoming", json!(upcoming.map(|upcoming| upcoming.count))),
        (
            "upcoming_or_more",
            json!(upcoming.is_some_and(|upcoming| upcoming.or_more)),
        ),
        ("since", json!(since.map(stamp))),
        (
            "follows",
            json!(follows.iter().map(|follow| follow.id).collect::<Vec<_>>()),
        ),
    ];
    item.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    Ok(private(&Value::Object(item)))
}

/// Asks to follow `target`: `@name@host`, an address, or a domain; as `centre` or as the node itself.
///
/// # Errors
/// A refusal of `target` or `centre`.
pub async fn create(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let asked = body(&request, &bytes)?;
    let (target, handle) = read(&asked)?;
    let centre = match handle {
        None => None,
        Some(handle) => Some(centre(&node, handle).await?),
    };
    let (follow, _) = following::follow(&node, &target, centre).await?;
    let id = follow.id;
    let (tie, handles) = node
        .store
        .read(move |conn| Ok((following::by_id(conn, id)?, handles(conn)?)))
        .await?;
    let tie = tie.ok_or(Error::NotFound)?;
    let place = format!("{}/api/v1/follows/{id}", node.base());
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, place))
        .json(shown(&tie, &handles, node.now())))
}

/// Stops following.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(bearer: Bearer, node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let id = id.parse().map_err(|_| Error::NotFound)?;
    following::unfollow(&node, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `target`, and `centre` where it is given.
fn read(asked: &Value) -> Result<(String, Option<String>), Refusal> {
    let Some(object) = asked.as_object() else {
        return Err(Invalid::new("", Reason::NotAnObject).into());
    };
    let mut problems = Vec::new();
    let mut text = |key: &str, value: Option<&Value>| match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.chars().count() > LONGEST_TARGET => {
            let length = text.chars().count();
            problems.push(Invalid::new(
                key,
                Reason::TooLong {
                    max: LONGEST_TARGET,
                    length,
                },
            ));
            None
        }
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(_) => {
            problems.push(Invalid::new(key, Reason::NotText));
            None
        }
    };
    let target = text("target", object.get("target"));
    let centre = text("centre", object.get("centre"));
    if target.is_none() && problems.iter().all(|problem| problem.field != "target") {
        problems.push(Invalid::new("target", Reason::Required));
    }
    let known = ["target", "centre"];
    let unknown = object.keys().filter(|key| !known.contains(&key.as_str()));
    problems.extend(unknown.map(|key| Invalid::new(key, Reason::UnknownField)));
    match target {
        Some(target) if problems.is_empty() => Ok((target, centre)),
        _ => Err(Refusal(problems)),
    }
}

async fn centre(node: &Node, handle: String) -> Result<CentreId, Error> {
    let found = centres::by_handle(node, &handle).await?;
    let unknown = || Refusal::from(Invalid::new("centre", Reason::UnknownCentre { handle }));
    Ok(found.map(|centre| centre.id).ok_or_else(unknown)?)
}

/// Handle of each centre.
pub fn handles(conn: &mut Conn) -> Result<HashMap<CentreId, String>, StoreError> {
    let all = store::centres::list(conn)?;
    Ok(all
        .into_iter()
        .map(|centre| (centre.id, centre.handle.to_string()))
        .collect())
}

fn shown(tie: &Tie, handles: &HashMap<CentreId, String>, now: Instant) -> Value {
    let Tie { follow, peer, reading } = tie;
    let mut item = peer_fields(peer);
    let centre = follow.follower.and_then(|id| handles.get(&id));
    let of = |what: fn(&PullState) -> Option<Instant>| reading.as_ref().and_then(what).map(stamp);
    let fields = [
        ("id", json!(follow.id)),
        ("state", json!(follow.state)),
        ("standing", json!(tie.standing(now))),
        ("centre", json!(centre)),
        ("asked", json!(stamp(follow.asked))),
        ("changed", json!(stamp(follow.changed))),
        ("read", json!(of(|reading| reading.pulled))),
        ("heard", json!(of(PullState::last_heard))),
        ("gone", json!(of(|reading| reading.gone))),
        (
            "problem",
            json!(reading.as_ref().and_then(|reading| reading.error.as_ref())),
        ),
    ];
    item.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(item)
}

/// What anyone may know of a peer.
pub fn peer_fields(peer: &Peer) -> Map<String, Value> {
    [
        ("actor", json!(peer.uri)),
        ("account", json!(peer.account())),
        ("name", json!(peer.name)),
        ("host", json!(peer.host)),
        ("url", json!(peer.url)),
        ("kind", json!(peer.kind)),
        ("software", json!(peer.software)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
