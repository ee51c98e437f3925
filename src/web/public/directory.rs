//! `/network/directory`, `.json`, `.csv`: who does what, gathered from what is really announced, with the calendar's filters.

use actix_web::HttpResponse;

use super::Frame;
use super::calendar::address;
use crate::domain::directory::Structure;
use crate::feed;
use crate::store::{Conn, StoreError, changes, directory};
use crate::web::Error;
use crate::web::extract::filter::Asked;
use crate::web::view::directory::{DirectoryPage, StructureView};
use crate::web::view::filter::FilterForm;
use crate::web::view::{Alternate, Section};

/// Where the page is.
const PATH: &str = "/network/directory";
/// Structures of one page on a screen; a town has fewer.
const PAGE: usize = 60;

/// The page.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn page(frame: Frame) -> Result<HttpResponse, Error> {
    let asked = asked(&frame)?;
    match structures(&frame, &asked).await? {
        Ok((structures, etag)) => frame.html(&show(&frame, &asked, &structures), &etag, None),
        Err(etag) => Ok(frame.not_modified(&etag)),
    }
}

/// For programs.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn json(frame: Frame) -> Result<HttpResponse, Error> {
    let asked = asked(&frame)?;
    match structures(&frame, &asked).await? {
        Ok((structures, etag)) => {
            let body = feed::directory::list(&structures).to_string();
            Ok(frame.feed("application/json", body, &etag))
        }
        Err(etag) => Ok(frame.not_modified(&etag)),
    }
}

/// For spreadsheets and for the national map of digital mediation.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn csv(frame: Frame) -> Result<HttpResponse, Error> {
    let asked = asked(&frame)?;
    match structures(&frame, &asked).await? {
        Ok((structures, etag)) => {
            let body = feed::mednum::file(&structures, &frame.node.config.node.name);
            Ok(frame.feed("text/csv; charset=utf-8", body, &etag))
        }
        Err(etag) => Ok(frame.not_modified(&etag)),
    }
}

fn asked(frame: &Frame) -> Result<Asked, Error> {
    Ok(Asked::read(&frame.query, frame.now, frame.node.config.node.timezone)?)
}

type Found = Result<(Vec<Structure>, String), String>;

/// The structures and their validator, or the validator alone when the reader has them already.
async fn structures(frame: &Frame, asked: &Asked) -> Result<Found, StoreError> {
    let (reading, filter) = (frame.clone(), asked.filter.clone());
    let read = move |conn: &mut Conn| {
        let etag = reading.etag_with(changes::stamp(conn)?, &directory::followed_stamp(conn)?);
        if reading.has(&etag) {
            return Ok(Err(etag));
        }
        let found = directory::structures(conn, &filter, reading.now, reading.addresses())?;
        Ok(Ok((found, etag)))
    };
    frame.node.store.read(read).await
}

fn show(frame: &Frame, asked: &Asked, structures: &[Structure]) -> DirectoryPage {
    let t = frame.t;
    let mut page = frame.page(Section::Network, t.text("directory-title"));
    page.address = address(frame, PATH, asked, &[]);
    page.indexed = asked.given.is_empty();
    page.description = t.text("directory-lead");
    let file = |extension: &str, media_type| Alternate {
        media_type,
        href: address(frame, &format!("{PATH}.{extension}"), asked, &[]),
        title: t.text("directory-title"),
    };
    page.alternates = vec![file("json", "application/json"), file("csv", "text/csv")];
    let since = asked.since.map(|day| t.day_seen_from(day, frame.today()));
    let form = FilterForm::new(t, PATH, &asked.given, since);
    let shown = asked.limit.map_or(PAGE, usize::from);
    let all = (structures.len() > shown).then(|| format!("{PATH}?{}", asked.query(&[("limit", "500")])));
    DirectoryPage {
        lead: t.text("directory-lead"),
        count: t.text_with("directory-count", &[("count", structures.len().into())]),
        printed: t.text_with("directory-printed", &[("day", t.date(frame.today()).into())]),
        structures: structures
            .iter()
            .take(shown)
            .map(|structure| StructureView::new(t, structure, frame.now, frame.today(), form.any))
            .collect(),
        csv: page.alternates[1].href.clone(),
        json: page.alternates[0].href.clone(),
        all,
        form,
        page,
    }
}
