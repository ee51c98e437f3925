//! The page of a centre or network of this node, and the list of everyone.

use askama::Template;

use super::freshness::Fresh;
use super::page::{Link, Page};
use super::parts::{Phone, host_link, safe_link};
use super::session::Day;
use crate::domain::centre::Centre;
use crate::domain::peer::Peer;
use crate::domain::text::shorten;
use crate::locale::Locale;

/// `/centres/{handle}`.
#[derive(Template)]
#[template(path = "centre.html")]
pub struct CentrePage {
    /// The frame.
    pub page: Page,
    /// The centre.
    pub centre: CentreView,
    /// Its next sessions.
    pub days: Vec<Day>,
    /// All of them, when there are more.
    pub next_page: Option<String>,
}

/// A centre, ready to be shown.
pub struct CentreView {
    /// « Centre » or « Réseau ».
    pub kind: String,
    /// Its name.
    pub name: String,
    /// A few sentences.
    pub summary: Option<String>,
    /// Lines of its address.
    pub address: Vec<String>,
    /// Its number.
    pub phone: Option<Phone>,
    /// Its e-mail.
    pub email: Option<String>,
    /// Its own site.
    pub website: Option<Link>,
    /// `@handle@host`.
    pub handle: String,
    /// Its programme for other software.
    pub feeds: Vec<Link>,
    /// Its sessions in the query of the calendar: `centre=…` or `network=…`.
    own: String,
}

impl CentreView {
    /// A centre of the node at `host`.
    pub fn new(t: Locale, centre: &Centre, host: &str) -> Self {
        let profile = &centre.profile;
        let own = format!("{}={}", centre.kind, centre.handle);
        let feed = |extension: &str, key: &str| Link {
            href: format!("/calendar.{extension}?{own}"),
            words: t.text(key),
        };
        Self {
            kind: t.text(&format!("centre-kind-{}", centre.kind)),
            name: profile.name.clone(),
            summary: (!profile.description.is_empty()).then(|| profile.description.clone()),
            address: address(centre),
            phone: profile.phone.as_deref().map(Phone::new),
            email: profile.email.clone(),
            website: profile
                .website
                .as_deref()
                .and_then(|url| host_link(t, "centre-website", url)),
            handle: format!("@{}@{host}", centre.handle),
            feeds: vec![feed("ics", "centre-feed-ics"), feed("atom", "centre-feed-atom")],
            own,
        }
    }

    /// Its programme as `/calendar.EXTENSION`.
    pub fn feed(&self, extension: &str) -> String {
        format!("/calendar.{extension}?{}", self.own)
    }

    /// All its sessions.
    pub fn calendar(&self) -> String {
        format!("/?{}", self.own)
    }
}

fn address(centre: &Centre) -> Vec<String> {
    let Some(place) = &centre.profile.place else {
        return Vec::new();
    };
    let town = format!("{} {}", place.postcode, place.city);
    let name = Some(place.name.as_str())
        .filter(|name| *name != centre.profile.name)
        .unwrap_or_default();
    let address = Some(place.address.as_str())
        .filter(|address| !name.contains(address))
        .unwrap_or_default();
    let lines = [name, address, town.trim()];
    lines
        .into_iter()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `/network`.
#[derive(Template)]
#[template(path = "network.html")]
pub struct NetworkPage {
    /// The frame.
    pub page: Page,
    /// One sentence.
    pub lead: String,
    /// Centres of this node, then peers.
    pub groups: Vec<NetworkGroup>,
}

/// Some of those who publish.
pub struct NetworkGroup {
    /// « Sur ce site ».
    pub heading: String,
    /// « 4 structures ».
    pub count: String,
    /// Them.
    pub members: Vec<NetworkMember>,
}

/// One of those who publish.
pub struct NetworkMember {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Whether the page is on another site.
    pub outside: bool,
    /// Address or a few words.
    pub lines: Vec<String>,
    /// Its number.
    pub phone: Option<Phone>,
    /// `@handle@host`.
    pub handle: String,
    /// Its sessions in this calendar.
    pub sessions: Option<String>,
    /// Since when it is up to date, or silent.
    pub fresh: Option<Fresh>,
}

impl NetworkGroup {
    /// `None` when nobody is in it.
    pub fn new(t: Locale, heading: String, members: Vec<NetworkMember>) -> Option<Self> {
        let count = t.text_with("network-count", &[("count", members.len().into())]);
        (!members.is_empty()).then_some(Self {
            heading,
            count,
            members,
        })
    }
}

impl NetworkMember {
    /// A centre or network of the node at `host`.
    pub fn local(centre: &Centre, host: &str) -> Self {
        let mut lines = vec![address(centre).join(", ")];
        lines.push(shorten(&centre.profile.description, 160));
        lines.retain(|line| !line.is_empty());
        Self {
            name: centre.profile.name.clone(),
            href: format!("/centres/{}", centre.handle),
            outside: false,
            lines,
            phone: centre.profile.phone.as_deref().map(Phone::new),
            handle: format!("@{}@{host}", centre.handle),
            sessions: Some(format!("/?{}={}", centre.kind, centre.handle)),
            fresh: None,
        }
    }

    /// A peer that this node follows, and how fresh what is known of it is.
    pub fn followed(peer: &Peer, fresh: Option<Fresh>) -> Self {
        let account = peer.account();
        let of = url::form_urlencoded::byte_serialize(account.trim_start_matches('@').as_bytes()).collect::<String>();
        let summary = shorten(&peer.summary, 160);
        Self {
            name: if peer.name.is_empty() {
                account.clone()
            } else {
                peer.name.clone()
            },
            href: peer
                .url
                .as_deref()
                .and_then(safe_link)
                .unwrap_or_else(|| peer.uri.clone()),
            outside: true,
            lines: Some(summary).filter(|line| !line.is_empty()).into_iter().collect(),
            phone: None,
            handle: account,
            // A peer may be a network: what it gathers is shown too.
            sessions: Some(format!("/?network={of}")),
            fresh,
        }
    }
}
