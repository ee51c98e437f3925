//! Texts of others: HTML down to a narrow list of elements, or down to plain text; and our own texts up to HTML.

mod escape;
mod plain;
mod words;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use escape::unescape;
pub use escape::{escape, paragraphs};

use crate::domain::text::find_byte;

/// Most HTML that is parsed, in bytes; what comes after is left out.
const MAX_HTML: usize = 64 * 1024;
/// Most tags that are parsed: the time to parse elements within elements grows with the square of their number.
const MAX_TAGS: usize = 2000;

/// What is kept of somebody's HTML. Links open nowhere else but on http and https.
static KEPT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "a",
            "strong",
            "em",
            "ul",
            "ol",
            "li",
            "blockquote",
        ]))
        .clean_content_tags(NOT_TEXT.into())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        .attribute_filter(|_, _, value| Some(address(value)))
        .link_rel(Some("nofollow noopener noreferrer ugc"));
    builder
});

/// An address as browsers read it: line breaks within and blanks around are no part of it.
fn address(value: &str) -> Cow<'_, str> {
    let value = value.trim_matches(|letter: char| letter <= ' ');
    if value.contains(char::is_control) {
        Cow::Owned(value.replace(char::is_control, ""))
    } else {
        Cow::Borrowed(value)
    }
}

/// Nothing is kept but the text.
static TEXT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.clean_content_tags(NOT_TEXT.into());
    builder
});

/// Elements whose content is no text for people.
const NOT_TEXT: [&str; 6] = ["script", "style", "template", "noscript", "iframe", "title"];

/// Elements read as another one that is kept.
const SAME_AS: [(&str, &str); 20] = [
    ("div", "p"),
    ("section", "p"),
    ("article", "p"),
    ("h1", "p"),
    ("h2", "p"),
    ("h3", "p"),
    ("h4", "p"),
    ("h5", "p"),
    ("h6", "p"),
    ("tr", "p"),
    ("caption", "p"),
    // Within a table, a paragraph would be moved out of it.
    ("table", "span"),
    ("thead", "span"),
    ("tbody", "span"),
    ("tfoot", "span"),
    ("th", "span"),
    ("td", "span"),
    ("pre", "p"),
    ("b", "strong"),
    ("i", "em"),
];

/// Elements after which a line ends.
const BLOCKS: [&str; 17] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "blockquote",
    "section",
    "article",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "caption",
];

/// `html` with nothing but paragraphs, lists, links and emphasis; safe to print in a page.
pub fn sanitise(html: &str) -> String {
    let html = strip_controls(head(html));
    if let Some(clean) = plain::clean(&html) {
        return clean.trim().to_owned();
    }
    by_tree(&html)
}

/// [`sanitise`] whatever it holds.
fn by_tree(html: &str) -> String {
    let clean = KEPT.clean(&rename(html)).to_string();
    // Once more: `&#x202e;` was no such character before, and `&#13;` no end of a line.
    strip_controls(&clean).trim().replace('\r', "\n")
}

/// The text of `html`: entities read, elements gone, a line a block. At most `max` characters.
pub fn to_text(html: &str, max: usize) -> String {
    words::lines(&plain_text(html), max)
}

/// The text of `html`, with all its white space.
fn plain_text(html: &str) -> Cow<'_, str> {
    let html = strip_controls(head(html));
    if find_byte(&html, |byte| matches!(byte, b'<' | b'&')).is_none() {
        return html;
    }
    let text = TEXT.clean(&break_lines(&html)).to_string();
    // Once more: `&#x202e;` was no such character before.
    Cow::Owned(strip_controls(&unescape(&text)).into_owned())
}

/// A description as facts have it: its text, and what [`sanitise`] keeps of it where that is more than the paragraphs of this
/// text. At most `max` characters of text.
pub fn description(html: &str, max: usize) -> (String, Option<String>) {
    let kept = sanitise(html);
    let text = text_of_kept(&kept, max);
    let more = !text.is_empty() && kept != paragraphs(&text);
    (text, more.then_some(kept))
}

