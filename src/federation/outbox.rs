//! The durable outbox: an activity and its deliveries are rows in the transaction of the change they tell of.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::context::Federation;
use super::urls;
use super::wire::activity::{Activity, Verb};
use super::wire::context::PUBLIC;
use crate::domain::id::{ActivityId, CentreId};
use crate::domain::peer::FollowerKind;
use crate::domain::time::Instant;
use crate::store::activities::{self, Recipient};
use crate::store::{Conn, StoreError};

/// A new id for an activity, and its URL.
pub fn new_id(federation: &Federation, now: Instant) -> (ActivityId, Url) {
    let id = ActivityId::new(now, federation.random.as_ref());
    (id, federation.urls.activity(id))
}

/// Records `activity` of `sender` (the instance actor for `None`) and one delivery a distinct inbox. An inbox that is no
/// URL is passed over: it was checked when its actor was read. Ring [`wake`] after the commit.
///
/// # Errors
/// Only what the database refuses.
pub fn record(
    conn: &mut Conn,
    id: ActivityId,
    sender: Option<CentreId>,
    activity: &Activity,
    inboxes: impl IntoIterator<Item = String>,
    now: Instant,
) -> Result<(), StoreError> {
    let recipients = recipients(inboxes);
    activities::record(conn, &row(id, sender, activity, now), &recipients).map(|_| ())
}

/// Records `activity` of `sender` and one delivery for each distinct inbox of its followers of these kinds, however many
/// they are, and for each of `inboxes` besides. Ring [`wake`] after the commit.
///
/// # Errors
/// Only what the database refuses.
pub fn record_for_kinds(
    conn: &mut Conn,
    id: ActivityId,
    sender: Option<CentreId>,
    activity: &Activity,
    to: (&[FollowerKind], Vec<String>),
    now: Instant,
) -> Result<(), StoreError> {
    let (kinds, inboxes) = to;
    let row = row(id, sender, activity, now);
    activities::record_for_kinds(conn, &row, kinds)?;
    if !inboxes.is_empty() {
        activities::deliver_too(conn, &row, &recipients(inboxes))?;
    }
    Ok(())
}

/// Records `activity` of `sender` for these inboxes alone, outside of its outbox: what stands there already is repeated to
/// who came late.
///
/// # Errors
/// Only what the database refuses.
pub fn record_aside(
    conn: &mut Conn,
    id: ActivityId,
    sender: Option<CentreId>,
    activity: &Activity,
    inboxes: impl IntoIterator<Item = String>,
    now: Instant,
) -> Result<(), StoreError> {
    let row = activities::Activity {
        public: false,
        ..row(id, sender, activity, now)
    };
    activities::record(conn, &row, &recipients(inboxes)).map(|_| ())
}

/// The same for its followers of these kinds.
///
/// # Errors
/// Only what the database refuses.
pub fn record_aside_for_kinds(
    conn: &mut Conn,
    id: ActivityId,
    sender: Option<CentreId>,
    activity: &Activity,
    kinds: &[FollowerKind],
    now: Instant,
) -> Result<(), StoreError> {
    let row = activities::Activity {
        public: false,
        ..row(id, sender, activity, now)
    };
    activities::record_for_kinds(conn, &row, kinds).map(|_| ())
}

/// Records `activity` of `sender` and one delivery for each distinct inbox of its followers, and of `inboxes` besides. Ring
/// [`wake`] after the commit.
///
/// # Errors
/// Only what the database refuses.
pub fn record_for_followers_and(
    conn: &mut Conn,
    id: ActivityId,
    sender: Option<CentreId>,
    activity: &Activity,
    inboxes: impl IntoIterator<Item = String>,
    now: Instant,
) -> Result<(), StoreError> {
    let row = row(id, sender, activity, now);
    activities::record_for_followers(conn, &row)?;
    activities::deliver_too(conn, &row, &recipients(inboxes)).map(|_| ())
}

fn recipients(inboxes: impl IntoIterator<Item = String>) -> Vec<Recipient> {
    let distinct: BTreeSet<String> = inboxes.into_iter().collect();
    let known = distinct.into_iter().filter_map(|inbox| {
        let host = urls::host(&Url::parse(&inbox).ok()?);
        Some(Recipient { inbox, host })
    });
    known.collect()
}

fn row(id: ActivityId, sender: Option<CentreId>, activity: &Activity, now: Instant) -> activities::Activity {
    activities::Activity {
        id,
        uri: activity.id.to_string(),
        sender,
        object_uri: object_of(activity).unwrap_or_default().to_owned(),
        public: activity.to.iter().any(|to| to == PUBLIC),
        body: activity.document().to_string(),
        created: now,
    }
}

/// What the activity is about. What takes another back is about the same as that one: it must never overtake it.
fn object_of(activity: &Activity) -> Option<&str> {
    let undone = Some(&activity.object["object"]).filter(|_| activity.verb == Verb::Undo);
    undone.and_then(id_of).or_else(|| id_of(&activity.object))
}

/// The id of an object, which may be all there is of it.
fn id_of(object: &Value) -> Option<&str> {
    object.as_str().or_else(|| object["id"].as_str())
}

/// Tells the worker that there is work.
pub fn wake(federation: &Federation) {
    federation.outbox_bell.notify_one();
    federation.network_bell.notify_one();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_takes_another_back_is_about_the_same() {
        let url = |path: &str| {
            Url::parse("https://here.example/")
                .and_then(|base| base.join(path))
                .expect("a URL")
        };
        let (us, them, follow) = (url("actor"), url("them"), url("activities/1"));
        let followed = Activity::follow(follow.clone(), us.clone(), &them);
        let undone = Activity::undo_follow(url("activities/2"), us.clone(), &follow, &them);
        assert_eq!(object_of(&followed), Some(them.as_str()));
        assert_eq!(object_of(&undone), object_of(&followed));
        let (event, followers) = ("https://there.example/events/1", url("actor/followers"));
        let told = Activity::announce(url("activities/3"), us.clone(), event, &followers);
        let announce = json!({ "id": told.id, "type": "Announce", "actor": us, "object": event });
        let taken_back = Activity::undo_announce(url("activities/4"), us.clone(), announce, &followers);
        assert_eq!(object_of(&told), Some(event));
        assert_eq!(object_of(&taken_back), object_of(&told));
        let by_id = Activity::undo_announce(url("activities/5"), us, json!("https://here.example/a"), &followers);
        assert_eq!(object_of(&by_id), Some("https://here.example/a"));
    }
}
