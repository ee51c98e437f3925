//! The key pairs of our actors.

use std::fmt;

use diesel::prelude::*;

use super::column::{actor, actor_text, instant, ms};
use super::schema::actor_keys;
use super::{Conn, StoreError};
use crate::domain::id::CentreId;
use crate::domain::time::Instant;

/// A key pair as text, in the encodings of whoever made it.
#[derive(Clone, PartialEq, Eq)]
pub struct ActorKey {
    /// A centre, or the instance actor.
    pub owner: Option<CentreId>,
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    /// The secret half (PKCS#8).
    pub private: String,
    /// The public half.
    pub public: String,
    /// Since when.
    pub created: Instant,
}

impl fmt::Debug for ActorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorKey")
            .field("owner", &self.owner)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = actor_keys)]
struct Row {
    owner: String,
    algorithm: String,
    private_key: String,
    public_key: String,
    created_at: i64,
}

/// Keeps a new pair.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the owner has a pair of that algorithm.
pub fn insert(conn: &mut Conn, key: &ActorKey) -> Result<(), StoreError> {
    let row = Row {
        owner: actor_text(key.owner),
        algorithm: key.algorithm.clone(),
        private_key: key.private.clone(),
        public_key: key.public.clone(),
        created_at: ms(key.created),
    };
    diesel::insert_into(actor_keys::table).values(row).execute(conn)?;
    Ok(())
}

/// The pairs of a centre, or of the instance actor for `None`.
///
/// # Errors
/// Only what the database refuses.
pub fn of_owner(conn: &mut Conn, owner: Option<CentreId>) -> Result<Vec<ActorKey>, StoreError> {
    let rows: Vec<Row> = actor_keys::table
        .filter(actor_keys::owner.eq(actor_text(owner)))
        .order(actor_keys::algorithm)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(ActorKey {
                owner: actor(&row.owner)?,
                algorithm: row.algorithm,
                private: row.private_key,
                public: row.public_key,
                created: instant(row.created_at)?,
            })
        })
        .collect()
}

/// Puts `pairs` in the place of all that `owner` has.
///
/// # Errors
/// Only what the database refuses.
pub fn replace(conn: &mut Conn, owner: Option<CentreId>, pairs: &[ActorKey]) -> Result<(), StoreError> {
    let old = actor_keys::table.filter(actor_keys::owner.eq(actor_text(owner)));
    diesel::delete(old).execute(conn)?;
    pairs.iter().try_for_each(|pair| insert(conn, pair))
}
