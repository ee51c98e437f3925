//! Workshops that two partners publish: which are shown as one, and what the staff says about it.

use super::{Error, Node};
use crate::domain::calendar::Entry;
use crate::domain::id::SessionId;
use crate::domain::merge::Likeness;
use crate::federation::urls::Urls;
use crate::store::merges::{self, Pair};
use crate::store::{Conn, Cursor, Page, StoreError, calendar};

/// Two workshops that are shown as one, or were told apart, by a session of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Twins {
    /// The one that is shown, or the first.
    pub shown: Entry,
    /// The one that stands behind it, or the second.
    pub behind: Entry,
    /// Why they are one; absent when they are told apart.
    pub likeness: Option<Likeness>,
    /// How many coming dates they have together; none when they are told apart.
    pub dates: usize,
}

/// A page of the coming pairs that are shown as one, by their first date; only those with the session `of`, where one is
/// given.
///
/// # Errors
/// Only what the database refuses.
pub async fn list(
    node: &Node,
    of: Option<SessionId>,
    limit: usize,
    after: Option<Cursor>,
) -> Result<Page<Twins>, Error> {
    let (now, urls) = (node.now(), node.federation.urls.clone());
    let read = move |conn: &mut Conn| {
        let page = merges::list(conn, now, of, limit, after.as_ref())?;
        let items = entries(conn, page.items, &urls)?;
        Ok(Page { items, next: page.next })
    };
    Ok(node.store.read(read).await?)
}

/// The coming pairs that the staff told apart, newest first.
///
/// # Errors
/// Only what the database refuses.
pub async fn told_apart(node: &Node, limit: usize) -> Result<Vec<Twins>, Error> {
    let (now, urls) = (node.now(), node.federation.urls.clone());
    let read = move |conn: &mut Conn| {
        let pairs = merges::told_apart(conn, now, limit)?;
        entries(conn, pairs, &urls)
    };
    Ok(node.store.read(read).await?)
}

fn entries(conn: &mut Conn, pairs: Vec<Pair>, urls: &Urls) -> Result<Vec<Twins>, StoreError> {
    let mut found = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let shown = calendar::entry(conn, pair.shown, urls)?;
        let behind = calendar::entry(conn, pair.behind, urls)?;
        found.extend(shown.zip(behind).map(|(shown, behind)| Twins {
            shown,
            behind,
            likeness: pair.likeness,
            dates: pair.dates,
        }));
    }
    Ok(found)
}

/// Tells the workshops of two sessions apart, with all their dates, whatever becomes of either.
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
    let now = node.now();
    let done = node.store.write(move |conn| merges::allow(conn, one, other, now));
    if done.await? { Ok(()) } else { Err(Error::NotFound) }
}
