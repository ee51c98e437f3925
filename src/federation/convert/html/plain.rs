//! The HTML that most events have: paragraphs and line breaks without attributes. What a sanitiser that reads it as a tree gives
//! for it is known beforehand, so that it is done without one.

use crate::domain::text::find_byte;

/// `html` as the sanitiser gives it; nothing when it holds anything but texts, `<p>…</p>` and `<br>`.
///
/// `html` has no control characters.
pub(super) fn clean(html: &str) -> Option<String> {
    let mut out = String::with_capacity(html.len() + 16);
    let (mut rest, mut within) = (html, false);
    while let Some(at) = next_special(rest) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut letters = rest.chars();
        if let Some(letter) = letters.next().filter(|letter| !letter.is_ascii()) {
            if letter == NO_BREAK {
                out.push_str("&nbsp;");
            } else {
                out.push(letter);
            }
            rest = letters.as_str();
            continue;
        }
        let (tag, after) = TAGS.iter().find_map(|tag| Some((*tag, rest.strip_prefix(tag)?)))?;
        match tag {
            "<p>" if within => return None,
            "<p>" => within = true,
            "</p>" if !within => return None,
            "</p>" => within = false,
            _ => {}
        }
        out.push_str(if tag.starts_with("<br") { "<br>" } else { tag });
        rest = after;
    }
    out.push_str(rest);
    // A paragraph that is left open would be closed.
    (!within).then_some(out)
}

/// Where the next character is that does not stay as it is, or may be one: a space that does not break and « begin with the
/// same byte.
fn next_special(text: &str) -> Option<usize> {
    find_byte(text, |byte| matches!(byte, b'<' | b'>' | b'&' | b'\r' | 0xc2))
}

const NO_BREAK: char = '\u{a0}';
const TAGS: [&str; 5] = ["<p>", "</p>", "<br>", "<br/>", "<br />"];
