//! What event software among the followers of a network (Mobilizon, WordPress …) is told: an Announce of each session weeks
//! ahead (`federation.event_software_weeks`), in no outbox, and never later than people. A Mobilizon reads an event again
//! when it is announced again: that is how it hears of changes from a network, since only its author could send it an Update.

use chrono::TimeDelta;

use super::announcer::Announcer;
use super::programme;
use crate::domain::event::{Event, Session, Status};
use crate::domain::id::{ActivityId, CentreId};
use crate::domain::peer::{FollowerKind, Peer};
use crate::domain::time::Instant;
use crate::federation::context::Federation;
use crate::federation::outbox;
use crate::federation::relay::lists_what_is_announced;
use crate::federation::signature::sha256;
use crate::federation::urls::OurActor;
use crate::federation::wire::activity::Activity;
use crate::store::networks::{self, Telling};
use crate::store::{Conn, StoreError, centres, followers};

/// How far ahead calendars are told: never less than people.
pub(super) fn ahead(federation: &Federation) -> TimeDelta {
    let settings = &federation.settings;
    let weeks = TimeDelta::weeks(i64::from(settings.event_software_weeks));
    weeks.max(TimeDelta::days(i64::from(settings.drip_days)))
}

/// How a session stands, in a few bytes. Its date of change says less: each post of its author moves it.
fn state(event: &Event, session: &Session) -> String {
    // What is stored as JSON can be written as such.
    let mut facts = serde_json::to_vec(&event.facts).unwrap_or_default();
    facts.extend(session.occurrence.start.timestamp_millis().to_be_bytes());
    let sum = sha256(&facts);
    sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Announcer<'_> {
    /// Tells calendars of a session when they have not heard of it and it is near enough or (`posted`) people were told; and
    /// those that read it again, when it changed since.
    pub fn tell_calendars(
        &self,
        conn: &mut Conn,
        event: &Event,
        session: &Session,
        posted: bool,
    ) -> Result<(), StoreError> {
        let network = self.network.id;
        let told = state(event, session);
        let first = match networks::telling(conn, network, session.id)? {
            Some((_, known)) if known == told => return Ok(()),
            Some((uri, _)) => Some(uri),
            None if !posted && !self.is_near(event, session) => return Ok(()),
            None if !followers::any_of(conn, Some(network), FollowerKind::CALENDARS)? => return Ok(()),
            None => None,
        };
        let (id, announce) = self.announcement(conn, event, session)?;
        let telling = Telling {
            network,
            session: session.id,
            activity_uri: first.clone().unwrap_or_else(|| announce.id.to_string()),
            told,
            ends: session.occurrence.end,
        };
        networks::keep_telling(conn, &telling)?;
        if first.is_none() {
            return outbox::record_aside_for_kinds(
                conn,
                id,
                Some(network),
                &announce,
                FollowerKind::CALENDARS,
                self.now,
            );
        }
        let again = followers::instances(conn, Some(network))?;
        let again = again.iter().filter(|peer| lists_what_is_announced(peer));
        let inboxes: Vec<String> = again.map(|peer| peer.delivery_inbox().to_owned()).collect();
        if inboxes.is_empty() {
            return Ok(());
        }
        outbox::record_aside(conn, id, Some(network), &announce, inboxes, self.now)
    }

    fn is_near(&self, event: &Event, session: &Session) -> bool {
        let off = matches!(event.facts.status, Status::Cancelled | Status::Postponed);
        let start = session.occurrence.start;
        !off && start > self.now && start < self.now + ahead(self.federation)
    }

    fn announcement(
        &self,
        conn: &mut Conn,
        event: &Event,
        session: &Session,
    ) -> Result<(ActivityId, Activity), StoreError> {
        let urls = &self.federation.urls;
        let (id, url) = outbox::new_id(self.federation, self.now);
        let uri = programme::uri(self.federation, event, session);
        let signers = self.federation.keys.within(conn, Some(self.network.id))?;
        let announce = Activity::announce(url, urls.actor(&self.actor), &uri, &urls.followers(&self.actor))
            .published(self.now)
            .proven(|document| signers.prove(document, self.now))?;
        Ok((id, announce))
    }
}

/// Tells a calendar that follows a network, since a moment ago, what the others were told before it came: at most `limit`
/// sessions.
///
/// # Errors
/// Only what the database refuses.
pub fn welcome(
    conn: &mut Conn,
    federation: &Federation,
    network: CentreId,
    peer: &Peer,
    now: Instant,
    limit: i64,
) -> Result<(), StoreError> {
    let Some(network) = centres::by_id(conn, network)? else {
        return Ok(());
    };
    let rule = networks::rule(conn, network.id)?;
    let actor = OurActor::Centre(network.handle.clone());
    let announcer = Announcer::new(
        federation,
        &network,
        actor,
        &rule,
        std::collections::HashMap::new(),
        now,
    );
    for (session, event) in networks::told(conn, network.id, now, limit)? {
        let (id, announce) = announcer.announcement(conn, &event, &session)?;
        let inbox = [peer.delivery_inbox().to_owned()];
        outbox::record_aside(conn, id, Some(network.id), &announce, inbox, now)?;
    }
    Ok(())
}

/// Tells calendars of the sessions of a network that came near enough for them; returns how many.
pub(super) fn drip(conn: &mut Conn, announcer: &Announcer<'_>, limit: i64) -> Result<usize, StoreError> {
    let (network, now) = (announcer.network.id, announcer.now);
    if !followers::any_of(conn, Some(network), FollowerKind::CALENDARS)? {
        return Ok(0);
    }
    let due = networks::to_tell(conn, network, now, now + ahead(announcer.federation), limit)?;
    for (session, event) in &due {
        announcer.tell_calendars(conn, event, session, false)?;
    }
    Ok(due.len())
}
