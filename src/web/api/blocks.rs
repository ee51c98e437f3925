//! `/api/v1/blocks`: whom the node mutes and blocks, for the staff alone.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, fields, may_administer, private, stamp};
use crate::app::{Node, moderation};
use crate::domain::block::{Block, Severity};
use crate::store::blocks;
use crate::web::Error;
use crate::web::extract::Bearer;

/// All decisions; what the configuration blocks is not among them.
///
/// # Errors
/// Only what the database refuses.
pub async fn list(_: Bearer, node: Data<Node>) -> Result<HttpResponse, Error> {
    let all = node.store.read(blocks::list).await?;
    let items: Vec<Value> = all.iter().map(shown).collect();
    Ok(private(&json!({ "items": items, "next": null })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    target: String,
    severity: Severity,
    #[serde(default)]
    note: String,
}

/// Mutes or blocks.
///
/// # Errors
/// A refusal of `target` or `note`.
pub async fn create(
    bearer: Bearer,
    node: Data<Node>,
    request: HttpRequest,
    bytes: Bytes,
) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let asked: Asked = fields(body(&request, &bytes)?)?;
    let target = moderation::target(&node, &asked.target).await?;
    moderation::block(&node, target, asked.severity, &asked.note).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a decision back.
///
/// # Errors
/// [`Error::NotFound`] when nothing was decided of the target; a refusal of `target`.
pub async fn delete(bearer: Bearer, node: Data<Node>, target: Path<String>) -> Result<HttpResponse, Error> {
    may_administer(&bearer)?;
    let target = moderation::target(&node, &target).await?;
    moderation::unblock(&node, target).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn shown(block: &Block) -> Value {
    json!({
        "target": block.target.as_str(),
        "severity": block.severity,
        "note": block.note,
        "since": stamp(block.since),
    })
}
