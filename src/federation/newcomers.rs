//! What the hosts of our followers run (NodeInfo), asked when they come and now and then: it decides what they are
//! posted. A calendar that turns out to be one is told at once of all that the others were told before it came.

use std::collections::HashSet;

use chrono::TimeDelta;
use url::Url;

use super::context::Federation;
use super::discover::node_info;
use super::networks::calendars;
use super::outbox;
use super::publish::Publisher;
use super::relay;
use super::wire::activity::Activity;
use crate::domain::event::Origin;
use crate::domain::peer::{Follower, FollowerKind, Peer};
use crate::domain::time::Instant;
use crate::store::sessions::{self, Posted};
use crate::store::{Conn, StoreError, centres, followers};

/// Hosts asked at the same time.
const AT_ONCE: i64 = 16;
/// How long a question may take before another process asks too.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// When a host is asked again that did not say.
const UNKNOWN: TimeDelta = TimeDelta::hours(6);
/// When one is asked again that did.
const KNOWN: TimeDelta = TimeDelta::days(7);
/// Most sessions that a calendar is told of when it comes, soonest first.
const WELCOME: i64 = 400;
/// Most followers of one host that are told of them when it turns out to be a calendar, one for each inbox and actor that
/// is followed: a server has one or two that count.
const WELCOMED: usize = 20;

/// Asks the hosts of followers that are due, some at a time; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub async fn step(federation: &Federation) -> Result<usize, StoreError> {
    let now = federation.now();
    let due = federation
        .store
        .write(move |conn| followers::claim_hosts(conn, now, now + LEASE, AT_ONCE))
        .await?;
    let count = due.len();
    let mut questions = tokio::task::JoinSet::new();
    for (host, uri) in due {
        let federation = federation.clone();
        questions.spawn(async move {
            if let Err(error) = ask(&federation, host, &uri).await {
                tracing::error!(%error, "what a follower runs could not be noted");
            }
        });
    }
    while questions.join_next().await.is_some() {}
    Ok(count)
}

async fn ask(federation: &Federation, host: String, uri: &str) -> Result<(), StoreError> {
    let software = match Url::parse(uri) {
        Ok(base) => node_info(&federation.fetcher, &base)
            .await
            .ok()
            .and_then(|info| info.software),
        Err(_) => None,
    };
    let now = federation.now();
    if FollowerKind::of_software(software.as_deref()).is_calendar() {
        welcome_all(federation, &host, software.as_ref(), now).await?;
    }
    let next = now + software.as_ref().map_or(UNKNOWN, |_| KNOWN);
    federation
        .store
        .write(move |conn| followers::set_kind(conn, &host, software.as_deref(), next))
        .await?;
    outbox::wake(federation);
    Ok(())
}

/// Welcomes the followers on a host, each in a transaction of its own: nobody waits long. Whoever is cut off in the middle
/// is welcomed again, and knows the sessions by their ids.
async fn welcome_all(
    federation: &Federation,
    host: &str,
    software: Option<&String>,
    now: Instant,
) -> Result<(), StoreError> {
    let of_host = host.to_owned();
    let mut readers = federation
        .store
        .read(move |conn| followers::readers_on(conn, &of_host))
        .await?;
    let mut seen = HashSet::new();
    readers.retain(|(follower, peer)| seen.insert((follower.followed, peer.delivery_inbox().to_owned())));
    for (follower, mut peer) in readers.into_iter().take(WELCOMED) {
        peer.software = software.cloned();
        let ours = federation.clone();
        federation
            .store
            .write(move |conn| welcome(conn, &ours, &follower, &peer, now))
            .await?;
    }
    Ok(())
}

/// Tells a calendar of the sessions that it has not heard of since it follows.
fn welcome(
    conn: &mut Conn,
    federation: &Federation,
    follower: &Follower,
    peer: &Peer,
    now: Instant,
) -> Result<(), StoreError> {
    if let Some(network) = follower.followed {
        calendars::welcome(conn, federation, network, peer, now, WELCOME)?;
    }
    for (session, event, posted) in sessions::told(conn, follower.followed, now, WELCOME)? {
        let Origin::Local(id) = event.origin else { continue };
        let Some(centre) = centres::by_id(conn, id)? else {
            continue;
        };
        let by = Publisher {
            federation,
            centre: &centre,
            now,
        };
        let follows_centre = follower.followed.is_some();
        let object = by.object(conn, &event, &session, &posted)?;
        if follows_centre && !heard(follower, &posted) {
            let create = object.clone();
            let (id, activity) = by.make(conn, Some(&centre), |_, url, actor, followers| {
                Activity::create(url, actor, create, followers)
            })?;
            let inbox = [peer.delivery_inbox().to_owned()];
            outbox::record_aside(conn, id, Some(centre.id), &activity, inbox, now)?;
        }
        let uri = federation.urls.session(session.id);
        relay::created_for(&by, conn, &uri, &object, (peer, follows_centre))?;
    }
    Ok(())
}

/// Whether it was posted to the follower while that was taken for a person.
fn heard(follower: &Follower, posted: &Posted) -> bool {
    posted.announced.is_some_and(|at| at >= follower.since)
}
