//! A peer follows one of our actors. Everybody may, unless the staff chose to be asked or keeps a list: the answer is an
//! Accept, a Reject, or nothing until the staff decides.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;

use super::{Receipt, centre_of, identity, our_actor};
use crate::domain::admission::Admitted;
use crate::domain::id::FollowerId;
use crate::domain::peer::Follower;
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::outbox;
use crate::federation::refused::NotTaken;
use crate::federation::wire;
use crate::store::{Conn, StoreError, blocks, follow_requests, followers};

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
        our_actor(data, self.object.id()).map(|_| ())
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let federation = data.app_data().clone();
        let target = our_actor(data, self.object.id())?;
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
                let granted = match admit(conn, &follower, &receipt)? {
                    Admitted::Yes => true,
                    Admitted::No => false,
                    Admitted::Later => return Ok(follow_requests::insert(conn, &follower)?),
                };
                if granted {
                    followers::insert(conn, &follower)?;
                    follow_requests::remove_of(conn, followed, follower.peer)?;
                }
                let (id, url) = outbox::new_id(&federation, receipt.now);
                let actor = federation.urls.actor(&target);
                let answer = if granted {
                    wire::activity::Activity::accept
                } else {
                    wire::activity::Activity::reject
                };
                let inbox = receipt.sender.inbox.clone();
                let answer = answer(url, actor, &receipt.id, &receipt.actor);
                outbox::record(conn, id, followed, &answer, [inbox], receipt.now)?;
                Ok::<_, NotTaken>(())
            })
            .await
    }
}

/// Who follows already stays, whatever the rule is now.
fn admit(conn: &mut Conn, follower: &Follower, receipt: &Receipt) -> Result<Admitted, StoreError> {
    match blocks::admission(conn)?.decide(&receipt.sender) {
        Admitted::Yes => Ok(Admitted::Yes),
        _ if followers::is_one(conn, follower.followed, follower.peer)? => Ok(Admitted::Yes),
        other => Ok(other),
    }
}
