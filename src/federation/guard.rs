//! Where the node may connect to: other servers on the public internet, never its own network.
//!
//! Two checks, both needed: [`check_url`] before anything is sent, and [`Guard`], the resolver of our HTTP client, which
//! checks every address at the moment of connecting (a name may resolve to something else the second time).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::resolver::Resolver;
use crate::domain::block::{Blocks, Severity, Target};

/// Longest URL that is accepted, in bytes.
pub const MAX_URL: usize = 2048;

/// IPv4 ranges that are no public unicast (IANA special-purpose registry, RFC 6890 and later).
const PRIVATE_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),       // "this network"; Linux connects it to loopback
    v4([10, 0, 0, 0], 8),      // private
    v4([100, 64, 0, 0], 10),   // shared by carriers (CGNAT), cloud metadata
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local, cloud metadata
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // IETF protocol assignments
    v4([192, 0, 2, 0], 24),    // documentation
    v4([192, 31, 196, 0], 24), // AS112
    v4([192, 52, 193, 0], 24), // AMT
    v4([192, 88, 99, 0], 24),  // 6to4 relays
    v4([192, 168, 0, 0], 16),  // private
    v4([192, 175, 48, 0], 24), // AS112
    v4([198, 18, 0, 0], 15),   // benchmarks
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast
    v4([240, 0, 0, 0], 4),     // reserved, broadcast
];

/// IPv6 is public only inside 2000::/3; these ranges of it are not. Outside lie loopback, mapped, compatible and
/// translated (64:ff9b::) IPv4, unique local, link-local, site-local, multicast and discard.
const PRIVATE_V6: &[Ipv6Net] = &[
    v6([0x2001, 0, 0], 23),         // IETF protocol assignments: Teredo, ORCHID, benchmarks
    v6([0x2001, 0xdb8, 0], 32),     // documentation
    v6([0x2002, 0, 0], 16),         // 6to4: an IPv4 address inside
    v6([0x2620, 0x4f, 0x8000], 48), // AS112
    v6([0x3fff, 0, 0], 20),         // documentation
];
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// What is permitted beside the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Plain http, with ports, to `localhost`, `*.localhost`, `*.test` and `127.0.0.1`; for tests and `maillage demo`.
    pub allow_loopback: bool,
}

/// Why an address or URL is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Anything but https.
    #[error("only https is fetched")]
    Scheme,
    /// A user name or password in the URL.
    #[error("the URL holds credentials")]
    Credentials,
    /// No host at all.
    #[error("the URL has no host")]
    NoHost,
    /// A port other than 443.
    #[error("only port 443 is connected to")]
    Port,
    /// An IP address instead of a name.
    #[error("the host is an address, not a name")]
    Literal,
    /// A name that cannot be on the public internet: a final dot, a single label.
    #[error("the host is not a public name")]
    Name,
    /// More than [`MAX_URL`] bytes.
    #[error("the URL is too long")]
    Length,
    /// The name resolves to an address of a private network.
    #[error("the host has an address that is not public")]
    Address,
    /// A host with which the operator exchanges nothing.
    #[error("the host is blocked by the operator of this node")]
    Operator,
}

impl Blocked {
    /// The word for logs and metrics.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Scheme => "blocked_scheme",
            Self::Credentials => "blocked_credentials",
            Self::NoHost => "blocked_no_host",
            Self::Port => "blocked_port",
            Self::Literal => "blocked_literal",
            Self::Name => "blocked_name",
            Self::Length => "blocked_length",
            Self::Address => "blocked_address",
            Self::Operator => "blocked_host",
        }
    }
}

