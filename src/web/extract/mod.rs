//! What is read from requests before a handler sees it.

pub mod filter;
pub mod locale;
