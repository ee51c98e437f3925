//! JSON without the members that say nothing: they are a quarter of the facts of most events, and two rows where there was one
//! fit in a page of the database.

use std::cell::RefCell;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// `value` as `serde_json` writes it, without members that are `null` or `[]`. Whoever reads it takes what is missing for these.
///
/// # Errors
/// As `serde_json::to_string`.
pub(super) fn to_string(value: &impl Serialize) -> serde_json::Result<String> {
    let text = RefCell::new(Vec::with_capacity(1024));
    let formatter = WithoutEmpty {
        text: &text,
        member: 0,
        value: NOT_AT_A_VALUE,
    };
    value.serialize(&mut Serializer::with_formatter(Shared(&text), formatter))?;
    String::from_utf8(text.into_inner()).map_err(serde::ser::Error::custom)
}

/// No text is as long.
const NOT_AT_A_VALUE: usize = usize::MAX - 1;

/// Where the text goes.
struct Shared<'a>(&'a RefCell<Vec<u8>>);

impl Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes a member back when its value turns out to say nothing.
struct WithoutEmpty<'a> {
    text: &'a RefCell<Vec<u8>>,
    /// Where the last member begins, with the comma before it.
    member: usize,
    /// Where its value begins.
    value: usize,
}

impl WithoutEmpty<'_> {
    /// Takes the last member back if nothing but `length` bytes of its value are written.
    fn take_back(&mut self, length: usize) -> bool {
        let mut text = self.text.borrow_mut();
        let empty = text.len() == self.value + length;
        if empty {
            text.truncate(self.member);
            self.value = NOT_AT_A_VALUE;
        }
        empty
    }
}

impl Formatter for WithoutEmpty<'_> {
    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, _: bool) -> io::Result<()> {
        self.member = self.text.borrow().len();
        // The first one may have been taken back.
        let first = self.text.borrow().last() == Some(&b'{');
        if first { Ok(()) } else { writer.write_all(b",") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b":")?;
        self.value = self.text.borrow().len();
        Ok(())
    }

    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.take_back(0) {
            Ok(())
        } else {
            writer.write_all(b"null")
        }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.take_back(1) {
            Ok(())
        } else {
            writer.write_all(b"]")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{EventFacts, Schedule};
    use crate::domain::time::DEFAULT_ZONE;

    #[test]
    fn only_members_that_say_nothing_go() {
        for (json, compact) in [
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":null,"b":[],"c":1}"#, r#"{"c":1}"#),
            (r#"{"a":"","b":null,"c":[]}"#, r#"{"a":""}"#),
            (
                r#"{"a":{"b":[]},"c":[null,[],{"d":null}]}"#,
                r#"{"a":{},"c":[null,[],{}]}"#,
            ),
            (r#"{"a":[1],"b":"null","c":0}"#, r#"{"a":[1],"b":"null","c":0}"#),
            (r#"{"a":null,"b":null}"#, "{}"),
            (r#"{"a":{"b":1,"c":null}}"#, r#"{"a":{"b":1}}"#),
            (r#"{"a":[{"b":[]}],"c":2}"#, r#"{"a":[{}],"c":2}"#),
            (r#"{"a":[[],[1]]}"#, r#"{"a":[[],[1]]}"#),
            ("[]", "[]"),
            ("null", "null"),
        ] {
            let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
            assert_eq!(to_string(&value).expect("a text"), compact, "{json}");
        }
    }

    #[test]
    fn facts_come_back_from_less_than_three_quarters() {
        let start = "2026-12-03T13:00:00Z".parse().expect("an instant");
        let schedule = Schedule::once(DEFAULT_ZONE, start, start);
        let facts = EventFacts::new("Café numérique", schedule);
        let json = serde_json::to_string(&facts).expect("JSON");
        let compact = to_string(&facts).expect("a text");
        assert!(compact.len() * 4 < json.len() * 3, "{compact}");
        assert_eq!(serde_json::from_str::<EventFacts>(&compact).expect("facts"), facts);
    }

    #[test]
    fn texts_that_look_like_members_stay() {
        for text in [
            r#"","b":null,"c":"#,
            r"fin \",
            r#"\":null,"#,
            "é \u{1F389} \u{7}\n",
            ",",
            r#"{"a":[]}"#,
        ] {
            let value = serde_json::json!({ "first": text, "gone": null, text: text, "last": [text], "end": [] });
            let mut expected = value.clone();
            for gone in ["gone", "end"] {
                expected.as_object_mut().expect("an object").remove(gone);
            }
            let compact = to_string(&value).expect("a text");
            let read: serde_json::Value = serde_json::from_str(&compact).expect("JSON");
            assert_eq!(read, expected);
        }
    }
}
