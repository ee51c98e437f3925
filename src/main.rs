//! The `maillage` program: one file to run.

use std::process::ExitCode;

fn main() -> ExitCode {
    maillage::cli::main()
}
