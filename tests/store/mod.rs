//! The store, each test on SQLite and on PostgreSQL.

mod migrations;
mod transactions;
