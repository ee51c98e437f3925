//! Names to addresses, by the resolver of the system, which blocks: on threads of its own. On those of the runtime, names
//! whose servers never answer would hold up every reading of the database.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

/// Look-ups under way at most. One that nobody waits for any more holds its place until the system gives up.
const AT_ONCE: usize = 64;
/// Room for what the system does in a look-up, in bytes.
const STACK: usize = 512 * 1024;

/// Asks the system; a test asks somebody else.
type Ask = fn(&str) -> io::Result<Vec<SocketAddr>>;

/// The look-ups of this process.
#[derive(Debug, Clone)]
pub struct Resolver {
    ask: Ask,
    places: Arc<Semaphore>,
}

impl Default for Resolver {
    fn default() -> Self {
        Self::asking(|name| Ok((name, 0).to_socket_addrs()?.collect()))
    }
}

impl Resolver {
    fn asking(ask: Ask) -> Self {
        Self {
            ask,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// All addresses of `name`, with port 0. Waits for a place; whoever is not waited for gives it back.
    ///
    /// # Errors
    /// What the system says, or that it has no thread to spare.
    pub async fn addresses(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let (caller, answer) = oneshot::channel();
        let (ask, name) = (self.ask, name.to_owned());
        std::thread::Builder::new()
            .name("resolver".into())
            .stack_size(STACK)
            .spawn(move || {
                // Nobody may wait any more.
                let _ = caller.send(ask(&name));
                drop(place);
            })?;
        answer.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[tokio::test]
    async fn the_system_is_asked() {
        let found = Resolver::default().addresses("localhost").await.expect("addresses");
        assert!(
            !found.is_empty() && found.iter().all(|address| address.ip().is_loopback()),
            "{found:?}"
        );
    }

    #[test]
    fn names_that_hang_hold_up_nothing_else_and_no_more_threads_than_there_are_places() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let resolver = Resolver::asking(|_| {
                std::thread::sleep(Duration::from_secs(2));
                Ok(Vec::new())
            });
            let began = Instant::now();
            for _ in 0..2 * AT_ONCE {
                let resolver = resolver.clone();
                tokio::spawn(async move {
                    let answer = resolver.addresses("hangs.example");
                    tokio::time::timeout(Duration::from_millis(50), answer).await
                });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            tokio::task::spawn_blocking(|| ())
                .await
                .expect("a thread of the runtime");
            assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
            assert_eq!(resolver.places.available_permits(), 0, "each holds its place");
            tokio::time::sleep(Duration::from_millis(2_500)).await;
            assert_eq!(resolver.places.available_permits(), AT_ONCE, "and gives it back");
        });
    }
}
