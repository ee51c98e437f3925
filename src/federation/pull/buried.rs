//! Events that were deleted here and that a programme still lists: as much of each as it takes to ask for it.

use url::Url;

use crate::domain::event::Event;
use crate::domain::time::Instant;
use crate::federation::listed::PassedOver;
use crate::store::events::RemoteEvent;

/// Most of one reading; chance picks among them.
const MOST: usize = 1_000;

/// Those that are worth asking for.
#[derive(Debug, Default)]
pub(super) struct Buried(Vec<RemoteEvent>);

impl Buried {
    /// Notes an event that ends at `end`, unless it is over at `now` or was asked for in vain lately.
    pub(super) fn note(&mut self, event: &Event, end: Instant, passed_over: &PassedOver, now: Instant) {
        let is_open = || Url::parse(&event.uri).is_ok_and(|uri| !passed_over.has(&uri, now));
        if self.0.len() < MOST && end > now && is_open() {
            self.0.push(RemoteEvent {
                id: event.id,
                uri: event.uri.clone(),
                updated: event.updated,
            });
        }
    }

    /// Notes those of a further page.
    pub(super) fn join(&mut self, others: Self) {
        let room = MOST.saturating_sub(self.0.len());
        self.0.extend(others.0.into_iter().take(room));
    }

    /// Takes them out.
    pub(super) fn take(&mut self) -> Vec<RemoteEvent> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::event::{EventFacts, Origin, Schedule};
    use crate::domain::id::{EventId, PeerId};
    use crate::domain::random::SystemRandomness;
    use crate::domain::time::DEFAULT_ZONE;

    const NOW: Instant = Instant::UNIX_EPOCH;

    fn event(number: usize, end: Instant) -> Event {
        let schedule = Schedule::once(DEFAULT_ZONE, end - TimeDelta::hours(2), end);
        let mut facts = EventFacts::new("Café", schedule);
        facts.description = "à lire ".repeat(1_000);
        Event {
            id: EventId::new(NOW, &SystemRandomness),
            uri: format!("https://a.example/{number}"),
            url: format!("https://a.example/{number}"),
            origin: Origin::Remote(PeerId::new(NOW, &SystemRandomness)),
            facts,
            published: NOW,
            updated: NOW,
        }
    }

    #[test]
    fn what_is_over_or_was_asked_for_is_not_kept_and_the_rest_is_bounded() {
        let (mut buried, passed_over) = (Buried::default(), PassedOver::default());
        let to_come = NOW + TimeDelta::days(1);
        buried.note(&event(1, NOW), NOW, &passed_over, NOW);
        passed_over.note(&Url::parse("https://a.example/2").expect("a URL"), NOW);
        buried.note(&event(2, to_come), to_come, &passed_over, NOW);
        assert!(buried.take().is_empty());
        for _ in 0..3 {
            let mut page = Buried::default();
            for number in 3..700 {
                page.note(&event(number, to_come), to_come, &passed_over, NOW);
            }
            buried.join(page);
        }
        let kept = buried.take();
        assert_eq!((kept.len(), kept[0].uri.as_str()), (MOST, "https://a.example/3"));
    }
}
