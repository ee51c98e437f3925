//! A peer answers a follow of ours: only the one who was asked may.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;

use super::{Receipt, centre_of, identity, our_actor};
use crate::domain::peer::{Follow, FollowState};
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::ObjectRef;
use crate::federation::convert::read;
use crate::federation::refused::NotTaken;
use crate::federation::urls::Ours;
use crate::store::{Conn, events, follows, pulls};

/// Accept or Reject.
#[derive(Debug)]
pub(super) struct Answer {
    pub receipt: Receipt,
    pub object: ObjectRef,
    pub granted: bool,
}

#[async_trait::async_trait]
impl Activity for Answer {
    identity!();

    /// Friendica and Hubzilla answer an event itself, whole or by its id: a registration, which is not ours to take.
    async fn verify(&self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let told = self.object.embedded().is_some() && !self.object.is_a("Follow");
        let id = self.object.id();
        let named = id.is_some_and(|id| matches!(data.urls.read(id), Some(Ours::Event(_))));
        if told || named {
            return Err(NotTaken::Ignored("answer_to_no_follow"));
        }
        Ok(())
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        let Self {
            receipt,
            object,
            granted,
        } = self;
        let federation = data.app_data().clone();
        data.store
            .try_write(move |conn| {
                receipt.take(conn)?;
                let follow =
                    asked(conn, &federation, &object, &receipt, granted)?.ok_or(NotTaken::Forbidden("never_asked"))?;
                if follow.peer != receipt.sender.id {
                    return Err(NotTaken::Forbidden("not_the_one_asked"));
                }
                let state = if granted {
                    FollowState::Accepted
                } else {
                    FollowState::Refused
                };
                follows::set_state(conn, follow.id, state, receipt.now)?;
                if granted {
                    pulls::schedule(conn, follow.peer, receipt.now)?;
                } else if follows::accepted_of_peer(conn, follow.peer)?.is_empty() {
                    pulls::stop(conn, follow.peer)?;
                    events::forget_of_peer(conn, follow.peer)?;
                }
                Ok::<_, NotTaken>(())
            })
            .await?;
        data.pull_bell.notify_one();
        Ok(())
    }
}

/// The follow that is answered: by the id of our activity, or (for software that makes up ids of its own) by who asked
/// whom.
fn asked(
    conn: &mut Conn,
    federation: &Federation,
    object: &ObjectRef,
    receipt: &Receipt,
    granted: bool,
) -> Result<Option<Follow>, NotTaken> {
    if let Some(id) = object.id()
        && let Some(follow) = follows::by_activity_uri(conn, id.as_str())?
    {
        return Ok(Some(follow));
    }
    // An answer, come late, to something that we asked before: a consent to what we ask once more counts.
    let earlier = object.id().is_some_and(|id| federation.urls.is_ours(id));
    if earlier && !granted {
        return Ok(None);
    }
    let follower = object
        .embedded()
        .and_then(|follow| read::field(follow, "actor"))
        .and_then(read::reference);
    let Ok(actor) = our_actor(federation, follower.as_ref()) else {
        return Ok(None);
    };
    let centre = centre_of(conn, &actor)?;
    let follow = follows::of(conn, centre, receipt.sender.id)?;
    Ok(follow.filter(|follow| !earlier || follow.state == FollowState::Asked))
}
