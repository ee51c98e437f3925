//! `/desk/network`: whom this site follows and how it stands with them; who is there, before following.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Path, Query};
use serde::Deserialize;

use super::problem::sentences;
use super::{answer, day, may_administer, page, reason, see};
use crate::app::following::{self, Preview, Tie};
use crate::app::{self, centres};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::id::FollowId;
use crate::domain::invalid::Refusal;
use crate::domain::peer::{Follow, FollowState, Peer, Standing};
use crate::locale::{Locale, capitalise};
use crate::store::Conn;
use crate::store::pulls::PullState;
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::CentreLink;
use crate::web::view::desk::form::Choice;
use crate::web::view::desk::network::{NetworkPage, PreviewPage, TieLine, UnfollowPage, Who};
use crate::web::view::parts::safe_link;

/// Follows on a page.
const SHOWN: i64 = 100;
const HOME: &str = "/desk/network";

/// What was just done.
#[derive(Deserialize)]
pub struct Asked {
    done: Option<String>,
    after: Option<FollowId>,
}

/// Whom to look for or to follow, and as whom; nothing is the site itself.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    target: String,
    #[serde(default)]
    follower: String,
}

/// The page.
///
/// # Errors
/// Only what the database refuses.
pub async fn show(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let done = asked
        .done
        .as_deref()
        .filter(|step| ["follow", "unfollow"].contains(step));
    let done = done.map(|step| frame.t.text(&format!("desk-network-done-{step}")));
    home(&staff, &frame, done, asked.after, "", None).await
}

async fn home(
    staff: &Staff,
    frame: &Frame,
    done: Option<String>,
    after: Option<FollowId>,
    target: &str,
    refusal: Option<&Refusal>,
) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let all = centres::list(&frame.node).await?;
    // One more tells whether there are more.
    let read = move |conn: &mut Conn| following::list(conn, after, SHOWN + 1);
    let mut ties = frame.node.store.read(read).await?;
    let shown = usize::try_from(SHOWN).unwrap_or_default();
    let more = ties.len() > shown;
    ties.truncate(shown);
    let last = ties.last().filter(|_| more);
    let networks = all.iter().filter(|centre| centre.kind == CentreKind::Network);
    let template = NetworkPage {
        page: page(frame, t.text("desk-network-title")),
        email: staff.0.email.clone(),
        done,
        may_administer: staff.0.role.may_administer(),
        target: target.to_owned(),
        error: refusal
            .and_then(|refusal| refusal.0.first())
            .map(|problem| reason(t, problem)),
        networks: networks
            .map(|network| CentreLink {
                href: format!("/desk/networks/{}", network.handle),
                name: network.profile.name.clone(),
                current: false,
            })
            .collect(),
        next: last.map(|last| format!("{HOME}?after={}", last.follow.id)),
        ties: ties.iter().map(|tie| line(frame, tie, &all)).collect(),
    };
    let status = match refusal {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    answer(status, &template, t)
}

/// Looks at who is there.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn preview(staff: Staff, frame: Frame, wanted: Form<Wanted>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    match following::preview(&frame.node, &wanted.target).await {
        Ok(found) => shown(&staff, &frame, &wanted.target, &found).await,
        Err(app::Error::Refused(refusal)) => home(&staff, &frame, None, None, &wanted.target, Some(&refusal)).await,
        Err(error) => Err(error.into()),
    }
}

async fn shown(staff: &Staff, frame: &Frame, target: &str, found: &Preview) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let all = centres::list(&frame.node).await?;
    let already = |centre: Option<&Centre>| {
        let id = centre.map(|centre| centre.id);
        // What was refused, or is not answered, can be asked again.
        let stands = |follow: &&Follow| follow.state == FollowState::Accepted;
        found.follows.iter().filter(stands).any(|follow| follow.follower == id)
    };
    let networks_first = all
        .iter()
        .filter(|centre| centre.kind == CentreKind::Network)
        .chain(all.iter().filter(|centre| centre.kind == CentreKind::Centre));
    let site = (!already(None)).then(|| Choice {
        value: String::new(),
        label: t.text("desk-network-as-site"),
        chosen: true,
    });
    let own = networks_first
        .filter(|centre| !already(Some(centre)))
        .map(|centre| Choice {
            value: centre.handle.to_string(),
            label: centre.profile.name.clone(),
            chosen: false,
        });
    let mut who = who(t, &found.peer);
    who.lines.extend(found.town.clone());
    if let Some(known) = found.upcoming {
        let text = if known.or_more {
            "desk-network-upcoming-or-more"
        } else {
            "desk-network-upcoming"
        };
        who.lines.push(t.text_with(text, &[("count", known.count.into())]));
    }
    if let Some(since) = found.since {
        who.lines
            .push(t.text_with("desk-network-since", &[("day", day(frame, since).into())]));
    }
    let template = PreviewPage {
        page: page(frame, t.text("desk-network-preview-title")),
        email: staff.0.email.clone(),
        target: target.to_owned(),
        summary: found.peer.summary.clone(),
        followed: found
            .follows
            .iter()
            .map(|follow| as_whom(t, follow.follower.and_then(|id| all.iter().find(|one| one.id == id))))
            .collect(),
        choices: site.into_iter().chain(own).collect(),
        who,
    };
    answer(StatusCode::OK, &template, t)
}

