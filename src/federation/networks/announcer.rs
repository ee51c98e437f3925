//! One network that looks at events: announces, tells of changes, takes back.
//!
//! | who follows | is told |
//! |---|---|
//! | anybody | one `Announce` of each session, by its id: at once for the next of a series and for what was just published, else when it comes near (`federation.drip_days`); at most [`MOST_POSTS`] an hour. `Undo` when it leaves |
//! | event software | instead, each session weeks ahead, and at each change again (`calendars`) |
//! | people | besides, a Note in reply to a session that they were posted and that is off or moved (`news`) |
//! | software that reads programmes (Maillage) | besides, at once, each new or changed event as its author signed it, in an `Update` of a page of `upcoming` that nobody else is sent |

use std::collections::HashMap;

use chrono::TimeDelta;
use serde_json::json;
use url::Url;

use super::programme;
use crate::domain::centre::Centre;
use crate::domain::event::{Event, Origin, Session, Status};
use crate::domain::id::{ActivityId, CentreId};
use crate::domain::network::{Rule, Withheld, road};
use crate::domain::peer::FollowerKind;
use crate::domain::time::Instant;
use crate::federation::context::Federation;
use crate::federation::documents::Room;
use crate::federation::urls::{Collection, OurActor};
use crate::federation::wire::activity::Activity;
use crate::federation::{notices, outbox, relay};
use crate::store::announces::{self, Announce};
use crate::store::networks::{self, By, Departure, Listing, Post};
use crate::store::{Conn, StoreError, activities, sessions};

/// Most posts of one network in an hour: people's timelines are not filled by a programme that was typed in at once.
pub(super) const MOST_POSTS: i64 = 12;
/// What was published longer ago than this waits until it comes near.
const FRESH: TimeDelta = TimeDelta::days(1);
/// Sessions in one message to those that read programmes: 6 kB each, and never more than fits on a page.
const PAGE: usize = 40;

/// Who is posted what a network announces; calendars are told in their own way.
fn posted_to() -> Vec<FollowerKind> {
    [FollowerKind::READERS, &[FollowerKind::Maillage]].concat()
}

/// One network at one moment.
pub(super) struct Announcer<'a> {
    pub federation: &'a Federation,
    pub network: &'a Centre,
    pub actor: OurActor,
    rule: &'a Rule,
    /// Addresses of all networks of the node.
    urls: HashMap<CentreId, Url>,
    pub now: Instant,
    /// New and changed events, with their roads, for those that read programmes.
    changed: Vec<(Event, Vec<Session>, Vec<String>)>,
    posts: Vec<(ActivityId, Activity)>,
}

impl<'a> Announcer<'a> {
    pub fn new(
        federation: &'a Federation,
        network: &'a Centre,
        actor: OurActor,
        rule: &'a Rule,
        urls: HashMap<CentreId, Url>,
        now: Instant,
    ) -> Self {
        let (changed, posts) = (Vec::new(), Vec::new());
        Self {
            federation,
            network,
            actor,
            rule,
            urls,
            now,
            changed,
            posts,
        }
    }

    /// Announces an event, tells that it changed, or takes it back, as rule and roads have it. What is over stays as it is.
    pub fn look_at(&mut self, conn: &mut Conn, event: &Event, sessions: &[Session]) -> Result<(), StoreError> {
        let coming = |session: &&Session| session.occurrence.end > self.now;
        if event.origin == Origin::Local(self.network.id) || !sessions.iter().any(|session| coming(&session)) {
            return Ok(());
        }
        let listing = networks::listing(conn, self.network.id, event.id)?;
        let coming: Vec<Session> = sessions.iter().filter(coming).copied().collect();
        match (self.road(conn, event)?, listing) {
            (Some(via), listing) => {
                // Sessions that were added leave the date of the event as it is.
                let told = format!("{} {}", event.updated.timestamp_millis(), sessions.len());
                self.announce(conn, event, coming, listing, via, &told)
            }
            (None, Some(listing)) => self.withdraw(conn, event, &coming, &listing),
            (None, None) => Ok(()),
        }
    }

