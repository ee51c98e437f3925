//! What happens when things break under load: processes killed, disks full, clocks wrong, databases restarted. Minutes
//! long, so ignored in the everyday loop: `scripts/test.sh faults` runs them.
//!
//! `MAILLAGE_FAULT_SEED` repeats a run, `MAILLAGE_FAULT_ROUNDS` shortens or lengthens it.

mod clock;
mod dice;
mod disk;
mod kill;
mod processes;
mod restart;
mod sender;
mod site;
mod slow;
mod staff;
mod watcher;
