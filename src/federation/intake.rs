//! Events of others, from a document to rows: read, origin checked, owner known, wanted or not.
//!
//! An event is believed only from its own origin: embedded by a sender of that origin, or fetched from its address.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::budget::Budget;
use super::context::Federation;
use super::convert::activity_in::Incoming;
use super::convert::event_in::{self, EventRefusal, Received};
use super::convert::json::Value;
use super::convert::read;
use super::fetch::{Accept, Fetched};
use super::peers;
use super::refused::NotTaken;
use super::shares::Shares;
use super::signature::Sha256;
use crate::domain::block::Severity;
use crate::domain::event::{Event, Origin};
use crate::domain::id::{EventId, PeerId};
use crate::domain::peer::Peer;
use crate::domain::recurrence::Occurrence;
use crate::domain::time::{Instant, local_of};
use crate::store::events::{Trace, Upserted};
use crate::store::inbox::Arrival;
use crate::store::{self, Conn, StoreError, events, follows, networks, tombstones};

/// How far ahead an event may start.
const FURTHEST: TimeDelta = TimeDelta::days(5 * 366);

/// An event as its origin tells it, with the actor that publishes it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The event; its id is that of a new row. Handed from one to the next often, and large.
    pub event: Box<Event>,
    /// Its one session.
    pub occurrence: Occurrence,
    /// Its publisher.
    pub owner: Arc<Peer>,
    /// All that it names as its authors.
    authors: Vec<Url>,
    /// The event as its publisher signed it (FEP-8b32), to be handed on.
    pub document: Option<String>,
    /// When it was asked for at its own address; none where somebody sent it.
    asked: Option<Instant>,
    /// The message that brought it, where one did.
    activity: Option<Sha256>,
    /// How many more events of each publisher are kept.
    shares: Arc<Shares>,
}

/// The document at `id`, which must name itself so.
///
/// # Errors
/// [`NotTaken::Forbidden`] when it is not there or names another id, [`NotTaken::Unavailable`] for another try; as
/// [`Budget::take`].
pub async fn fetch(federation: &Federation, id: &Url, budget: &mut Budget) -> Result<Arc<Fetched>, NotTaken> {
    let fetched = budget.fetch(federation, id).await?;
    check_id(&fetched)?;
    Ok(fetched)
}

/// The document must name itself by the address where it is.
///
/// # Errors
/// [`NotTaken::Forbidden`] `other_id`.
pub(super) fn check_id(fetched: &Fetched) -> Result<(), NotTaken> {
    if read::id(&fetched.value).as_ref() == Some(&fetched.final_url) {
        Ok(())
    } else {
        Err(NotTaken::Forbidden("other_id"))
    }
}

/// Whether the event's own address shows it to everybody no more.
///
/// # Errors
/// Where it says neither that nor what the event is; as [`Budget::take`].
pub async fn is_hidden(federation: &Federation, id: &Url, budget: &mut Budget) -> Result<bool, NotTaken> {
    budget.take(id)?;
    let fetched = match federation.fetcher.get_json(id, Accept::ActivityJson).await {
        Ok(fetched) => fetched,
        Err(error) if error.is_absent() => return Ok(true),
        Err(error) => return Err(NotTaken::of_fetch(&error)),
    };
    if read::is_a(&fetched.value, "Tombstone") {
        return Ok(true);
    }
    check_id(&fetched)?;
    match told_at(federation, &fetched, budget).await {
        Err(NotTaken::NotPublic) => Ok(true),
        told => told.map(|_| false),
    }
}

/// The event at its own address, as it is told there now.
///
/// # Errors
/// As [`told`].
pub async fn told_at(federation: &Federation, fetched: &Fetched, budget: &mut Budget) -> Result<Told, NotTaken> {
    let told = told(federation, &fetched.value, budget).await?;
    Ok(Told {
        asked: Some(fetched.asked),
        ..told
    })
}

impl Told {
    /// As the programme of its publisher lists it, asked for at `asked`: that says what is there now, as its own address does.
    pub(super) fn listed_at(self, asked: Instant) -> Self {
        Self {
            asked: Some(asked),
            ..self
        }
    }

