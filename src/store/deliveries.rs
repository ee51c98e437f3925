//! Deliveries: an activity on its way to an inbox. Whoever holds the lease of their host sends them in order.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::activities::{Activity, Row as ActivityRow};
use super::column::{actor_text, ms};
use super::schema::{activities, deliveries};
use super::{Conn, StoreError};
use crate::domain::id::CentreId;
use crate::domain::time::Instant;

/// A delivery that is waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the order.
    pub id: i64,
    /// Where to.
    pub inbox: String,
    /// What; deliveries of one batch share it.
    pub activity: Arc<Activity>,
    /// Whether the host stumbled over it before while it took in another.
    pub stumbled: bool,
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken in.
    Delivered,
    /// Refused for good.
    Refused,
    /// Nobody there any more.
    Gone,
    /// Not delivered in time.
    Expired,
}

impl Outcome {
    /// As the column has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Gone => "gone",
            Self::Expired => "expired",
        }
    }
}

/// The next deliveries to a host, oldest first. What several of them carry is read once.
///
/// # Errors
/// Only what the database refuses.
pub fn next(conn: &mut Conn, host: &str, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<(i64, String, String, Option<i64>)> = deliveries::table
        .filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()))
        .order(deliveries::id)
        .limit(limit)
        .select((
            deliveries::id,
            deliveries::inbox,
            deliveries::activity_id,
            deliveries::stumbled_at,
        ))
        .load(conn)?;
    let mut known: HashMap<String, Arc<Activity>> = HashMap::new();
    let mut next = Vec::with_capacity(rows.len());
    for (id, inbox, activity_id, stumbled) in rows {
        let activity = match known.get(&activity_id) {
            Some(activity) => Arc::clone(activity),
            None => {
                let row: ActivityRow = activities::table
                    .find(&activity_id)
                    .select(ActivityRow::as_select())
                    .first(conn)?;
                let activity = Arc::new(row.domain()?);
                known.insert(activity_id, Arc::clone(&activity));
                activity
            }
        };
        next.push(Delivery {
            id,
            inbox,
            activity,
            stumbled: stumbled.is_some(),
        });
    }
    Ok(next)
}

/// The next delivery to a host that is about none of `objects` and of none of `senders`: sending it before the others changes
/// the order of no object's history.
///
/// # Errors
/// Only what the database refuses.
pub fn next_about_another(
    conn: &mut Conn,
    host: &str,
    objects: &[String],
    senders: &[Option<CentreId>],
) -> Result<Option<Delivery>, StoreError> {
    let senders: Vec<String> = senders.iter().map(|sender| actor_text(*sender)).collect();
    let row: Option<(i64, String, Option<i64>, ActivityRow)> = deliveries::table
        .inner_join(activities::table)
        .filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()))
        .filter(activities::object_uri.ne_all(objects))
        .filter(activities::sender.ne_all(senders))
        .order(deliveries::id)
        .select((
            deliveries::id,
            deliveries::inbox,
            deliveries::stumbled_at,
            ActivityRow::as_select(),
        ))
        .first(conn)
        .optional()?;
    row.map(|(id, inbox, stumbled, row)| {
        Ok(Delivery {
            id,
            inbox,
            activity: Arc::new(row.domain()?),
            stumbled: stumbled.is_some(),
        })
    })
    .transpose()
}

/// Notes that the host stumbled over a delivery while it took in another.
///
/// # Errors
/// Only what the database refuses.
pub fn stumbled(conn: &mut Conn, id: i64, now: Instant) -> Result<(), StoreError> {
    diesel::update(deliveries::table.find(id))
        .set(deliveries::stumbled_at.eq(ms(now)))
        .execute(conn)?;
    Ok(())
}

/// Settles deliveries that were taken in. Those that are settled stay as they are.
///
/// # Errors
/// Only what the database refuses.
pub fn settle_delivered(conn: &mut Conn, ids: &[i64], now: Instant) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let waiting = deliveries::table.filter(deliveries::id.eq_any(ids).and(deliveries::settled_at.is_null()));
    let delivered = (
        deliveries::outcome.eq(Outcome::Delivered.as_str()),
        deliveries::settled_at.eq(ms(now)),
    );
    diesel::update(waiting).set(delivered).execute(conn)?;
    Ok(())
}

/// Settles one delivery, with what was said where it failed. One that is settled stays as it is.
///
/// # Errors
/// Only what the database refuses.
pub fn settle(conn: &mut Conn, id: i64, outcome: Outcome, error: Option<&str>, now: Instant) -> Result<(), StoreError> {
    let waiting = deliveries::table.find(id).filter(deliveries::settled_at.is_null());
    diesel::update(waiting)
        .set((
            deliveries::outcome.eq(outcome.as_str()),
            deliveries::error.eq(error),
            deliveries::settled_at.eq(ms(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Settles all that waits for one inbox; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn settle_inbox(
    conn: &mut Conn,
    host: &str,
    inbox: &str,
    outcome: Outcome,
    now: Instant,
) -> Result<usize, StoreError> {
    let waiting = deliveries::table
        .filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()))
        .filter(deliveries::inbox.eq(inbox));
    let settled = (
        deliveries::outcome.eq(outcome.as_str()),
        deliveries::settled_at.eq(ms(now)),
    );
    Ok(diesel::update(waiting).set(settled).execute(conn)?)
}

/// Gives up on what has waited for a host since before `before`, at most `limit` of it; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn expire(conn: &mut Conn, host: &str, before: Instant, limit: i64, now: Instant) -> Result<usize, StoreError> {
    let ids: Vec<i64> = deliveries::table
        .filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()))
        .filter(deliveries::created_at.lt(ms(before)))
        .order(deliveries::id)
        .limit(limit)
        .select(deliveries::id)
        .load(conn)?;
    if ids.is_empty() {
        return Ok(0);
    }
    let expired = (
        deliveries::outcome.eq(Outcome::Expired.as_str()),
        deliveries::settled_at.eq(ms(now)),
    );
    Ok(diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
        .set(expired)
        .execute(conn)?)
}

/// How many deliveries wait, in all.
///
/// # Errors
/// Only what the database refuses.
pub fn waiting(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::settled_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Forgets deliveries that were settled before `before`, the oldest first and at most `limit`; returns how many. Their
/// activities stay: they are the outbox, or go by [`super::activities::purge`].
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, before: Instant, limit: i64) -> Result<usize, StoreError> {
    let old: Vec<i64> = deliveries::table
        .filter(deliveries::settled_at.lt(ms(before)))
        .order(deliveries::settled_at)
        .limit(limit)
        .select(deliveries::id)
        .load(conn)?;
    let mut gone = 0;
    for some in old.chunks(AT_ONCE) {
        gone += diesel::delete(deliveries::table.filter(deliveries::id.eq_any(some))).execute(conn)?;
    }
    Ok(gone)
}

/// Rows that are named in one statement.
const AT_ONCE: usize = 500;
