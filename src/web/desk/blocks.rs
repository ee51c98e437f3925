//! `/desk/blocks`: whom this site mutes and blocks; the list as a file, out and in.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Form, Query};
use serde::Deserialize;

use super::{answer, day, may_administer, page, reason, see};
use crate::app::{self, moderation};
use crate::domain::block::{Block, Severity};
use crate::domain::block_list;
use crate::domain::invalid::Refusal;
use crate::store::blocks;
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::blocks::{BlockLine, BlocksPage};
use crate::web::view::desk::form::Choice;

/// What was just done.
#[derive(Deserialize)]
pub struct Asked {
    done: Option<String>,
}

/// A decision as the form sends it.
#[derive(Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    target: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    note: String,
}

/// A list, pasted.
#[derive(Deserialize)]
pub struct Pasted {
    #[serde(default)]
    list: String,
}

/// The page.
///
/// # Errors
/// Only what the database refuses.
pub async fn show(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let done = asked.done.as_deref().filter(|step| ["add", "lift"].contains(step));
    let done = done.map(|step| frame.t.text(&format!("desk-blocks-done-{step}")));
    home(&staff, &frame, done, &Wanted::default(), None).await
}

async fn home(
    staff: &Staff,
    frame: &Frame,
    done: Option<String>,
    typed: &Wanted,
    refusal: Option<&Refusal>,
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let all = frame.node.store.read(blocks::list).await?;
    let severities = [Severity::Block, Severity::Mute].map(|severity| Choice {
        value: severity.as_str().to_owned(),
        label: t.text(&format!("desk-blocks-{severity}")),
        chosen: severity.as_str() == typed.severity,
    });
    let template = BlocksPage {
        page: page(frame, t.text("desk-blocks-title")),
        email: staff.0.email.clone(),
        done,
        may_administer: staff.0.role.may_administer(),
        target: typed.target.clone(),
        note: typed.note.clone(),
        error: refusal
            .and_then(|refusal| refusal.0.first())
            .map(|problem| reason(t, problem)),
        severities: severities.into(),
        configured: frame.node.config.federation.blocked_hosts.clone(),
        blocks: all.iter().map(|block| line(frame, block)).collect(),
    };
    let status = match refusal {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    answer(status, &template, t)
}

fn line(frame: &Frame, block: &Block) -> BlockLine {
    let what = frame.t.text(&format!("desk-blocks-is-{}", block.severity));
    BlockLine {
        target: block.target.as_str().to_owned(),
        what: format!("{what} · {}", day(frame, block.since)),
        note: block.note.clone(),
    }
}

/// Mutes or blocks.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn add(staff: Staff, frame: Frame, wanted: Form<Wanted>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let severity = wanted.severity.parse().unwrap_or(Severity::Block);
    let decided = async {
        let target = moderation::target(&frame.node, &wanted.target).await?;
        moderation::block(&frame.node, target, severity, &wanted.note).await
    };
    match decided.await {
        Ok(()) => Ok(see("/desk/blocks?done=add")),
        Err(app::Error::Refused(refusal)) => home(&staff, &frame, None, &wanted, Some(&refusal)).await,
        Err(error) => Err(error.into()),
    }
}

/// Takes a decision back.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn lift(staff: Staff, frame: Frame, wanted: Form<Wanted>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let target = moderation::target(&frame.node, &wanted.target).await?;
    moderation::unblock(&frame.node, target).await?;
    Ok(see("/desk/blocks?done=lift"))
}

/// Adds a whole list.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn import(staff: Staff, frame: Frame, pasted: Form<Pasted>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let found = block_list::read(&pasted.list, frame.now);
    let count = moderation::import(&frame.node, found.blocks).await?;
    let mut done = frame.t.text_with("desk-blocks-imported", &[("count", count.into())]);
    if !found.unread.is_empty() {
        let lines: Vec<String> = found.unread.iter().take(20).map(ToString::to_string).collect();
        let unread = frame
            .t
            .text_with("desk-blocks-unread", &[("lines", lines.join(", ").into())]);
        done = format!("{done} {unread}");
    }
    home(&staff, &frame, Some(done), &Wanted::default(), None).await
}

/// The list as Mastodon's CSV.
///
/// # Errors
/// Only what the database refuses.
pub async fn export(_: Staff, frame: Frame) -> Result<HttpResponse, Error> {
    let all = frame.node.store.read(blocks::list).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"blocages.csv\""))
        .body(block_list::write(&all)))
}