    /// As the message of this digest brought it, unless its own address was asked all the same.
    pub(super) fn brought_by(self, activity: Sha256) -> Self {
        Self {
            activity: Some(activity).filter(|_| self.asked.is_none()),
            ..self
        }
    }

    /// Whether nobody else is named as its author.
    pub(super) fn has_one_author(&self) -> bool {
        self.authors.len() < 2
    }

    /// Whose it is here.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub(super) async fn held(&self, federation: &Federation) -> Result<Held, StoreError> {
        let (uri, publisher, authors) = (self.event.uri.clone(), self.event.origin, self.authors.clone());
        let look = move |conn: &mut Conn| {
            let known = events::by_uri(conn, &uri)?;
            held(conn, known.as_ref(), publisher, &authors)
        };
        federation.store.read(look).await
    }

    /// Whether it will bear the message that brought it, if there is only this `trace` of it here.
    pub(super) fn bears_its_message(&self, trace: Trace) -> bool {
        self.activity.is_some() && !trace.known && trace.deleted.is_none()
    }
}

/// Whose an event is here that somebody tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Nobody's yet, or its publisher's as it is told.
    AsTold,
    /// That of another of its authors.
    ByAnotherAuthor(Origin),
    /// That of somebody who is not among its authors.
    ByAnother,
}

/// Reads an event document that its origin vouches for. An author that is not known yet takes one of `budget`.
///
/// # Errors
/// [`NotTaken::Ignored`] when it is no event, [`NotTaken::NotPublic`] when it is not for everybody,
/// [`NotTaken::Unprocessable`] when it cannot be shown, [`NotTaken::Forbidden`] when its author is none.
pub async fn told(federation: &Federation, document: &Value, budget: &mut Budget) -> Result<Told, NotTaken> {
    told_of(federation, event_in::event(document).map_err(refusal)?, None, budget).await
}

/// The event that an activity of its own origin carries; what it leaves out is the activity's (Hubzilla).
///
/// # Errors
/// As [`told`].
pub async fn told_by(
    federation: &Federation,
    activity: &Incoming,
    sender: &Arc<Peer>,
    budget: &mut Budget,
) -> Result<Told, NotTaken> {
    let received = event_in::event_of(activity).map_err(refusal)?;
    told_of(federation, received, Some(sender), budget).await
}

fn refusal(refusal: EventRefusal) -> NotTaken {
    match refusal {
        EventRefusal::OutOfTime => NotTaken::Unprocessable("out_of_time"),
        EventRefusal::NotAnEvent => NotTaken::Ignored("not_an_event"),
        EventRefusal::ForeignAuthor => NotTaken::Forbidden("foreign_author"),
        _ => NotTaken::Unprocessable("unreadable_event"),
    }
}

async fn told_of(
    federation: &Federation,
    received: Received,
    sender: Option<&Arc<Peer>>,
    budget: &mut Budget,
) -> Result<Told, NotTaken> {
    if !received.audience.is_public() {
        return Err(NotTaken::NotPublic);
    }
    check_blocks(federation, &received.uri)?;
    let now = federation.now();
    let schedule = &received.facts.schedule;
    if schedule.start > now + FURTHEST {
        return Err(NotTaken::Unprocessable("out_of_time"));
    }
    let owner = owner(federation, &received.attributed_to, sender, budget).await?;
    let named = received
        .attributed_to
        .iter()
        .find(|author| author.as_str() == owner.uri);
    if let Some(author) = named.cloned().or_else(|| Url::parse(&owner.uri).ok()) {
        check_blocks(federation, &author)?;
    }
    let date = local_of(schedule.start, schedule.zone).date();
    let occurrence = Occurrence {
        date,
        start: schedule.start,
        end: schedule.end,
    };
    let published = received.published.unwrap_or(now).min(now);
    let event = Box::new(Event {
        id: EventId::new(now, federation.random.as_ref()),
        uri: received.uri.into(),
        url: received.url.into(),
        origin: Origin::Remote(owner.id),
        facts: received.facts,
        published,
        // A date to come would win over every later change.
        updated: received
            .updated
            .unwrap_or(published)
            .clamp(published, now.max(published)),
    });
    Ok(Told {
        event,
        occurrence,
        owner,
        authors: received.attributed_to,
        document: None,
        asked: None,
        activity: None,
        shares: Arc::clone(&federation.shares),
    })
}

