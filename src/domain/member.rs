//! A member of the staff, and what each role may do.

use super::code::codes;
use super::id::MemberId;
use super::time::Instant;

codes! {
    /// What a member may do; each role may do what the later ones may.
    pub enum Role {
        /// Everything: members, follows, settings.
        Admin = "admin",
        /// Publishes.
        Editor = "editor",
        /// Reads and registers people.
        Reception = "reception",
    }
}

impl Role {
    /// Whether the role may publish and change events.
    pub fn may_publish(self) -> bool {
        matches!(self, Self::Admin | Self::Editor)
    }

    /// Whether the role may follow peers and manage members.
    pub fn may_administer(self) -> bool {
        self == Self::Admin
    }
}

/// A staff account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Identifier.
    pub id: MemberId,
    /// E-mail, lower case: the name at sign-in.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Since when.
    pub created: Instant,
}
