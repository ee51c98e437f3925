//! How fast and at what cost a programme reaches all nodes that follow each other:
//! `cargo run --release --example mesh_benchmark`.
//!
//! Starts real processes, each `maillage serve` on SQLite with its own folder and port, on loopback; lets them follow
//! each other in a shape; publishes events one by one; and watches the databases of all nodes until each of them shows
//! the event. Then publishes again with nobody watching, and counts what crossed the loopback interface. It ends by
//! itself. `docs/performance.md` says what the figures mean.

mod measure;
mod options;
mod report;
mod shape;
mod site;
mod traffic;

use std::process::ExitCode;

use options::Options;

/// The variable that makes this program `maillage` itself.
const ROLE: &str = "MESH_BENCHMARK_ROLE";

fn main() -> ExitCode {
    if std::env::var_os(ROLE).is_some() {
        return maillage::cli::main();
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!("{}", report::HEAD);
    for shape in &options.shapes {
        let sites = shape.build(&options)?;
        let outcome = runtime.block_on(async {
            shape.connect(&sites).await?;
            measure::run(&sites, &options).await
        })?;
        print!("{}", report::rows(*shape, &sites, &outcome));
    }
    Ok(())
}