    /// The road by which an event is ours to announce, if it is.
    fn road(&self, conn: &mut Conn, event: &Event) -> Result<Option<Vec<String>>, StoreError> {
        let own = self.federation.urls.actor(&self.actor);
        let (mut roads, mut trusted) = (Vec::new(), false);
        for offer in networks::offers(conn, self.network.id, event)? {
            let first = match offer.by {
                By::Publisher => None,
                By::Peer(uri) => Some(uri),
                By::Centre(id) => self.urls.get(&id).map(Url::to_string),
            };
            let road: Vec<String> = first.into_iter().chain(offer.via).collect();
            if !road.iter().any(|network| network == own.as_str()) {
                trusted |= offer.trusted;
                roads.push(road);
            }
        }
        let Some(via) = road(own.as_str(), roads) else {
            return Ok(None);
        };
        let subject = networks::subject_of(event);
        let decision = networks::decision(conn, self.network.id, subject)?;
        match self.rule.announces(&event.facts, trusted, decision) {
            Err(Withheld::Waiting) => networks::wait(conn, self.network.id, subject, self.now)?,
            _ => networks::not_waiting(conn, self.network.id, subject)?,
        }
        let announced = self.rule.announces(&event.facts, trusted, decision).is_ok();
        Ok(announced.then_some(via))
    }

    fn announce(
        &mut self,
        conn: &mut Conn,
        event: &Event,
        coming: Vec<Session>,
        listing: Option<Listing>,
        via: Vec<String>,
        told: &str,
    ) -> Result<(), StoreError> {
        if listing.is_none() {
            let row = Announce {
                event: event.id,
                by: Origin::Local(self.network.id),
                activity_uri: self.unposted(event),
                at: self.now,
                via: via.clone(),
            };
            announces::insert(conn, &row)?;
        }
        // No server stands behind its address that others could ask: it is shown here, with its credit, and not handed on.
        if networks::is_of_source(conn, event)? {
            return Ok(());
        }
        for session in &coming {
            self.news(conn, event, session)?;
            let posted = self.post_if_due(conn, event, session)?;
            self.tell_calendars(conn, event, session, posted)?;
        }
        if !listing.is_some_and(|listing| listing.told == told && listing.via == via) {
            networks::retell(conn, self.network.id, event.id, &via, told)?;
            self.changed.push((event.clone(), coming, via));
        }
        Ok(())
    }

    /// The name of an announcement of which no session was posted: nothing stands there. Each post has an id of its own.
    fn unposted(&self, event: &Event) -> String {
        format!("{}#announces/{}", self.federation.urls.actor(&self.actor), event.id)
    }

    /// Posts a session that is announced, if it is its turn; whether it was.
    pub fn post_if_due(&mut self, conn: &mut Conn, event: &Event, session: &Session) -> Result<bool, StoreError> {
        let (id, now) = (self.network.id, self.now);
        let off = matches!(event.facts.status, Status::Cancelled | Status::Postponed);
        if off || session.occurrence.start <= now || networks::post_uri(conn, id, session.id)?.is_some() {
            return Ok(false);
        }
        let series = networks::subject_of(event);
        let of_series = event.is_series() || event.facts.series.is_some();
        let near = now + TimeDelta::days(i64::from(self.federation.settings.drip_days));
        let due = session.occurrence.start < near
            || (!of_series && event.published > now - FRESH)
            || (of_series
                && !networks::series_posted(conn, id, series)?
                && sessions::is_next_of_series(conn, event, session, now)?);
        if !due || networks::is_twin_posted(conn, id, session.id)? {
            return Ok(false);
        }
        if networks::posted_since(conn, id, now - TimeDelta::hours(1))? >= MOST_POSTS {
            return Ok(false);
        }
        let (activity_id, url) = outbox::new_id(self.federation, now);
        let post = Post {
            network: id,
            session: session.id,
            series,
            activity_uri: url.as_str(),
            at: now,
            ends: session.occurrence.end,
            known: &notices::known((event, session)),
        };
        if !networks::insert_post(conn, &post)? {
            return Ok(false);
        }
        let via = networks::listing(conn, id, event.id)?.map(|listing| listing.via);
        let urls = &self.federation.urls;
        let uri = programme::uri(self.federation, event, session);
        let signers = self.federation.keys.within(conn, Some(id))?;
        let activity = Activity::announce(url, urls.actor(&self.actor), &uri, &urls.followers(&self.actor))
            .published(now)
            .by_way_of(via.unwrap_or_default())
            .proven(|document| signers.prove(document, now))?;
        self.posts.push((activity_id, activity));
        Ok(true)
    }

    fn withdraw(
        &self,
        conn: &mut Conn,
        event: &Event,
        coming: &[Session],
        listing: &Listing,
    ) -> Result<(), StoreError> {
        announces::remove(conn, event.id, Origin::Local(self.network.id))?;
        if listing.told.is_empty() {
            return Ok(());
        }
        for session in coming {
            let departure = Departure {
                network: self.network.id,
                session: session.id,
                uri: Some(programme::uri(self.federation, event, session)),
                activity_uri: listing.activity_uri.clone(),
                ends: session.occurrence.end,
            };
            self.departed(conn, &departure)?;
        }
        Ok(())
    }

