//! A centre: the local actor behind a programme. A network is a centre that follows others.

use serde::{Deserialize, Serialize};

use super::code::codes;
use super::id::CentreId;
use super::place::Place;
use super::text::Handle;
use super::time::Instant;

codes! {
    /// What a local actor is.
    pub enum CentreKind {
        /// Publishes its own programme.
        Centre = "centre",
        /// Gathers the programmes of others.
        Network = "network",
    }
}

/// A local Group actor.
#[derive(Debug, Clone, PartialEq)]
pub struct Centre {
    /// Our identifier.
    pub id: CentreId,
    /// The part before the `@`; never changes.
    pub handle: Handle,
    /// Centre or network.
    pub kind: CentreKind,
    /// What people know of it.
    pub profile: CentreProfile,
    /// Since when.
    pub created: Instant,
    /// Last change of the profile.
    pub updated: Instant,
}

/// What people know of a centre.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CentreProfile {
    /// Name; ≤ 140 characters.
    pub name: String,
    /// A few sentences; ≤ 2,000 characters.
    pub description: String,
    /// Code of the typologies vocabulary.
    pub typology: Option<String>,
    /// Where it is.
    pub place: Option<Place>,
    /// Telephone (E.164).
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Own web site.
    pub website: Option<String>,
}
