//! Typed identifiers: UUID version 7 (RFC 9562), so that they sort by creation time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::random::Randomness;
use super::time::Instant;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier made of `now` and 74 random bits.
            pub fn new(now: Instant, random: &dyn Randomness) -> Self {
                Self(uuid_v7(now, random))
            }

            /// When it was made; 1970 for one that does not tell.
            #[must_use]
            pub fn made(&self) -> Instant {
                let (seconds, nanoseconds) = self.0.get_timestamp().map_or((0, 0), |made| made.to_unix());
                let seconds = i64::try_from(seconds).unwrap_or_default();
                Instant::from_timestamp(seconds, nanoseconds).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A centre or network of this node.
    CentreId,
    /// An event, local or remote.
    EventId,
    /// One dated session of an event.
    SessionId,
    /// A remote actor.
    PeerId,
    /// A follow that one of our actors asked for.
    FollowId,
    /// A follow that a remote actor asked of one of ours.
    FollowerId,
    /// A staff account.
    MemberId,
    /// An API token.
    TokenId,
    /// An outgoing activity.
    ActivityId,
}

fn uuid_v7(now: Instant, random: &dyn Randomness) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}
