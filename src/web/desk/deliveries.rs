//! `/desk/deliveries`: what waits for other servers, said in plain words, with what can be done about it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{answer, may_administer, may_publish, page, see};
use crate::app::deliveries::{self, Waiting};
use crate::domain::time::Instant;
use crate::federation::fetch::FetchError;
use crate::locale::{FluentValue, Locale, capitalise};
use crate::web::Error;
use crate::web::extract::Staff;
use crate::web::public::Frame;
use crate::web::view::desk::deliveries::{DeliveriesPage, GiveUpPage, Server};

/// Servers on a page.
const SHOWN: usize = 100;
const HOME: &str = "/desk/deliveries";

/// What to show.
#[derive(Deserialize)]
pub struct Asked {
    after: Option<String>,
    done: Option<String>,
}

/// The page.
///
/// # Errors
/// Only what the database refuses.
pub async fn show(staff: Staff, frame: Frame, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let t = frame.t;
    let Asked { after, done } = asked.into_inner();
    let mut all = deliveries::list(&frame.node, after, i64::try_from(SHOWN + 1).unwrap_or(i64::MAX)).await?;
    let more = all.len() > SHOWN;
    all.truncate(SHOWN);
    let more = all.last().filter(|_| more);
    let more = more.map(|last| format!("{HOME}?after={}", encoded(&last.host)));
    // Those in trouble are what one looks for.
    all.sort_by_key(|waiting| waiting.failures == 0);
    let template = DeliveriesPage {
        page: page(&frame, t.text("desk-sending-title")),
        email: staff.0.email.clone(),
        done: done
            .filter(|step| ["retry", "give-up"].contains(&step.as_str()))
            .map(|step| t.text(&format!("desk-done-{step}"))),
        servers: all.iter().map(|waiting| server(&frame, waiting)).collect(),
        more,
        may_retry: staff.0.role.may_publish(),
        may_give_up: staff.0.role.may_administer(),
    };
    answer(StatusCode::OK, &template, t)
}

/// Tries again at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn retry(staff: Staff, frame: Frame, host: Path<String>) -> Result<HttpResponse, Error> {
    may_publish(&staff)?;
    deliveries::retry(&frame.node, &host).await?;
    Ok(see("/desk/deliveries?done=retry"))
}

/// Asks before giving up.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn ask(staff: Staff, frame: Frame, host: Path<String>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    let waiting = deliveries::of(&frame.node, &host).await?;
    let template = GiveUpPage {
        page: page(&frame, frame.t.text("desk-sending-give-up-title")),
        email: staff.0.email.clone(),
        server: server(&frame, &waiting),
    };
    answer(StatusCode::OK, &template, frame.t)
}

/// Gives up.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn give_up(staff: Staff, frame: Frame, host: Path<String>) -> Result<HttpResponse, Error> {
    may_administer(&staff)?;
    deliveries::give_up(&frame.node, &host).await?;
    Ok(see("/desk/deliveries?done=give-up"))
}

fn server(frame: &Frame, waiting: &Waiting) -> Server {
    let t = frame.t;
    let at = |instant: Instant| moment(frame, instant);
    Server {
        host: waiting.host.clone(),
        path: format!("{HOME}/{}", encoded(&waiting.host)),
        waiting: t.text_with("desk-sending-waiting", &[("count", FluentValue::from(waiting.waiting))]),
        since: waiting.oldest.map(at),
        success: waiting
            .last_success
            .map_or_else(|| t.text("desk-sending-success-never"), at),
        trouble: waiting.last_error.as_ref().map(|said| (plainly(t, said), said.clone())),
        next: waiting.next_attempt.map(|next| {
            if next > frame.now {
                at(next)
            } else {
                t.text("desk-sending-now")
            }
        }),
    }
}

/// « Aujourd’hui, à 9 h 30 ».
fn moment(frame: &Frame, instant: Instant) -> String {
    let (t, today) = (frame.t, frame.today());
    let local = instant.with_timezone(&frame.node.config.node.timezone);
    let date = local.date_naive();
    let day = t
        .near_day(date, today)
        .unwrap_or_else(|| capitalise(&t.day_seen_from(date, today)));
    format!("{day}, {}", t.hours(local.time(), None))
}

/// What is wrong, for somebody who does not know what HTTP is. Errors are kept as they were said: a status with the start
/// of the answer, or the words of [`FetchError`].
fn plainly(t: Locale, said: &str) -> String {
    let status: Option<u16> = said.split(' ').next().and_then(|word| word.parse().ok());
    let is = |error: &FetchError| said == error.to_string();
    match status {
        Some(429) => t.text("desk-sending-why-busy"),
        Some(400..=499) => t.text("desk-sending-why-refused"),
        Some(500..=599) => t.text("desk-sending-why-broken"),
        _ if is(&FetchError::Dns) => t.text("desk-sending-why-name"),
        _ if is(&FetchError::Connect) => t.text("desk-sending-why-connect"),
        _ if is(&FetchError::Timeout) => t.text("desk-sending-why-slow"),
        _ if said.starts_with("refused: ") => t.text("desk-sending-why-address"),
        _ => t.text("desk-sending-why-other"),
    }
}

/// A host as one segment of a path: with its port, or the brackets of an IPv6 address.
fn encoded(host: &str) -> String {
    utf8_percent_encode(host, NON_ALPHANUMERIC).to_string()
}
