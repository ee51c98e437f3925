//! A short Note in reply to an Event of ours that was cancelled, moved or filled up.
//!
//! For people on servers that keep the first version of an Event (Mastodon before 4.5), and since no server brings an edited post
//! back into timelines. Never sent for a first publication: there the Event alone is enough.

use serde_json::{Value, json};
use url::Url;

use super::event_out::{Posting, practical};
use super::html::escape;
use crate::domain::time::Instant;
use crate::federation::urls::{OurActor, Urls};
use crate::federation::wire::context::PUBLIC;
use crate::federation::wire::utc;

/// The Note `id` that tells, at `now`, how `posting` stands; without `@context`.
pub fn change_note(posting: &Posting<'_>, id: &Url, now: Instant, urls: &Urls) -> Value {
    let actor = OurActor::Centre(posting.centre.clone());
    let event = urls.session(posting.session.id);
    let page = urls.event_page(posting.session.id.0);
    let title = escape(&posting.event.facts.title);
    let link = escape(page.as_str());
    let content = format!(
        "<p><a href=\"{link}\"><strong>{title}</strong></a></p>{}",
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
