//! The `maillage` program: one file to run.

fn main() {}
