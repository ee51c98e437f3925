//! The read model behind every public page and feed: dated sessions with their events and who publishes them.
//!
//! One query by start time, narrowed by the filter (`filter.rs`), then the sources of that page (`source.rs`).

mod filter;
mod shown;
mod source;
mod works;

use std::collections::{BTreeMap, HashSet};

use chrono::{Duration, NaiveDate};
use diesel::prelude::*;

use super::backend::MultiBackend;
use super::column::{date, ms};
use super::events::EventRow;
use super::page::{Cursor, Page};
use super::schema::{events, sessions};
use super::sessions::SessionRow;
use super::{Conn, StoreError};
use crate::domain::calendar::{Entry, Filter};
use crate::domain::id::SessionId;
use crate::domain::place::distance_km;
use crate::domain::text::Handle;
use crate::domain::time::Instant;
use filter::{Area, Narrowed, narrow};
pub use source::{source_of_centre, source_of_peer};
pub use works::works;

/// A session that began longer ago than this is not shown as running: it bounds the range of the index.
pub const LONGEST_SESSION_DAYS: i64 = 92;

/// Most entries of one page.
pub const MAX_PAGE: i64 = 1000;

/// How often a page around a point is filled up before it is handed out short, with a cursor.
const MAX_ROUNDS: usize = 8;

/// Makes the addresses of what is ours; the store keeps none but those of events.
pub trait Addresses {
    /// Our host, with its port where it has one.
    fn host(&self) -> String;
    /// ActivityPub id of one of our sessions.
    fn session_uri(&self, id: SessionId) -> String;
    /// Its page for people.
    fn session_page(&self, id: SessionId) -> String;
    /// ActivityPub id of one of our centres.
    fn centre_uri(&self, handle: &Handle) -> String;
    /// Its page for people.
    fn centre_page(&self, handle: &Handle) -> String;
}

type Joined = diesel::dsl::InnerJoin<sessions::table, events::table>;
type Boxed<'a> = diesel::dsl::IntoBoxed<'a, Joined, MultiBackend>;

/// A page of the calendar by start, `limit` entries at most (and [`MAX_PAGE`]); go on after the cursor of the last one.
///
/// # Errors
/// Only what the database refuses.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    now: Instant,
    limit: i64,
    after: Option<&Cursor>,
    addresses: &dyn Addresses,
) -> Result<Page<Entry>, StoreError> {
    let Some(narrowed) = narrow(conn, filter, now, addresses)? else {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    };
    let limit = limit.clamp(1, MAX_PAGE);
    let (rows, next) = rows(conn, filter, &narrowed, now, limit, after)?;
    let items = source::entries(conn, rows, addresses)?;
    Ok(Page { items, next })
}

type Rows = Vec<(SessionRow, EventRow)>;

fn rows(
    conn: &mut Conn,
    filter: &Filter,
    narrowed: &Narrowed,
    now: Instant,
    limit: i64,
    after: Option<&Cursor>,
) -> Result<(Rows, Option<Cursor>), StoreError> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found: Rows = Vec::new();
    let mut cursor = after.cloned();
    for _ in 0..MAX_ROUNDS {
        let chunk = limit + 1;
        let batch = in_time(filter, now, cursor.as_ref(), narrowed.apply(filter))
            .order((sessions::starts_at, sessions::id))
            .limit(chunk)
            .select((
                SessionRow::as_select(),
                EventRow::as_select(),
                (sessions::latitude, sessions::longitude),
            ))
            .load::<(SessionRow, EventRow, (Option<f64>, Option<f64>))>(conn)?;
        let exhausted = i64::try_from(batch.len()).unwrap_or(i64::MAX) < chunk;
        let merged = batch.iter().filter_map(|(session, ..)| session.merged_into.clone());
        let shown = shown::for_each(conn, filter, narrowed, now, merged.collect())?;
        for (session, event, point) in batch {
            if found.len() == wanted {
                return Ok((found, cursor));
            }
            cursor = Some(session.cursor());
            let into = session.merged_into.as_ref();
            let twice = into.is_some_and(|into| shown.get(into).is_some_and(|shown| *shown != session.id));
            if !twice && narrowed.area.as_ref().is_none_or(|area| within(area, point)) {
                found.push((session, event));
            }
        }
        if exhausted {
            return Ok((found, None));
        }
    }
    Ok((found, cursor))
}

/// The time bounds and the cursor, all on the columns of one index.
fn in_time<'a>(filter: &Filter, now: Instant, after: Option<&Cursor>, query: Boxed<'a>) -> Boxed<'a> {
    let from = filter.from.unwrap_or(now);
    let mut query = query
        .filter(sessions::starts_at.gt(ms(from - Duration::days(LONGEST_SESSION_DAYS))))
        .filter(sessions::ends_at.gt(ms(from)));
    if let Some(to) = filter.to {
        query = query.filter(sessions::starts_at.lt(ms(to)));
    }
    if let Some(Cursor { at, id }) = after {
        let further = sessions::starts_at.gt(*at).or(sessions::id.gt(id.clone()));
        query = query.filter(sessions::starts_at.ge(*at).and(further));
    }
    query
}

fn within(area: &Area, (latitude, longitude): (Option<f64>, Option<f64>)) -> bool {
    latitude
        .zip(longitude)
        .is_some_and(|point| distance_km(area.centre, point) <= area.radius_km)
}

/// Local date, point, id, and the session that is shown in its place.
type DayRow = (String, (Option<f64>, Option<f64>), String, Option<String>);

/// How many sessions start on each local date, for the same filter; dates without one are left out.
///
/// # Errors
/// Only what the database refuses.
pub fn days(
    conn: &mut Conn,
    filter: &Filter,
    now: Instant,
    addresses: &dyn Addresses,
) -> Result<BTreeMap<NaiveDate, u32>, StoreError> {
    let Some(narrowed) = narrow(conn, filter, now, addresses)? else {
        return Ok(BTreeMap::new());
    };
    let mut rows: Vec<DayRow> = in_time(filter, now, None, narrowed.apply(filter))
        .select((
            sessions::date,
            (sessions::latitude, sessions::longitude),
            sessions::id,
            sessions::merged_into,
        ))
        .load(conn)?;
    rows.retain(|(_, point, ..)| narrowed.area.as_ref().is_none_or(|area| within(area, *point)));
    // All that match are here: one that is merged counts where the other is not among them.
    let merged: HashSet<String> = rows.iter().filter_map(|(.., into)| into.clone()).collect();
    let shown: HashSet<String> = rows
        .iter()
        .filter(|(_, _, id, _)| merged.contains(id))
        .map(|(_, _, id, _)| id.clone())
        .collect();
    let (mut days, mut counted) = (BTreeMap::new(), HashSet::new());
    for (day, _, _, into) in rows {
        // Of several behind one that is not found, one counts.
        if into.is_none_or(|into| !shown.contains(&into) && counted.insert(into)) {
            *days.entry(date(&day)?).or_insert(0) += 1;
        }
    }
    Ok(days)
}

/// One session as the calendar shows it.
///
/// # Errors
/// Only what the database refuses.
pub fn entry(conn: &mut Conn, id: SessionId, addresses: &dyn Addresses) -> Result<Option<Entry>, StoreError> {
    let row = sessions::table
        .inner_join(events::table)
        .filter(sessions::id.eq(id.to_string()))
        .select((SessionRow::as_select(), EventRow::as_select()))
        .first::<(SessionRow, EventRow)>(conn)
        .optional()?;
    Ok(source::entries(conn, row.into_iter().collect(), addresses)?.pop())
}
