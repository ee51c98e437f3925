//! Who is at the other end of the line: for limits only, and never written down.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::app::Node;
use crate::web::Error;

/// The address of a client, behind the reverse proxies that the configuration trusts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Client(IpAddr);

impl Client {
    /// The client of `request`.
    pub fn of(request: &HttpRequest) -> Self {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        let trusted = request
            .app_data::<Data<Node>>()
            .map(|node| node.config.server.trusted_proxies.as_slice());
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        Self(behind_proxies(peer, &hops, trusted.unwrap_or_default()).to_canonical())
    }

    /// Whether the request comes from this machine itself, by no proxy.
    pub fn is_this_machine(request: &HttpRequest) -> bool {
        let forwarded =
            request.headers().contains_key("x-forwarded-for") || request.headers().contains_key("forwarded");
        !forwarded
            && request
                .peer_addr()
                .is_some_and(|address| address.ip().to_canonical().is_loopback())
    }

    /// The address for IPv4, the first 64 bits for IPv6.
    pub fn network(&self) -> IpAddr {
        match self.0 {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        }
    }
}

/// Walks back from the nearest hop as long as it is a trusted proxy: what stands further left was written by a stranger.
fn behind_proxies(peer: IpAddr, hops: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !trusted.contains(&client.to_canonical()) {
            break;
        }
        match hop.parse() {
            Ok(address) => client = address,
            Err(_) => break,
        }
    }
    client
}

impl FromRequest for Client {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxy = [ip("127.0.0.1"), ip("10.0.0.2")];
        for (peer, hops, client) in [
            ("203.0.113.9", vec![], "203.0.113.9"),
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("127.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", vec!["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", vec!["6.6.6.6", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("127.0.0.1", vec!["unknown"], "127.0.0.1"),
        ] {
            assert_eq!(behind_proxies(ip(peer), &hops, &proxy), ip(client), "{peer} {hops:?}");
        }
    }

    #[test]
    fn an_ipv6_household_is_one_client() {
        let (one, two, other) = (
            ip("2001:db8:1:2:3::4"),
            ip("2001:db8:1:2:ffff::1"),
            ip("2001:db8:1:3::1"),
        );
        assert_eq!(Client(one).network(), Client(two).network());
        assert_ne!(Client(one).network(), Client(other).network());
        assert_ne!(Client(ip("192.0.2.1")).network(), Client(ip("192.0.2.2")).network());
    }
}
