//! `/api/v1/networks/{handle}`: what a network of this node announces, for the staff alone.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{body, fields, may_administer, may_publish, private, stamp};
use crate::app::Node;
use crate::app::networks::{self, Member, Settings, Submission, Who};
use crate::domain::network::{Decision, Rule};
use crate::web::Error;
use crate::web::extract::Bearer;

/// The rule, the members, what waits for approval, and what was decided.
///
/// # Errors
/// [`Error::NotFound`] when there is no such network.
pub async fn show(_: Bearer, node: Data<Node>, handle: Path<String>) -> Result<HttpResponse, Error> {
    Ok(private(&shown(&networks::settings(&node, &handle).await?)))
}

/// Gives the network another rule.
///
/// # Errors
/// [`Error::NotFound`]; a refusal of a list with something else than codes.
pub async fn set_rule(
    bearer: Bearer,
    node: Data<Node>,
    handle: Path<String>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let network = networks::by_handle(&node, &handle).await?;
    let rule: Rule = fields(body(&request, &bytes)?)?;
    Ok(private(&json!(networks::set_rule(&node, network.id, rule).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Membership {
    #[serde(default)]
    trusted: bool,
}

/// Makes a centre a member, or says whether a member is trusted.
///
/// # Errors
/// [`Error::NotFound`]; a refusal of `member`.
pub async fn put_member(
    bearer: Bearer,
    node: Data<Node>,
    path: Path<(String, String)>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let (handle, member) = path.into_inner();
    let network = networks::by_handle(&node, &handle).await?;
    let said = match body(&request, &bytes)? {
        Value::Null => Membership { trusted: false },
        said => fields(said)?,
    };
    networks::put_member(&node, network.id, &member, said.trusted).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a centre of this node out of the network.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove_member(
    bearer: Bearer,
    node: Data<Node>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let (handle, member) = path.into_inner();
    let network = networks::by_handle(&node, &handle).await?;
    networks::remove_member(&node, network.id, &member).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    subject: String,
    decision: Decision,
}

/// Approves or refuses an event, or a whole series.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn decide(
    bearer: Bearer,
    node: Data<Node>,
    handle: Path<String>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_publish(&bearer)?;
    let network = networks::by_handle(&node, &handle).await?;
    let said: Decided = fields(body(&request, &bytes)?)?;
    networks::decide(&node, network.id, &said.subject, said.decision).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn shown(settings: &Settings) -> Value {
    json!({
        "handle": settings.network.handle.as_str(),
        "name": settings.network.profile.name,
        "rule": settings.rule,
        "members": settings.members.iter().map(member).collect::<Vec<_>>(),
        "waiting": settings.waiting.iter().map(submission).map(Value::Object).collect::<Vec<_>>(),
        "decided": settings.decided.iter().map(decided).collect::<Vec<_>>(),
    })
}

fn member(member: &Member) -> Value {
    let account = match &member.who {
        Who::Centre(centre) => centre.handle.to_string(),
        Who::Peer(peer) => peer.account(),
    };
    json!({
        "member": member.key(),
        "local": matches!(member.who, Who::Centre(_)),
        "name": member.name(),
        "account": account,
        "trusted": member.trusted,
    })
}

fn submission(one: &Submission) -> Map<String, Value> {
    let (subject, event) = (&one.subject, &one.subject.event);
    let fields = [
        ("subject", json!(subject.uri)),
        ("title", json!(event.facts.title)),
        ("start", json!(stamp(event.facts.schedule.start))),
        ("url", json!(event.url)),
        ("publisher", json!(one.publisher)),
        ("since", json!(stamp(subject.since))),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn decided(one: &Submission) -> Value {
    let mut fields = submission(one);
    fields.insert("decision".to_owned(), json!(one.subject.decision));
    Value::Object(fields)
}
