//! JSON in its one canonical form (JCS, RFC 8785): what is hashed is the same text whoever wrote the document.
//!
//! Members in the order of their UTF-16 code units, texts with the fewest escapes, numbers as ECMAScript writes them
//! (each is an IEEE 754 double), no blank anywhere. Exact only where numbers were read exactly: `serde_json` is compiled
//! with `float_roundtrip`.

use serde_json::Number;

use crate::federation::convert::json;

/// A value as it is written, whether this node made it or read it.
pub trait Canonical: Sized {
    /// What it is.
    fn look(&self) -> Look<'_, Self>;
}

/// What a value is.
#[derive(Debug)]
pub enum Look<'a, V> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(&'a Number),
    /// A text.
    Text(&'a str),
    /// The items of a list.
    Items(&'a [V]),
    /// The members of an object.
    Members(Vec<(&'a str, &'a V)>),
}

macro_rules! canonical {
    ($($value:ty),+) => {$(
        impl Canonical for $value {
            fn look(&self) -> Look<'_, Self> {
                match self {
                    Self::Null => Look::Null,
                    Self::Bool(value) => Look::Bool(*value),
                    Self::Number(number) => Look::Number(number),
                    Self::String(text) => Look::Text(text),
                    Self::Array(items) => Look::Items(items),
                    Self::Object(object) => Look::Members(object.iter().map(|(key, value)| (key.as_ref(), value)).collect()),
                }
            }
        }
    )+};
}

canonical!(serde_json::Value, json::Value);

/// The canonical text of `value` as UTF-8. The nesting of `value` bounds the recursion: what reads JSON here bounds it.
pub fn canonical(value: &impl Canonical) -> Vec<u8> {
    let mut text = Vec::with_capacity(4096);
    write(value, &mut text);
    text
}

/// The canonical text of the object of these members.
pub(super) fn members<'a, V: Canonical + 'a>(members: impl Iterator<Item = (&'a str, &'a V)>) -> Vec<u8> {
    let mut text = Vec::with_capacity(4096);
    write_members(members.collect(), &mut text);
    text
}

fn write<V: Canonical>(value: &V, text: &mut Vec<u8>) {
    match value.look() {
        Look::Null => text.extend_from_slice(b"null"),
        Look::Bool(true) => text.extend_from_slice(b"true"),
        Look::Bool(false) => text.extend_from_slice(b"false"),
        Look::Number(number) => write_number(number, text),
        Look::Text(string) => write_string(string, text),
        Look::Items(items) => {
            text.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(b',');
                }
                write(item, text);
            }
            text.push(b']');
        }
        Look::Members(members) => write_members(members, text),
    }
}

fn write_members<V: Canonical>(mut members: Vec<(&str, &V)>, text: &mut Vec<u8>) {
    // The order of UTF-16 (RFC 8785 §3.2.3) is that of UTF-8, in which they mostly come, up to U+FFFF.
    let beyond = |key: &str| key.bytes().any(|byte| byte >= 0xf0);
    if members.iter().any(|(key, _)| beyond(key)) {
        members.sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    } else {
        members.sort_unstable_by_key(|(key, _)| *key);
    }
    text.push(b'{');
    for (at, (key, value)) in members.into_iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        write_string(key, text);
        text.push(b':');
        write(value, text);
    }
    text.push(b'}');
}

fn write_string(string: &str, text: &mut Vec<u8>) {
    text.push(b'"');
    let bytes = string.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            _ => b'u',
        };
        text.extend_from_slice(&bytes[written..at]);
        text.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            text.extend_from_slice(format!("{byte:04x}").as_bytes());
        }
        written = at + 1;
    }
    text.extend_from_slice(&bytes[written..]);
    text.push(b'"');
}

/// `Number::prototype.toString` of ECMAScript (RFC 8785 §3.2.2.3).
fn write_number(number: &Number, text: &mut Vec<u8>) {
    let Some(double) = number.as_f64() else { return };
    if double == 0.0 {
        // Minus zero too.
        text.push(b'0');
        return;
    }
    if double < 0.0 {
        text.push(b'-');
    }
    // The shortest digits that read back as the same double, as `d.ddde±x`.
    let shortest = format!("{:e}", double.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    if is_tie_rounded_up(&digits, double.abs())
        && let Some(last) = digits.last_mut()
    {
        *last -= 1;
    }
    // The value is 0.DIGITS × 10^point.
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    place_point(&digits, point, text);
}

/// Whether the double lies in the very middle between these digits and the next lower ones, which end evenly: of two
/// texts that are as short and as near, Rust writes the higher, ECMAScript the even one. Fifteen digits tell any two
/// doubles apart, so that there is no choice before.
fn is_tie_rounded_up(digits: &[u8], double: f64) -> bool {
    let Some((last, others)) = digits.split_last() else {
        return false;
    };
    if digits.len() < 15 || last % 2 == 0 {
        return false;
    }
    // Far more digits than such a double has.
    let exact = format!("{double:.60e}");
    let mut exact = exact
        .bytes()
        .take_while(|byte| *byte != b'e')
        .filter(u8::is_ascii_digit);
    let middle = others.iter().copied().chain([last - 1, b'5']);
    middle.into_iter().all(|digit| exact.next() == Some(digit)) && exact.all(|digit| digit == b'0')
}

fn place_point(digits: &[u8], point: i32, text: &mut Vec<u8>) {
    let before = usize::try_from(point).unwrap_or_default();
    match point {
        1..=21 if before >= digits.len() => {
            text.extend_from_slice(digits);
            text.resize(text.len() + before - digits.len(), b'0');
        }
        1..=21 => {
            text.extend_from_slice(&digits[..before]);
            text.push(b'.');
            text.extend_from_slice(&digits[before..]);
        }
        -5..=0 => {
            text.extend_from_slice(b"0.");
            text.resize(text.len() + usize::try_from(-point).unwrap_or_default(), b'0');
            text.extend_from_slice(digits);
        }
        _ => {
            let (first, rest) = digits.split_at(digits.len().min(1));
            text.extend_from_slice(first);
            if !rest.is_empty() {
                text.push(b'.');
                text.extend_from_slice(rest);
            }
            text.extend_from_slice(format!("e{:+}", point - 1).as_bytes());
        }
    }
}
