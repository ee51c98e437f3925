//! ActivityPub: what the node sends to other servers, and what it believes of them.

pub mod actor_key;
pub mod convert;
pub mod discover;
pub mod fetch;
pub mod guard;
pub mod keys;
pub mod signature;
pub mod urls;
pub mod wire;
