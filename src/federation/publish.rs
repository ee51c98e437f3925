//! What followers are told of our events, recorded in the transaction of the change.
//!
//! A single event is posted when it is published. A series is posted date by date: the next one at once, each later one
//! when it comes near (`federation.drip_days`); following nodes read the whole of it from `upcoming`.

use serde_json::Value;
use url::Url;

use super::context::Federation;
use super::convert::event_out::{Posting, event_object};
use super::convert::note_out::change_note;
use super::documents::{self, Document};
use super::keyring::ActorSigners;
use super::outbox;
use super::urls::OurActor;
use super::wire::activity::Activity;
use super::wire::context::with_context;
use super::wire::tombstone::Tombstone;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Session, Status};
use crate::domain::id::{ActivityId, CentreId};
use crate::domain::time::Instant;
use crate::store::sessions::{self, Reconciled};
use crate::store::{Conn, StoreError, activities, follows};

/// Speaks for one centre at one moment.
pub struct Publisher<'a> {
    /// The federation.
    pub federation: &'a Federation,
    /// Whose events these are.
    pub centre: &'a Centre,
    /// The moment of the change.
    pub now: Instant,
}

/// The Event object of a session, to be embedded: posted since `announced`, or not yet. Its proof (FEP-8b32) is the
/// centre's.
///
/// # Errors
/// [`StoreError::Corrupt`] when the key cannot sign.
pub fn object(
    federation: &Federation,
    signers: &ActorSigners,
    centre: &Centre,
    event: &Event,
    session: &Session,
    announced: Option<Instant>,
) -> Result<Value, StoreError> {
    let posting = posting(centre, event, session, announced);
    let mut object = event_object(&posting, &federation.urls);
    signers.prove(&mut object, posting.updated)?;
    Ok(object)
}

/// The same as a document of its own: its proof covers its context.
///
/// # Errors
/// As [`object`].
pub fn document(
    federation: &Federation,
    signers: &ActorSigners,
    centre: &Centre,
    event: &Event,
    session: &Session,
    announced: Option<Instant>,
) -> Result<Value, StoreError> {
    let posting = posting(centre, event, session, announced);
    let mut document = with_context(event_object(&posting, &federation.urls));
    signers.prove(&mut document, posting.updated)?;
    Ok(document)
}

/// The actor of `owner` changed: Update for its followers and for whom it follows, who read it again.
///
/// # Errors
/// Only what the database refuses.
pub fn actor_changed(
    conn: &mut Conn,
    federation: &Federation,
    owner: Option<CentreId>,
    actor: &OurActor,
    name: &str,
    now: Instant,
) -> Result<(), StoreError> {
    let Document::Found(mut object) = documents::actor(conn, federation, actor, name)? else {
        return Ok(());
    };
    if let Some(members) = object.as_object_mut() {
        members.remove("@context");
    }
    // What it was before, keys included, is shown no longer.
    activities::withdraw(conn, owner, federation.urls.actor(actor).as_str())?;
    let signers = federation.keys.within(conn, owner)?;
    let (id, url) = outbox::new_id(federation, now);
    let urls = &federation.urls;
    let update = Activity::update(url, urls.actor(actor), object, &urls.followers(actor))
        .published(now)
        .proven(|document| signers.prove(document, now))?;
    let followed = follows::inboxes(conn, owner)?;
    outbox::record_for_followers_and(conn, id, owner, &update, followed, now)
}

/// Whether whoever planned to come must hear of the change: it is not on as it was.
fn matters(was: &Event, event: &Event) -> bool {
    let told = [
        Status::Cancelled,
        Status::Postponed,
        Status::Rescheduled,
        Status::MovedOnline,
    ];
    was.facts.status != event.facts.status && told.contains(&event.facts.status)
}

fn posting<'a>(centre: &'a Centre, event: &'a Event, session: &'a Session, announced: Option<Instant>) -> Posting<'a> {
    let published = announced.unwrap_or(event.published);
    Posting {
        event,
        session,
        centre: &centre.handle,
        published,
        updated: event.updated.max(published),
        previous_start: None,
    }
}

