//! An item of a programme that a peer lists: its own event, or one of somebody else that it announces. Of the latter the
//! author decides: by a proof, or at its own address.

mod passed_over;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::SubsecRound;
use url::Url;

pub use passed_over::PassedOver;

use super::budget::Budget;
use super::context::Federation;
use super::convert::json::Value;
use super::convert::{collection_in, read};
use super::fetch::Fetched;
use super::guard::same_origin;
use super::intake::{self, Held, Told};
use super::networks::programme::{ROADS, VIA};
use super::proof;
use super::pull::TAKEN_AFTER_ITS_END;
use super::refused::NotTaken;
use super::urls::Ours;
use crate::domain::block::Severity;
use crate::domain::event::Origin;
use crate::domain::id::SessionId;
use crate::domain::network::LONGEST_ROAD;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::announces::{self, Announce};
use crate::store::events::Upserted;
use crate::store::{Conn, StoreError, events};

/// Longest address of a network on a road.
const LONGEST_URI: usize = 500;

/// An item that was read and believed.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id.
    pub uri: Url,
    /// The event; none where the one that is known is as new, or ours.
    pub told: Option<Told>,
    /// The networks between the peer and the publisher.
    pub via: Vec<String>,
    /// Whether it is only named, and known: nothing says how new it is.
    pub undated: bool,
}

impl Item {
    /// Whether the peer lists what it publishes itself.
    pub fn is_of(&self, peer: &Peer) -> bool {
        self.told.as_ref().is_some_and(|told| told.owner.id == peer.id)
    }
}

/// The roads that a page tells, by event.
pub fn roads(page: &Value) -> HashMap<Url, Vec<String>> {
    let told = read::items(page, ROADS).filter_map(|road| Some((read::id(road)?, via(road))));
    told.take(collection_in::MAX_PAGE_ITEMS).collect()
}

/// The networks of a road. One that is too long or holds something else is longer than any that counts.
pub fn via(document: &Value) -> Vec<String> {
    let named: Vec<Option<Url>> = read::items(document, VIA)
        .take(LONGEST_ROAD + 1)
        .map(read::reference)
        .collect();
    let whole = |url: &Option<Url>| url.as_ref().is_some_and(|url| url.as_str().len() <= LONGEST_URI);
    if named.iter().all(whole) {
        named.into_iter().flatten().map(String::from).collect()
    } else {
        vec![String::from("-"); LONGEST_ROAD + 1]
    }
}

/// What `sender` says in its outbox that it withdrew: of its own origin, as anything that it may withdraw.
pub fn withdrawn(item: &Value, sender: &Peer) -> Option<Url> {
    let origin = Url::parse(&sender.uri).ok()?;
    let uri = read::is_a(item, "Delete").then(|| collection_in::object(item));
    uri.and_then(|object| read::reference(&object))
        .filter(|uri| same_origin(uri, &origin))
}

/// Reads an item of the programme of `sender`. Each fetch takes one of `budget`. An outbox lists what the actor does: of the
/// events of others, only those that it announces.
///
/// # Errors
/// [`NotTaken::Forbidden`] `foreign_object` for another's event in an outbox.
/// As [`Budget::take`]; otherwise why the item is passed over.
pub async fn item(
    federation: &Federation,
    item: &Value,
    sender: &Arc<Peer>,
    roads: &HashMap<Url, Vec<String>>,
    budget: &mut Budget,
) -> Result<Item, NotTaken> {
    let object = collection_in::object(item);
    let uri = read::reference(&object).ok_or(NotTaken::Malformed("object_id"))?;
    let via = roads.get(&uri).cloned().unwrap_or_default();
    let known = |uri: Url, via: Vec<String>, undated: bool| Item {
        uri,
        told: None,
        via,
        undated,
    };
    if federation.urls.is_ours(&uri) {
        return Ok(known(uri, via, false));
    }
    let origin = Url::parse(&sender.uri).map_err(|_| NotTaken::Malformed("peer"))?;
    let own = same_origin(&uri, &origin);
    if !own && sender.upcoming.is_none() && !read::is_a(item, "Announce") {
        return Err(NotTaken::Forbidden("foreign_object"));
    }
    let told = if object.is_object() {
        if object.get("type").is_some() && !read::is_a(&object, "Event") {
            return Err(NotTaken::Ignored("not_an_event"));
        }
        match own {
            true if object.get("name").is_some() => own_event(federation, &object, sender, budget).await?,
            _ if is_as_new(federation, &uri, &object).await? => return Ok(known(uri, via, false)),
            _ => proven(federation, &object, sender, budget).await?,
        }
    } else if is_known(federation, &uri).await? {
        return Ok(known(uri, via, true));
    } else {
        None
    };
    let told = match told {
        Some(told) => told,
        None => at_its_own_address(federation, &uri, budget).await?,
    };
    Ok(Item {
        uri,
        told: Some(told),
        via,
        undated: false,
    })
}

