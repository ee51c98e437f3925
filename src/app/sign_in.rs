//! Sign-ins of the staff in a browser: kept by the server, so that they can be ended, and found again by the hash of a
//! random token.

use chrono::Duration;

use super::{Error, Node, password, secret};
use crate::domain::member::Member;
use crate::domain::time::Instant;
use crate::store::{members, sign_ins};

/// How long a sign-in lasts without a visit.
pub const LIFETIME: Duration = Duration::days(14);
/// A visit prolongs a sign-in when this much of its time is used up: one write a day, not one a page.
const PROLONG_AFTER: Duration = Duration::days(1);

/// A sign-in that was just made. The token is nowhere else.
#[derive(Debug)]
pub struct SignIn {
    /// The member who signed in.
    pub member: Member,
    /// What the browser keeps.
    pub token: String,
    /// Until when, without another visit.
    pub expires: Instant,
}

/// Signs in with mail address and password. `None` when they do not go together: who has an account is not told, not
/// even by the time it takes.
///
/// # Errors
/// Only what the database refuses.
pub async fn begin(node: &Node, email: &str, password: &str) -> Result<Option<SignIn>, Error> {
    let email = email.to_owned();
    let found = node.store.read(move |conn| members::by_email(conn, &email)).await?;
    let (member, hash) = found.map_or((None, None), |(member, hash)| (Some(member), Some(hash)));
    let same = password::verify(node, password.to_owned(), hash).await?;
    let Some(member) = member.filter(|_| same) else {
        node.metrics.sign_in_failure();
        return Ok(None);
    };
    let token = secret::new(node.random.as_ref());
    let (hash, id, now) = (secret::hash(&token), member.id, node.now());
    let expires = now + LIFETIME;
    node.store
        .write(move |conn| sign_ins::insert(conn, &hash, id, now, expires))
        .await?;
    Ok(Some(SignIn { member, token, expires }))
}

/// The member behind a browser's token, if the sign-in still holds; the visit prolongs it.
///
/// # Errors
/// Only what the database refuses.
pub async fn current(node: &Node, token: &str) -> Result<Option<Member>, Error> {
    let (hash, now) = (secret::hash(token), node.now());
    let key = hash.clone();
    let found = node.store.read(move |conn| sign_ins::find(conn, &key, now)).await?;
    let Some((member, expires)) = found else {
        return Ok(None);
    };
    if expires - now < LIFETIME - PROLONG_AFTER {
        node.store
            .write(move |conn| sign_ins::prolong(conn, &hash, now + LIFETIME))
            .await?;
    }
    Ok(Some(member))
}

/// Ends a sign-in; ending one that is over changes nothing.
///
/// # Errors
/// Only what the database refuses.
pub async fn end(node: &Node, token: &str) -> Result<(), Error> {
    let hash = secret::hash(token);
    Ok(node.store.write(move |conn| sign_ins::remove(conn, &hash)).await?)
}
