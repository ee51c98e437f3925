//! Outgoing activities, and one delivery for each inbox, written in the transaction of the change they tell of.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::backend::PortableExt;
use super::column::{actor, actor_text, instant, ms, parse};
use super::schema::{activities, deliveries, followers, hosts, peers};
use super::{Conn, StoreError};
use crate::domain::id::{ActivityId, CentreId};
use crate::domain::peer::FollowerKind;
use crate::domain::time::Instant;

/// An outgoing activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Identifier.
    pub id: ActivityId,
    /// ActivityPub id.
    pub uri: String,
    /// A centre, or the instance actor.
    pub sender: Option<CentreId>,
    /// Id of its object.
    pub object_uri: String,
    /// Whether it is for everybody and stands in the sender's outbox.
    pub public: bool,
    /// The JSON, exactly as it will be signed and sent.
    pub body: String,
    /// When it was made.
    pub created: Instant,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = activities)]
pub(super) struct Row {
    id: String,
    uri: String,
    sender: String,
    object_uri: String,
    public: bool,
    body: String,
    created_at: i64,
}

impl Row {
    pub fn domain(self) -> Result<Activity, StoreError> {
        Ok(Activity {
            id: parse("activity id", &self.id)?,
            uri: self.uri,
            sender: actor(&self.sender)?,
            object_uri: self.object_uri,
            public: self.public,
            body: self.body,
            created: instant(self.created_at)?,
        })
    }
}

/// Where a delivery goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The inbox.
    pub inbox: String,
    /// Its host with its port where it has one: deliveries to one host keep their order.
    pub host: String,
}

/// Records an activity and one delivery for each distinct inbox; a host without other work is due at once.
/// No recipients: the activity is kept for the outbox only. Returns how many deliveries there are.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when its id or uri is taken.
pub fn record(conn: &mut Conn, activity: &Activity, recipients: &[Recipient]) -> Result<usize, StoreError> {
    insert(conn, activity)?;
    deliver_too(conn, activity, recipients)
}

/// Records one more delivery of a recorded activity for each inbox that has none yet. Returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn deliver_too(conn: &mut Conn, activity: &Activity, recipients: &[Recipient]) -> Result<usize, StoreError> {
    let mut added = 0;
    for recipient in recipients {
        added += insert_delivery(conn, activity, recipient)?;
    }
    wake_hosts(conn, activity)?;
    Ok(added)
}

/// Records an activity and one delivery for each distinct inbox of the followers of its sender, however many they are.
/// An inbox has the host of its actor: an actor with a foreign one is not read. Followers that are gone get nothing.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when its id or uri is taken.
pub fn record_for_followers(conn: &mut Conn, activity: &Activity) -> Result<usize, StoreError> {
    record_for_kinds(conn, activity, FollowerKind::ALL)
}

/// The same for the followers of these kinds alone.
///
/// # Errors
/// As [`record_for_followers`].
pub fn record_for_kinds(conn: &mut Conn, activity: &Activity, kinds: &[FollowerKind]) -> Result<usize, StoreError> {
    insert(conn, activity)?;
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let behind = followers::table
        .inner_join(peers::table)
        .filter(followers::actor.eq(actor_text(activity.sender)))
        .filter(followers::kind.eq_any(kinds))
        .filter(peers::gone_at.is_null());
    let inbox = diesel::dsl::sql::<Text>(INBOX);
    let recipients = behind
        .select((
            activity.id.to_string().into_sql::<Text>(),
            inbox,
            peers::host,
            ms(activity.created).into_sql::<BigInt>(),
        ))
        .distinct();
    let added = recipients
        .insert_into(deliveries::table)
        .into_columns(COLUMNS)
        .portable()
        .execute(conn)?;
    wake_hosts(conn, activity)?;
    Ok(added)
}

/// Where what is sent to a follower goes.
const INBOX: &str = "coalesce(peers.shared_inbox, peers.inbox)";
/// What a new delivery has.
const COLUMNS: (
    deliveries::activity_id,
    deliveries::inbox,
    deliveries::host,
    deliveries::created_at,
) = (
    deliveries::activity_id,
    deliveries::inbox,
    deliveries::host,
    deliveries::created_at,
);

fn insert(conn: &mut Conn, activity: &Activity) -> Result<(), StoreError> {
    let row = Row {
        id: activity.id.to_string(),
        uri: activity.uri.clone(),
        sender: actor_text(activity.sender),
        object_uri: activity.object_uri.clone(),
        public: activity.public,
        body: activity.body.clone(),
        created_at: ms(activity.created),
    };
    diesel::insert_into(activities::table).values(row).execute(conn)?;
    Ok(())
}