/// The event that is only named, or that nothing proves. What is not to be had, or not to be taken, is noted.
async fn at_its_own_address(federation: &Federation, uri: &Url, budget: &mut Budget) -> Result<Told, NotTaken> {
    match federation.blocked.severity(uri) {
        Some(Severity::Block) => return Err(NotTaken::Forbidden("blocked")),
        Some(Severity::Mute) => return Err(NotTaken::Ignored("muted")),
        None => {}
    }
    let now = federation.now();
    if let Some(passed) = federation.passed_over.standing(uri, now) {
        return Err(passed);
    }
    let fetched = document(federation, uri, budget, now).await?;
    let told = intake::told_at(federation, &fetched, budget).await;
    match &told {
        Err(refusal) => federation.passed_over.note_refusal(uri, refusal, now),
        Ok(told) if told.occurrence.end < now - TAKEN_AFTER_ITS_END => federation.passed_over.note(uri, now),
        Ok(_) => {}
    }
    told
}

/// As [`intake::fetch`], but a failure is noted as what it is: nothing there, or not for us.
async fn document(
    federation: &Federation,
    uri: &Url,
    budget: &mut Budget,
    now: Instant,
) -> Result<Arc<Fetched>, NotTaken> {
    let fetched = budget.ask(federation, uri).await?.map_err(|error| {
        federation.passed_over.note_failure(uri, &error, now);
        NotTaken::of_fetch(&error)
    })?;
    let named = intake::check_id(&fetched);
    named.inspect_err(|refusal| federation.passed_over.note_refusal(uri, refusal, now))?;
    Ok(fetched)
}

/// An event of the peer's own origin needs no proof; a good one is kept to be handed on. None where another of its authors
/// publishes it here: no one of them speaks for the others.
async fn own_event(
    federation: &Federation,
    object: &Value,
    sender: &Arc<Peer>,
    budget: &mut Budget,
) -> Result<Option<Told>, NotTaken> {
    let mut told = intake::told(federation, object, budget).await?;
    if is_of_another_author(federation, &told).await? {
        return Ok(None);
    }
    if let Ok(Some(author)) = proof::author(federation, object, sender, budget).await
        && author.peer.id == told.owner.id
    {
        told.document = Some(object.to_string());
    }
    Ok(Some(told))
}

async fn is_of_another_author(federation: &Federation, told: &Told) -> Result<bool, StoreError> {
    if told.has_one_author() {
        return Ok(false);
    }
    Ok(matches!(told.held(federation).await?, Held::ByAnotherAuthor(_)))
}

/// The event inside, when it proves its author and when. None where another of its authors publishes it here.
///
/// # Errors
/// [`NotTaken::Forbidden`] when the proof does not hold.
pub async fn proven(
    federation: &Federation,
    object: &Value,
    sender: &Peer,
    budget: &mut Budget,
) -> Result<Option<Told>, NotTaken> {
    let Some(author) = proof::author(federation, object, sender, budget).await? else {
        return Ok(None);
    };
    if !author.fresh {
        return Ok(None);
    }
    let mut told = intake::told(federation, object, budget).await?;
    // Of several authors, one that did not sign may be the one that is followed here.
    if told.owner.id != author.peer.id || is_of_another_author(federation, &told).await? {
        return Ok(None);
    }
    told.document = Some(object.to_string());
    Ok(Some(told))
}

async fn is_known(federation: &Federation, uri: &Url) -> Result<bool, NotTaken> {
    let uri = uri.to_string();
    let known = federation.store.read(move |conn| events::by_uri(conn, &uri)).await?;
    Ok(known.is_some())
}

/// Whether the event is known as it is listed, or newer. Who lies about it keeps a change from nobody: the next reading,
/// or another road, brings it.
async fn is_as_new(federation: &Federation, uri: &Url, object: &Value) -> Result<bool, NotTaken> {
    let updated = read::field(object, "updated").and_then(Value::as_str);
    let Some(updated) = updated.and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok()) else {
        return Ok(false);
    };
    let uri = uri.to_string();
    let known = federation.store.read(move |conn| events::by_uri(conn, &uri)).await?;
    Ok(known.is_some_and(|known| known.updated.trunc_subsecs(3) >= updated.to_utc().trunc_subsecs(3)))
}

/// Keeps the event of an item that the peer does not publish itself, and notes that it announces it; what became of the
/// event, none where it is not here.
///
/// # Errors
/// As [`intake::keep`].
pub fn keep(
    conn: &mut Conn,
    ours: Option<Ours>,
    item: &Item,
    peer: &Peer,
    now: Instant,
) -> Result<Option<Upserted>, NotTaken> {
    let kept = match (&item.told, ours) {
        (Some(told), _) => Some(intake::keep(conn, told)?),
        (None, Some(Ours::Event(id))) => {
            let known = events::of_session(conn, SessionId(id))?;
            known.map(|(event, _)| Upserted::Unchanged(event.id))
        }
        (None, _) => events::by_uri(conn, item.uri.as_str())?
            .filter(|event| event.origin != Origin::Remote(peer.id))
            .map(|event| Upserted::Unchanged(event.id)),
    };
    if let Some(kept) = kept {
        let row = Announce {
            event: kept.id(),
            by: Origin::Remote(peer.id),
            activity_uri: format!("{}#announces/{}", peer.uri, item.uri),
            at: now,
            via: item.via.clone(),
        };
        announces::insert(conn, &row)?;
    }
    Ok(kept)
}
