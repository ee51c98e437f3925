//! Bytes to JSON within limits: no deep nesting, no key twice (two readers could each believe another one), and no more values
//! than memory can be spared for: an empty object is two bytes on the line, and many times that here.

mod value;

use std::cell::Cell;
use std::fmt;

use bytestring::ByteString;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

pub use value::{Object, Value};

/// How deep objects and lists may stand in one another. Real activities need six.
pub const MAX_DEPTH: usize = 64;
/// How many values a document may have, keys not counted. An event has a hundred, a long page of a collection some thousands.
pub const MAX_VALUES: usize = 50_000;
/// Room that is made for the members of an object, by its depth: of an activity, of its event, of what that holds.
const MEMBERS: [usize; 3] = [8, 20, 6];
/// Members that are compared one by one to find the same name twice.
const FEW: usize = 32;

/// Why bytes are no JSON that is read here.
#[derive(Debug, thiserror::Error)]
#[error("the JSON cannot be read: {0}")]
pub struct JsonRefusal(#[from] serde_json::Error);

/// Reads one JSON value.
///
/// # Errors
/// Not JSON, not UTF-8, nested deeper than [`MAX_DEPTH`], more than [`MAX_VALUES`], or an object with the same key twice.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonRefusal> {
    // Looked at once, and not text by text.
    let text = std::str::from_utf8(bytes).map_err(<serde_json::Error as de::Error>::custom)?;
    let text = ByteString::from(text);
    let mut reader = serde_json::Deserializer::from_str(&text);
    let left = Cell::new(MAX_VALUES);
    let strict = Strict {
        text: &text,
        depth: 0,
        left: &left,
    };
    let value = strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    /// The document.
    text: &'a ByteString,
    depth: usize,
    /// How many more values there may be.
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'de> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| de::Error::custom("too many values"))?);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'de> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<Value, E> {
        Text(self.text).visit_borrowed_str(value).map(Value::String)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Text(self.text).visit_str(value).map(Value::String)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Vec::new();
        while let Some(name) = members.next_key_seed(Text(self.text))? {
            if object.is_empty() {
                // Room for all at once, instead of twice as much again and again.
                object.reserve(MEMBERS[self.depth.min(2)]);
            }
            object.push((name, members.next_value_seed(inner)?));
        }
        let object = Object(object);
        if names_twice(&object) {
            return Err(de::Error::custom("the same key twice in one object"));
        }
        Ok(Value::Object(object))
    }
}

fn names_twice(object: &Object) -> bool {
    let names = object.iter().map(|(name, _)| name);
    if object.len() > FEW {
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        return names.windows(2).any(|pair| pair[0] == pair[1]);
    }
    let is_before = |at, name| object.iter().take(at).any(|(other, _)| other == name);
    names.enumerate().any(|(at, name)| is_before(at, name))
}

/// A text of the document: a part of it, unless it is spelt with escapes.
struct Text<'a>(&'a ByteString);

impl<'de> DeserializeSeed<'de> for Text<'de> {
    type Value = ByteString;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<ByteString, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text<'de> {
    type Value = ByteString;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<ByteString, E> {
        Ok(self.0.slice_ref(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<ByteString, E> {
        Ok(value.into())
    }
}

/// A document as `serde_json::json!` spells it.
#[cfg(test)]
macro_rules! document {
    ($($json:tt)+) => {
        $crate::federation::convert::json::Value::from(serde_json::json!($($json)+))
    };
}
#[cfg(test)]
pub(crate) use document;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_json_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,3.5,true,null,"é\u00e9"],"b":{"c":{}}}"#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::Value::from(&parse(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn depth_is_counted() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        for depth in [MAX_DEPTH + 1, 10_000] {
            assert!(parse(nested(depth).as_bytes()).is_err(), "{depth}");
        }
    }

    #[test]
    fn values_are_counted() {
        let list = |item: &str, count: usize| format!("[{}{item}]", format!("{item},").repeat(count - 1));
        assert!(parse(list("0", MAX_VALUES - 1).as_bytes()).is_ok());
        for (item, count) in [
            ("0", MAX_VALUES),
            ("{}", 300_000),
            (r#"{"":[]}"#, MAX_VALUES / 2),
            ("[[]]", MAX_VALUES / 2),
        ] {
            let refused = parse(list(item, count).as_bytes()).expect_err(item);
            assert!(refused.to_string().contains("too many values"), "{refused}");
        }
    }

    /// Of few and of many members, wherever the two stand.
    #[test]
    fn no_name_is_there_twice() {
        let object = |names: &[String]| {
            let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":0")).collect();
            parse(format!("{{{}}}", members.join(",")).as_bytes())
        };
        for count in [2, FEW, FEW + 1, 300] {
            let mut names: Vec<String> = (0..count).map(|number| format!("m{number}")).collect();
            assert_eq!(object(&names).unwrap().as_object().unwrap().len(), count);
            names[count - 1] = "m0".to_owned();
            assert!(object(&names).is_err(), "{count}");
        }
    }

    #[test]
    fn traps_are_refused() {
        for bytes in [
            &br#"{"actor":"https://a.example/1","actor":"https://b.example/1"}"#[..],
            br#"{"a":{"id":1,"i\u0064":2}}"#,
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":NaN}"#,
            br#"{"a":1e999}"#,
            b"{} {}",
            b"",
        ] {
            assert!(parse(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
