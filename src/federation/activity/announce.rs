//! A peer that we follow relays an event: proven by its author or fetched from its origin, kept, and credited to the
//! announcer.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;
use url::Url;

use super::{Receipt, identity};
use crate::domain::event::Origin;
use crate::domain::id::{EventId, SessionId};
use crate::federation::budget::Budget;
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::{ObjectRef, activity};
use crate::federation::convert::json::Value;
use crate::federation::convert::read;
use crate::federation::intake::{self, Told};
use crate::federation::listed;
use crate::federation::refused::NotTaken;
use crate::federation::urls::Ours;
use crate::store::announces::{self, Announce as Row};
use crate::store::{Conn, events, pulls};

/// Announce of an object or, as Mobilizon's relay and forums do, of a whole activity.
#[derive(Debug)]
pub(super) struct Announce {
    pub receipt: Receipt,
    pub object: ObjectRef,
    /// The networks that it came by.
    pub via: Vec<String>,
}

#[async_trait::async_trait]
impl Activity for Announce {
    identity!();

    /// The transaction asks again: what was announced is fetched meanwhile.
    async fn verify(&self, data: &Data<Federation>) -> Result<(), NotTaken> {
        if intake::is_followed(data, self.receipt.sender.id).await? {
            Ok(())
        } else {
            Err(NotTaken::Ignored("not_followed"))
        }
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let id = announced(&self.object).ok_or(NotTaken::Malformed("object_id"))?;
        let (receipt, via) = (self.receipt.clone(), self.via.clone());
        if let Some(ours) = data.urls.read(&id) {
            return data
                .store
                .try_write(move |conn| credit_ours(conn, &receipt, &ours, via.clone()))
                .await;
        }
        if self.is_listed(data, &id).await? {
            return data.store.try_write(move |conn| receipt.take_of_followed(conn)).await;
        }
        let mut budget = Budget::of_a_message();
        let told = match self.vouched(data, &id, &mut budget).await? {
            Some(told) => told,
            None => match from_origin(data, &id, &mut budget).await {
                Err(NotTaken::Unavailable(_)) if self.receipt.sender.upcoming.is_some() => {
                    return self.leave_to_a_reading(data).await;
                }
                told => told?,
            },
        };
        data.store
            .try_write(move |conn| {
                receipt.take_of_followed(conn)?;
                let event = intake::keep(conn, &told)?.id();
                credit(conn, &receipt, event, via.clone())
            })
            .await
    }
}

impl Announce {
    /// The event that was carried along, when it proves its author and when: nobody has to be asked. One that is not for
    /// everybody (any more), or that cannot be read, is what its own address says.
    async fn vouched(&self, federation: &Federation, id: &Url, budget: &mut Budget) -> Result<Option<Told>, NotTaken> {
        match carried(&self.object).filter(|event| read::id(event).as_ref() == Some(id)) {
            Some(event) => listed::proven(federation, event, &self.receipt.sender, budget).await,
            None => Ok(None),
        }
    }

    /// The author's server does not answer. Who lists its whole programme need not come again, and nothing waits behind
    /// this: a reading finds the event once its author is back.
    async fn leave_to_a_reading(self, federation: &Federation) -> Result<(), NotTaken> {
        let receipt = self.receipt;
        let scheduled = federation.store.try_write(move |conn| {
            receipt.take_of_followed(conn)?;
            Ok::<_, NotTaken>(pulls::schedule(conn, receipt.sender.id, receipt.now)?)
        });
        scheduled.await?;
        federation.pull_bell.notify_one();
        Ok(())
    }

    /// Whether a network told us of the event before, as its author signed it, and announces it only now.
    async fn is_listed(&self, federation: &Federation, id: &Url) -> Result<bool, NotTaken> {
        if !self.receipt.sender.is_maillage() {
            return Ok(false);
        }
        let (uri, by) = (id.to_string(), Origin::Remote(self.receipt.sender.id));
        let listed = move |conn: &mut Conn| match events::by_uri(conn, &uri)? {
            Some(event) => announces::is_by(conn, event.id, by),
            None => Ok(false),
        };
        Ok(federation.store.read(listed).await?)
    }
}

/// The event inside, or inside the activity inside.
fn carried(object: &ObjectRef) -> Option<&Value> {
    let outer = object.embedded()?;
    let inner = outer.get("object").filter(|inner| inner.is_object());
    [Some(outer), inner]
        .into_iter()
        .flatten()
        .find(|one| read::is_a(one, "Event"))
}

/// The address of the object; of an embedded activity, that of its object.
fn announced(object: &ObjectRef) -> Option<Url> {
    match object.embedded().and_then(|embedded| activity(embedded).ok()) {
        Some(inner) => inner.object.id().cloned(),
        None => object.id().cloned(),
    }
}

/// The event at `id`, or that of the activity found there.
async fn from_origin(federation: &Federation, id: &Url, budget: &mut Budget) -> Result<Told, NotTaken> {
    let mut fetched = intake::fetch(federation, id, budget).await?;
    if !read::is_a(&fetched.value, "Event")
        && let Ok(inner) = activity(&fetched.value)
        && let Some(object) = inner.object.id()
    {
        fetched = intake::fetch(federation, object, budget).await?;
    }
    intake::told_at(federation, &fetched, budget).await
}

fn credit_ours(conn: &mut Conn, receipt: &Receipt, ours: &Ours, via: Vec<String>) -> Result<(), NotTaken> {
    let Ours::Event(id) = ours else {
        return Err(NotTaken::Ignored("not_an_event"));
    };
    receipt.take_of_followed(conn)?;
    let event = match events::of_session(conn, SessionId(*id))? {
        Some((event, _)) => Some(event),
        None => events::by_id(conn, EventId(*id))?,
    };
    let event = event.ok_or(NotTaken::Unknown("event"))?;
    credit(conn, receipt, event.id, via)
}

fn credit(conn: &mut Conn, receipt: &Receipt, event: EventId, via: Vec<String>) -> Result<(), NotTaken> {
    let row = Row {
        event,
        by: Origin::Remote(receipt.sender.id),
        activity_uri: receipt.id.to_string(),
        at: receipt.now,
        via,
    };
    announces::insert(conn, &row)?;
    Ok(())
}
