//! What the followers of a network were posted: one Announce a session, ever.

use diesel::prelude::*;

use super::super::backend::PortableExt;
use super::super::column::{actor_text, instant_opt, ms, parse};
use super::super::schema::{followers, network_posts, peers, sessions};
use super::super::{Conn, StoreError, events};
use crate::domain::event::{Event, Session};
use crate::domain::id::{CentreId, SessionId};
use crate::domain::time::Instant;

/// The Announce of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post<'a> {
    /// By whom.
    pub network: CentreId,
    /// Of what.
    pub session: SessionId,
    /// Uri of its series, or of the event.
    pub series: &'a str,
    /// Id of the activity.
    pub activity_uri: &'a str,
    /// When.
    pub at: Instant,
    /// When the session ends.
    pub ends: Instant,
    /// What followers know of it now.
    pub known: &'a str,
}

/// How a session stands that followers were posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What they know of it; empty where that was not kept.
    pub known: String,
    /// When they last heard that it changed.
    pub noted: Option<Instant>,
    /// When they are to hear of it, if a change waits.
    pub due: Option<Instant>,
}

/// Notes a post; false when there was one of this session.
///
/// # Errors
/// Only what the database refuses.
pub fn insert_post(conn: &mut Conn, post: &Post<'_>) -> Result<bool, StoreError> {
    let row = (
        network_posts::network_id.eq(post.network.to_string()),
        network_posts::session_id.eq(post.session.to_string()),
        network_posts::series.eq(post.series),
        network_posts::activity_uri.eq(post.activity_uri),
        network_posts::posted_at.eq(ms(post.at)),
        network_posts::ends_at.eq(ms(post.ends)),
        network_posts::known.eq(post.known),
    );
    let added = diesel::insert_into(network_posts::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(added == 1)
}

/// Id of the Announce of a session, if it was posted.
///
/// # Errors
/// Only what the database refuses.
pub fn post_uri(conn: &mut Conn, network: CentreId, session: SessionId) -> Result<Option<String>, StoreError> {
    Ok(network_posts::table
        .find((network.to_string(), session.to_string()))
        .select(network_posts::activity_uri)
        .first(conn)
        .optional()?)
}

/// That a network posted another session which is the same workshop as the one of the row. Diesel's `sql` has no type that
/// could be written down.
macro_rules! twin_was_posted {
    ($network:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>($crate::store::networks::posts::TWIN_OF_NETWORK)
            .bind::<diesel::sql_types::Text, _>($network)
            .sql($crate::store::networks::posts::TWIN_OF_SESSION)
    };
}
pub(super) use twin_was_posted;

pub(super) const TWIN_OF_NETWORK: &str = "EXISTS (SELECT 1 FROM network_posts AS told     INNER JOIN sessions AS twin ON twin.id = told.session_id WHERE told.network_id = ";
pub(super) const TWIN_OF_SESSION: &str = " AND twin.id <> sessions.id     AND COALESCE(twin.merged_into, twin.id) = COALESCE(sessions.merged_into, sessions.id))";

/// Whether a network posted another session that is the same workshop: people see it once.
///
/// # Errors
/// Only what the database refuses.
pub fn is_twin_posted(conn: &mut Conn, network: CentreId, session: SessionId) -> Result<bool, StoreError> {
    let network = network.to_string();
    let found = sessions::table
        .find(session.to_string())
        .filter(twin_was_posted!(network));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}

/// Forgets a post that is taken back; its id, if there was one.
///
/// # Errors
/// Only what the database refuses.
pub fn remove_post(conn: &mut Conn, network: CentreId, session: SessionId) -> Result<Option<String>, StoreError> {
    let uri = post_uri(conn, network, session)?;
    if uri.is_some() {
        let one = network_posts::table.find((network.to_string(), session.to_string()));
        diesel::delete(one).execute(conn)?;
    }
    Ok(uri)
}

/// How a session stands that was posted, if it was.
///
/// # Errors
/// Only what the database refuses.
pub fn news(conn: &mut Conn, network: CentreId, session: SessionId) -> Result<Option<News>, StoreError> {
    let row: Option<(String, Option<i64>, Option<i64>)> = network_posts::table
        .find((network.to_string(), session.to_string()))
        .select((
            network_posts::known,
            network_posts::noted_at,
            network_posts::change_due_at,
        ))
        .first(conn)
        .optional()?;
    let Some((known, noted, due)) = row else {
        return Ok(None);
    };
    Ok(Some(News {
        known,
        noted: instant_opt(noted)?,
        due: instant_opt(due)?,
    }))
}

/// Keeps how a session stands that was posted.
///
/// # Errors
/// Only what the database refuses.
pub fn keep_news(conn: &mut Conn, network: CentreId, session: SessionId, news: &News) -> Result<(), StoreError> {
    diesel::update(network_posts::table.find((network.to_string(), session.to_string())))
        .set((
            network_posts::known.eq(&news.known),
            network_posts::noted_at.eq(news.noted.map(ms)),
            network_posts::change_due_at.eq(news.due.map(ms)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The sessions of which followers are to hear by `now` that they changed, first ones first.
///
/// # Errors
/// Only what the database refuses.
pub fn news_due(
    conn: &mut Conn,
    network: CentreId,
    now: Instant,
    limit: i64,
) -> Result<Vec<(Session, Event)>, StoreError> {
    let due = network_posts::table
        .filter(network_posts::network_id.eq(network.to_string()))
        .filter(network_posts::change_due_at.le(ms(now)))
        .order(network_posts::change_due_at)
        .limit(limit)
        .select(network_posts::session_id)
        .load::<String>(conn)?;
    let mut found = Vec::with_capacity(due.len());
    for id in due {
        found.extend(events::of_session(conn, parse("session id", &id)?)?);
    }
    Ok(found.into_iter().map(|(event, session)| (session, event)).collect())
}

/// How many notes of changes a network posted after `since`.
///
/// # Errors
/// Only what the database refuses.
pub fn noted_since(conn: &mut Conn, network: CentreId, since: Instant) -> Result<i64, StoreError> {
    Ok(network_posts::table
        .filter(network_posts::network_id.eq(network.to_string()))
        .filter(network_posts::noted_at.gt(ms(since)))
        .count()
        .get_result(conn)?)
}

/// Whether a session of this series was posted, over or not: the next one then has its turn when it comes near.
///
/// # Errors
/// Only what the database refuses.
pub fn series_posted(conn: &mut Conn, network: CentreId, series: &str) -> Result<bool, StoreError> {
    let posted = network_posts::table
        .filter(network_posts::network_id.eq(network.to_string()))
        .filter(network_posts::series.eq(series));
    Ok(diesel::select(diesel::dsl::exists(posted)).get_result(conn)?)
}

/// How many posts a network made after `since`.
///
/// # Errors
/// Only what the database refuses.
pub fn posted_since(conn: &mut Conn, network: CentreId, since: Instant) -> Result<i64, StoreError> {
    Ok(network_posts::table
        .filter(network_posts::network_id.eq(network.to_string()))
        .filter(network_posts::posted_at.gt(ms(since)))
        .count()
        .get_result(conn)?)
}

/// The distinct inboxes of the followers of a network (the instance actor for `None`) that read programmes: Maillage nodes,
/// and groups and nodes of software that is not known.
///
/// # Errors
/// Only what the database refuses.
pub fn readers(conn: &mut Conn, network: Option<CentreId>) -> Result<Vec<String>, StoreError> {
    let unknown = peers::software
        .is_null()
        .and(peers::kind.eq_any(["Group", "Application"]));
    let rows: Vec<(Option<String>, String)> = followers::table
        .inner_join(peers::table)
        .filter(followers::actor.eq(actor_text(network)))
        .filter(peers::gone_at.is_null())
        .filter(peers::software.eq("maillage").or(unknown.nullable()))
        .select((peers::shared_inbox, peers::inbox))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(|(shared, own)| shared.unwrap_or(own)).collect())
}
