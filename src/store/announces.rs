//! Who announced which event: a peer to us, or a network of ours to its followers.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::changes;
use super::column::{instant, ms, parse};
use super::networks;
use super::schema::{announces, events, sessions};
use super::{Conn, StoreError};
use crate::domain::event::Origin;
use crate::domain::id::{EventId, PeerId};
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
    /// The networks between the announcer and the publisher, nearest first.
    pub via: Vec<String>,
}

/// The networks of a road as the column holds them.
pub(super) fn road(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = announces)]
struct Row {
    event_id: String,
    announcer: String,
    local: bool,
    activity_uri: String,
    announced_at: i64,
    via: String,
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
            via: road(&self.via),
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

/// Notes an announcement. Each actor announces an event once: a second time changes at most the road, and returns false.
///
/// # Errors
/// Only what the database refuses.
pub fn insert(conn: &mut Conn, announce: &Announce) -> Result<bool, StoreError> {
    let event = announce.event.to_string();
    let (announcer, via) = (origin_text(announce.by), announce.via.join("\n"));
    let local = matches!(announce.by, Origin::Local(_));
    let row = (
        announces::event_id.eq(&event),
        announces::announcer.eq(&announcer),
        announces::local.eq(local),
        announces::activity_uri.eq(&announce.activity_uri),
        announces::announced_at.eq(ms(announce.at)),
        announces::via.eq(&via),
        announces::told.eq(""),
    );
    let added = diesel::insert_into(announces::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?
        == 1;
    let other = announces::table
        .find((&event, &announcer))
        .filter(announces::via.ne(&via));
    if added || diesel::update(other).set(announces::via.eq(&via)).execute(conn)? > 0 {
        noticed(conn, &event, announce.by)?;
    }
    Ok(added)
}

/// Others look at an announcement that is new, or no more.
fn noticed(conn: &mut Conn, event: &str, by: Origin) -> Result<(), StoreError> {
    changes::bump(conn, event)?;
    match by {
        Origin::Local(network) => networks::touch_above(conn, &network.to_string(), event),
        Origin::Remote(_) => networks::touch(conn, event),
    }
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
    noticed(conn, &event, by)?;
    Ok(diesel::delete(announces::table.find((event, origin_text(by)))).execute(conn)? > 0)
}

/// An event that an actor announced, as a reading of its programme compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Our id.
    pub event: EventId,
    /// ActivityPub id.
    pub uri: String,
    /// Whether it is ours.
    pub ours: bool,
    /// When it was announced.
    pub at: Instant,
}

/// The events of others that a peer announced and that are not over.
///
/// # Errors
/// Only what the database refuses.
pub fn upcoming_of(conn: &mut Conn, peer: PeerId, now: Instant) -> Result<Vec<Announced>, StoreError> {
    let rows: Vec<(String, String, Option<String>, i64)> = announces::table
        .inner_join(events::table.inner_join(sessions::table))
        .filter(
            announces::announcer
                .eq(peer.to_string())
                .and(sessions::ends_at.gt(ms(now))),
        )
        .order(events::id)
        .distinct()
        .select((events::id, events::uri, events::centre_id, announces::announced_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, uri, centre, at)| {
            let event = parse("event id", &id)?;
            let (ours, at) = (centre.is_some(), instant(at)?);
            Ok(Announced { event, uri, ours, at })
        })
        .collect()
}

/// Whether an actor announced an event.
///
/// # Errors
/// Only what the database refuses.
pub fn is_by(conn: &mut Conn, event: EventId, by: Origin) -> Result<bool, StoreError> {
    let found = announces::table.find((event.to_string(), origin_text(by)));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}
