//! The store, each test on SQLite and on PostgreSQL.

mod backlog;
mod calendar;
mod directory;
mod events;
mod group_commit;
mod merges;
mod migrations;
mod opening;
mod outbox;
mod peers;
mod people;
mod plans;
pub mod samples;
mod transactions;
