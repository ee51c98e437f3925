//! How a GET is signed: in the way that everybody speaks, and when that is answered 401, in the others that servers are
//! known to want. What worked is remembered for the host, within bounds, until the node restarts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use crate::federation::signature::Scheme;

/// More hosts than this are not remembered: they are knocked at twice.
const MAX_REMEMBERED: usize = 1024;

/// One way to sign a GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knock {
    /// draft-cavage over the whole target.
    Cavage,
    /// RFC 9421: Mastodon since 4.5 and WordPress, should they drop the other.
    Rfc9421,
    /// draft-cavage over the path alone, as Mobilizon and Gancio sign: who signs so may check so.
    CavageWithoutQuery,
}

impl Knock {
    /// The scheme.
    pub(super) fn scheme(self) -> Scheme {
        match self {
            Self::Cavage | Self::CavageWithoutQuery => Scheme::Cavage,
            Self::Rfc9421 => Scheme::Rfc9421,
        }
    }

    /// The address that is signed for a request of `url`.
    pub(super) fn signed(self, url: &Url) -> Url {
        let mut signed = url.clone();
        if self == Self::CavageWithoutQuery {
            signed.set_query(None);
        }
        signed
    }
}

/// What worked, by host.
#[derive(Debug, Default)]
pub(super) struct Knocks(Mutex<HashMap<String, Knock>>);

impl Knocks {
    /// The ways to try at `url`, what worked last first.
    pub(super) fn at(&self, url: &Url) -> Vec<Knock> {
        let first = self.lock().get(&host(url)).copied().unwrap_or(Knock::Cavage);
        let others = [Knock::Cavage, Knock::Rfc9421, Knock::CavageWithoutQuery]
            .into_iter()
            .filter(|knock| *knock != first)
            .filter(|knock| *knock != Knock::CavageWithoutQuery || url.query().is_some());
        std::iter::once(first).chain(others).collect()
    }

    /// Remembers what worked at `url`.
    pub(super) fn worked(&self, url: &Url, knock: Knock) {
        let mut remembered = self.lock();
        if knock == Knock::Cavage {
            remembered.remove(&host(url));
        } else if remembered.len() < MAX_REMEMBERED {
            remembered.insert(host(url), knock);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Knock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn host(url: &Url) -> String {
    url.authority().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_worked_comes_first_and_memory_is_bounded() {
        let knocks = Knocks::default();
        let url = Url::parse("https://a.example/outbox?page=1").expect("a URL");
        let plain = Url::parse("https://a.example/actor").expect("a URL");
        assert_eq!(knocks.at(&plain), [Knock::Cavage, Knock::Rfc9421]);
        assert_eq!(knocks.at(&url).len(), 3);
        knocks.worked(&url, Knock::Rfc9421);
        assert_eq!(knocks.at(&plain), [Knock::Rfc9421, Knock::Cavage]);
        knocks.worked(&url, Knock::Cavage);
        assert_eq!(knocks.at(&plain)[0], Knock::Cavage);
        for number in 0..2 * MAX_REMEMBERED {
            let url = Url::parse(&format!("https://h{number}.example/")).expect("a URL");
            knocks.worked(&url, Knock::Rfc9421);
        }
        assert_eq!(knocks.lock().len(), MAX_REMEMBERED);
        assert_eq!(
            Knock::CavageWithoutQuery.signed(&url).as_str(),
            "https://a.example/outbox"
        );
    }
}
