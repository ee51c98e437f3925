//! Activities, actors and events of peers: whatever is read is clean, bounded and of one origin.

use maillage::domain::event::EventFacts;
use maillage::domain::id::PeerId;
use maillage::federation::convert::activity_in::activity;
use maillage::federation::convert::actor_in::actor;
use maillage::federation::convert::event_in::{Received, event, event_of};
use maillage::federation::convert::{json, read};
use maillage::federation::guard::same_origin;
use uuid::Uuid;

/// Reads a document as all that it may be.
pub fn holds(input: &[u8]) {
    let Ok(document) = json::parse(input) else { return };
    if let Ok(received) = event(&document) {
        event_is_sound(&received);
    }
    if let Ok(activity) = activity(&document) {
        assert!(activity.id.as_ref().is_none_or(|id| same_origin(id, &activity.actor)));
        if let Ok(received) = event_of(&activity) {
            event_is_sound(&received);
        }
    }
    let Some(id) = read::id(&document) else { return };
    let now = "2026-11-22T12:00:00Z".parse().expect("an instant");
    if let Ok(peer) = actor(&document, &id, PeerId(Uuid::nil()), now) {
        assert_eq!(peer.uri, id.as_str());
        let inbox = peer.inbox.parse().expect("the inbox is a URL");
        assert!(same_origin(&inbox, &id));
        line_is_clean(&peer.name, 140);
        line_is_clean(&peer.handle, 128);
    }
}

fn event_is_sound(received: &Received) {
    assert!(!received.attributed_to.is_empty());
    for author in &received.attributed_to {
        assert!(same_origin(author, &received.uri), "an author of another origin");
    }
    assert!(same_origin(&received.url, &received.uri), "a page of another origin");
    facts_are_sound(&received.facts);
}

fn facts_are_sound(facts: &EventFacts) {
    assert!(!facts.title.trim().is_empty());
    line_is_clean(&facts.title, 200);
    assert!(facts.lead().chars().count() <= 200);
    assert!(facts.description.chars().count() <= 10_000);
    assert!(facts.schedule.end > facts.schedule.start);
    if let Some(html) = &facts.description_html {
        super::html::is_harmless(html);
    }
    if let Some(place) = &facts.place {
        line_is_clean(&place.name, 1000);
        line_is_clean(&place.city, 1000);
    }
    for tag in &facts.tags {
        line_is_clean(tag, 40);
    }
    for address in [&facts.online_url, &facts.image.as_ref().map(|image| image.url.clone())]
        .into_iter()
        .flatten()
    {
        assert!(
            address.starts_with("http://") || address.starts_with("https://"),
            "{address}"
        );
    }
    let written = serde_json::to_value(facts).expect("facts are JSON");
    let again: EventFacts = serde_json::from_value(written).expect("facts can be read again");
    assert_eq!(&again, facts, "facts change when they are stored");
}

/// One line that nothing hides in.
fn line_is_clean(line: &str, max: usize) {
    assert!(line.chars().count() <= max, "{} characters", line.chars().count());
    assert!(!line.chars().any(char::is_control), "{line:?}");
    assert!(!line.contains(['\u{202e}', '\u{2066}', '\u{feff}']), "{line:?}");
}
