//! What is still to come, publisher by publisher: each event once, and each series of a peer once, whatever the number of its
//! sessions. The sessions are read as bare columns, the facts of one of each work.

use std::collections::HashMap;

use diesel::prelude::*;

use super::filter::{Narrowed, narrow};
use super::{Addresses, in_time, within};
use crate::domain::calendar::Filter;
use crate::domain::directory::Work;
use crate::domain::event::{Origin, Status};
use crate::domain::time::Instant;
use crate::store::events::EventRow;
use crate::store::schema::{events, sessions};
use crate::store::sessions::SessionRow;
use crate::store::{Conn, StoreError};

/// Works of which the facts are read at once.
const CHUNK: usize = 500;

/// A session as bare columns.
type Bare = (
    String,
    i64,
    (String, Option<String>, Option<String>, Option<String>),
    (Option<f64>, Option<f64>),
);

/// The next session of a work, and how many there are.
struct Next {
    session: String,
    starts_at: i64,
    sessions: u32,
}

/// The works with a session that the filter finds, by publisher. What is called off is none.
///
/// # Errors
/// Only what the database refuses.
pub fn works(
    conn: &mut Conn,
    filter: &Filter,
    now: Instant,
    addresses: &dyn Addresses,
) -> Result<HashMap<Origin, Vec<Work>>, StoreError> {
    let Some(narrowed) = narrow(conn, filter, now, addresses)? else {
        return Ok(HashMap::new());
    };
    let mut next: Vec<Next> = upcoming(conn, filter, &narrowed, now)?.into_values().collect();
    next.sort_by(|one, other| (one.starts_at, &one.session).cmp(&(other.starts_at, &other.session)));
    let mut works: HashMap<Origin, Vec<Work>> = HashMap::new();
    for some in next.chunks(CHUNK) {
        let ids = some.iter().map(|next| next.session.as_str());
        let rows: Vec<(SessionRow, EventRow)> = sessions::table
            .inner_join(events::table)
            .filter(sessions::id.eq_any(ids))
            .select((SessionRow::as_select(), EventRow::as_select()))
            .load(conn)?;
        let mut rows: HashMap<String, (SessionRow, EventRow)> =
            rows.into_iter().map(|row| (row.0.id.clone(), row)).collect();
        for one in some {
            let Some((session, event)) = rows.remove(&one.session) else {
                continue;
            };
            let (session, event) = (session.domain()?, event.domain()?);
            works.entry(event.origin).or_default().push(Work {
                facts: event.facts,
                next: session,
                sessions: one.sessions,
                updated: event.updated,
            });
        }
    }
    Ok(works)
}

/// By publisher and event, or series.
fn upcoming(
    conn: &mut Conn,
    filter: &Filter,
    narrowed: &Narrowed,
    now: Instant,
) -> Result<HashMap<(String, String), Next>, StoreError> {
    let off = [Status::Cancelled, Status::Postponed].map(Status::as_str);
    let rows: Vec<Bare> = in_time(filter, now, None, narrowed.apply(filter))
        .filter(events::status.ne_all(off))
        .select((
            sessions::id,
            sessions::starts_at,
            (
                sessions::event_id,
                events::series_uri,
                events::centre_id,
                events::peer_id,
            ),
            (sessions::latitude, sessions::longitude),
        ))
        .load(conn)?;
    let mut works: HashMap<(String, String), Next> = HashMap::new();
    for (session, starts_at, (event, series, centre, peer), point) in rows {
        if !narrowed.area.as_ref().is_none_or(|area| within(area, point)) {
            continue;
        }
        let publisher = centre.or(peer).unwrap_or_default();
        let work = works.entry((publisher, series.unwrap_or(event))).or_insert(Next {
            session: session.clone(),
            starts_at,
            sessions: 0,
        });
        work.sessions += 1;
        if starts_at < work.starts_at {
            (work.session, work.starts_at) = (session, starts_at);
        }
    }
    Ok(works)
}
