//! The rule of a network, its members, and who is trusted.

use diesel::prelude::*;

use super::super::announces::origin_text;
use super::super::backend::PortableExt;
use super::super::column::{from_json, ms, parse, to_json};
use super::super::schema::{memberships, network_rules};
use super::super::{Conn, StoreError, changes};
use super::queue::{touch_member, touch_network};
use crate::domain::event::Origin;
use crate::domain::id::CentreId;
use crate::domain::network::Rule;
use crate::domain::time::Instant;

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
        memberships::member.eq(origin_text(member)),
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
    let one = memberships::table.find((network.to_string(), origin_text(member)));
    let removed = diesel::delete(one).execute(conn)? > 0;
    changes::bump(conn, &network.to_string())?;
    touch_member(conn, member)?;
    Ok(removed)
}
