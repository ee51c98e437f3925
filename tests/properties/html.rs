//! HTML of peers: what is kept is a short list of elements, and cleaning it again changes nothing.

use maillage::federation::convert::html::{clean_text, description, escape, paragraphs, sanitise, to_text};

/// The elements that are kept.
const KEPT: [&str; 9] = ["p", "br", "a", "strong", "em", "ul", "ol", "li", "blockquote"];

/// Bytes of a text that is cleaned twice.
const SMALL: usize = 4000;

/// Cleans a text in every way.
pub fn holds(input: &[u8]) {
    let html = String::from_utf8_lossy(input);
    let clean = sanitise(&html);
    is_harmless(&clean);
    assert!(
        !clean.contains(['\u{202e}', '\u{2066}', '\u{feff}', '\u{2}']),
        "something hides in {clean:?}"
    );
    // What is longer than what is read of it would be cut again.
    if clean.len() <= SMALL && clean.matches('<').count() <= 500 {
        let again = sanitise(&clean);
        assert!(again == clean, "{clean:?} becomes {again:?}");
    }
    let text = to_text(&html, 500);
    assert!(text.chars().count() <= 500);
    assert!(
        !text.chars().any(|letter| letter.is_control() && letter != '\n'),
        "{text:?}"
    );
    assert!(!clean_text(&html, 100).contains('\n'));
    let (text, more) = description(&html, 500);
    assert!(text.chars().count() <= 500);
    // Whoever shows the one or else the paragraphs of the other shows what was kept.
    let shown = more.unwrap_or_else(|| paragraphs(&text));
    assert!(shown == clean || text.is_empty(), "{shown:?} of {clean:?}");
    let escaped = escape(&html);
    assert!(!escaped.contains(['<', '>', '"', '\'']));
}

/// Only kept elements; no attribute but `href` and `rel` of links to the web.
pub fn is_harmless(html: &str) {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let end = end_of_tag(after);
        let (tag, after) = after.split_at(end);
        rest = after;
        let closing = tag.strip_prefix('/');
        let name = closing.unwrap_or(tag).split(' ').next().unwrap_or_default();
        assert!(KEPT.contains(&name), "<{tag}>");
        if name == "a" && closing.is_none() {
            link_is_harmless(tag);
        } else {
            assert_eq!(closing.unwrap_or(tag), name, "an attribute");
        }
    }
}

/// Where a tag ends: at the first `>` outside the quotes of an attribute.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    for (at, letter) in tag.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("a tag does not end");
}

fn link_is_harmless(tag: &str) {
    let attributes = tag.strip_prefix('a').unwrap_or_default().trim();
    let after_href = match attributes.strip_prefix("href=\"") {
        Some(rest) => {
            let (address, rest) = rest.split_once('"').expect("a closed attribute");
            let lower = address.to_ascii_lowercase();
            assert!(lower.starts_with("http:") || lower.starts_with("https:"), "{tag}");
            rest.trim()
        }
        None => attributes,
    };
    assert!(
        matches!(after_href, "" | "rel=\"nofollow noopener noreferrer ugc\""),
        "{tag}"
    );
}
