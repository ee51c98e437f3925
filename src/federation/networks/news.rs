//! What people who follow a network hear of changes: a short Note in reply to the session that they were posted, as the
//! centre that publishes it sends to its own followers. No server brings the changed event into their timelines, and most
//! do not ask for it again.

use chrono::TimeDelta;

use super::announcer::{Announcer, MOST_POSTS};
use super::programme;
use crate::domain::event::{Event, Origin, Session};
use crate::federation::convert::event_out::Posting;
use crate::federation::convert::note_out::{Why, note};
use crate::federation::wire::activity::Activity;
use crate::federation::{notices, outbox};
use crate::store::networks::{self, News};
use crate::store::{Conn, StoreError};

/// How long a session is left alone after a Note, and the network after [`MOST_POSTS`] of them: who publishes decides what
/// changes, not how often people hear of it.
const REST: TimeDelta = TimeDelta::hours(1);

impl Announcer<'_> {
    /// A session that is announced may have changed. What calls it off is told at once; another day, hour or place a
    /// little later, and not at all when it is taken back before.
    pub fn news(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        let Some(news) = networks::news(conn, self.network.id, session.id)? else {
            return Ok(());
        };
        let known = notices::known((event, session));
        let kept = if news.known.is_empty() || news.known == known {
            News {
                known,
                due: None,
                ..news
            }
        } else if notices::calls_off(event.facts.status) && news.known.lines().next() != known.lines().next() {
            return self.tell_news(conn, event, session, news);
        } else {
            let due = news.due.or(Some(self.now + notices::PATIENCE));
            News { due, ..news }
        };
        networks::keep_news(conn, self.network.id, session.id, &kept)
    }

    /// Tells now of what changed since people last heard, if it still did and the session is not over.
    pub fn news_due(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        match networks::news(conn, self.network.id, session.id)? {
            Some(news) if news.known != notices::known((event, session)) && session.occurrence.end > self.now => {
                self.tell_news(conn, event, session, news)
            }
            Some(news) => networks::keep_news(conn, self.network.id, session.id, &News { due: None, ..news }),
            None => Ok(()),
        }
    }

    fn tell_news(&self, conn: &mut Conn, event: &Event, session: &Session, news: News) -> Result<(), StoreError> {
        let (id, recent) = (self.network.id, self.now - REST);
        let rests =
            news.noted.is_some_and(|noted| noted > recent) || networks::noted_since(conn, id, recent)? >= MOST_POSTS;
        let kept = if rests {
            let due = Some(news.noted.unwrap_or(self.now) + REST).filter(|due| *due > self.now);
            News {
                due: due.or(Some(self.now + notices::PATIENCE)),
                ..news
            }
        } else {
            self.note(conn, event, session)?;
            News {
                known: notices::known((event, session)),
                noted: Some(self.now),
                due: None,
            }
        };
        networks::keep_news(conn, id, session.id, &kept)
    }

    fn note(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        let (urls, network) = (&self.federation.urls, Some(self.network.id));
        let posting = Posting {
            event,
            session,
            centre: &self.network.handle,
            published: event.published,
            updated: event.updated,
            previous_start: None,
        };
        let page = match event.origin {
            Origin::Local(_) => urls.event_page(session.id.0).to_string(),
            Origin::Remote(_) => event.url.clone(),
        };
        let about = programme::uri(self.federation, event, session);
        let (id, url) = outbox::new_id(self.federation, self.now);
        let why = Why::of(event.facts.status);
        let note = note(&posting, (&about, &page), why, &urls.note(id), self.now, urls);
        let signers = self.federation.keys.within(conn, network)?;
        let create = Activity::create(url, urls.actor(&self.actor), note, &urls.followers(&self.actor))
            .published(self.now)
            .proven(|document| signers.prove(document, self.now))?;
        outbox::record_for_kinds(conn, id, network, &create, (notices::READERS, Vec::new()), self.now)
    }
}
