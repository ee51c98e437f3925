//! What we show of ourselves to other servers: actors, events, collections. Followers are counted, never listed.

use chrono::NaiveTime;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::context::Federation;
use super::convert::actor_out::{PublicKeys, centre_actor, node_actor};
use super::keyring::ActorSigners;
use super::networks::programme;
use super::publish;
use super::urls::{Collection, OurActor};
use super::wire::actor::Actor;
use super::wire::collection::{OrderedCollection, OrderedCollectionPage};
use super::wire::context::with_context;
use super::wire::tombstone::Tombstone;
use crate::domain::admission::Mode;
use crate::domain::centre::{Centre, CentreKind};
use crate::domain::event::Origin;
use crate::domain::id::{ActivityId, CentreId, EventId, SessionId};
use crate::domain::time::Instant;
use crate::store::{
    Conn, Cursor, StoreError, activities, blocks, centres, events, followers, follows, keys, networks, sessions,
    tombstones,
};

/// Items of one page of a collection; whole events of 5 kB stay well under what peers read.
const PAGE: i64 = 50;
/// Bytes of the items of one page: with what stands around them, half of what a reader takes ([`super::fetch::Limits`]).
pub(super) const PAGE_BYTES: usize = 512 * 1024;

/// A document with what its address answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// It is there.
    Found(Value),
    /// It has no document of its own; what is meant now is there.
    See(Url),
    /// It was there: the Tombstone that remains.
    Gone(Value),
    /// It never was.
    Missing,
}

/// The actor document of `actor`, named `name` when it is the node itself.
///
/// # Errors
/// Only what the database refuses.
pub fn actor(conn: &mut Conn, federation: &Federation, actor: &OurActor, name: &str) -> Result<Document, StoreError> {
    let urls = &federation.urls;
    let manually_approves_followers = blocks::admission(conn)?.mode != Mode::Open;
    let actor = match actor {
        OurActor::Node => {
            let keys = keys::of_owner(conn, None)?;
            node_actor(name, since(&keys), &public_keys(&keys), urls)
        }
        OurActor::Centre(handle) => {
            let Some(mut centre) = centres::by_handle(conn, handle.as_str())? else {
                return Ok(Document::Missing);
            };
            let keys = keys::of_owner(conn, Some(centre.id))?;
            // New keys are a change too.
            centre.updated = centre.updated.max(since(&keys));
            centre_actor(&centre, &public_keys(&keys), urls)
        }
    };
    let actor = Actor {
        manually_approves_followers,
        ..actor
    };
    Ok(Document::Found(actor.document()))
}

fn since(keys: &[keys::ActorKey]) -> Instant {
    keys.iter().map(|key| key.created).max().unwrap_or_default()
}

fn public_keys(keys: &[keys::ActorKey]) -> PublicKeys {
    let public = |algorithm: &str| {
        keys.iter()
            .find(|key| key.algorithm == algorithm)
            .map(|key| key.public.clone())
    };
    PublicKeys {
        rsa_pem: public("rsa").unwrap_or_default(),
        ed25519_multibase: public("ed25519"),
    }
}

/// The Event at `/events/{id}`: a session. The id of a series leads to its next session, or its last.
///
/// # Errors
/// Only what the database refuses.
pub fn event(conn: &mut Conn, federation: &Federation, id: Uuid) -> Result<Document, StoreError> {
    let id = SessionId(id);
    let Some((event, session)) = events::of_session(conn, id)? else {
        return series_or_tombstone(conn, federation, id);
    };
    let Origin::Local(centre) = event.origin else {
        return Ok(Document::Missing);
    };
    let Some(centre) = centres::by_id(conn, centre)? else {
        return Ok(Document::Missing);
    };
    let posted = sessions::posted(conn, id)?;
    let signers = federation.keys.within(conn, Some(centre.id))?;
    let document = publish::document(federation, &signers, &centre, &event, &session, &posted)?;
    Ok(Document::Found(document))
}

fn series_or_tombstone(conn: &mut Conn, federation: &Federation, id: SessionId) -> Result<Document, StoreError> {
    let series = EventId(id.0);
    let next = sessions::next_of_event(conn, series, federation.now(), 1)?.pop();
    let session = match next {
        Some(session) => Some(session),
        None => sessions::of_event(conn, series)?.pop(),
    };
    let url = federation.urls.session(id);
    Ok(match (session, tombstones::find(conn, url.as_str())?) {
        (Some(session), _) => Document::See(federation.urls.session(session.id)),
        (None, Some(deleted)) => Document::Gone(Tombstone::of_event(url, deleted).document()),
        (None, None) => Document::Missing,
    })
}

