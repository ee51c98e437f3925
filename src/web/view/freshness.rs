//! « À jour le … », « Sans nouvelles depuis le … »: how far what is shown of a peer can be relied upon, in calm words.

use chrono_tz::Tz;

use crate::domain::peer::Freshness;
use crate::domain::time::Instant;
use crate::locale::Locale;

/// How fresh something is, said in words; a mark for the eye goes with the words when it is old.
pub struct Fresh {
    /// The sentence.
    pub words: String,
    /// Whether nobody was heard from lately.
    pub silent: bool,
}

impl Fresh {
    /// In `zone`'s days.
    pub fn new(t: Locale, freshness: Freshness, zone: Tz) -> Self {
        let (key, since, silent) = match freshness {
            Freshness::UpToDate(heard) => ("fresh-up-to-date", heard, false),
            Freshness::Silent(heard) => ("fresh-silent", heard, true),
        };
        Self {
            words: t.text_with(key, &[("day", day(t, since, zone).into())]),
            silent,
        }
    }

    /// Of a peer that is followed and that was never heard from.
    pub fn unread(t: Locale) -> Self {
        Self {
            words: t.text("fresh-unread"),
            silent: false,
        }
    }
}

fn day(t: Locale, instant: Instant, zone: Tz) -> String {
    t.date(instant.with_timezone(&zone).date_naive())
}

/// What a session of a silent publisher says beside it: who is silent since when, and to call first.
pub fn aged(t: Locale, name: &str, freshness: Option<Freshness>, zone: Tz) -> Option<String> {
    let Some(Freshness::Silent(heard)) = freshness else {
        return None;
    };
    let words = [("name", name.into()), ("day", day(t, heard, zone).into())];
    Some(t.text_with("fresh-aged", &words))
}
