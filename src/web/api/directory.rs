//! `/api/v1/directory`: who does what, as `/network/directory.json`.

use actix_web::HttpResponse;

use crate::web::Error;
use crate::web::public::{Frame, directory};

/// The structures that the filter finds.
///
/// # Errors
/// [`Error::Refused`] with the parameters that cannot be read.
pub async fn list(frame: Frame) -> Result<HttpResponse, Error> {
    directory::json(frame).await
}