/// An activity of ours, as it was sent.
///
/// # Errors
/// Only what the database refuses.
pub fn activity(conn: &mut Conn, federation: &Federation, id: ActivityId) -> Result<Document, StoreError> {
    // What was said to one peer alone (a follow, an answer) is not for everybody.
    let Some(found) = activities::by_id(conn, id)?.filter(|activity| activity.public) else {
        return Ok(Document::Missing);
    };
    let signers = federation.keys.within(conn, found.sender)?;
    Ok(as_sent(&found.body, &signers)?.map_or(Document::Missing, Document::Found))
}

fn as_sent(body: &str, signers: &ActorSigners) -> Result<Option<Value>, StoreError> {
    Ok(serde_json::from_str(&signers.renew(body)?).ok())
}

/// A note of ours: the object of the activity with its id.
///
/// # Errors
/// Only what the database refuses.
pub fn note(conn: &mut Conn, federation: &Federation, id: ActivityId) -> Result<Document, StoreError> {
    let Document::Found(activity) = activity(conn, federation, id)? else {
        return Ok(Document::Missing);
    };
    let note = Some(activity["object"].clone()).filter(|object| object["type"] == "Note");
    Ok(note.map_or(Document::Missing, |note| Document::Found(with_context(note))))
}

/// A collection of `actor`, or one page of it.
///
/// # Errors
/// Only what the database refuses.
pub fn collection(
    conn: &mut Conn,
    federation: &Federation,
    actor: &OurActor,
    collection: Collection,
    page: Option<&str>,
) -> Result<Document, StoreError> {
    let centre = match actor {
        OurActor::Node => None,
        OurActor::Centre(handle) => match centres::by_handle(conn, handle.as_str())? {
            Some(centre) => Some(centre),
            None => return Ok(Document::Missing),
        },
    };
    let owner = centre.as_ref().map(|centre| centre.id);
    let shelf = Shelf {
        federation,
        actor,
        collection,
    };
    match (collection, page) {
        (Collection::Followers, _) => Ok(shelf.counted(followers::count(conn, owner)?)),
        (Collection::Following, _) => Ok(shelf.counted(follows::count_accepted(conn, owner)?)),
        (Collection::Outbox, None) => Ok(shelf.paged(activities::count_public_of_sender(conn, owner)?)),
        (Collection::Outbox, Some(page)) => shelf.outbox_page(conn, owner, page),
        (Collection::Upcoming, None) => {
            let count = match &centre {
                Some(centre) if centre.kind == CentreKind::Centre => {
                    sessions::count_of_centre(conn, centre.id, federation.now())?
                }
                _ => networks::count_upcoming(conn, owner, federation.now())?,
            };
            Ok(shelf.paged(count))
        }
        (Collection::Upcoming, Some(page)) => match &centre {
            Some(centre) if centre.kind == CentreKind::Centre => shelf.upcoming_page(conn, centre, page),
            _ => shelf.announced_page(conn, owner, page),
        },
        (Collection::Inbox, _) => Ok(Document::Missing),
    }
}

/// The ETag of a collection that does not change with everything that comes to this node: that of a centre's programme, so
/// that who reads it every few hours reads it when there is something new. Weak: what is over today is no news.
///
/// # Errors
/// Only what the database refuses.
pub fn etag(
    conn: &mut Conn,
    federation: &Federation,
    actor: &OurActor,
    collection: Collection,
    page: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let (OurActor::Centre(handle), Collection::Upcoming, None) = (actor, collection, page) else {
        return Ok(None);
    };
    let centre = centres::by_handle(conn, handle.as_str())?.filter(|centre| centre.kind == CentreKind::Centre);
    let Some(centre) = centre else { return Ok(None) };
    let today = federation.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let stamp = sessions::stamp_of_centre(conn, centre.id, today)?;
    Ok(Some(format!("W/\"{stamp:x}\"")))
}

/// One collection of one actor.
struct Shelf<'a> {
    federation: &'a Federation,
    actor: &'a OurActor,
    collection: Collection,
}