impl Policy {
    /// Whether `url` may be fetched or posted to, as far as its text shows.
    pub fn check_url(self, url: &Url) -> Result<(), Blocked> {
        if url.as_str().len() > MAX_URL {
            return Err(Blocked::Length);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked::Credentials);
        }
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Blocked::Scheme);
        }
        if self.is_loopback(url) {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(Blocked::Scheme);
        }
        if url.port().is_some() {
            return Err(Blocked::Port);
        }
        match url.host() {
            None | Some(Host::Domain("")) => Err(Blocked::NoHost),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => Err(Blocked::Literal),
            Some(Host::Domain(name)) if name.ends_with('.') || !name.contains('.') => Err(Blocked::Name),
            Some(Host::Domain(_)) => Ok(()),
        }
    }

    /// Whether `url` names this machine and that is permitted.
    pub fn is_loopback(self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => self.is_loopback_name(name),
            Some(Host::Ipv4(address)) => self.allow_loopback && address == Ipv4Addr::LOCALHOST,
            _ => false,
        }
    }

    fn is_loopback_name(self, name: &str) -> bool {
        self.allow_loopback && (name == "localhost" || name.ends_with(".localhost") || name.ends_with(".test"))
    }
}

/// With whom nothing, or less, is exchanged: what the configuration says and what the staff decided, together. Clones share
/// it; a change of what the staff decided is seen by the next request.
#[derive(Debug, Clone, Default)]
pub struct BlockList(Arc<Decisions>);

#[derive(Debug, Default)]
struct Decisions {
    configured: Vec<String>,
    kept: RwLock<Arc<Blocks>>,
}

impl BlockList {
    /// With the hosts of the configuration: names without port, in lower case.
    pub fn configured(hosts: Vec<String>) -> Self {
        let list = Self(Arc::new(Decisions {
            configured: hosts,
            kept: RwLock::default(),
        }));
        list.replace(Vec::new());
        list
    }

    /// Takes `decided` for what the staff decided, in the place of what was so far.
    pub fn replace(&self, decided: Vec<(Target, Severity)>) {
        let configured = self.0.configured.iter().cloned();
        let configured = configured.map(|host| (Target::Domain(host), Severity::Block));
        let blocks: Blocks = configured.chain(decided).collect();
        *self.0.kept.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(blocks);
    }

    /// Whether nothing is exchanged with what has the address `url`.
    pub fn covers(&self, url: &Url) -> bool {
        self.severity(url) == Some(Severity::Block)
    }

    /// Whether nothing is taken from there, or nothing exchanged.
    pub fn severity(&self, url: &Url) -> Option<Severity> {
        let kept = Arc::clone(&self.0.kept.read().unwrap_or_else(PoisonError::into_inner));
        kept.of(url)
    }
}

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !PRIVATE_V4.iter().any(|range| range.contains(&address)),
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !PRIVATE_V6.iter().any(|range| range.contains(&address)),
    }
}

/// Whether two URLs have the same origin: scheme, host (as `url` normalises it) and port.
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.host().is_some()
        && one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// The resolver of our HTTP client: names to public addresses, and the permitted local names to this machine.
#[derive(Debug, Clone)]
pub struct Guard {
    policy: Policy,
    resolver: Resolver,
}

impl Guard {
    /// By what the node may reach.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            resolver: Resolver::default(),
        }
    }
}

/// The name could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
pub struct Unresolved(#[source] std::io::Error);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { policy, resolver } = self.clone();
        Box::pin(async move {
            if policy.is_loopback_name(name.as_str()) {
                let local: Addrs = Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
                return Ok(local);
            }
            let found = resolver.addresses(name.as_str()).await.map_err(Unresolved)?;
            let addresses: Addrs = Box::new(public_only(found)?.into_iter());
            Ok(addresses)
        })
    }
}

/// The addresses of a name, all of which must be public: one that is not means that somebody plays with the name.
fn public_only(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Blocked> {
    if found.iter().all(|address| is_public(address.ip())) {
        Ok(found)
    } else {
        Err(Blocked::Address)
    }
}

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]), prefix)
}

