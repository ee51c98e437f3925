//! A peer: an actor of another server, and how we stand with it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::code::codes;
use super::id::{CentreId, FollowId, FollowerId, PeerId};
use super::place::Place;
use super::time::Instant;

/// A remote actor as last fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Peer {
    /// Our identifier.
    pub id: PeerId,
    /// ActivityPub id.
    pub uri: String,
    /// ActivityStreams type: `Group`, `Application`, `Person` …; or [`Peer::SOURCE`].
    pub kind: String,
    /// preferredUsername; may be empty.
    pub handle: String,
    /// Host of the id, with its port where it has one.
    pub host: String,
    /// Name for people.
    pub name: String,
    /// Plain text about it.
    pub summary: String,
    /// Page for people.
    pub url: Option<String>,
    /// Where its activities go.
    pub inbox: String,
    /// Where activities for all actors of its host go; same origin as `uri`.
    pub shared_inbox: Option<String>,
    /// Its outbox.
    pub outbox: Option<String>,
    /// Its `upcomingEvents` (FEP-8a8e).
    pub upcoming: Option<String>,
    /// Its followers collection, needed to read addressing.
    pub followers: Option<String>,
    /// Public keys.
    pub keys: Vec<PeerKey>,
    /// Software name of its host (NodeInfo), lower case.
    pub software: Option<String>,
    /// Where it is found and called, of a structure that says so; of a person nothing is kept.
    pub contact: Option<PeerContact>,
    /// Last fetch.
    pub fetched: Instant,
}

/// Where a structure is found and called, as its actor says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PeerContact {
    /// Its postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Telephone (E.164).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Peer {
    /// `@handle@host`, as people write it.
    pub fn account(&self) -> String {
        format!("@{}@{}", self.handle, self.host)
    }

    /// Its name, or its account where it has none.
    pub fn display_name(&self) -> String {
        if self.name.is_empty() {
            self.account()
        } else {
            self.name.clone()
        }
    }

    /// The `kind` of an agenda that does not federate: an address that is read like a programme, and nobody to write to.
    pub const SOURCE: &'static str = "Source";

    /// Whether it is an agenda that does not federate.
    pub fn is_source(&self) -> bool {
        self.kind == Self::SOURCE
    }

    /// Whether its host runs Maillage, as its NodeInfo says.
    pub fn is_maillage(&self) -> bool {
        self.software.as_deref() == Some("maillage")
    }

    /// Where its programme is read: what it says is to come (FEP-8a8e), else its outbox.
    pub fn programme(&self) -> Option<&str> {
        self.upcoming.as_deref().or(self.outbox.as_deref())
    }

    /// Where to deliver to it: the shared inbox if it has one.
    pub fn delivery_inbox(&self) -> &str {
        self.shared_inbox.as_deref().unwrap_or(&self.inbox)
    }
}

/// How fresh what is shown of a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Up to date since then: its programme was read, or had not changed.
    UpToDate(Instant),
    /// Not heard from since then: what is shown may have changed.
    Silent(Instant),
}

impl Freshness {
    /// Programmes are read every few hours; after this much without an answer a server is more than briefly away.
    pub const SILENT_AFTER: TimeDelta = TimeDelta::days(3);

    /// As seen at `now` of a peer whose programme was last read at `heard`.
    pub fn of(heard: Instant, now: Instant) -> Self {
        if now - heard > Self::SILENT_AFTER {
            Self::Silent(heard)
        } else {
            Self::UpToDate(heard)
        }
    }
}

codes! {
    /// How it stands with somebody whom we asked to follow.
    pub enum Standing {
        /// No answer yet.
        Asked = "asked",
        /// Accepted, and heard from lately.
        Followed = "followed",
        /// Refused.
        Refused = "refused",
        /// Accepted, and not heard from for [`Freshness::SILENT_AFTER`].
        Silent = "silent",
        /// Accepted, and muted since by the staff or the operator: nothing is read of it.
        Muted = "muted",
        /// It said that it is no more.
        Gone = "gone",
    }
}

