//! How a GET is signed: as the host announced, else in the way that everybody speaks, and when that is answered 401, in
//! the others that servers are known to want. What worked is remembered for the host, within bounds, until the node restarts.

use url::Url;

use crate::federation::keys::KeyKind;
use crate::federation::memory::Memory;
use crate::federation::signature::{Dialect, Scheme};

/// Of more hosts than this, those that were not asked lately are forgotten: they are knocked at twice.
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
    /// RFC 9421 with Ed25519: only where it was announced. A tenth of the work.
    Ed25519,
}

impl From<Dialect> for Knock {
    fn from(announced: Dialect) -> Self {
        match announced {
            Dialect::Cavage => Self::Cavage,
            Dialect::Rfc9421Rsa => Self::Rfc9421,
            Dialect::Rfc9421Ed25519 => Self::Ed25519,
        }
    }
}

impl Knock {
    /// The scheme.
    pub(super) fn scheme(self) -> Scheme {
        match self {
            Self::Cavage | Self::CavageWithoutQuery => Scheme::Cavage,
            Self::Rfc9421 | Self::Ed25519 => Scheme::Rfc9421,
        }
    }

    /// The kind of key.
    pub(super) fn key(self) -> KeyKind {
        match self {
            Self::Ed25519 => KeyKind::Ed25519,
            Self::Cavage | Self::Rfc9421 | Self::CavageWithoutQuery => KeyKind::Rsa,
        }
    }

    /// The ways to try at `url` when this is the first; the others, likeliest first.
    pub(super) fn and_others(self, url: &Url) -> impl Iterator<Item = Self> {
        let without_query = url.query().is_some().then_some(Self::CavageWithoutQuery);
        let others = [Self::Cavage, Self::Rfc9421].into_iter().chain(without_query);
        std::iter::once(self).chain(others.filter(move |other| *other != self))
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
#[derive(Debug)]
pub(super) struct Knocks(Memory<String, Knock>);

impl Default for Knocks {
    fn default() -> Self {
        Self(Memory::of(MAX_REMEMBERED))
    }
}

impl Knocks {
    /// What is remembered of the host of `url`.
    pub(super) fn at(&self, url: &Url) -> Option<Knock> {
        self.0.get(url.authority())
    }

    /// Remembers what worked at `url`, or was announced.
    pub(super) fn remember(&self, url: &Url, knock: Knock) {
        self.0.insert(url.authority().to_owned(), knock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_tried_once_and_the_ed25519_key_where_it_was_announced() {
        let url = Url::parse("https://a.example/outbox?page=1").expect("a URL");
        let plain = Url::parse("https://a.example/actor").expect("a URL");
        let ways = |first: Knock, url: &Url| first.and_others(url).collect::<Vec<_>>();
        assert_eq!(ways(Knock::Cavage, &plain), [Knock::Cavage, Knock::Rfc9421]);
        assert_eq!(ways(Knock::Rfc9421, &plain), [Knock::Rfc9421, Knock::Cavage]);
        assert_eq!(
            ways(Knock::Ed25519, &plain),
            [Knock::Ed25519, Knock::Cavage, Knock::Rfc9421]
        );
        assert_eq!(ways(Knock::Cavage, &url).len(), 3);
        assert_eq!(
            Knock::CavageWithoutQuery.signed(&url).as_str(),
            "https://a.example/outbox"
        );
    }

    #[test]
    fn any_number_of_hosts_leaves_room_for_the_next() {
        let knocks = Knocks::default();
        let url = |number: usize| Url::parse(&format!("https://h{number}.example/")).expect("a URL");
        for number in 0..4 * MAX_REMEMBERED {
            knocks.remember(&url(number), Knock::Rfc9421);
            assert_eq!(knocks.at(&url(number)), Some(Knock::Rfc9421));
        }
        assert_eq!(knocks.at(&url(0)), None);
        knocks.remember(&url(4), Knock::Rfc9421);
        knocks.remember(&url(4), Knock::Cavage);
        assert_eq!(knocks.at(&url(4)), Some(Knock::Cavage));
    }
}
