//! Whole networks of real nodes in one process, from a seed: `README.md` says how.

pub mod dice;
pub mod keys;
pub mod model;
pub mod network;
pub mod options;
pub mod oracle;
pub mod site;
pub mod social;
pub mod time;
pub mod work;
pub mod world;
