//! Hosts we deliver to: when each is next tried, who holds it, and how it has been.
//!
//! A host with nothing waiting has no `next_attempt_at`. A worker claims hosts that are due, sends their deliveries in
//! order, and then releases each, or postpones it when it fails.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::column::{instant_opt, ms};
use super::schema::{deliveries, hosts};
use super::{Conn, StoreError};
use crate::domain::time::Instant;

/// How a host has been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Name, with its port where it has one.
    pub host: String,
    /// When it is tried next; none when nothing waits.
    pub next_attempt: Option<Instant>,
    /// Failures in a row.
    pub failures: i64,
    /// Since when it fails.
    pub first_failure: Option<Instant>,
    /// The last time it took something in.
    pub last_success: Option<Instant>,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// How it wants its requests signed, once that is known.
    pub dialect: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = hosts)]
struct Row {
    host: String,
    next_attempt_at: Option<i64>,
    failures: i64,
    first_failure_at: Option<i64>,
    last_success_at: Option<i64>,
    last_error: Option<String>,
    dialect: Option<String>,
}

impl Row {
    fn domain(self) -> Result<Host, StoreError> {
        Ok(Host {
            host: self.host,
            next_attempt: instant_opt(self.next_attempt_at)?,
            failures: self.failures,
            first_failure: instant_opt(self.first_failure_at)?,
            last_success: instant_opt(self.last_success_at)?,
            last_error: self.last_error,
            dialect: self.dialect,
        })
    }
}

/// How many hosts a worker can take on. Those of which nothing good is known have a share of their own, so that any number
/// of hosts that hang, each of them for as long as it can, leave room for those that answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Hosts that took something in the last time they were tried.
    pub healthy: i64,
    /// Hosts that were never tried.
    pub new: i64,
    /// Hosts that failed the last time.
    pub failing: i64,
}

