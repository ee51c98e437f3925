//! Between servers: signatures, fetching, discovery, and what is refused.

mod bad_peers;
mod blocked_hosts;
mod calendars;
mod comings_and_goings;
mod convert;
mod discover;
mod fetch;
mod followers;
mod foreign;
mod histories;
mod hostile;
mod moderation;
mod network_calendars;
mod network_posts;
mod networks;
mod pages;
mod preview;
mod proofs;
mod refusals;
mod rotation;
pub mod sending;
mod serving;
mod signature;
mod software;
mod sources;
mod two_nodes;
mod whole_nodes;