/// The text of what [`sanitise`] kept, without parsing it again, paragraphs by blank lines. At most `max` characters.
fn text_of_kept(html: &str, max: usize) -> String {
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag_name(rest).1 {
            "p" => text.push(words::PARAGRAPH),
            name if ends_line(name) => text.push('\n'),
            _ => {}
        }
        rest = after_tag(rest);
    }
    text.push_str(rest);
    words::paragraphs(&unescape(&text), max)
}

/// What comes after the tag with which `html` begins. An attribute may hold a `>`.
fn after_tag(html: &str) -> &str {
    let mut quoted = false;
    let end = html.find(|letter| {
        quoted ^= letter == '"';
        letter == '>' && !quoted
    });
    end.map_or("", |end| &html[end + 1..])
}

/// As [`to_text`], all on one line.
pub fn clean_text(text: &str, max: usize) -> String {
    // Most names are such a line already.
    if text.len() <= max && find_byte(text, may_change).is_none() && words::are_spaced(text) {
        return text.to_owned();
    }
    words::line(&plain_text(text), max)
}

/// Whether something begins with this byte that [`plain_text`] takes away or reads, or white space other than a blank.
#[inline]
fn may_change(byte: u8) -> bool {
    may_hide(byte) || matches!(byte, b'<' | b'&' | 0xe1..=0xe3)
}

/// Whether something hidden begins with this byte in UTF-8, or it is a control of ASCII.
#[inline]
fn may_hide(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2 | 0xef)
}

/// Without what would turn the reading direction around, end a text early or hide in it. Line breaks and tabs remain.
pub fn strip_controls(text: &str) -> Cow<'_, str> {
    // Most text is done without a look at its letters.
    if find_byte(text, may_hide).is_none() || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|letter| !is_hidden(*letter)).collect())
}

fn is_hidden(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// As much of `html` as is parsed: [`MAX_HTML`] bytes to a character's edge, [`MAX_TAGS`] tags.
fn head(html: &str) -> &str {
    // A tag is a byte at least.
    if html.len() <= MAX_TAGS.min(MAX_HTML) {
        return html;
    }
    let mut end = MAX_HTML.min(html.len());
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let end = html[..end].match_indices('<').nth(MAX_TAGS).map_or(end, |(at, _)| at);
    &html[..end]
}

fn rename(html: &str) -> String {
    map_tags(html, |out, before, name| {
        let same = SAME_AS.iter().find(|(from, _)| from.eq_ignore_ascii_case(name));
        out.push_str(before);
        out.push_str(same.map_or(name, |(_, to)| to));
    })
}

fn break_lines(html: &str) -> String {
    map_tags(html, |out, before, name| {
        if ends_line(name) {
            out.push('\n');
        }
        out.push_str(before);
        out.push_str(name);
    })
}

fn ends_line(name: &str) -> bool {
    BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(name))
}

/// `<` or `</` of the tag with which `html` begins, and the name of its element.
fn tag_name(html: &str) -> (&str, &str) {
    let before = if html.starts_with("</") { 2 } else { 1 };
    let name = html[before..]
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(html.len() - before);
    (&html[..before], &html[before..before + name])
}