impl Shelf<'_> {
    fn url(&self) -> Url {
        self.federation.urls.collection(self.actor, self.collection)
    }

    fn page_url(&self, cursor: &str) -> Url {
        self.federation.urls.page(self.actor, self.collection, cursor)
    }

    fn counted(&self, count: i64) -> Document {
        Document::Found(OrderedCollection::counted(self.url(), count.unsigned_abs()).document())
    }

    fn paged(&self, count: i64) -> Document {
        if count == 0 {
            return self.counted(0);
        }
        let first = self.page_url("first");
        Document::Found(OrderedCollection::paged(self.url(), count.unsigned_abs(), first).document())
    }

    fn page(&self, page: &str, items: Vec<Value>, next: Option<String>) -> Document {
        let next = next.map(|cursor| self.page_url(&cursor));
        Document::Found(OrderedCollectionPage::new(self.page_url(page), self.url(), items, next).document())
    }

    fn outbox_page(&self, conn: &mut Conn, owner: Option<CentreId>, page: &str) -> Result<Document, StoreError> {
        let before = match page {
            "first" => None,
            cursor => match cursor.parse::<ActivityId>() {
                Ok(id) => Some(id),
                Err(_) => return Ok(Document::Missing),
            },
        };
        let found = activities::public_of_sender(conn, owner, before, PAGE)?;
        let mut more = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
        let signers = self.federation.keys.within(conn, owner)?;
        let (mut items, mut last, mut room) = (Vec::with_capacity(found.len()), None, Room::new());
        for activity in &found {
            let item = as_sent(&activity.body, &signers)?;
            if item.as_ref().is_some_and(|item| !room.takes(item)) {
                more = true;
                break;
            }
            items.extend(item);
            last = Some(activity.id.to_string());
        }
        Ok(self.page(page, items, last.filter(|_| more)))
    }

    /// A page of what a network publishes and announces, or (for `None`) all centres and networks of the node.
    fn announced_page(&self, conn: &mut Conn, network: Option<CentreId>, page: &str) -> Result<Document, StoreError> {
        let after = match page {
            "first" => None,
            cursor => match cursor.parse::<Cursor>() {
                Ok(cursor) => Some(cursor),
                Err(_) => return Ok(Document::Missing),
            },
        };
        let found = networks::upcoming(conn, network, self.federation.now(), PAGE, after.as_ref())?;
        let (mut items, mut room) = (Vec::with_capacity(found.items.len()), Room::new());
        let (mut roads, mut next) = (Vec::new(), found.next);
        let mut last = None;
        for (session, event) in &found.items {
            let item = programme::item(conn, self.federation, event, session)?;
            if !room.takes(&item) {
                next = last;
                break;
            }
            items.push(item);
            last = Some(Cursor::after(session));
            let road = match network {
                Some(network) => networks::listing(conn, network, event.id)?.map(|listing| listing.via),
                None => programme::road_of_node(conn, self.federation, event)?,
            };
            roads.extend(road.map(|via| (programme::uri(self.federation, event, session), via)));
        }
        let mut document = self.page(page, items, next.map(|cursor| cursor.to_string()));
        if let Document::Found(page) = &mut document {
            programme::add_roads(page, &roads);
        }
        Ok(document)
    }

    fn upcoming_page(&self, conn: &mut Conn, centre: &Centre, page: &str) -> Result<Document, StoreError> {
        let after = match page {
            "first" => None,
            cursor => match cursor.parse::<Cursor>() {
                Ok(cursor) => Some(cursor),
                Err(_) => return Ok(Document::Missing),
            },
        };
        let found = sessions::upcoming_of_centre(conn, centre.id, self.federation.now(), PAGE, after.as_ref())?;
        let signers = self.federation.keys.within(conn, Some(centre.id))?;
        let (mut items, mut room) = (Vec::with_capacity(found.items.len()), Room::new());
        let (mut last, mut next) = (None, found.next);
        for (session, event) in &found.items {
            let posted = sessions::posted(conn, session.id)?;
            let object = publish::object(self.federation, &signers, centre, event, session, &posted)?;
            if !room.takes(&object) {
                next = last;
                break;
            }
            items.push(object);
            last = Some(Cursor::after(session));
        }
        Ok(self.page(page, items, next.map(|cursor| cursor.to_string())))
    }
}

/// The bytes that are left on a page.
pub(super) struct Room(Option<usize>);

impl Room {
    /// An empty page.
    pub(super) fn new() -> Self {
        Self(None)
    }

    /// Whether an item fits on it too, and if so, that it stands there. The first always does.
    pub(super) fn takes(&mut self, item: &Value) -> bool {
        let size = item.to_string().len();
        let left = match self.0 {
            None => Some(PAGE_BYTES.saturating_sub(size)),
            Some(left) => left.checked_sub(size),
        };
        self.0 = left.or(self.0);
        left.is_some()
    }
}
