//! The calendar: what one asks for, and what one reads.

use super::event::{Event, Format, Level, Mode, Price, Session, Status};
use super::id::SessionId;
use super::peer::Freshness;
use super::time::Instant;

/// What a reader asks for. Lists: any of them; different fields: all of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Sessions that end after this; the present if absent.
    pub from: Option<Instant>,
    /// Sessions that start before this.
    pub to: Option<Instant>,
    /// Words, each of which must occur.
    pub q: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Postcode or its beginning.
    pub postcode: Option<String>,
    /// Around a point or a town.
    pub near: Option<Near>,
    /// Radius around `near` in kilometres.
    pub radius_km: Option<f64>,
    /// Theme codes.
    pub themes: Vec<String>,
    /// Event type codes.
    pub types: Vec<String>,
    /// Levels: the event's range holds one of them.
    pub levels: Vec<Level>,
    /// Audience codes; events for everyone match too.
    pub audiences: Vec<String>,
    /// Language codes.
    pub languages: Vec<String>,
    /// Accessibility codes: all of them.
    pub accessibility: Vec<String>,
    /// Formats.
    pub formats: Vec<Format>,
    /// Modes of participation.
    pub modes: Vec<Mode>,
    /// Prices.
    pub prices: Vec<Price>,
    /// The publisher: handle of a centre of ours, `handle@host` or the id of a peer.
    pub centre: Option<String>,
    /// The network: events of the actors it follows, or that it announced.
    pub network: Option<String>,
}

/// Radius when nobody says one, in kilometres.
pub const DEFAULT_RADIUS_KM: f64 = 10.0;

/// A point to be near.
#[derive(Debug, Clone, PartialEq)]
pub enum Near {
    /// Latitude and longitude in degrees.
    Point(f64, f64),
    /// A town or postcode that some known place has.
    Town(String),
}

/// Who publishes or relays an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name for people.
    pub name: String,
    /// ActivityPub id.
    pub uri: String,
    /// `handle@host` (without the first `@`).
    pub account: String,
    /// Host, with port where there is one.
    pub host: String,
    /// Page for people.
    pub url: String,
    /// Whether it is a centre of this node.
    pub local: bool,
    /// Whether it is an agenda that we read, and no account that publishes here.
    pub read_only: bool,
    /// When its programme was last read here; absent for our own centres, and for a peer that others relay.
    pub heard: Option<Instant>,
}

impl Source {
    /// How fresh what is shown of it is, as seen at `now`; nothing to say of what is ours.
    pub fn freshness(&self, now: Instant) -> Option<Freshness> {
        self.heard.map(|heard| Freshness::of(heard, now))
    }
}

/// One dated session as the calendar shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub session: Session,
    /// ActivityPub id of the session.
    pub uri: String,
    /// Page for people.
    pub url: String,
    /// What.
    pub event: Event,
    /// Who publishes it.
    pub publisher: Source,
    /// Who announced it to us or here, besides the publisher.
    pub relayed_by: Vec<Source>,
    /// The same workshop as other publishers announce it.
    pub twins: Vec<Twin>,
}

/// The same workshop as another publisher announces it ([`merge`](super::merge)).
#[derive(Debug, Clone, PartialEq)]
pub struct Twin {
    /// Its session here.
    pub session: SessionId,
    /// ActivityPub id of that session.
    pub uri: String,
    /// Its page for people, at its origin.
    pub url: String,
    /// Who publishes it.
    pub publisher: Source,
    /// Where it stands according to that publisher.
    pub status: Status,
    /// Whether one of the two names the other's publisher as a partner.
    pub named: bool,
}

impl Entry {
    /// The names of all who publish it.
    pub fn publishers(&self) -> Vec<String> {
        let twins = self.twins.iter().map(|twin| &twin.publisher.name);
        std::iter::once(&self.publisher.name).chain(twins).cloned().collect()
    }

    /// The twins that are called off where this one takes place: a reader has to know, and to ask.
    pub fn called_off_by(&self) -> Vec<&Twin> {
        let off = |status| matches!(status, Status::Cancelled | Status::Postponed);
        let contradicting = |twin: &&Twin| off(twin.status) && !off(self.event.facts.status);
        self.twins.iter().filter(contradicting).collect()
    }
}