impl Publisher<'_> {
    /// A new event: Create for its next session.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn published(&self, conn: &mut Conn, event: &Event, sessions: &[Session]) -> Result<(), StoreError> {
        let next = sessions.iter().filter(|session| session.occurrence.end > self.now);
        match next.min_by_key(|session| session.occurrence.start) {
            Some(next) => self.announce(conn, event, next),
            None => Ok(()),
        }
    }

    /// One session comes near: Create.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn announce(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        sessions::mark_announced(conn, session.id, self.now)?;
        let object = self.object(conn, event, session, self.now)?;
        self.send(conn, |id, actor, followers| {
            Activity::create(id, actor, object, followers)
        })
    }

    /// An event that was `was`, changed. `announced` are the sessions that followers knew of before, with the moment they
    /// were told; `plan` is what became of all sessions. People whose server shows no changes get a Note where it
    /// matters to who planned to come.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn revised(
        &self,
        conn: &mut Conn,
        was: &Event,
        event: &Event,
        announced: &[(Session, Instant)],
        plan: &Reconciled,
    ) -> Result<(), StoreError> {
        let mut still_told = false;
        for (before, since) in announced {
            if plan.removed.iter().any(|session| session.id == before.id) {
                self.delete_session(conn, before)?;
                continue;
            }
            let stays = plan
                .changed
                .iter()
                .chain(&plan.kept)
                .find(|session| session.id == before.id);
            if let Some(session) = stays.filter(|session| session.occurrence.end > self.now) {
                still_told = true;
                let object = self.object(conn, event, session, *since)?;
                self.send(conn, |id, actor, followers| {
                    Activity::update(id, actor, object, followers)
                })?;
                if matters(was, event) || session.occurrence.start != before.occurrence.start {
                    self.note(conn, event, session, *since)?;
                }
            }
        }
        if still_told {
            return Ok(());
        }
        let all: Vec<Session> = plan
            .added
            .iter()
            .chain(&plan.changed)
            .chain(&plan.kept)
            .copied()
            .collect();
        self.published(conn, event, &all)
    }

    /// An event is withdrawn: Delete for every session that followers knew of.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn deleted(&self, conn: &mut Conn, announced: &[(Session, Instant)]) -> Result<(), StoreError> {
        announced
            .iter()
            .try_for_each(|(session, _)| self.delete_session(conn, session))
    }

    fn delete_session(&self, conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
        let uri = self.federation.urls.session(session.id);
        activities::withdraw(conn, Some(self.centre.id), uri.as_str())?;
        let tombstone = Tombstone::of_event(uri, self.now).object();
        self.send(conn, |id, actor, followers| {
            Activity::delete(id, actor, tombstone, followers)
        })
    }

    fn object(&self, conn: &mut Conn, event: &Event, session: &Session, since: Instant) -> Result<Value, StoreError> {
        let signers = self.federation.keys.within(conn, Some(self.centre.id))?;
        object(self.federation, &signers, self.centre, event, session, Some(since))
    }

    /// A Note in reply to the session, with an address of its own.
    fn note(&self, conn: &mut Conn, event: &Event, session: &Session, since: Instant) -> Result<(), StoreError> {
        let posting = posting(self.centre, event, session, Some(since));
        let urls = &self.federation.urls;
        self.send_as(conn, |id, url, actor, followers| {
            let note = change_note(&posting, &urls.note(id), self.now, urls);
            Activity::create(url, actor, note, followers)
        })
    }

    /// Records the activity that `make` gives of an id, the actor and its followers collection, for all followers.
    fn send(&self, conn: &mut Conn, make: impl FnOnce(Url, Url, &Url) -> Activity) -> Result<(), StoreError> {
        self.send_as(conn, |_, url, actor, followers| make(url, actor, followers))
    }

    fn send_as(
        &self,
        conn: &mut Conn,
        make: impl FnOnce(ActivityId, Url, Url, &Url) -> Activity,
    ) -> Result<(), StoreError> {
        let actor = OurActor::Centre(self.centre.handle.clone());
        let urls = &self.federation.urls;
        let (id, url) = outbox::new_id(self.federation, self.now);
        let signers = self.federation.keys.within(conn, Some(self.centre.id))?;
        let activity = make(id, url, urls.actor(&actor), &urls.followers(&actor))
            .published(self.now)
            .proven(|document| signers.prove(document, self.now))?;
        outbox::record_for_followers(conn, id, Some(self.centre.id), &activity, self.now)
    }
}
