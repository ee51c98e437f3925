//! `/`: the coming sessions of the network, day by day.

use actix_web::HttpResponse;

use super::Frame;
use crate::domain::calendar::Entry;
use crate::domain::centre::{Centre, CentreKind};
use crate::store::calendar;
use crate::store::{Conn, Page as StorePage, StoreError, centres, changes};
use crate::web::Error;
use crate::web::extract::filter::Asked;
use crate::web::view::calendar::{CalendarPage, Empty};
use crate::web::view::filter::FilterForm;
use crate::web::view::parts::Phone;
use crate::web::view::session::days;
use crate::web::view::{Alternate, Page, Section};

/// Sessions of one page: about two weeks of a town, within the budget of 40 kB.
const PAGE: i64 = 40;

/// What the page shows, read at once.
struct Found {
    entries: StorePage<Entry>,
    centres: Vec<Centre>,
    etag: String,
}

/// The calendar.
pub async fn page(frame: Frame) -> Result<HttpResponse, Error> {
    let asked = Asked::read(&frame.query, frame.now, frame.node.config.node.timezone)?;
    let (reading, wanted) = (frame.clone(), asked.clone());
    match frame.node.store.read(move |conn| read(conn, &reading, &wanted)).await? {
        Ok(found) => {
            let etag = found.etag.clone();
            frame.html(&show(&frame, &asked, found), &etag, None)
        }
        Err(etag) => Ok(frame.not_modified(&etag)),
    }
}

/// What the page shows, or the validator when the reader has it already.
fn read(conn: &mut Conn, frame: &Frame, asked: &Asked) -> Result<Result<Found, String>, StoreError> {
    let etag = frame.etag(changes::stamp(conn)?);
    if frame.has(&etag) {
        return Ok(Err(etag));
    }
    let limit = asked.limit.map_or(PAGE, |limit| i64::from(limit).min(PAGE * 5));
    let addresses = frame.addresses();
    let entries = calendar::page(conn, &asked.filter, frame.now, limit, asked.cursor.as_ref(), addresses)?;
    Ok(Ok(Found {
        entries,
        centres: centres::list(conn)?,
        etag,
    }))
}

fn show(frame: &Frame, asked: &Asked, found: Found) -> CalendarPage {
    let t = frame.t;
    let mut page = frame.page(Section::Calendar, "");
    page.address = address(frame, "/", asked, &[]);
    page.alternates = alternates(frame, asked, &page);
    page.follow = main_account(frame, &found.centres);
    // A page of a filter repeats what `/` and the events already say.
    page.indexed = asked.given.is_empty() && asked.cursor.is_none();
    let since = asked.since.map(|day| t.day_seen_from(day, frame.today()));
    let form = FilterForm::new(t, "/", &asked.given, since);
    let cursor = found.entries.next.as_ref().map(ToString::to_string);
    CalendarPage {
        heading: t.text("calendar-title"),
        lead: t.text("calendar-lead"),
        days: days(t, &found.entries.items, frame.today(), frame.now),
        empty: empty(frame, &form, &found.centres),
        first_page: asked.cursor.is_some().then(|| link("/", &asked.query(&[]))),
        next_page: cursor.map(|cursor| link("/", &asked.query(&[("cursor", &cursor)]))),
        form,
        page,
    }
}

fn link(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The absolute address of `path` with the same filter.
pub(super) fn address(frame: &Frame, path: &str, asked: &Asked, more: &[(&str, &str)]) -> String {
    format!("{}{}", frame.node.base(), link(path, &asked.query(more)))
}

/// The feeds of the same filter.
fn alternates(frame: &Frame, asked: &Asked, page: &Page) -> Vec<Alternate> {
    let feed = |media_type, path| Alternate {
        media_type,
        href: address(frame, path, asked, &[]),
        title: page.node.clone(),
    };
    vec![
        feed("text/calendar", "/calendar.ics"),
        feed("application/atom+xml", "/calendar.atom"),
        feed("application/json", "/calendar.json"),
    ]
}

/// The account that stands for the node: its first network, or its only centre.
pub(super) fn main_account(frame: &Frame, centres: &[Centre]) -> Option<String> {
    let network = centres.iter().find(|centre| centre.kind == CentreKind::Network);
    let only = || centres.first().filter(|_| centres.len() == 1);
    let main = network.or_else(only)?;
    Some(format!("@{}@{}", main.handle, frame.addresses().host()))
}

fn empty(frame: &Frame, form: &FilterForm, centres: &[Centre]) -> Empty {
    let t = frame.t;
    let (heading, advice) = if form.any {
        let choice = [("choice", form.chosen.as_str().into())];
        (t.text_with("empty-heading", &choice), t.text("empty-advice"))
    } else {
        (t.text("empty-heading-all"), t.text("empty-advice-all"))
    };
    let reachable = centres
        .iter()
        .find_map(|centre| Some((centre, centre.profile.phone.as_deref()?)));
    let (phone_words, phone) = match reachable {
        Some((centre, number)) => {
            let name = [("name", centre.profile.name.as_str().into())];
            (t.text_with("empty-phone", &name), Some(Phone::new(number)))
        }
        None => (String::new(), None),
    };
    Empty {
        heading,
        advice,
        phone_words,
        phone,
    }
}