    /// Takes the announcement of a session back: before all who were posted it, else before those that read programmes.
    /// What is over is left alone.
    pub fn departed(&self, conn: &mut Conn, departure: &Departure) -> Result<(), StoreError> {
        let (network, urls) = (Some(self.network.id), &self.federation.urls);
        let posted = networks::remove_post(conn, self.network.id, departure.session)?;
        let told = networks::remove_telling(conn, self.network.id, departure.session)?;
        if departure.ends <= self.now {
            return Ok(());
        }
        let uri = departure
            .uri
            .clone()
            .unwrap_or_else(|| urls.session(departure.session).to_string());
        if let Some(announce) = &told {
            let (id, undo) = self.undo(announce, &uri);
            let signers = self.federation.keys.within(conn, network)?;
            let undo = undo.proven(|document| signers.prove(document, self.now))?;
            outbox::record_aside_for_kinds(conn, id, network, &undo, FollowerKind::CALENDARS, self.now)?;
        }
        let (id, undo) = self.undo(posted.as_deref().unwrap_or(&departure.activity_uri), &uri);
        if posted.is_some() {
            activities::withdraw(conn, network, &uri)?;
            let signers = self.federation.keys.within(conn, network)?;
            let undo = undo.proven(|document| signers.prove(document, self.now))?;
            // Calendars that were told hear by another id; those that were posted, before they were told apart, by this one.
            let kinds = if told.is_some() {
                &posted_to()[..]
            } else {
                FollowerKind::ALL
            };
            outbox::record_for_kinds(conn, id, network, &undo, (kinds, Vec::new()), self.now)
        } else {
            let readers = networks::readers(conn, Some(self.network.id))?;
            if readers.is_empty() {
                return Ok(());
            }
            outbox::record(conn, id, network, &undo.unlisted(), readers, self.now)
        }
    }

    fn undo(&self, announce: &str, uri: &str) -> (ActivityId, Activity) {
        let urls = &self.federation.urls;
        let (id, url) = outbox::new_id(self.federation, self.now);
        let actor = urls.actor(&self.actor);
        let announce = json!({ "id": announce, "type": "Announce", "actor": actor, "object": uri });
        let undo = Activity::undo_announce(url, actor, announce, &urls.followers(&self.actor)).published(self.now);
        (id, undo)
    }

    /// Records what is to be told: first the events, for those that read them, then the posts that name them.
    pub fn tell(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let changed = std::mem::take(&mut self.changed);
        let readers = if changed.is_empty() {
            Vec::new()
        } else {
            networks::readers(conn, Some(self.network.id))?
        };
        let of_others = |(event, ..): &(Event, _, _)| matches!(event.origin, Origin::Remote(_));
        if changed.iter().any(of_others) {
            relay::programme_changed(conn, self.federation, Vec::new(), self.now)?;
        }
        if !readers.is_empty() {
            self.tell_readers(conn, &changed, &readers)?;
        }
        let kinds = posted_to();
        for (id, activity) in std::mem::take(&mut self.posts) {
            let to = (&kinds[..], Vec::new());
            outbox::record_for_kinds(conn, id, Some(self.network.id), &activity, to, self.now)?;
        }
        Ok(())
    }

    fn tell_readers(
        &self,
        conn: &mut Conn,
        changed: &[(Event, Vec<Session>, Vec<String>)],
        readers: &[String],
    ) -> Result<(), StoreError> {
        let (mut items, mut roads) = (Vec::new(), Vec::new());
        for (event, sessions, via) in changed {
            for session in sessions {
                items.push(programme::item(conn, self.federation, event, session)?);
                roads.push((programme::uri(self.federation, event, session), via.clone()));
            }
        }
        let urls = &self.federation.urls;
        let upcoming = urls.collection(&self.actor, Collection::Upcoming);
        let (mut items, mut roads) = (items.as_slice(), roads.as_slice());
        while !items.is_empty() {
            let mut room = Room::new();
            let fits = items.iter().take(PAGE).take_while(|item| room.takes(item)).count();
            let (page, later) = items.split_at(fits);
            let (roads_of_page, roads_later) = roads.split_at(fits);
            (items, roads) = (later, roads_later);
            let (id, url) = outbox::new_id(self.federation, self.now);
            let mut page = json!({
                "id": format!("{upcoming}#{id}"),
                "type": "OrderedCollectionPage",
                "partOf": upcoming,
                "orderedItems": page,
            });
            programme::add_roads(&mut page, roads_of_page);
            let update = Activity::update(url, urls.actor(&self.actor), page, &urls.followers(&self.actor))
                .published(self.now)
                .unlisted();
            outbox::record(conn, id, Some(self.network.id), &update, readers.to_vec(), self.now)?;
        }
        Ok(())
    }
}
