//! Who publishes a session, who else publishes the same workshop and why they are shown as one, who relays it.

use super::freshness::{self, Fresh};
use super::page::Link;
use super::parts::{host_link, safe_link};
use crate::domain::calendar::{Entry, Source, Twin};
use crate::domain::event::Status;
use crate::domain::time::Instant;
use crate::locale::Locale;

/// Where an event page says its announcement comes from.
pub struct Credits {
    /// Who publishes it.
    pub publisher: Link,
    /// The announcement at its origin, or the other sessions of a centre of ours.
    pub origin: Option<Link>,
    /// When it last changed.
    pub updated: String,
    /// Since when it is known to hold, or its publisher silent.
    pub fresh: Option<Fresh>,
    /// The same workshop as others publish it.
    pub twins: Vec<TwinLine>,
    /// Where staff say that they are two workshops.
    pub tell_apart: Option<String>,
    /// Who relays it.
    pub relays: Vec<Link>,
}

/// The same workshop as another publishes it.
pub struct TwinLine {
    /// Who publishes it.
    pub publisher: Link,
    /// « même lieu, même heure, même titre ».
    pub why: String,
    /// What that publisher says otherwise: « annoncé annulé ».
    pub otherwise: Option<String>,
    /// Its page on this node.
    pub here: String,
    /// The announcement at its origin.
    pub origin: Option<Link>,
}

impl Credits {
    /// The credits of `entry` as seen at `now`.
    pub fn new(t: Locale, entry: &Entry, now: Instant) -> Self {
        let zone = entry.event.facts.schedule.zone;
        let freshness = entry.publisher.freshness(now);
        Self {
            publisher: who(t, &entry.publisher),
            origin: origin(t, entry),
            updated: updated(t, entry),
            fresh: freshness.map(|freshness| Fresh::new(t, freshness, zone)),
            twins: entry.twins.iter().map(|twin| line(t, entry, twin)).collect(),
            tell_apart: (!entry.twins.is_empty()).then(|| format!("/desk/merges?of={}", entry.session.id)),
            relays: entry.relayed_by.iter().map(|relay| who(t, relay)).collect(),
        }
    }
}

fn who(t: Locale, source: &Source) -> Link {
    let handle = source.account.split('@').next().unwrap_or_default();
    let href = if source.local {
        format!("/centres/{handle}")
    } else {
        safe_link(&source.url).unwrap_or_else(|| source.uri.clone())
    };
    Link {
        href,
        words: if source.read_only {
            t.text_with("taken-from", &[("name", source.name.as_str().into())])
        } else {
            source.name.clone()
        },
    }
}

fn line(t: Locale, entry: &Entry, twin: &Twin) -> TwinLine {
    let off = |status| matches!(status, Status::Cancelled | Status::Postponed);
    let otherwise = match (off(entry.event.facts.status), off(twin.status)) {
        (false, true) => Some(t.text("twin-off")),
        (true, false) => Some(t.text("twin-on")),
        _ => None,
    };
    TwinLine {
        publisher: who(t, &twin.publisher),
        why: t.text(if twin.named { "twin-why-named" } else { "twin-why" }),
        otherwise,
        here: format!("/events/{}", twin.session),
        origin: Some(&twin.url)
            .filter(|_| !twin.publisher.local)
            .and_then(|url| host_link(t, "event-origin", url)),
    }
}

/// What a reader must know when a partner calls off what this publisher does not: whom to believe is to be asked.
pub fn called_off(t: Locale, entry: &Entry) -> Option<String> {
    let names: Vec<String> = entry
        .called_off_by()
        .iter()
        .map(|twin| twin.publisher.name.clone())
        .collect();
    (!names.is_empty()).then(|| t.text_with("called-off-by", &[("names", t.list(names).into())]))
}

/// What a reader must know when its publisher has not been heard from for days.
pub fn aged(t: Locale, entry: &Entry, now: Instant) -> Option<String> {
    let publisher = &entry.publisher;
    let zone = entry.event.facts.schedule.zone;
    freshness::aged(t, &publisher.name, publisher.freshness(now), zone)
}

fn origin(t: Locale, entry: &Entry) -> Option<Link> {
    if entry.publisher.local {
        let handle = entry.publisher.account.split('@').next().unwrap_or_default();
        return Some(Link {
            href: format!("/centres/{handle}"),
            words: t.text("network-sessions"),
        });
    }
    host_link(t, "event-origin", &entry.url)
}

fn updated(t: Locale, entry: &Entry) -> String {
    let day = entry
        .event
        .updated
        .with_timezone(&entry.event.facts.schedule.zone)
        .date_naive();
    t.text_with("event-updated", &[("day", t.date(day).into())])
}