/// Takes hosts that are due and free, for `owner` until `lease_until`, as many as there is room for. A lease that runs
/// out frees the host, so that a crash holds nothing up for longer.
///
/// # Errors
/// Only what the database refuses.
pub fn claim(
    conn: &mut Conn,
    now: Instant,
    lease_until: Instant,
    room: Room,
    owner: &str,
) -> Result<Vec<Host>, StoreError> {
    let now = ms(now);
    let due = || {
        hosts::table
            .filter(hosts::next_attempt_at.le(now).and(hosts::lease_until.le(now)))
            .order((hosts::next_attempt_at, hosts::host))
            .select(hosts::host)
    };
    let well = || due().filter(hosts::failures.eq(0));
    let mut names: Vec<String> = well()
        .filter(hosts::last_success_at.is_not_null())
        .limit(room.healthy)
        .load(conn)?;
    let new = well().filter(hosts::last_success_at.is_null());
    names.extend(new.limit(room.new).load::<String>(conn)?);
    let failing = due().filter(hosts::failures.gt(0));
    names.extend(failing.limit(room.failing).load::<String>(conn)?);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let lease = (
        hosts::lease_until.eq(ms(lease_until)),
        hosts::lease_owner.eq(owner),
        hosts::last_attempt_at.eq(now),
    );
    diesel::update(hosts::table.filter(hosts::host.eq_any(&names)))
        .set(lease)
        .execute(conn)?;
    let rows: Vec<Row> = hosts::table
        .filter(hosts::host.eq_any(&names))
        .order((hosts::next_attempt_at, hosts::host))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// Remembers how a host wants its requests signed; the host may be new.
///
/// # Errors
/// Only what the database refuses.
pub fn learn(conn: &mut Conn, host: &str, dialect: &str, now: Instant) -> Result<(), StoreError> {
    let learnt = (hosts::dialect.eq(dialect.to_owned()), hosts::dialect_since.eq(ms(now)));
    if diesel::update(hosts::table.find(host))
        .set(learnt.clone())
        .execute(conn)?
        > 0
    {
        return Ok(());
    }
    let row = (
        hosts::host.eq(host),
        hosts::lease_until.eq(0),
        hosts::lease_owner.eq(""),
        hosts::failures.eq(0),
        learnt.0,
        learnt.1,
    );
    diesel::insert_into(hosts::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(())
}

/// Forgets hosts that nothing waits for and nothing was heard of since `before`; returns how many. They come back as
/// unknown ones.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, before: Instant) -> Result<usize, StoreError> {
    let before = ms(before);
    let idle = hosts::table
        .filter(hosts::next_attempt_at.is_null())
        .filter(hosts::last_attempt_at.is_null().or(hosts::last_attempt_at.lt(before)))
        .filter(hosts::dialect_since.is_null().or(hosts::dialect_since.lt(before)));
    Ok(diesel::delete(idle).execute(conn)?)
}

/// Takes every lease back: for the only process of an embedded database, whose last run may have been killed.
///
/// # Errors
/// Only what the database refuses.
pub fn free_all(conn: &mut Conn) -> Result<(), StoreError> {
    diesel::update(hosts::table.filter(hosts::lease_until.gt(0)))
        .set((hosts::lease_until.eq(0), hosts::lease_owner.eq("")))
        .execute(conn)?;
    Ok(())
}

/// Holds a claimed host for longer; false when the lease was lost.
///
/// # Errors
/// Only what the database refuses.
pub fn renew(conn: &mut Conn, host: &str, owner: &str, lease_until: Instant) -> Result<bool, StoreError> {
    let held = hosts::table.find(host).filter(hosts::lease_owner.eq(owner));
    Ok(diesel::update(held)
        .set(hosts::lease_until.eq(ms(lease_until)))
        .execute(conn)?
        == 1)
}

/// Notes that the host took something in.
///
/// # Errors
/// Only what the database refuses.
pub fn succeeded(conn: &mut Conn, host: &str, now: Instant) -> Result<(), StoreError> {
    diesel::update(hosts::table.find(host))
        .set((
            hosts::failures.eq(0),
            hosts::first_failure_at.eq(None::<i64>),
            hosts::last_success_at.eq(ms(now)),
            hosts::last_error.eq(None::<&str>),
            hosts::asked_until.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the host answered, though it took nothing in: it is up again.
///
/// # Errors
/// Only what the database refuses.
pub fn answered(conn: &mut Conn, host: &str) -> Result<(), StoreError> {
    diesel::update(hosts::table.find(host).filter(hosts::failures.gt(0)))
        .set((
            hosts::failures.eq(0),
            hosts::first_failure_at.eq(None::<i64>),
            hosts::last_error.eq(None::<&str>),
            hosts::asked_until.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}

/// A failure, and when the host is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postponed {
    /// The next attempt.
    pub until: Instant,
    /// Until when the host itself asked to be left in peace (`Retry-After`).
    pub asked_until: Option<Instant>,
    /// In a few words.
    pub error: String,
}

/// Notes a failure, plans the next attempt if something still waits, and gives the host back.
///
/// # Errors
/// Only what the database refuses.
pub fn postpone(
    conn: &mut Conn,
    host: &str,
    owner: &str,
    postponed: &Postponed,
    now: Instant,
) -> Result<(), StoreError> {
    let held = || {
        hosts::table
            .find(host.to_owned())
            .filter(hosts::lease_owner.eq(owner.to_owned()))
    };
    diesel::update(held().filter(hosts::first_failure_at.is_null()))
        .set(hosts::first_failure_at.eq(ms(now)))
        .execute(conn)?;
    diesel::update(held())
        .set((
            hosts::failures.eq(hosts::failures + 1),
            hosts::last_error.eq(&postponed.error),
            hosts::asked_until.eq(postponed.asked_until.map(ms)),
            hosts::next_attempt_at.eq(waits(conn, host)?.then_some(ms(postponed.until))),
            hosts::lease_until.eq(0),
            hosts::lease_owner.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a host back: due at once if something waits for it still, idle otherwise.
///
/// # Errors
/// Only what the database refuses.
pub fn release(conn: &mut Conn, host: &str, owner: &str, now: Instant) -> Result<(), StoreError> {
    let more = waits(conn, host)?;
    diesel::update(hosts::table.find(host).filter(hosts::lease_owner.eq(owner)))
        .set((
            hosts::next_attempt_at.eq(more.then_some(ms(now))),
            hosts::lease_until.eq(0),
            hosts::lease_owner.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether something waits for the host.
fn waits(conn: &mut Conn, host: &str) -> Result<bool, StoreError> {
    let waiting = deliveries::table.filter(deliveries::host.eq(host).and(deliveries::settled_at.is_null()));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(conn)?)
}

/// A host that writes to us is up: what waits for it is due at once, or as soon as a minute has gone by since it was tried,
/// and what time it asked for (`Retry-After`). Whether that is sooner than it was. What was written down while the clock was
/// ahead does not count.
///
/// # Errors
/// Only what the database refuses.
pub fn heard_from(conn: &mut Conn, host: &str, now: Instant) -> Result<bool, StoreError> {
    let times = hosts::table
        .find(host)
        .select((hosts::last_attempt_at, hosts::asked_until));
    let Some((tried, asked)) = times.first::<(Option<i64>, Option<i64>)>(conn).optional()? else {
        return Ok(false);
    };
    let now = ms(now);
    let rested = tried.filter(|tried| *tried <= now).map(|tried| tried + MINUTE_MS);
    let asked = asked.filter(|asked| *asked <= now + LONGEST_WAIT_MS);
    let soonest = [rested, asked].into_iter().flatten().fold(now, i64::max);
    let later = hosts::table.find(host).filter(hosts::next_attempt_at.gt(soonest));
    Ok(diesel::update(later)
        .set(hosts::next_attempt_at.eq(soonest))
        .execute(conn)?
        == 1)
}

const MINUTE_MS: i64 = 60_000;
/// No wait is planned that is longer: neither by the schedule nor at the wish of a host.
const LONGEST_WAIT_MS: i64 = 24 * 60 * MINUTE_MS;

/// Makes hosts due whose next attempt is further away than any wait: it was planned while the clock was ahead. Returns how
/// many.
///
/// # Errors
/// Only what the database refuses.
pub fn call_back(conn: &mut Conn, now: Instant) -> Result<usize, StoreError> {
    let far = hosts::table.filter(hosts::next_attempt_at.gt(ms(now) + LONGEST_WAIT_MS + MINUTE_MS));
    Ok(diesel::update(far)
        .set(hosts::next_attempt_at.eq(ms(now)))
        .execute(conn)?)
}

/// When the next host can be claimed, for a worker that would sleep until then: when it is due, or when the lease that
/// another worker has on it ends.
///
/// # Errors
/// Only what the database refuses.
pub fn next_due(conn: &mut Conn, now: Instant) -> Result<Option<Instant>, StoreError> {
    let waiting = || hosts::table.filter(hosts::next_attempt_at.is_not_null());
    let free: Option<Option<i64>> = waiting()
        .filter(hosts::lease_until.le(ms(now)))
        .order(hosts::next_attempt_at)
        .select(hosts::next_attempt_at)
        .first(conn)
        .optional()?;
    let held: Option<i64> = waiting()
        .filter(hosts::lease_until.gt(ms(now)))
        .order(hosts::lease_until)
        .select(hosts::lease_until)
        .first(conn)
        .optional()?;
    instant_opt(free.flatten().into_iter().chain(held).min())
}

/// The state of one host.
///
/// # Errors
/// Only what the database refuses.
pub fn by_name(conn: &mut Conn, host: &str) -> Result<Option<Host>, StoreError> {
    let row = hosts::table
        .find(host)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// The state of several hosts, in no order.
///
/// # Errors
/// Only what the database refuses.
pub fn by_names(conn: &mut Conn, names: &[String]) -> Result<Vec<Host>, StoreError> {
    let rows: Vec<Row> = hosts::table
        .filter(hosts::host.eq_any(names))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}
