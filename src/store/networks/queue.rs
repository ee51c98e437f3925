//! What the networks have to look at: events that changed, sessions that went. Rows are written in the transaction of the
//! change, and taken in that of the announcement.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::Text;

use super::super::announces::origin_text;
use super::super::backend::{PortableExt, natively};
use super::super::column::{instant, parse};
use super::super::schema::{announces, events, follows, memberships, network_departures, network_queue, sessions};
use super::super::{Conn, StoreError, changes, group};
use super::{any, memberships as members_of};
use crate::domain::centre::CentreKind;
use crate::domain::event::Origin;
use crate::domain::id::{CentreId, EventId, PeerId, SessionId};
use crate::domain::time::Instant;

/// Has the networks look at an event again, if there are any.
pub(in crate::store) fn touch(conn: &mut Conn, event: &str) -> Result<(), StoreError> {
    if group::known().is_some_and(|group| group.is_without_network) {
        return Ok(());
    }
    let touch = Touch { event };
    let is_queued = natively!(conn, |conn| touch.execute(conn))? > 0;
    group::note(|group| group.is_without_network = !is_queued);
    Ok(())
}

/// Written out for the reason of [`crate::store::insert`]: every event that is taken in asks whether there is a network.
struct Touch<'a> {
    event: &'a str,
}

impl<DB: Backend> QueryFragment<DB> for Touch<'_>
where
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO network_queue (event_id) SELECT ");
        out.push_bind_param::<Text, _>(self.event)?;
        out.push_sql(" WHERE EXISTS (SELECT 1 FROM centres WHERE kind = ");
        out.push_bind_param::<Text, _>(CentreKind::Network.as_str())?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for Touch<'_> {
    type QueryId = Touch<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C: Connection> RunQueryDsl<C> for Touch<'_> {}

/// The same, of an event that a network of ours announces or not any more: its neighbours on this node look at it.
pub(in crate::store) fn touch_above(conn: &mut Conn, network: &str, event: &str) -> Result<(), StoreError> {
    let once = memberships::table
        .filter(memberships::member.eq(network.to_owned()))
        .select(event.to_owned().into_sql::<Text>())
        .limit(1);
    once.insert_into(network_queue::table)
        .into_columns(network_queue::event_id)
        .portable()
        .execute(conn)?;
    Ok(())
}

/// The same, of all that a member publishes or announces.
///
/// # Errors
/// Only what the database refuses.
pub fn touch_member(conn: &mut Conn, member: Origin) -> Result<(), StoreError> {
    if !any(conn)? {
        return Ok(());
    }
    let (centre, peer) = match member {
        Origin::Local(centre) => (Some(centre.to_string()), None),
        Origin::Remote(peer) => (None, Some(peer.to_string())),
    };
    // Of the two, one is empty: it equals nothing.
    events::table
        .filter(events::centre_id.eq(centre).or(events::peer_id.eq(peer)))
        .select(events::id)
        .insert_into(network_queue::table)
        .into_columns(network_queue::event_id)
        .portable()
        .execute(conn)?;
    touch_announced(conn, origin_text(member))
}

fn touch_announced(conn: &mut Conn, announcer: String) -> Result<(), StoreError> {
    announces::table
        .filter(announces::announcer.eq(announcer))
        .select(announces::event_id)
        .insert_into(network_queue::table)
        .into_columns(network_queue::event_id)
        .portable()
        .execute(conn)?;
    Ok(())
}

/// The same, of all that the members of one network publish or announce, and of all that it announces.
pub(super) fn touch_network(conn: &mut Conn, network: CentreId) -> Result<(), StoreError> {
    changes::bump(conn, &network.to_string())?;
    touch_announced(conn, network.to_string())?;
    let mut members: Vec<Origin> = members_of(conn, network)?
        .into_iter()
        .map(|membership| membership.member)
        .collect();
    let followed: Vec<String> = follows::table
        .filter(follows::actor.eq(network.to_string()))
        .select(follows::peer_id)
        .load(conn)?;
    for peer in followed {
        members.push(Origin::Remote(parse::<PeerId>("peer id", &peer)?));
    }
    members.into_iter().try_for_each(|member| touch_member(conn, member))
}

