//! A peer takes back its own Follow or Announce; anything else that can be undone has no effect here.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;
use url::Url;

use super::delete::is_gone;
use super::{Receipt, centre_of, identity};
use crate::domain::event::Origin;
use crate::domain::id::{EventId, SessionId};
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::convert::read;
use crate::federation::refused::NotTaken;
use crate::federation::urls::Ours;
use crate::store::{Conn, announces, events, follow_requests, followers};

/// Undo.
#[derive(Debug)]
pub(super) struct Undo {
    pub receipt: Receipt,
    pub object: ObjectRef,
}

#[async_trait::async_trait]
impl Activity for Undo {
    identity!();

    /// The activity undone is the sender's own.
    async fn verify(&self, _: &Data<Federation>) -> Result<(), NotTaken> {
        let actor = self
            .object
            .embedded()
            .and_then(|undone| read::field(undone, "actor"))
            .and_then(read::reference);
        match actor {
            Some(actor) if actor != self.receipt.actor => Err(NotTaken::Forbidden("undo_of_another")),
            _ => Ok(()),
        }
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let Self { receipt, object } = self;
        if cannot_be_undone(&object) {
            return Err(NotTaken::Ignored("nothing_to_undo"));
        }
        let target = object
            .embedded()
            .and_then(|undone| read::field(undone, "object"))
            .and_then(read::reference);
        let relayed = target.as_ref().filter(|_| object.is_a("Announce")).cloned();
        let gone = match &relayed {
            Some(uri) => gone(data, &receipt, uri).await?,
            None => None,
        };
        let target = target.and_then(|target| data.urls.read(&target));
        let is_follow = object.is_a("Follow");
        let undone = object.id().cloned();
        data.store
            .try_write(move |conn| {
                receipt.take(conn)?;
                if is_follow && unfollow(conn, &receipt, target.as_ref())? {
                    return Ok(());
                }
                if let Some(event) = gone.map(|id| events::by_id(conn, id)).transpose()?.flatten() {
                    return Ok(events::remove(conn, &event, &[], receipt.now)?);
                }
                if let Some(uri) = &relayed
                    && by_object(conn, &receipt, uri, target.as_ref())?
                {
                    return Ok(());
                }
                match &undone {
                    Some(id) if by_id(conn, &receipt, id)? => Ok(()),
                    _ => Err(NotTaken::Ignored("nothing_to_undo")),
                }
            })
            .await
    }
}

/// Whether it says itself that it is something else than what is undone here. Likes come and go by the hundred, and a write
/// that fails has those beside it done twice.
fn cannot_be_undone(object: &ObjectRef) -> bool {
    let says_what_it_is = object.embedded().is_some_and(|undone| undone.get("type").is_some());
    says_what_it_is && !object.is_a("Follow") && !object.is_a("Announce")
}

/// The event that a network announced and takes back because it is no more: its own address says so.
async fn gone(federation: &Federation, receipt: &Receipt, uri: &Url) -> Result<Option<EventId>, NotTaken> {
    if federation.urls.is_ours(uri) {
        return Ok(None);
    }
    let (text, by) = (uri.to_string(), Origin::Remote(receipt.sender.id));
    let credited = move |conn: &mut Conn| match events::by_uri(conn, &text)? {
        Some(event) if announces::is_by(conn, event.id, by)? => Ok(Some(event.id)),
        _ => Ok(None),
    };
    let Some(event) = federation.store.read(credited).await? else {
        return Ok(None);
    };
    // Where it does not answer, the reading of another road will tell.
    let gone = is_gone(federation, uri).await.unwrap_or(false);
    Ok(gone.then_some(event))
}

/// Takes back what the sender announced of an event, by whatever name it is known here.
fn by_object(conn: &mut Conn, receipt: &Receipt, uri: &Url, ours: Option<&Ours>) -> Result<bool, NotTaken> {
    let event = match ours {
        Some(Ours::Event(id)) => events::of_session(conn, SessionId(*id))?.map(|(event, _)| event.id),
        _ => events::by_uri(conn, uri.as_str())?.map(|event| event.id),
    };
    let Some(event) = event else { return Ok(false) };
    let removed = announces::remove(conn, event, Origin::Remote(receipt.sender.id))?;
    if removed {
        events::forget_unvouched(conn, &[event])?;
    }
    Ok(removed)
}

fn unfollow(conn: &mut Conn, receipt: &Receipt, target: Option<&Ours>) -> Result<bool, NotTaken> {
    let Some(Ours::Actor(actor)) = target else {
        return Ok(false);
    };
    let followed = centre_of(conn, actor)?;
    let waited = follow_requests::remove_of(conn, followed, receipt.sender.id)?;
    Ok(followers::remove(conn, followed, receipt.sender.id)? || waited)
}

fn by_id(conn: &mut Conn, receipt: &Receipt, id: &Url) -> Result<bool, NotTaken> {
    let waited = follow_requests::remove_by_activity(conn, receipt.sender.id, id.as_str())?;
    if followers::remove_by_activity(conn, receipt.sender.id, id.as_str())? || waited {
        return Ok(true);
    }
    let sender = Origin::Remote(receipt.sender.id);
    match announces::by_activity_uri(conn, id.as_str())? {
        Some(announce) if announce.by == sender => {
            announces::remove(conn, announce.event, sender)?;
            events::forget_unvouched(conn, &[announce.event])?;
            Ok(true)
        }
        Some(_) => Err(NotTaken::Forbidden("undo_of_another")),
        None => Ok(false),
    }
}
