//! What programmes name in vain. A peer with many posts, or with many events of servers that are no more, names the same
//! addresses at each reading: they are not asked for each time, so that the events behind them have their turn.

use std::hash::{BuildHasher as _, RandomState};

use chrono::TimeDelta;
use url::Url;

use crate::domain::id::PeerId;
use crate::domain::time::Instant;
use crate::federation::convert::collection_in::MAX_PAGE_ITEMS;
use crate::federation::fetch::FetchError;
use crate::federation::guard::Blocked;
use crate::federation::memory::Memory;
use crate::federation::pull::MAX_ITEMS;
use crate::federation::refused::NotTaken;

/// Addresses that are remembered: all that one reading can name, several times, so that none is forgotten before it is named
/// again.
const ADDRESSES: usize = 4 * (MAX_ITEMS + MAX_PAGE_ITEMS);
/// Peers whose readings are counted.
const PEERS: usize = 4_096;
/// How long an address is passed over where nothing of use was found.
const LASTING: TimeDelta = TimeDelta::days(7);
/// The same where nothing was found at all: a server may have lost for a while what it has.
const ABSENT: TimeDelta = TimeDelta::days(1);
/// The same where a server refuses it to us, or answers in another language: half as long as until a programme that lists
/// such is read whatever was known of it, so that it is asked for then.
const REFUSED: TimeDelta = TimeDelta::hours(6);
/// The same where it could not be had for now: less than it takes until the next reading that nothing calls for.
const PASSING: TimeDelta = TimeDelta::hours(1);

/// The memory.
#[derive(Debug)]
pub struct PassedOver {
    /// Makes what an address is known by, so that long ones take no more room than others.
    hasher: RandomState,
    addresses: Memory<u64, Passed>,
    /// Readings of each peer in a row that used up their fetches and changed nothing.
    in_vain: Memory<PeerId, u32>,
}

/// Why an address is passed over, and until when.
#[derive(Debug, Clone, Copy)]
struct Passed {
    why: Why,
    until: Instant,
}