/// Notes, before an event goes, or some of its sessions, who announced them: the announcement is taken back. `only`: these
/// sessions, all where it is empty.
pub(in crate::store) fn depart(conn: &mut Conn, event: &str, only: &[SessionId]) -> Result<(), StoreError> {
    let announced: Vec<(String, String, Option<String>, String)> = announces::table
        .inner_join(events::table)
        .filter(announces::event_id.eq(event).and(announces::local.eq(true)))
        .filter(announces::told.ne(""))
        .select((
            announces::announcer,
            announces::activity_uri,
            events::peer_id,
            events::uri,
        ))
        .load(conn)?;
    if announced.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<(String, i64)> = sessions::table
        .filter(sessions::event_id.eq(event))
        .select((sessions::id, sessions::ends_at))
        .load(conn)?;
    if !only.is_empty() {
        rows.retain(|(id, _)| only.iter().any(|one| one.to_string() == *id));
    }
    for (network, activity_uri, peer, uri) in announced {
        for (session, ends_at) in &rows {
            let row = (
                network_departures::network_id.eq(&network),
                network_departures::session_id.eq(session),
                network_departures::uri.eq(if peer.is_some() { uri.as_str() } else { "" }),
                network_departures::activity_uri.eq(&activity_uri),
                network_departures::ends_at.eq(ends_at),
            );
            diesel::insert_into(network_departures::table)
                .values(row)
                .execute(conn)?;
        }
    }
    Ok(())
}

/// A session that went while a network announced it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Which network.
    pub network: CentreId,
    /// Which session.
    pub session: SessionId,
    /// ActivityPub id of a peer's event; none for a session of ours.
    pub uri: Option<String>,
    /// Id of the announcement, where it was not posted on its own.
    pub activity_uri: String,
    /// When it ends.
    pub ends: Instant,
}

/// Takes the next departures off their queue, oldest first.
///
/// # Errors
/// Only what the database refuses.
pub fn take_departures(conn: &mut Conn, limit: i64) -> Result<Vec<Departure>, StoreError> {
    let rows: Vec<(i64, String, String, String, String, i64)> = network_departures::table
        .order(network_departures::id)
        .limit(limit)
        .load(conn)?;
    let ids = rows.iter().map(|row| row.0);
    diesel::delete(network_departures::table.filter(network_departures::id.eq_any(ids))).execute(conn)?;
    rows.into_iter()
        .map(|(_, network, session, uri, activity_uri, ends_at)| {
            Ok(Departure {
                network: parse("centre id", &network)?,
                session: parse("session id", &session)?,
                uri: Some(uri).filter(|uri| !uri.is_empty()),
                activity_uri,
                ends: instant(ends_at)?,
            })
        })
        .collect()
}

/// Takes the next events off the queue, each once, oldest first; empty when there is nothing to do.
///
/// # Errors
/// Only what the database refuses.
pub fn take_touched(conn: &mut Conn, limit: i64) -> Result<Vec<EventId>, StoreError> {
    let rows: Vec<(i64, String)> = network_queue::table.order(network_queue::id).limit(limit).load(conn)?;
    diesel::delete(network_queue::table.filter(network_queue::id.eq_any(rows.iter().map(|row| row.0))))
        .execute(conn)?;
    let mut seen = std::collections::HashSet::new();
    rows.iter()
        .filter(|(_, event)| seen.insert(event.as_str()))
        .map(|(_, event)| parse("event id", event))
        .collect()
}

/// Whether anything waits to be looked at.
///
/// # Errors
/// Only what the database refuses.
pub fn is_idle(conn: &mut Conn) -> Result<bool, StoreError> {
    let touched =
        diesel::select(diesel::dsl::exists(network_queue::table.select(network_queue::id))).get_result::<bool>(conn)?;
    let departed = diesel::select(diesel::dsl::exists(
        network_departures::table.select(network_departures::id),
    ))
    .get_result::<bool>(conn)?;
    Ok(!touched && !departed)
}
