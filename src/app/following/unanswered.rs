//! Follows that nobody answered are asked for again: an Accept can be lost, and other software sends it once.

use chrono::TimeDelta;

use super::ask;
use crate::app::{Error, Node};
use crate::domain::peer::Follow;
use crate::domain::time::Instant;
use crate::federation::outbox;
use crate::store::{Conn, follows};

/// The first pause; each further one is as long as all before.
const FIRST_PAUSE: TimeDelta = TimeDelta::days(1);
/// After so long it is asked for no more but by people.
const LONGEST: TimeDelta = TimeDelta::days(30);

/// Asks again for what was not answered: after a day, two, four, eight and sixteen. Returns how many.
///
/// # Errors
/// Only what the database refuses.
pub async fn repeat(node: &Node) -> Result<usize, Error> {
    let (actor, now) = (node.clone(), node.now());
    let repeated = move |conn: &mut Conn| {
        let mut count = 0;
        for follow in follows::asked_since(conn, now - LONGEST)? {
            if is_due(&follow, now) {
                ask(conn, &actor, follow.follower, follow.peer, false, now)?;
                follows::first_asked(conn, follow.id, follow.asked)?;
                count += 1;
            }
        }
        Ok::<_, Error>(count)
    };
    let count = node.store.try_write(repeated).await?;
    if count > 0 {
        outbox::wake(&node.federation);
    }
    Ok(count)
}

fn is_due(follow: &Follow, now: Instant) -> bool {
    now - follow.changed >= FIRST_PAUSE.max(follow.changed - follow.asked)
}
