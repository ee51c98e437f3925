//! What waits in the outbox, host by host, for the staff and whoever runs the node: how much and since when, and the two
//! things a person may do about it, try now or give up.
//!
//! Everything goes by the index of waiting deliveries, `(host, id)`.

use std::collections::HashMap;

use diesel::dsl::{count, count_star, max, min};
use diesel::prelude::*;

use super::column::{instant, instant_opt, ms};
use super::deliveries::Outcome;
use super::hosts::{self as lanes, Host};
use super::schema::{deliveries, hosts};
use super::{Conn, StoreError};
use crate::domain::time::Instant;

/// Written beside a delivery that a person gave up.
const GIVEN_UP: &str = "given up by a person";

/// A host and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// How it has been.
    pub host: Host,
    /// Deliveries that wait.
    pub waiting: i64,
    /// When the first of them was recorded.
    pub oldest: Option<Instant>,
}

/// What waits in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Deliveries that wait.
    pub waiting: i64,
    /// Hosts they wait for.
    pub hosts: i64,
}

/// The hosts that something waits for, by name, after the one named `after`.
///
/// # Errors
/// Only what the database refuses.
pub fn page(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Backlog>, StoreError> {
    let waiting: Vec<(String, i64, Option<i64>)> = deliveries::table
        .filter(deliveries::settled_at.is_null())
        .filter(deliveries::host.gt(after.unwrap_or_default()))
        .group_by(deliveries::host)
        .order(deliveries::host)
        .limit(limit)
        .select((deliveries::host, count_star(), min(deliveries::id)))
        .load(conn)?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = waiting.iter().map(|(name, ..)| name.clone()).collect();
    let first: Vec<i64> = waiting.iter().filter_map(|(_, _, first)| *first).collect();
    let since: HashMap<i64, i64> = deliveries::table
        .filter(deliveries::id.eq_any(first))
        .select((deliveries::id, deliveries::created_at))
        .load::<(i64, i64)>(conn)?
        .into_iter()
        .collect();
    let known = lanes::by_names(conn, &names)?;
    let mut known: HashMap<String, Host> = known.into_iter().map(|host| (host.host.clone(), host)).collect();
    waiting
        .into_iter()
        .filter_map(|(name, waiting, first)| Some((known.remove(&name)?, waiting, first)))
        .map(|(host, waiting, first)| {
            let oldest = instant_opt(first.and_then(|id| since.get(&id).copied()))?;
            Ok(Backlog { host, waiting, oldest })
        })
        .collect()
}

/// One host and what waits for it, which may be nothing; `None` for a host that was never delivered to.
///
/// # Errors
/// Only what the database refuses.
pub fn of(conn: &mut Conn, host: &str) -> Result<Option<Backlog>, StoreError> {
    let Some(known) = lanes::by_name(conn, host)? else {
        return Ok(None);
    };
    let waiting = || deliveries::table.filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()));
    let first: Option<i64> = waiting()
        .order(deliveries::id)
        .select(deliveries::created_at)
        .first(conn)
        .optional()?;
    Ok(Some(Backlog {
        host: known,
        waiting: waiting().count().get_result(conn)?,
        oldest: first.map(instant).transpose()?,
    }))
}

/// What waits in all, for metrics and `doctor`.
///
/// # Errors
/// Only what the database refuses.
pub fn total(conn: &mut Conn) -> Result<Total, StoreError> {
    let (waiting, hosts) = deliveries::table
        .filter(deliveries::settled_at.is_null())
        .filter(deliveries::host.gt(""))
        .select((count_star(), count(deliveries::host).aggregate_distinct()))
        .first(conn)?;
    Ok(Total { waiting, hosts })
}

/// Makes what waits for a host due at once. One that is being tried at this moment stays with whoever tries it.
///
/// # Errors
/// Only what the database refuses.
pub fn retry(conn: &mut Conn, host: &str, now: Instant) -> Result<(), StoreError> {
    let later = hosts::table.find(host).filter(hosts::next_attempt_at.gt(ms(now)));
    diesel::update(later)
        .set(hosts::next_attempt_at.eq(ms(now)))
        .execute(conn)?;
    Ok(())
}

/// Makes all that waits due at once; returns the hosts that were not.
///
/// # Errors
/// Only what the database refuses.
pub fn retry_all(conn: &mut Conn, now: Instant) -> Result<usize, StoreError> {
    let later = hosts::table.filter(hosts::next_attempt_at.gt(ms(now)));
    Ok(diesel::update(later)
        .set(hosts::next_attempt_at.eq(ms(now)))
        .execute(conn)?)
}

/// The newest delivery that waits for a host: the last one that a person who gives up now can mean.
///
/// # Errors
/// Only what the database refuses.
pub fn newest(conn: &mut Conn, host: &str) -> Result<Option<i64>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()))
        .select(max(deliveries::id))
        .first(conn)?)
}

/// Closes what waits for a host up to the delivery `newest`, at most `limit` of it; returns how many. A host that
/// nothing waits for any more is idle.
///
/// # Errors
/// Only what the database refuses.
pub fn give_up(conn: &mut Conn, host: &str, newest: i64, limit: i64, now: Instant) -> Result<usize, StoreError> {
    let waiting = || deliveries::table.filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()));
    let batch: Vec<i64> = waiting()
        .filter(deliveries::id.le(newest))
        .order(deliveries::id)
        .limit(limit)
        .select(deliveries::id)
        .load(conn)?;
    let closed = match batch.last() {
        None => 0,
        Some(last) => diesel::update(waiting().filter(deliveries::id.le(*last)))
            .set((
                deliveries::outcome.eq(Outcome::Expired.as_str()),
                deliveries::error.eq(GIVEN_UP),
                deliveries::settled_at.eq(ms(now)),
            ))
            .execute(conn)?,
    };
    if !diesel::select(diesel::dsl::exists(waiting())).get_result::<bool>(conn)? {
        diesel::update(hosts::table.find(host))
            .set(hosts::next_attempt_at.eq(None::<i64>))
            .execute(conn)?;
    }
    Ok(closed)
}
