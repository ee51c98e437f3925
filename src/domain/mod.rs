//! What the node speaks of, without I/O: events, places, time and their rules. Imported by every other layer.
//!
//! - *centre*: a local actor behind a programme; a *network* is a centre that gathers the programmes of others.
//! - *event*: a workshop, café, drop-in …, with one or several *sessions* (dated occurrences).
//! - *peer*: an actor of another server; *follow*: ours of a peer; *follower*: a peer's of ours.
//! - *block*: a domain or an actor that is muted or blocked; *admission*: whose follow is accepted.
//! - *member*: a person of the staff, with a role.
//! - *calendar*: sessions of the whole network as seen from here.

pub mod admission;
pub mod block;
pub mod block_list;
pub mod calendar;
pub mod centre;
pub(crate) mod code;
pub mod directory;
pub mod event;
pub mod id;
pub mod invalid;
pub mod member;
pub mod merge;
pub mod network;
pub mod peer;
pub mod place;
pub mod random;
pub mod recurrence;
pub mod text;
pub mod time;
pub mod vocabulary;
