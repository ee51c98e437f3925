//! Between servers: signatures, fetching, discovery, and what is refused.

mod convert;
mod discover;
mod fetch;
mod server;
mod signature;
