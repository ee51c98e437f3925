//! Bearer tokens of the HTTP interface: they act for the member they were made for, until they are removed.

use chrono::Duration;

use super::{Error, Node, secret};
use crate::domain::id::TokenId;
use crate::domain::invalid::Reason;
use crate::domain::member::Member;
use crate::store::tokens::{self, Token};

/// Longest name.
const LONGEST_NAME: usize = 80;
/// The last use is noted to the hour: one write an hour, not one a call.
const NOTED_AFTER: Duration = Duration::hours(1);

/// Makes a token that acts for `member`. Its secret is given out here and never again.
///
/// # Errors
/// A refusal of `name`: empty or too long.
pub async fn create(node: &Node, member: &Member, name: &str) -> Result<String, Error> {
    let name = name.trim().to_owned();
    let length = name.chars().count();
    if name.is_empty() {
        return Err(Error::refused("name", Reason::Required));
    }
    if length > LONGEST_NAME {
        return Err(Error::refused(
            "name",
            Reason::TooLong {
                max: LONGEST_NAME,
                length,
            },
        ));
    }
    let (secret, now) = (secret::new(node.random.as_ref()), node.now());
    let hash = secret::hash(&secret);
    let id = TokenId::new(now, node.random.as_ref());
    let token = Token {
        id,
        member: member.id,
        name,
        created: now,
        last_used: None,
    };
    node.store
        .write(move |conn| tokens::insert(conn, &token, &hash))
        .await?;
    Ok(secret)
}

/// The member for whom a token acts, if there is such a token.
///
/// # Errors
/// Only what the database refuses.
pub async fn member(node: &Node, secret: &str) -> Result<Option<Member>, Error> {
    let (hash, now) = (secret::hash(secret), node.now());
    let found = node.store.read(move |conn| tokens::by_hash(conn, &hash)).await?;
    let Some((token, member)) = found else { return Ok(None) };
    if token.last_used.is_none_or(|last| now - last >= NOTED_AFTER) {
        node.store.write(move |conn| tokens::touch(conn, token.id, now)).await?;
    }
    Ok(Some(member))
}