/// What was said when it was asked for, to be said again.
#[derive(Debug, Clone, Copy)]
enum Why {
    Ignored(&'static str),
    NotPublic,
    Forbidden(&'static str),
    Gone(&'static str),
    Unprocessable(&'static str),
    Unavailable(&'static str),
}

impl Default for PassedOver {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            addresses: Memory::of(ADDRESSES),
            in_vain: Memory::of(PEERS),
        }
    }
}

impl PassedOver {
    /// Why an address is passed over at `now`, if it is.
    pub fn standing(&self, uri: &Url, now: Instant) -> Option<NotTaken> {
        let passed = self.addresses.get(&self.key(uri))?;
        (now < passed.until).then(|| passed.why.into())
    }

    /// Whether it was asked for in vain lately.
    pub fn has(&self, uri: &Url, now: Instant) -> bool {
        self.standing(uri, now).is_some()
    }

    /// Notes that nothing of use was found there.
    pub fn note(&self, uri: &Url, now: Instant) {
        self.put(uri, Why::Ignored("not_an_event"), now + LASTING);
    }

    /// Notes why what was found there is not taken.
    pub fn note_refusal(&self, uri: &Url, refusal: &NotTaken, now: Instant) {
        let span = match refusal {
            // As nothing was asked for, or who is blocked may be so no more: both are to be seen at once.
            NotTaken::Unavailable("silent_host") | NotTaken::Forbidden("blocked") => return,
            NotTaken::Unavailable(_) => PASSING,
            NotTaken::Forbidden("unverifiable") => REFUSED,
            _ => LASTING,
        };
        if let Some(why) = Why::of(refusal) {
            self.put(uri, why, now + span);
        }
    }

    /// Notes why nothing was found there.
    pub fn note_failure(&self, uri: &Url, error: &FetchError, now: Instant) {
        let span = match error {
            // Not for what is there.
            FetchError::Sign | FetchError::Blocked(Blocked::Operator) => return,
            FetchError::Blocked(Blocked::Address) => PASSING,
            FetchError::Blocked(_) | FetchError::Status(410) => LASTING,
            FetchError::Status(404) => ABSENT,
            FetchError::Status(401) | FetchError::ContentType | FetchError::Json => REFUSED,
            error if error.is_permanent() => REFUSED,
            _ => PASSING,
        };
        if let Some(why) = Why::of(&NotTaken::of_fetch(error)) {
            self.put(uri, why, now + span);
        }
    }

    /// How many readings of `peer` in a row used up their fetches and changed nothing, with one more.
    pub fn one_more_in_vain(&self, peer: PeerId) -> u32 {
        self.in_vain.update(peer, |before| {
            let count = before.unwrap_or(0).saturating_add(1);
            (count, count)
        })
    }

    /// Begins to count anew.
    pub fn not_in_vain(&self, peer: PeerId) {
        self.in_vain.remove(&peer);
    }

    fn put(&self, uri: &Url, why: Why, until: Instant) {
        self.addresses.insert(self.key(uri), Passed { why, until });
    }

    fn key(&self, uri: &Url) -> u64 {
        self.hasher.hash_one(uri.as_str())
    }
}

impl Why {
    /// None for what says nothing of what stands at an address.
    fn of(refusal: &NotTaken) -> Option<Self> {
        match refusal {
            NotTaken::Ignored("not_an_event") => Some(Self::Ignored("not_an_event")),
            NotTaken::NotPublic => Some(Self::NotPublic),
            NotTaken::Forbidden(word) => Some(Self::Forbidden(word)),
            NotTaken::Gone(word) => Some(Self::Gone(word)),
            NotTaken::Unprocessable(word) => Some(Self::Unprocessable(word)),
            NotTaken::Unavailable(word) => Some(Self::Unavailable(word)),
            _ => None,
        }
    }
}

impl From<Why> for NotTaken {
    fn from(why: Why) -> Self {
        match why {
            Why::Ignored(word) => Self::Ignored(word),
            Why::NotPublic => Self::NotPublic,
            Why::Forbidden(word) => Self::Forbidden(word),
            Why::Gone(word) => Self::Gone(word),
            Why::Unprocessable(word) => Self::Unprocessable(word),
            Why::Unavailable(word) => Self::Unavailable(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant::UNIX_EPOCH;

    fn address(number: usize) -> Url {
        Url::parse(&format!("https://a.example/{number}")).expect("a URL")
    }

    #[test]
    fn all_that_a_reading_can_name_is_remembered() {
        let passed_over = PassedOver::default();
        let all = MAX_ITEMS + MAX_PAGE_ITEMS;
        for number in 0..all {
            passed_over.note(&address(number), START);
        }
        assert!((0..all).all(|number| passed_over.has(&address(number), START)));
    }

    #[test]
    fn each_failure_stands_for_its_time_in_its_own_words() {
        let passed_over = PassedOver::default();
        for (error, word, hours) in [
            (FetchError::Status(410), "unverifiable", 168),
            (FetchError::Status(404), "unverifiable", 24),
            (FetchError::Status(403), "unverifiable", 6),
            (FetchError::ContentType, "answer_type", 6),
            (FetchError::Status(503), "status_5xx", 1),
        ] {
            let uri = address(1);
            passed_over.note_failure(&uri, &error, START);
            let at = |hours: i64| passed_over.standing(&uri, START + TimeDelta::hours(hours));
            let before = at(hours - 1).map(|refusal| refusal.reason());
            assert_eq!(before, Some(word), "{error}");
            assert!(at(hours).is_none(), "{error}");
        }
    }

    #[test]
    fn what_may_be_otherwise_at_once_is_not_noted() {
        let (passed_over, uri) = (PassedOver::default(), address(1));
        for refusal in [
            NotTaken::Ignored("too_many_fetches"),
            NotTaken::Ignored("muted"),
            NotTaken::Forbidden("blocked"),
            NotTaken::Unavailable("silent_host"),
        ] {
            passed_over.note_refusal(&uri, &refusal, START);
            assert!(!passed_over.has(&uri, START), "{refusal}");
        }
        passed_over.note_refusal(&uri, &NotTaken::NotPublic, START);
        assert!(passed_over.has(&uri, START));
    }
}
