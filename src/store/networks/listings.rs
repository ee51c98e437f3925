//! What a network announces: rows of `announces`, its programme as others read it, and the documents that authors signed.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::super::backend::{MultiBackend, PortableExt};
use super::super::calendar::LONGEST_SESSION_DAYS;
use super::super::column::{ms, parse};
use super::super::events::{EventRow, Upserted};
use super::super::page::{Cursor, Page};
use super::super::schema::{announces, event_documents, events, network_posts, peers, sessions};
use super::super::sessions::SessionRow;
use super::super::{Conn, StoreError, changes};
use crate::domain::event::{Event, Origin, Session, Status};
use crate::domain::id::{CentreId, EventId};
use crate::domain::peer::Peer;
use crate::domain::time::Instant;

/// Longest document of an author that is kept, in bytes: twice what the longest description of ours makes of one. A peer may
/// have ten thousand events here, and the first item of a page stands on it however long it is: of a document of a MiB, the
/// page would be more than others read.
const MAX_DOCUMENT: usize = 64 * 1024;

/// That a network announces an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Id of the announcement.
    pub activity_uri: String,
    /// The networks between, nearest first.
    pub via: Vec<String>,
    /// The state of the event that followers were told of; empty: none.
    pub told: String,
}

/// Whether a network announces an event.
///
/// # Errors
/// Only what the database refuses.
pub fn listing(conn: &mut Conn, network: CentreId, event: EventId) -> Result<Option<Listing>, StoreError> {
    let row: Option<(String, String, String)> = announces::table
        .find((event.to_string(), network.to_string()))
        .select((announces::activity_uri, announces::via, announces::told))
        .first(conn)
        .optional()?;
    Ok(row.map(|(activity_uri, via, told)| Listing {
        activity_uri,
        via: super::super::announces::road(&via),
        told,
    }))
}

/// Notes what followers are told of an event now.
///
/// # Errors
/// Only what the database refuses.
pub fn retell(
    conn: &mut Conn,
    network: CentreId,
    event: EventId,
    via: &[String],
    told: &str,
) -> Result<(), StoreError> {
    let (event, network) = (event.to_string(), network.to_string());
    diesel::update(announces::table.find((&event, &network)))
        .set((announces::via.eq(via.join("\n")), announces::told.eq(told)))
        .execute(conn)?;
    changes::bump(conn, &event)?;
    super::touch_above(conn, &network, &event)
}

/// Sessions that a network publishes or announces and that are not over, each with its event, by start; for `None` those
/// that any centre of this node publishes, or any network of it announces.
///
/// # Errors
/// Only what the database refuses.
pub fn upcoming(
    conn: &mut Conn,
    network: Option<CentreId>,
    now: Instant,
    limit: i64,
    after: Option<&Cursor>,
) -> Result<Page<(Session, Event)>, StoreError> {
    let mut query = programme(network, now);
    if let Some(Cursor { at, id }) = after {
        let further = sessions::starts_at.gt(*at).or(sessions::id.gt(id.clone()));
        query = query.filter(sessions::starts_at.ge(*at).and(further));
    }
    let mut rows = query
        .order((sessions::starts_at, sessions::id))
        .limit(limit + 1)
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load::<(SessionRow, EventRow)>(conn)?;
    let kept = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > kept;
    rows.truncate(kept);
    let next = rows.last().filter(|_| more).map(|(session, _)| session.cursor());
    let items = rows
        .into_iter()
        .map(|(session, event)| Ok((session.domain()?, event.domain()?)));
    Ok(Page {
        items: items.collect::<Result<_, StoreError>>()?,
        next,
    })
}

type Joined = diesel::dsl::InnerJoin<sessions::table, events::table>;
type Boxed<'a> = diesel::dsl::IntoBoxed<'a, Joined, MultiBackend>;

fn programme<'a>(network: Option<CentreId>, now: Instant) -> Boxed<'a> {
    // What was told by an announcement is one of ours: of those of peers nothing is told.
    let announced = announces::table.filter(announces::told.ne(""));
    let coming = sessions::table
        .inner_join(events::table)
        .filter(sessions::starts_at.gt(ms(now - TimeDelta::days(LONGEST_SESSION_DAYS))))
        .filter(sessions::ends_at.gt(ms(now)))
        .into_boxed();
    let Some(network) = network.map(|network| network.to_string()) else {
        let announced = announced.select(announces::event_id);
        return coming.filter(events::centre_id.is_not_null().or(sessions::event_id.eq_any(announced)));
    };
    let announced = announced
        .filter(announces::announcer.eq(network.clone()))
        .select(announces::event_id);
    coming.filter(
        events::centre_id
            .eq(network)
            .or(sessions::event_id.eq_any(announced).nullable()),
    )
}

