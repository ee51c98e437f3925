//! A block: a domain or an actor from which nothing is taken (mute), or with which nothing is exchanged (block).

use std::collections::HashMap;

use url::{Host, Url};

use super::code::codes;
use super::time::Instant;

codes! {
    /// How much is cut off.
    pub enum Severity {
        /// Its events are not shown here; it may still read us.
        Mute = "mute",
        /// Nothing is exchanged, either way.
        Block = "block",
    }
}

/// Whom a block means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A domain with all its subdomains, in ASCII and lower case.
    Domain(String),
    /// One actor, by its ActivityPub id.
    Actor(String),
}

impl Target {
    /// Reads a domain (`mechant.example`, `*.mechant.example`) or the address of an actor; nothing for anything else, nor
    /// for what would cover the whole internet.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with("https://") || text.starts_with("http://") {
            let mut url = Url::parse(text).ok()?;
            url.set_fragment(None);
            let whole_host = url.path() == "/" && url.query().is_none();
            return if whole_host {
                Self::domain(url.host_str()?)
            } else {
                Some(Self::Actor(url.into()))
            };
        }
        Self::domain(text.strip_prefix("*.").unwrap_or(text))
    }

    fn domain(text: &str) -> Option<Self> {
        let Ok(Host::Domain(name)) = Host::parse(text) else {
            return None;
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let sound = !name.starts_with('.') && !name.ends_with('.') && name.contains('.');
        (sound && name.len() <= 253 && name.chars().all(plain)).then_some(Self::Domain(name))
    }

    /// As it is kept and shown.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Domain(text) | Self::Actor(text) => text,
        }
    }
}

/// One decision of the operator or the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Whom it means.
    pub target: Target,
    /// How much is cut off.
    pub severity: Severity,
    /// Why, for the staff.
    pub note: String,
    /// Since when.
    pub since: Instant,
}

/// All decisions, ready to be asked for each request: a look-up for each label of the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks(HashMap<Target, Severity>);

impl FromIterator<(Target, Severity)> for Blocks {
    /// Of two decisions on one target the harder one counts.
    fn from_iter<I: IntoIterator<Item = (Target, Severity)>>(all: I) -> Self {
        let mut kept: HashMap<Target, Severity> = HashMap::new();
        for (target, severity) in all {
            let known = kept.entry(target).or_insert(severity);
            *known = severity.max(*known);
        }
        Self(kept)
    }
}

impl Blocks {
    /// What is decided of whatever has the address `url`: of its host, of a domain above it, or of the actor itself.
    pub fn of(&self, url: &Url) -> Option<Severity> {
        if self.0.is_empty() {
            return None;
        }
        let mut found = self.of_actor(url);
        let mut rest = url.host_str();
        while let Some(name) = rest {
            found = found.max(self.0.get(&Target::Domain(name.to_owned())).copied());
            rest = name.split_once('.').map(|(_, above)| above);
        }
        found
    }

    fn of_actor(&self, url: &Url) -> Option<Severity> {
        let mut actor = url.clone();
        actor.set_fragment(None);
        self.0.get(&Target::Actor(actor.into())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn a_domain_covers_its_subdomains_and_no_look_alike() {
        let blocks: Blocks = [(Target::Domain("mechant.example".into()), Severity::Block)]
            .into_iter()
            .collect();
        for covered in [
            "https://mechant.example/u/x",
            "https://a.b.MECHANT.example:8443/",
            "http://x.mechant.example/k#main-key",
        ] {
            assert_eq!(blocks.of(&url(covered)), Some(Severity::Block), "{covered}");
        }
        for free in [
            "https://pasmechant.example/",
            "https://mechant.example.org/",
            "https://example/mechant.example",
            "https://mechant-example/",
        ] {
            assert_eq!(blocks.of(&url(free)), None, "{free}");
        }
    }

    #[test]
    fn an_actor_is_meant_alone_and_the_harder_decision_counts() {
        let target = |text: &str| Target::parse(text).expect("a target");
        let blocks: Blocks = [
            (target("https://a.example/u/x#main-key"), Severity::Block),
            (target("a.example"), Severity::Mute),
        ]
        .into_iter()
        .collect();
        assert_eq!(blocks.of(&url("https://a.example/u/x")), Some(Severity::Block));
        assert_eq!(blocks.of(&url("https://a.example/u/x#key")), Some(Severity::Block));
        assert_eq!(blocks.of(&url("https://a.example/u/xy")), Some(Severity::Mute));
    }

    #[test]
    fn what_is_no_target_or_means_everybody_is_not_read() {
        for (text, domain) in [
            ("Mechant.Example", "mechant.example"),
            (" *.mechant.example ", "mechant.example"),
            ("https://mechant.example/", "mechant.example"),
            ("école.example", "xn--cole-9oa.example"),
        ] {
            assert_eq!(Target::parse(text), Some(Target::Domain(domain.into())), "{text}");
        }
        for text in [
            "",
            "*",
            "example",
            ".example",
            "a b.example",
            "10.0.0.1",
            "a.example.",
            "a_b%.example",
            "@x@a.example",
        ] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
    }
}