const fn v6(head: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(head[0], head[1], head[2], 0, 0, 0, 0, 0), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTION: Policy = Policy { allow_loopback: false };
    const TESTS: Policy = Policy { allow_loopback: true };

    fn check(policy: Policy, url: &str) -> Result<(), Blocked> {
        policy.check_url(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn addresses_of_private_networks_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2001:20::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1",
            "2a01:4f8::1",
            "2001:200::1",
        ] {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn only_plain_https_urls_pass_in_production() {
        assert_eq!(check(PRODUCTION, "https://agenda.example/actor?x=1"), Ok(()));
        assert_eq!(check(PRODUCTION, "https://agenda.example:443/"), Ok(()));
        assert_eq!(check(PRODUCTION, "https://ÉCOLE.example/"), Ok(()));
        for (url, reason) in [
            ("http://agenda.example/", Blocked::Scheme),
            ("file:///etc/passwd", Blocked::Scheme),
            ("data:text/plain,x", Blocked::Scheme),
            ("gopher://agenda.example/", Blocked::Scheme),
            ("ftp://agenda.example/", Blocked::Scheme),
            ("https://agenda.example:8443/", Blocked::Port),
            ("https://agenda.example:22/", Blocked::Port),
            ("https://user@agenda.example/", Blocked::Credentials),
            ("https://:secret@agenda.example/", Blocked::Credentials),
            ("https://127.0.0.1/", Blocked::Literal),
            ("https://2130706433/", Blocked::Literal),
            ("https://0x7f.1/", Blocked::Literal),
            ("https://8.8.8.8/", Blocked::Literal),
            ("https://[::1]/", Blocked::Literal),
            ("https://[::ffff:127.0.0.1]/", Blocked::Literal),
            ("https://agenda.example./", Blocked::Name),
            ("https://localhost/", Blocked::Name),
            ("https://intranet/", Blocked::Name),
            ("http://localhost:8080/", Blocked::Scheme),
        ] {
            assert_eq!(check(PRODUCTION, url), Err(reason), "{url}");
        }
        assert_eq!(
            check(PRODUCTION, &format!("https://a.example/{}", "x".repeat(MAX_URL))),
            Err(Blocked::Length)
        );
    }

    #[test]
    fn the_loopback_policy_opens_this_machine_and_nothing_else() {
        for url in [
            "http://localhost:8080/",
            "http://a.localhost:1/",
            "http://lille.test:8112/x",
            "http://127.0.0.1:9/",
        ] {
            assert_eq!(check(TESTS, url), Ok(()), "{url}");
        }
        for url in [
            "http://127.0.0.2:80/",
            "http://10.0.0.1/",
            "http://agenda.example/",
            "http://notlocalhost:80/",
            "http://localhost.example/",
            "http://[::1]:80/",
            "https://agenda.example:444/",
            "ftp://localhost/",
        ] {
            assert!(check(TESTS, url).is_err(), "{url}");
        }
        assert_eq!(check(TESTS, "http://u@localhost:8080/"), Err(Blocked::Credentials));
    }

    #[test]
    fn origins_differ_by_scheme_host_or_port() {
        let origin =
            |one: &str, other: &str| same_origin(&Url::parse(one).expect("a URL"), &Url::parse(other).expect("a URL"));
        assert!(origin("https://a.example/x", "https://A.example:443/y#z"));
        assert!(!origin("https://a.example/", "http://a.example/"));
        assert!(!origin("https://a.example/", "https://b.a.example/"));
        assert!(!origin("http://localhost:8080/", "http://localhost:8081/"));
        assert!(!origin("data:text/plain,x", "data:text/plain,x"));
    }

    #[test]
    fn a_name_with_one_private_address_among_public_ones_is_refused() {
        let at = |text: &str| SocketAddr::new(text.parse().expect("an address"), 0);
        assert!(public_only(vec![at("1.1.1.1"), at("2606:4700::1")]).is_ok());
        assert_eq!(public_only(vec![at("1.1.1.1"), at("127.0.0.1")]), Err(Blocked::Address));
    }

    #[tokio::test]
    async fn dns_rebinding_is_seen_when_connecting() {
        // `localhost` comes from /etc/hosts: a name that passes for public by its text but leads inside.
        let name = || "localhost".parse::<Name>().expect("a name");
        let refused = Guard::new(PRODUCTION).resolve(name()).await.err().expect("refused");
        assert_eq!(refused.downcast_ref::<Blocked>(), Some(&Blocked::Address));
        let local: Vec<SocketAddr> = Guard::new(TESTS).resolve(name()).await.expect("resolved").collect();
        assert_eq!(local, [SocketAddr::from(([127, 0, 0, 1], 0))]);
    }
}
