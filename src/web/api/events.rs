//! `/api/v1/events`: the events of our centres, read and written.

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use uuid::Uuid;

use super::list::Asked;
use super::{body, may_publish, open};
use crate::app::{Node, centres, events as cases};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::{Event, EventFacts, Origin, read};
use crate::domain::id::{EventId, SessionId};
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::federation::urls::Urls;
use crate::store::calendar::Addresses;
use crate::store::{Conn, StoreError, events, sessions, tombstones};
use crate::web::Error;
use crate::web::extract::Bearer;

mod json;

/// A page of our own events, newest first; of one centre with `?centre=HANDLE`.
///
/// # Errors
/// A refusal of a parameter.
pub async fn list(node: Data<Node>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let asked: Asked<EventId> = Asked::read(request.query_string())?;
    let all = centres::list(&node).await?;
    let centre = match &asked.centre {
        None => None,
        Some(handle) => Some(named(&all, handle).map_err(Refusal::from)?.id),
    };
    let (before, rows) = (asked.after, asked.rows());
    let found = node
        .store
        .read(move |conn| events::list_local(conn, centre, before, rows))
        .await?;
    let addresses = node.federation.urls.clone();
    let page = asked.page(found, |event| event.id, |event| json::local(&event, &all, &addresses));
    Ok(open(&page))
}

/// One event, of ours or of a peer, with its sessions. The id of a session finds its event.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`].
pub async fn show(node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let addresses = node.federation.urls.clone();
    let found = node
        .store
        .read(move |conn| match find(conn, id)? {
            Some(event) => json::with_sessions(conn, &event, &addresses).map(Ok),
            None => absent(conn, id, &addresses).map(Err),
        })
        .await?;
    Ok(open(&found?))
}

/// Publishes an event of `centre`, which may be left out where there is only one.
///
/// # Errors
/// A refusal with an entry for each field.
pub async fn create(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let asked = body(&request, &bytes)?;
    let all = centres::list(&node).await?;
    let (centre, facts) = match (chosen(&all, asked.get("centre")), read(&asked)) {
        (Ok(centre), Ok(facts)) => (centre, facts),
        (Err(problem), Ok(_)) => return Err(Refusal::from(problem).into()),
        (Ok(_), Err(refusal)) => return Err(refusal.into()),
        (Err(problem), Err(mut refusal)) => {
            if asked.is_object() {
                refusal.0.insert(0, problem);
            }
            return Err(refusal.into());
        }
    };
    let event = cases::publish(&node, centre.id, facts).await?;
    let place = format!("{}/api/v1/events/{}", node.base(), event.id);
    let stored = stored(&node, event).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, place))
        .json(stored))
}

/// Changes the fields that are given (JSON Merge Patch, RFC 7396): `null` takes a field away.
///
/// # Errors
/// A refusal with an entry for each field; [`Error::Forbidden`] for an event of a peer.
pub async fn amend(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let event = ours(&node, &id).await?;
    let patch = body(&request, &bytes)?;
    if !patch.is_object() {
        return Err(Refusal::from(Invalid::new("", Reason::NotAnObject)).into());
    }
    let all = centres::list(&node).await?;
    let moved = match patch.get("centre") {
        None | Some(Value::Null) => false,
        told => chosen(&all, told).map_err(Refusal::from)?.id != own_centre(&event)?,
    };
    if moved {
        return Err(Refusal::from(Invalid::new("centre", Reason::Fixed)).into());
    }
    let event = cases::amend(&node, event.id, move |facts| patched(facts, &patch)).await?;
    Ok(HttpResponse::Ok().json(stored(&node, event).await?))
}

/// Cancels an event; it stays, with its status and the `detail` given in the body, if any.
///
/// # Errors
/// A refusal of `detail`; [`Error::Forbidden`] for an event of a peer.
pub async fn cancel(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let event = ours(&node, &id).await?;
    let detail = match body(&request, &bytes)? {
        Value::Null => None,
        Value::Object(object) => detail(&object)?,
        _ => return Err(Refusal::from(Invalid::new("", Reason::NotAnObject)).into()),
    };
    let event = cases::cancel(&node, event.id, detail).await?;
    Ok(HttpResponse::Ok().json(stored(&node, event).await?))
}

