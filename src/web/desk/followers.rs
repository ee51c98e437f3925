//! `/desk/followers`: who follows the centres of this site, who asks to, and whose follow is accepted.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Path, Query};
use serde::Deserialize;

use super::network::who;
use super::{answer, day, may_administer, may_publish, page, reason, see};
use crate::app::moderation;
use crate::domain::admission::{Admission, Mode};
use crate::domain::block::Target;
use crate::domain::centre::Centre;
use crate::domain::id::FollowerId;
use crate::domain::invalid::Invalid;
use crate::domain::peer::{Follower, Peer};
use crate::store::followers::Kin;
use crate::store::{Conn, StoreError, blocks, centres, follow_requests, followers};
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::followers::{FollowerLine, FollowersPage};
use crate::web::view::desk::form::Choice;

/// Calendars on a page.
const AGENDAS: i64 = 200;
/// People on a page.
const PEOPLE: i64 = 100;
/// Requests on a page.
const REQUESTS: i64 = 200;

/// What was just done.
#[derive(Deserialize)]
pub struct Asked {
    done: Option<String>,
    #[serde(flatten)]
    from: From,
}

/// Where each list goes on.
#[derive(Deserialize, Clone, Copy, Default)]
struct From {
    /// Calendars before this one.
    before: Option<FollowerId>,
    /// People before this one.
    people: Option<FollowerId>,
    /// Requests after this one.
    requests: Option<FollowerId>,
}

/// The rule as the form sends it.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    allowed: String,
}

/// The page.
///
/// # Errors
/// Only what the database refuses.
pub async fn show(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let known = ["accept", "refuse", "remove", "mode"];
    let done = asked.done.as_deref().filter(|step| known.contains(step));
    let done = done.map(|step| frame.t.text(&format!("desk-followers-done-{step}")));
    home(&staff, &frame, done, asked.from, None).await
}

struct Known {
    centres: Vec<Centre>,
    requests: Vec<(Follower, Peer)>,
    agendas: Vec<(Follower, Peer)>,
    people: Vec<(Follower, Peer)>,
    count: i64,
    admission: Admission,
}

fn read(conn: &mut Conn, from: From) -> Result<Known, StoreError> {
    Ok(Known {
        centres: centres::list(conn)?,
        // One more tells whether there are more.
        requests: follow_requests::list(conn, from.requests, REQUESTS + 1)?,
        agendas: followers::newest(conn, Kin::Agendas, from.before, AGENDAS + 1)?,
        people: followers::newest(conn, Kin::People, from.people, PEOPLE + 1)?,
        count: followers::count_of(conn, Kin::People)?,
        admission: blocks::admission(conn)?,
    })
}

async fn home(
    staff: &Staff,
    frame: &Frame,
    done: Option<String>,
    from: From,
    typed: Option<(&Wanted, &Invalid)>,
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let mut known = frame.node.store.read(move |conn| read(conn, from)).await?;
    let next = next_of(&mut known.agendas, AGENDAS, "before");
    let next_people = next_of(&mut known.people, PEOPLE, "people");
    let next_requests = next_of(&mut known.requests, REQUESTS, "requests");
    let line = |(follower, peer): &(Follower, Peer), path: &str| FollowerLine {
        who: who(t, peer),
        of: name_of(frame, &known.centres, follower),
        since: day(frame, follower.since),
        path: format!("/desk/followers/{path}{}", follower.id),
    };
    let mode = typed.map_or(known.admission.mode.as_str(), |(wanted, _)| wanted.mode.as_str());
    let modes = Mode::ALL.iter().map(|one| Choice {
        value: one.as_str().to_owned(),
        label: t.text(&format!("desk-followers-mode-{one}")),
        chosen: one.as_str() == mode,
    });
    let allowed: Vec<&str> = known.admission.allowed.iter().map(Target::as_str).collect();
    let template = FollowersPage {
        page: page(frame, t.text("desk-followers-title")),
        email: staff.0.email.clone(),
        done,
        may_publish: staff.0.role.may_publish(),
        may_administer: staff.0.role.may_administer(),
        requests: known.requests.iter().map(|one| line(one, "requests/")).collect(),
        agendas: known.agendas.iter().map(|one| line(one, "")).collect(),
        next,
        next_people,
        next_requests,
        people_open: from.people.is_some(),
        count: t.text_with("desk-followers-count", &[("count", known.count.into())]),
        people: known.people.iter().map(|one| line(one, "")).collect(),
        modes: modes.collect(),
        allowed: typed.map_or_else(|| allowed.join("\n"), |(wanted, _)| wanted.allowed.clone()),
        error: typed.map(|(_, problem)| reason(t, problem)),
    };
    let status = match typed {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    answer(status, &template, t)
}

/// Leaves a page of a list of which one more was read, and gives the address of the next.
fn next_of(list: &mut Vec<(Follower, Peer)>, page: i64, parameter: &str) -> Option<String> {
    let page = usize::try_from(page).unwrap_or_default();
    let more = list.len() > page;
    list.truncate(page);
    let last = list.last().filter(|_| more);
    last.map(|(last, _)| format!("/desk/followers?{parameter}={}", last.id))
}

fn name_of(frame: &Frame, centres: &[Centre], follower: &Follower) -> String {
    let centre = centres.iter().find(|centre| Some(centre.id) == follower.followed);
    centre.map_or_else(
        || frame.t.text("desk-network-as-site"),
        |centre| centre.profile.name.clone(),
    )
}

/// Says yes or no to a request.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn decide(staff: Staff, path: Path<(FollowerId, String)>, frame: Frame) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    let (id, step) = path.into_inner();
    moderation::answer(&frame.node, id, step == "accept").await?;
    Ok(see(&format!("/desk/followers?done={step}")))
}

/// Ends that somebody follows.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn remove(staff: Staff, id: Path<FollowerId>, frame: Frame) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    moderation::remove_follower(&frame.node, *id).await?;
    Ok(see("/desk/followers?done=remove"))
}

/// Changes whose follow is accepted.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn set_mode(staff: Staff, frame: Frame, wanted: Form<Wanted>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let mode = wanted.mode.parse().unwrap_or(Mode::Approval);
    match Admission::read(mode, wanted.allowed.lines()) {
        Ok(admission) => {
            moderation::set_admission(&frame.node, admission).await?;
            Ok(see("/desk/followers?done=mode"))
        }
        Err(refusal) => {
            home(
                &staff,
                &frame,
                None,
                From::default(),
                refusal.0.first().map(|problem| (&*wanted, problem)),
            )
            .await
        }
    }
}
