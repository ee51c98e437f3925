//! An event: what a centre or a peer says of it, and where it comes from.
//!
//! `facts` is the content, in the exact shape of the HTTP interface; `read` is the one place of its rules.

mod facts;
mod fields;
mod json;
mod read;
mod schedule;

pub use facts::{
    Accessibility, Ages, CoOrganiser, Contact, Course, CourseRegistration, Equipment, EventFacts, Format, Image, Level,
    Mode, Price, Registration, RegistrationMode, Series, Status,
};
pub(crate) use fields::looks_like_email;
pub use read::{READ_ONLY, read, read_place};
pub use schedule::Schedule;

use super::id::{CentreId, EventId, PeerId, SessionId};
use super::recurrence::Occurrence;
use super::time::Instant;

/// Who published an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A centre of this node.
    Local(CentreId),
    /// A remote actor.
    Remote(PeerId),
}

/// An event as this node knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Our own identifier.
    pub id: EventId,
    /// ActivityPub id. For a series of ours, the id of the whole; its sessions have their own.
    pub uri: String,
    /// The page for people.
    pub url: String,
    /// Who published it.
    pub origin: Origin,
    /// What it is.
    pub facts: EventFacts,
    /// First publication.
    pub published: Instant,
    /// Last change.
    pub updated: Instant,
}

impl Event {
    /// Whether it has more than one date.
    pub fn is_series(&self) -> bool {
        self.facts.schedule.recurrence.is_some()
    }
}

/// One dated session, materialised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its identifier: that of the event when there is only one date.
    pub id: SessionId,
    /// Its event.
    pub event: EventId,
    /// When.
    pub occurrence: Occurrence,
}