/// Whether events of whatever has the address `uri` are taken.
fn check_blocks(federation: &Federation, uri: &Url) -> Result<(), NotTaken> {
    match federation.blocked.severity(uri) {
        Some(Severity::Block) => Err(NotTaken::Forbidden("blocked")),
        Some(Severity::Mute) => Err(NotTaken::Ignored("muted")),
        None => Ok(()),
    }
}

/// The publisher: of several authors the one that is followed here (a group rather than the person who typed), else the
/// first.
async fn owner(
    federation: &Federation,
    authors: &[Url],
    sender: Option<&Arc<Peer>>,
    budget: &mut Budget,
) -> Result<Arc<Peer>, NotTaken> {
    if let ([author], Some(sender)) = (authors, sender)
        && author.as_str() == sender.uri
    {
        return Ok(Arc::clone(sender));
    }
    Box::pin(owner_among(federation, authors, budget)).await
}

async fn owner_among(federation: &Federation, authors: &[Url], budget: &mut Budget) -> Result<Arc<Peer>, NotTaken> {
    let uris: Vec<String> = authors.iter().map(Url::to_string).collect();
    let followed = federation
        .store
        .read(move |conn| {
            for uri in &uris {
                if let Some(peer) = crate::store::peers::by_uri(conn, uri)?
                    && !follows::accepted_of_peer(conn, peer.id)?.is_empty()
                {
                    return Ok(Some(peer));
                }
            }
            Ok(None)
        })
        .await?;
    match (followed, authors.first()) {
        (Some(peer), _) => Ok(Arc::new(peer)),
        (None, Some(first)) => Ok(Arc::new(peers::known_or_fetched(federation, first, budget).await?)),
        (None, None) => Err(NotTaken::Unprocessable("no_author")),
    }
}

/// Whether one of our actors follows `peer`.
///
/// # Errors
/// Only what the database refuses.
pub async fn is_followed(federation: &Federation, peer: PeerId) -> Result<bool, StoreError> {
    let followed = move |conn: &mut Conn| follows::is_accepted(conn, peer);
    federation.store.read(followed).await
}

/// Whether the event at `uri` is wanted here: one of our actors follows its publisher or the sender, or it is known already. What a
/// network announces here may still hear from its author, whom nobody follows any more.
///
/// # Errors
/// Only what the database refuses.
pub fn is_wanted(conn: &mut Conn, uri: &str, owner: PeerId, sender: PeerId) -> Result<bool, StoreError> {
    if follows::is_accepted(conn, owner)? || (sender != owner && follows::is_accepted(conn, sender)?) {
        return Ok(true);
    }
    Ok(events::by_uri(conn, uri)?.is_some_and(|known| known.origin == Origin::Remote(owner)))
}

/// Keeps an event that a message brought. A late message revives nothing that was deleted, and changes no owner; what its own
/// address tells after that does.
///
/// # Errors
/// [`NotTaken::Ignored`] for what was deleted or whose publisher is gone, [`NotTaken::Forbidden`] for a change of owner,
/// [`NotTaken::Unprocessable`] when its publisher has [`super::shares::MAX_EVENTS`] here already.
pub fn keep(conn: &mut Conn, told: &Told) -> Result<Upserted, NotTaken> {
    // Whoever relays it does not know yet that its publisher is no more.
    if is_gone(conn, told.owner.id)? {
        return Err(NotTaken::Ignored("deleted"));
    }
    let trace = events::trace(conn, &told.event.uri)?;
    keep_date(conn, told, trace).map(|(kept, _)| kept)
}

fn is_gone(conn: &mut Conn, peer: PeerId) -> Result<bool, StoreError> {
    Ok(store::peers::gone_at(conn, peer)?.is_some())
}

