//! Networks of this node: their rules and members, which events wait to be looked at for them, and how these came.
//!
//! Whatever writes or removes an event leaves a row in `network_queue` or `network_departures`, in its own transaction;
//! `federation::networks` works them off. No road by which an event changes can forget the networks, and a crash loses none.

mod approvals;
mod listings;
mod posts;

use diesel::prelude::*;
use diesel::sql_types::Text;

pub use approvals::{Pending, decide, decision, not_waiting, subject_of, wait, waiting};
pub use listings::{Listing, count_upcoming, document, due, is_of_source, keep_document, listing, retell, upcoming};
pub use posts::{Post, insert_post, post_uri, posted_as, posted_since, readers, remove_post, series_posted};

use super::backend::{PortableExt, natively};
use super::changes;
use super::column::{from_json, ms, parse, to_json};
use super::schema::{
    announces, centres, events, follows, memberships, network_departures, network_queue, network_rules, peers, sessions,
};
use super::{Conn, StoreError};
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::{Event, Origin};
use crate::domain::id::{CentreId, EventId, PeerId, SessionId};
use crate::domain::network::Rule;
use crate::domain::peer::FollowState;
use crate::domain::time::Instant;

/// Every network of this node with its rule; a node has few.
///
/// # Errors
/// Only what the database refuses.
pub fn all(conn: &mut Conn) -> Result<Vec<(Centre, Rule)>, StoreError> {
    let centres = super::centres::list(conn)?;
    let networks = centres.into_iter().filter(|centre| centre.kind == CentreKind::Network);
    networks
        .map(|network| {
            let rule = rule(conn, network.id)?;
            Ok((network, rule))
        })
        .collect()
}

/// What a network announces.
///
/// # Errors
/// Only what the database refuses.
pub fn rule(conn: &mut Conn, network: CentreId) -> Result<Rule, StoreError> {
    let text: Option<String> = network_rules::table
        .find(network.to_string())
        .select(network_rules::rule)
        .first(conn)
        .optional()?;
    text.map_or(Ok(Rule::default()), |text| from_json("network rule", &text))
}

/// Gives a network another rule; all that its members publish is looked at again.
///
/// # Errors
/// Only what the database refuses.
pub fn set_rule(conn: &mut Conn, network: CentreId, rule: &Rule) -> Result<(), StoreError> {
    let (id, text) = (network.to_string(), to_json("network rule", rule)?);
    diesel::insert_into(network_rules::table)
        .values((network_rules::network_id.eq(&id), network_rules::rule.eq(&text)))
        .on_conflict(network_rules::network_id)
        .do_update()
        .set(network_rules::rule.eq(&text))
        .portable()
        .execute(conn)?;
    touch_network(conn, network)
}

/// A member as the settings of its network show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// A centre of this node, or a peer.
    pub member: Origin,
    /// Whether what it publishes needs no approval.
    pub trusted: bool,
}

/// The centres of this node that are members of a network, and the peers that are trusted.
///
/// # Errors
/// Only what the database refuses.
pub fn memberships(conn: &mut Conn, network: CentreId) -> Result<Vec<Membership>, StoreError> {
    let rows: Vec<(String, bool, bool)> = memberships::table
        .filter(memberships::network_id.eq(network.to_string()))
        .order((memberships::since, memberships::member))
        .select((memberships::member, memberships::local, memberships::trusted))
        .load(conn)?;
    rows.into_iter()
        .map(|(member, local, trusted)| {
            let member = if local {
                Origin::Local(parse("centre id", &member)?)
            } else {
                Origin::Remote(parse("peer id", &member)?)
            };
            Ok(Membership { member, trusted })
        })
        .collect()
}

/// Makes a centre a member, or says whether a member is trusted.
///
/// # Errors
/// Only what the database refuses.
pub fn set_member(
    conn: &mut Conn,
    network: CentreId,
    member: Origin,
    trusted: bool,
    now: Instant,
) -> Result<(), StoreError> {
    let row = (
        memberships::network_id.eq(network.to_string()),
        memberships::member.eq(text(member)),
        memberships::local.eq(matches!(member, Origin::Local(_))),
        memberships::trusted.eq(trusted),
        memberships::since.eq(ms(now)),
    );
    diesel::insert_into(memberships::table)
        .values(row)
        .on_conflict((memberships::network_id, memberships::member))
        .do_update()
        .set(memberships::trusted.eq(trusted))
        .portable()
        .execute(conn)?;
    changes::bump(conn, &network.to_string())?;
    touch_member(conn, member)
}

