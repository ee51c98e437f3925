//! Short Notes in reply to a session, for people whose server shows no changes: it is tomorrow, it is not as it was said to
//! be, it is off. Calendars and Maillage nodes get none of them: they understand Update.

use chrono::{Days, NaiveTime, TimeDelta};

use super::convert::note_out::{Why, note};
use super::publish::{Publisher, posting};
use super::wire::activity::Activity;
use crate::domain::event::{Event, Session, Status};
use crate::domain::peer::FollowerKind;
use crate::domain::time::{Instant, local_of};
use crate::locale::Locale;
use crate::store::notices::{self, Kind, Notice};
use crate::store::{Conn, StoreError, sessions};

/// How long a change of day, hour or place waits for the next correction, so that one note tells of all.
pub(super) const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Who may not understand Update.
pub(super) const READERS: &[FollowerKind] = FollowerKind::READERS;

impl Publisher<'_> {
    /// A session that people know of changed from `was` to `is`. What calls it off is told at once; another day, hour or
    /// place a little later, and not at all when it is taken back before.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub(super) fn news(
        &self,
        conn: &mut Conn,
        was: (&Event, &Session),
        is: (&Event, &Session),
    ) -> Result<(), StoreError> {
        let stored = notices::find(conn, is.1.id, Kind::Change)?;
        let known = stored
            .as_ref()
            .map_or_else(|| known(was), |notice| notice.known.clone());
        let news = self::known(is);
        let waiting = stored.as_ref().and_then(|notice| notice.due);
        let sent = stored.as_ref().and_then(|notice| notice.sent);
        let kept = if known == news {
            Notice {
                session: is.1.id,
                known,
                due: None,
                sent,
            }
        } else if is.0.facts.status != was.0.facts.status && calls_off(is.0.facts.status) {
            self.note(conn, is, Why::of(is.0.facts.status))?;
            Notice {
                session: is.1.id,
                known: news,
                due: None,
                sent: Some(self.now),
            }
        } else {
            let due = waiting.unwrap_or(self.now + PATIENCE);
            Notice {
                session: is.1.id,
                known,
                due: Some(due),
                sent,
            }
        };
        if stored.is_none() && kept.due.is_none() && kept.sent.is_none() {
            return Ok(());
        }
        notices::keep(conn, Kind::Change, &kept)
    }

    /// The change that waits as `notice` is told now, unless it was taken back or the session is over.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn changed(&self, conn: &mut Conn, is: (&Event, &Session), notice: Notice) -> Result<(), StoreError> {
        let news = known(is);
        let tell = news != notice.known && is.1.occurrence.end > self.now;
        if tell {
            self.note(conn, is, Why::of(is.0.facts.status))?;
        }
        let kept = Notice {
            known: news,
            due: None,
            sent: if tell { Some(self.now) } else { notice.sent },
            ..notice
        };
        notices::keep(conn, Kind::Change, &kept)
    }

    /// The session is tomorrow.
    ///
    /// # Errors
    /// Only what the database refuses.
    pub fn remind(&self, conn: &mut Conn, event: &Event, session: &Session) -> Result<(), StoreError> {
        self.note(conn, (event, session), Why::Reminder)?;
        let reminded = Notice {
            session: session.id,
            known: String::new(),
            due: None,
            sent: Some(self.now),
        };
        notices::keep(conn, Kind::Reminder, &reminded)
    }

    /// A Note in reply to the session, with an address of its own.
    fn note(&self, conn: &mut Conn, (event, session): (&Event, &Session), why: Why) -> Result<(), StoreError> {
        let posted = sessions::posted(conn, session.id)?;
        let posting = posting(self.centre, event, session, &posted);
        let urls = &self.federation.urls;
        self.send_as(conn, (READERS, Vec::new()), |id, url, actor, followers| {
            let about = (urls.session(session.id), urls.event_page(session.id.0));
            let about = (about.0.as_str(), about.1.as_str());
            let note = note(&posting, about, why, &urls.note(id), self.now, urls);
            Activity::create(url, actor, note, followers)
        })
    }
}

/// What decides whether to come: day, hours, place, and whether it takes place.
pub(super) fn known((event, session): (&Event, &Session)) -> String {
    let practical = Locale::french().practical(&event.facts, &session.occurrence);
    let status = match event.facts.status {
        // That it is full is no other session.
        Status::Full => Status::Scheduled,
        status => status,
    };
    let parts = [
        status.as_str(),
        &session.occurrence.start.to_rfc3339(),
        &practical.when,
        practical.place.as_deref().unwrap_or_default(),
    ];
    parts.join("\n")
}

/// Whether who planned to come must hear of it at once.
pub(super) fn calls_off(status: Status) -> bool {
    matches!(
        status,
        Status::Cancelled | Status::Postponed | Status::Rescheduled | Status::MovedOnline
    )
}

/// Whether the moment of the reminder has come: from `hour` on, on the day before, by the clock of the place; and people
/// heard of the session a day before that moment or longer ago.
pub fn is_eve(event: &Event, session: &Session, announced: Instant, hour: u32, now: Instant) -> bool {
    let zone = event.facts.schedule.zone;
    let (today, start) = (local_of(now, zone), local_of(session.occurrence.start, zone));
    let Some(moment) = NaiveTime::from_hms_opt(hour, 0, 0) else {
        return false;
    };
    let eve = start.date().checked_sub_days(Days::new(1));
    eve == Some(today.date())
        && today.time() >= moment
        && local_of(announced, zone) + TimeDelta::days(1) <= today.date().and_time(moment)
}
