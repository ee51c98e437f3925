//! Single flight: fifty activities that need the same actor at once make one request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::{Accept, FetchError, Fetched};

type Answer = Result<Arc<Fetched>, FetchError>;
type Flight = BoxFuture<'static, Answer>;

/// The requests under way.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<(String, Accept), WeakShared<Flight>>>);

impl Flights {
    /// The flight under way to `address`, or the one that `take_off` starts. Whoever waits keeps it in the air: it ends
    /// with its last passenger.
    pub(super) fn board(&self, address: &str, accept: Accept, take_off: impl FnOnce() -> Flight) -> Shared<Flight> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (address.to_owned(), accept);
        if let Some(flight) = flights.get(&key).and_then(under_way) {
            return flight;
        }
        flights.retain(|_, flight| under_way(flight).is_some());
        let flight = take_off().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        flight
    }
}

fn under_way(flight: &WeakShared<Flight>) -> Option<Shared<Flight>> {
    flight.upgrade().filter(|flight| flight.peek().is_none())
}
