//! Lists in pages: `?limit=…&cursor=…`, answered by `{"items":[…],"next":CURSOR or null}`.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::domain::invalid::{Invalid, Reason, Refusal};

/// Items of a page when nobody says.
pub const USUAL: usize = 50;
/// Most items of a page.
pub const MOST: usize = 200;

/// How much of a list, and after which item.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked<I> {
    /// Items at most.
    pub limit: usize,
    /// The last item of the page before.
    pub after: Option<I>,
    /// The handle of a centre.
    pub centre: Option<String>,
}

impl<I: FromStr + Display> Asked<I> {
    /// Reads a query string.
    ///
    /// # Errors
    /// A refusal of `limit` or `cursor`.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let mut problems = Vec::new();
        let (mut limit, mut after, mut centre) = (USUAL, None, None);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "limit" => match read_limit(&value) {
                    Ok(asked) => limit = asked,
                    Err(problem) => problems.push(problem),
                },
                "cursor" => match value.parse() {
                    Ok(id) => after = Some(id),
                    Err(_) => problems.push(Invalid::new("cursor", Reason::NotACursor)),
                },
                "centre" => centre = Some(value.into_owned()),
                _ => {}
            }
        }
        if problems.is_empty() {
            Ok(Self { limit, after, centre })
        } else {
            Err(Refusal(problems))
        }
    }

    /// Rows to ask the store for: one more than the page tells whether there is a next one.
    pub fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The page of `rows`, each shown with the id that a cursor names.
    pub fn page<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> I, show: impl Fn(T) -> Value) -> Value {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|last| id(last).to_string());
        json!({ "items": rows.into_iter().map(show).collect::<Vec<_>>(), "next": next })
    }
}

/// A limit from 1 to [`MOST`].
///
/// # Errors
/// A refusal of `limit`.
pub fn read_limit(text: &str) -> Result<usize, Invalid> {
    text.parse()
        .ok()
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or_else(|| Invalid::new("limit", Reason::OutOfRange { min: 1, max: 200 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        let asked: Asked<u32> = Asked::read("limit=2&cursor=7").unwrap();
        assert_eq!((asked.rows(), asked.after), (3, Some(7)));
        let page = asked.page(vec![8, 9, 10], |id| *id, |id| json!(id));
        assert_eq!(page, json!({ "items": [8, 9], "next": "9" }));
        let last = asked.page(vec![8, 9], |id| *id, |id| json!(id));
        assert_eq!(last["next"], Value::Null);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let refusal = Asked::<u32>::read("limit=201&cursor=x").unwrap_err();
        let fields: Vec<_> = refusal.0.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["limit", "cursor"]);
    }
}