fn insert_delivery(conn: &mut Conn, activity: &Activity, recipient: &Recipient) -> Result<usize, StoreError> {
    let row = (
        deliveries::activity_id.eq(activity.id.to_string()),
        deliveries::inbox.eq(&recipient.inbox),
        deliveries::host.eq(&recipient.host),
        deliveries::created_at.eq(ms(activity.created)),
    );
    Ok(diesel::insert_into(deliveries::table)
        .values(row)
        .on_conflict_do_nothing()
        .portable()
        .execute(conn)?)
}

/// Makes the hosts of an activity's deliveries due if they have no attempt planned: one that is failing keeps its turn.
fn wake_hosts(conn: &mut Conn, activity: &Activity) -> Result<(), StoreError> {
    let now = ms(activity.created);
    let of_activity = || {
        deliveries::table
            .filter(deliveries::activity_id.eq(activity.id.to_string()))
            .filter(deliveries::settled_at.is_null())
    };
    let known = hosts::table.filter(hosts::host.eq(deliveries::host));
    let unknown = of_activity()
        .filter(diesel::dsl::not(diesel::dsl::exists(known)))
        .select((
            deliveries::host,
            Some(now).into_sql::<Nullable<BigInt>>(),
            0_i64.into_sql::<BigInt>(),
            "".into_sql::<Text>(),
            0_i64.into_sql::<BigInt>(),
        ))
        .distinct();
    unknown
        .insert_into(hosts::table)
        .into_columns((
            hosts::host,
            hosts::next_attempt_at,
            hosts::lease_until,
            hosts::lease_owner,
            hosts::failures,
        ))
        .portable()
        .execute(conn)?;
    let idle = hosts::table
        .filter(hosts::next_attempt_at.is_null())
        .filter(hosts::host.eq_any(of_activity().select(deliveries::host)));
    diesel::update(idle).set(hosts::next_attempt_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Takes all that `sender` ever said of an object out of its outbox: the object is deleted, and who reads the outbox
/// now must not publish it anew. Deliveries that wait still go, in their order.
///
/// # Errors
/// Only what the database refuses.
pub fn withdraw(conn: &mut Conn, sender: Option<CentreId>, object_uri: &str) -> Result<(), StoreError> {
    let said = activities::table
        .filter(activities::sender.eq(actor_text(sender)).and(activities::public))
        .filter(activities::object_uri.eq(object_uri));
    diesel::update(said).set(activities::public.eq(false)).execute(conn)?;
    Ok(())
}

/// The activity with this id.
///
/// # Errors
/// Only what the database refuses.
pub fn by_id(conn: &mut Conn, id: ActivityId) -> Result<Option<Activity>, StoreError> {
    let row = activities::table
        .find(id.to_string())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::domain).transpose()
}

/// A page of the public activities of a centre, or of the instance actor for `None`, newest first; go on below the last id.
///
/// # Errors
/// Only what the database refuses.
pub fn public_of_sender(
    conn: &mut Conn,
    sender: Option<CentreId>,
    before: Option<ActivityId>,
    limit: i64,
) -> Result<Vec<Activity>, StoreError> {
    let mut query = activities::table
        .into_boxed()
        .filter(activities::sender.eq(actor_text(sender)).and(activities::public));
    if let Some(before) = before {
        query = query.filter(activities::id.lt(before.to_string()));
    }
    let rows = query
        .order(activities::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::domain).collect()
}

/// How many public activities an actor of ours has sent.
///
/// # Errors
/// Only what the database refuses.
pub fn count_public_of_sender(conn: &mut Conn, sender: Option<CentreId>) -> Result<i64, StoreError> {
    Ok(activities::table
        .filter(activities::sender.eq(actor_text(sender)).and(activities::public))
        .count()
        .get_result(conn)?)
}

/// Forgets activities that stand in no outbox, were made before `before` and have no delivery left, the oldest first and at most
/// `limit`; returns how many.
///
/// # Errors
/// Only what the database refuses.
pub fn purge(conn: &mut Conn, before: Instant, limit: i64) -> Result<usize, StoreError> {
    let deliveries = deliveries::table.filter(deliveries::activity_id.eq(activities::id));
    let old: Vec<String> = activities::table
        // As the index `activities_aside` has it.
        .filter(diesel::dsl::not(activities::public))
        .filter(activities::created_at.lt(ms(before)))
        .filter(diesel::dsl::not(diesel::dsl::exists(deliveries)))
        .order(activities::created_at)
        .limit(limit)
        .select(activities::id)
        .load(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    Ok(diesel::delete(activities::table.filter(activities::id.eq_any(old))).execute(conn)?)
}
