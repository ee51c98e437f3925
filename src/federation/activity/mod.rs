//! What peers do, a verb a file. Each is an `activitypub_federation` `Activity`: `verify` says whether the sender may do
//! it, `receive` does it in one transaction together with the note that it was taken in.
//!
//! | verb | effect |
//! |---|---|
//! | Follow | the sender follows one of our actors; Accept is recorded |
//! | Accept, Reject | our own follow stands, or was refused |
//! | Undo | a Follow or an Announce is taken back |
//! | Create, Invite, Update | an event of an actor we follow is kept |
//! | Delete | an event, or an actor with all it had, goes |
//! | Announce | an event is fetched from its origin and credited to the announcer |
//! | Join | answered with Ignore (FEP-8a8e): registrations stay with the centre |
//! | anything else | passed over |

mod announce;
mod answer;
mod create;
mod delete;
mod follow;
mod join;
mod undo;

use activitypub_federation::config::FederationConfig;
use activitypub_federation::traits::Activity;
use url::Url;

use super::context::Federation;
use super::convert::activity_in::Incoming;
use super::refused::NotTaken;
use super::signature::Sha256;
use super::{outbox, urls};
use crate::domain::id::CentreId;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::{Conn, StoreError, centres, hosts, inbox};

/// An authenticated activity before its effect.
#[derive(Debug, Clone)]
pub struct Receipt {
    id: Url,
    actor: Url,
    digest: String,
    /// Who signed it.
    pub sender: Peer,
    /// When it came.
    pub now: Instant,
}

impl Receipt {
    /// The receipt of `incoming`, signed by `sender`. An activity without id is known by its content.
    pub fn new(incoming: &Incoming, digest: Sha256, sender: Peer, now: Instant) -> Self {
        let digest = hex(&digest);
        let id = incoming.id.clone().unwrap_or_else(|| {
            let mut id = incoming.actor.clone();
            id.set_fragment(Some(&digest));
            id
        });
        Self {
            id,
            actor: incoming.actor.clone(),
            digest,
            sender,
            now,
        }
    }

    /// Whether it was taken in before: a repetition makes us neither fetch nor write. [`take`](Self::take) decides.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub async fn is_known(&self, federation: &Federation) -> Result<bool, StoreError> {
        let (id, digest) = (self.id.to_string(), self.digest.clone());
        federation.store.read(move |conn| inbox::seen(conn, &id, &digest)).await
    }

    /// Notes, in the transaction of the effect, that it was taken in. The id counts with the content: Mobilizon gives
    /// every Update of an event one id.
    fn take(&self, conn: &mut Conn) -> Result<(), NotTaken> {
        if !inbox::first_time(conn, self.id.as_str(), &self.digest, self.now)? {
            return Err(NotTaken::Duplicate);
        }
        hosts::heard_from(conn, &self.sender.host, self.now)?;
        Ok(())
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Does what `incoming` asks for.
///
/// # Errors
/// Why not.
pub async fn dispatch(
    config: &FederationConfig<Federation>,
    incoming: Incoming,
    receipt: Receipt,
) -> Result<(), NotTaken> {
    if matches!(incoming.kind.as_str(), "Create" | "Invite" | "Update") {
        return run(config, create::Create { receipt, incoming }).await;
    }
    let object = incoming.object;
    match incoming.kind.as_str() {
        "Follow" => run(config, follow::Follow { receipt, object }).await,
        "Accept" => {
            run(
                config,
                answer::Answer {
                    receipt,
                    object,
                    granted: true,
                },
            )
            .await
        }
        "Reject" => {
            run(
                config,
                answer::Answer {
                    receipt,
                    object,
                    granted: false,
                },
            )
            .await
        }
        "Undo" => run(config, undo::Undo { receipt, object }).await,
        "Delete" => run(config, delete::Delete { receipt, object }).await,
        "Announce" => run(config, announce::Announce { receipt, object }).await,
        "Join" => run(config, join::Join { receipt, object }).await,
        _ => Err(NotTaken::Ignored("unused_type")),
    }
}

async fn run<A>(config: &FederationConfig<Federation>, activity: A) -> Result<(), NotTaken>
where
    A: Activity<DataType = Federation, Error = NotTaken>,
{
    let data = config.to_request_data();
    activity.verify(&data).await?;
    activity.receive(&data).await?;
    // What was recorded in answer, or was waiting for a host that has just shown that it is up.
    outbox::wake(&data);
    Ok(())
}

/// The methods of `Activity` that only tell who and which.
macro_rules! identity {
    () => {
        type DataType = $crate::federation::context::Federation;
        type Error = $crate::federation::refused::NotTaken;
        fn id(&self) -> &url::Url {
            &self.receipt.id
        }
        fn actor(&self) -> &url::Url {
            &self.receipt.actor
        }
    };
}
use identity;

/// `uri` as one of our actors, or the refusal that there is none.
fn our_actor(federation: &Federation, uri: Option<&Url>) -> Result<urls::OurActor, NotTaken> {
    match uri.and_then(|uri| federation.urls.read(uri)) {
        Some(urls::Ours::Actor(actor)) => Ok(actor),
        _ => Err(NotTaken::Unknown("actor")),
    }
}

/// The centre that `actor` is, or `None` for the instance actor.
fn centre_of(conn: &mut Conn, actor: &urls::OurActor) -> Result<Option<CentreId>, NotTaken> {
    match actor {
        urls::OurActor::Node => Ok(None),
        urls::OurActor::Centre(handle) => {
            let centre = centres::by_handle(conn, handle.as_str())?;
            centre.map(|centre| Some(centre.id)).ok_or(NotTaken::Unknown("actor"))
        }
    }
}
