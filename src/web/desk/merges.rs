//! `/desk/merges`: workshops that two partners publish, shown as one; the staff says when they are two.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::Deserialize;

use super::{answer, may_publish, page, see};
use crate::app::merges::{self, Twins};
use crate::domain::calendar::Entry;
use crate::domain::id::SessionId;
use crate::locale::Locale;
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::merges::{MergesPage, PairLine, Side};

/// Pairs on a page.
const SHOWN: usize = 50;
/// Most pairs that were told apart.
const APART: usize = 200;

const HOME: &str = "/desk/merges";

/// What was just done, the session to show pairs of, and where the page begins.
#[derive(Deserialize)]
pub struct Asked {
    done: Option<String>,
    of: Option<SessionId>,
    after: Option<String>,
}

/// The page.
///
/// # Errors
/// Only what the database refuses.
pub async fn show(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let t = frame.t;
    // An address that was cut somewhere begins at the start.
    let after = asked.after.as_ref().and_then(|after| after.parse().ok());
    let merged = merges::list(&frame.node, asked.of, SHOWN, after).await?;
    let apart = merges::told_apart(&frame.node, APART).await?;
    let done = match asked.done.as_deref() {
        Some("separate") => Some(t.text("desk-merges-separated")),
        Some("join") => Some(t.text("desk-merges-joined")),
        _ => None,
    };
    let template = MergesPage {
        page: page(&frame, t.text("desk-merges-title")),
        email: staff.0.email.clone(),
        done,
        all: asked.of.map(|_| HOME.to_owned()),
        next: merged.next.map(|next| format!("{HOME}?after={next}")),
        merged: merged.items.iter().map(|twins| line(t, twins)).collect(),
        apart: apart.iter().map(|twins| line(t, twins)).collect(),
        may_publish: staff.0.role.may_publish(),
    };
    answer(StatusCode::OK, &template, t)
}

/// Tells the two apart.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn separate(staff: Staff, frame: Frame, pair: Path<(String, String)>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (one, other) = ids(&pair)?;
    merges::separate(&frame.node, one, other).await?;
    Ok(see(&format!("{HOME}?done=separate")))
}

/// Lets them be one again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn join(staff: Staff, frame: Frame, pair: Path<(String, String)>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (one, other) = ids(&pair)?;
    merges::join(&frame.node, one, other).await?;
    Ok(see(&format!("{HOME}?done=join")))
}

fn ids(pair: &(String, String)) -> Result<(SessionId, SessionId), Error> {
    let id = |text: &str| text.parse().map_err(|_| Error::NotFound);
    Ok((id(&pair.0)?, id(&pair.1)?))
}

fn line(t: Locale, twins: &Twins) -> PairLine {
    let practical = t.practical(&twins.shown.event.facts, &twins.shown.session.occurrence);
    let why = twins.likeness.map(|likeness| {
        let key = if likeness.named { "twin-why-named" } else { "twin-why" };
        t.text(key)
    });
    PairLine {
        when: practical.when,
        place: practical.place,
        path: format!("{HOME}/{}/{}", twins.shown.session.id, twins.behind.session.id),
        sides: [side(t, &twins.shown), side(t, &twins.behind)],
        why,
        others: (twins.dates > 1).then(|| t.text_with("desk-merges-dates", &[("count", (twins.dates - 1).into())])),
    }
}

fn side(t: Locale, entry: &Entry) -> Side {
    Side {
        title: entry.event.facts.title.clone(),
        href: format!("/events/{}", entry.session.id),
        by: entry.publisher.name.clone(),
        status: t.status(entry.event.facts.status),
    }
}
