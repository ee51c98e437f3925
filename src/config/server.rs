//! `[server]`: where the node listens and under which address the world knows it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::{Problems, check_range};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port to listen on.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// The public address, part of every identifier the node gives out: it must never change. No default.
    pub base_url: Url,
    /// Threads that answer requests.
    #[serde(default = "default_workers")]
    pub workers: usize,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// Seconds that running requests and deliveries get to finish when the node is asked to stop.
    #[serde(default = "default_shutdown_seconds")]
    pub shutdown_seconds: u64,
}

impl ServerConfig {
    /// Defaults for a node known as `base_url`.
    pub fn new(base_url: Url) -> Self {
        Self {
            listen: default_listen(),
            base_url,
            workers: default_workers(),
            trusted_proxies: Vec::new(),
            shutdown_seconds: default_shutdown_seconds(),
        }
    }

    pub(super) fn check(&self, allow_loopback: bool, found: &mut Problems) {
        if let Err(reason) = check_base_url(&self.base_url, allow_loopback) {
            found.push(("server.base_url", reason));
        }
        if self.base_url.scheme() == "https" && allow_loopback {
            let reason = "cannot be true when server.base_url is https: private addresses would be reachable";
            found.push(("federation.allow_loopback", reason.into()));
        }
        check_range("server.workers", self.workers, 1, 64, found);
        check_range("server.shutdown_seconds", self.shutdown_seconds, 1, 300, found);
    }
}

/// An origin and nothing more: identifiers are made by adding a path to it (RFC 6454 for the word).
fn check_base_url(url: &Url, allow_loopback: bool) -> Result<(), String> {
    let origin_only = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !origin_only || !url.username().is_empty() || url.password().is_some() {
        return Err("must be scheme and host only, as https://agenda.example".into());
    }
    match url.scheme() {
        "https" => match (url.host(), url.port()) {
            (Some(Host::Domain(_)), None) => Ok(()),
            (Some(Host::Domain(_)), Some(_)) => Err("an https address cannot have a port: peers refuse it".into()),
            _ => Err("needs a host name, not a number: peers refuse it".into()),
        },
        "http" if !allow_loopback => {
            Err("must begin with https:// (for a trial on this machine, set federation.allow_loopback = true)".into())
        }
        "http" if is_loopback(url) => Ok(()),
        "http" => Err("plain http is for this machine only: localhost, *.localhost, *.test or 127.0.0.1".into()),
        _ => Err("must begin with https://, as https://agenda.example".into()),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost") || name.ends_with(".test"),
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        _ => false,
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))
}

/// Two threads serve a town: pages are made on them, the database has threads of its own.
fn default_workers() -> usize {
    2
}

fn default_shutdown_seconds() -> u64 {
    20
}
