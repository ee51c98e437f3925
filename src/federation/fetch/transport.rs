//! What carries a request to another server: in production a connection; in the simulation its network. Everything that
//! is checked, signed, bounded or remembered happens above, whoever carries.

use async_trait::async_trait;
use reqwest::{Client, Request, Response};

use super::FetchError;

/// Carries one request, without following redirects.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Brings the answer.
    ///
    /// # Errors
    /// [`FetchError::Connect`], [`FetchError::Timeout`] and the like when none came.
    async fn carry(&self, request: Request) -> Result<Response, FetchError>;
}

/// Connections over TCP and TLS.
pub(super) struct Wire(pub(super) Client);

#[async_trait]
impl Transport for Wire {
    async fn carry(&self, request: Request) -> Result<Response, FetchError> {
        Ok(self.0.execute(request).await?)
    }
}
