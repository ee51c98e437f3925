//! Somebody wants to take part from another server. Always answered, with Ignore: registrations are personal data and
//! stay with the centre, by phone or on its own page.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;

use super::{Receipt, identity};
use crate::domain::event::{Event, Origin};
use crate::domain::id::{EventId, SessionId};
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::outbox;
use crate::federation::refused::NotTaken;
use crate::federation::urls::{OurActor, Ours};
use crate::federation::wire;
use crate::store::{Conn, centres, events};

/// Join.
#[derive(Debug)]
pub(super) struct Join {
    pub receipt: Receipt,
    pub object: ObjectRef,
}

#[async_trait::async_trait]
impl Activity for Join {
    identity!();

    async fn verify(&self, _: &Data<Federation>) -> Result<(), NotTaken> {
        Ok(())
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let ours = self.object.id().and_then(|id| data.urls.read(id));
        let Some(Ours::Event(id)) = ours else {
            return Err(NotTaken::Unknown("event"));
        };
        let (receipt, federation) = (self.receipt, data.app_data().clone());
        data.store
            .try_write(move |conn| {
                receipt.take(conn)?;
                let event = event(conn, id)?.ok_or(NotTaken::Unknown("event"))?;
                let Origin::Local(centre) = event.origin else {
                    return Err(NotTaken::Unknown("event"));
                };
                let centre = centres::by_id(conn, centre)?.ok_or(NotTaken::Unknown("event"))?;
                let (id, url) = outbox::new_id(&federation, receipt.now);
                let actor = federation.urls.actor(&OurActor::Centre(centre.handle));
                let ignore = wire::activity::Activity::ignore(url, actor, &receipt.id, &receipt.actor);
                let inbox = receipt.sender.inbox.clone();
                Ok(outbox::record(
                    conn,
                    id,
                    Some(centre.id),
                    &ignore,
                    [inbox],
                    receipt.now,
                )?)
            })
            .await
    }
}

fn event(conn: &mut Conn, id: uuid::Uuid) -> Result<Option<Event>, NotTaken> {
    if let Some((event, _)) = events::of_session(conn, SessionId(id))? {
        return Ok(Some(event));
    }
    Ok(events::by_id(conn, EventId(id))?)
}
