//! (e) The same by the means of `activitypub_federation` alone: its `receive_activity` and its own sending.
//!
//! Both are given what the library wants: a release build, names instead of addresses, PKCS#8 keys, a client whose
//! resolver knows the names of the test. Ports need its debug mode, in which it looks no name up (which is cheaper than
//! production) and `queue_activity` sends one after another; so sending is also measured with 64 tasks at a time.

pub mod inbox;
pub mod queue;

use std::fmt;

use super::options::Options;
use super::report::Report;

/// Measures both sides.
pub fn measure(report: &mut Report, options: &Options) -> anyhow::Result<()> {
    inbox::measure(report, options)?;
    queue::measure(report, options)
}

/// The error of its handlers.
#[derive(Debug)]
pub struct Failure(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl actix_web::ResponseError for Failure {
    fn status_code(&self) -> actix_web::http::StatusCode {
        actix_web::http::StatusCode::BAD_REQUEST
    }
}
