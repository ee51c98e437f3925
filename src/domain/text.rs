//! Words: folding for search, handles of actors, telephone numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without accents, ligatures opened, anything but letters and digits as one space: what search compares.
pub fn fold(text: &str) -> String {
    let mut folded = Vec::with_capacity(text.len() + 8);
    let mut rest = text;
    loop {
        let read = push_ascii(&mut folded, rest.as_bytes());
        let mut letters = rest[read..].chars();
        let Some(letter) = letters.next() else { break };
        match plain(letter) {
            Some(plain) => folded.push(plain),
            None => push_parts(&mut folded, letter),
        }
        rest = letters.as_str();
    }
    folded.truncate(folded.trim_ascii_end().len());
    // Whole letters were put there, so it is one.
    String::from_utf8(folded).unwrap_or_default()
}

/// Folds what `text` begins with until a letter beyond ASCII; how many bytes that were.
fn push_ascii(folded: &mut Vec<u8>, text: &[u8]) -> usize {
    let mut after_blank = ends_blank(folded);
    for (at, byte) in text.iter().enumerate() {
        let Some(plain) = ASCII.get(usize::from(*byte)) else {
            return at;
        };
        let is_blank = *plain == b' ';
        if !(is_blank && after_blank) {
            folded.push(*plain);
        }
        after_blank = is_blank;
    }
    text.len()
}

