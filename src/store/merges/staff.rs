//! What staff sees of merges, and its word on them: two series are told apart once, with all their dates.

use std::collections::{HashMap, HashSet};

use chrono::Duration;
use diesel::prelude::*;

use super::super::backend::PortableExt;
use super::super::calendar::LONGEST_SESSION_DAYS;
use super::super::column::{ms, parse};
use super::super::page::{Cursor, Page};
use super::super::schema::{events, merge_vetoes, sessions};
use super::super::{Conn, StoreError};
use super::{Member, members, reassess, with_company};
use crate::domain::id::SessionId;
use crate::domain::merge::{self, Apart, alike, apart};
use crate::domain::time::Instant;

/// Sessions that are looked up at once.
const CHUNK: usize = 500;

/// Two workshops that staff told apart, or that are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The next session that is shown, or that of the first of two.
    pub shown: SessionId,
    /// The one that stands behind it, or that of the second.
    pub behind: SessionId,
    /// Why they are one; absent when they are told apart.
    pub likeness: Option<merge::Likeness>,
    /// How many coming dates they have together; none when they are told apart.
    pub dates: usize,
}

/// Tells the workshops of two sessions apart for good, with all their dates: whatever they are like, each is shown. Whether
/// both are there.
///
/// # Errors
/// Only what the database refuses.
pub fn tell_apart(conn: &mut Conn, one: SessionId, other: SessionId, now: Instant) -> Result<bool, StoreError> {
    let Some(both) = both(conn, one, other)? else {
        return Ok(false);
    };
    let (low, high) = apart(&both[0].candidate, &both[1].candidate);
    let row = (
        merge_vetoes::low.eq(low),
        merge_vetoes::high.eq(high),
        merge_vetoes::created_at.eq(ms(now)),
    );
    diesel::insert_into(merge_vetoes::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    reassess_both(conn, &both, now)
}

/// Takes [`tell_apart`] back: they are one again if they are alike. Whether both are there.
///
/// # Errors
/// Only what the database refuses.
pub fn allow(conn: &mut Conn, one: SessionId, other: SessionId, now: Instant) -> Result<bool, StoreError> {
    let Some(both) = both(conn, one, other)? else {
        return Ok(false);
    };
    let pair = apart(&both[0].candidate, &both[1].candidate);
    diesel::delete(merge_vetoes::table.find(pair)).execute(conn)?;
    reassess_both(conn, &both, now)
}

fn both(conn: &mut Conn, one: SessionId, other: SessionId) -> Result<Option<[Member; 2]>, StoreError> {
    let found = members(conn, &[one.to_string(), other.to_string()])?;
    Ok(found.try_into().ok())
}

/// Settles all coming dates of two workshops anew.
fn reassess_both(conn: &mut Conn, both: &[Member; 2], now: Instant) -> Result<bool, StoreError> {
    let mut own: Vec<(String, Option<String>)> = Vec::new();
    for member in both {
        own.push((member.id.clone(), None));
        own.extend(coming(conn, &member.candidate.subject, now)?);
    }
    let mut seeds: Vec<String> = own.iter().map(|(id, _)| id.clone()).collect();
    seeds.extend(with_company(conn, own)?);
    reassess(conn, &seeds)?;
    Ok(true)
}

/// The coming sessions of an event or series by start, each with the one that is shown in its place.
fn coming(conn: &mut Conn, subject: &str, now: Instant) -> Result<Vec<(String, Option<String>)>, StoreError> {
    Ok(sessions::table
        .inner_join(events::table)
        .filter(events::uri.eq(subject).or(events::series_uri.eq(subject)))
        .filter(sessions::ends_at.gt(ms(now)))
        .order((sessions::starts_at, sessions::id))
        .select((sessions::id, sessions::merged_into))
        .load(conn)?)
}

/// A session that stands behind another.
struct Behind {
    id: String,
    shown: String,
    starts_at: i64,
    subject: String,
}

/// All dates on which two workshops are shown as one.
struct Together {
    first: Behind,
    dates: usize,
    asked_for: bool,
}

/// The coming pairs of workshops that are shown as one, by their first date together; only those with the session `of`,
/// where one is given.
///
/// # Errors
/// Only what the database refuses.
pub fn list(
    conn: &mut Conn,
    now: Instant,
    of: Option<SessionId>,
    limit: usize,
    after: Option<&Cursor>,
) -> Result<Page<Pair>, StoreError> {
    let all = together(conn, now, of)?.into_iter();
    let mut rest: Vec<Together> = all
        .filter(|one| one.asked_for || of.is_none())
        .filter(|one| {
            after.is_none_or(|after| (after.at, after.id.as_str()) < (one.first.starts_at, one.first.id.as_str()))
        })
        .collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|last| Cursor {
        at: last.first.starts_at,
        id: last.first.id.clone(),
    });
    let ids: Vec<String> = rest
        .iter()
        .flat_map(|one| [one.first.id.clone(), one.first.shown.clone()])
        .collect();
    let members = members(conn, &ids)?.into_iter();
    let members: HashMap<String, Member> = members.map(|member| (member.id.clone(), member)).collect();
    let sides = rest.iter().filter_map(|one| {
        let (behind, shown) = (members.get(&one.first.id)?, members.get(&one.first.shown)?);
        Some((shown, behind, one.dates))
    });
    let items: Result<Vec<Pair>, StoreError> = sides
        .map(|(shown, behind, dates)| as_pair(shown, behind, dates))
        .collect();
    Ok(Page { items: items?, next })
}

