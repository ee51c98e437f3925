//! How to subscribe, the accessibility declaration, and what robots are told.

use actix_web::HttpResponse;
use askama::Template;

use super::Frame;
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::text::fold;
use crate::store::{StoreError, centres};
use crate::web::Error;
use crate::web::view::Section;
use crate::web::view::about::{AccessibilityPage, Account, SubscribePage};
use crate::web::view::parts::Phone;

/// How the sessions come to people who do not want to come back here.
///
/// # Errors
/// Only what the database refuses.
pub async fn subscribe(frame: Frame) -> Result<HttpResponse, Error> {
    let mut centres = all(&frame).await?;
    // Most people want a whole town.
    centres.sort_by_key(|centre| (centre.kind != CentreKind::Network, fold(&centre.profile.name)));
    let host = frame.addresses().host();
    let base = frame.node.base();
    let page = SubscribePage {
        page: frame.page(Section::Subscribe, frame.t.text("subscribe-title")),
        webcal: format!("webcal://{host}/calendar.ics"),
        ics: format!("{base}/calendar.ics"),
        atom: format!("{base}/calendar.atom"),
        accounts: centres.iter().map(|centre| account(centre, &host)).collect(),
    };
    let shown: Vec<&str> = page
        .accounts
        .iter()
        .flat_map(|one| [one.name.as_str(), one.handle.as_str()])
        .collect();
    let etag = frame.etag_with(0, &shown.join(" "));
    revalidated(&frame, &page, &etag)
}

/// The declaration that French law asks for.
///
/// # Errors
/// Only what the database refuses.
pub async fn accessibility(frame: Frame) -> Result<HttpResponse, Error> {
    let centres = all(&frame).await?;
    let t = frame.t;
    let node = &frame.node.config.node;
    let contact = match &node.contact {
        Some(contact) => t.text_with("a11y-contact-node", &[("contact", contact.as_str().into())]),
        None => t.text("a11y-contact-none"),
    };
    let page = AccessibilityPage {
        page: frame.page(Section::Elsewhere, t.text("a11y-title")),
        commitment: t.text_with("a11y-commitment", &[("node", node.name.as_str().into())]),
        contact: t.text_with("a11y-contact-words", &[("contact", contact.into())]),
        phone: centres
            .iter()
            .find_map(|centre| centre.profile.phone.as_deref())
            .map(Phone::new),
    };
    let number = page
        .phone
        .as_ref()
        .map(|phone| phone.number.clone())
        .unwrap_or_default();
    let etag = frame.etag_with(0, &number);
    revalidated(&frame, &page, &etag)
}

fn account(centre: &Centre, host: &str) -> Account {
    Account {
        name: centre.profile.name.clone(),
        handle: format!("@{}@{host}", centre.handle),
    }
}

fn revalidated(frame: &Frame, page: &impl Template, etag: &str) -> Result<HttpResponse, Error> {
    if frame.has(etag) {
        Ok(frame.not_modified(etag))
    } else {
        frame.html(page, etag, None)
    }
}

async fn all(frame: &Frame) -> Result<Vec<Centre>, StoreError> {
    frame.node.store.read(centres::list).await
}

/// Everything may be read; filtered pages say themselves that they are not to be kept.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /desk\nDisallow: /api/\n")
}
