//! What happens around every request, one concern a file. `web::app` says in which order.

pub mod blocked;
pub mod headers;
pub mod limit;
pub mod metrics;
pub mod origin;
pub mod route;
pub mod timeout;
pub mod trace;
