//! Use cases, called as the web and the command line call them.

mod centres;
mod import;
mod members;
mod node;
mod sign_in;
mod tokens;
