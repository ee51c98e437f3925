//! A peer publishes or changes an event. Kept when one of our actors follows its publisher or the sender.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;
use url::Url;

use super::{Receipt, identity, programme};
use crate::domain::event::{Event, Origin};
use crate::federation::budget::Budget;
use crate::federation::context::Federation;
use crate::federation::convert::activity_in::Incoming;
use crate::federation::convert::event_in::event_of;
use crate::federation::guard::same_origin;
use crate::federation::intake::{self, Held, Told};
use crate::federation::peers as fetched_peers;
use crate::federation::proof;
use crate::federation::refused::NotTaken;
use crate::store::{Conn, events, follows, peers, tombstones};

/// Create, Invite (Hubzilla publishes so) or Update.
#[derive(Debug)]
pub(super) struct Create {
    pub receipt: Receipt,
    pub incoming: Incoming,
}

#[async_trait::async_trait]
impl Activity for Create {
    identity!();

    /// What is published is the sender's: of its origin. A relayed object comes as Announce.
    async fn verify(&self, _: &Data<Federation>) -> Result<(), NotTaken> {
        let id = self.incoming.object.id().ok_or(NotTaken::Malformed("object_id"))?;
        if same_origin(id, &self.receipt.actor) {
            Ok(())
        } else {
            Err(NotTaken::Forbidden("foreign_object"))
        }
    }

    /// What is rare is boxed: all that may be awaited here has its room in each request.
    async fn receive(self, data: &Data<Federation>) -> Result<(), NotTaken> {
        if self.incoming.kind == "Update" && self.incoming.object.id() == Some(&self.receipt.actor) {
            return Box::pin(self.refresh_actor(data)).await;
        }
        if let Some(page) = programme::page(&self.incoming.object, &self.receipt) {
            return Box::pin(programme::keep(data, self.receipt.clone(), page)).await;
        }
        self.check_interest(data).await?;
        let mut budget = Budget::of_a_message();
        // An event that somebody changed on its way is refused, whoever sent it.
        let author = match self.incoming.object.embedded() {
            Some(object) => proof::author(data, object, &self.receipt.sender, &mut budget).await?,
            None => None,
        };
        let mut told = match self.told(data, &mut budget).await {
            Err(NotTaken::NotPublic) => return Box::pin(self.hide(data, &mut budget)).await,
            told => told?,
        };
        self.check_wanted(data, &told).await?;
        let proven = author
            .as_ref()
            .is_some_and(|author| author.fresh && author.peer.id == told.owner.id);
        if author.is_some_and(|author| author.peer.id == told.owner.id) {
            told.document = self.incoming.object.embedded().map(ToString::to_string);
        }
        let by_its_publisher = proven || told.owner.id == self.receipt.sender.id;
        if !(by_its_publisher && told.has_one_author()) {
            told = Box::pin(self.as_its_publisher_says(data, told, by_its_publisher, &mut budget)).await?;
        }
        let (receipt, id) = self.known_by()?;
        let read_again = match keep(data, receipt.clone(), told).await {
            Err(NotTaken::Ignored("deleted")) => Box::pin(keep_revived(data, receipt, &id, &mut budget)).await?,
            kept => kept?,
        };
        if read_again {
            data.pull_bell.notify_one();
        }
        Ok(())
    }
}

impl Create {
    async fn told(&self, federation: &Federation, budget: &mut Budget) -> Result<Told, NotTaken> {
        match (self.incoming.object.embedded(), self.incoming.object.id()) {
            (Some(_), _) => intake::told_by(federation, &self.incoming, &self.receipt.sender, budget).await,
            (None, Some(id)) => {
                let fetched = intake::fetch(federation, id, budget).await?;
                Box::pin(intake::told_at(federation, &fetched, budget)).await
            }
            (None, None) => Err(NotTaken::Malformed("object_id")),
        }
    }

