//! The store: all SQL of the node, over SQLite and PostgreSQL alike.
//!
//! Naming: one file a noun, free functions on `&mut Conn` named by verb (`events::insert_local`), so that they compose
//! inside one [`Db::write`]. Rows are private, domain types go out. Absence is `None`. A function that changes
//! something is called inside a write transaction; the store opens none of its own, except in [`Db`]. What is looked up
//! by a unique key for each delivery is read with `get_result`, not with `first`: a bound `LIMIT` makes SQLite plan anew.

mod backend;
mod column;
mod db;
mod error;
mod group;
mod insert;
mod page;
mod writer;

pub mod activities;
pub mod announces;
pub mod backlog;
pub mod blocks;
pub mod calendar;
pub mod centres;
pub mod changes;
pub mod deliveries;
pub mod directory;
pub mod events;
pub mod follow_requests;
pub mod followers;
pub mod follows;
pub mod hosts;
pub mod inbox;
pub mod keys;
pub mod members;
pub mod merges;
pub mod migrate;
pub mod networks;
pub mod notices;
pub mod peers;
pub mod pulls;
pub mod schema;
pub mod sessions;
pub mod settings;
pub mod sign_ins;
pub mod tokens;
pub mod tombstones;

pub use backend::{Clash, Conn, Contention, Target};
pub use db::Db;
pub use error::StoreError;
pub use page::{Cursor, NotACursor, Page};
