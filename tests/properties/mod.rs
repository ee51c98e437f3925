//! What must hold whatever bytes arrive, a property a file. `replay` checks each on the corpus and on inputs made from
//! it; the targets of `fuzz/` search for others with libFuzzer.

pub mod activity;
pub mod agenda;
pub mod collection;
pub mod html;
pub mod ics;
#[cfg(test)]
mod replay;
pub mod signature;
pub mod submission;
