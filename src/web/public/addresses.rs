//! The addresses of what is ours, for the calendar of the store.

use crate::app::Node;
use crate::domain::id::SessionId;
use crate::domain::text::Handle;
use crate::store::calendar::Addresses;

/// Addresses under one base, without its final slash.
#[derive(Debug, Clone)]
pub struct Ours {
    base: String,
    host: String,
}

impl Ours {
    /// Those of `node`.
    pub fn of(node: &Node) -> Self {
        let url = &node.config.server.base_url;
        let host = url.host_str().unwrap_or_default();
        let host = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self {
            base: node.base().to_owned(),
            host,
        }
    }
}

impl Addresses for Ours {
    fn host(&self) -> String {
        self.host.clone()
    }
    fn session_uri(&self, id: SessionId) -> String {
        format!("{}/events/{id}", self.base)
    }
    fn session_page(&self, id: SessionId) -> String {
        self.session_uri(id)
    }
    fn centre_uri(&self, handle: &Handle) -> String {
        format!("{}/groups/{handle}", self.base)
    }
    fn centre_page(&self, handle: &Handle) -> String {
        format!("{}/centres/{handle}", self.base)
    }
}
