//! A peer withdraws an event, or itself with all it had.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;
use url::Url;

use super::{Receipt, identity};
use crate::domain::event::Origin;
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::farewell;
use crate::federation::fetch::Accept;
use crate::federation::guard::same_origin;
use crate::federation::refused::NotTaken;
use crate::store::{Conn, events, follows, pulls, tombstones};

/// Delete; the object is an id, a Tombstone or the object itself.
#[derive(Debug)]
pub(super) struct Delete {
    pub receipt: Receipt,
    pub object: ObjectRef,
}

#[async_trait::async_trait]
impl Activity for Delete {
    identity!();

    /// Only what is of the sender's origin can be the sender's to withdraw.
    async fn verify(&self, _: &Data<Federation>) -> Result<(), NotTaken> {
        let id = self.object.id().ok_or(NotTaken::Malformed("object_id"))?;
        if same_origin(id, &self.receipt.actor) {
            Ok(())
        } else {
            Err(NotTaken::Forbidden("foreign_object"))
        }
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let id = self.object.id().ok_or(NotTaken::Malformed("object_id"))?.clone();
        let receipt = self.receipt;
        if id == receipt.actor {
            return data
                .store
                .try_write(move |conn| {
                    receipt.take(conn)?;
                    Ok::<_, NotTaken>(farewell::of_peer(conn, receipt.sender.id, receipt.now)?)
                })
                .await;
        }
        let (uri, sender) = (id.to_string(), receipt.sender.id);
        let look = move |conn: &mut Conn| {
            let known = events::by_uri(conn, &uri)?;
            // Most of what is deleted elsewhere was never here, and is not worth a transaction.
            let is_useless = known.is_none() && !follows::is_accepted(conn, sender)?;
            Ok((known, is_useless))
        };
        let (known, is_useless) = data.store.read(look).await?;
        if is_useless {
            return Err(NotTaken::Ignored("unknown_object"));
        }
        if known.is_some_and(|event| event.origin != Origin::Remote(sender)) && !is_gone(data, &id).await? {
            return Err(NotTaken::Forbidden("not_the_owner"));
        }
        data.store
            .try_write(move |conn| {
                receipt.take(conn)?;
                forget(conn, &receipt, &id)
            })
            .await?;
        data.pull_bell.notify_one();
        Ok(())
    }
}

/// An event that is not here yet leaves a tombstone too, since its Create may come after its Delete; but only when its
/// sender is followed: nobody else can fill our memory, or bury what a neighbour on the same server will publish.
fn forget(conn: &mut Conn, receipt: &Receipt, id: &Url) -> Result<(), NotTaken> {
    let followed = !follows::accepted_of_peer(conn, receipt.sender.id)?.is_empty();
    let known = events::by_uri(conn, id.as_str())?;
    let alone = receipt.sender.is_maillage() && known.as_ref().is_some_and(|event| event.facts.series.is_none());
    match known {
        Some(event) => events::remove(conn, &event, &[], receipt.now)?,
        None if followed => {
            if !tombstones::insert_of_peer(conn, id.as_str(), receipt.now)? {
                return Err(NotTaken::Ignored("too_many_deletes"));
            }
        }
        None => return Err(NotTaken::Ignored("unknown_object")),
    }
    if followed && !alone {
        // Of a series only the dates that were posted are told of: the whole programme is read again.
        pulls::schedule(conn, receipt.sender.id, receipt.now)?;
    }
    Ok(())
}

/// Whether its own address says that the object is no more: then anybody may have told us.
pub(super) async fn is_gone(federation: &Federation, id: &Url) -> Result<bool, NotTaken> {
    match federation.fetcher.get_json(id, Accept::ActivityJson).await {
        Ok(fetched) => Ok(crate::federation::convert::read::is_a(&fetched.value, "Tombstone")),
        Err(error) if error.is_gone() || error.is_absent() => Ok(true),
        Err(error) => Err(NotTaken::Unavailable(error.reason())),
    }
}
