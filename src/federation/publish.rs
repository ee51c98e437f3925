//! What followers are told of our events, recorded in the transaction of the change.
//!
//! A single event is posted when it is published. A series is posted date by date: the next one at once, each later one
//! when it comes near (`federation.drip_days`), to calendars among the followers weeks before
//! (`federation.event_software_weeks`). Maillage nodes are told once of each change and read the rest from `upcoming`.
//! Nobody is posted the same session twice.

use serde_json::Value;
use url::Url;

use super::context::Federation;
use super::convert::event_out::{Posting, event_object};
use super::documents::{self, Document};
use super::keyring::ActorSigners;
use super::outbox;
use super::relay;
use super::urls::OurActor;
use super::wire::activity::Activity;
use super::wire::context::with_context;
use super::wire::tombstone::Tombstone;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Session, Status};
use crate::domain::id::{ActivityId, CentreId};
use crate::domain::peer::FollowerKind;
use crate::domain::time::Instant;
use crate::store::sessions::{self, Posted, Reconciled};
use crate::store::{Conn, StoreError, activities, followers, follows};

/// Speaks for one centre at one moment.
pub struct Publisher<'a> {
    /// The federation.
    pub federation: &'a Federation,
    /// Whose events these are.
    pub centre: &'a Centre,
    /// The moment of the change.
    pub now: Instant,
}

/// The Event object of a session, to be embedded: with what followers know of it. Its proof (FEP-8b32) is the
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
    posted: &Posted,
) -> Result<Value, StoreError> {
    let posting = posting(centre, event, session, posted);
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
    posted: &Posted,
) -> Result<Value, StoreError> {
    let posting = posting(centre, event, session, posted);
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

pub(super) fn posting<'a>(centre: &'a Centre, event: &'a Event, session: &'a Session, posted: &Posted) -> Posting<'a> {
    let published = posted.announced.unwrap_or(event.published);
    Posting {
        event,
        session,
        centre: &centre.handle,
        published,
        updated: event.updated.max(published),
        previous_start: posted.moved_from,
    }
}

/// Whom an activity goes to: followers of these kinds, and these inboxes besides.
pub(super) type Readers<'a> = (&'a [FollowerKind], Vec<String>);

