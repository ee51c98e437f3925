//! A centre's events: publish, revise, cancel, delete. Each is one transaction with what followers are told of it.

use chrono::{Months, TimeDelta};

use super::{Error, Node};
use crate::domain::centre::Centre;
use crate::domain::event::{Event, EventFacts, Origin, Session, Status};
use crate::domain::id::{CentreId, EventId, SessionId};
use crate::domain::invalid::{Reason, Refusal};
use crate::domain::recurrence::Occurrence;
use crate::domain::time::Instant;
use crate::federation::notices::is_eve;
use crate::federation::publish::Publisher;
use crate::federation::{networks, outbox};
use crate::store::{Conn, StoreError, centres, events, notices, sessions};

/// How far ahead the sessions of a series are materialised.
const HORIZON: Months = Months::new(18);

/// Publishes an event of `centre`.
///
/// # Errors
/// [`Error::NotFound`] for a centre that is not there.
pub async fn publish(node: &Node, centre: CentreId, facts: EventFacts) -> Result<Event, Error> {
    let (actor, now) = (node.clone(), node.now());
    let event = node
        .store
        .try_write(move |conn| {
            let centre = centres::by_id(conn, centre)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>(publish_in(conn, &actor, &centre, facts.clone(), now)?)
        })
        .await
        .map_err(taken)?;
    outbox::wake(&node.federation);
    Ok(event)
}

/// Writes new facts over those of an event of ours; followers of the sessions they know get an Update.
///
/// # Errors
/// [`Error::NotFound`] for an event that is not there or not ours.
pub async fn revise(node: &Node, id: EventId, facts: EventFacts) -> Result<Event, Error> {
    amend(node, id, move |_| Ok(facts.clone())).await
}

/// Changes an event of ours as `alter` says, which is given the facts as they are within the transaction: of two
/// changes at the same moment neither undoes the other.
///
/// # Errors
/// As [`revise`], and what `alter` refuses.
pub async fn amend(
    node: &Node,
    id: EventId,
    mut alter: impl FnMut(&EventFacts) -> Result<EventFacts, Refusal> + Send + 'static,
) -> Result<Event, Error> {
    change(node, id, move |event| {
        event.facts = alter(&event.facts)?;
        Ok(())
    })
    .await
}

/// Cancels an event of ours: it stays visible as cancelled. `detail` says why, in words.
///
/// # Errors
/// As [`revise`].
pub async fn cancel(node: &Node, id: EventId, detail: Option<String>) -> Result<Event, Error> {
    set_status(node, id, Status::Cancelled, detail).await
}

/// Gives an event of ours another status: postponed, full, scheduled again …
///
/// # Errors
/// As [`revise`].
pub async fn set_status(node: &Node, id: EventId, status: Status, detail: Option<String>) -> Result<Event, Error> {
    change(node, id, move |event| {
        event.facts.status = status;
        event.facts.status_detail.clone_from(&detail);
        Ok(())
    })
    .await
}