/// Copies `html`, letting `each` write `<` or `</` and the name of each element.
fn map_tags(html: &str, each: impl Fn(&mut String, &str, &str)) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (before, name) = tag_name(rest);
        each(&mut out, before, name);
        rest = &rest[before.len() + name.len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn plain_html_is_cleaned_as_by_the_tree(
            parts in proptest::collection::vec(
                proptest::prop_oneof![
                    8 => proptest::sample::select(&["<p>", "</p>", "<br>", "<br />", "a", "é ", "\n", "\u{a0}"][..]),
                    1 => proptest::sample::select(&[
                        "<br/>", "\t", "\r", "\u{2003}", "\"", "'", "&", "&amp;", ">", "<", "<P>", "<b>", "</b>", "<p >", "²", "\u{202e}",
                    ][..]),
                ],
                0..10,
            )
        ) {
            let html = parts.concat();
            let expected = by_tree(&strip_controls(&html));
            proptest::prop_assert_eq!(sanitise(&html), expected);
        }
    }

    #[test]
    fn most_html_needs_no_tree() {
        let html = "<p>Un «\u{a0}café\u{a0}»,<br>\net plus.</p>\n<p>Deux.</p>";
        let clean = plain::clean(html);
        assert_eq!(
            clean.as_deref(),
            Some("<p>Un «&nbsp;café&nbsp;»,<br>\net plus.</p>\n<p>Deux.</p>")
        );
        for other in [
            "<p>Un",
            "Un</p>",
            "<p>Un<p>deux</p>",
            "<p><p>Un</p></p>",
            "a > b",
            "<b>Un</b>",
            "&eacute;",
            "a\rb",
        ] {
            assert_eq!(plain::clean(other), None, "{other}");
        }
    }

    #[test]
    fn a_carriage_return_by_reference_ends_a_line() {
        let clean = sanitise("<p>a&#13;b&#x0d;&#10;c</p>");
        assert_eq!(clean, "<p>a\nb\n\nc</p>");
        assert_eq!(sanitise(&clean), clean);
    }

    #[test]
    fn hostile_html_becomes_harmless() {
        for html in [
            "<script>alert(1)</script>x",
            "<img src=x onerror=alert(1)>x",
            "<svg onload=alert(1)>x</svg>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"data:text/html,<script>\">x</a>",
            "<a href=\" java\nscript:alert(1)\">x</a>",
            "<p style=\"position:fixed\" class=\"c\" onclick=\"a()\" id=\"i\">x</p>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">x",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">x",
            "<iframe srcdoc=\"<script>\"></iframe>x",
            "<form action=https://evil.example><input>x</form>",
            "<p><<script>script>x</p>",
            "<div<script>x",
            "<object data=x></object><embed src=x>x",
            "x\u{202e}gpj.exe\u{0}",
        ] {
            let clean = sanitise(html);
            for bad in [
                "<script",
                "<img",
                "<svg",
                "javascript",
                "data:",
                "onclick",
                "onerror=\"",
                "style=",
                "class=",
                " id=",
                "<iframe",
                "<form",
                "<input",
                "<object",
                "<embed",
                "<div",
                "\u{202e}",
                "\u{0}",
            ] {
                assert!(!clean.contains(bad), "{html} -> {clean}");
            }
        }
    }

    #[test]
    fn links_keep_their_words_and_lead_outside() {
        assert_eq!(
            sanitise("<a href=\"https://a.example/x?y=1&z\" class=u target=_self>ici</a>"),
            "<a href=\"https://a.example/x?y=1&amp;z\" rel=\"nofollow noopener noreferrer ugc\">ici</a>"
        );
        assert_eq!(
            sanitise("<a href=\"/relative\">ici</a>"),
            "<a rel=\"nofollow noopener noreferrer ugc\">ici</a>"
        );
    }

    #[test]
    fn titles_and_blocks_stay_apart() {
        assert_eq!(
            sanitise("<h2>Un</h2><DIV>deux</DIV><b>trois</b>"),
            "<p>Un</p><p>deux</p><strong>trois</strong>"
        );
        assert_eq!(to_text("<h2>Un</h2><p>deux<br/>trois</p>", 99), "Un\ndeux\ntrois");
        assert_eq!(clean_text("<p>Un</p><p>deux</p>", 99), "Un deux");
    }

    #[test]
    fn what_was_kept_reads_as_the_whole_did() {
        for html in [
            "<h2>Un</h2><p>deux<br/>trois</p>",
            "<p>L&#8217;atelier &amp;lt;b&gt; d&rsquo;Anne&nbsp;!</p>",
            "<ul><li>Un</li><li><a href=\"https://a.example/?x>y\">deux</a></li></ul>quatre",
            "<p title=\"a>b\">Un</p><script>x</script><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            "a < b, c > d, <3",
            "&#x202e;Un &lt;p&gt;deux&lt;/p&gt;",
            "<!-- x --><div>Un<div>deux</div></div>",
        ] {
            let (text, _) = description(html, 99);
            assert_eq!(text.replace("\n\n", "\n"), to_text(html, 99), "{html}");
        }
        assert_eq!(description("<p>l’été", 3).0, "l’é");
    }

    #[test]
    fn html_is_kept_where_its_text_does_not_say_all() {
        let text = "Un «\u{2009}café\u{2009}» & l'été :\n<3\n\n\"Deux\"";
        for plain in [
            paragraphs("Un « café » & l'été :\n<3\n\n\"Deux\""),
            "<p class=x>Un « café » &amp; l&#39;été :<br />&lt;3</p><p>&quot;Deux&quot;</p>".to_owned(),
        ] {
            assert_eq!(description(&plain, 99), (text.replace('\u{2009}', " "), None));
        }
        for html in [
            "Sans paragraphe",
            "<p>Un<br><br>deux</p>",
            "<p>à 14&nbsp;h</p>",
            "<p>Un <strong>deux</strong></p>",
            "<p>Un</p>\n<p>deux</p>",
            "<ul><li>Un</li></ul>",
        ] {
            assert_eq!(description(html, 99).1.as_deref(), Some(html));
        }
        let (_, more) = description("<p>Coupé</p>", 3);
        assert_eq!(more.as_deref(), Some("<p>Coupé</p>"), "the text is shorter");
        assert_eq!(description("<p></p>", 99), (String::new(), None), "nobody would see it");
    }

    #[test]
    fn text_reads_entities_once() {
        assert_eq!(
            to_text("L&#8217;atelier &amp;lt;b&gt; d&rsquo;Anne&nbsp;!", 99),
            "L’atelier &lt;b> d’Anne !"
        );
        assert_eq!(to_text("a < b, c > d, <3", 99), "a < b, c > d, <3");
        assert_eq!(to_text("l’été", 3), "l’é");
    }

    #[test]
    fn a_line_is_found_to_be_one_by_its_bytes_or_made_one() {
        let letters = (0..0x3100).chain(0xfe00..0x10000).filter_map(char::from_u32);
        for letter in letters {
            for text in [
                format!("un{letter}deux"),
                format!("un {letter}"),
                format!("{letter} un"),
            ] {
                assert_eq!(clean_text(&text, 99), words::line(&plain_text(&text), 99), "{text:?}");
            }
        }
        assert_eq!(clean_text("un  deux", 99), "un deux");
        assert_eq!(clean_text("un deux", 5), "un de");
    }

    #[test]
    fn our_text_survives_the_way_to_html_and_back() {
        let text = "Atelier « <HTML> & CSS »\nniveau \"1\"\n\nL'été";
        assert_eq!(to_text(&paragraphs(text), 99), text.replace("\n\n", "\n"));
        assert_eq!(sanitise(&paragraphs("a & <b>\nc")), "<p>a &amp; &lt;b&gt;<br>c</p>");
    }

    #[test]
    fn a_flood_of_elements_takes_no_time() {
        for unit in ["<a href=x>", "<b><p>", "<div>", "<ul><li>", "<table><tr><b>"] {
            let html = unit.repeat(200_000);
            let clock = std::time::Instant::now();
            sanitise(&html);
            to_text(&html, 500);
            assert!(clock.elapsed().as_secs() < 5, "{unit}: {:?}", clock.elapsed());
        }
    }
}
