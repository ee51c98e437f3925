//! What handlers read from a request, each checked where it is read.

mod bearer;
mod client;
pub mod filter;
pub mod locale;
mod staff;

pub use bearer::Bearer;
pub(in crate::web) use bearer::bearer_token;
pub use client::Client;
pub use staff::{Staff, cookie, expired_cookie, sign_in_token};