/// [`keep`], and whether the event is one date of a series, or was.
fn keep_date(conn: &mut Conn, told: &Told, trace: Trace) -> Result<(Upserted, bool), NotTaken> {
    if let Some(deleted) = trace.deleted {
        // Its own address has it again: it was away, and whoever relayed it took that for good.
        if told.asked.is_none_or(|asked| asked <= deleted) {
            return Err(NotTaken::Ignored("deleted"));
        }
        tombstones::remove(conn, &told.event.uri)?;
    }
    let known = if trace.known {
        events::by_uri(conn, &told.event.uri)?
    } else {
        None
    };
    let mut event = Cow::Borrowed(told.event.as_ref());
    match held(conn, known.as_ref(), event.origin, &told.authors)? {
        Held::AsTold => {}
        // No author speaks for another: who names itself first could rewrite what is its neighbour's.
        Held::ByAnotherAuthor(publisher) if told.asked.is_some() => event.to_mut().origin = publisher,
        Held::ByAnotherAuthor(_) | Held::ByAnother => return Err(NotTaken::Forbidden("owner_change")),
    }
    if known.is_none() && !told.shares.take(conn, told.owner.id)? {
        return Err(NotTaken::Unprocessable("too_many_events"));
    }
    let of_series = [Some(event.as_ref()), known.as_ref()]
        .into_iter()
        .flatten()
        .any(|event| event.facts.series.is_some());
    let older = known.as_ref().is_some_and(|known| known.updated > event.updated);
    let kept = events::upsert_over(conn, known, &event, told.occurrence, told.activity.as_ref())?;
    networks::keep_document(conn, kept, told.document.as_deref().filter(|_| !older))?;
    Ok((kept, of_series))
}

/// Whose an event is that is `known`, where these are its authors and `publisher` is one of them.
fn held(conn: &mut Conn, known: Option<&Event>, publisher: Origin, authors: &[Url]) -> Result<Held, StoreError> {
    match known.map(|known| known.origin).filter(|known| *known != publisher) {
        None => Ok(Held::AsTold),
        Some(other) if is_by(conn, other, authors)? => Ok(Held::ByAnotherAuthor(other)),
        Some(_) => Ok(Held::ByAnother),
    }
}

/// Whether a publisher is among the authors: of several, another one may have been followed when the event was first seen.
fn is_by(conn: &mut Conn, publisher: Origin, authors: &[Url]) -> Result<bool, StoreError> {
    let Origin::Remote(id) = publisher else {
        return Ok(false);
    };
    let known = store::peers::by_id(conn, id)?;
    Ok(known.is_some_and(|peer| authors.iter().any(|author| author.as_str() == peer.uri)))
}

/// Takes an event of a peer out of the calendar that is not for everybody any more, if what is known of it `is_meant`. No
/// tombstone: it may be again.
///
/// # Errors
/// Only what the database refuses.
pub fn hide(conn: &mut Conn, uri: &str, is_meant: impl Fn(&Event) -> bool) -> Result<(), StoreError> {
    match events::by_uri(conn, uri)? {
        Some(known) if matches!(known.origin, Origin::Remote(_)) && is_meant(&known) => {
            events::forget(conn, &[known.id])
        }
        _ => Ok(()),
    }
}

/// Keeps what the sender told of an event, when one of our actors follows the sender or its publisher; whether its
/// publisher's whole programme is to be read now: a series is posted date by date. Software that names no series may mean
/// one.
///
/// # Errors
/// [`NotTaken::Ignored`] when nobody follows, or as [`keep`].
pub fn keep_if_followed(
    conn: &mut Conn,
    told: &Told,
    sender: &Peer,
    arrival: Arrival,
    now: Instant,
) -> Result<bool, NotTaken> {
    if !arrival.sender.followed && !is_wanted(conn, &told.event.uri, told.owner.id, sender.id)? {
        return Err(NotTaken::Ignored("not_followed"));
    }
    // Of nearly all that comes, the publisher is the sender, whose row was looked at.
    let gone = if told.owner.id == sender.id {
        arrival.sender.gone
    } else {
        is_gone(conn, told.owner.id)?
    };
    if gone {
        return Err(NotTaken::Ignored("deleted"));
    }
    let (_, of_series) = keep_date(conn, told, arrival.trace)?;
    let has_more = told.owner.upcoming.is_some() && (of_series || !told.owner.is_maillage());
    let read_again = has_more && follows::is_accepted(conn, told.owner.id)?;
    if read_again {
        crate::store::pulls::schedule(conn, told.owner.id, now)?;
    }
    Ok(read_again)
}
