//! What a reading asks of single events at their own addresses: what is known and listed no more, and what is only named.

use url::Url;

use super::FETCHES;
use super::reading::{Kept, MAX_FETCHES, Reading, is_wanted, keep};
use crate::domain::event::Origin;
use crate::domain::id::EventId;
use crate::domain::time::Instant;
use crate::federation::convert::read;
use crate::federation::error::FederationError;
use crate::federation::fetch::{Accept, FetchError};
use crate::federation::intake;
use crate::federation::refused::NotTaken;
use crate::store::events::RemoteEvent;
use crate::store::{Conn, StoreError, announces, events};

/// Most that are asked for in one reading where nothing says that they changed.
const MAX_UNSURE: usize = 25;
/// The same where a history has all that is known of them: nearly always they are there.
const MAX_LISTED: usize = 10;

impl Reading<'_> {
    /// Asks for each event that we know, is still to come and is not listed. Its own address says what became of it.
    /// What could not be asked for now is asked for at the next reading, which is not conditional then.
    /// An outbox says nothing by leaving something out: of that, some are asked for each time.
    pub(super) async fn drop_what_is_gone(&mut self, whole: bool) -> Result<(), FederationError> {
        let known = self.upcoming().await?.into_iter();
        let missing: Vec<RemoteEvent> = known.filter(|event| !self.listed.contains(&event.uri)).collect();
        let most = if whole { MAX_FETCHES } else { MAX_UNSURE };
        if whole && missing.len() > most {
            self.left_out.note(FETCHES);
        }
        self.look_at_all(missing, most).await
    }

    /// The peer's events that we know and that are still to come.
    pub(super) async fn upcoming(&self) -> Result<Vec<RemoteEvent>, StoreError> {
        let (id, now) = (self.peer.id, self.federation.now());
        let store = &self.federation.store;
        store.read(move |conn| events::upcoming_of_peer(conn, id, now)).await
    }

    /// Events that we still have, and that the peer says it withdrew: the Delete was lost. Their own addresses tell.
    pub(super) async fn look_at_withdrawn(&mut self) -> Result<(), FederationError> {
        if self.withdrawn.is_empty() {
            return Ok(());
        }
        let known = self.upcoming().await?.into_iter();
        let known = known.filter(|event| Url::parse(&event.uri).is_ok_and(|uri| self.withdrawn.contains(&uri)));
        self.look_at_all(known.collect(), MAX_FETCHES).await
    }

    /// Events that were deleted here and that an outbox lists: their server may have been away, or it lists what was.
    pub(super) async fn look_at_buried(&mut self) -> Result<(), FederationError> {
        let buried = self.buried.take();
        self.look_at_all(buried, MAX_UNSURE).await
    }

    /// Of what was known before and is to come, some at each reading, besides those asked for already: an outbox is a history,
    /// and may not say that one was withdrawn. Whoever does not answer for one of them now has been read all the same.
    pub(super) async fn look_at_a_few(&mut self, known: Vec<RemoteEvent>) -> Result<(), FederationError> {
        self.budget.renew(MAX_LISTED);
        let is_new = |event: &RemoteEvent| !self.looked_at.contains(&event.uri);
        let known: Vec<RemoteEvent> = known.into_iter().filter(is_new).collect();
        for event in self.starting_anywhere(known).into_iter().take(MAX_LISTED) {
            self.look_at(event).await?;
        }
        Ok(())
    }

    /// Events that are known and only named, as other software announces them: some are asked for how they are now.
    pub(super) async fn look_at_undated(&mut self) -> Result<(), FederationError> {
        self.budget.renew(MAX_UNSURE);
        let undated = std::mem::take(&mut self.undated);
        for uri in self.starting_anywhere(undated).into_iter().take(MAX_UNSURE) {
            let known = self
                .federation
                .store
                .read(move |conn| events::by_uri(conn, &uri))
                .await?;
            if let Some(event) = known {
                let (id, uri, updated) = (event.id, event.uri, event.updated);
                self.look_at_or_note(RemoteEvent { id, uri, updated }).await?;
            }
        }
        Ok(())
    }

    /// All of them, from one on that chance picks: where not all can be asked for in one reading, no part waits for ever.
    fn starting_anywhere<T>(&self, mut all: Vec<T>) -> Vec<T> {
        let mut bytes = [0; 8];
        self.federation.random.fill(&mut bytes);
        let start = usize::from_le_bytes(bytes).checked_rem(all.len()).unwrap_or(0);
        all.rotate_left(start);
        all
    }

    /// The same of events of others that it announced, is done with, or that are gone: their own addresses tell.
    pub(super) async fn drop_what_is_announced_no_more(&mut self) -> Result<(), FederationError> {
        let (peer, now, federation) = (self.peer.id, self.federation.now(), self.federation);
        let store = &federation.store;
        let known = store.read(move |conn| announces::upcoming_of(conn, peer, now)).await?;
        let missing: Vec<_> = known
            .into_iter()
            .filter(|one| one.at < self.asked && !self.announced.contains(&one.event))
            .collect();
        if missing.len() > MAX_FETCHES {
            self.left_out.note(FETCHES);
        }
        self.budget.renew(MAX_FETCHES);
        for one in self.starting_anywhere(missing).into_iter().take(MAX_FETCHES) {
            if !one.ours {
                let (id, uri) = (one.event, one.uri);
                self.look_at_or_note(RemoteEvent { id, uri, updated: now }).await?;
            }
            let no_more = move |conn: &mut Conn| {
                announces::remove(conn, one.event, Origin::Remote(peer))?;
                events::forget_unvouched(conn, &[one.event])
            };
            store.write(no_more).await?;
            self.fruitful = true;
        }
        Ok(())
    }

    /// Asks for so many of them.
    async fn look_at_all(&mut self, events: Vec<RemoteEvent>, most: usize) -> Result<(), FederationError> {
        self.budget.renew(most);
        for event in self.starting_anywhere(events).into_iter().take(most) {
            self.look_at_or_note(event).await?;
        }
        Ok(())
    }

    async fn look_at_or_note(&mut self, event: RemoteEvent) -> Result<(), FederationError> {
        if let Some(reason) = self.look_at(event).await? {
            self.left_out.note(reason);
        }
        Ok(())
    }

    /// Asks for an event at its own address, once in a reading; why there was no answer that lasts.
    async fn look_at(&mut self, event: RemoteEvent) -> Result<Option<&'static str>, FederationError> {
        if !self.looked_at.insert(event.uri.clone()) {
            return Ok(None);
        }
        let Ok(url) = Url::parse(&event.uri) else {
            return Ok(None);
        };
        if let Err(passed) = self.budget.take(&url) {
            return Ok(Some(passed.reason()));
        }
        let (now, id) = (self.federation.now(), event.id);
        let store = &self.federation.store;
        let fetched = match self.federation.fetcher.get_json(&url, Accept::ActivityJson).await {
            Ok(fetched) => fetched,
            Err(error) if error.is_gone() || error.is_absent() => {
                if error.is_gone() {
                    self.federation.passed_over.note(&url, now);
                }
                self.fruitful = true;
                store.write(move |conn| bury(conn, id, now)).await?;
                return Ok(None);
            }
            Err(error) => {
                if matches!(error, FetchError::Timeout | FetchError::Connect) {
                    self.budget.is_silent(&url);
                }
                return Ok((!error.is_permanent()).then(|| error.reason()));
            }
        };
        if read::is_a(&fetched.value, "Tombstone") {
            self.federation.passed_over.note(&url, now);
            self.fruitful = true;
            store.write(move |conn| bury(conn, id, now)).await?;
            return Ok(None);
        }
        match intake::told_at(self.federation, &fetched, &mut self.budget).await {
            Ok(told) if told.event.uri == event.uri => {
                let (asked, peer) = (self.asked, self.peer.id);
                let keep_wanted = move |conn: &mut Conn| match is_wanted(conn, peer)? {
                    true => keep(conn, &told, asked),
                    false => Ok(Kept::Settled),
                };
                let kept = store.write(keep_wanted).await?;
                self.fruitful |= kept == Kept::New;
            }
            Err(NotTaken::NotPublic) => {
                self.fruitful = true;
                store.write(move |conn| events::forget(conn, &[id])).await?;
            }
            Err(NotTaken::Failed(error)) => return Err(error),
            _ => {}
        }
        Ok(None)
    }
}

fn bury(conn: &mut Conn, id: EventId, now: Instant) -> Result<(), StoreError> {
    match events::by_id(conn, id)? {
        Some(known) => events::remove(conn, &known, &[], now),
        None => Ok(()),
    }
}
