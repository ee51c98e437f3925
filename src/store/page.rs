//! Keyset pages: a cursor names the last row seen, so that a page costs the same wherever it stands and nothing is
//! skipped or shown twice when rows come and go.

use std::fmt;
use std::str::FromStr;

use super::column::ms;
use crate::domain::event::Session;

/// The last row of a page in a list ordered by time, then id. As text it is `<milliseconds>~<id>`, safe in a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(super) at: i64,
    pub(super) id: String,
}

impl Cursor {
    /// The place of a session in a list ordered by start.
    #[must_use]
    pub fn after(session: &Session) -> Self {
        Self {
            at: ms(session.occurrence.start),
            id: session.id.to_string(),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.at, self.id)
    }
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this node")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (at, id) = text.split_once('~').ok_or(NotACursor)?;
        let plain =
            !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !plain {
            return Err(NotACursor);
        }
        Ok(Self {
            at: at.parse().map_err(|_| NotACursor)?,
            id: id.to_owned(),
        })
    }
}

/// Some rows, and where to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Absent on the last page.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor {
            at: -5,
            id: "0190-ab".to_owned(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn foreign_cursors_are_refused() {
        for text in ["", "~", "12", "12~", "x~a", "12~a'b", "12~%"] {
            assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
        }
    }
}
