//! `/centres/{handle}`: a centre or network of this node, and its next sessions.

use actix_web::{HttpResponse, web};

use super::Frame;
use crate::domain::calendar::{Entry, Filter};
use crate::domain::centre::{Centre, CentreKind};
use crate::store::calendar::{self, Addresses};
use crate::store::{Conn, Page as StorePage, StoreError, centres, changes};
use crate::web::Error;
use crate::web::view::centre::{CentrePage, CentreView};
use crate::web::view::session::days;
use crate::web::view::{Alternate, Section};

/// Sessions shown on the page of a centre.
const SESSIONS: i64 = 20;

enum Found {
    Centre {
        centre: Box<Centre>,
        entries: StorePage<Entry>,
        etag: String,
    },
    NotModified(String),
    Nothing,
}

/// The page of a centre.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page(frame: Frame, handle: web::Path<String>) -> Result<HttpResponse, Error> {
    let (reading, handle) = (frame.clone(), handle.into_inner().to_lowercase());
    match frame.node.store.read(move |conn| read(conn, &reading, &handle)).await? {
        Found::Centre { centre, entries, etag } => frame.html(&show(&frame, &centre, &entries), &etag, None),
        Found::NotModified(etag) => Ok(frame.not_modified(&etag)),
        Found::Nothing => Err(Error::NotFound),
    }
}

fn read(conn: &mut Conn, frame: &Frame, handle: &str) -> Result<Found, StoreError> {
    let Some(centre) = centres::by_handle(conn, handle)? else {
        return Ok(Found::Nothing);
    };
    let etag = frame.etag(changes::stamp(conn)?);
    if frame.has(&etag) {
        return Ok(Found::NotModified(etag));
    }
    let own = Some(centre.handle.to_string());
    let filter = match centre.kind {
        CentreKind::Centre => Filter {
            centre: own,
            ..Filter::default()
        },
        CentreKind::Network => Filter {
            network: own,
            ..Filter::default()
        },
    };
    let entries = calendar::page(conn, &filter, frame.now, SESSIONS, None, frame.addresses())?;
    Ok(Found::Centre {
        centre: Box::new(centre),
        entries,
        etag,
    })
}

fn show(frame: &Frame, centre: &Centre, entries: &StorePage<Entry>) -> CentrePage {
    let host = frame.addresses().host();
    let view = CentreView::new(frame.t, centre, &host);
    let mut page = frame.page(Section::Network, centre.profile.name.clone());
    page.address = frame.addresses().centre_page(&centre.handle).into();
    if let Some(summary) = &view.summary {
        page.description.clone_from(summary);
    }
    page.alternates = vec![
        Alternate {
            media_type: "application/activity+json",
            href: frame.addresses().centre_uri(&centre.handle),
            title: centre.profile.name.clone(),
        },
        Alternate {
            media_type: "text/calendar",
            href: format!("{}{}", frame.node.base(), view.feed("ics")),
            title: centre.profile.name.clone(),
        },
    ];
    page.follow = Some(view.handle.clone());
    CentrePage {
        days: days(frame.t, &entries.items, frame.today(), frame.now),
        next_page: entries.next.as_ref().map(|_| view.calendar()),
        centre: view,
        page,
    }
}