impl Standing {
    /// As seen at `now`, of a peer that was last heard from at `heard`, that went at `gone`, or is read no more.
    pub fn of(follow: &Follow, heard: Option<Instant>, gone: Option<Instant>, is_read: bool, now: Instant) -> Self {
        match follow.state {
            _ if gone.is_some() => Self::Gone,
            FollowState::Asked => Self::Asked,
            FollowState::Refused => Self::Refused,
            FollowState::Accepted if !is_read => Self::Muted,
            FollowState::Accepted => match Freshness::of(heard.unwrap_or(follow.changed), now) {
                Freshness::UpToDate(_) => Self::Followed,
                Freshness::Silent(_) => Self::Silent,
            },
        }
    }
}

/// One public key of a peer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PeerKey {
    /// keyId.
    pub id: String,
    /// PEM (RSA) or multibase (Ed25519).
    pub public_key: String,
}

codes! {
    /// Where a follow that we asked for stands.
    pub enum FollowState {
        /// Sent, no answer yet.
        Asked = "asked",
        /// Accepted by the peer.
        Accepted = "accepted",
        /// Refused by the peer.
        Refused = "refused",
    }
}

/// A follow that we asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Follow {
    /// Our identifier.
    pub id: FollowId,
    /// Who follows: a centre, or nobody but the node itself (instance actor).
    pub follower: Option<CentreId>,
    /// Who is followed.
    pub peer: PeerId,
    /// Id of our Follow activity.
    pub activity_uri: String,
    /// Where it stands.
    pub state: FollowState,
    /// When it was asked.
    pub asked: Instant,
    /// When the state last changed.
    pub changed: Instant,
}

codes! {
    /// What a follower makes of what we post, by the software of its host.
    pub enum FollowerKind {
        /// Nobody said yet what its host runs: posted to as people are, so that nobody misses anything.
        Unknown = "unknown",
        /// Somebody who reads posts (Mastodon, GoToSocial …): each session once, when it comes near.
        People = "people",
        /// A calendar (Mobilizon, WordPress …): each session weeks ahead, and every change.
        Events = "events",
        /// Gancio: a calendar that takes from an actor only what that same actor sends as Create.
        Gancio = "gancio",
        /// A Maillage node, which reads the programme itself as soon as it hears of a change.
        Maillage = "maillage",
    }
}

/// Software that keeps a calendar of what it is sent, as NodeInfo names it.
const CALENDARS: [&str; 11] = [
    "mobilizon",
    "wordpress",
    "hubzilla",
    "friendica",
    "gathio",
    "bonfire",
    "everycal",
    "pavillion",
    "lauti",
    "smithereen",
    "rebased",
];

impl FollowerKind {
    /// Who reads posts as they come.
    pub const READERS: &'static [Self] = &[Self::Unknown, Self::People];
    /// Who keeps a calendar.
    pub const CALENDARS: &'static [Self] = &[Self::Events, Self::Gancio];

    /// By what NodeInfo says of the host.
    pub fn of_software(software: Option<&str>) -> Self {
        match software {
            None => Self::Unknown,
            Some("maillage") => Self::Maillage,
            Some("gancio") => Self::Gancio,
            Some(name) if CALENDARS.contains(&name) => Self::Events,
            Some(_) => Self::People,
        }
    }

    /// Whether it keeps a calendar.
    pub fn is_calendar(self) -> bool {
        Self::CALENDARS.contains(&self)
    }
}

/// A follow that a peer asked of one of our actors, accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Follower {
    /// Our identifier.
    pub id: FollowerId,
    /// Who is followed: a centre, or the instance actor.
    pub followed: Option<CentreId>,
    /// Who follows.
    pub peer: PeerId,
    /// Id of the peer's Follow activity.
    pub activity_uri: String,
    /// Since when.
    pub since: Instant,
}