/// In the order of their first dates.
fn together(conn: &mut Conn, now: Instant, of: Option<SessionId>) -> Result<Vec<Together>, StoreError> {
    let of = of.map(|id| id.to_string());
    let behind = all_behind(conn, now)?;
    let shown = subjects_of(conn, behind.iter().map(|one| one.shown.clone()))?;
    let mut all: Vec<Together> = Vec::new();
    let mut at: HashMap<Apart, usize> = HashMap::new();
    for one in behind {
        let Some(subject) = shown.get(&one.shown) else { continue };
        // Two sessions of one series are a pair of their own.
        let (low, high) = match *subject == one.subject {
            true => (one.shown.clone(), one.id.clone()),
            false => (
                subject.clone().min(one.subject.clone()),
                subject.clone().max(one.subject.clone()),
            ),
        };
        let asked_for = of.as_ref().is_some_and(|of| *of == one.id || *of == one.shown);
        let known = *at.entry((low, high)).or_insert(all.len());
        match all.get_mut(known) {
            Some(known) => {
                known.dates += 1;
                known.asked_for |= asked_for;
            }
            None => all.push(Together {
                first: one,
                dates: 1,
                asked_for,
            }),
        }
    }
    Ok(all)
}

/// Every coming session that stands behind another, by start.
fn all_behind(conn: &mut Conn, now: Instant) -> Result<Vec<Behind>, StoreError> {
    type Row = (String, Option<String>, i64, String, Option<String>);
    let rows: Vec<Row> = sessions::table
        .inner_join(events::table)
        .filter(sessions::merged_into.is_not_null())
        .filter(sessions::starts_at.gt(ms(now - Duration::days(LONGEST_SESSION_DAYS))))
        .filter(sessions::ends_at.gt(ms(now)))
        .order((sessions::starts_at, sessions::id))
        .select((
            sessions::id,
            sessions::merged_into,
            sessions::starts_at,
            events::uri,
            events::series_uri,
        ))
        .load(conn)?;
    let behind = rows.into_iter().filter_map(|(id, shown, starts_at, uri, series)| {
        Some(Behind {
            id,
            shown: shown?,
            starts_at,
            subject: series.unwrap_or(uri),
        })
    });
    Ok(behind.collect())
}

/// Session → its series or event.
fn subjects_of(conn: &mut Conn, ids: impl Iterator<Item = String>) -> Result<HashMap<String, String>, StoreError> {
    let ids: Vec<String> = ids.collect::<HashSet<String>>().into_iter().collect();
    let mut subjects = HashMap::new();
    for some in ids.chunks(CHUNK) {
        let rows: Vec<(String, String, Option<String>)> = sessions::table
            .inner_join(events::table)
            .filter(sessions::id.eq_any(some))
            .select((sessions::id, events::uri, events::series_uri))
            .load(conn)?;
        subjects.extend(rows.into_iter().map(|(id, uri, series)| (id, series.unwrap_or(uri))));
    }
    Ok(subjects)
}

fn as_pair(shown: &Member, behind: &Member, dates: usize) -> Result<Pair, StoreError> {
    Ok(Pair {
        shown: parse("session id", &shown.id)?,
        behind: parse("session id", &behind.id)?,
        likeness: alike(&shown.candidate, &behind.candidate),
        dates,
    })
}

/// The pairs that staff told apart and that are both still to come, newest first.
///
/// # Errors
/// Only what the database refuses.
pub fn told_apart(conn: &mut Conn, now: Instant, limit: usize) -> Result<Vec<Pair>, StoreError> {
    let vetoes: Vec<Apart> = merge_vetoes::table
        .order((merge_vetoes::created_at.desc(), merge_vetoes::low))
        .select((merge_vetoes::low, merge_vetoes::high))
        .load(conn)?;
    let mut pairs = Vec::new();
    for (low, high) in vetoes {
        if pairs.len() == limit {
            break;
        }
        if let (Some(shown), Some(behind)) = (next_of(conn, &low, now)?, next_of(conn, &high, now)?) {
            pairs.push(Pair {
                shown,
                behind,
                likeness: None,
                dates: 0,
            });
        }
    }
    Ok(pairs)
}

/// Forgets what was told apart before `before` and is not to come any more on both sides at `now`.
///
/// # Errors
/// Only what the database refuses.
pub fn purge_vetoes(conn: &mut Conn, before: Instant, now: Instant) -> Result<usize, StoreError> {
    let old: Vec<Apart> = merge_vetoes::table
        .filter(merge_vetoes::created_at.lt(ms(before)))
        .select((merge_vetoes::low, merge_vetoes::high))
        .load(conn)?;
    let mut gone = 0;
    for (low, high) in old {
        if next_of(conn, &low, now)?.is_none() || next_of(conn, &high, now)?.is_none() {
            gone += diesel::delete(merge_vetoes::table.find((low, high))).execute(conn)?;
        }
    }
    Ok(gone)
}

/// The next session of what this names: a series, an event, or one session of a series of ours.
fn next_of(conn: &mut Conn, name: &str, now: Instant) -> Result<Option<SessionId>, StoreError> {
    if let Some((id, _)) = coming(conn, name, now)?.into_iter().next() {
        return parse("session id", &id).map(Some);
    }
    let own = name.rsplit('/').next().and_then(|id| id.parse::<SessionId>().ok());
    let Some(own) = own else { return Ok(None) };
    let found = members(conn, &[own.to_string()])?.pop();
    let fits = |member: &Member| member.candidate.uri == name && member.candidate.start > now;
    Ok(found.filter(fits).map(|_| own))
}
