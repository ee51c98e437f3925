//! All integration tests in one binary, so that they link once.

mod app;
mod architecture;
mod cli;
mod config;
mod faults;
mod federation;
mod properties;
mod simulation;
mod store;
mod support;
mod web;
