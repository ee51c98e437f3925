//! `/desk/networks/{handle}`: what a network of this site announces: its rule, its members, what waits for approval.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Form as Sent, Path, Query};
use serde::Deserialize;

use super::form::Form;
use super::network::who;
use super::{answer, day, home, may_administer, may_publish, page, reason, see};
use crate::app::networks::{self, Member, Settings, Submission, Who as MemberKind};
use crate::app::{self, centres};
use crate::domain::invalid::{Invalid, Reason, Refusal};
use crate::domain::network::{Decision, Rule};
use crate::domain::vocabulary::THEMES;
use crate::locale::Locale;
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::Wrong;
use crate::web::view::desk::announcing::{AnnouncingPage, MemberLine, SubjectLine};
use crate::web::view::desk::form::{Choice, Control, Input};
use crate::web::view::desk::network::Who;

/// What was just done.
#[derive(Deserialize)]
pub struct Asked {
    done: Option<String>,
}

/// What to do with a member.
#[derive(Deserialize)]
pub struct Membership {
    #[serde(default)]
    member: String,
    #[serde(default)]
    step: String,
}

/// What to do with what waits.
#[derive(Deserialize)]
pub struct Decided {
    subject: String,
    decision: Decision,
}

/// The page.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(
    staff: Staff,
    frame: Frame,
    handle: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Error> {
    let known = ["rule", "member", "decision"];
    let done = asked.done.as_deref().filter(|step| known.contains(step));
    let done = done.map(|step| frame.t.text(&format!("desk-announcing-done-{step}")));
    shown(&staff, &frame, &handle, done, None).await
}

async fn shown(
    staff: &Staff,
    frame: &Frame,
    handle: &str,
    done: Option<String>,
    typed: Option<(&Rule, &Refusal)>,
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let settings = networks::settings(&frame.node, handle).await?;
    let all = centres::list(&frame.node).await?;
    let problems = typed.map_or(&[][..], |(_, refusal)| refusal.0.as_slice());
    let name = settings.network.profile.name.clone();
    let outside = all.iter().filter(|centre| {
        centre.id != settings.network.id
            && !settings
                .members
                .iter()
                .any(|member| member.key() == centre.handle.as_str())
    });
    let most = usize::try_from(networks::SUBJECTS).unwrap_or_default();
    let rule = controls(t, typed.map_or(&settings.rule, |(rule, _)| rule), problems);
    let template = AnnouncingPage {
        page: page(frame, t.text_with("desk-announcing-title", &[("name", name.into())])),
        email: staff.0.email.clone(),
        done,
        may_publish: staff.0.role.may_publish(),
        may_administer: staff.0.role.may_administer(),
        path: format!("/desk/networks/{}", settings.network.handle),
        wrong: wrong(t, &rule, problems),
        rule,
        asks: settings.rule.approval,
        waiting: settings.waiting.iter().map(|one| line(frame, one)).collect(),
        decided: settings.decided.iter().map(|one| line(frame, one)).collect(),
        last: (settings.decided.len() >= most)
            .then(|| t.text_with("desk-announcing-last", &[("count", networks::SUBJECTS.into())])),
        members: members(t, &settings),
        outside: outside
            .map(|centre| Choice {
                value: centre.handle.to_string(),
                label: centre.profile.name.clone(),
                chosen: false,
            })
            .collect(),
    };
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    answer(status, &template, t)
}

/// Gives the network another rule.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn set_rule(staff: Staff, frame: Frame, handle: Path<String>, body: Bytes) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let network = networks::by_handle(&frame.node, &handle).await?;
    let form = Form::read(&body);
    let codes = |name: &str| {
        form.value(name)
            .split([' ', ',', ';', '\n'])
            .map(str::to_owned)
            .collect()
    };
    let themes = THEMES.terms().iter().filter(|term| form.has("themes", &term.code));
    let rule = Rule {
        postcodes: codes("postcodes"),
        insee: codes("insee"),
        themes: themes.map(|term| term.code.clone()).collect(),
        online: !form.value("online").is_empty(),
        approval: !form.value("approval").is_empty(),
    };
    match networks::set_rule(&frame.node, network.id, rule.clone()).await {
        Ok(_) => Ok(see(&format!("/desk/networks/{handle}?done=rule"))),
        Err(app::Error::Refused(refusal)) => shown(&staff, &frame, &handle, None, Some((&rule, &refusal))).await,
        Err(error) => Err(error.into()),
    }
}