    /// Nothing is fetched for what nobody here asked for: the sender is followed, or an author that is known already, or
    /// the event is here.
    async fn check_interest(&self, federation: &Federation) -> Result<(), NotTaken> {
        if self.receipt.followed {
            return Ok(());
        }
        let object = &self.incoming.object;
        let id = object.id().ok_or(NotTaken::Malformed("object_id"))?;
        let mut authors = object.embedded().map_or_else(Vec::new, proof::authors);
        let named = !authors.is_empty();
        authors.retain(|author| same_origin(author, id));
        if named && authors.is_empty() {
            return Err(NotTaken::Forbidden("foreign_author"));
        }
        authors.push(self.receipt.actor.clone());
        let id = id.to_string();
        let asked_for = federation.store.read(move |conn| {
            if events::by_uri(conn, &id)?.is_some() {
                return Ok(true);
            }
            for author in &authors {
                if let Some(peer) = peers::by_uri(conn, author.as_str())?
                    && follows::is_accepted(conn, peer.id)?
                {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        if Box::pin(asked_for).await? {
            Ok(())
        } else {
            Err(NotTaken::Ignored("not_followed"))
        }
    }

    async fn check_wanted(&self, federation: &Federation, told: &Told) -> Result<(), NotTaken> {
        if self.receipt.followed {
            return Ok(());
        }
        // The transaction asks again; what was not wanted a moment ago is not worth one.
        let (uri, owner, sender) = (told.event.uri.clone(), told.owner.id, self.receipt.sender.id);
        let wanted = move |conn: &mut Conn| intake::is_wanted(conn, &uri, owner, sender);
        if Box::pin(federation.store.read(wanted)).await? {
            Ok(())
        } else {
            Err(NotTaken::Ignored("not_followed"))
        }
    }

    /// What its publisher takes back from everybody, goes from the calendar, unless it was changed since. Of what is another's
    /// its own address decides: a person may write for a group (Mobilizon).
    async fn hide(self, federation: &Federation, budget: &mut Budget) -> Result<(), NotTaken> {
        let id = self.incoming.object.id().ok_or(NotTaken::Malformed("object_id"))?;
        let uri = id.to_string();
        let look = uri.clone();
        let known = federation.store.read(move |conn| events::by_uri(conn, &look)).await?;
        let Some(known) = known else {
            return Err(NotTaken::NotPublic);
        };
        let sender = Origin::Remote(self.receipt.sender.id);
        // What was only named has just been asked for.
        let mut is_hidden = self.incoming.object.embedded().is_none();
        if !is_hidden && known.origin != sender {
            self.receipt.refuse_known(federation).await?;
            is_hidden = intake::is_hidden(federation, id, budget).await?;
            if !is_hidden {
                return Err(NotTaken::NotPublic);
            }
        }
        let changed = event_of(&self.incoming).ok().and_then(|event| event.updated);
        let is_meant = move |known: &Event| {
            let is_late = changed.is_some_and(|changed| changed < known.updated);
            is_hidden || known.origin == sender && !is_late
        };
        let receipt = self.receipt;
        federation
            .store
            .try_write(move |conn| {
                receipt.take(conn)?;
                Ok(intake::hide(conn, &uri, is_meant)?)
            })
            .await
    }

    /// A person may write for a group of the same host (Mobilizon), and one of several authors for the others; whether this
    /// one may is their host's affair. Unless its publisher says so itself, of what is its own here, the event is taken as its
    /// own address gives it. One that is known already keeps its publisher.
    async fn as_its_publisher_says(
        &self,
        federation: &Federation,
        told: Told,
        by_its_publisher: bool,
        budget: &mut Budget,
    ) -> Result<Told, NotTaken> {
        match told.held(federation).await? {
            Held::ByAnother => return Err(NotTaken::Forbidden("owner_change")),
            Held::AsTold if by_its_publisher => return Ok(told),
            Held::AsTold | Held::ByAnotherAuthor(_) => {}
        }
        self.receipt.refuse_known(federation).await?;
        let id = self.incoming.object.id().ok_or(NotTaken::Malformed("object_id"))?;
        let told = at_its_origin(federation, id, budget).await?;
        // The origin may name another publisher than the sender did.
        self.check_wanted(federation, &told).await?;
        Ok(told)
    }

    /// What is left of it while it waits for its commit, among many others: who sent it, and the id of the event. The
    /// document that was read goes.
    fn known_by(self) -> Result<(Receipt, Url), NotTaken> {
        let id = self.incoming.object.into_id().ok_or(NotTaken::Malformed("object_id"))?;
        Ok((self.receipt, id))
    }

    /// An actor tells that its profile or key changed: it is fetched again.
    async fn refresh_actor(self, federation: &Federation) -> Result<(), NotTaken> {
        federation.fetcher.forget_failure(&self.receipt.actor);
        let fetched = federation
            .fetcher
            .get_named(&self.receipt.actor)
            .await
            .map_err(|error| NotTaken::of_fetch(&error))?;
        let (receipt, read) = (self.receipt, fetched_peers::read(federation, &fetched, None)?);
        let uri = receipt.sender.uri.clone();
        let refreshed = federation.store.try_write(move |conn| {
            // First: what is kept is no longer the sender as it was when it signed.
            receipt.take(conn)?;
            read.keep(conn)?;
            Ok(())
        });
        refreshed.await.inspect(|()| federation.acquaintances.forget(&uri))
    }
}

/// Keeps what was deleted, if its own address has it: somebody of the same server may have said so of what is not theirs.
/// Where nothing was deleted it is the publisher that is no more, whatever its server still shows.
async fn keep_revived(
    federation: &Federation,
    receipt: Receipt,
    id: &Url,
    budget: &mut Budget,
) -> Result<bool, NotTaken> {
    let uri = id.to_string();
    let deleted = federation.store.read(move |conn| tombstones::find(conn, &uri)).await?;
    if deleted.is_none() {
        return Err(NotTaken::Ignored("deleted"));
    }
    let told = at_its_origin(federation, id, budget).await?;
    keep(federation, receipt, told).await
}

/// The event as its own address gives it now; that it was deleted, where it was and is not there.
async fn at_its_origin(federation: &Federation, id: &Url, budget: &mut Budget) -> Result<Told, NotTaken> {
    let uri = id.to_string();
    let deleted = federation.store.read(move |conn| tombstones::find(conn, &uri)).await?;
    match intake::fetch(federation, id, budget).await {
        Err(NotTaken::Forbidden(_)) if deleted.is_some() => Err(NotTaken::Ignored("deleted")),
        fetched => intake::told_at(federation, &*fetched?, budget).await,
    }
}

/// Keeps it, where it is wanted; whether the whole programme of its publisher is to be read now.
async fn keep(federation: &Federation, receipt: Receipt, told: Told) -> Result<bool, NotTaken> {
    let told = told.brought_by(receipt.digest);
    let kept = federation.store.try_write(move |conn| {
        let arrival = receipt.take_event(conn, &told)?;
        intake::keep_if_followed(conn, &told, &receipt.sender, arrival, receipt.now)
    });
    kept.await
}
