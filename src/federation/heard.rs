//! When peers were last heard from: noted in memory for each activity that is taken in, written down once a minute. And
//! hosts that show by whatever they sign that they are up again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use super::context::Federation;
use super::memory::Memory;
use super::outbox;
use crate::domain::id::PeerId;
use crate::domain::time::Instant;
use crate::store::{StoreError, hosts, peers};

/// Most peers that are noted between two writings; of more nothing is said.
const MOST: usize = 4_096;

/// Hosts that are remembered as looked up lately.
const HOSTS: usize = 1_024;
/// How long a host that writes to us is not looked up again.
const LOOKED_UP: TimeDelta = TimeDelta::seconds(5);

/// What was heard since it was last written down, and the hosts that were looked up.
#[derive(Debug)]
pub struct Heard(Mutex<HashMap<PeerId, Instant>>, Memory<String, Instant>);

impl Default for Heard {
    fn default() -> Self {
        Self(Mutex::default(), Memory::of(HOSTS))
    }
}

impl Heard {
    /// `peer` signed something that was taken in.
    pub fn note(&self, peer: PeerId, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST || all.contains_key(&peer) {
            all.insert(peer, now);
        }
    }

    fn take(&self) -> Vec<(PeerId, Instant)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all).into_iter().collect()
    }
}

/// A host has just signed something, of whatever effect: what waits for it is due now ([`hosts::heard_from`]).
pub(super) async fn host_is_up(federation: &Federation, host: &str) {
    let now = federation.now();
    let lately = |looked_up: Instant| (TimeDelta::zero()..LOOKED_UP).contains(&(now - looked_up));
    if federation.heard.1.get(host).is_some_and(lately) {
        return;
    }
    match wake(federation, host.to_owned(), now).await {
        Ok(Found::Nothing) => federation.heard.1.insert(host.to_owned(), now),
        Ok(Found::UnderWay) => {}
        Ok(Found::Planned) => outbox::wake(federation),
        Err(error) => tracing::error!(%error, "a host that is up could not be looked up"),
    }
}

/// What a look at a host found.
enum Found {
    /// Nothing waits for it, or it is tried as soon as may be.
    Nothing,
    /// It is tried just now; should that fail, its next word counts.
    UnderWay,
    /// It is tried sooner than was planned.
    Planned,
}

async fn wake(federation: &Federation, host: String, now: Instant) -> Result<Found, StoreError> {
    let name = host.clone();
    let known = federation.store.read(move |conn| hosts::by_name(conn, &name)).await?;
    // Nearly always nothing waits for it.
    match known.and_then(|host| host.next_attempt) {
        None => return Ok(Found::Nothing),
        Some(next) if next <= now => return Ok(Found::UnderWay),
        Some(_) => {}
    }
    let sooner = federation
        .store
        .write(move |conn| hosts::heard_from(conn, &host, now))
        .await?;
    Ok(if sooner { Found::Planned } else { Found::Nothing })
}

/// Writes down what was heard; returns of how many peers.
///
/// # Errors
/// Only what the database refuses.
pub async fn write_down(federation: &Federation) -> Result<usize, StoreError> {
    let mut heard = federation.heard.take();
    if heard.is_empty() {
        return Ok(0);
    }
    // Two processes that write down the same peers take their rows in one order.
    heard.sort_unstable();
    let count = heard.len();
    federation.store.write(move |conn| peers::heard(conn, &heard)).await?;
    Ok(count)
}
