//! Domains and actors that are muted or blocked, and whose follow is accepted.

use diesel::prelude::*;

use super::backend::PortableExt;
use super::column::{instant, ms, parse};
use super::schema::blocks;
use super::settings;
use super::{Conn, StoreError};
use crate::domain::admission::Admission;
use crate::domain::block::{Block, Severity, Target};

/// The setting that changes with every change of the list.
const STAMP: &str = "blocks_stamp";
const MODE: &str = "followers_mode";
const ALLOWED: &str = "followers_allowed";

/// Keeps a decision in the place of an earlier one on the same target.
///
/// # Errors
/// Only what the database refuses.
pub fn put(conn: &mut Conn, block: &Block) -> Result<(), StoreError> {
    let decided = (
        blocks::severity.eq(block.severity.as_str()),
        blocks::note.eq(&block.note),
    );
    diesel::insert_into(blocks::table)
        .values((
            blocks::target.eq(block.target.as_str()),
            decided,
            blocks::created_at.eq(ms(block.since)),
        ))
        .on_conflict(blocks::target)
        .do_update()
        .set(decided)
        .portable()
        .execute(conn)?;
    bump(conn)
}

/// Takes a decision back; returns whether there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove(conn: &mut Conn, target: &Target) -> Result<bool, StoreError> {
    let gone = diesel::delete(blocks::table.find(target.as_str())).execute(conn)?;
    bump(conn)?;
    Ok(gone > 0)
}

/// All decisions, by target.
///
/// # Errors
/// Only what the database refuses.
pub fn list(conn: &mut Conn) -> Result<Vec<Block>, StoreError> {
    let rows: Vec<(String, String, String, i64)> = blocks::table
        .order(blocks::target)
        .select((blocks::target, blocks::severity, blocks::note, blocks::created_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(target, severity, note, since)| {
            Ok(Block {
                target: target_of(target),
                severity: parse("severity of a block", &severity)?,
                note,
                since: instant(since)?,
            })
        })
        .collect()
}

/// Whether something is decided of exactly this.
///
/// # Errors
/// Only what the database refuses.
pub fn is_decided(conn: &mut Conn, target: &str) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(blocks::table.find(target))).get_result(conn)?)
}

/// All decisions, without their notes.
///
/// # Errors
/// Only what the database refuses.
pub fn all(conn: &mut Conn) -> Result<Vec<(Target, Severity)>, StoreError> {
    let rows: Vec<(String, String)> = blocks::table.select((blocks::target, blocks::severity)).load(conn)?;
    let read = |(target, severity): (String, String)| {
        let severity: Severity = parse("severity of a block", &severity)?;
        Ok((target_of(target), severity))
    };
    rows.into_iter().map(read).collect()
}

/// A text that is another after each change of the list.
///
/// # Errors
/// Only what the database refuses.
pub fn stamp(conn: &mut Conn) -> Result<String, StoreError> {
    Ok(settings::get(conn, STAMP)?.unwrap_or_default())
}

/// Whose follow is accepted.
///
/// # Errors
/// Only what the database refuses.
pub fn admission(conn: &mut Conn) -> Result<Admission, StoreError> {
    let Some(mode) = settings::get(conn, MODE)? else {
        return Ok(Admission::default());
    };
    let allowed = settings::get(conn, ALLOWED)?.unwrap_or_default();
    Ok(Admission {
        mode: parse("mode of followers", &mode)?,
        allowed: allowed.lines().map(|line| target_of(line.to_owned())).collect(),
    })
}

/// Changes whose follow is accepted; who follows already stays.
///
/// # Errors
/// Only what the database refuses.
pub fn set_admission(conn: &mut Conn, admission: &Admission) -> Result<(), StoreError> {
    let allowed: Vec<&str> = admission.allowed.iter().map(Target::as_str).collect();
    settings::set(conn, MODE, admission.mode.as_str())?;
    settings::set(conn, ALLOWED, &allowed.join("\n"))
}

fn bump(conn: &mut Conn) -> Result<(), StoreError> {
    let count: u64 = stamp(conn)?.parse().unwrap_or(0);
    settings::set(conn, STAMP, &(count + 1).to_string())
}

fn target_of(text: String) -> Target {
    if text.contains("://") {
        Target::Actor(text)
    } else {
        Target::Domain(text)
    }
}
