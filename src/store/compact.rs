//! JSON without the members that say nothing: they are a quarter of the facts of most events, and two rows where there was one
//! fit in a page of the database.

/// `json`, as `serde_json` writes it, without members that are `null` or `[]`. Whoever reads it takes what is missing for these.
pub(super) fn without_empty(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('"') {
        out.push_str(&rest[..at]);
        let (text, after) = rest[at..].split_at(length_of_text(&rest[at..]));
        rest = match after.strip_prefix(':').and_then(after_nothing) {
            Some(after) => after.strip_prefix(',').unwrap_or_else(|| {
                // It was the last one of its object.
                out.truncate(out.trim_end_matches(',').len());
                after
            }),
            None => {
                out.push_str(text);
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// Bytes from the first quote to the one that ends the text, both included.
fn length_of_text(json: &str) -> usize {
    let mut escaped = true;
    let end = json.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 1)
}

/// What comes after a value that says nothing.
fn after_nothing(value: &str) -> Option<&str> {
    value.strip_prefix("null").or_else(|| value.strip_prefix("[]"))
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
        ] {
            assert_eq!(without_empty(json), compact, "{json}");
        }
    }

    #[test]
    fn facts_come_back_from_less_than_three_quarters() {
        let start = "2026-12-03T13:00:00Z".parse().expect("an instant");
        let schedule = Schedule::once(DEFAULT_ZONE, start, start);
        let facts = EventFacts::new("Café numérique", schedule);
        let json = serde_json::to_string(&facts).expect("JSON");
        let compact = without_empty(&json);
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
            let compact = without_empty(&value.to_string());
            let read: serde_json::Value = serde_json::from_str(&compact).expect("JSON");
            assert_eq!(read, expected);
        }
    }
}
