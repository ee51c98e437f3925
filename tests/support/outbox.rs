//! Deliveries that wait, as if the node had published something for them.

use maillage::domain::id::ActivityId;
use maillage::domain::random::SystemRandomness;
use maillage::domain::time::Instant;
use maillage::store::activities::{self, Activity, Recipient};
use maillage::store::{Conn, hosts};

/// Records `count` activities, a delivery each, for an inbox of `host`.
pub fn record(conn: &mut Conn, host: &str, count: usize, now: Instant) {
    for _ in 0..count {
        let activity = activity(now);
        let to = Recipient {
            inbox: format!("http://{host}/inbox"),
            host: host.to_owned(),
        };
        activities::record(conn, &activity, &[to]).expect("recorded");
    }
}

/// An activity of the instance actor.
pub fn activity(now: Instant) -> Activity {
    let id = ActivityId::new(now, &SystemRandomness);
    let uri = format!("http://un.test:8080/activities/{id}");
    Activity {
        id,
        body: format!("{{\"id\":\"{uri}\",\"type\":\"Create\"}}"),
        uri,
        sender: None,
        object_uri: "http://un.test:8080/events/1".to_owned(),
        public: true,
        created: now,
    }
}

/// Notes that sending to `host` failed, and that it is tried again at `next`.
pub fn fail(conn: &mut Conn, host: &str, error: &str, now: Instant, next: Instant) {
    let postponed = hosts::Postponed {
        until: next,
        asked_until: None,
        error: error.to_owned(),
    };
    hosts::postpone(conn, host, "", &postponed, now).expect("postponed");
}
