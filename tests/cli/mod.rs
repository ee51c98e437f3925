//! The command line, as a person and a supervisor meet it.

mod commands;
mod deliveries;
mod demo;
mod networks;
mod programme;
mod serve;
mod start_up;