/// Asks to follow.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn follow(staff: Staff, frame: Frame, wanted: Form<Wanted>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let follower = match wanted.follower.as_str() {
        "" => None,
        handle => Some(
            centres::by_handle(&frame.node, handle)
                .await?
                .ok_or(Error::NotFound)?
                .id,
        ),
    };
    match following::follow(&frame.node, &wanted.target, follower).await {
        Ok(_) => Ok(see("/desk/network?done=follow")),
        Err(app::Error::Refused(refusal)) => home(&staff, &frame, None, None, &wanted.target, Some(&refusal)).await,
        Err(error) => Err(error.into()),
    }
}

/// Asks before it stops following.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn ask(staff: Staff, frame: Frame, id: Path<FollowId>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let id = *id;
    let tie = frame.node.store.read(move |conn| following::by_id(conn, id)).await?;
    let template = UnfollowPage {
        page: page(&frame, frame.t.text("desk-network-unfollow-title")),
        email: staff.0.email.clone(),
        who: who(frame.t, &tie.ok_or(Error::NotFound)?.peer),
    };
    answer(StatusCode::OK, &template, frame.t)
}

/// Stops following.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn unfollow(staff: Staff, frame: Frame, id: Path<FollowId>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    following::unfollow(&frame.node, *id).await?;
    Ok(see("/desk/network?done=unfollow"))
}

fn line(frame: &Frame, tie: &Tie, all: &[Centre]) -> TieLine {
    let t = frame.t;
    let centre = tie.follow.follower.and_then(|id| all.iter().find(|one| one.id == id));
    let standing = tie.standing(frame.now);
    let reading = tie.reading.as_ref();
    let since = match standing {
        Standing::Followed | Standing::Silent | Standing::Muted => reading.and_then(PullState::last_heard),
        Standing::Gone => reading.and_then(|reading| reading.gone),
        Standing::Asked => Some(tie.follow.asked),
        Standing::Refused => Some(tie.follow.changed),
    };
    let state = match since {
        Some(since) => t.text_with(
            &format!("desk-standing-{standing}"),
            &[("day", day(frame, since).into())],
        ),
        None if standing == Standing::Muted => t.text("desk-standing-muted-unread"),
        None => t.text("fresh-unread"),
    };
    TieLine {
        who: who(t, &tie.peer),
        by: as_whom(t, centre),
        state,
        calm: !matches!(standing, Standing::Silent | Standing::Refused | Standing::Gone),
        problems: reading
            .and_then(|reading| reading.error.as_deref())
            .map(|noted| sentences(t, noted))
            .unwrap_or_default(),
        path: format!("{HOME}/{}", tie.follow.id),
    }
}

fn as_whom(t: Locale, centre: Option<&Centre>) -> String {
    centre.map_or_else(|| t.text("desk-network-as-site"), |centre| centre.profile.name.clone())
}

/// A peer in a few words: its name, its account, and what it is.
pub fn who(t: Locale, peer: &Peer) -> Who {
    let key = match peer.kind.as_str() {
        "Person" => "peer-kind-person",
        "Application" | "Service" => "peer-kind-server",
        Peer::SOURCE => "peer-kind-source",
        _ => "peer-kind-group",
    };
    let software = peer.software.as_deref().map(capitalise);
    let kind = t.text(key);
    Who {
        name: peer.display_name(),
        account: if peer.is_source() {
            peer.host.clone()
        } else {
            peer.account()
        },
        href: safe_link(peer.url.as_deref().unwrap_or(&peer.uri)),
        lines: vec![match software {
            Some(software) => format!("{kind} · {software}"),
            None => kind,
        }],
    }
}
