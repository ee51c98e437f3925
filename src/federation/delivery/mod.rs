//! Delivery: claims hosts that have work, sends their activities in order, settles each or plans another attempt.
//!
//! A host is one lane: its deliveries keep their order, and a slow or dead host holds up nobody else. A claim is a
//! lease in the database, so that any number of processes share the work and a crash gives it back.

mod lane;
mod schedule;
mod send;
mod worker;

pub use send::CONTENT_TYPE;
pub use worker::Worker;
