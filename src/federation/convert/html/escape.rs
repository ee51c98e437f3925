//! Between text and HTML: characters that mean something there, and paragraphs.

use std::borrow::Cow;

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

/// Plain text with paragraphs by blank lines, as HTML.
pub fn paragraphs(text: &str) -> String {
    text.replace("\r\n", "\n")
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| format!("<p>{}</p>", escape(paragraph).replace('\n', "<br>")))
        .collect()
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
