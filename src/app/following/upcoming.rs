//! How many events of a peer are to come, before it is followed: what its programme says, else what its outbox shows.

use std::collections::HashSet;
use std::time::{Duration, Instant as Stopwatch};

use url::Url;

use crate::app::Node;
use crate::domain::event::Status;
use crate::domain::peer::Peer;
use crate::domain::time::Instant;
use crate::federation::convert::collection_in::{self, Next};
use crate::federation::convert::json::Value;
use crate::federation::convert::{event_in, read};
use crate::federation::fetch::Accept;

/// Pages that are looked at: somebody waits for the answer.
const MAX_PAGES: usize = 5;
/// No further page is asked for after so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// A number of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upcoming {
    /// How many are known of.
    pub count: u64,
    /// Whether there may be more: not everything was looked at.
    pub or_more: bool,
}

impl Upcoming {
    /// All there are.
    pub(super) fn exactly(count: u64) -> Self {
        Self { count, or_more: false }
    }
}

/// How many events of `peer` are to come; none where it tells neither their number nor the events themselves. Nobody has to
/// believe it: it is for people to recognise whom they look for.
pub(super) async fn upcoming(node: &Node, peer: &Peer) -> Option<Upcoming> {
    let address = Url::parse(peer.upcoming.as_ref().or(peer.outbox.as_ref())?).ok()?;
    let fetcher = &node.federation.fetcher;
    let start = Stopwatch::now();
    let mut page = fetcher
        .get_json(&address, Accept::ActivityJson)
        .await
        .ok()?
        .value
        .clone();
    let total = read::field(&page, "totalItems").and_then(Value::as_u64);
    if let Some(total) = total.filter(|_| peer.upcoming.is_some()) {
        return Some(Upcoming::exactly(total));
    }
    let mut seen = Seen::default();
    for _ in 0..MAX_PAGES {
        seen.add(&page, node.now());
        page = match collection_in::next(&page, &address) {
            Next::End => return seen.count(true),
            Next::Here(next) => next.clone(),
            Next::At(url) if start.elapsed() < PATIENCE => match fetcher.get_json(&url, Accept::ActivityJson).await {
                Ok(fetched) => fetched.value.clone(),
                Err(_) => break,
            },
            Next::At(_) | Next::Elsewhere => break,
        };
    }
    seen.count(false)
}

/// What an outbox was seen to tell, the newest first.
#[derive(Default)]
struct Seen {
    uris: HashSet<Url>,
    coming: u64,
    /// Whether something was only named: it may be an event.
    named: bool,
}

impl Seen {
    fn add(&mut self, page: &Value, now: Instant) {
        for item in collection_in::items(page) {
            let object = collection_in::object(item);
            let is_new = read::reference(&object).is_some_and(|uri| self.uris.insert(uri));
            if !is_new || read::is_a(item, "Delete") {
                continue;
            }
            if object.is_string() {
                self.named = true;
            } else if is_coming(&object, now) {
                self.coming += 1;
            }
        }
    }

    fn count(&self, all: bool) -> Option<Upcoming> {
        let or_more = self.named || !all;
        (self.coming > 0 || !or_more).then_some(Upcoming {
            count: self.coming,
            or_more,
        })
    }
}

/// An event that is for everybody, takes place, and is not over.
fn is_coming(object: &Value, now: Instant) -> bool {
    event_in::event(object).is_ok_and(|event| {
        event.audience.is_public() && event.facts.status != Status::Cancelled && event.facts.schedule.end > now
    })
}
