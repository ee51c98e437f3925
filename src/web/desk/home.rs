//! `/desk`: the events of a centre, with what can be done to each.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use chrono::Datelike;
use serde::Deserialize;

use super::{answer, page, told};
use crate::app::centres;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Status};
use crate::domain::recurrence::Occurrence;
use crate::domain::time::local_of;
use crate::locale::{Locale, capitalise};
use crate::store::{events, sessions};
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::{CentreHead, CentreLink, EventLine, HomePage};
use crate::web::view::parts::Notice;

/// Events to come that are shown.
const COMING: i64 = 300;
/// Events that are looked through for those that are over.
const RECENT: i64 = 60;
/// Events shown that are over.
const OVER: usize = 15;

/// What to show.
#[derive(Deserialize)]
pub struct Asked {
    centre: Option<String>,
    done: Option<String>,
}

/// The page.
///
/// # Errors
/// Only what the database refuses.
pub async fn show(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let all = centres::list(&frame.node).await?;
    let shown = asked
        .centre
        .as_ref()
        .and_then(|handle| all.iter().find(|centre| centre.handle.as_str() == handle))
        .or(all.first());
    let (coming, over) = match shown {
        Some(centre) => lines(&frame, centre).await?,
        None => (Vec::new(), Vec::new()),
    };
    let head = match shown {
        Some(centre) => Some(head(&frame, centre).await?),
        None => None,
    };
    let title = head
        .as_ref()
        .map_or_else(|| t.text("desk-title"), |head| head.name.clone());
    let several = if all.len() > 1 { all.as_slice() } else { &[] };
    let template = HomePage {
        page: page(&frame, title),
        email: staff.0.email.clone(),
        may_publish: staff.0.role.may_publish(),
        done: asked.done.as_deref().and_then(|step| done(t, step)),
        centres: several
            .iter()
            .map(|centre| CentreLink {
                href: format!("/desk?centre={}", centre.handle),
                name: centre.profile.name.clone(),
                current: shown.is_some_and(|shown| shown.id == centre.id),
            })
            .collect(),
        centre: head,
        coming,
        over,
    };
    answer(StatusCode::OK, &template, t)
}

/// What was just done, in words.
fn done(t: Locale, step: &str) -> Option<String> {
    let known = ["publish", "revise", "cancel", "postpone", "delete"];
    known.contains(&step).then(|| t.text(&format!("desk-done-{step}")))
}

async fn head(frame: &Frame, centre: &Centre) -> Result<CentreHead, Error> {
    Ok(CentreHead {
        name: centre.profile.name.clone(),
        href: format!("/centres/{}", centre.handle),
        followers: told(frame, centre, "desk-followers").await?,
        new: format!("/desk/events/new?centre={}", centre.handle),
    })
}

async fn lines(frame: &Frame, centre: &Centre) -> Result<(Vec<EventLine>, Vec<EventLine>), Error> {
    let (id, now) = (centre.id, frame.now);
    let (coming, recent) = frame
        .node
        .store
        .read(move |conn| {
            let coming = sessions::next_of_each(conn, id, now, COMING)?;
            Ok((coming, events::list_local(conn, Some(id), None, RECENT)?))
        })
        .await?;
    let known: HashSet<_> = coming.iter().map(|(_, event)| event.id).collect();
    let over = recent.iter().filter(|event| !known.contains(&event.id)).take(OVER);
    let over = over.map(|event| {
        let last = event.facts.schedule.sessions().ok().and_then(|mut all| all.pop());
        line(frame.t, event, last.as_ref())
    });
    let over = over.collect();
    let coming = coming
        .iter()
        .map(|(session, event)| line(frame.t, event, Some(&session.occurrence)))
        .collect();
    Ok((coming, over))
}

fn line(t: Locale, event: &Event, next: Option<&Occurrence>) -> EventLine {
    let schedule = &event.facts.schedule;
    let first = local_of(schedule.start, schedule.zone).weekday();
    EventLine {
        path: format!("/desk/events/{}", event.id),
        href: format!("/events/{}", event.id),
        title: event.facts.title.clone(),
        when: when(t, event, next),
        repeats: schedule
            .recurrence
            .as_ref()
            .and_then(|recurrence| t.recurrence(&recurrence.rule, first)),
        notice: Notice::new(t, &event.facts),
        cancellable: event.facts.status != Status::Cancelled,
    }
}

/// « Mardi 24 novembre, de 9 h à 12 h » of a session, or of the first one.
pub fn when(t: Locale, event: &Event, session: Option<&Occurrence>) -> String {
    let schedule = &event.facts.schedule;
    let (start, end) = session.map_or((schedule.start, schedule.end), |session| (session.start, session.end));
    let (start, end) = (start.with_timezone(&schedule.zone), end.with_timezone(&schedule.zone));
    let hours = t.span(start, schedule.end_known.then_some(end));
    capitalise(&format!("{}, {hours}", t.day(start.date_naive())))
}
