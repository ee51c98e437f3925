//! A short Note in reply to an Event of ours: it is tomorrow, was cancelled, or moved.
//!
//! For people on servers that keep the first version of an Event (Mastodon before 4.5), and since no server brings an edited post
//! back into timelines. Never sent for a first publication: there the Event alone is enough.

use serde_json::{Value, json};
use url::Url;

use super::event_out::{Posting, practical};
use super::html::escape;
use crate::domain::event::Status;
use crate::domain::time::Instant;
use crate::federation::urls::{OurActor, Urls};
use crate::federation::wire::context::PUBLIC;
use crate::federation::wire::utc;
use crate::locale::Locale;

/// What a Note is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The session is tomorrow.
    Reminder,
    /// It has another day, hour or place.
    Change,
    /// It is off, and no other date is known.
    CalledOff,
}

impl Why {
    /// What a change to `status` is to who planned to come.
    pub fn of(status: Status) -> Self {
        match status {
            Status::Cancelled | Status::Postponed => Self::CalledOff,
            _ => Self::Change,
        }
    }

    fn sentence(self) -> String {
        Locale::french().text(match self {
            Self::Reminder => "note-reminder",
            Self::Change => "note-change",
            Self::CalledOff => "note-called-off",
        })
    }
}

/// The Note `id` that tells, at `now`, why and how `posting` stands: in reply to `event`, read by people at `page`. Without
/// `@context`.
pub fn note(
    posting: &Posting<'_>,
    (event, page): (&str, &str),
    why: Why,
    id: &Url,
    now: Instant,
    urls: &Urls,
) -> Value {
    let actor = OurActor::Centre(posting.centre.clone());
    let title = escape(&posting.event.facts.title);
    let link = escape(page);
    let content = format!(
        "<p>{} <a href=\"{link}\"><strong>{title}</strong></a></p>{}",
        escape(&why.sentence()),
        practical(posting)
    );
    json!({
        "id": id,
        "type": "Note",
        "attributedTo": urls.actor(&actor),
        "to": [PUBLIC],
        "cc": [urls.followers(&actor)],
        "inReplyTo": event,
        "content": content,
        "contentMap": { "fr": content },
        "mediaType": "text/html",
        "url": page,
        "published": utc(now),
        "attachment": [],
        "tag": [],
    })
}
