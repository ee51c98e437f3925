//! Use cases, called as the web and the command line call them.

mod centres;
mod members;
mod node;
mod sign_in;
mod tokens;
