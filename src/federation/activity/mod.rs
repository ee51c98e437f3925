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
mod programme;
mod undo;

use std::sync::Arc;

use activitypub_federation::config::{Data, FederationConfig};
use activitypub_federation::traits::Activity;
use url::Url;

use super::acquaintances::Acquaintance;
use super::context::Federation;
use super::convert::activity_in::Incoming;
use super::inbox::SENDER_CHANGED;
use super::intake::Told;
use super::refused::NotTaken;
use super::signature::Sha256;
use super::{outbox, urls};
use crate::domain::id::CentreId;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::store::inbox::Arrival;
use crate::store::peers::{Edition, Standing};
use crate::store::{Conn, centres, inbox, peers};

/// An authenticated activity before its effect.
#[derive(Debug, Clone)]
pub struct Receipt {
    id: Url,
    actor: Url,
    digest: Sha256,
    /// When it was signed, where the same words may be meant anew.
    renewed: Option<Instant>,
    /// Who signed it.
    pub sender: Arc<Peer>,
    edition: Arc<Edition>,
    /// Whether one of our actors followed the sender a moment ago: a hint, to be asked again in the transaction.
    pub followed: bool,
    /// When it came.
    pub now: Instant,
}

impl Receipt {
    /// The receipt of `incoming`, signed by `sender` at this moment with a body of this digest.
    ///
    /// Who tries again signs the same body anew, so a repetition is known by its body. A Follow or an Undo brings nothing
    /// but itself, and reads the same when it is meant anew: Gancio and WordPress follow by a fixed id, without a date. Of
    /// these, one that was signed later than those before it counts again; one that was under way for long does not.
    pub fn new(incoming: &Incoming, (digest, signed): (Sha256, Instant), sender: &Acquaintance, now: Instant) -> Self {
        Self {
            id: id_of(incoming, &digest),
            actor: incoming.actor.clone(),
            digest,
            renewed: Some(signed).filter(|_| matches!(incoming.kind.as_str(), "Follow" | "Undo")),
            sender: Arc::clone(&sender.peer),
            edition: Arc::clone(&sender.edition),
            followed: sender.followed,
            now,
        }
    }

    /// Refuses a repetition before anything is fetched for it. [`take`](Self::take) decides.
    ///
    /// # Errors
    /// [`NotTaken::Duplicate`].
    async fn refuse_known(&self, federation: &Federation) -> Result<(), NotTaken> {
        let (digest, renewed) = (self.digest, self.renewed);
        let known = federation.store.read(move |conn| inbox::seen(conn, &digest, renewed));
        if known.await? {
            return Err(NotTaken::Duplicate);
        }
        Ok(())
    }

    /// Notes, in the transaction of the effect, that it was taken in. The sender must still be who signed it.
    fn take(&self, conn: &mut Conn) -> Result<(), NotTaken> {
        self.standing(conn)?;
        self.note(conn)
    }

    /// [`take`](Self::take), when only who is followed here and is still there may say so.
    fn take_of_followed(&self, conn: &mut Conn) -> Result<(), NotTaken> {
        let sender = self.standing(conn)?;
        if !sender.followed || sender.gone {
            return Err(NotTaken::Ignored("not_followed"));
        }
        self.note(conn)
    }

    fn standing(&self, conn: &mut Conn) -> Result<Standing, NotTaken> {
        let sender = peers::standing(conn, self.sender.id, &self.edition)?;
        if !sender.current {
            return Err(NotTaken::Unavailable(SENDER_CHANGED));
        }
        Ok(sender)
    }

    /// [`take`](Self::take), when it brings an event; how the sender stands, and what there is of the event. One that is new
    /// bears the note that its message was taken in.
    fn take_event(&self, conn: &mut Conn, told: &Told) -> Result<Arrival, NotTaken> {
        let arrival = inbox::arrival(conn, self.sender.id, &self.edition, &told.event.uri, &self.digest)?;
        let Some(arrival) = arrival.filter(|arrival| arrival.sender.current) else {
            return Err(NotTaken::Unavailable(SENDER_CHANGED));
        };
        if arrival.repeated {
            return Err(NotTaken::Duplicate);
        }
        if !told.bears_its_message(arrival.trace) {
            self.note(conn)?;
        }
        Ok(arrival)
    }

    fn note(&self, conn: &mut Conn) -> Result<(), NotTaken> {
        let is_new = match self.renewed {
            Some(signed) => inbox::newest(conn, &self.digest, signed)?,
            None => inbox::first_time(conn, &self.digest, self.now)?,
        };
        if is_new { Ok(()) } else { Err(NotTaken::Duplicate) }
    }
}

/// An activity without id is known by its content.
fn id_of(incoming: &Incoming, digest: &Sha256) -> Url {
    incoming.id.clone().unwrap_or_else(|| {
        let mut id = incoming.actor.clone();
        id.set_fragment(Some(&hex(digest)));
        id
    })
}

fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    digest
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
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
    let data = config.to_request_data();
    let kind = incoming.kind.as_str();
    // Hubzilla's Invite carries its event; Mobilizon's asks an actor into a group.
    let publishes = matches!(kind, "Create" | "Update") || kind == "Invite" && incoming.object.is_a("Event");
    // What comes whole is written at once, and the transaction finds out; anything else may make us fetch.
    if !(publishes && incoming.object.embedded().is_some()) {
        receipt.refuse_known(&data).await?;
    }
    if publishes {
        run(&data, create::Create { receipt, incoming }).await?;
        data.network_bell.notify_one();
    } else {
        by_verb(&data, incoming, receipt).await?;
        // Something may have been recorded in answer.
        outbox::wake(&data);
    }
    Ok(())
}

async fn by_verb(data: &Data<Federation>, incoming: Incoming, receipt: Receipt) -> Result<(), NotTaken> {
    let object = incoming.object;
    let answer = |receipt, object, granted| answer::Answer {
        receipt,
        object,
        granted,
    };
    match incoming.kind.as_str() {
        "Follow" => run(data, follow::Follow { receipt, object }).await,
        "Accept" => run(data, answer(receipt, object, true)).await,
        "Reject" => run(data, answer(receipt, object, false)).await,
        "Undo" => run(data, undo::Undo { receipt, object }).await,
        "Delete" => run(data, delete::Delete { receipt, object }).await,
        "Announce" => {
            let via = incoming.via;
            run(data, announce::Announce { receipt, object, via }).await
        }
        "Join" => run(data, join::Join { receipt, object }).await,
        _ => Err(NotTaken::Ignored("unused_type")),
    }
}

async fn run<A>(data: &Data<Federation>, activity: A) -> Result<(), NotTaken>
where
    A: Activity<DataType = Federation, Error = NotTaken>,
{
    activity.verify(data).await?;
    activity.receive(data).await
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
