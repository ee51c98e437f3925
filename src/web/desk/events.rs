//! The form of an event: new, copied, changed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::form::Form;
use super::{answer, controls, may_publish, ours, page, reason, see, told};
use crate::app::{self, centres, events as cases};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::{Event, Status, read};
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::domain::vocabulary::REGISTRATION_MODES;
use crate::locale::phone;
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::Wrong;
use crate::web::view::desk::form::FormPage;

/// Which centre publishes.
#[derive(Deserialize)]
pub struct Asked {
    centre: Option<String>,
}

/// What the form is for.
struct Purpose<'a> {
    /// Keys of title and button: `desk-{word}-title`.
    word: &'static str,
    /// The centres to choose from; one for an event that has its centre.
    centres: &'a [Centre],
    /// Whether where it stands can be said.
    standing: bool,
}

/// The form of a new event, with the place and the phone of the centre.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn blank(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let all = publishers(&frame).await?;
    let centre = chosen(&all, asked.centre.as_deref()).or(all.first());
    let form = centre.map_or_else(Form::default, prefilled);
    show(&frame, &staff, &form, &[], &new(&all)).await
}

/// Publishes a new event.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn create(staff: Staff, frame: Frame, body: Bytes) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let all = publishers(&frame).await?;
    let form = Form::read(&body);
    let centre = publisher(&all, &form);
    let base = centre.map_or(Value::Null, |centre| json!({"place": centre.profile.place}));
    publish(&frame, &staff, &all, &form, &base).await
}

/// The form of a new event like another one, without its dates.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn copy(staff: Staff, frame: Frame, id: Path<String>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (event, centre) = ours(&frame.node, &id).await?;
    let all = publishers(&frame).await?;
    let mut form = Form::of(&event.facts);
    for name in ["date", "until", "except", "status", "status_detail"] {
        form.set(name, "");
    }
    form.set("centre", centre.handle.as_str());
    show(&frame, &staff, &form, &[], &new(&all)).await
}

/// Publishes a copy.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn create_copy(staff: Staff, frame: Frame, id: Path<String>, body: Bytes) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (event, _) = ours(&frame.node, &id).await?;
    let all = publishers(&frame).await?;
    let mut facts = event.facts;
    facts.external_id = None;
    facts.status = Status::Scheduled;
    facts.status_detail = None;
    publish(&frame, &staff, &all, &Form::read(&body), &json!(facts)).await
}

/// The form of a known event.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn edit(staff: Staff, frame: Frame, id: Path<String>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (event, centre) = ours(&frame.node, &id).await?;
    show(&frame, &staff, &Form::of(&event.facts), &[], &known(&[centre])).await
}

/// Changes a known event.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn revise(staff: Staff, frame: Frame, id: Path<String>, body: Bytes) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (event, centre) = ours(&frame.node, &id).await?;
    let form = Form::read(&body);
    match changed(&frame, &event, &form).await {
        Ok(()) => Ok(done(&centre, "revise")),
        Err(app::Error::Refused(refusal)) => {
            let problems = form.problems(&refusal);
            show(&frame, &staff, &form, &problems, &known(&[centre])).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn changed(frame: &Frame, event: &Event, form: &Form) -> Result<(), app::Error> {
    let form = form.clone();
    let change = cases::amend(&frame.node, event.id, move |facts| read(&form.to_event(&json!(facts))));
    change.await.map(|_| ())
}

async fn publish(
    frame: &Frame,
    staff: &Staff,
    all: &[Centre],
    form: &Form,
    base: &Value,
) -> Result<HttpResponse, Error> {
    let problems = match (publisher(all, form), read(&form.to_event(base))) {
        (Ok(centre), Ok(facts)) => match cases::publish(&frame.node, centre.id, facts).await {
            Ok(_) => return Ok(done(centre, "publish")),
            Err(app::Error::Refused(refusal)) => form.problems(&refusal),
            Err(error) => return Err(error.into()),
        },
        (centre, facts) => {
            let mut problems: Vec<Invalid> = centre.err().into_iter().collect();
            problems.extend(facts.err().iter().flat_map(|refusal: &Refusal| form.problems(refusal)));
            problems
        }
    };
    show(frame, staff, form, &problems, &new(all)).await
}

fn publisher<'a>(all: &'a [Centre], form: &Form) -> Result<&'a Centre, Invalid> {
    match (form.value("centre"), all) {
        ("", [one]) => Ok(one),
        ("", _) => Err(Invalid::new("centre", Reason::Required)),
        (handle, _) => chosen(all, Some(handle)).ok_or_else(|| {
            let handle = handle.chars().take(80).collect();
            Invalid::new("centre", Reason::UnknownCentre { handle })
        }),
    }
}