/// How many these are.
///
/// # Errors
/// Only what the database refuses.
pub fn count_upcoming(conn: &mut Conn, network: Option<CentreId>, now: Instant) -> Result<i64, StoreError> {
    Ok(programme(network, now).count().get_result(conn)?)
}

/// The networks of this node that announce an event, each with the networks between.
///
/// # Errors
/// Only what the database refuses.
pub fn announcers(conn: &mut Conn, event: EventId) -> Result<Vec<(CentreId, Vec<String>)>, StoreError> {
    let rows: Vec<(String, String)> = announces::table
        .filter(announces::event_id.eq(event.to_string()).and(announces::told.ne("")))
        .order(announces::announcer)
        .select((announces::announcer, announces::via))
        .load(conn)?;
    rows.into_iter()
        .map(|(network, via)| Ok((parse("centre id", &network)?, super::super::announces::road(&via))))
        .collect()
}

/// Sessions that a network announces, that start between `now` and `near` and that its followers were not posted, soonest
/// first.
///
/// # Errors
/// Only what the database refuses.
pub fn due(
    conn: &mut Conn,
    network: CentreId,
    now: Instant,
    near: Instant,
    limit: i64,
) -> Result<Vec<(Session, Event)>, StoreError> {
    let network = network.to_string();
    let off = [Status::Cancelled, Status::Postponed].map(Status::as_str);
    let announced = announces::table
        .filter(announces::announcer.eq(network.clone()).and(announces::told.ne("")))
        .filter(announces::event_id.eq(sessions::event_id));
    let posted = network_posts::table
        .filter(network_posts::network_id.eq(network.clone()))
        .filter(network_posts::session_id.eq(sessions::id));
    let rows = sessions::table
        .inner_join(events::table)
        .filter(sessions::starts_at.gt(ms(now)).and(sessions::starts_at.lt(ms(near))))
        .filter(events::status.ne_all(off))
        .filter(diesel::dsl::exists(announced))
        .filter(diesel::dsl::not(diesel::dsl::exists(posted)))
        .filter(diesel::dsl::not(super::posts::twin_was_posted!(network)))
        .order((sessions::starts_at, sessions::id))
        .limit(limit)
        .select((SessionRow::as_select(), EventRow::as_select()))
        .load::<(SessionRow, EventRow)>(conn)?;
    rows.into_iter()
        .map(|(session, event)| Ok((session.domain()?, event.domain()?)))
        .collect()
}

/// Whether an event was read from an agenda that does not federate: nobody else can ask for it at its address.
///
/// # Errors
/// Only what the database refuses.
pub fn is_of_source(conn: &mut Conn, event: &Event) -> Result<bool, StoreError> {
    let Origin::Remote(peer) = event.origin else {
        return Ok(false);
    };
    let source = peers::table.find(peer.to_string()).filter(peers::kind.eq(Peer::SOURCE));
    Ok(diesel::select(diesel::dsl::exists(source)).get_result(conn)?)
}

/// Keeps the document that the author of an event signed, for networks to hand on; one of an earlier state goes. An event of
/// which it is too long is listed by its id.
///
/// # Errors
/// Only what the database refuses.
pub fn keep_document(conn: &mut Conn, kept: Upserted, document: Option<&str>) -> Result<(), StoreError> {
    let id = kept.id().to_string();
    if matches!(kept, Upserted::Updated(_)) {
        diesel::delete(event_documents::table.find(&id)).execute(conn)?;
    }
    let Some(document) = document.filter(|document| document.len() <= MAX_DOCUMENT) else {
        return Ok(());
    };
    if !super::any(conn)? {
        return Ok(());
    }
    diesel::insert_into(event_documents::table)
        .values((event_documents::event_id.eq(id), event_documents::document.eq(document)))
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?;
    Ok(())
}

/// The document that the author of an event signed, if it is known.
///
/// # Errors
/// Only what the database refuses.
pub fn document(conn: &mut Conn, event: EventId) -> Result<Option<String>, StoreError> {
    Ok(event_documents::table
        .find(event.to_string())
        .select(event_documents::document)
        .first(conn)
        .optional()?)
}