/// Adds or removes a centre of this site, trusts a member or does not any more.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn set_member(
    staff: Staff,
    frame: Frame,
    handle: Path<String>,
    sent: Sent<Membership>,
) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let network = networks::by_handle(&frame.node, &handle).await?;
    match sent.step.as_str() {
        "remove" => networks::remove_member(&frame.node, network.id, &sent.member).await?,
        step => networks::put_member(&frame.node, network.id, &sent.member, step == "trust").await?,
    }
    Ok(see(&format!("/desk/networks/{handle}?done=member")))
}

/// Approves or refuses.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn decide(
    staff: Staff,
    frame: Frame,
    handle: Path<String>,
    sent: Sent<Decided>,
) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let network = networks::by_handle(&frame.node, &handle).await?;
    networks::decide(&frame.node, network.id, &sent.subject, sent.decision).await?;
    Ok(see(&format!("/desk/networks/{handle}?done=decision")))
}

fn controls(t: Locale, rule: &Rule, problems: &[Invalid]) -> Vec<Control> {
    let themes = THEMES.terms().iter().map(|term| Choice {
        value: term.code.clone(),
        label: t.label(&THEMES, &term.code),
        chosen: rule.themes.contains(&term.code),
    });
    let mut all = vec![
        Control::new(t, "postcodes", Input::Line("text", rule.postcodes.join(" "), "off")).width("half"),
        Control::new(t, "insee", Input::Line("text", rule.insee.join(" "), "off")).width("half"),
        Control::new(t, "online", Input::Tick(rule.online)),
        Control::new(t, "themes", Input::Boxes(themes.collect())),
        Control::new(t, "approval", Input::Tick(rule.approval)),
    ];
    for control in &mut all {
        let problem = problems.iter().find(|problem| problem.field == control.name);
        control.error = problem.map(|problem| said(t, problem));
    }
    all
}

fn wrong(t: Locale, rule: &[Control], problems: &[Invalid]) -> Vec<Wrong> {
    let label = |field: &str| {
        rule.iter()
            .find(|control| control.name == field)
            .map(|control| control.label.clone())
    };
    let wrong = problems.iter().map(|problem| Wrong {
        control: Some(problem.field.clone()),
        label: label(&problem.field).unwrap_or_default(),
        reason: said(t, problem),
    });
    wrong.collect()
}

/// A code that is none, in words for somebody who typed a list of numbers.
fn said(t: Locale, problem: &Invalid) -> String {
    match &problem.reason {
        Reason::UnknownCode { code, .. } => t.text_with("desk-announcing-not-a-code", &[("code", code.clone().into())]),
        _ => reason(t, problem),
    }
}

fn line(frame: &Frame, one: &Submission) -> SubjectLine {
    let subject = &one.subject;
    SubjectLine {
        uri: subject.uri.clone(),
        title: subject.event.facts.title.clone(),
        href: format!("/events/{}", subject.event.id),
        when: home::when(frame.t, &subject.event, None),
        publisher: one.publisher.clone(),
        approved: subject.decision == Decision::Approved,
        since: day(frame, subject.since),
    }
}

fn members(t: Locale, settings: &Settings) -> Vec<MemberLine> {
    let line = |member: &Member| MemberLine {
        who: match &member.who {
            MemberKind::Peer(peer) => who(t, peer),
            MemberKind::Centre(centre) => Who {
                name: centre.profile.name.clone(),
                account: format!("@{}", centre.handle),
                href: Some(format!("/centres/{}", centre.handle)),
                lines: vec![t.text("desk-announcing-here")],
            },
        },
        key: member.key(),
        local: matches!(member.who, MemberKind::Centre(_)),
        trusted: member.trusted,
    };
    settings.members.iter().map(line).collect()
}