/// Takes a centre out of a network, or the trust from a peer.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_member(conn: &mut Conn, network: CentreId, member: Origin) -> Result<bool, StoreError> {
    let one = memberships::table.find((network.to_string(), text(member)));
    let removed = diesel::delete(one).execute(conn)? > 0;
    changes::bump(conn, &network.to_string())?;
    touch_member(conn, member)?;
    Ok(removed)
}

fn text(origin: Origin) -> String {
    super::announces::origin_text(origin)
}

/// Whether there is a network on this node.
///
/// # Errors
/// Only what the database refuses.
pub fn any(conn: &mut Conn) -> Result<bool, StoreError> {
    let networks = centres::table.filter(centres::kind.eq(CentreKind::Network.as_str()));
    let asked = diesel::select(diesel::dsl::exists(networks));
    Ok(natively!(conn, |conn| asked.get_result(conn))?)
}

/// Has the networks look at an event again, if there are any.
pub(super) fn touch(conn: &mut Conn, event: &str) -> Result<(), StoreError> {
    if any(conn)? {
        let one = diesel::insert_into(network_queue::table).values(network_queue::event_id.eq(event));
        natively!(conn, |conn| one.execute(conn))?;
    }
    Ok(())
}

/// The same, of an event that a network of ours announces or not any more: its neighbours on this node look at it.
pub(super) fn touch_above(conn: &mut Conn, network: &str, event: &str) -> Result<(), StoreError> {
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
    touch_announced(conn, text(member))
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
fn touch_network(conn: &mut Conn, network: CentreId) -> Result<(), StoreError> {
    changes::bump(conn, &network.to_string())?;
    touch_announced(conn, network.to_string())?;
    let mut members: Vec<Origin> = memberships(conn, network)?
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
pub(super) fn depart(conn: &mut Conn, event: &str, only: &[SessionId]) -> Result<(), StoreError> {
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
                ends: super::column::instant(ends_at)?,
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

/// Who vouches for an event before a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Its publisher is a member.
    Publisher,
    /// A peer that the network follows announced it.
    Peer(String),
    /// A network of this node that is a member announces it.
    Centre(CentreId),
}

/// A road by which an event reaches a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who vouches for it.
    pub by: By,
    /// Whether that member is trusted.
    pub trusted: bool,
    /// The networks beyond.
    pub via: Vec<String>,
}

/// All roads by which an event reaches a network.
///
/// # Errors
/// Only what the database refuses.
pub fn offers(conn: &mut Conn, network: CentreId, event: &Event) -> Result<Vec<Offer>, StoreError> {
    let own: Vec<Membership> = memberships(conn, network)?;
    let trusted = |member: Origin| own.iter().any(|one| one.member == member && one.trusted);
    let belongs = |member: Origin| own.iter().any(|one| one.member == member);
    let mut offers = Vec::new();
    let publishes = match event.origin {
        Origin::Local(_) => belongs(event.origin),
        Origin::Remote(peer) => follows_peer(conn, network, peer)?,
    };
    if publishes {
        offers.push(Offer {
            by: By::Publisher,
            trusted: trusted(event.origin),
            via: Vec::new(),
        });
    }
    for announce in super::announces::of_event(conn, event.id)? {
        let by = match announce.by {
            Origin::Local(centre) if centre != network && belongs(announce.by) => By::Centre(centre),
            Origin::Remote(peer) if follows_peer(conn, network, peer)? => match peer_uri(conn, peer)? {
                Some(uri) => By::Peer(uri),
                None => continue,
            },
            _ => continue,
        };
        offers.push(Offer {
            by,
            trusted: trusted(announce.by),
            via: announce.via,
        });
    }
    Ok(offers)
}

fn follows_peer(conn: &mut Conn, network: CentreId, peer: PeerId) -> Result<bool, StoreError> {
    let accepted = follows::table.filter(
        follows::actor
            .eq(network.to_string())
            .and(follows::peer_id.eq(peer.to_string()))
            .and(follows::state.eq(FollowState::Accepted.as_str())),
    );
    Ok(diesel::select(diesel::dsl::exists(accepted)).get_result(conn)?)
}

fn peer_uri(conn: &mut Conn, peer: PeerId) -> Result<Option<String>, StoreError> {
    Ok(peers::table
        .find(peer.to_string())
        .select(peers::uri)
        .first(conn)
        .optional()?)
}
