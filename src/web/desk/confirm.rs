//! Cancelling, postponing and deleting: a page first says what will happen.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Path};

use super::form::Form;
use super::home::when;
use super::{answer, may_publish, ours, page, reason, see, told};
use crate::app::events;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, EventFacts, Status, read};
use crate::domain::invalid::Refusal;
use crate::store::sessions;
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::ConfirmPage;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Cancel,
    Postpone,
    Delete,
}

impl Step {
    fn read(word: &str) -> Result<Self, Error> {
        match word {
            "cancel" => Ok(Self::Cancel),
            "postpone" => Ok(Self::Postpone),
            "delete" => Ok(Self::Delete),
            _ => Err(Error::NotFound),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Postpone => "postpone",
            Self::Delete => "delete",
        }
    }
}

/// The question.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn ask(staff: Staff, frame: Frame, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (id, step) = path.into_inner();
    let (event, centre) = ours(&frame.node, &id).await?;
    question(&frame, &staff, &event, &centre, Step::read(&step)?, ("", None)).await
}

/// The deed.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn act(staff: Staff, frame: Frame, path: Path<(String, String)>, body: Bytes) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (id, step) = path.into_inner();
    let (event, centre) = ours(&frame.node, &id).await?;
    let step = Step::read(&step)?;
    let form = Form::read(&body);
    let detail = form.value("detail").trim();
    let status = match step {
        Step::Cancel => Status::Cancelled,
        Step::Postpone => Status::Postponed,
        Step::Delete => {
            events::delete(&frame.node, event.id).await?;
            return Ok(done(&centre, step));
        }
    };
    let detail_read = match with_detail(&event.facts, detail) {
        Ok(facts) => facts.status_detail,
        Err(refusal) => {
            let error = refusal.0.first().map(|problem| reason(frame.t, problem));
            return question(&frame, &staff, &event, &centre, step, (detail, error)).await;
        }
    };
    events::set_status(&frame.node, event.id, status, detail_read).await?;
    Ok(done(&centre, step))
}

/// The rules of the detail are those of every submission.
fn with_detail(facts: &EventFacts, detail: &str) -> Result<EventFacts, Refusal> {
    let mut json = facts.to_json();
    json.insert("status_detail".to_owned(), detail.into());
    read(&json.into())
}

fn done(centre: &Centre, step: Step) -> HttpResponse {
    see(&format!("/desk?centre={}&done={}", centre.handle, step.word()))
}

async fn question(
    frame: &Frame,
    staff: &Staff,
    event: &Event,
    centre: &Centre,
    step: Step,
    (detail, error): (&str, Option<String>),
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let (id, now) = (event.id, frame.now);
    let next = frame
        .node
        .store
        .read(move |conn| sessions::next_of_event(conn, id, now, 1))
        .await?
        .pop();
    let say = |part: &str| t.text(&format!("desk-confirm-{}-{part}", step.word()));
    let mut lines = vec![say("what")];
    if event.is_series() {
        lines.push(say("series"));
    }
    lines.push(told(frame, centre, "desk-told").await?);
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let template = ConfirmPage {
        page: page(frame, say("title")),
        email: staff.0.email.clone(),
        title: event.facts.title.clone(),
        when: when(t, event, next.map(|session| session.occurrence).as_ref()),
        lines,
        reason: (step != Step::Delete).then(|| t.text("desk-detail")),
        detail: detail.to_owned(),
        error,
        button: say("button"),
    };
    answer(status, &template, t)
}
