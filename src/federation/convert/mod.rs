//! Between the domain and the JSON of ActivityPub, both ways; pure: no clock, no network, no store.
//!
//! Outgoing: `actor_out`, `event_out`, `note_out`. Incoming: `json` reads bytes within limits and leaves texts where they lie,
//! `read` knows the many spellings of one value, `html` cleans texts; `activity_in`, `actor_in`, `collection_in` and `event_in`
//! give domain values or a typed refusal, `quirks` what single peer softwares need. Whatever is read here was signed or fetched
//! by others: the caller checks identities, these modules check that a document does not contradict its own origin.

pub mod activity_in;
pub mod actor_in;
pub mod actor_out;
pub mod collection_in;
pub mod event_in;
pub mod event_out;
mod facts_in;
mod facts_out;
pub mod html;
pub mod json;
pub mod note_out;
pub(in crate::federation) mod quirks;
pub mod read;
