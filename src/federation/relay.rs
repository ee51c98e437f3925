//! What servers need besides the posts of a centre to show its events.
//!
//! Mobilizon lists an event of another server only when an actor that its own relay follows announced it. So the instance
//! actor, and the centre where an instance follows that, announce each session to the *servers* among their followers,
//! addressed to followers and never to everybody: no timeline shows it. Gancio follows the instance actor and takes from
//! an actor only what that actor itself publishes: it gets Create, Update and Delete by the instance actor, of events that
//! say whose they are.
//!
//! A Maillage node that follows the instance actor reads the programme of all centres and networks here (`upcoming`), and is
//! told when there is something new in it.

use serde_json::{Value, json};
use url::Url;

use super::context::Federation;
use super::outbox;
use super::publish::Publisher;
use super::urls::{Collection, OurActor};
use super::wire::activity::Activity;
use crate::domain::centre::Centre;
use crate::domain::peer::{FollowerKind, Peer};
use crate::domain::time::Instant;
use crate::store::{Conn, StoreError, activities, followers, networks};

/// The servers to be told of the events of a centre.
#[derive(Default)]
struct Servers {
    /// They follow the instance actor and look at what it announces.
    announced: Vec<String>,
    /// They follow the centre, and list what it announces itself.
    of_centre: Vec<String>,
    /// They follow the instance actor, and take what it publishes itself.
    importing: Vec<String>,
}

fn inbox(peer: &Peer) -> String {
    peer.delivery_inbox().to_owned()
}

fn imports(peer: &Peer) -> bool {
    FollowerKind::of_software(peer.software.as_deref()) == FollowerKind::Gancio
}

/// Whether a server lists what is announced to it, and reads it again then.
pub(super) fn lists_what_is_announced(peer: &Peer) -> bool {
    peer.software.as_deref() == Some("mobilizon")
}

impl Servers {
    fn of(conn: &mut Conn, centre: &Centre) -> Result<Self, StoreError> {
        let (mut servers, own) = (Self::default(), followers::instances(conn, Some(centre.id))?);
        for peer in followers::instances(conn, None)? {
            servers.add(&peer, &own);
        }
        servers.of_centre = own
            .iter()
            .filter(|peer| lists_what_is_announced(peer))
            .map(inbox)
            .collect();
        Ok(servers)
    }

    /// Adds a follower of the instance actor; what it has from the centre, as one of `own`, it needs only once.
    fn add(&mut self, peer: &Peer, own: &[Peer]) {
        if !imports(peer) {
            self.announced.push(inbox(peer));
        } else if !own.iter().any(|other| inbox(other) == inbox(peer)) {
            self.importing.push(inbox(peer));
        }
    }
}

/// The inboxes of servers that are told of events by announcements: they get the changes from the centre itself.
///
/// # Errors
/// Only what the database refuses.
pub fn listeners(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let servers = followers::instances(conn, None)?;
    Ok(servers.iter().filter(|peer| !imports(peer)).map(inbox).collect())
}

/// The inboxes of all whole servers that hear of the end of an event by the centre's own Delete.
///
/// # Errors
/// Only what the database refuses.
pub fn mourners(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    Ok([listeners(conn)?, networks::readers(conn, None)?].concat())
}

/// The programme of the whole node changed: an Update of a page of it for the Maillage nodes that read it, with `changed`,
/// events as their centres signed them. Of a series that is one date, and an empty page says that something else is new: they
/// read the whole.
///
/// # Errors
/// Only what the database refuses.
pub fn programme_changed(
    conn: &mut Conn,
    federation: &Federation,
    changed: Vec<Value>,
    now: Instant,
) -> Result<(), StoreError> {
    let readers = networks::readers(conn, None)?;
    if readers.is_empty() {
        return Ok(());
    }
    let (urls, actor) = (&federation.urls, OurActor::Node);
    let upcoming = urls.collection(&actor, Collection::Upcoming);
    let (id, url) = outbox::new_id(federation, now);
    let page = json!({
        "id": format!("{upcoming}#{id}"),
        "type": "OrderedCollectionPage",
        "partOf": upcoming,
        "orderedItems": changed,
    });
    let update = Activity::update(url, urls.actor(&actor), page, &urls.followers(&actor))
        .published(now)
        .unlisted();
    outbox::record(conn, id, None, &update, readers, now)
}

/// A session was published by `by`, for calendars.
///
/// # Errors
/// Only what the database refuses.
pub fn created(by: &Publisher<'_>, conn: &mut Conn, uri: &Url, object: &Value) -> Result<(), StoreError> {
    let servers = Servers::of(conn, by.centre)?;
    announce(by, conn, uri, servers.announced, servers.of_centre)?;
    publish(by, conn, servers.importing, object.clone(), Activity::create)
}

/// The same for a server that follows since a moment ago.
///
/// # Errors
/// Only what the database refuses.
pub fn created_for(
    by: &Publisher<'_>,
    conn: &mut Conn,
    uri: &Url,
    object: &Value,
    newcomer: (&Peer, bool),
) -> Result<(), StoreError> {
    let (peer, follows_centre) = newcomer;
    let there = vec![inbox(peer)];
    if peer.kind == "Person" {
        return Ok(());
    }
    match follows_centre {
        true if lists_what_is_announced(peer) => announce(by, conn, uri, Vec::new(), there),
        true => Ok(()),
        false if imports(peer) => publish(by, conn, there, object.clone(), Activity::create),
        false => announce(by, conn, uri, there, Vec::new()),
    }
}

/// A session changed. It is announced once more: a Mobilizon that stumbles over an Update reads it again then.
///
/// # Errors
/// Only what the database refuses.
pub fn changed(by: &Publisher<'_>, conn: &mut Conn, uri: &Url, object: &Value) -> Result<(), StoreError> {
    let servers = Servers::of(conn, by.centre)?;
    announce(by, conn, uri, servers.announced, servers.of_centre)?;
    publish(by, conn, servers.importing, object.clone(), Activity::update)
}

/// A session is no more.
///
/// # Errors
/// Only what the database refuses.
pub fn deleted(by: &Publisher<'_>, conn: &mut Conn, uri: &Url, tombstone: Value) -> Result<(), StoreError> {
    activities::withdraw(conn, None, uri.as_str())?;
    let servers = Servers::of(conn, by.centre)?;
    publish(by, conn, servers.importing, tombstone, Activity::delete)
}

/// The instance actor publishes what is the centre's.
fn publish(
    by: &Publisher<'_>,
    conn: &mut Conn,
    inboxes: Vec<String>,
    object: Value,
    verb: impl FnOnce(Url, Url, Value, &Url) -> Activity,
) -> Result<(), StoreError> {
    if inboxes.is_empty() {
        return Ok(());
    }
    let (id, activity) = by.make(conn, None, |_, url, actor, followers| {
        verb(url, actor, object, followers)
    })?;
    outbox::record(conn, id, None, &activity, inboxes, by.now)
}

/// The instance actor announces to the one, the centre to the other.
fn announce(
    by: &Publisher<'_>,
    conn: &mut Conn,
    uri: &Url,
    by_node: Vec<String>,
    by_centre: Vec<String>,
) -> Result<(), StoreError> {
    for (actor, inboxes) in [(None, by_node), (Some(by.centre), by_centre)] {
        if inboxes.is_empty() {
            continue;
        }
        let (id, activity) = by.make(conn, actor, |_, url, actor, followers| {
            Activity::announce_to_followers(url, actor, uri.as_str(), followers)
        })?;
        outbox::record(conn, id, actor.map(|centre| centre.id), &activity, inboxes, by.now)?;
    }
    Ok(())
}
