//! The command line: each command reads the configuration, opens what it needs, calls a use case and says what came of
//! it. Results go to standard output, everything else to standard error.

mod blocks;
mod centre;
mod deliveries;
mod demo;
mod doctor;
mod failure;
mod follow;
mod followers;
mod health;
mod import;
mod keys;
mod network;
mod serve;
mod token;
mod unfollow;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app::Node;
use crate::config::Config;
use crate::domain::random::SystemRandomness;
use crate::domain::time::SystemClock;
use crate::telemetry;

use failure::Failure;

/// Threads of the runtime that carries everything but the answering of requests: signals, timers, deliveries.
const RUNTIME_THREADS: usize = 2;

/// A federated node with which neighbourhood centres publish their digital workshops.
#[derive(Debug, Parser)]
#[command(name = "maillage", version, max_term_width = 100)]
struct Arguments {
    /// Configuration file. Without it: config/maillage.toml, if it is there.
    #[arg(long, global = true, value_name = "FILE", env = "MAILLAGE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the node until it is told to stop. Applies migrations first.
    Serve,
    /// Run two nodes with the demo programme in a temporary folder, until Ctrl-C.
    Demo(demo::Demo),
    /// Accounts of the staff.
    #[command(subcommand)]
    User(user::Command),
    /// Bearer tokens of the HTTP interface.
    #[command(subcommand)]
    Token(token::Command),
    /// Centres and networks of this node.
    #[command(subcommand)]
    Centre(centre::Command),
    /// What a network of this node announces.
    #[command(subcommand)]
    Network(network::Command),
    /// Keys of the actors of this node.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Import a programme from a file. Importing it again changes nothing.
    Import(import::Import),
    /// Follow a peer.
    Follow(follow::Follow),
    /// Whom this node follows: state, last reading and its error.
    Follows(unfollow::Follows),
    /// Stop following.
    Unfollow(unfollow::Unfollow),
    /// Whose follow is accepted, and what waits for an answer.
    #[command(subcommand)]
    Followers(followers::Command),
    /// Whom this node mutes and blocks. Works beside the running node.
    #[command(subcommand)]
    Blocks(blocks::Command),
    /// What waits for other servers, and what to do about it. Works beside the running node.
    Deliveries(deliveries::Deliveries),
    /// Check the configuration, the data folder, the database, the address and the keys.
    Doctor,
    /// Ask the running node whether it is ready; for container health checks.
    Health,
}

/// Reads the arguments, runs the command, and turns the outcome into an exit code (`docs/configuration.md`).
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = runtime().and_then(|runtime| {
        let outcome = runtime.block_on(run(arguments));
        // A thread that waits for standard input must not hold the program.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.code()
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = || Config::load(arguments.config.as_deref(), std::env::vars());
    match arguments.command {
        Command::Serve => serve::run(config()?).await,
        Command::Demo(demo) => demo::run(demo).await,
        Command::User(command) => user::run(&open(config()?).await?, command).await,
        Command::Token(command) => token::run(&open(config()?).await?, command).await,
        Command::Centre(command) => centre::run(&open(config()?).await?, command).await,
        Command::Network(command) => network::run(&open(config()?).await?, command).await,
        Command::Keys(command) => keys::run(&open(config()?).await?, command).await,
        Command::Import(import) => import::run(&open(config()?).await?, import).await,
        Command::Follow(follow) => follow::run(&open(config()?).await?, follow).await,
        Command::Follows(asked) => unfollow::list(&open(config()?).await?, asked).await,
        Command::Unfollow(asked) => unfollow::end(&open(config()?).await?, asked).await,
        Command::Followers(command) => followers::run(&open(config()?).await?, command).await,
        Command::Blocks(command) => blocks::run(&open(config()?).await?, command).await,
        Command::Deliveries(deliveries) => deliveries::run(&open(config()?).await?, deliveries).await,
        Command::Doctor => doctor::run(config()).await,
        Command::Health => health::run(&config()?),
    }
}

/// The node with the clock and the randomness of this machine, and logging on.
async fn open(config: Config) -> Result<Node, Failure> {
    telemetry::start(&config.telemetry);
    Ok(Node::open(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .enable_all()
        .build()
        .map_err(|error| Failure::Command(anyhow::Error::new(error).context("the runtime cannot be started")))
}
