//! Workshops that two partners publish: which are shown as one, and what the staff says about it.

use super::{Error, Node};
use crate::domain::calendar::Entry;
use crate::domain::id::SessionId;
use crate::domain::merge::Likeness;
use crate::store::merges::{self, Pair};
use crate::store::{Conn, StoreError, calendar};

/// Two sessions that are shown as one, or were told apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Twins {
    /// The one that is shown, or the first.
    pub shown: Entry,
    /// The one that stands behind it, or the second.
    pub behind: Entry,
    /// Why they are one; absent when they are told apart.
    pub likeness: Option<Likeness>,
}

/// What is shown as one, then what was told apart: coming sessions, at most `limit` pairs of each.
///
/// # Errors
/// Only what the database refuses.
pub async fn list(node: &Node, limit: i64) -> Result<(Vec<Twins>, Vec<Twins>), Error> {
    let (now, urls) = (node.now(), node.federation.urls.clone());
    let read = move |conn: &mut Conn| {
        let (merged, apart) = (merges::list(conn, now, limit)?, merges::told_apart(conn, now, limit)?);
        let mut entries = |pairs: Vec<Pair>| -> Result<Vec<Twins>, StoreError> {
            let mut found = Vec::with_capacity(pairs.len());
            for pair in pairs {
                let shown = calendar::entry(conn, pair.shown, &urls)?;
                let behind = calendar::entry(conn, pair.behind, &urls)?;
                found.extend(shown.zip(behind).map(|(shown, behind)| Twins {
                    shown,
                    behind,
                    likeness: pair.likeness,
                }));
            }
            Ok(found)
        };
        Ok((entries(merged)?, entries(apart)?))
    };
    Ok(node.store.read(read).await?)
}

/// Tells two sessions apart: they are two workshops, whatever becomes of either.
///
/// # Errors
/// [`Error::NotFound`] unless both are there.
pub async fn separate(node: &Node, one: SessionId, other: SessionId) -> Result<(), Error> {
    let now = node.now();
    let done = node.store.write(move |conn| merges::tell_apart(conn, one, other, now));
    if done.await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Takes [`separate`] back: they are one again if they are alike.
///
/// # Errors
/// [`Error::NotFound`] unless both are there.
pub async fn join(node: &Node, one: SessionId, other: SessionId) -> Result<(), Error> {
    let done = node.store.write(move |conn| merges::allow(conn, one, other));
    if done.await? { Ok(()) } else { Err(Error::NotFound) }
}
