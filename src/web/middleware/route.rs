//! The pattern of the route that a request met: what is logged and counted in place of its path.

use std::borrow::Cow;

use actix_web::{HttpMessage as _, HttpRequest};

/// The route of what has none, so that a scan of made-up paths stays one line in every count.
pub const NO_ROUTE: &str = "(none)";

/// What a handler that is called ten thousand times a second says of itself: the framework's own look-up matches the path
/// against every route anew.
#[derive(Debug, Clone, Copy)]
pub struct Busy {
    /// The pattern of its route.
    pub route: &'static str,
}

/// The pattern of the route of `request`.
pub fn of(request: &HttpRequest) -> Cow<'static, str> {
    if let Some(busy) = request.extensions().get::<Busy>() {
        return Cow::Borrowed(busy.route);
    }
    request.match_pattern().map_or(Cow::Borrowed(NO_ROUTE), Cow::Owned)
}

/// Whether the handler said that its successes are too many to be told one by one.
pub fn is_busy(request: &HttpRequest) -> bool {
    request.extensions().contains::<Busy>()
}
