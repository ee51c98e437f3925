//! Whole networks of real nodes in one process, from a seed: `README.md` says how.

mod agenda;
pub mod batch;
mod database;
mod dice;
mod doubles;
mod foreign;
mod keys;
mod model;
mod moderation;
mod network;
pub mod options;
mod oracle;
mod posts;
#[cfg(test)]
mod seeds;
mod site;
mod social;
mod time;
mod watch;
mod work;
pub mod world;
