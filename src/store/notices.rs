//! The short notes on a session: which went out, which wait. One row a session and kind, so that none goes out twice
//! whatever is edited, restarted, or done by two processes.

use diesel::prelude::*;

use super::column::{instant_opt, ms, parse};
use super::schema::{events, notices, sessions};
use super::sessions::SessionRow;
use super::{Conn, StoreError};
use crate::domain::code::codes;
use crate::domain::event::{Session, Status};
use crate::domain::id::SessionId;
use crate::domain::time::Instant;

codes! {
    /// What a note is for.
    pub enum Kind {
        /// The session is tomorrow.
        Reminder = "reminder",
        /// It is not as it was said to be.
        Change = "change",
    }
}

/// What became of the notes of one kind on a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// On which session.
    pub session: SessionId,
    /// What people know of it.
    pub known: String,
    /// When the next is to go out, if one waits.
    pub due: Option<Instant>,
    /// When the last went out.
    pub sent: Option<Instant>,
}

/// The notice of this kind on a session.
///
/// # Errors
/// Only what the database refuses.
pub fn find(conn: &mut Conn, session: SessionId, kind: Kind) -> Result<Option<Notice>, StoreError> {
    let row: Option<(String, Option<i64>, Option<i64>)> = notices::table
        .find((session.to_string(), kind.as_str()))
        .select((notices::known, notices::due_at, notices::sent_at))
        .get_result(conn)
        .optional()?;
    let Some((known, due, sent)) = row else { return Ok(None) };
    Ok(Some(Notice {
        session,
        known,
        due: instant_opt(due)?,
        sent: instant_opt(sent)?,
    }))
}

/// Keeps a notice in the place of the one there was.
///
/// # Errors
/// Only what the database refuses.
pub fn keep(conn: &mut Conn, kind: Kind, notice: &Notice) -> Result<(), StoreError> {
    let one = (notice.session.to_string(), kind.as_str());
    let values = (
        notices::known.eq(&notice.known),
        notices::due_at.eq(notice.due.map(ms)),
        notices::sent_at.eq(notice.sent.map(ms)),
    );
    let known = diesel::update(notices::table.find(one.clone()))
        .set(values)
        .execute(conn)?;
    if known == 0 {
        let key = (notices::session_id.eq(one.0), notices::kind.eq(one.1));
        diesel::insert_into(notices::table)
            .values((key.0, key.1, values.0, values.1, values.2))
            .execute(conn)?;
    }
    Ok(())
}

/// The changes that are to be told by now, first ones first.
///
/// # Errors
/// Only what the database refuses.
pub fn changes_due(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<Notice>, StoreError> {
    let rows: Vec<(String, String, Option<i64>, Option<i64>)> = notices::table
        .filter(notices::due_at.le(ms(now)).and(notices::kind.eq(Kind::Change.as_str())))
        .order(notices::due_at)
        .limit(limit)
        .select((notices::session_id, notices::known, notices::due_at, notices::sent_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(session, known, due, sent)| {
            Ok(Notice {
                session: parse("session id", &session)?,
                known,
                due: instant_opt(due)?,
                sent: instant_opt(sent)?,
            })
        })
        .collect()
}

/// Sessions of ours that were posted before `posted`, take place, start within `from` and `to`, and of which nobody was
/// reminded, soonest first.
///
/// # Errors
/// Only what the database refuses.
pub fn without_reminder(
    conn: &mut Conn,
    (from, to): (Instant, Instant),
    posted: Instant,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let off = [Status::Cancelled, Status::Postponed].map(Status::as_str);
    let reminded = notices::table
        .filter(notices::session_id.eq(sessions::id))
        .filter(notices::kind.eq(Kind::Reminder.as_str()));
    let rows: Vec<SessionRow> = sessions::table
        .inner_join(events::table)
        .filter(events::centre_id.is_not_null().and(events::status.ne_all(off)))
        .filter(sessions::starts_at.gt(ms(from)).and(sessions::starts_at.lt(ms(to))))
        .filter(sessions::announced_at.le(ms(posted)))
        .filter(diesel::dsl::not(diesel::dsl::exists(reminded)))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SessionRow::domain).collect()
}
