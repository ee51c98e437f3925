//! How much is fetched because of one message or one reading, whatever it names: events, the keys of proofs, authors. Else
//! anybody could make us knock a thousand times at a third server.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::context::Federation;
use super::fetch::{FetchError, Fetched};
use super::refused::NotTaken;
use super::urls;

/// Fetches because of one message; what is more is left to a reading of the programme.
const OF_A_MESSAGE: usize = 10;

/// What one message or reading may still fetch.
#[derive(Debug, Default)]
pub struct Budget {
    left: usize,
    /// Hosts that did not answer: nothing else is asked of them this time.
    silent: HashSet<String>,
}

impl Budget {
    /// For so many fetches.
    pub fn of(fetches: usize) -> Self {
        Self {
            left: fetches,
            ..Self::default()
        }
    }

    /// For one message.
    pub fn of_a_message() -> Self {
        Self::of(OF_A_MESSAGE)
    }

    /// Fetches what was named, and takes one fetch for it.
    ///
    /// # Errors
    /// As [`Budget::take`] and [`NotTaken::of_fetch`].
    pub async fn fetch(&mut self, federation: &Federation, url: &Url) -> Result<Arc<Fetched>, NotTaken> {
        let fetched = self.ask(federation, url).await?;
        fetched.map_err(|error| NotTaken::of_fetch(&error))
    }

    /// The same for whoever wants to know how it failed.
    ///
    /// # Errors
    /// As [`Budget::take`].
    pub async fn ask(
        &mut self,
        federation: &Federation,
        url: &Url,
    ) -> Result<Result<Arc<Fetched>, FetchError>, NotTaken> {
        self.take(url)?;
        let fetched = federation.fetcher.get_named(url).await;
        if let Err(FetchError::Timeout | FetchError::Connect) = &fetched {
            self.is_silent(url);
        }
        Ok(fetched)
    }

    /// Takes one fetch.
    ///
    /// # Errors
    /// [`NotTaken::Ignored`] `too_many_fetches` when none is left, [`NotTaken::Unavailable`] `silent_host`.
    pub fn take(&mut self, url: &Url) -> Result<(), NotTaken> {
        if self.silent.contains(&urls::host(url)) {
            return Err(NotTaken::Unavailable("silent_host"));
        }
        self.left = self.left.checked_sub(1).ok_or(NotTaken::Ignored("too_many_fetches"))?;
        Ok(())
    }

    /// Allows so many from now on; silent hosts stay so.
    pub fn renew(&mut self, fetches: usize) {
        self.left = fetches;
    }

    /// Notes that a host did not answer.
    pub fn is_silent(&mut self, url: &Url) {
        self.silent.insert(urls::host(url));
    }
}
