//! How one host wants its requests signed: the scheme and the kind of key.

use super::Scheme;
use crate::federation::keys::KeyKind;

/// A way to sign. Whoever is new is first met in the one that everybody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// draft-cavage with RSA.
    #[default]
    Cavage,
    /// RFC 9421 with RSA: Mastodon since 4.5, who does not speak the old one any more.
    Rfc9421Rsa,
    /// RFC 9421 with Ed25519: Maillage, and whoever announces it (FEP-844e). A tenth of the work.
    Rfc9421Ed25519,
}

impl Dialect {
    /// As the column has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cavage => "cavage",
            Self::Rfc9421Rsa => "rfc9421-rsa",
            Self::Rfc9421Ed25519 => "rfc9421-ed25519",
        }
    }

    /// What [`as_str`](Self::as_str) wrote; anything else is not known.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        [Self::Cavage, Self::Rfc9421Rsa, Self::Rfc9421Ed25519]
            .into_iter()
            .find(|dialect| dialect.as_str() == text)
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(self) -> Scheme {
        match self {
            Self::Cavage => Scheme::Cavage,
            Self::Rfc9421Rsa | Self::Rfc9421Ed25519 => Scheme::Rfc9421,
        }
    }

    /// The kind of key.
    #[must_use]
    pub fn key(self) -> KeyKind {
        match self {
            Self::Cavage | Self::Rfc9421Rsa => KeyKind::Rsa,
            Self::Rfc9421Ed25519 => KeyKind::Ed25519,
        }
    }

    /// What to knock with when this one is not believed, likeliest first.
    #[must_use]
    pub fn others(self) -> &'static [Self] {
        match self {
            Self::Cavage => &[Self::Rfc9421Rsa],
            Self::Rfc9421Rsa => &[Self::Cavage],
            Self::Rfc9421Ed25519 => &[Self::Cavage, Self::Rfc9421Rsa],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_as_it_is_written_and_never_tried_twice() {
        for dialect in [Dialect::Cavage, Dialect::Rfc9421Rsa, Dialect::Rfc9421Ed25519] {
            assert_eq!(Dialect::read(dialect.as_str()), Some(dialect));
            assert!(!dialect.others().is_empty() && !dialect.others().contains(&dialect));
        }
        assert_eq!(Dialect::read("rfc9421"), None);
    }
}
