//! White space of texts that peers sent: one blank between words, a line where there is something on it, no more than asked for.

use crate::domain::text::find_byte;

/// The lines that hold something, one blank between words.
pub(super) fn lines(text: &str, max: usize) -> String {
    let mut joined = String::with_capacity(text.len());
    push_lines(&mut joined, "", text);
    cut(joined, max)
}

/// Stands between paragraphs: U+2029.
pub(super) const PARAGRAPH: char = '\u{2029}';

/// The same, with a blank line between paragraphs.
pub(super) fn paragraphs(text: &str, max: usize) -> String {
    let mut joined = String::with_capacity(text.len());
    for paragraph in text.split(PARAGRAPH) {
        let before = if joined.is_empty() { "" } else { "\n\n" };
        push_lines(&mut joined, before, paragraph);
    }
    cut(joined, max)
}

/// The lines of `text` that hold something; `before` the first.
fn push_lines(joined: &mut String, mut before: &'static str, text: &str) {
    for line in text.lines() {
        if push_words(joined, before, line) {
            before = "\n";
        }
    }
}

/// All of `text` as one such line.
pub(super) fn line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len());
    push_words(&mut line, "", text);
    cut(line, max)
}

/// The words of `text` with a blank between them; `before` the first. Whether there was one.
fn push_words(joined: &mut String, mut before: &'static str, text: &str) -> bool {
    // As far as bytes show: those with which other white space begins in UTF-8 begin other letters too.
    let is_white = |byte| matches!(byte, b'\t'..=b'\r' | 0xc2 | 0xe1..=0xe3);
    if are_spaced(text) && find_byte(text, is_white).is_none() {
        joined.push_str(before);
        joined.push_str(text);
        return true;
    }
    let length = joined.len();
    for word in text.split_whitespace() {
        joined.push_str(before);
        joined.push_str(word);
        before = " ";
    }
    joined.len() > length
}

/// Whether `text` is words with one blank between them, if it has no other white space.
pub(super) fn are_spaced(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, rest @ ..] = bytes else { return false };
    let blank = |byte: &u8| *byte == b' ';
    let two = |any, (one, next): (&u8, &u8)| any | (blank(one) & blank(next));
    !blank(first) && !rest.last().is_some_and(blank) && !bytes.iter().zip(rest).fold(false, two)
}

/// The first `max` characters of what neither begins nor ends with a blank.
fn cut(mut text: String, max: usize) -> String {
    // A character is a byte at least.
    if text.len() > max
        && let Some((end, _)) = text.char_indices().nth(max)
    {
        text.truncate(text[..end].trim_end().len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_words_is_one_blank_whatever_was_there() {
        for letter in (0..0x3100).filter_map(char::from_u32) {
            for text in [
                format!("un{letter}deux"),
                format!("un {letter}deux"),
                format!("{letter}un"),
                format!("un{letter}"),
            ] {
                assert_eq!(
                    line(&text, 99),
                    text.split_whitespace().collect::<Vec<_>>().join(" "),
                    "{text:?}"
                );
            }
        }
    }
}