impl Publisher<'_> {
    /// A new event: Create for its next session.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn published(&self, conn: &mut Conn, event: &Event, sessions: &[Session]) -> Result<(), StoreError> {
        match self.next(sessions) {
            // What does not take place is no news to who never heard of it; nodes show it all the same.
            Some(next) if matches!(event.facts.status, Status::Cancelled | Status::Postponed) => {
                self.tell_nodes(conn, event, next)
            }
            Some(next) => self.post(conn, event, next, &[FollowerKind::Maillage]),
            None => Ok(()),
        }
    }

    fn next<'s>(&self, sessions: &'s [Session]) -> Option<&'s Session> {
        let coming = sessions.iter().filter(|session| session.occurrence.end > self.now);
        coming.min_by_key(|session| session.occurrence.start)
    }

    /// Create for those who read the whole programme then.
    fn tell_nodes(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        let posted = sessions::posted(conn, session.id)?;
        let object = self.object(conn, event, session, &posted)?;
        relay::programme_changed(conn, self.federation, vec![object.clone()], self.now)?;
        self.send(conn, (&[FollowerKind::Maillage], Vec::new()), |id, actor, followers| {
            Activity::create(id, actor, object, followers)
        })
    }

    /// One session comes near: Create for people, and for calendars that were not told before.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn announce(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        self.post(conn, event, session, &[])
    }

    fn post(
        &self,
        conn: &mut Conn,
        event: &Event,
        session: &Session,
        besides: &[FollowerKind],
    ) -> Result<(), StoreError> {
        let before = sessions::posted(conn, session.id)?;
        sessions::mark_announced(conn, session.id, self.now)?;
        let posted = Posted {
            announced: Some(self.now),
            told: before.told.or(Some(self.now)),
            ..before
        };
        let uri = self.federation.urls.session(session.id);
        let object = self.object(conn, event, session, &posted)?;
        let mut kinds = [FollowerKind::READERS, besides].concat();
        if before.told.is_none() {
            kinds.extend(FollowerKind::CALENDARS);
        } else {
            // What was said to calendars of it stands in the outbox; one Create of a session does.
            activities::withdraw(conn, Some(self.centre.id), uri.as_str())?;
        }
        let create = object.clone();
        self.send(conn, (&kinds, Vec::new()), |id, actor, followers| {
            Activity::create(id, actor, create, followers)
        })?;
        if before.told.is_none() {
            relay::created(self, conn, &uri, &object)?;
        }
        if besides.contains(&FollowerKind::Maillage) {
            relay::programme_changed(conn, self.federation, vec![object], self.now)?;
        }
        Ok(())
    }

    /// One session is near enough for the calendars among the followers: Create.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn tell(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        sessions::mark_told(conn, session.id, self.now)?;
        let ours = followers::any_of(conn, Some(self.centre.id), FollowerKind::CALENDARS)?;
        if !ours && !followers::any_of(conn, None, FollowerKind::CALENDARS)? {
            return Ok(());
        }
        let posted = sessions::posted(conn, session.id)?;
        let object = self.object(conn, event, session, &posted)?;
        if ours {
            let create = object.clone();
            self.send(conn, (FollowerKind::CALENDARS, Vec::new()), |id, actor, followers| {
                Activity::create(id, actor, create, followers)
            })?;
        }
        relay::created(self, conn, &self.federation.urls.session(session.id), &object)
    }

    /// An event that was `was`, changed. `told` are the sessions that followers knew of before, with what they knew;
    /// `plan` is what became of all sessions. People whose server shows no changes get a Note where it matters to who
    /// planned to come.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn revised(
        &self,
        conn: &mut Conn,
        was: &Event,
        event: &Event,
        told: &[(Session, Posted)],
        plan: &Reconciled,
    ) -> Result<(), StoreError> {
        let (mut still_announced, mut had_its_turn, mut nodes_know) = (false, false, false);
        for (before, posted) in told {
            if plan.removed.iter().any(|session| session.id == before.id) {
                self.delete_session(conn, before, posted)?;
                if !std::mem::replace(&mut nodes_know, true) {
                    relay::programme_changed(conn, self.federation, Vec::new(), self.now)?;
                }
                continue;
            }
            let mut stays = plan.changed.iter().chain(&plan.kept);
            let stays = stays.find(|session| session.id == before.id);
            let Some(session) = stays.filter(|session| session.occurrence.end > self.now) else {
                had_its_turn |= posted.announced.is_some();
                continue;
            };
            let mut kinds = known_to(posted);
            if !std::mem::replace(&mut nodes_know, true) {
                kinds.push(FollowerKind::Maillage);
            }
            self.update(conn, event, session, &kinds)?;
            if posted.announced.is_some() {
                still_announced = true;
                self.news(conn, (was, before), (event, session))?;
            }
        }
        if still_announced {
            return Ok(());
        }
        let all = [&plan.added[..], &plan.changed, &plan.kept].concat();
        if had_its_turn {
            // The next date of a series that people heard of comes when it is near.
            return match self.next(&all) {
                Some(next) if !nodes_know => self.tell_nodes(conn, event, next),
                _ => Ok(()),
            };
        }
        self.published(conn, event, &all)
    }

    fn update(
        &self,
        conn: &mut Conn,
        event: &Event,
        session: &Session,
        kinds: &[FollowerKind],
    ) -> Result<(), StoreError> {
        let posted = sessions::posted(conn, session.id)?;
        let object = self.object(conn, event, session, &posted)?;
        let update = object.clone();
        let readers = (kinds, relay::listeners(conn)?);
        self.send(conn, readers, |id, actor, followers| {
            Activity::update(id, actor, update, followers)
        })?;
        relay::changed(self, conn, &self.federation.urls.session(session.id), &object)?;
        if kinds.contains(&FollowerKind::Maillage) {
            relay::programme_changed(conn, self.federation, vec![object], self.now)?;
        }
        Ok(())
    }

    /// An event is withdrawn: Delete for every session that followers knew of.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn deleted(&self, conn: &mut Conn, told: &[(Session, Posted)]) -> Result<(), StoreError> {
        for (session, posted) in told {
            self.delete_session(conn, session, posted)?;
        }
        relay::programme_changed(conn, self.federation, Vec::new(), self.now)
    }

    fn delete_session(&self, conn: &mut Conn, session: &Session, posted: &Posted) -> Result<(), StoreError> {
        let uri = self.federation.urls.session(session.id);
        activities::withdraw(conn, Some(self.centre.id), uri.as_str())?;
        let tombstone = Tombstone::of_event(uri.clone(), self.now).object();
        let kinds = [known_to(posted), vec![FollowerKind::Maillage]].concat();
        let delete = tombstone.clone();
        let readers = (&kinds[..], relay::mourners(conn)?);
        self.send(conn, readers, |id, actor, followers| {
            Activity::delete(id, actor, delete, followers)
        })?;
        relay::deleted(self, conn, &uri, tombstone)
    }

    /// The Event of a session, as it stands.
    pub(super) fn object(
        &self,
        conn: &mut Conn,
        event: &Event,
        session: &Session,
        posted: &Posted,
    ) -> Result<Value, StoreError> {
        let signers = self.federation.keys.within(conn, Some(self.centre.id))?;
        object(self.federation, &signers, self.centre, event, session, posted)
    }

    /// Records the activity that `make` gives of an id, the actor and its followers collection, for these readers.
    fn send(
        &self,
        conn: &mut Conn,
        readers: Readers<'_>,
        make: impl FnOnce(Url, Url, &Url) -> Activity,
    ) -> Result<(), StoreError> {
        self.send_as(conn, readers, |_, url, actor, followers| make(url, actor, followers))
    }

    pub(super) fn send_as(
        &self,
        conn: &mut Conn,
        readers: Readers<'_>,
        make: impl FnOnce(ActivityId, Url, Url, &Url) -> Activity,
    ) -> Result<(), StoreError> {
        let (id, activity) = self.make(conn, Some(self.centre), make)?;
        outbox::record_for_kinds(conn, id, Some(self.centre.id), &activity, readers, self.now)
    }

    /// The activity that `make` gives, of the centre or (for `None`) of the instance actor, with a proof of its actor.
    pub(super) fn make(
        &self,
        conn: &mut Conn,
        actor: Option<&Centre>,
        make: impl FnOnce(ActivityId, Url, Url, &Url) -> Activity,
    ) -> Result<(ActivityId, Activity), StoreError> {
        let (urls, keys) = (&self.federation.urls, &self.federation.keys);
        let name = actor.map_or(OurActor::Node, |centre| OurActor::Centre(centre.handle.clone()));
        let (id, url) = outbox::new_id(self.federation, self.now);
        let signers = keys.within(conn, actor.map(|centre| centre.id))?;
        let activity = make(id, url, urls.actor(&name), &urls.followers(&name))
            .published(self.now)
            .proven(|document| signers.prove(document, self.now))?;
        Ok((id, activity))
    }
}

/// The kinds of followers that know a session.
fn known_to(posted: &Posted) -> Vec<FollowerKind> {
    let readers = posted.announced.map_or(&[][..], |_| FollowerKind::READERS);
    [readers, FollowerKind::CALENDARS].concat()
}