/// Deletes an event of ours: its addresses answer 410 from now on, and followers get a Delete.
///
/// # Errors
/// [`Error::NotFound`] for an event that is not there or not ours.
pub async fn delete(node: &Node, id: EventId) -> Result<(), Error> {
    let (actor, now) = (node.clone(), node.now());
    node.store
        .try_write(move |conn| {
            let (event, centre) = ours(conn, id)?.ok_or(Error::NotFound)?;
            let all = sessions::of_event(conn, id)?;
            let told = sessions::posted_of_event(conn, id)?;
            let uris: Vec<String> = all
                .iter()
                .map(|session| actor.federation.urls.session(session.id).to_string())
                .collect();
            events::remove(conn, &event, &uris, now)?;
            publisher(&actor, &centre, now).deleted(conn, &told)?;
            Ok::<_, Error>(())
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(())
}

/// An event with its centre, if it is ours.
///
/// # Errors
/// Only what the database refuses.
pub fn ours(conn: &mut Conn, id: EventId) -> Result<Option<(Event, Centre)>, StoreError> {
    let Some(event) = events::by_id(conn, id)? else {
        return Ok(None);
    };
    let Origin::Local(centre) = event.origin else {
        return Ok(None);
    };
    Ok(centres::by_id(conn, centre)?.map(|centre| (event, centre)))
}

/// [`publish`] within a transaction of the caller's, who wakes the outbox after it.
///
/// # Errors
/// Only what the database refuses.
pub fn publish_in(
    conn: &mut Conn,
    node: &Node,
    centre: &Centre,
    facts: EventFacts,
    now: Instant,
) -> Result<Event, StoreError> {
    let id = EventId::new(now, node.random.as_ref());
    let urls = &node.federation.urls;
    let event = Event {
        id,
        uri: urls.event(id).to_string(),
        url: urls.event_page(id.0).to_string(),
        origin: Origin::Local(centre.id),
        facts,
        published: now,
        updated: now,
    };
    let (occurrences, horizon) = materialised(&event, now);
    let single = !event.is_series();
    let sessions: Vec<Session> = occurrences
        .into_iter()
        .map(|occurrence| {
            let session = if single {
                SessionId(id.0)
            } else {
                SessionId::new(now, node.random.as_ref())
            };
            Session {
                id: session,
                event: id,
                occurrence,
            }
        })
        .collect();
    events::insert_local(conn, &event, &sessions, horizon)?;
    publisher(node, centre, now).published(conn, &event, &sessions)?;
    Ok(event)
}

/// [`revise`] of `event`, already changed, within a transaction of the caller's.
///
/// # Errors
/// Only what the database refuses.
pub fn revise_in(
    conn: &mut Conn,
    node: &Node,
    centre: &Centre,
    mut event: Event,
    now: Instant,
) -> Result<Event, StoreError> {
    // Strictly newer, or Mastodon takes no notice.
    event.updated = now.max(event.updated + TimeDelta::seconds(1));
    let was = events::by_id(conn, event.id)?.unwrap_or_else(|| event.clone());
    let told = sessions::posted_of_event(conn, event.id)?;
    let (occurrences, horizon) = materialised(&event, now);
    let plan = events::update_local(conn, &event, &occurrences, horizon, now, node.random.as_ref())?;
    for session in &plan.removed {
        let uri = node.federation.urls.session(session.id).to_string();
        crate::store::tombstones::insert(conn, &uri, now)?;
    }
    publisher(node, centre, now).revised(conn, &was, &event, &told, &plan)?;
    Ok(event)
}

async fn change(
    node: &Node,
    id: EventId,
    mut alter: impl FnMut(&mut Event) -> Result<(), Refusal> + Send + 'static,
) -> Result<Event, Error> {
    let (actor, now) = (node.clone(), node.now());
    let event = node
        .store
        .try_write(move |conn| {
            let (mut event, centre) = ours(conn, id)?.ok_or(Error::NotFound)?;
            alter(&mut event)?;
            Ok::<_, Error>(revise_in(conn, &actor, &centre, event, now)?)
        })
        .await
        .map_err(taken)?;
    outbox::wake(&node.federation);
    Ok(event)
}

/// The only name of an event that others choose and that must be free.
fn taken(error: Error) -> Error {
    match error {
        Error::Store(StoreError::AlreadyExists) => Error::refused("external_id", Reason::Taken),
        error => error,
    }
}

/// Materialises more of the series whose horizon came near, posts the sessions that came near, and the notes that are
/// due; returns how many rows were touched. Called on a timer.
///
/// # Errors
/// Only what the database refuses.
pub async fn keep_up(node: &Node) -> Result<usize, Error> {
    let (actor, now) = (node.clone(), node.now());
    let touched = node
        .store
        .write(move |conn| {
            let touched = [
                extend_horizon(conn, &actor, now)?,
                drip(conn, &actor, now)?,
                networks::drip(conn, &actor.federation, now)?,
                tell_calendars(conn, &actor, now)?,
                tell_changes(conn, &actor, now)?,
                remind(conn, &actor, now)?,
            ];
            Ok(touched.iter().sum::<usize>())
        })
        .await?;
    outbox::wake(&node.federation);
    Ok(touched)
}

/// A series is extended a month before it would run short.
fn extend_horizon(conn: &mut Conn, node: &Node, now: Instant) -> Result<usize, StoreError> {
    let until = (now + HORIZON) - TimeDelta::days(30);
    let short = events::short_of_horizon(conn, until, 50)?;
    for event in &short {
        let (occurrences, horizon) = materialised(event, now);
        let known: Vec<_> = sessions::of_event(conn, event.id)?
            .iter()
            .map(|one| one.occurrence.date)
            .collect();
        let added: Vec<Session> = occurrences
            .into_iter()
            .filter(|occurrence| !known.contains(&occurrence.date) && occurrence.end > now)
            .map(|occurrence| Session {
                id: SessionId::new(now, node.random.as_ref()),
                event: event.id,
                occurrence,
            })
            .collect();
        events::extend(conn, event.id, &added, horizon)?;
    }
    Ok(short.len())
}

fn drip(conn: &mut Conn, node: &Node, now: Instant) -> Result<usize, StoreError> {
    let near = now + TimeDelta::days(i64::from(node.config.federation.drip_days));
    let due = sessions::to_announce(conn, now, near, 100)?;
    for session in &due {
        if let Some((event, centre)) = ours(conn, session.event)? {
            publisher(node, &centre, now).announce(conn, &event, session)?;
        }
    }
    Ok(due.len())
}

/// Calendars among the followers are told weeks ahead, and never later than people.
fn tell_calendars(conn: &mut Conn, node: &Node, now: Instant) -> Result<usize, StoreError> {
    let settings = &node.config.federation;
    let weeks = TimeDelta::weeks(i64::from(settings.event_software_weeks));
    let ahead = weeks.max(TimeDelta::days(i64::from(settings.drip_days)));
    let due = sessions::to_tell(conn, now, now + ahead, 100)?;
    for session in &due {
        if let Some((event, centre)) = ours(conn, session.event)? {
            publisher(node, &centre, now).tell(conn, &event, session)?;
        }
    }
    Ok(due.len())
}

fn tell_changes(conn: &mut Conn, node: &Node, now: Instant) -> Result<usize, StoreError> {
    let due = notices::changes_due(conn, now, 100)?;
    let count = due.len();
    for notice in due {
        let Some(session) = sessions::by_id(conn, notice.session)? else {
            continue;
        };
        if let Some((event, centre)) = ours(conn, session.event)? {
            publisher(node, &centre, now).changed(conn, (&event, &session), notice)?;
        }
    }
    Ok(count)
}

/// Reminds of the sessions of tomorrow, from an hour on.
fn remind(conn: &mut Conn, node: &Node, now: Instant) -> Result<usize, StoreError> {
    let settings = &node.config.federation;
    if !settings.reminders {
        return Ok(0);
    }
    // The end of tomorrow is less than two days away, the longest night included.
    let tomorrow = (now, now + TimeDelta::hours(50));
    let mut reminded = 0;
    for session in notices::without_reminder(conn, tomorrow, now - TimeDelta::days(1), 1_000)? {
        let Some((event, centre)) = ours(conn, session.event)? else {
            continue;
        };
        let announced = sessions::posted(conn, session.id)?.announced;
        if announced.is_some_and(|at| is_eve(&event, &session, at, settings.reminder_hour, now)) {
            publisher(node, &centre, now).remind(conn, &event, &session)?;
            reminded += 1;
        }
    }
    Ok(reminded)
}

fn publisher<'a>(node: &'a Node, centre: &'a Centre, now: Instant) -> Publisher<'a> {
    Publisher {
        federation: &node.federation,
        centre,
        now,
    }
}

/// The sessions up to the horizon, and that horizon when there are more. The rule of a stored event was checked when it
/// was read: one that gives nothing any more gives no session.
fn materialised(event: &Event, now: Instant) -> (Vec<Occurrence>, Option<Instant>) {
    let all = event.facts.schedule.sessions().unwrap_or_default();
    let horizon = now + HORIZON;
    let whole = all.len();
    let near: Vec<Occurrence> = all
        .into_iter()
        .filter(|occurrence| occurrence.start < horizon)
        .collect();
    let rest = near.len() < whole;
    (near, rest.then_some(horizon))
}
