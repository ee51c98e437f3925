//! ActivityPub: what the node sends to other servers, and what it believes of them.
//!
//! Down (what we send): `publish`, `notices`, `relay` (for other calendars), `newcomers` (what followers run) and `app` record activities in `outbox`, `delivery` signs and posts them. Up (what we
//! believe): `inbox` refuses or
//! authenticates (`limits`, `acquaintances`), `activity` does what a verb asks for, `intake` keeps events, `budget` bounds what is
//! fetched for it; `pull` reads followed programmes again. `documents` is what we show of ourselves. Below: `wire` and `convert` (JSON), `signature`, `keys`,
//! `fetch`, `guard`, `discover`, `urls`.

pub mod acquaintances;
pub mod activity;
pub mod actor_key;
mod authenticate;
pub mod blocks;
pub mod budget;
pub mod context;
pub mod convert;
pub mod delivery;
pub mod discover;
pub mod documents;
pub mod error;
mod farewell;
pub mod fetch;
pub mod guard;
pub mod heard;
pub mod inbox;
pub mod intake;
mod key_name;
pub mod keyring;
pub mod keys;
pub mod limits;
pub mod listed;
mod memory;
pub mod networks;
pub mod newcomers;
pub mod notices;
pub mod outbox;
pub mod peers;
pub mod proof;
pub mod publish;
pub mod pull;
pub mod refused;
pub mod relay;
mod resolver;
pub mod shares;
pub mod signature;
pub mod source;
pub mod urls;
pub mod wire;

pub use context::Federation;
