//! What the tests stand on.

pub mod database;
pub mod foreign;
pub mod keys;
pub mod network;
pub mod node;
pub mod outbox;
pub mod program;
pub mod server;
