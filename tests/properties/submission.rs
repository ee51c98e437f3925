//! Events as staff, programs and files submit them: refused with reasons, or facts with a bounded number of sessions.

use maillage::domain::event;
use maillage::domain::recurrence::MAX_SESSIONS;
use maillage::federation::convert::json;

/// Reads a submission.
pub fn holds(input: &[u8]) {
    let Ok(document) = json::parse(input) else { return };
    let Ok(facts) = event::read(&(&document).into()) else {
        return;
    };
    assert!((3..=140).contains(&facts.title.chars().count()));
    let sessions = facts.schedule.sessions().expect("what was read can be expanded");
    assert!((1..=MAX_SESSIONS).contains(&sessions.len()));
    assert!(
        sessions.windows(2).all(|pair| pair[0].date < pair[1].date),
        "two sessions of one day"
    );
    assert!(sessions.iter().all(|session| session.end > session.start));
}
