//! Centres and networks of this node: their making and their profile.

use super::{Error, Node, keys};
use crate::domain::centre::{Centre, CentreKind, CentreProfile};
use crate::domain::id::CentreId;
use crate::domain::invalid::Reason;
use crate::domain::text::Handle;
use crate::store::{StoreError, centres, pulls};

/// Longest name (OpenAgenda).
const LONGEST_NAME: usize = 140;
/// Longest description.
const LONGEST_DESCRIPTION: usize = 2_000;

/// Makes a centre with its keys. The handle is for ever: other servers know the centre by it.
///
/// # Errors
/// A refusal of `handle` (form, taken) or of a field of the profile.
pub async fn add(node: &Node, kind: CentreKind, handle: &str, profile: CentreProfile) -> Result<Centre, Error> {
    check(&profile)?;
    let handle: Handle = handle
        .parse()
        .map_err(|_| Error::refused("handle", Reason::NotAHandle))?;
    let now = node.now();
    let id = CentreId::new(now, node.random.as_ref());
    let pairs = keys::generate(node.make_pairs, Some(id), now).await?;
    let centre = Centre {
        id,
        handle,
        kind,
        profile,
        created: now,
        updated: now,
    };
    let row = centre.clone();
    let added = node.store.write(move |conn| {
        centres::insert(conn, &row)?;
        if row.kind == CentreKind::Network {
            // To hand on what others publish, it needs their events as they signed them, which nobody kept so far.
            pulls::read_all_again(conn, now)?;
        }
        keys::insert(conn, &pairs)
    });
    match added.await {
        Ok(()) => {
            node.federation.pull_bell.notify_one();
            Ok(centre)
        }
        Err(StoreError::AlreadyExists) => Err(Error::refused("handle", Reason::Taken)),
        Err(error) => Err(error.into()),
    }
}

/// The centre with this handle.
///
/// # Errors
/// Only what the database refuses.
pub async fn by_handle(node: &Node, handle: &str) -> Result<Option<Centre>, Error> {
    let handle = handle.to_owned();
    Ok(node.store.read(move |conn| centres::by_handle(conn, &handle)).await?)
}

/// Every centre of the node, by handle.
///
/// # Errors
/// Only what the database refuses.
pub async fn list(node: &Node) -> Result<Vec<Centre>, Error> {
    Ok(node.store.read(centres::list).await?)
}

/// The rules of a profile.
///
/// # Errors
/// A refusal of the first field that breaks one.
pub(super) fn check(profile: &CentreProfile) -> Result<(), Error> {
    let too_long = |text: &str, max: usize| {
        let length = text.chars().count();
        (length > max).then_some(Reason::TooLong { max, length })
    };
    if profile.name.trim().is_empty() {
        return Err(Error::refused("name", Reason::Required));
    }
    if let Some(reason) = too_long(&profile.name, LONGEST_NAME) {
        return Err(Error::refused("name", reason));
    }
    too_long(&profile.description, LONGEST_DESCRIPTION)
        .map_or(Ok(()), |reason| Err(Error::refused("description", reason)))
}