/// What each letter of ASCII becomes: a letter in lower case, a digit, or a blank.
const ASCII: [u8; 128] = {
    let mut plain = [b' '; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            plain[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    plain
};

/// Where the first byte is that `is_sought` finds, looked for in many at once: the compiler makes vectors of that.
pub fn find_byte(text: &str, is_sought: impl Fn(u8) -> bool) -> Option<usize> {
    const AT_ONCE: usize = 32;
    let mut chunks = text.as_bytes().chunks(AT_ONCE);
    let holds_one = |chunk: &[u8]| chunk.iter().fold(false, |any, byte| any | is_sought(*byte));
    let (number, chunk) = (0..).zip(&mut chunks).find(|(_, chunk)| holds_one(chunk))?;
    let at = chunk.iter().position(|byte| is_sought(*byte))?;
    Some(number * AT_ONCE + at)
}

/// What one letter becomes, for those beyond ASCII that French is written with.
fn plain(letter: char) -> Option<u8> {
    match letter {
        'à' | 'â' => Some(b'a'),
        'ç' => Some(b'c'),
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' => Some(b'e'),
        'î' | 'ï' => Some(b'i'),
        'ô' => Some(b'o'),
        'ù' | 'û' => Some(b'u'),
        _ => None,
    }
}

fn push_space(folded: &mut Vec<u8>) {
    if !ends_blank(folded) {
        folded.push(b' ');
    }
}

fn ends_blank(text: &[u8]) -> bool {
    matches!(text.last(), None | Some(b' '))
}

/// Letter by letter: the order of marks, for which the whole text would count, is that of what is left out.
fn push_parts(folded: &mut Vec<u8>, letter: char) {
    let parts = std::iter::once(letter).nfkd();
    for part in parts
        .filter(|part| !is_combining_mark(*part))
        .flat_map(char::to_lowercase)
    {
        match part {
            'œ' => folded.extend(b"oe"),
            'æ' => folded.extend(b"ae"),
            'ß' => folded.extend(b"ss"),
            part if part.is_alphanumeric() => folded.extend(part.encode_utf8(&mut [0; 4]).bytes()),
            _ => push_space(folded),
        }
    }
}

/// The first `count` characters of `text`, with `…` where something was left out.
pub fn shorten(text: &str, count: usize) -> String {
    // A character is a byte at least.
    if text.len() <= count {
        return text.to_owned();
    }
    let last = text.char_indices().nth(count.saturating_sub(1)).map(|(at, _)| at);
    match last.map(|at| text.split_at(at)) {
        Some((kept, left)) if left.chars().nth(1).is_some() => format!("{}…", kept.trim_end()),
        _ => text.to_owned(),
    }
}

/// The name of an actor before the `@`: `[a-z0-9_]`, 1 to 64 characters, which every peer accepts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

impl Handle {
    /// The handle as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no [`Handle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a handle is 1 to 64 of the characters a-z, 0-9 and _")]
pub struct NotAHandle;

impl FromStr for Handle {
    type Err = NotAHandle;
    fn from_str(text: &str) -> Result<Self, NotAHandle> {
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAHandle)
        }
    }
}

impl TryFrom<String> for Handle {
    type Error = NotAHandle;
    fn try_from(text: String) -> Result<Self, NotAHandle> {
        text.parse()
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

/// A telephone number in E.164 (`+33353010101`), or the bare digits of a short number (`3949`).
/// French numbers may be written `03 53 01 01 01`, with dots or hyphens.
pub fn telephone(text: &str) -> Option<String> {
    if !text
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+.-()\u{a0}\u{202f}".contains(c))
    {
        return None;
    }
    let plus = text.trim_start().starts_with('+');
    let digits: String = text.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    match (plus, digits.len()) {
        (true, 8..=15) => Some(format!("+{digits}")),
        (false, 10) if digits.starts_with('0') => Some(format!("+33{}", &digits[1..])),
        (false, 12..=15) if digits.starts_with("00") => Some(format!("+{}", &digits[2..])),
        (false, 2..=6) if !digits.starts_with('0') => Some(digits),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_byte_is_found_where_it_is_first(text in "a{0,70}[a-c]{0,40}") {
            let expected = text.bytes().position(|byte| byte == b'c');
            proptest::prop_assert_eq!(find_byte(&text, |byte| byte == b'c'), expected);
        }

        #[test]
        fn folded_letter_by_letter_a_text_is_the_same(
            text in proptest::collection::vec(
                proptest::sample::select(&["a", "bcd", " ", "  ", "9", "É", "'", "œ", "«\u{a0}", "\u{2009}", "日", "\n"][..]),
                0..12,
            )
        ) {
            let text = text.concat();
            let expected = in_parts(&text);
            proptest::prop_assert_eq!(fold(&text), expected.trim_end());
        }
    }

    #[test]
    fn folding_makes_ecole_findable() {
        assert_eq!(fold("  L’École, Œuvre & Cœur !"), "l ecole oeuvre coeur");
        assert_eq!(fold("ATELIER n°3"), "atelier n 3");
    }

    /// Every letter by its parts, those of ASCII too.
    fn in_parts(text: &str) -> String {
        let mut folded = Vec::new();
        text.chars().for_each(|letter| push_parts(&mut folded, letter));
        String::from_utf8(folded).unwrap()
    }

    #[test]
    fn common_letters_are_folded_as_their_parts_are() {
        let is_common = |letter: &char| letter.is_ascii() || plain(*letter).is_some();
        let common: Vec<char> = ('\0'..='\u{17f}').filter(is_common).collect();
        for letter in &common {
            let letter = letter.to_string();
            assert_eq!(fold(&letter), in_parts(&letter).trim_end(), "{letter:?}");
        }
        assert_eq!(common.len(), 128 + 14);
    }

    #[test]
    fn numbers_become_e164() {
        assert_eq!(telephone("03 53 01 01 01").as_deref(), Some("+33353010101"));
        assert_eq!(telephone("+33 (0)3.53.01.01.01").as_deref(), Some("+33353010101"));
        assert_eq!(telephone("3949").as_deref(), Some("3949"));
        assert_eq!(telephone("03 53 01"), None);
        assert_eq!(telephone("appelez-nous"), None);
        assert_eq!(telephone("12345678901234567"), None);
    }

    #[test]
    fn handles_are_narrow() {
        assert!("escale_canal2".parse::<Handle>().is_ok());
        for wrong in ["", "Escale", "é", "a b", "a-b", &"a".repeat(65)] {
            assert!(wrong.parse::<Handle>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shortening_keeps_whole_characters() {
        assert_eq!(shorten("été", 3), "été");
        assert_eq!(shorten("été indien", 5), "été…");
    }
}
