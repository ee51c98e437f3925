//! Which sessions are one workshop: `sessions.merged_into` names the one that is shown. It is settled when an event is
//! written or removed, among the few sessions that start at the same moment in the same area, so that reading only has to
//! look at the column.

mod neighbours;
mod staff;

use std::collections::HashSet;

use diesel::prelude::*;

use super::column::{instant, ms};
use super::events::EventRow;
use super::schema::{centres, events, merge_vetoes, peers, sessions};
use super::{Conn, StoreError, changes};
use crate::domain::event::{Event, Origin, Session};
use crate::domain::id::{EventId, PeerId};
use crate::domain::merge::{Apart, Candidate, alike, groups};
use neighbours::at_the_same_time;
pub use staff::{Pair, allow, list, purge_vetoes, tell_apart, told_apart};

/// Sessions that may be one workshop.
const MOST_ALIKE: usize = 32;

/// A session, as it may be one with others.
struct Member {
    id: String,
    merged_into: Option<String>,
    candidate: Candidate,
}

/// Puts the sessions of `event`, just written, with those that are the same workshop. `companions` were with them before.
pub(super) fn settle(
    conn: &mut Conn,
    event: &Event,
    written: &[Session],
    companions: &[String],
) -> Result<(), StoreError> {
    let mut seeds = companions.to_vec();
    let publisher = super::announces::origin_text(event.origin);
    for session in written {
        // Most sessions are alone in their hour and town: one look at an index says so.
        let others = at_the_same_time(conn, ms(session.occurrence.start), &publisher, &event.facts)?;
        let id = session.id.to_string();
        if !companions.is_empty() || others.iter().any(|other| *other != id) {
            seeds.push(id);
        }
    }
    reassess(conn, &seeds)
}

/// The sessions that stand with those of an event: what has to be settled anew when it changes or goes.
pub(super) fn companions(conn: &mut Conn, event: EventId) -> Result<Vec<String>, StoreError> {
    let own: Vec<(String, Option<String>)> = sessions::table
        .filter(sessions::event_id.eq(event.to_string()))
        .select((sessions::id, sessions::merged_into))
        .load(conn)?;
    with_company(conn, own)
}

/// The same for all events of a peer.
pub(super) fn companions_of_peer(conn: &mut Conn, peer: PeerId) -> Result<Vec<String>, StoreError> {
    let own: Vec<(String, Option<String>)> = sessions::table
        .inner_join(events::table)
        .filter(events::peer_id.eq(peer.to_string()))
        .select((sessions::id, sessions::merged_into))
        .load(conn)?;
    with_company(conn, own)
}

fn with_company(conn: &mut Conn, own: Vec<(String, Option<String>)>) -> Result<Vec<String>, StoreError> {
    let shown: HashSet<String> = own.iter().filter_map(|(_, shown)| shown.clone()).collect();
    let roots: Vec<String> = own.into_iter().map(|(id, _)| id).chain(shown.iter().cloned()).collect();
    let mut all = shown;
    for some in roots.chunks(500) {
        let behind: Vec<String> = sessions::table
            .filter(sessions::merged_into.eq_any(some))
            .select(sessions::id)
            .load(conn)?;
        all.extend(behind);
    }
    Ok(all.into_iter().collect())
}

/// Settles anew who is shown among the sessions that may be one with these. Those that are gone are passed over.
pub(super) fn reassess(conn: &mut Conn, seeds: &[String]) -> Result<(), StoreError> {
    let mut done = HashSet::new();
    for seed in seeds {
        if done.contains(seed) {
            continue;
        }
        let family = family(conn, seed)?;
        done.extend(family.iter().map(|member| member.id.clone()));
        write(conn, &family)?;
    }
    Ok(())
}

