//! What the calendars among the followers of a network were told: one Announce a session, weeks ahead, and how it stood.

use diesel::prelude::*;

use super::super::column::ms;
use super::super::events::EventRow;
use super::super::schema::{announces, events, network_posts, network_tellings, sessions};
use super::super::sessions::SessionRow;
use super::super::{Conn, StoreError};
use crate::domain::event::{Event, Session, Status};
use crate::domain::id::{CentreId, SessionId};
use crate::domain::time::Instant;

/// That calendars were told of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// By whom.
    pub network: CentreId,
    /// Of what.
    pub session: SessionId,
    /// Id of the Announce that they heard first.
    pub activity_uri: String,
    /// How it stood when they were last told.
    pub told: String,
    /// When the session ends.
    pub ends: Instant,
}

/// What calendars were told of a session: the id of the Announce, and the state of the event.
///
/// # Errors
/// Only what the database refuses.
pub fn telling(conn: &mut Conn, network: CentreId, session: SessionId) -> Result<Option<(String, String)>, StoreError> {
    Ok(network_tellings::table
        .find((network.to_string(), session.to_string()))
        .select((network_tellings::activity_uri, network_tellings::told))
        .first(conn)
        .optional()?)
}

/// Notes what calendars are told of a session now, in place of what they were told before.
///
/// # Errors
/// Only what the database refuses.
pub fn keep_telling(conn: &mut Conn, telling: &Telling) -> Result<(), StoreError> {
    let key = (telling.network.to_string(), telling.session.to_string());
    let how = (
        network_tellings::activity_uri.eq(&telling.activity_uri),
        network_tellings::told.eq(&telling.told),
        network_tellings::ends_at.eq(ms(telling.ends)),
    );
    if diesel::update(network_tellings::table.find((&key.0, &key.1)))
        .set(how)
        .execute(conn)?
        == 0
    {
        let key = (
            network_tellings::network_id.eq(key.0),
            network_tellings::session_id.eq(key.1),
        );
        diesel::insert_into(network_tellings::table)
            .values((key, how))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets what calendars were told of a session that is taken back; the id of the Announce, if there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_telling(conn: &mut Conn, network: CentreId, session: SessionId) -> Result<Option<String>, StoreError> {
    let Some((uri, _)) = telling(conn, network, session)? else {
        return Ok(None);
    };
    let one = network_tellings::table.find((network.to_string(), session.to_string()));
    diesel::delete(one).execute(conn)?;
    Ok(Some(uri))
}

/// Sessions that a network announces, that start between `now` and `ahead` and that calendars were not told of, soonest
/// first. One that is called off is no news to who never heard of it.
///
/// # Errors
/// Only what the database refuses.
pub fn to_tell(
    conn: &mut Conn,
    network: CentreId,
    now: Instant,
    ahead: Instant,
    limit: i64,
) -> Result<Vec<(Session, Event)>, StoreError> {
    let network = network.to_string();
    let off = [Status::Cancelled, Status::Postponed].map(Status::as_str);
    let announced = announces::table
        .filter(announces::announcer.eq(network.clone()).and(announces::told.ne("")))
        .filter(announces::event_id.eq(sessions::event_id));
    let told = network_tellings::table
        .filter(network_tellings::network_id.eq(network))
        .filter(network_tellings::session_id.eq(sessions::id));
    let rows = sessions::table
        .inner_join(events::table)
        .filter(sessions::starts_at.gt(ms(now)).and(sessions::starts_at.lt(ms(ahead))))
        .filter(events::status.ne_all(off))
        .filter(diesel::dsl::exists(announced))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load::<(SessionRow, EventRow)>(conn)?;
    rows.into_iter()
        .map(|(session, event)| Ok((session.domain()?, event.domain()?)))
        .collect()
}

/// The sessions that calendars were told of and that are not over, each with its event, soonest first: what one that
/// comes late is told.
///
/// # Errors
/// Only what the database refuses.
pub fn told(conn: &mut Conn, network: CentreId, now: Instant, limit: i64) -> Result<Vec<(Session, Event)>, StoreError> {
    let off = [Status::Cancelled, Status::Postponed].map(Status::as_str);
    let told = network_tellings::table
        .filter(network_tellings::network_id.eq(network.to_string()))
        .filter(network_tellings::session_id.eq(sessions::id));
    let rows = sessions::table
        .inner_join(events::table)
        .filter(sessions::ends_at.gt(ms(now)).and(events::status.ne_all(off)))
        .filter(diesel::dsl::exists(told))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load::<(SessionRow, EventRow)>(conn)?;
    rows.into_iter()
        .map(|(session, event)| Ok((session.domain()?, event.domain()?)))
        .collect()
}

/// Forgets what followers were posted and calendars told of sessions that ended before `past`; returns how many rows went.
///
/// # Errors
/// Only what the database refuses.
pub fn purge_told(conn: &mut Conn, past: Instant) -> Result<usize, StoreError> {
    let posts = network_posts::table.filter(network_posts::ends_at.lt(ms(past)));
    let tellings = network_tellings::table.filter(network_tellings::ends_at.lt(ms(past)));
    Ok(diesel::delete(posts).execute(conn)? + diesel::delete(tellings).execute(conn)?)
}
