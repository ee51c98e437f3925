//! Maillage: a federated ActivityPub node with which neighbourhood centres publish their digital workshops.
//!
//! The modules, in the order of the arrows (each imports only what stands before it; `tests/architecture.rs` holds it).

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod federation;
pub mod feed;
pub mod locale;
pub mod packed;
pub mod store;
pub mod telemetry;
pub mod web;
