//! A peer follows one of our actors. Everybody may: what we publish is public. The answer is an Accept.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;

use super::{Receipt, centre_of, identity, our_actor};
use crate::domain::id::FollowerId;
use crate::domain::peer::Follower;
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::outbox;
use crate::federation::refused::NotTaken;
use crate::federation::wire;
use crate::store::followers;

/// Follow.
#[derive(Debug)]
pub(super) struct Follow {
    pub receipt: Receipt,
    pub object: ObjectRef,
}

#[async_trait::async_trait]
impl Activity for Follow {
    identity!();

    async fn verify(&self, data: &Data<Federation>) -> Result<(), NotTaken> {
        our_actor(data, self.object.id().as_ref()).map(|_| ())
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let federation = data.app_data().clone();
        let target = our_actor(data, self.object.id().as_ref())?;
        let receipt = self.receipt;
        data.store
            .try_write(move |conn| {
                receipt.take(conn)?;
                let followed = centre_of(conn, &target)?;
                let follower = Follower {
                    id: FollowerId::new(receipt.now, federation.random.as_ref()),
                    followed,
                    peer: receipt.sender.id,
                    activity_uri: receipt.id.to_string(),
                    since: receipt.now,
                };
                followers::insert(conn, &follower)?;
                let (id, url) = outbox::new_id(&federation, receipt.now);
                let actor = federation.urls.actor(&target);
                let accept = wire::activity::Activity::accept(url, actor, &receipt.id, &receipt.actor);
                let inbox = receipt.sender.inbox.clone();
                outbox::record(conn, id, followed, &accept, [inbox], receipt.now)?;
                Ok::<_, NotTaken>(())
            })
            .await
    }
}
