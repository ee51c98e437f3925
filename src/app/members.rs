//! Staff accounts.

use super::{Error, Node, password};
use crate::domain::event::looks_like_email;
use crate::domain::id::MemberId;
use crate::domain::invalid::Reason;
use crate::domain::member::{Member, Role};
use crate::store::{StoreError, members, sign_ins};

/// Adds an account.
///
/// # Errors
/// A refusal of `email` (no address, or taken) or of `password` (weak).
pub async fn add(node: &Node, email: &str, role: Role, password: &str) -> Result<Member, Error> {
    let email = checked_email(email)?;
    password::check(password, &email).map_err(|reason| Error::refused("password", reason))?;
    let hash = password::hash(node, password.to_owned()).await?;
    let now = node.now();
    let member = Member {
        id: MemberId::new(now, node.random.as_ref()),
        email,
        role,
        created: now,
    };
    let row = member.clone();
    match node.store.write(move |conn| members::insert(conn, &row, &hash)).await {
        Ok(()) => Ok(member),
        Err(StoreError::AlreadyExists) => Err(Error::refused("email", Reason::Taken)),
        Err(error) => Err(error.into()),
    }
}

/// Whether the node has no account at all.
///
/// # Errors
/// Only what the database refuses.
pub async fn none_yet(node: &Node) -> Result<bool, Error> {
    Ok(node.store.read(members::list).await?.is_empty())
}

/// The account of this address.
///
/// # Errors
/// Only what the database refuses.
pub async fn by_email(node: &Node, email: &str) -> Result<Option<Member>, Error> {
    let email = email.to_owned();
    let found = node.store.read(move |conn| members::by_email(conn, &email)).await?;
    Ok(found.map(|(member, _)| member))
}

/// Gives another password, and ends every sign-in of the account.
///
/// # Errors
/// A refusal of `password`.
pub async fn set_password(node: &Node, member: &Member, password: &str) -> Result<(), Error> {
    password::check(password, &member.email).map_err(|reason| Error::refused("password", reason))?;
    let hash = password::hash(node, password.to_owned()).await?;
    let id = member.id;
    let changed = node.store.write(move |conn| {
        members::set_password(conn, id, &hash)?;
        sign_ins::remove_all(conn, id)
    });
    Ok(changed.await?)
}

/// Trimmed and in lower case, as it is kept and looked up.
fn checked_email(email: &str) -> Result<String, Error> {
    let email = email.trim().to_lowercase();
    if looks_like_email(&email) {
        Ok(email)
    } else {
        Err(Error::refused("email", Reason::NotAnEmail))
    }
}