/// The session, all that are like it, all that are like these …
fn family(conn: &mut Conn, seed: &str) -> Result<Vec<Member>, StoreError> {
    let mut family = members(conn, &[seed.to_owned()])?;
    let mut looked_at: HashSet<String> = HashSet::from([seed.to_owned()]);
    let mut strangers: Vec<Member> = Vec::new();
    let mut at = 0;
    while at < family.len() && family.len() < MOST_ALIKE {
        let one = family[at].candidate.clone();
        let mut new = at_the_same_time(conn, ms(one.start), &one.publisher, &one.facts)?;
        new.retain(|id| looked_at.insert(id.clone()));
        strangers.extend(members(conn, &new)?);
        let (akin, rest) = strangers
            .into_iter()
            .partition(|other: &Member| alike(&one, &other.candidate).is_some());
        strangers = rest;
        family.extend::<Vec<Member>>(akin);
        at += 1;
    }
    Ok(family)
}

type MemberRow = ((String, i64, Option<String>), EventRow, Option<String>, Option<String>);

fn members(conn: &mut Conn, ids: &[String]) -> Result<Vec<Member>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<MemberRow> = sessions::table
        .inner_join(events::table.left_join(peers::table).left_join(centres::table))
        .filter(sessions::id.eq_any(ids))
        .select((
            (sessions::id, sessions::starts_at, sessions::merged_into),
            EventRow::as_select(),
            peers::name.nullable(),
            centres::name.nullable(),
        ))
        .load(conn)?;
    let mut members: Vec<Member> = rows.into_iter().map(member).collect::<Result<_, _>>()?;
    // In one order on every node: of too many, the same ones are left out.
    members.sort_by(|one, other| one.candidate.uri.cmp(&other.candidate.uri));
    Ok(members)
}

fn member(row: MemberRow) -> Result<Member, StoreError> {
    let ((id, starts_at, merged_into), event, peer, centre) = row;
    let event = event.domain()?;
    Ok(Member {
        candidate: Candidate {
            uri: session_uri(&event, &id),
            subject: super::networks::subject_of(&event).to_owned(),
            publisher: super::announces::origin_text(event.origin),
            publisher_name: peer.or(centre).unwrap_or_default(),
            start: instant(starts_at)?,
            facts: event.facts,
        },
        id,
        merged_into,
    })
}

/// ActivityPub id of a session: the event's own, with the session's id in the place of the series' where it is ours.
fn session_uri(event: &Event, session: &str) -> String {
    match event.origin {
        Origin::Remote(_) => event.uri.clone(),
        Origin::Local(_) => event.uri.replace(&event.id.to_string(), session),
    }
}

fn write(conn: &mut Conn, family: &[Member]) -> Result<(), StoreError> {
    let candidates: Vec<Candidate> = family.iter().map(|member| member.candidate.clone()).collect();
    let vetoes = if family.len() > 1 {
        vetoes(conn, &candidates)?
    } else {
        HashSet::new()
    };
    for group in groups(&candidates, &vetoes) {
        let shown = &family[group.shown];
        put(conn, shown, None)?;
        for behind in group.behind {
            put(conn, &family[behind], Some(&shown.id))?;
        }
    }
    Ok(())
}

fn put(conn: &mut Conn, member: &Member, into: Option<&String>) -> Result<(), StoreError> {
    if member.merged_into.as_ref() == into {
        return Ok(());
    }
    changes::bump(conn, &member.id)?;
    diesel::update(sessions::table.find(&member.id))
        .set(sessions::merged_into.eq(into))
        .execute(conn)?;
    Ok(())
}

fn vetoes(conn: &mut Conn, candidates: &[Candidate]) -> Result<HashSet<Apart>, StoreError> {
    let names: Vec<&str> = candidates
        .iter()
        .flat_map(|one| [one.uri.as_str(), one.subject.as_str()])
        .collect();
    let pairs: Vec<Apart> = merge_vetoes::table
        .filter(merge_vetoes::low.eq_any(&names).and(merge_vetoes::high.eq_any(&names)))
        .select((merge_vetoes::low, merge_vetoes::high))
        .load(conn)?;
    Ok(pairs.into_iter().collect())
}