/// Centres that publish: a network gathers what others publish, and publishes only where there is nothing else.
async fn publishers(frame: &Frame) -> Result<Vec<Centre>, Error> {
    let mut all = centres::list(&frame.node).await?;
    if all.iter().any(|centre| centre.kind == CentreKind::Centre) {
        all.retain(|centre| centre.kind == CentreKind::Centre);
    }
    Ok(all)
}

fn chosen<'a>(all: &'a [Centre], handle: Option<&str>) -> Option<&'a Centre> {
    all.iter().find(|centre| Some(centre.handle.as_str()) == handle)
}

fn prefilled(centre: &Centre) -> Form {
    let mut form = Form::default();
    form.set("centre", centre.handle.as_str());
    if let Some(place) = &centre.profile.place {
        let parts = [
            ("place.name", &place.name),
            ("place.address", &place.address),
            ("place.postcode", &place.postcode),
            ("place.city", &place.city),
        ];
        for (name, value) in parts {
            form.set(name, value);
        }
    }
    form.set(
        "contact.phone",
        &phone(centre.profile.phone.as_deref().unwrap_or_default()),
    );
    form.set("contact.email", centre.profile.email.as_deref().unwrap_or_default());
    form.set("languages", "fr");
    if let Some(first) = REGISTRATION_MODES.terms().first() {
        form.set("registration.mode", &first.code);
    }
    form
}

fn new(centres: &[Centre]) -> Purpose<'_> {
    Purpose {
        word: "new",
        centres,
        standing: false,
    }
}

fn known(centres: &[Centre]) -> Purpose<'_> {
    Purpose {
        word: "edit",
        centres,
        standing: true,
    }
}

fn done(centre: &Centre, step: &str) -> HttpResponse {
    see(&format!("/desk?centre={}&done={step}", centre.handle))
}

async fn show(
    frame: &Frame,
    staff: &Staff,
    form: &Form,
    problems: &[Invalid],
    purpose: &Purpose<'_>,
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let all = controls::Controls {
        t,
        form,
        problems,
        centres: if purpose.standing { &[] } else { purpose.centres },
    };
    let (first, more) = (all.first(), all.more(purpose.standing));
    let shown = || first.iter().chain(more.iter().flat_map(|section| &section.controls));
    let wrong = problems.iter().map(|problem| {
        let control = shown().find(|control| control.name == problem.field);
        Wrong {
            control: control.map(|control| control.name.to_owned()),
            label: control.map_or_else(|| problem.field.clone(), |control| control.label.clone()),
            reason: reason(t, problem),
        }
    });
    let wrong: Vec<Wrong> = wrong.collect();
    let consequence = match purpose.centres {
        [one] => told(frame, one, "desk-told").await?,
        _ => t.text("desk-told-several"),
    };
    let (status, key) = if problems.is_empty() {
        (StatusCode::OK, "title")
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, "title-wrong")
    };
    let template = FormPage {
        page: page(frame, t.text(&format!("desk-form-{}-{key}", purpose.word))),
        email: staff.0.email.clone(),
        wrong,
        first,
        more,
        button: t.text(&format!("desk-form-{}-button", purpose.word)),
        consequence,
    };
    answer(status, &template, t)
}
