//! Between text and HTML: characters that mean something there, and paragraphs.

use std::borrow::Cow;

use crate::domain::text::find_byte;

/// `text` as HTML.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
    html
}

/// Plain text with paragraphs by blank lines, as HTML; letters are written as the sanitiser writes them.
pub fn paragraphs(text: &str) -> String {
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let mut html = String::with_capacity(text.len() + 16);
    let mut push = |paragraph: &str| {
        let paragraph = paragraph.trim();
        if !paragraph.is_empty() {
            html.push_str("<p>");
            push_lines(&mut html, paragraph);
            html.push_str("</p>");
        }
    };
    // A search for two bytes costs more to prepare than most texts, which are one paragraph, to look through.
    match text.contains('\n') {
        true => text.split("\n\n").for_each(push),
        false => push(&text),
    }
    html
}

fn push_lines(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = find_byte(rest, |byte| matches!(byte, b'&' | b'<' | b'>' | b'\n' | 0xc2)) {
        html.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut letters = rest.chars();
        match letters.next() {
            Some('&') => html.push_str("&amp;"),
            Some('<') => html.push_str("&lt;"),
            Some('>') => html.push_str("&gt;"),
            Some('\n') => html.push_str("<br>"),
            Some('\u{a0}') => html.push_str("&nbsp;"),
            letter => html.extend(letter),
        }
        rest = letters.as_str();
    }
    html.push_str(rest);
}

/// What `Builder::clean` escapes, and nothing more.
const ESCAPED: [(&str, &str); 5] = [
    ("&amp;", "&"),
    ("&nbsp;", "\u{a0}"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
];

/// `text` without [`ESCAPED`].
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..first]);
    let mut rest = &text[first..];
    // Each part begins with an `&`.
    while !rest.is_empty() {
        let (from, to) = ESCAPED
            .iter()
            .find(|(from, _)| rest.starts_with(from))
            .unwrap_or(&("&", "&"));
        rest = &rest[from.len()..];
        let end = rest.find('&').unwrap_or(rest.len());
        plain.push_str(to);
        plain.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    Cow::Owned(plain)
}
