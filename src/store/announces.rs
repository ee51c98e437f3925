//! Who announced which event: a peer to us, or a network of ours to its followers.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::changes;
use super::column::{instant, ms, parse};
use super::schema::announces;
use super::{Conn, StoreError};
use crate::domain::event::Origin;
use crate::domain::id::EventId;
use crate::domain::time::Instant;

/// One announcement of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announce {
    /// What.
    pub event: EventId,
    /// By whom: `Local` is a centre of ours, `Remote` a peer.
    pub by: Origin,
    /// Id of the Announce activity.
    pub activity_uri: String,
    /// When.
    pub at: Instant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = announces)]
struct Row {
    event_id: String,
    announcer: String,
    local: bool,
    activity_uri: String,
    announced_at: i64,
}

impl Row {
    fn domain(self) -> Result<Announce, StoreError> {
        let by = if self.local {
            Origin::Local(parse("centre id", &self.announcer)?)
        } else {
            Origin::Remote(parse("peer id", &self.announcer)?)
        };
        Ok(Announce {
            event: parse("event id", &self.event_id)?,
            by,
            activity_uri: self.activity_uri,
            at: instant(self.announced_at)?,
        })
    }
}

/// The id of a publisher or announcer as the columns hold it.
pub(super) fn origin_text(origin: Origin) -> String {
    match origin {
        Origin::Local(centre) => centre.to_string(),
        Origin::Remote(peer) => peer.to_string(),
    }
}

/// Notes an announcement. Each actor announces an event once: a second time changes nothing and returns false.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(conn: &mut Conn, announce: &Announce) -> Result<bool, StoreError> {
    let event = announce.event.to_string();
    let row = (
        announces::event_id.eq(&event),
        announces::announcer.eq(origin_text(announce.by)),
        announces::local.eq(matches!(announce.by, Origin::Local(_))),
        announces::activity_uri.eq(&announce.activity_uri),
        announces::announced_at.eq(ms(announce.at)),
    );
    let added = diesel::insert_into(announces::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    if added == 1 {
        changes::bump(conn, &event)?;
    }
    Ok(added == 1)
}

/// Who announced the event, first one first.
///
/// # Errors
/// Only what the database refuses.
pub fn of_event(conn: &mut Conn, event: EventId) -> Result<Vec<Announce>, StoreError> {
    let rows = announces::table
        .filter(announces::event_id.eq(event.to_string()))
        .order((announces::announced_at, announces::announcer))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// The announcement that this activity made.
///
/// # Errors
/// Only what the database refuses.
pub fn by_activity_uri(conn: &mut Conn, uri: &str) -> Result<Option<Announce>, StoreError> {
    let row = announces::table
        .filter(announces::activity_uri.eq(uri))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// Takes an announcement back; returns whether there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, event: EventId, by: Origin) -> Result<bool, StoreError> {
    let event = event.to_string();
    changes::bump(conn, &event)?;
    Ok(diesel::delete(announces::table.find((event, origin_text(by)))).execute(conn)? > 0)
}