/// Deletes an event: its addresses answer 410 from now on.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`]; [`Error::Forbidden`] for an event of a peer.
pub async fn delete(bearer: Bearer, node: Data<Node>, id: Path<String>) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let event = ours(&node, &id).await?;
    cases::delete(&node, event.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The centre that `told` names, or the only one there is.
fn chosen<'a>(all: &'a [Centre], told: Option<&Value>) -> Result<&'a Centre, Invalid> {
    match told {
        Some(Value::String(handle)) if !handle.trim().is_empty() => named(all, handle.trim()),
        Some(Value::String(_) | Value::Null) | None => only(all),
        Some(_) => Err(Invalid::new("centre", Reason::NotText)),
    }
}

fn named<'a>(all: &'a [Centre], handle: &str) -> Result<&'a Centre, Invalid> {
    let found = all.iter().find(|centre| centre.handle.as_str() == handle);
    let handle = handle.chars().take(80).collect();
    found.ok_or_else(|| Invalid::new("centre", Reason::UnknownCentre { handle }))
}

/// The only centre, or the only network where there is nothing else.
fn only(all: &[Centre]) -> Result<&Centre, Invalid> {
    let publishers: Vec<&Centre> = all.iter().filter(|centre| centre.kind == CentreKind::Centre).collect();
    match (publishers.as_slice(), all) {
        ([one], _) => Ok(one),
        ([], [one]) => Ok(one),
        _ => Err(Invalid::new("centre", Reason::Required)),
    }
}

/// The facts with `patch` merged into their JSON, under the same rules as new ones.
fn patched(facts: &EventFacts, patch: &Value) -> Result<EventFacts, Refusal> {
    let mut target = Value::Object(facts.to_json());
    merge(&mut target, patch);
    // Exceptions of a rule that is taken away go with it.
    if patch.get("rrule").is_some_and(Value::is_null) && patch.get("exdates").is_none() {
        target["exdates"] = Value::Null;
    }
    read(&target)
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

fn detail(object: &serde_json::Map<String, Value>) -> Result<Option<String>, Refusal> {
    const MAX: usize = 255;
    let mut problems: Vec<Invalid> = object
        .keys()
        .filter(|key| *key != "detail")
        .map(|key| Invalid::new(key, Reason::UnknownField))
        .collect();
    let text = match object.get("detail") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(_) => {
            problems.push(Invalid::new("detail", Reason::NotText));
            None
        }
    };
    if let Some(length) = text
        .as_ref()
        .map(|text| text.chars().count())
        .filter(|length| *length > MAX)
    {
        problems.push(Invalid::new("detail", Reason::TooLong { max: MAX, length }));
    }
    if problems.is_empty() {
        Ok(text)
    } else {
        Err(Refusal(problems))
    }
}

/// An event by its id or by that of one of its sessions.
fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Event>, StoreError> {
    if let Some(event) = events::by_id(conn, EventId(id))? {
        return Ok(Some(event));
    }
    match sessions::by_id(conn, SessionId(id))? {
        Some(session) => events::by_id(conn, session.event),
        None => Ok(None),
    }
}

/// Why nothing is there: it never was, or it was deleted.
fn absent(conn: &mut Conn, id: Uuid, addresses: &Urls) -> Result<Error, StoreError> {
    let deleted = tombstones::find(conn, &addresses.session_uri(SessionId(id)))?;
    Ok(if deleted.is_some() {
        Error::Gone
    } else {
        Error::NotFound
    })
}

/// An event of ours that is about to change.
async fn ours(node: &Data<Node>, id: &str) -> Result<Event, Error> {
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let addresses = node.federation.urls.clone();
    let found = node
        .store
        .read(move |conn| match events::by_id(conn, EventId(id))? {
            Some(event) => Ok(Ok(event)),
            None => absent(conn, id, &addresses).map(Err),
        })
        .await?;
    let event = found?;
    own_centre(&event)?;
    Ok(event)
}

fn own_centre(event: &Event) -> Result<crate::domain::id::CentreId, Error> {
    match event.origin {
        Origin::Local(centre) => Ok(centre),
        Origin::Remote(_) => Err(Error::Forbidden),
    }
}

async fn stored(node: &Data<Node>, event: Event) -> Result<Value, Error> {
    let addresses = node.federation.urls.clone();
    Ok(node
        .store
        .read(move |conn| json::with_sessions(conn, &event, &addresses))
        .await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn a_patch_is_merged_as_the_standard_says() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (mut target, patch, result) in cases {
            merge(&mut target, &patch);
            assert_eq!(target, result, "patch {patch}");
        }
    }
}
