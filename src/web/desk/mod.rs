//! The pages of the staff, behind a sign-in: the events of the centres, published, changed, cancelled; what waits for
//! other servers. No script needed.

mod announcing;
mod blocks;
mod confirm;
mod controls;
mod deliveries;
mod events;
mod followers;
mod form;
mod home;
mod merges;
mod network;
mod problem;
mod recurrence;
mod sign_in;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use uuid::Uuid;

use super::Error;
use super::extract::Staff;
use super::public::Frame;
use super::view::{Page, Section};
use crate::app::{Node, events as cases};
use crate::domain::centre::Centre;
use crate::domain::event::Event;
use crate::domain::id::EventId;
use crate::domain::invalid::Invalid;
use crate::domain::time::Instant;
use crate::domain::vocabulary::Language;
use crate::locale::{FluentValue, Locale};
use crate::store::followers as readers;

/// The routes of the staff.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/desk/sign-in")
                .route(web::get().to(sign_in::show))
                .route(web::post().to(sign_in::begin)),
        )
        .service(web::resource("/desk/sign-out").route(web::post().to(sign_in::end)))
        .service(web::resource("/desk").route(web::get().to(home::show)))
        .service(
            web::resource("/desk/events/new")
                .route(web::get().to(events::blank))
                .route(web::post().to(events::create)),
        )
        .service(
            web::resource("/desk/events/{id}/copy")
                .route(web::get().to(events::copy))
                .route(web::post().to(events::create_copy)),
        )
        .service(
            web::resource("/desk/events/{id}/edit")
                .route(web::get().to(events::edit))
                .route(web::post().to(events::revise)),
        )
        .service(
            web::resource("/desk/events/{id}/{step:cancel|postpone|delete}")
                .route(web::get().to(confirm::ask))
                .route(web::post().to(confirm::act)),
        )
        .configure(others)
        .service(web::resource("/desk/merges").route(web::get().to(merges::show)))
        .service(web::resource("/desk/merges/{one}/{other}/separate").route(web::post().to(merges::separate)))
        .service(web::resource("/desk/merges/{one}/{other}/join").route(web::post().to(merges::join)))
        .service(web::resource("/desk/deliveries").route(web::get().to(deliveries::show)))
        .service(web::resource("/desk/deliveries/{host}/retry").route(web::post().to(deliveries::retry)))
        .service(
            web::resource("/desk/deliveries/{host}/give-up")
                .route(web::get().to(deliveries::ask))
                .route(web::post().to(deliveries::give_up)),
        );
}

/// Whom the site follows, who follows it, whom it blocks, and what its networks announce.
fn others(config: &mut ServiceConfig) {
    config
        .service(web::resource("/desk/network").route(web::get().to(network::show)))
        .service(web::resource("/desk/network/preview").route(web::post().to(network::preview)))
        .service(web::resource("/desk/network/follow").route(web::post().to(network::follow)))
        .service(
            web::resource("/desk/network/{id}/unfollow")
                .route(web::get().to(network::ask))
                .route(web::post().to(network::unfollow)),
        )
        .service(web::resource("/desk/followers").route(web::get().to(followers::show)))
        .service(web::resource("/desk/followers/mode").route(web::post().to(followers::set_mode)))
        .service(
            web::resource("/desk/followers/requests/{id}/{step:accept|refuse}")
                .route(web::post().to(followers::decide)),
        )
        .service(web::resource("/desk/followers/{id}/remove").route(web::post().to(followers::remove)))
        .service(
            web::resource("/desk/blocks")
                .route(web::get().to(blocks::show))
                .route(web::post().to(blocks::add)),
        )
        .service(web::resource("/desk/blocks/lift").route(web::post().to(blocks::lift)))
        .service(web::resource("/desk/blocks/import").route(web::post().to(blocks::import)))
        .service(web::resource("/desk/blocks.csv").route(web::get().to(blocks::export)))
        .service(web::resource("/desk/networks/{handle}").route(web::get().to(announcing::show)))
        .service(web::resource("/desk/networks/{handle}/rule").route(web::post().to(announcing::set_rule)))
        .service(web::resource("/desk/networks/{handle}/members").route(web::post().to(announcing::set_member)))
        .service(web::resource("/desk/networks/{handle}/decisions").route(web::post().to(announcing::decide)));
}

/// A page that no cache keeps.
fn answer(status: StatusCode, template: &impl Template, t: Locale) -> Result<HttpResponse, Error> {
    let html = template.render().map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponseBuilder::new(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_LANGUAGE, t.tag()))
        .body(html))
}

fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path.to_owned()))
        .finish()
}

fn page(frame: &Frame, title: String) -> Page {
    let mut page = frame.page(Section::Elsewhere, title);
    page.indexed = false;
    page
}

fn may_publish(staff: &Staff) -> Result<(), Error> {
    if staff.0.role.may_publish() {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

fn may_administer(staff: &Staff) -> Result<(), Error> {
    if staff.0.role.may_administer() {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// « 23 novembre 2026 », where the site is.
fn day(frame: &Frame, instant: Instant) -> String {
    let local = instant.with_timezone(&frame.node.config.node.timezone);
    frame.t.date(local.date_naive())
}

/// An event of ours with its centre.
async fn ours(node: &Node, id: &str) -> Result<(Event, Centre), Error> {
    let id = EventId(Uuid::try_parse(id).map_err(|_| Error::NotFound)?);
    let found = node.store.read(move |conn| cases::ours(conn, id)).await?;
    found.ok_or(Error::NotFound)
}

/// « 12 abonnés seront prévenus. »
async fn told(frame: &Frame, centre: &Centre, key: &str) -> Result<String, Error> {
    let id = centre.id;
    let count = frame
        .node
        .store
        .read(move |conn| readers::count(conn, Some(id)))
        .await?;
    Ok(frame.t.text_with(key, &[("count", FluentValue::from(count))]))
}

/// The reason in the reader's language; in the words of the form where it has its own.
fn reason(t: Locale, problem: &Invalid) -> String {
    use crate::domain::invalid::Reason;
    match (problem.field.as_str(), &problem.reason) {
        ("date" | "except", Reason::NotADate) => t.text("desk-error-date"),
        ("start_time" | "end_time", Reason::NotADate) => t.text("desk-error-time"),
        ("until", Reason::EndlessRule) => t.text("desk-error-until"),
        (_, reason) => match t.language() {
            Language::French => reason.french(),
            Language::English => reason.english(),
        },
    }
}
